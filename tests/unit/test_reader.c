#include "journal/reader.h"

#include "base/clock.h"
#include "base/own.h"
#include "journal_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/*
 * What a reader gives of a journal that is damaged, huge, or was written while the clock went back:
 * every number is either given as it was or told as missing, in bounded answers.
 */
#define FIRST "events-00000000000000000001.db"

static struct journal_reader *reader;

static void open_reader(void)
{
	struct err err;

	reader = journal_reader_open(folder, &err);
	ck_assert_msg(reader != NULL, "%s", err.text);
}

static int open_named(const char *name)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return open(path, O_RDWR);
}

/* In place, as a disk does it: whoever has the file open keeps it. */
static void flip(const char *name, size_t at)
{
	int fd = open_named(name);
	char byte;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &byte, 1, (off_t)at), 1);
	byte = (char)~byte;
	ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)at), 1);
	close(fd);
}

/* The last place of the text in the file: earlier ones may be out of use. */
static size_t find(const char *name, const char *text)
{
	size_t size, found = 0, len = strlen(text);
	char *bytes = read_whole(name, &size);

	for (size_t at = 0; at + len <= size; at++)
		if (memcmp(bytes + at, text, len) == 0)
			found = at;
	free(bytes);
	ck_assert_uint_gt(found, 0);
	return found;
}

/* Within the payload of that event. */
static size_t find_event(const char *name, uint64_t sequence)
{
	char text[40];

	snprintf(text, sizeof(text), "{\"n\":%llu,", (unsigned long long)sequence);
	return find(name, text);
}

/* --- everything is given or told -----------------------------------------------------------------
 */
#define MOST 200

/* '.' nothing yet, 'g' given, 'm' missing; from 1 on. */
static char fate[MOST + 2];

static void mark(uint64_t sequence, char how)
{
	ck_assert_uint_ge(sequence, 1);
	ck_assert_uint_le(sequence, MOST);
	ck_assert_msg(fate[sequence] == '.', "%llu is %c and %c", (unsigned long long)sequence,
		      fate[sequence], how);
	fate[sequence] = how;
}

static void mark_page(const struct journal_page *page)
{
	for (size_t i = 0; i < page->len; i++) {
		check_event(&page->at[i]);
		mark(page->at[i].sequence, 'g');
	}
	for (size_t i = 0; i < page->missing_count; i++)
		for (uint64_t n = page->missing[i].first; n <= page->missing[i].last; n++)
			mark(n, 'm');
}

/* Page by page; how many pages. */
static int read_all(struct journal_query query)
{
	struct journal_page page = {.more = true};
	struct err err;
	int pages = 0;

	memset(fate, '.', sizeof(fate) - 1);
	while (page.more && ++pages < MOST) {
		ck_assert_msg(journal_reader_read(reader, &query, &page, &err) == 0, "%s",
			      err.text);
		mark_page(&page);
		query.from = query.latest ? query.from : page.next;
		query.until = query.latest ? page.until : query.until;
	}
	return pages;
}

static size_t count_fate(char how)
{
	size_t count = 0;

	for (size_t i = 1; i <= MOST; i++)
		count += fate[i] == how;
	return count;
}

static void check_fates(size_t given, size_t missing)
{
	ck_assert_msg(count_fate('g') == given && count_fate('m') == missing,
		      "%zu given, %zu missing:\n%s", count_fate('g'), count_fate('m'), fate + 1);
}

/* --- one byte ------------------------------------------------------------------------------------
 */
enum { CLOSED, LIVE, LIVE_LOG, PLACES }; /* where the damaged event stands */

static const struct {
	struct journal_query query;
	const char *topic;
	size_t given; /* of those without event 5 */
} asked[] = {
	{{.from = 1}, NULL, 19},
	{{.from = 5}, NULL, 15},
	{{.until = 5}, NULL, 4},
	{{.since = 3 * CLOCK_SECOND}, NULL, 17},
	{{.from = 1, .limit = 4}, NULL, 19},
	{{.from = 1}, "event.b", 10},
	{{.from = 1}, "none", 0},
	{{.from = 1, .limit = 1}, "event.b", 10},
	{{.latest = true}, NULL, 2},
	{{.latest = true, .limit = 1}, "event.b", 2},
};

