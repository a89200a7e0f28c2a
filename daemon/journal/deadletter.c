#include "journal/deadletter.h"

#include "journal/db.h"

#include <stdio.h>

/* One table; a rejected item that was judged twice, since the daemon died in between, stands in it
 * once by its number in the spool. */
static const char schema[] =
	"CREATE TABLE letter(number INTEGER PRIMARY KEY AUTOINCREMENT, item INTEGER UNIQUE,"
	" time INTEGER NOT NULL, feed TEXT NOT NULL, reason TEXT NOT NULL, member TEXT,"
	" offset INTEGER NOT NULL, size INTEGER NOT NULL, payload BLOB NOT NULL);"
	"CREATE TABLE kept(only INTEGER PRIMARY KEY CHECK(only = 1), bytes INTEGER NOT NULL);"
	"INSERT INTO kept VALUES(1, 0);"
	"CREATE TRIGGER came AFTER INSERT ON letter BEGIN"
	" UPDATE kept SET bytes = bytes + length(new.payload); END;"
	"CREATE TRIGGER went AFTER DELETE ON letter BEGIN"
	" UPDATE kept SET bytes = bytes - length(old.payload); END;"
	"CREATE VIEW letters AS SELECT number,"
	" strftime('%Y-%m-%dT%H:%M:%SZ', time / 1000000000, 'unixepoch') AS time, feed, reason,"
	" member, size, CAST(payload AS TEXT) AS payload FROM letter;";

static const struct db_format format = {.version = 1, .schema = schema};

#define LETTERS_PATH_SIZE 4160

struct deadletters {
	char path[LETTERS_PATH_SIZE];
	sqlite3 *db;
	sqlite3_stmt *insert, *expire, *oldest, *read;
	struct str findings;
};

/* --- opening -------------------------------------------------------------------------------------
 */

static void close_file(struct deadletters *deadletters)
{
	sqlite3_finalize(MOVE(deadletters->insert));
	sqlite3_finalize(MOVE(deadletters->expire));
	sqlite3_finalize(MOVE(deadletters->oldest));
	sqlite3_finalize(MOVE(deadletters->read));
	db_close(MOVE(deadletters->db));
}

static int prepare_reading(struct deadletters *deadletters, struct err *err)
{
	return db_prepare(deadletters->db,
			  "SELECT number, item, time, feed, reason, member, offset, size, payload "
			  "FROM letter WHERE number >= ? ORDER BY number LIMIT 1",
			  &deadletters->read, err);
}

static int prepare_writing(struct deadletters *deadletters, struct err *err)
{
	int result = db_prepare(deadletters->db,
				"INSERT OR IGNORE INTO letter(item, time, feed, reason, member, "
				"offset, size, payload) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
				&deadletters->insert, err);

	if (result == DB_OK)
		result = db_prepare(deadletters->db,
				    "DELETE FROM letter WHERE number <= "
				    "(SELECT max(number) FROM letter) - ? OR time < ?",
				    &deadletters->expire, err);
	if (result == DB_OK)
		result = db_prepare(deadletters->db,
				    "DELETE FROM letter WHERE (SELECT bytes FROM kept) > ? AND "
				    "number = (SELECT min(number) FROM letter)",
				    &deadletters->oldest, err);
	return result == DB_OK ? prepare_reading(deadletters, err) : result;
}

static int open_file(struct deadletters *deadletters, struct err *err)
{
	int result = db_open(deadletters->path, DB_WRITE, &deadletters->db, err);

	if (result == DB_OK)
		result = db_version(deadletters->db, &format, err);
	if (result == DB_OLDER)
		result = db_migrate(deadletters->db, &format, err);
	if (result == DB_FRESH)
		result = db_create(deadletters->db, &format, NULL, NULL, err);
	else if (result == DB_OK)
		result = db_check(deadletters->db, err);
	return result == DB_OK ? prepare_writing(deadletters, err) : result;
}

static struct deadletters *new_letters(const char *path)
{
	struct deadletters *deadletters = xcalloc(1, sizeof(*deadletters));

	snprintf(deadletters->path, sizeof(deadletters->path), "%.4100s/deadletters.db", path);
	return deadletters;
}

static struct deadletters *opened(struct deadletters *deadletters, int result,
				  const struct err *why, struct err *err)
{
	if (result == DB_OK)
		return deadletters;
	err_set(err, "%.300s: %s", deadletters->path, why->text);
	deadletters_close(deadletters);
	return NULL;
}

struct deadletters *deadletters_open(const char *path, struct err *err)
{
	struct deadletters *deadletters = new_letters(path);
	struct err why;
	int result = open_file(deadletters, &why);

