#include "journal/spool.h"

#include "journal/checksum.h"
#include "journal/db.h"
#include "journal/mark.h"

#include <assert.h>
#include <stdio.h>

/*
 * One table. Numbers come from AUTOINCREMENT's memory, so that one is not given again when the
 * table is empty; and from the journal's mark, in case the spool is new and the journal is not.
 */
static const char schema[] =
	"CREATE TABLE item(number INTEGER PRIMARY KEY AUTOINCREMENT, received INTEGER NOT NULL,"
	" sum INTEGER NOT NULL, feed TEXT NOT NULL, payload BLOB NOT NULL);"
	"CREATE VIEW items AS SELECT number,"
	" strftime('%Y-%m-%dT%H:%M:%SZ', received / 1000000000, 'unixepoch') AS received, feed,"
	" CAST(payload AS TEXT) AS payload FROM item;";

static const struct db_format format = {.version = 1, .schema = schema};

#define SPOOL_PATH_SIZE 4160

struct spool {
	char path[SPOOL_PATH_SIZE];
	struct mark *mark; /* of the last item kept */
	sqlite3 *db;
	sqlite3_stmt *insert, *clear, *read;
	uint64_t next;	  /* number to give */
	uint64_t read_to; /* the last one that spool_next gave */
	uint64_t left;
	uint64_t left_to; /* the last number that was there at opening */
	uint64_t cleared; /* what was cleared away last */
	struct str findings;
};

static uint32_t sum_of(const struct spool_item *item)
{
	uint32_t sum = checksum_add_number(0, item->number);

	sum = checksum_add_number(sum, (uint64_t)item->received);
	return checksum_add(checksum_add(sum, item->feed), item->payload);
}

/* --- opening -------------------------------------------------------------------------------------
 */

static void close_file(struct spool *spool)
{
	sqlite3_finalize(MOVE(spool->insert));
	sqlite3_finalize(MOVE(spool->clear));
	sqlite3_finalize(MOVE(spool->read));
	db_close(MOVE(spool->db));
}

static int prepare(struct spool *spool, struct err *err)
{
	int result = db_prepare(spool->db,
				"INSERT INTO item(number, received, sum, feed, payload) "
				"VALUES(?, ?, ?, ?, ?)",
				&spool->insert, err);

	if (result == DB_OK)
		result = db_prepare(spool->db, "DELETE FROM item WHERE number <= ?", &spool->clear,
				    err);
	if (result == DB_OK)
		result = db_prepare(spool->db,
				    "SELECT number, received, sum, feed, payload FROM item "
				    "WHERE number > ? ORDER BY number LIMIT 1",
				    &spool->read, err);
	return result;
}

static int read_numbers(struct spool *spool, uint64_t settled, struct err *err)
{
	int64_t given, last, left;
	char count[80];
	int result = db_number(spool->db, "SELECT max(seq) FROM sqlite_sequence", 0, &given, err);

	if (result == DB_OK)
		result = db_number(spool->db, "SELECT max(number) FROM item", 0, &last, err);
	snprintf(count, sizeof(count), "SELECT count(*) FROM item WHERE number > %llu",
		 (unsigned long long)settled);
	if (result == DB_OK)
		result = db_number(spool->db, count, 0, &left, err);
	if (result != DB_OK)
		return result;
	spool->left = (uint64_t)left;
	spool->left_to = (uint64_t)last;
	spool->read_to = settled;
	spool->next = (uint64_t)(given > last ? given : last);
	spool->next = (spool->next > settled ? spool->next : settled) + 1;
	return DB_OK;
}

static int open_file(struct spool *spool, uint64_t settled, struct err *err)
{
	int result = db_open(spool->path, DB_WRITE, &spool->db, err);

	if (result == DB_OK)
		result = db_version(spool->db, &format, err);
	if (result == DB_OLDER)
		result = db_migrate(spool->db, &format, err);
	if (result == DB_FRESH)
		result = db_create(spool->db, &format, NULL, NULL, err);
	else if (result == DB_OK)
		result = db_check(spool->db, err);
	if (result == DB_OK)
		result = prepare(spool, err);
	return result == DB_OK ? read_numbers(spool, settled, err) : result;
}

struct spool *spool_open(const char *path, uint64_t settled, struct err *err)
{
	struct spool *spool = xcalloc(1, sizeof(*spool));
	uint64_t marked, last;
	struct err why;
	int result;