static struct journal *make_with_damage(int place)
{
	struct journal *journal;

	options.segment_bytes = place == CLOSED ? 3000 : 0;
	journal = must_open();
	keep(journal, "event.a.x", 10, 0);
	keep(journal, "event.b.y", 10, 0);
	if (place == LIVE) {
		journal_close(journal); /* out of SQLite's log */
		journal = must_open();
	}
	open_reader();
	journal_reader_head(reader, 20);
	read_all((struct journal_query){.from = 1});
	check_fates(20, 0);
	flip(place == LIVE_LOG ? FIRST "-wal" : FIRST,
	     find_event(place == LIVE_LOG ? FIRST "-wal" : FIRST, 5) + 12);
	journal_reader_close(reader); /* and what its cache holds */
	open_reader();
	journal_reader_head(reader, 20);
	return journal;
}

START_TEST(names_a_damaged_event_and_goes_on)
{
	struct journal *journal = make_with_damage(_i);

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct journal_query query = asked[i].query;
		struct view topic = view_of(asked[i].topic);

		query.topics = &topic;
		query.topic_count = asked[i].topic != NULL;
		if (query.latest) {
			struct journal_page page;

			query.limit = 0;
			ck_assert_int_eq(journal_reader_read(reader, &query, &page, NULL), 0);
			ck_assert_uint_eq(page.missing_count, 1);
			ck_assert_uint_eq(page.missing[0].first, 5);
			ck_assert_uint_eq(page.missing[0].last, 5);
			ck_assert_uint_eq(page.len, asked[i].given);
			continue;
		}
		read_all(query);
		check_fates(asked[i].given, 1);
		ck_assert_int_eq(fate[5], 'm');
	}
	journal_close(journal);
	journal_reader_close(reader);
}
END_TEST

/* A damaged topic would hide an event from who asks for that topic. */
START_TEST(names_an_event_whose_topic_is_damaged)
{
	struct view topic = VIEW("event.b");
	struct journal_query query = {.from = 1, .topics = &topic, .topic_count = 1};

	journal_close(must_open_with(3));
	open_reader();
	flip(FIRST, find(FIRST, "event.a.xurn:0") + 6);
	read_all(query);
	check_fates(0, 1);
	journal_reader_close(reader);
}
END_TEST

/* --- pages and files -----------------------------------------------------------------------------
 */

static void make_two_segments(void)
{
	struct journal *journal;

	options.segment_bytes = 18000;
	journal = must_open_with(64);
	keep(journal, "event.a.x", 16, 0);
	journal_close(journal);
	ck_assert_int_eq(count_files("events-"), 2);
}

/* Of a page that cannot be read all its events, and no other, are missing. */
START_TEST(passes_over_a_damaged_page)
{
	size_t at;

	make_two_segments();
	at = find_event(FIRST, 30) / 4096 * 4096;
	open_reader();
	journal_reader_head(reader, 80);
	flip(FIRST, at);
	read_all((struct journal_query){.from = 1});
	ck_assert_uint_eq(count_fate('.'), MOST - 80);
	ck_assert_uint_gt(count_fate('m'), 5);
	ck_assert_uint_lt(count_fate('m'), 20);
	ck_assert_int_eq(fate[30], 'm');
	journal_reader_close(reader);
}
END_TEST

/* The newest segment has no beginning any more; what the writer said is there is told. */
START_TEST(passes_over_a_damaged_file)
{
	static const char *const names[] = {FIRST, "events-00000000000000000065.db"};
	struct journal_span span;

	make_two_segments();
	open_reader();
	journal_reader_head(reader, 80);
	flip(names[_i], 0);
	read_all((struct journal_query){.from = 1});
	check_fates(_i ? 64 : 16, _i ? 16 : 64);
	read_all((struct journal_query){.from = 60, .until = 70});
	check_fates(_i ? 5 : 6, _i ? 6 : 5);
	ck_assert_int_eq(journal_reader_span(reader, &span, NULL), 0);
	ck_assert_uint_eq(span.head, 80);
	ck_assert_uint_eq(span.oldest, 1);
	ck_assert_uint_eq(strlen(span.stream), JOURNAL_STREAM_SIZE - 1);
	journal_reader_close(reader);
}
END_TEST

