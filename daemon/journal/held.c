#include "journal/held.h"

#include "journal/checksum.h"
#include "journal/db.h"
#include "journal/mark.h"

#include <stdio.h>

/* One table; numbers come from AUTOINCREMENT's memory, so that one is not given again when the
 * table is empty. */
static const char schema[] =
	"CREATE TABLE item(number INTEGER PRIMARY KEY AUTOINCREMENT, uri TEXT NOT NULL UNIQUE,"
	" version TEXT, reason TEXT NOT NULL, feed TEXT NOT NULL, modified INTEGER NOT NULL,"
	" due INTEGER NOT NULL, received INTEGER NOT NULL, item INTEGER NOT NULL,"
	" sum INTEGER NOT NULL, payload BLOB NOT NULL);"
	"CREATE VIEW items AS SELECT number, uri, version, reason,"
	" CASE WHEN due > 0 THEN strftime('%Y-%m-%dT%H:%M:%SZ', due / 1000000000, 'unixepoch') END"
	" AS due,"
	" strftime('%Y-%m-%dT%H:%M:%SZ', received / 1000000000, 'unixepoch') AS received,"
	" feed, CAST(payload AS TEXT) AS payload FROM item;";

static const struct db_format format = {.version = 1, .schema = schema};

#define HELD_PATH_SIZE 4160

struct held {
	char path[HELD_PATH_SIZE];
	sqlite3 *db;
	sqlite3_stmt *put, *clear, *drop, *read;
	uint64_t last;
	struct mark *mark; /* of the last one put */
	struct str findings;
};

enum column { NUMBER, URI, VERSION, REASON, FEED, MODIFIED, DUE, RECEIVED, ITEM, SUM, PAYLOAD };
#define COLUMNS "number, uri, version, reason, feed, modified, due, received, item, sum, payload"

static uint32_t sum_of(const struct held_item *item)
{
	const struct view parts[] = {item->uri, item->version, item->reason, item->feed,
				     item->payload};
	uint32_t sum = checksum_add_number(0, item->number);

	sum = checksum_add_number(sum, (uint64_t)item->modified);
	sum = checksum_add_number(sum, (uint64_t)item->due);
	sum = checksum_add_number(sum, (uint64_t)item->received);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		sum = checksum_add(sum, parts[i]);
	return sum;
}

/* --- opening -------------------------------------------------------------------------------------
 */

static void close_file(struct held *held)
{
	sqlite3_finalize(MOVE(held->put));
	sqlite3_finalize(MOVE(held->clear));
	sqlite3_finalize(MOVE(held->drop));
	sqlite3_finalize(MOVE(held->read));
	db_close(MOVE(held->db));
}

static int prepare_reading(struct held *held, struct err *err)
{
	return db_prepare(held->db,
			  "SELECT " COLUMNS " FROM item WHERE number >= ? ORDER BY number LIMIT 1",
			  &held->read, err);
}

static int prepare(struct held *held, struct err *err)
{
	int64_t last = 0;
	int result = db_prepare(
		held->db, "INSERT INTO item(" COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		&held->put, err);

	if (result == DB_OK)
		result = db_prepare(held->db, "DELETE FROM item WHERE uri = ?", &held->clear, err);
	if (result == DB_OK)
		result = db_prepare(held->db, "DELETE FROM item WHERE number = ?", &held->drop,
				    err);
	if (result == DB_OK)
		result = db_number(held->db, "SELECT max(seq) FROM sqlite_sequence", 0, &last, err);
	held->last = (uint64_t)last;
	return result == DB_OK ? prepare_reading(held, err) : result;
}

static int open_file(struct held *held, struct err *err)
{
	int result = db_open(held->path, DB_WRITE, &held->db, err);

	if (result == DB_OK)
		result = db_version(held->db, &format, err);
	if (result == DB_FRESH)
		result = db_create(held->db, &format, NULL, NULL, err);
	else if (result == DB_OK)
		result = db_check(held->db, err);
	return result == DB_OK ? prepare(held, err) : result;
}

static struct held *new_held(const char *path)
{
	struct held *held = xcalloc(1, sizeof(*held));

	snprintf(held->path, sizeof(held->path), "%.4100s/held.db", path);
	return held;
}

static struct held *opened(struct held *held, int result, const struct err *why, struct err *err)
{
	if (result == DB_OK)
		return held;
	err_set(err, "%.300s: %s", held->path, why->text);
	held_close(held);
	return NULL;
}

struct held *held_open(const char *path, struct err *err)
{
	struct held *held = new_held(path);
	uint64_t marked = mark_of_file(held->path);
	struct err why;
	int result = open_file(held, &why);

