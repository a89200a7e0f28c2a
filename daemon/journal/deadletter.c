#include "journal/deadletter.h"

#include "journal/db.h"
#include "journal/mark.h"

#include <stdio.h>

#define ATTEMPTS                                                                                   \
	"CREATE TABLE attempt(number INTEGER PRIMARY KEY, count INTEGER NOT NULL,"                 \
	" last INTEGER NOT NULL);"                                                                 \
	"CREATE TRIGGER forgotten AFTER DELETE ON letter BEGIN"                                    \
	" DELETE FROM attempt WHERE number = old.number; END;"

/*
 * One table; a rejected item that was judged twice, since the daemon died in between, stands in it
 * once by its number in the spool. Attempts to judge it again stand beside it: who reads an older
 * file that waits for its step does without.
 */
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
	" member, size, CAST(payload AS TEXT) AS payload FROM letter;" ATTEMPTS;

static const char *const steps[] = {ATTEMPTS};

static const struct db_format format = {
	.version = 1 + sizeof(steps) / sizeof(steps[0]),
	.schema = schema,
	.steps = steps,
};

#define LETTERS_PATH_SIZE 4160
#define READ_COLUMNS "number, item, time, feed, reason, member, offset, size, payload"
#define READ_ROWS " FROM letter WHERE number >= ? ORDER BY number LIMIT 1"

struct deadletters {
	char path[LETTERS_PATH_SIZE];
	struct mark *mark; /* NULL: for reading */
	uint64_t last;	   /* number of a letter */
	sqlite3 *db;
	sqlite3_stmt *insert, *expire, *oldest, *read, *again, *attempt, *remove, *drop;
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
	sqlite3_finalize(MOVE(deadletters->again));
	sqlite3_finalize(MOVE(deadletters->attempt));
	sqlite3_finalize(MOVE(deadletters->remove));
	sqlite3_finalize(MOVE(deadletters->drop));
	db_close(MOVE(deadletters->db));
}

static int prepare_reading(struct deadletters *deadletters, struct err *err)
{
	int result = db_prepare(deadletters->db,
				"SELECT " READ_COLUMNS ", (SELECT count FROM attempt WHERE"
				" attempt.number = letter.number)" READ_ROWS,
				&deadletters->read, err);

	if (result != DB_DAMAGED)
		return result;
	return db_prepare(deadletters->db, "SELECT " READ_COLUMNS ", 0" READ_ROWS,
			  &deadletters->read, err);
}

static int prepare_writing(struct deadletters *deadletters, struct err *err)
{
	const struct {
		sqlite3_stmt **statement;
		const char *sql;
	} all[] = {
		{&deadletters->insert,
		 "INSERT OR IGNORE INTO letter(item, time, feed, reason, member, "
		 "offset, size, payload) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"},
		{&deadletters->expire, "DELETE FROM letter WHERE number <= "
				       "(SELECT max(number) FROM letter) - ? OR time < ?"},
		{&deadletters->oldest, "DELETE FROM letter WHERE (SELECT bytes FROM kept) > ? AND "
				       "number = (SELECT min(number) FROM letter)"},
		{&deadletters->again,
		 "UPDATE letter SET reason = ?2, member = ?3, offset = ?4 WHERE number = ?1"},
		{&deadletters->attempt,
		 "INSERT INTO attempt SELECT number, 1, ?2 FROM letter WHERE number = ?1 "
		 "ON CONFLICT(number) DO UPDATE SET count = count + 1, last = excluded.last"},
		{&deadletters->remove, "DELETE FROM letter WHERE number = ?"},
		{&deadletters->drop, "DELETE FROM letter WHERE (?1 = 0 OR number = ?1) AND "
				     "(?2 IS NULL OR reason = ?2) AND time < ?3"},
	};
	int result = DB_OK;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && result == DB_OK; i++)
		result = db_prepare(deadletters->db, all[i].sql, all[i].statement, err);
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

/* Another process may put letters meanwhile: `marked` is of before. */
static int heed_mark(struct deadletters *deadletters, uint64_t marked, struct err *err)
{
	int64_t given;
	int result = db_number(deadletters->db,
			       "SELECT max(seq) FROM sqlite_sequence WHERE name = 'letter'", 0,
			       &given, err);

	if (result != DB_OK)
		return result;
	deadletters->last = (uint64_t)given;
	deadletters->mark = mark_begin(deadletters->path, "letters", marked, &deadletters->last,
				       &deadletters->findings);
	return DB_OK;
}

