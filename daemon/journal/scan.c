#include "journal/reading.h"

#include "base/clock.h"

#include <stdio.h>

/*
 * Answers to queries. The segments that can hold what is asked for are gone through event by event,
 * upwards, or downwards for the latest. Each event's sum is checked, wanted or not, and `place`
 * counts along: a number that does not come is told as missing, be it that its row is damaged, its
 * page cannot be read, or its segment was set aside. A row that is damaged has no number to trust,
 * so it is passed over, and the next good one shows the hole.
 *
 * An answer ends with what was asked for, or tired: after so many rows, bytes or holes it tells
 * where to go on, so that nobody holds the replay up for long.
 */
#define OPEN_ROWS 50 /* what opening a segment costs, in rows */
#define JUMPS_MAX 16 /* over what cannot be read, within one segment */

enum end { GOING, FULL, TIRED };

struct scan {
	struct journal_reader *reader;
	const struct journal_query *query;
	uint64_t head;
	uint64_t from, until; /* both included; nothing when from is greater */
	uint64_t place;	      /* the number that should come next */
	size_t limit, given;  /* events, bytes of payloads */
	size_t rows, bytes;   /* looked at */
	enum end end;
	struct table subjects; /* given, for `latest` */
	struct err *err;
};

/* --- holes ---------------------------------------------------------------------------------------
 */