	if (result == DB_DAMAGED) {
		close_file(held);
		result = db_set_aside(held->path, why.text, &held->findings, &why);
		if (result == DB_OK)
			result = open_file(held, &why);
	}
	if (result == DB_OK)
		result = db_sync_folder(path, &why);
	if (result == DB_OK)
		held->mark = mark_begin(held->path, "items", marked, &held->last, &held->findings);
	return opened(held, result, &why, err);
}

struct held *held_read(const char *path, struct err *err)
{
	struct held *held = new_held(path);
	struct err why;
	int result = db_open(held->path, DB_READ, &held->db, &why);

	if (result == DB_OK)
		result = db_readable(held->db, &format, &why);
	if (result == DB_OK)
		result = prepare_reading(held, &why);
	return opened(held, result, &why, err);
}

void held_close(struct held *held)
{
	if (!held)
		return;
	close_file(held);
	mark_close(held->mark);
	str_fini(&held->findings);
	free(held);
}

const char *held_findings(const struct held *held)
{
	return str_view(&held->findings).ptr;
}

uint64_t held_last(const struct held *held)
{
	return held->last;
}

/* --- items ---------------------------------------------------------------------------------------
 */

int held_next(struct held *held, uint64_t from, struct held_item *ret_item, struct err *err)
{
	sqlite3_stmt *read = held->read;
	int result;

	sqlite3_reset(read);
	sqlite3_bind_int64(read, 1, from > INT64_MAX ? INT64_MAX : (int64_t)from);
	result = db_step(read, err);
	if (result != DB_ROW) {
		sqlite3_reset(read);
		return result == DB_OK ? 0 : err_wrap(err, "%s", held->path);
	}
	*ret_item = (struct held_item){
		.number = (uint64_t)sqlite3_column_int64(read, NUMBER),
		.uri = db_column(read, URI),
		.version = db_column(read, VERSION),
		.reason = db_column(read, REASON),
		.feed = db_column(read, FEED),
		.modified = sqlite3_column_int64(read, MODIFIED),
		.due = sqlite3_column_int64(read, DUE),
		.received = sqlite3_column_int64(read, RECEIVED),
		.item = (uint64_t)sqlite3_column_int64(read, ITEM),
		.payload = db_column(read, PAYLOAD),
	};
	if (sqlite3_column_int64(read, SUM) == (int64_t)sum_of(ret_item))
		return 1;
	err_set(err, "%.300s: the checksum of item %llu does not fit: it is left out", held->path,
		(unsigned long long)ret_item->number);
	return HELD_DAMAGED;
}

static int put(struct held *held, const struct held_item *item, struct err *err)
{
	sqlite3_stmt *statement = held->put;
	int result;

	db_bind_view(held->clear, 1, item->uri);
	result = db_run(held->clear, err);
	if (result != DB_OK)
		return result;
	sqlite3_bind_int64(statement, NUMBER + 1, (int64_t)item->number);
	db_bind_view(statement, URI + 1, item->uri);
	db_bind_view(statement, VERSION + 1, item->version);
	db_bind_view(statement, REASON + 1, item->reason);
	db_bind_view(statement, FEED + 1, item->feed);
	sqlite3_bind_int64(statement, MODIFIED + 1, item->modified);
	sqlite3_bind_int64(statement, DUE + 1, item->due);
	sqlite3_bind_int64(statement, RECEIVED + 1, item->received);
	sqlite3_bind_int64(statement, ITEM + 1, (int64_t)item->item);
	sqlite3_bind_int64(statement, SUM + 1, sum_of(item));
	sqlite3_bind_blob(statement, PAYLOAD + 1, item->payload.len ? item->payload.ptr : "",
			  (int)item->payload.len, SQLITE_STATIC);
	return db_run(statement, err);
}

static int drop(struct held *held, uint64_t number, struct err *err)
{
	sqlite3_bind_int64(held->drop, 1, (int64_t)number);
	return db_run(held->drop, err);
}

static void mark_changes(struct held *held, const struct held_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (changes[i].put && changes[i].put->number > held->last)
			held->last = changes[i].put->number;
	mark_put(held->mark, held->last);
}

int held_apply(struct held *held, const struct held_change *changes, size_t count, struct err *err)
{
	int result;

	if (count == 0)
		return JOURNAL_KEPT;
	sqlite3_reset(held->read); /* what it reads would keep the log from being written anew */
	result = db_exec(held->db, "BEGIN IMMEDIATE", err);
	for (size_t i = 0; i < count && result == DB_OK; i++)
		result = changes[i].put ? put(held, changes[i].put, err)
					: drop(held, changes[i].gone, err);
	if (result == DB_OK)
		result = db_exec(held->db, "COMMIT", err);
	if (result == DB_OK) {
		mark_changes(held, changes, count);
		return JOURNAL_KEPT;
	}
	db_rollback(held->db);
	err_wrap(err, "%s", held->path);
	return result == DB_FULL ? JOURNAL_FULL : -1;
}