	if (result == DB_DAMAGED) {
		close_file(deadletters);
		result = db_set_aside(deadletters->path, why.text, &deadletters->findings, &why);
		if (result == DB_OK)
			result = open_file(deadletters, &why);
	}
	if (result == DB_OK)
		result = db_sync_folder(path, &why);
	return opened(deadletters, result, &why, err);
}

struct deadletters *deadletters_read(const char *path, struct err *err)
{
	struct deadletters *deadletters = new_letters(path);
	struct err why;
	int result = db_open(deadletters->path, DB_READ, &deadletters->db, &why);

	if (result == DB_OK)
		result = db_readable(deadletters->db, &format, &why);
	if (result == DB_OK)
		result = prepare_reading(deadletters, &why);
	return opened(deadletters, result, &why, err);
}

void deadletters_close(struct deadletters *deadletters)
{
	if (!deadletters)
		return;
	close_file(deadletters);
	str_fini(&deadletters->findings);
	free(deadletters);
}

const char *deadletters_findings(const struct deadletters *deadletters)
{
	return str_view(&deadletters->findings).ptr;
}

/* --- letters -------------------------------------------------------------------------------------
 */

static int insert(struct deadletters *deadletters, const struct deadletter *letter, struct err *err)
{
	sqlite3_stmt *statement = deadletters->insert;
	size_t kept = letter->payload.len < DEADLETTER_BYTES_MAX ? letter->payload.len
								 : DEADLETTER_BYTES_MAX;

	if (letter->item)
		sqlite3_bind_int64(statement, 1, (int64_t)letter->item);
	else
		sqlite3_bind_null(statement, 1);
	sqlite3_bind_int64(statement, 2, letter->time);
	db_bind_view(statement, 3, letter->feed);
	db_bind_view(statement, 4, letter->reason);
	db_bind_view(statement, 5, letter->member);
	sqlite3_bind_int64(statement, 6, (int64_t)letter->offset);
	sqlite3_bind_int64(statement, 7, (int64_t)letter->size);
	sqlite3_bind_blob(statement, 8, kept ? letter->payload.ptr : "", (int)kept, SQLITE_STATIC);
	return db_run(statement, err);
}

/* Forgets by number and age, then the oldest until the bytes fit. */
static int forget(struct deadletters *deadletters, int64_t retain_from, struct err *err)
{
	int result;

	sqlite3_bind_int64(deadletters->expire, 1, DEADLETTERS_MAX);
	sqlite3_bind_int64(deadletters->expire, 2, retain_from);
	result = db_run(deadletters->expire, err);
	sqlite3_bind_int64(deadletters->oldest, 1, DEADLETTERS_BYTES_MAX);
	while (result == DB_OK) {
		result = db_run(deadletters->oldest, err);
		if (sqlite3_changes(deadletters->db) == 0)
			break;
	}
	return result;
}

int deadletters_put(struct deadletters *deadletters, const struct deadletter *letters, size_t count,
		    int64_t retain_from, struct err *err)
{
	int result = db_exec(deadletters->db, "BEGIN IMMEDIATE", err);

	for (size_t i = 0; i < count && result == DB_OK; i++)
		result = insert(deadletters, &letters[i], err);
	if (result == DB_OK)
		result = forget(deadletters, retain_from, err);
	if (result == DB_OK)
		result = db_exec(deadletters->db, "COMMIT", err);
	if (result == DB_OK)
		return JOURNAL_KEPT;
	db_rollback(deadletters->db);
	err_wrap(err, "%s", deadletters->path);
	return result == DB_FULL ? JOURNAL_FULL : -1;
}

int deadletters_next(struct deadletters *deadletters, int64_t from, struct deadletter *ret_letter,
		     struct err *err)
{
	sqlite3_stmt *read = deadletters->read;
	int result;

	sqlite3_reset(read);
	sqlite3_bind_int64(read, 1, from);
	result = db_step(read, err);
	if (result != DB_ROW)
		return result == DB_OK ? 0 : err_wrap(err, "%s", deadletters->path);
	*ret_letter = (struct deadletter){
		.number = sqlite3_column_int64(read, 0),
		.item = (uint64_t)sqlite3_column_int64(read, 1),
		.time = sqlite3_column_int64(read, 2),
		.feed = db_column(read, 3),
		.reason = db_column(read, 4),
		.member = db_column(read, 5),
		.offset = (uint64_t)sqlite3_column_int64(read, 6),
		.size = (uint64_t)sqlite3_column_int64(read, 7),
		.payload = db_column(read, 8),
	};
	return 1;
}