START_TEST(tells_of_a_file_that_was_set_aside)
{
	options.segment_bytes = 3000;
	for (int i = 0; i < 3; i++)
		journal_close(must_open_with(12));
	damage("events-00000000000000000013.db", 0, 100);
	journal_close(must_open());
	open_reader();
	read_all((struct journal_query){.from = 1});
	check_fates(24, 12);
	read_all((struct journal_query){.from = 15, .until = 20});
	check_fates(0, 6);
	journal_reader_close(reader);
}
END_TEST

/* Whichever byte: what is given is right, and what is not given is told. */
START_TEST(gives_or_tells_whatever_byte_is_wrong)
{
	size_t size, step = 211;
	char *bytes;

	make_two_segments();
	bytes = read_whole(FIRST, &size);
	for (size_t at = (size_t)_i; at < size; at += step) {
		flip(FIRST, at);
		open_reader();
		journal_reader_head(reader, 80);
		read_all((struct journal_query){.from = 1});
		ck_assert_msg(count_fate('g') + count_fate('m') == 80, "byte %zu: %s", at,
			      fate + 1);
		ck_assert_uint_ge(count_fate('g'), 16);
		journal_reader_close(reader);
		flip(FIRST, at);
	}
	free(bytes);
}
END_TEST

START_TEST(bounds_what_is_missing)
{
	make_two_segments();
	open_reader();
	for (uint64_t n = 1; n <= 80; n += 2) /* 40 holes: one answer */
		flip(n <= 64 ? FIRST : "events-00000000000000000065.db",
		     find_event(n <= 64 ? FIRST : "events-00000000000000000065.db", n) + 12);
	ck_assert_int_eq(read_all((struct journal_query){.from = 1}), 1);
	check_fates(40, 40);
	journal_reader_close(reader);
}
END_TEST

/* --- bounds --------------------------------------------------------------------------------------
 */
#define MANY (2 * JOURNAL_SCAN_ROWS + 100)

static void fill_with(uint64_t count, const char *payload)
{
	struct journal *journal = must_open();
	struct journal_entry *entries = xcalloc(count, sizeof(*entries));
	struct err err;

	for (uint64_t i = 0; i < count; i++) {
		entries[i] = (struct journal_entry){.topic = VIEW("event.a.x"),
						    .payload = view_of(payload),
						    .subject = VIEW("urn:1"),
						    .recorded = (int64_t)i};
		journal_number(journal, &entries[i]);
	}
	ck_assert_msg(journal_commit(journal, entries, count, 0, &err) == 0, "%s", err.text);
	free(entries);
	journal_close(journal);
}

START_TEST(bounds_what_it_looks_at)
{
	struct view topic = VIEW("none");
	struct journal_query query = {.from = 1, .topics = &topic, .topic_count = 1};
	struct journal_page page;
	int pages = 0;

	fill_with(MANY, "{}");
	open_reader();
	query.latest = _i;
	do {
		uint64_t from = query.from, until = query.until ? query.until : MANY;

		ck_assert_int_eq(journal_reader_read(reader, &query, &page, NULL), 0);
		ck_assert_uint_eq(page.len, 0);
		ck_assert_uint_eq(page.missing_count, 0);
		pages++;
		if (page.more && query.latest)
			ck_assert_uint_le(until - page.until, JOURNAL_SCAN_ROWS);
		else if (page.more)
			ck_assert_uint_le(page.next - from, JOURNAL_SCAN_ROWS);
		query.from = query.latest ? 1 : page.next;
		query.until = query.latest ? page.until : 0;
	} while (page.more);
	ck_assert_int_eq(pages, 3);
	journal_reader_close(reader);
}
END_TEST

