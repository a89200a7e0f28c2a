#include "journal/reader.h"

#include "base/clock.h"
#include "journal/segment.h"

#include <stdio.h>

/*
 * One connection is kept, to the segment that was read last; an answer goes through the segments
 * that can hold what is asked for. What it gives is copied into the reader's arena, so that no
 * transaction stays open between calls: an open one would keep the writer's log growing.
 */
struct journal_reader {
	char *folder;
	sqlite3 *db; /* of the segment `open`, or NULL */
	uint64_t open;
	sqlite3_stmt *forward, *backward;
	struct segments segments;
	struct arena arena; /* of the answer */
	struct {
		VEC(struct journal_event);
	} events;
};

static const char forward[] = "SELECT " EVENT_COLUMNS " FROM event WHERE sequence BETWEEN ?1 AND ?2"
			      " AND recorded >= ?3 AND recorded < ?4 ORDER BY sequence";
static const char backward[] = "SELECT " EVENT_COLUMNS
			       " FROM event WHERE sequence BETWEEN ?1 AND ?2"
			       " AND recorded >= ?3 AND recorded < ?4 ORDER BY sequence DESC";

/* --- segments ------------------------------------------------------------------------------------
 */

static void close_segment(struct journal_reader *reader)
{
	sqlite3_finalize(MOVE(reader->forward));
	sqlite3_finalize(MOVE(reader->backward));
	db_close(MOVE(reader->db));
	reader->open = 0;
}

/* DB_GONE when it was deleted meanwhile, or nothing was written to it yet. */
static int open_segment(struct journal_reader *reader, uint64_t first, struct err *err)
{
	size_t count = reader->segments.len;
	bool sealed = count && first < reader->segments.at[count - 1].first;
	enum db_mode mode = sealed ? DB_READ_SEALED : DB_READ;
	char path[SEGMENT_PATH_SIZE];
	int result;

	if (reader->db && reader->open == first)
		return DB_OK;
	close_segment(reader);
	segment_path(reader->folder, first, path);
	result = db_open(path, mode, &reader->db, err);
	if (result == DB_OK)
		result = db_readable(reader->db, &segment_format, err);
	if (result == DB_OK)
		result = db_prepare(reader->db, forward, &reader->forward, err);
	if (result == DB_OK)
		result = db_prepare(reader->db, backward, &reader->backward, err);
	if (result == DB_OK) {
		reader->open = first;
		return DB_OK;
	}
	close_segment(reader);
	if (segment_bytes(reader->folder, first) == 0 || result == DB_FRESH)
		return DB_GONE;
	return result == DB_GONE ? result : err_wrap(err, "%s", path);
}

static int list(struct journal_reader *reader, struct err *err)
{
	bool there = false;

	vec_reset(&reader->segments);
	if (segments_list(reader->folder, &reader->segments, err) < 0)
		return -1;
	for (size_t i = 0; i < reader->segments.len; i++)
		there = there || reader->segments.at[i].first == reader->open;
	if (!there) /* deleted, but its space is not given back while we have it open */
		close_segment(reader);
	return 0;
}

struct journal_reader *journal_reader_open(const char *path, struct err *err)
{
	struct journal_reader *reader = xcalloc(1, sizeof(*reader));

	reader->folder = xstrdup(path);
	if (list(reader, err) == 0)
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
	arena_fini(&reader->arena);
	free(reader->folder);
	free(reader);
}

/* --- span ----------------------------------------------------------------------------------------
 */

/* DB_OK, DB_GONE when the newest segment is none to read, or a failure. */
static int look_newest(struct journal_reader *reader, struct journal_span *span, struct err *err)
{
	struct segment *newest = &reader->segments.at[reader->segments.len - 1];
	int result = open_segment(reader, newest->first, err);

	if (result == DB_OK)
		result = segment_look(reader->db, newest, err);
	if (result == DB_OK)
		result = segment_stream(reader->db, span->stream, err);
	if (result != DB_OK)
		return result;
	span->head = newest->last;
	span->oldest = reader->segments.at[0].first;
	return DB_OK;
}

int journal_reader_span(struct journal_reader *reader, struct journal_span *ret_span,
			struct err *err)
{
	struct journal_span span = {.oldest = 1};
	int result = list(reader, err);

	if (result != DB_OK)
		return -1;
	while (reader->segments.len) {
		result = look_newest(reader, &span, err);
		if (result != DB_GONE)
			break;
		reader->segments.len--; /* just being made, or just deleted */
	}
	if (reader->segments.len && result != DB_OK)
		return -1;
	*ret_span = span;
	return 0;
}

/* --- queries -------------------------------------------------------------------------------------
 */

/* An answer while it is put together. */
struct answer {
	struct journal_reader *reader;
	const struct journal_query *query;
	size_t limit, bytes;
	bool full;
	struct table subjects; /* seen, for `latest` */
};