	snprintf(spool->path, sizeof(spool->path), "%.4100s/spool.db", path);
	marked = mark_of_file(spool->path);
	result = open_file(spool, settled, &why);
	if (result == DB_DAMAGED) {
		close_file(spool);
		result = db_set_aside(spool->path, why.text, &spool->findings, &why);
		if (result == DB_OK)
			result = open_file(spool, settled, &why);
	}
	if (result == DB_OK)
		result = db_sync_folder(path, &why);
	if (result == DB_OK) {
		last = spool->next - 1;
		spool->mark = mark_begin(spool->path, "items", marked, &last, &spool->findings);
		spool->next = last + 1;
		return spool;
	}
	err_set(err, "%.300s: %s", spool->path, why.text);
	spool_close(spool);
	return NULL;
}

void spool_close(struct spool *spool)
{
	if (!spool)
		return;
	close_file(spool);
	mark_close(spool->mark);
	str_fini(&spool->findings);
	free(spool);
}

const char *spool_findings(const struct spool *spool)
{
	return str_view(&spool->findings).ptr;
}

uint64_t spool_left(const struct spool *spool)
{
	return spool->left;
}

/* --- items ---------------------------------------------------------------------------------------
 */

int spool_next(struct spool *spool, struct spool_item *ret_item, struct err *err)
{
	sqlite3_stmt *read = spool->read;
	int result;

	sqlite3_reset(read);
	if (spool->read_to >= spool->left_to)
		return 0;
	sqlite3_bind_int64(read, 1, (int64_t)spool->read_to);
	result = db_step(read, err);
	if (result != DB_ROW)
		return result == DB_OK ? 0 : err_wrap(err, "%s", spool->path);
	*ret_item = (struct spool_item){
		.number = (uint64_t)sqlite3_column_int64(read, 0),
		.received = sqlite3_column_int64(read, 1),
		.feed = db_column(read, 3),
		.payload = db_column(read, 4),
	};
	spool->read_to = ret_item->number;
	if (sqlite3_column_int64(read, 2) == (int64_t)sum_of(ret_item))
		return 1;
	err_set(err, "%.300s: the checksum of item %llu does not fit: it is left out", spool->path,
		(unsigned long long)ret_item->number);
	return SPOOL_DAMAGED;
}

static int insert(struct spool *spool, const struct spool_item *item, struct err *err)
{
	sqlite3_stmt *statement = spool->insert;

	sqlite3_bind_int64(statement, 1, (int64_t)item->number);
	sqlite3_bind_int64(statement, 2, item->received);
	sqlite3_bind_int64(statement, 3, sum_of(item));
	db_bind_view(statement, 4, item->feed);
	sqlite3_bind_blob(statement, 5, item->payload.len ? item->payload.ptr : "",
			  (int)item->payload.len, SQLITE_STATIC);
	return db_run(statement, err);
}

static int clear(struct spool *spool, uint64_t settled, struct err *err)
{
	if (settled <= spool->cleared)
		return DB_OK;
	sqlite3_bind_int64(spool->clear, 1, (int64_t)settled);
	return db_run(spool->clear, err);
}

int spool_put(struct spool *spool, struct spool_item *items, size_t count, uint64_t settled,
	      struct err *err)
{
	int result;

	if (count == 0 && settled <= spool->cleared)
		return JOURNAL_KEPT;
	sqlite3_reset(spool->read); /* what it reads would keep the log from being written anew */
	result = db_exec(spool->db, "BEGIN IMMEDIATE", err);
	for (size_t i = 0; i < count && result == DB_OK; i++) {
		items[i].number = spool->next + i;
		result = insert(spool, &items[i], err);
	}
	if (result == DB_OK)
		result = clear(spool, settled, err);
	if (result == DB_OK)
		result = db_exec(spool->db, "COMMIT", err);
	if (result != DB_OK) {
		db_rollback(spool->db);
		err_wrap(err, "%s", spool->path);
		return result == DB_FULL ? JOURNAL_FULL : -1;
	}
	spool->next += count;
	mark_put(spool->mark, spool->next - 1);
	spool->cleared = settled > spool->cleared ? settled : spool->cleared;
	return JOURNAL_KEPT;
}
