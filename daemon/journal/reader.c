#include "journal/reading.h"

#include "base/clock.h"

#include <stdio.h>

static const char forward[] = "SELECT " EVENT_COLUMNS
			      " FROM event WHERE sequence BETWEEN ?1 AND ?2 ORDER BY sequence";
static const char backward[] =
	"SELECT " EVENT_COLUMNS
	" FROM event WHERE sequence BETWEEN ?1 AND ?2 ORDER BY sequence DESC";

/* --- segments ------------------------------------------------------------------------------------
 */

static void close_segment(struct journal_reader *reader)
{
	sqlite3_finalize(MOVE(reader->forward));
	sqlite3_finalize(MOVE(reader->backward));
	db_close(MOVE(reader->db));
	reader->open = 0;
}

static int open_file(struct journal_reader *reader, const char *path, enum db_mode mode,
		     struct err *err)
{
	int result = db_open(path, mode, &reader->db, err);

	if (result == DB_OK)
		result = db_readable(reader->db, &segment_format, err);
	if (result == DB_OK)
		result = db_prepare(reader->db, forward, &reader->forward, err);
	if (result == DB_OK)
		result = db_prepare(reader->db, backward, &reader->backward, err);
	return result;
}

int reader_open(struct journal_reader *reader, size_t at, struct err *err)
{
	uint64_t first = reader->segments.at[at].first;
	bool newest = at + 1 == reader->segments.len;
	char path[SEGMENT_PATH_SIZE];
	int result;

	if (reader->db && reader->open == first)
		return DB_OK;
	close_segment(reader);
	segment_path(reader->folder, first, path);
	result = open_file(reader, path, newest ? DB_READ : DB_READ_SEALED, err);
	if (result == DB_OK) {
		reader->open = first;
		return DB_OK;
	}
	close_segment(reader);
	if (segment_bytes(reader->folder, first) == 0 || result == DB_FRESH || result == DB_GONE)
		return DB_GONE;
	err_wrap(err, "%s", path);
	return result;
}

/* Takes over what is known of closed segments. */
static void keep_known(const struct segments *before, struct segments *now)
{
	for (size_t i = 0, k = 0; i + 1 < now->len; i++) {
		while (k < before->len && before->at[k].first < now->at[i].first)
			k++;
		if (k + 1 < before->len && before->at[k].first == now->at[i].first)
			now->at[i].newest = before->at[k].newest;
	}
}

static int list(struct journal_reader *reader, struct err *err)
{
	struct segments now = {0};
	bool there = false;

	if (segments_list(reader->folder, &now, err) < 0)
		return DB_FAILED;
	for (size_t i = 0; i < now.len; i++) {
		now.at[i].newest = CLOCK_NONE;
		there = there || now.at[i].first == reader->open;
	}
	keep_known(&reader->segments, &now);
	vec_fini(&reader->segments);
	reader->segments = now;
	if (!there) /* deleted, but its space is not given back while we have it open */
		close_segment(reader);
	return DB_OK;
}

struct journal_reader *journal_reader_open(const char *path, struct err *err)
{
	struct journal_reader *reader = xcalloc(1, sizeof(*reader));

	reader->folder = xstrdup(path);
	if (list(reader, err) == DB_OK)
		return reader;
	journal_reader_close(reader);
	return NULL;
}

void journal_reader_close(struct journal_reader *reader)
{
	if (!reader)
		return;
	close_segment(reader);
	vec_fini(&reader->segments);
	vec_fini(&reader->events);
	vec_fini(&reader->missing);
	arena_fini(&reader->arena);
	free(reader->folder);
	free(reader);
}

void journal_reader_head(struct journal_reader *reader, uint64_t head)
{
	reader->head = head;
}

void reader_bind(sqlite3_stmt *statement, uint64_t from, uint64_t until)
{
	sqlite3_bind_int64(statement, 1, from < INT64_MAX ? (int64_t)from : INT64_MAX);
	sqlite3_bind_int64(statement, 2, until < INT64_MAX ? (int64_t)until : INT64_MAX);
}

/* --- where the stream stands ---------------------------------------------------------------------
 */

/* The last event of the open segment that is good; what is damaged has no number to trust. */
static int find_last(struct journal_reader *reader, uint64_t *ret_last, struct err *err)
{
	sqlite3_stmt *statement = reader->backward;
	struct event_row row;
	int result;

	reader_bind(statement, 1, INT64_MAX);
	for (size_t rows = 0; (result = db_step(statement, err)) == DB_ROW; rows++) {
		if (event_read(statement, &row))
			*ret_last = row.entry.sequence;
		if (rows == JOURNAL_SCAN_ROWS || *ret_last == row.entry.sequence)
			break;
	}
	sqlite3_reset(statement);
	return result == DB_ROW ? DB_OK : result;
}

/* DB_GONE when the newest segment is none to read. */
static int look_newest(struct journal_reader *reader, uint64_t *ret_last, struct err *err)
{
	size_t at = reader->segments.len - 1;
	int result = reader_open(reader, at, err);

	*ret_last = reader->segments.at[at].first - 1;
	if (result == DB_OK)
		result = find_last(reader, ret_last, err);
	return result;
}

/* Of the newest segment that says it; the one of before when none does. */
static int look_stream(struct journal_reader *reader, struct err *err)
{
	int result = DB_DAMAGED;

	for (size_t i = reader->segments.len; i-- > 0 && reader_is_damage(result);) {
		result = reader_open(reader, i, err);
		if (result == DB_OK)
			result = segment_stream(reader->db, reader->stream, err);
		if (*reader->stream)
			break;
	}
	return reader_is_damage(result) || result == DB_GONE ? DB_OK : result;
}

int reader_look(struct journal_reader *reader, uint64_t *ret_head, struct err *err)
{
	int result = list(reader, err);
	uint64_t last = 0;

	if (result != DB_OK)
		return result;
	while (reader->segments.len) {
		result = look_newest(reader, &last, err);
		if (result != DB_GONE)
			break;
		reader->segments.len--; /* just being made, or just deleted */
	}
	if (reader->segments.len && result != DB_OK && !reader_is_damage(result))
		return result;
	*ret_head = last > reader->head ? last : reader->head;
	return reader->segments.len ? look_stream(reader, err) : DB_OK;
}

int journal_reader_span(struct journal_reader *reader, struct journal_span *ret_span,
			struct err *err)
{
	struct journal_span span = {.oldest = 1};

	if (reader_look(reader, &span.head, err) != DB_OK)
		return -1;
	if (reader->segments.len) {
		span.oldest = reader->segments.at[0].first;
		memcpy(span.stream, reader->stream, sizeof(span.stream));
	}
	*ret_span = span;
	return 0;
}