/* False when there are too many, and the answer ends. */
static bool note_missing(struct scan *scan, uint64_t first, uint64_t last)
{
	struct journal_reader *reader = scan->reader;
	struct journal_range *before = reader->missing.len
					       ? &reader->missing.at[reader->missing.len - 1]
					       : NULL;

	if (before && before->last + 1 == first) {
		before->last = last;
	} else if (before && last + 1 == before->first) {
		before->first = first;
	} else if (reader->missing.len == JOURNAL_MISSING_MAX) {
		scan->end = TIRED;
		return false;
	} else {
		/* The analyser thinks of a vector with room and no memory.
		 * NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		vec_push(&reader->missing, (struct journal_range){first, last});
	}
	return true;
}

/* It went on to this number, which is there: what lies between is not. */
static bool go_to(struct scan *scan, uint64_t sequence)
{
	bool noted = true;

	if (scan->query->latest && sequence < scan->place)
		noted = note_missing(scan, sequence + 1, scan->place);
	else if (!scan->query->latest && sequence > scan->place)
		noted = note_missing(scan, scan->place, sequence - 1);
	if (noted)
		scan->place = sequence;
	return noted;
}

static void step_over(struct scan *scan)
{
	scan->place += scan->query->latest ? UINT64_MAX : 1;
}

/* --- rows ----------------------------------------------------------------------------------------
 */

static bool fits_topic(const struct journal_query *query, struct view topic)
{
	for (size_t i = 0; i < query->topic_count; i++)
		if (view_starts(topic, query->topics[i]))
			return true;
	return query->topic_count == 0;
}

static bool wants(const struct scan *scan, const struct event_row *row)
{
	if (!fits_topic(scan->query, row->entry.topic))
		return false;
	return !scan->query->latest || table_find(&scan->subjects, row->entry.subject) < 0;
}

static bool is_full(const struct scan *scan)
{
	return scan->reader->events.len == scan->limit || scan->given >= JOURNAL_READ_BYTES;
}

static void keep(struct scan *scan, const struct event_row *row)
{
	struct arena *arena = &scan->reader->arena;
	struct journal_event event = {
		.sequence = row->entry.sequence,
		.topic_sequence = row->entry.topic_sequence,
		.recorded = row->entry.recorded,
		.topic = arena_view(arena, row->entry.topic),
		.subject = arena_view(arena, row->entry.subject),
		.id = arena_view(arena, row->id),
		.payload = arena_view(arena, row->entry.payload),
	};

	vec_push(&scan->reader->events, event);
	scan->given += event.payload.len;
	if (scan->query->latest)
		table_put(&scan->subjects, event.subject);
}

/* Good, and not out of order, as in a damaged tree. */
static bool is_to_come(const struct scan *scan, uint64_t sequence)
{
	return scan->query->latest ? sequence <= scan->place : sequence >= scan->place;
}

static void take_row(struct scan *scan, sqlite3_stmt *statement)
{
	struct event_row row;
	bool wanted;

	scan->rows++;
	if (event_read(statement, &row) && is_to_come(scan, row.entry.sequence)) {
		wanted = wants(scan, &row);
		if (wanted && is_full(scan)) {
			scan->end = FULL;
			return;
		}
		if (!go_to(scan, row.entry.sequence))
			return;
		step_over(scan);
		if (wanted)
			keep(scan, &row);
	}
	scan->bytes += row.entry.payload.len;
	if (scan->rows >= JOURNAL_SCAN_ROWS || scan->bytes >= JOURNAL_SCAN_BYTES)
		scan->end = TIRED;
}

/* --- what cannot be read -------------------------------------------------------------------------
 */

static sqlite3_stmt *statement_of(const struct scan *scan)
{
	return scan->query->latest ? scan->reader->backward : scan->reader->forward;
}

static int scan_rows(struct scan *scan, uint64_t from, uint64_t until)
{
	sqlite3_stmt *statement = statement_of(scan);
	int result = DB_OK;

	reader_bind(statement, from, until);
	while (scan->end == GOING && (result = db_step(statement, scan->err)) == DB_ROW)
		take_row(scan, statement);
	sqlite3_reset(statement);
	return result == DB_ROW ? DB_OK : result;
}

struct stretch {
	uint64_t from, until;
};

/* What is left of the stretch when it begins so many numbers further on. */
static struct stretch cut(const struct scan *scan, struct stretch stretch, uint64_t distance)
{
	if (scan->query->latest)
		stretch.until -= distance;
	else
		stretch.from += distance;
	return stretch;
}

static bool is_readable(struct scan *scan, struct stretch stretch)
{
	sqlite3_stmt *statement = statement_of(scan);
	int result;

	scan->rows++;
	reader_bind(statement, stretch.from, stretch.until);
	result = db_step(statement, NULL);
	sqlite3_reset(statement);
	return result == DB_ROW || result == DB_OK;
}

/* The least distance from which on it can be read again; 0: from none. Its beginning cannot. */
static uint64_t find_readable(struct scan *scan, struct stretch stretch)
{
	uint64_t most = stretch.until - stretch.from, bad = 0, good = 1;

	while (good < most && !is_readable(scan, cut(scan, stretch, good))) {
		bad = good;
		good = good > most / 2 ? most : 2 * good;
	}
	if (good > most || !is_readable(scan, cut(scan, stretch, good)))
		return 0;
	while (good - bad > 1) {
		uint64_t middle = bad + (good - bad) / 2;

		if (is_readable(scan, cut(scan, stretch, middle)))
			good = middle;
		else
			bad = middle;
	}
	return good;
}

/* Goes on behind what cannot be read, as long as there is something. */
static int scan_readable(struct scan *scan, struct stretch stretch)
{
	int result = scan_rows(scan, stretch.from, stretch.until);

	for (int jumps = 0; scan->end == GOING && reader_is_damage(result); jumps++) {
		uint64_t distance;

		if (scan->query->latest && scan->place < stretch.until)
			stretch.until = scan->place;
		else if (!scan->query->latest && scan->place > stretch.from)
			stretch.from = scan->place;
		if (stretch.from > stretch.until)
			break;
		distance = find_readable(scan, stretch);
		if (distance == 0)
			break;
		stretch = cut(scan, stretch, distance);
		if (jumps == JUMPS_MAX) {
			if (go_to(scan, scan->query->latest ? stretch.until : stretch.from))
				scan->end = TIRED;
			break;
		}
		result = scan_rows(scan, stretch.from, stretch.until);
	}
	return reader_is_damage(result) ? DB_OK : result;
}

/* --- segments ------------------------------------------------------------------------------------
 */

static uint64_t last_of(const struct scan *scan, size_t at)
{
	const struct segments *segments = &scan->reader->segments;

	return at + 1 < segments->len ? segments->at[at + 1].first - 1 : scan->head;
}

/* What the segment should hold of it is through. */
static void pass(struct scan *scan, struct stretch stretch)
{
	scan->place = scan->query->latest ? stretch.from - 1 : stretch.until + 1;
}

static int scan_segment(struct scan *scan, size_t at)
{
	uint64_t first = scan->reader->segments.at[at].first, last = last_of(scan, at);
	struct stretch stretch = {first > scan->from ? first : scan->from,
				  last < scan->until ? last : scan->until};
	int result;

	if (stretch.from > stretch.until)
		return DB_OK;
	result = reader_open(scan->reader, at, scan->err);
	scan->rows += OPEN_ROWS;
	if (result == DB_GONE) {
		pass(scan, stretch);
		return DB_OK;
	}
	if (result == DB_OK)
		result = scan_readable(scan, stretch);
	if (result != DB_OK && !reader_is_damage(result))
		return result;
	if (scan->end == GOING &&
	    go_to(scan, scan->query->latest ? stretch.from - 1 : stretch.until + 1))
		pass(scan, stretch);
	return DB_OK;
}

/* --- times ---------------------------------------------------------------------------------------
 */

static int ask_number(struct scan *scan, size_t at, const char *sql, int64_t time,
		      int64_t *ret_number)
{
	int result = reader_open(scan->reader, at, scan->err);
	char text[120];

	*ret_number = 0;
	scan->rows += OPEN_ROWS;
	if (result != DB_OK)
		return result;
	snprintf(text, sizeof(text), sql, (long long)time);
	return db_number(scan->reader->db, text, 0, ret_number, scan->err);
}

/* The latest time of a closed segment, which is remembered. */
static bool is_before(struct scan *scan, size_t at)
{
	struct segment *segment = &scan->reader->segments.at[at];
	int64_t newest;

	if (at + 1 < scan->reader->segments.len && segment->newest == CLOCK_NONE &&
	    ask_number(scan, at, "SELECT max(recorded) FROM event WHERE recorded >= %lld",
		       INT64_MIN, &newest) == DB_OK)
		segment->newest = newest;
	return segment->newest != CLOCK_NONE && segment->newest < scan->query->since;
}

static void start_at(struct scan *scan, uint64_t start)
{
	scan->reader->since = scan->query->since;
	scan->reader->since_start = start;
	scan->from = start > scan->from ? start : scan->from;
}

/* The first event that was recorded since then, in whatever order the clock went. */
static int find_since(struct scan *scan)
{
	struct journal_reader *reader = scan->reader;
	int64_t found;

	if (reader->since_start && reader->since == scan->query->since) {
		start_at(scan, reader->since_start);
		return DB_OK;
	}
	for (size_t i = 0; i < reader->segments.len; i++) {
		int result;

		if (scan->rows >= JOURNAL_SCAN_ROWS) {
			scan->end = TIRED; /* what was learnt of the segments is kept */
			return DB_OK;
		}
		if (is_before(scan, i))
			continue;
		result = ask_number(scan, i,
				    "SELECT min(sequence) FROM event WHERE recorded >= %lld",
				    scan->query->since, &found);
		if (reader_is_damage(result))
			found = (int64_t)reader->segments.at[i].first;
		else if (result != DB_OK && result != DB_GONE)
			return result;
		if (found > 0) {
			start_at(scan, (uint64_t)found);
			return DB_OK;
		}
	}
	scan->until = 0;
	return DB_OK;
}

/* The last event that was recorded before then. */
static int find_before(struct scan *scan)
{
	int64_t found = 0;

	for (size_t i = scan->reader->segments.len; i-- > 0 && found <= 0;) {
		int result = ask_number(scan, i,
					"SELECT max(sequence) FROM event WHERE recorded < %lld",
					scan->query->before, &found);

		if (reader_is_damage(result))
			found = (int64_t)last_of(scan, i);
		else if (result != DB_OK && result != DB_GONE)
			return result;
	}
	if (found < 0 || (uint64_t)found < scan->until)
		scan->until = found > 0 ? (uint64_t)found : 0;
	return DB_OK;
}

/* --- the whole -----------------------------------------------------------------------------------
 */

/* Which numbers it is about. */
static int set_bounds(struct scan *scan)
{
	const struct journal_query *query = scan->query;
	const struct segments *segments = &scan->reader->segments;
	uint64_t oldest = segments->len ? segments->at[0].first : 1;
	int result = DB_OK;

	scan->from = query->from > oldest ? query->from : oldest;
	scan->until = query->until && query->until < scan->head ? query->until : scan->head;
	if (query->since != CLOCK_NONE && query->since != 0)
		result = find_since(scan);
	if (result == DB_OK && scan->end == GOING && query->before != CLOCK_NONE &&
	    query->before != 0)
		result = find_before(scan);
	scan->place = query->latest ? scan->until : scan->from;
	return result;
}

static int compare_events(const void *a, const void *b)
{
	const struct journal_event *left = a, *right = b;

	return (left->sequence > right->sequence) - (left->sequence < right->sequence);
}

static int compare_ranges(const void *a, const void *b)
{
	const struct journal_range *left = a, *right = b;

	return (left->first > right->first) - (left->first < right->first);
}

/* Of the latest, what was found from the newest back. */
static void finish_latest(struct scan *scan, struct journal_page *page)
{
	struct journal_reader *reader = scan->reader;
	size_t len = reader->events.len;

	page->until = scan->end == FULL && len ? reader->events.at[len - 1].sequence - 1
					       : scan->place;
	page->more = scan->end != GOING && page->until >= scan->from;
	if (len)
		qsort(reader->events.at, len, sizeof(*reader->events.at), compare_events);
	if (reader->missing.len)
		qsort(reader->missing.at, reader->missing.len, sizeof(*reader->missing.at),
		      compare_ranges);
}

static void finish(struct scan *scan, struct journal_page *ret_page)
{
	struct journal_reader *reader = scan->reader;
	size_t len = reader->events.len;
	struct journal_page page = {.more = scan->end != GOING, .next = scan->place};

	if (scan->query->latest)
		finish_latest(scan, &page);
	else if (scan->end == FULL && len)
		page.next = reader->events.at[len - 1].sequence + 1;
	page.at = reader->events.at;
	page.len = len;
	page.missing = reader->missing.at;
	page.missing_count = reader->missing.len;
	*ret_page = page;
	journal_page_trim(ret_page, scan->query->latest);
}

void journal_page_trim(struct journal_page *page, bool latest)
{
	while (!latest && page->missing_count &&
	       page->missing[page->missing_count - 1].first >= page->next)
		page->missing_count--;
	while (latest && page->more && page->missing_count &&
	       page->missing[0].last <= page->until) {
		page->missing++;
		page->missing_count--;
	}
}

int journal_reader_read(struct journal_reader *reader, const struct journal_query *query,
			struct journal_page *ret_page, struct err *err)
{
	struct scan scan = {.reader = reader, .query = query, .limit = query->limit, .err = err};
	int result = reader_look(reader, &scan.head, err);
	size_t count = reader->segments.len;

	if (scan.limit == 0 || scan.limit > JOURNAL_READ_MAX)
		scan.limit = JOURNAL_READ_MAX;
	arena_reset(&reader->arena);
	vec_reset(&reader->events);
	vec_reset(&reader->missing);
	if (result == DB_OK)
		result = set_bounds(&scan);
	for (size_t i = 0; i < count && result == DB_OK && scan.end == GOING; i++)
		result = scan_segment(&scan, query->latest ? count - 1 - i : i);
	table_fini(&scan.subjects);
	if (result != DB_OK)
		return -1;
	finish(&scan, ret_page);
	return 0;
}
