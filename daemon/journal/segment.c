#include "journal/segment.h"

#include "base/clock.h"
#include "journal/checksum.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define BY_TIME "CREATE INDEX event_recorded ON event(recorded);"
#define BY_SUBJECT "CREATE INDEX event_subject ON event(subject);"

/*
 * The schema, in one transaction: a file that has none of it was cut off while it was made and
 * holds nothing. `meta` and `topic` have sums of their own: quick_check sees structure alone.
 * Payload stands last, so that what is skipped is not read.
 */
static const char schema[] =
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE topic(name TEXT PRIMARY KEY, last INTEGER NOT NULL, sum INTEGER NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE event(sequence INTEGER PRIMARY KEY, topicsequence INTEGER NOT NULL,"
	" recorded INTEGER NOT NULL, sum INTEGER NOT NULL, topic TEXT NOT NULL, subject TEXT,"
	" id TEXT, digest BLOB, payload TEXT NOT NULL);"
	"CREATE VIEW events AS SELECT sequence,"
	" strftime('%Y-%m-%dT%H:%M:%SZ', recorded / 1000000000, 'unixepoch') AS recorded,"
	" topic, subject, json_extract(payload, '$.data.item.headline') AS headline, id,"
	" topicsequence, payload FROM event;" BY_TIME BY_SUBJECT;

static const char *const steps[] = {
	BY_TIME,    /* who asks since a time need not read everything before it */
	BY_SUBJECT, /* what was published of an item that is corrected is found at once */
};

const struct db_format segment_format = {
	.version = 1 + sizeof(steps) / sizeof(steps[0]),
	.schema = schema,
	.steps = steps,
};

/* --- names and files -----------------------------------------------------------------------------
 */

void segment_path(const char *folder, uint64_t first, char ret_path[SEGMENT_PATH_SIZE])
{
	snprintf(ret_path, SEGMENT_PATH_SIZE, "%.4100s/events-%020llu.db", folder,
		 (unsigned long long)first);
}

static bool read_name(const char *name, uint64_t *ret_first)
{
	char again[SEGMENT_NAME_SIZE];
	unsigned long long first;

	if (sscanf(name, "events-%20llu.db", &first) != 1 || first == 0 || first > INT64_MAX)
		return false;
	snprintf(again, sizeof(again), "events-%020llu.db", first);
	*ret_first = first;
	return strcmp(name, again) == 0;
}

static int compare_first(const void *a, const void *b)
{
	const struct segment *left = a, *right = b;

	return (left->first > right->first) - (left->first < right->first);
}

int segments_list(const char *folder, struct segments *ret_segments, struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	uint64_t first;

	if (!dir)
		return err_set(err, "cannot read the folder %s: %s", folder, strerror(errno));
	while ((entry = readdir(dir)))
		if (read_name(entry->d_name, &first))
			vec_push(ret_segments, (struct segment){.first = first});
	closedir(dir);
	if (ret_segments->len)
		qsort(ret_segments->at, ret_segments->len, sizeof(*ret_segments->at),
		      compare_first);
	return 0;
}

int64_t segment_bytes(const char *folder, uint64_t first)
{
	char path[SEGMENT_PATH_SIZE], wal[SEGMENT_PATH_SIZE + 8];
	struct stat status;
	int64_t bytes = 0;

	segment_path(folder, first, path);
	snprintf(wal, sizeof(wal), "%s-wal", path);
	if (stat(path, &status) == 0)
		bytes += status.st_size;
	if (stat(wal, &status) == 0)
		bytes += status.st_size;
	return bytes;
}

/* --- what is carried -----------------------------------------------------------------------------
 */

void carried_fini(struct carried *carried)
{
	table_fini(&carried->topics);
	arena_fini(&carried->arena);
}

uint64_t *carried_topic(struct carried *carried, struct view topic)
{
	uint64_t *last = table_get(&carried->topics, topic);

	if (!last) {
		last = arena_zalloc(&carried->arena, sizeof(*last));
		*last = carried->floor;
		table_put(&carried->topics, arena_view(&carried->arena, topic))->value = last;
	}
	return last;
}

static int put_meta(sqlite3 *db, const char *name, const char *value, struct err *err)
{
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	int result = db_prepare(db, "INSERT OR REPLACE INTO meta VALUES(?, ?, ?)", &statement, err);

	if (result != DB_OK)
		return result;
	db_bind_view(statement, 1, view_of(name));
	db_bind_view(statement, 2, view_of(value));
	sqlite3_bind_int64(statement, 3,
			   checksum_add(checksum_add(0, view_of(name)), view_of(value)));
	return db_run(statement, err);
}

static int put_number(sqlite3 *db, const char *name, uint64_t number, struct err *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	return put_meta(db, name, text, err);
}

static int put_topics(sqlite3 *db, const struct carried *carried, struct err *err)
{
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	int result = db_prepare(db, "INSERT INTO topic VALUES(?, ?, ?)", &statement, err);

	for (size_t i = 0; i < carried->topics.len && result == DB_OK; i++) {
		const struct table_entry *entry = &carried->topics.entries[i];
		uint64_t last = *(const uint64_t *)entry->value;

		db_bind_view(statement, 1, entry->key);
		sqlite3_bind_int64(statement, 2, (int64_t)last);
		sqlite3_bind_int64(statement, 3,
				   checksum_add_number(checksum_add(0, entry->key), last));
		result = db_run(statement, err);
	}
	return result;
}

static int put_settled(sqlite3 *db, uint64_t settled, struct err *err)
{
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	int result = db_prepare(db, SETTLED_PUT, &statement, err);

	if (result != DB_OK)
		return result;
	settled_bind(statement, settled);
	return db_run(statement, err);
}

struct first_of {
	uint64_t first;
	const struct carried *carried;
};

static int fill(sqlite3 *db, void *context, struct err *err)
{
	const struct first_of *of = context;
	const struct carried *carried = of->carried;
	int result = put_meta(db, "stream", carried->stream, err);

	if (result == DB_OK)
		result = put_number(db, "first", of->first, err);
	if (result == DB_OK)
		result = put_number(db, "floor", carried->floor, err);
	if (result == DB_OK)
		result = put_settled(db, carried->settled, err);
	return result == DB_OK ? put_topics(db, carried, err) : result;
}

int segment_create(const char *folder, uint64_t first, const struct carried *carried,
		   sqlite3 **ret_db, struct err *err)
{
	struct first_of of = {first, carried};
	OWNED(db_close) sqlite3 *db = NULL;
	char path[SEGMENT_PATH_SIZE];
	int result;

	segment_path(folder, first, path);
	db_unlink(path); /* a log that was left behind would be taken for this file's */
	result = db_open(path, DB_WRITE, &db, err);
	if (result == DB_OK)
		result = db_create(db, &segment_format, fill, &of, err);
	if (result == DB_OK)
		result = db_sync_folder(folder, err);
	if (result == DB_OK) {
		*ret_db = MOVE(db);
		return DB_OK;
	}
	db_close(MOVE(db));
	db_unlink(path);
	return result;
}

/* --- reading it back -----------------------------------------------------------------------------
 */

/* The value, good until the statement is reset. */
static int get_meta(sqlite3_stmt *statement, const char *name, struct view *ret_value,
		    struct err *err)
{
	uint32_t sum;
	int result;

	sqlite3_reset(statement);
	db_bind_view(statement, 1, view_of(name));
	result = db_step(statement, err);
	if (result != DB_ROW) {
		if (result == DB_OK)
			err_set(err, "has no %s", name);
		return result == DB_OK ? DB_DAMAGED : result;
	}
	*ret_value = db_column(statement, 0);
	sum = checksum_add(checksum_add(0, view_of(name)), *ret_value);
	if (sqlite3_column_int64(statement, 1) == (int64_t)sum)
		return DB_OK;
	err_set(err, "the checksum of %s does not fit", name);
	return DB_DAMAGED;
}

static int get_number(sqlite3_stmt *statement, const char *name, uint64_t *ret_number,
		      struct err *err)
{
	struct view value;
	int result = get_meta(statement, name, &value, err);

	if (result == DB_OK)
		*ret_number = strtoull(value.len ? value.ptr : "0", NULL, 10);
	return result;
}

#define META_GET "SELECT value, sum FROM meta WHERE name = ?"

static int get_stream(sqlite3_stmt *statement, char ret_stream[JOURNAL_STREAM_SIZE],
		      struct err *err)
{
	struct view value;
	int result = get_meta(statement, "stream", &value, err);

	if (result == DB_OK && value.len != JOURNAL_STREAM_SIZE - 1)
		result = DB_DAMAGED;
	if (result != DB_OK)
		return result;
	memcpy(ret_stream, value.ptr, value.len);
	ret_stream[value.len] = '\0';
	return DB_OK;
}

int segment_stream(sqlite3 *db, char ret_stream[JOURNAL_STREAM_SIZE], struct err *err)
{
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	int result = db_prepare(db, META_GET, &statement, err);

	return result == DB_OK ? get_stream(statement, ret_stream, err) : result;
}

int segment_set_stream(sqlite3 *db, const char *stream, struct err *err)
{
	return put_meta(db, "stream", stream, err);
}

static int get_settled(sqlite3 *db, uint64_t *ret_settled, struct err *err)
{
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	int result = db_prepare(db, META_GET, &statement, err);

	return result == DB_OK ? get_number(statement, "settled", ret_settled, err) : result;
}

/* Rows (topic, last number): the greater one counts. */
static int get_topics(sqlite3 *db, const char *sql, struct carried *carried, struct err *err)
{
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	int result = db_prepare(db, sql, &statement, err);

	if (result != DB_OK)
		return result;
	while ((result = db_step(statement, err)) == DB_ROW) {
		uint64_t *last = carried_topic(carried, db_column(statement, 0));
		uint64_t now = (uint64_t)sqlite3_column_int64(statement, 1);

		*last = now > *last ? now : *last;
	}
	return result;
}

int segment_carry(sqlite3 *db, struct carried *ret_carried, struct err *err)
{
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	int result = db_prepare(db, META_GET, &statement, err);

	if (result == DB_OK)
		result = get_stream(statement, ret_carried->stream, err);
	if (result == DB_OK)
		result = get_number(statement, "floor", &ret_carried->floor, err);
	if (result == DB_OK)
		result = get_settled(db, &ret_carried->settled, err);
	if (result == DB_OK)
		result = get_topics(db, "SELECT name, last FROM topic", ret_carried, err);
	if (result == DB_OK)
		result = get_topics(db,
				    "SELECT topic, max(topicsequence) FROM event GROUP BY topic",
				    ret_carried, err);
	return result;
}