START_TEST(bounds_the_bytes_it_looks_at)
{
	struct view topic = VIEW("none");
	struct journal_query query = {.from = 1, .topics = &topic, .topic_count = 1};
	struct journal_page page;
	char *payload = xcalloc(1, ((size_t)1 << 20) + 1);

	memset(payload, 'x', (size_t)1 << 20);
	fill_with(40, payload);
	free(payload);
	open_reader();
	ck_assert_int_eq(journal_reader_read(reader, &query, &page, NULL), 0);
	ck_assert(page.more);
	ck_assert_uint_eq(page.next, JOURNAL_SCAN_BYTES / ((size_t)1 << 20) + 1);
	query.from = page.next;
	ck_assert_int_eq(journal_reader_read(reader, &query, &page, NULL), 0);
	ck_assert(!page.more);
	journal_reader_close(reader);
}
END_TEST

/* --- the clock -----------------------------------------------------------------------------------
 */

/* Three events a segment; at event 7 the clock goes back by an hour, at 13 two days ahead for two
 * events. */
static const int seconds[] = {0,     10,    20,	   30,	  40,	  50,	  -3550, -3540,
			      -3530, -3520, -3510, -3500, 172800, 172810, -3470, -3460};
#define DAY_START (INT64_C(1769904000) * CLOCK_SECOND)
#define RECORDED (sizeof(seconds) / sizeof(seconds[0]))

static void record_with_jumps(void)
{
	struct journal *journal;

	options.segment_bytes = 1000;
	journal = must_open();
	for (uint64_t n = 1; n <= RECORDED; n++) {
		struct journal_entry entry = made_entry("event.a.x", n);

		entry.recorded = DAY_START + seconds[n - 1] * CLOCK_SECOND;
		journal_number(journal, &entry);
		ck_assert_int_eq(journal_commit(journal, &entry, 1, 0, NULL), 0);
	}
	journal_close(journal);
	ck_assert_int_gt(count_files("events-"), 3);
}

static const struct {
	int since, before; /* seconds; 0: none */
	uint64_t first, last;
} spans[] = {
	{20, 0, 3, 16}, /* also what was recorded "before", after the clock went back */
	{51, 0, 13, 16},    {200000, 0, 0, 0}, {-3505, 0, 1, 16},
	{45, -3505, 6, 11}, /* ends with the last one from before then */
	{0, -3505, 1, 11},  {0, -4000, 0, 0},  {0, 200000, 1, 16},
};

START_TEST(loses_nothing_when_the_clock_goes_back)
{
	struct journal_query query = {.since = CLOCK_NONE, .before = CLOCK_NONE, .limit = 3};
	struct journal_page page;
	uint64_t expected = spans[_i].first;

	record_with_jumps();
	open_reader();
	if (spans[_i].since)
		query.since = DAY_START + spans[_i].since * CLOCK_SECOND;
	if (spans[_i].before)
		query.before = DAY_START + spans[_i].before * CLOCK_SECOND;
	do {
		ck_assert_int_eq(journal_reader_read(reader, &query, &page, NULL), 0);
		ck_assert_uint_eq(page.missing_count, 0);
		for (size_t i = 0; i < page.len; i++)
			ck_assert_uint_eq(page.at[i].sequence, expected++);
		query.from = page.next;
	} while (page.more);
	ck_assert_uint_eq(expected, spans[_i].first ? spans[_i].last + 1 : 0);
	journal_reader_close(reader);
}
END_TEST

static void add_cases(TCase *tcase)
{
	tcase_add_loop_test(tcase, names_a_damaged_event_and_goes_on, 0, PLACES);
	tcase_add_test(tcase, names_an_event_whose_topic_is_damaged);
	tcase_add_test(tcase, passes_over_a_damaged_page);
	tcase_add_loop_test(tcase, passes_over_a_damaged_file, 0, 2);
	tcase_add_test(tcase, tells_of_a_file_that_was_set_aside);
	tcase_add_loop_test(tcase, gives_or_tells_whatever_byte_is_wrong, 0, 4);
	tcase_add_test(tcase, bounds_what_is_missing);
	tcase_add_loop_test(tcase, bounds_what_it_looks_at, 0, 2);
	tcase_add_test(tcase, bounds_the_bytes_it_looks_at);
	tcase_add_loop_test(tcase, loses_nothing_when_the_clock_goes_back, 0,
			    sizeof(spans) / sizeof(spans[0]));
}

int main(void)
{
	return run_journal_suite("reader", add_cases);
}