struct deadletters *deadletters_open(const char *path, struct err *err)
{
	struct deadletters *deadletters = new_letters(path);
	uint64_t marked = mark_of_file(deadletters->path);
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
	if (result == DB_OK)
		result = heed_mark(deadletters, marked, &why);
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
	mark_close(deadletters->mark);
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
	size_t kept = letter->payload.len;

	if (!letter->whole && kept > DEADLETTER_BYTES_MAX)
		kept = DEADLETTER_BYTES_MAX;
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

/* What is wrong with it now may be something else than before. */
static int count_attempt(struct deadletters *deadletters, const struct deadletter *letter,
			 struct err *err)
{
	sqlite3_stmt *again = deadletters->again, *attempt = deadletters->attempt;
	int result;

	sqlite3_bind_int64(again, 1, letter->number);
	db_bind_view(again, 2, letter->reason);
	db_bind_view(again, 3, letter->member);
	sqlite3_bind_int64(again, 4, (int64_t)letter->offset);
	result = db_run(again, err);
	if (result != DB_OK)
		return result;
	sqlite3_bind_int64(attempt, 1, letter->number);
	sqlite3_bind_int64(attempt, 2, letter->time);
	return db_run(attempt, err);
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

/* Commits what went well so far, else takes all of it back. */
static int end(struct deadletters *deadletters, int result, struct err *err)
{
	if (result == DB_OK)
		result = db_exec(deadletters->db, "COMMIT", err);
	if (result == DB_OK)
		return JOURNAL_KEPT;
	db_rollback(deadletters->db);
	err_wrap(err, "%s", deadletters->path);
	return result == DB_FULL ? JOURNAL_FULL : -1;
}

int deadletters_put(struct deadletters *deadletters, const struct deadletter *letters, size_t count,
		    int64_t retain_from, struct err *err)
{
	int result = db_exec(deadletters->db, "BEGIN IMMEDIATE", err);

	for (size_t i = 0; i < count && result == DB_OK; i++)
		result = letters[i].number ? count_attempt(deadletters, &letters[i], err)
					   : insert(deadletters, &letters[i], err);
	if (result == DB_OK)
		result = forget(deadletters, retain_from, err);
	result = end(deadletters, result, err);
	if (result == JOURNAL_KEPT &&
	    (uint64_t)sqlite3_last_insert_rowid(deadletters->db) > deadletters->last)
		deadletters->last = (uint64_t)sqlite3_last_insert_rowid(deadletters->db);
	if (result == JOURNAL_KEPT)
		mark_put(deadletters->mark, deadletters->last);
	return result;
}

int deadletters_remove(struct deadletters *deadletters, const int64_t *numbers, size_t count,
		       struct err *err)
{
	int result = db_exec(deadletters->db, "BEGIN IMMEDIATE", err);

	for (size_t i = 0; i < count && result == DB_OK; i++) {
		sqlite3_bind_int64(deadletters->remove, 1, numbers[i]);
		result = db_run(deadletters->remove, err);
	}
	return end(deadletters, result, err);
}

bool deadletter_fits(const struct deadletter_choice *choice, const struct deadletter *letter)
{
	return (choice->number == 0 || choice->number == letter->number) &&
	       (!choice->reason.ptr || view_equal(choice->reason, letter->reason)) &&
	       letter->time < choice->before;
}

int deadletters_drop(struct deadletters *deadletters, const struct deadletter_choice *choice,
		     size_t *count, struct err *err)
{
	int result, dropped;

	sqlite3_bind_int64(deadletters->drop, 1, choice->number);
	db_bind_view(deadletters->drop, 2, choice->reason);
	sqlite3_bind_int64(deadletters->drop, 3, choice->before);
	result = db_exec(deadletters->db, "BEGIN IMMEDIATE", err);
	if (result == DB_OK)
		result = db_run(deadletters->drop, err);
	dropped = result == DB_OK ? sqlite3_changes(deadletters->db) : 0;
	result = end(deadletters, result, err);
	if (result == JOURNAL_KEPT)
		*count += (size_t)dropped;
	return result;
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
		.attempts = sqlite3_column_int64(read, 9),
	};
	return 1;
}