static bool fits_topic(const struct journal_query *query, struct view topic)
{
	for (size_t i = 0; i < query->topic_count; i++)
		if (view_starts(topic, query->topics[i]))
			return true;
	return query->topic_count == 0;
}

/* Whether the row is wanted, as far as SQL has not said it. */
static bool wants(struct answer *answer, sqlite3_stmt *statement)
{
	struct view subject;

	if (!fits_topic(answer->query, db_column(statement, EVENT_TOPIC)))
		return false;
	if (!answer->query->latest)
		return true;
	subject = db_column(statement, EVENT_SUBJECT);
	if (table_find(&answer->subjects, subject) >= 0)
		return false;
	table_put(&answer->subjects, arena_view(&answer->reader->arena, subject));
	return true;
}

static void keep(struct answer *answer, const struct event_row *row)
{
	struct arena *arena = &answer->reader->arena;
	struct journal_event event = {
		.sequence = row->entry.sequence,
		.topic_sequence = row->entry.topic_sequence,
		.recorded = row->entry.recorded,
		.topic = arena_view(arena, row->entry.topic),
		.subject = arena_view(arena, row->entry.subject),
		.id = arena_view(arena, row->id),
		.payload = arena_view(arena, row->entry.payload),
	};

	vec_push(&answer->reader->events, event);
	answer->bytes += event.payload.len;
}

static int take_row(struct answer *answer, sqlite3_stmt *statement, struct err *err)
{
	struct event_row row;

	if (!wants(answer, statement))
		return DB_OK;
	if (answer->reader->events.len == answer->limit || answer->bytes >= JOURNAL_READ_BYTES) {
		answer->full = true;
		return DB_OK;
	}
	if (event_read(statement, &row)) {
		keep(answer, &row);
		return DB_OK;
	}
	err_set(err, "the checksum of event %lld does not fit: it is damaged",
		(long long)sqlite3_column_int64(statement, EVENT_SEQUENCE));
	return DB_DAMAGED;
}

static void bind(const struct journal_query *query, sqlite3_stmt *statement)
{
	sqlite3_bind_int64(statement, 1, (int64_t)query->from);
	sqlite3_bind_int64(statement, 2,
			   query->until && query->until < INT64_MAX ? (int64_t)query->until
								    : INT64_MAX);
	sqlite3_bind_int64(statement, 3, query->since == CLOCK_NONE ? INT64_MIN : query->since);
	sqlite3_bind_int64(statement, 4,
			   query->before == CLOCK_NONE || query->before == 0 ? INT64_MAX
									     : query->before);
}

static int read_segment(struct answer *answer, uint64_t first, struct err *err)
{
	struct journal_reader *reader = answer->reader;
	sqlite3_stmt *statement;
	int result = open_segment(reader, first, err);

	if (result != DB_OK)
		return result == DB_GONE ? DB_OK : result;
	statement = answer->query->latest ? reader->backward : reader->forward;
	bind(answer->query, statement);
	while (!answer->full && (result = db_step(statement, err)) == DB_ROW) {
		result = take_row(answer, statement, err);
		if (result != DB_OK)
			break;
	}
	sqlite3_reset(statement);
	return result;
}

/* Whether the segment's numbers can lie within the query's. */
static bool may_hold(const struct journal_reader *reader, size_t at,
		     const struct journal_query *query)
{
	const struct segments *segments = &reader->segments;

	if (query->until && segments->at[at].first > query->until)
		return false;
	return at + 1 == segments->len || segments->at[at + 1].first > query->from;
}

static int compare_events(const void *a, const void *b)
{
	const struct journal_event *left = a, *right = b;

	return (left->sequence > right->sequence) - (left->sequence < right->sequence);
}

int journal_reader_read(struct journal_reader *reader, const struct journal_query *query,
			struct journal_page *ret_page, struct err *err)
{
	struct answer answer = {.reader = reader, .query = query, .limit = query->limit};
	int result = query->from > INT64_MAX ? DB_OK : list(reader, err);
	size_t count = query->from > INT64_MAX ? 0 : reader->segments.len;

	if (answer.limit == 0 || answer.limit > JOURNAL_READ_MAX)
		answer.limit = JOURNAL_READ_MAX;
	arena_reset(&reader->arena);
	vec_reset(&reader->events);
	for (size_t i = 0; i < count && result == DB_OK && !answer.full; i++) {
		size_t at = query->latest ? count - 1 - i : i;

		if (may_hold(reader, at, query))
			result = read_segment(&answer, reader->segments.at[at].first, err);
	}
	table_fini(&answer.subjects);
	if (result != DB_OK)
		return -1;
	if (query->latest && reader->events.len)
		qsort(reader->events.at, reader->events.len, sizeof(*reader->events.at),
		      compare_events);
	*ret_page = (struct journal_page){reader->events.at, reader->events.len, answer.full};
	return 0;
}
