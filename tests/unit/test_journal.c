#include "journal/journal.h"

#include "base/clock.h"
#include "base/own.h"
#include "journal/db.h"
#include "journal/reader.h"
#include "journal_fixture.h"

#include <stdio.h>
#include <sys/resource.h>

/*
 * The journal on disk: what is kept is there after a restart, numbers go on, segments come and go,
 * damage is named and the rest served.
 */
static const struct {
	const char *topic;
	uint64_t topic_sequence;
} numbered[] = {
	{"event.blackout.ongoing", 1},	{"event.blackout.restored", 1},
	{"event.blackout.ongoing", 2},	{"event.blackout.ongoing", 3},
	{"event.blackout.restored", 2}, {"heartbeat", 1},
};

#define COUNT (sizeof(numbered) / sizeof(*numbered))

static void number_all(struct journal *journal)
{
	struct journal_entry entries[COUNT];
	char topic[64];
	struct err err;

	ck_assert_uint_eq(journal_head(journal), 0);
	for (size_t i = 0; i < COUNT; i++) {
		/* The topic's memory is used anew each time: the journal keeps its own. */
		strcpy(topic, numbered[i].topic);
		entries[i] = (struct journal_entry){.topic = view_of(topic)};
		journal_number(journal, &entries[i]);
		ck_assert_uint_eq(entries[i].sequence, i + 1);
		ck_assert_uint_eq(entries[i].topic_sequence, numbered[i].topic_sequence);
		ck_assert_uint_eq(journal_head(journal), i + 1);
		entries[i].topic = view_of(numbered[i].topic);
	}
	ck_assert_int_eq(journal_commit(journal, entries, 2, 0, &err), JOURNAL_KEPT);
	ck_assert_int_eq(journal_commit(journal, entries + 2, COUNT - 2, 0, &err), JOURNAL_KEPT);
}

START_TEST(numbers_without_a_hole)
{
	struct journal *journal = must_open_at(NULL);

	number_all(journal);
	journal_close(journal);
	journal = must_open();
	number_all(journal);
	journal_close(journal);
}
END_TEST

START_TEST(names_each_stream_anew)
{
	struct journal *first = must_open_at(NULL), *second = must_open_at(NULL);

	ck_assert_uint_eq(strspn(journal_stream(first), "0123456789abcdef"),
			  JOURNAL_STREAM_SIZE - 1);
	ck_assert_uint_eq(strlen(journal_stream(first)), JOURNAL_STREAM_SIZE - 1);
	ck_assert_str_ne(journal_stream(first), journal_stream(second));
	journal_close(first);
	journal_close(second);
}
END_TEST

/* --- restarts ------------------------------------------------------------------------------------
 */

START_TEST(goes_on_after_a_restart)
{
	struct journal *journal = must_open();
	char stream[JOURNAL_STREAM_SIZE];

	strcpy(stream, journal_stream(journal));
	keep(journal, "event.a.x", 3, 7);
	keep(journal, "event.b.y", 2, 9);
	journal_close(journal);
	for (uint64_t round = 0; round < 3; round++) {
		journal = must_open();
		ck_assert_str_eq(journal_findings(journal), "");
		ck_assert_str_eq(journal_stream(journal), stream);
		ck_assert_uint_eq(journal_head(journal), 5 + round);
		ck_assert_uint_eq(journal_settled(journal), 9 + round);
		ck_assert_uint_eq(keep(journal, "event.a.x", 1, 10 + round), 4 + round);
		journal_close(journal);
	}
	check_journal(1, 8);
}
END_TEST

START_TEST(forgets_what_was_numbered_and_not_kept)
{
	struct journal *journal = must_open();
	struct journal_entry entry = {.topic = VIEW("event.a.x")};

	keep(journal, "event.a.x", 1, 0);
	journal_number(journal, &entry);
	journal_close(journal);
	journal = must_open();
	ck_assert_uint_eq(journal_head(journal), 1);
	ck_assert_uint_eq(keep(journal, "event.a.x", 1, 0), 2);
	journal_close(journal);
}
END_TEST

START_TEST(belongs_to_one)
{
	struct journal *journal = must_open();

	check_refused("belongs to another newstagd");
	journal_close(journal);
	journal_close(must_open());
}
END_TEST

static void count_digest(void *context, const unsigned char *digest)
{
	size_t *count = context;

	ck_assert_int_eq(digest[0], (int)++*count);
}

static void check_subject(void *context, struct view subject)
{
	(void)context;
	ck_assert(view_starts(subject, VIEW("urn:")));
}

START_TEST(remembers_digests)
{
	struct journal *journal = must_open();
	size_t count = 0;
	struct journal_recall recall = {count_digest, check_subject, &count};

	keep(journal, "event.a.x", 5, 0); /* digests 1 to 5 */
	journal_close(journal);
	journal = must_open();
	ck_assert_int_eq(journal_recent(journal, 100, &recall, NULL), 0);
	ck_assert_uint_eq(count, 5);
	count = 2;
	ck_assert_int_eq(journal_recent(journal, 3, &recall, NULL), 0);
	ck_assert_uint_eq(count, 5);
	journal_close(journal);
}
END_TEST

/* Events of one item are told in order, through all segments: of "urn:0" the even ones. */
static void check_found(void *context, const struct journal_found *found)
{
	uint64_t *last = context;
	char id[40];

	*last += 2;
	snprintf(id, sizeof(id), "%032llx", (unsigned long long)*last);
	ck_assert(view_is(found->id, id));
	ck_assert(view_is(found->topic, "event.a.x"));
	ck_assert(view_starts(found->payload, VIEW("{\"n\":")));
}

START_TEST(finds_events_of_an_item)
{
	struct journal *journal;
	uint64_t last = 0;

	options.segment_bytes = 3000;
	journal = must_open();
	ck_assert_int_eq(journal_find(journal, VIEW("urn:0"), check_found, &last, NULL), 0);
	ck_assert_uint_eq(last, 0);
	for (int i = 0; i < 10; i++)
		keep(journal, "event.a.x", 5, 0);
	ck_assert_int_gt(count_files("events-"), 3);
	for (int i = 0; i < 2; i++) {
		last = 0;
		ck_assert_int_eq(journal_find(journal, VIEW("urn:0"), check_found, &last, NULL), 0);
		ck_assert_uint_eq(last, 50);
	}
	ck_assert_int_eq(journal_find(journal, VIEW("urn:9"), check_found, &last, NULL), 0);
	ck_assert_uint_eq(last, 50);
	journal_close(journal);
}
END_TEST

/* --- segments ------------------------------------------------------------------------------------
 */

START_TEST(begins_segments_by_size)
{
	options.segment_bytes = 3000; /* of rows of some 300 bytes */

	struct journal *journal = must_open();

	for (int i = 0; i < 10; i++)
		keep(journal, i % 2 ? "event.a.x" : "event.b.y", 6, 0);
	ck_assert_int_eq(count_files("events-"), 6);
	journal_close(journal);
	check_journal(1, 60);
	journal = must_open();
	ck_assert_uint_eq(keep(journal, "event.a.x", 1, 0), 31);
	journal_close(journal);
	check_journal(1, 61);
}
END_TEST

START_TEST(retains_by_size)
{
	options.segment_bytes = 3000;
	options.retain_bytes = 150000;

	struct journal *journal = must_open();

	for (int i = 0; i < 60; i++)
		keep(journal, "event.a.x", 6, 0);
	ck_assert_uint_gt(journal_tend(journal, clock_now()), 0);
	ck_assert_uint_eq(journal_tend(journal, clock_now()), 0);
	ck_assert_int_le(folder_bytes("events-"), 150000 + 70000);
	journal_close(journal);
	ck_assert_uint_gt(look().oldest, 1);
	check_journal(look().oldest, 360);
	journal = must_open();
	ck_assert_uint_eq(keep(journal, "event.a.x", 1, 0), 361);
	journal_close(journal);
}
END_TEST

START_TEST(retains_by_age)
{
	options.retain_ms = 8000;

	struct journal *journal = must_open();

	keep(journal, "event.a.x", 3, 0); /* recorded at 1 s, 2 s, 3 s */
	ck_assert_uint_eq(journal_tend(journal, 4 * CLOCK_SECOND), 0);
	ck_assert_int_eq(count_files("events-"), 2); /* the first was closed by its age */
	ck_assert_uint_eq(journal_tend(journal, 10 * CLOCK_SECOND), 0);
	ck_assert_uint_eq(journal_tend(journal, 12 * CLOCK_SECOND), 1);
	ck_assert_int_eq(count_files("events-"), 1);
	ck_assert_uint_eq(look().oldest, 4);
	ck_assert_uint_eq(look().head, 3);
	ck_assert_uint_eq(keep(journal, "event.a.x", 1, 0), 4);
	journal_close(journal);
	check_journal(4, 4);
}
END_TEST

static void keep_at(struct journal *journal, int64_t recorded)
{
	struct journal_entry entry = made_entry("event.a.x", journal_head(journal) + 1);

	entry.recorded = recorded;
	journal_number(journal, &entry);
	ck_assert_int_eq(journal_commit(journal, &entry, 1, 0, NULL), JOURNAL_KEPT);
}

/* A clock that began in 1970, or went back, must not make what has just come old. */
START_TEST(retains_what_a_wrong_clock_dated)
{
	const int64_t now = INT64_C(1800000000) * CLOCK_SECOND, hour = 3600 * CLOCK_SECOND;
	struct journal *journal;

	options.retain_ms = 24 * 3600 * 1000;
	options.segment_bytes = 1;
	journal = must_open();
	keep_at(journal, CLOCK_SECOND); /* a segment each */
	keep_at(journal, now - hour);
	keep_at(journal, now);
	keep_at(journal, now - 100 * hour);
	keep_at(journal, now);
	ck_assert_uint_eq(journal_tend(journal, now), 0);
	journal_close(journal);
	journal = must_open(); /* the same by what the files say */
	ck_assert_uint_eq(journal_tend(journal, now), 0);
	ck_assert_uint_eq(journal_tend(journal, now + 23 * hour + 1), 1);
	ck_assert_uint_eq(journal_tend(journal, now + 24 * hour + 1), 4);
	journal_close(journal);
}
END_TEST

START_TEST(drops_a_segment_that_was_being_made)
{
	journal_close(must_open_with(3));
	write_file("events-00000000000000000004.db", "", 0);

	struct journal *journal = must_open();

	ck_assert_str_eq(journal_findings(journal), "");
	ck_assert_uint_eq(keep(journal, "event.a.x", 1, 0), 4);
	journal_close(journal);
	check_journal(1, 4);
}
END_TEST

/* --- damage --------------------------------------------------------------------------------------
 */

START_TEST(sets_a_damaged_old_segment_aside)
{
	options.segment_bytes = 3000;
	for (int i = 0; i < 3; i++)
		journal_close(must_open_with(12));
	ck_assert_int_eq(count_files("events-"), 4);
	damage("events-00000000000000000013.db", 0, 100);

	struct journal *journal = must_open();

	ck_assert_ptr_nonnull(
		strstr(journal_findings(journal), "events-00000000000000000013.db is damaged"));
	ck_assert_uint_eq(journal_head(journal), 36);
	journal_close(journal);
	ck_assert_int_eq(count_files("events-00000000000000000013.db.damaged"), 1);
	ck_assert_uint_eq(read_from(1, 100), 24);
	ck_assert_int_eq(verify_all(), 1); /* what is missing is told */
}
END_TEST

/* Numbers that were seen are never given again. */
START_TEST(skips_what_a_damaged_newest_segment_may_have_held)
{
	char stream[JOURNAL_STREAM_SIZE];
	struct journal *journal;

	options.segment_bytes = 3000;
	journal = must_open_with(12);
	strcpy(stream, journal_stream(journal));
	keep(journal, "event.a.x", 5, 0);
	journal_close(journal);
	damage("events-00000000000000000013.db", 0, 100);
	journal = must_open();
	ck_assert_ptr_nonnull(strstr(journal_findings(journal), "the next one is"));
	ck_assert_str_eq(journal_stream(journal), stream);
	ck_assert_uint_ge(journal_head(journal), 17);
	ck_assert_uint_gt(keep(journal, "event.a.x", 1, 0), 17);
	ck_assert_uint_gt(keep(journal, "event.new.x", 1, 0), 5);
	journal_close(journal);
	journal = must_open();
	ck_assert_str_eq(journal_findings(journal), "");
	journal_close(journal);
	ck_assert_uint_eq(read_from(1, 100), 14);
}
END_TEST

START_TEST(begins_a_new_stream_when_nothing_is_left)
{
	char stream[JOURNAL_STREAM_SIZE];
	struct journal *journal = must_open_with(3);

	strcpy(stream, journal_stream(journal));
	journal_close(journal);
	damage("events-00000000000000000001.db", 0, 4096);
	journal = must_open();
	ck_assert_ptr_nonnull(strstr(journal_findings(journal), "a new stream begins"));
	ck_assert_str_ne(journal_stream(journal), stream);
	ck_assert_uint_eq(keep(journal, "event.a.x", 1, 0), 1);
	journal_close(journal);
}
END_TEST

START_TEST(refuses_a_newer_format)
{
	journal_close(must_open_with(3));
	damage("events-00000000000000000001.db", 60 + 3, 1); /* user_version, big endian: 2 → 253 */
	check_refused("written by a newer newstagd");
	ck_assert_int_eq(count_files("events-00000000000000000001.db.damaged"), 0);
}
END_TEST

/* Whatever bit is wrong: the journal names it or is not harmed, and never gives wrong events. */
START_TEST(finds_every_flipped_byte)
{
	static const char name[] = "events-00000000000000000001.db";
	size_t size, step = 61; /* a prime: every place in a page has its turn */
	char *bytes;

	journal_close(must_open_with(8));
	bytes = read_whole(name, &size);
	for (size_t at = 0; at < size; at += step) {
		write_file(name, bytes, size);
		damage(name, at, 1);
		check_named_or_harmless(name, 8);
	}
	free(bytes);
}
END_TEST

/* --- a full disk ---------------------------------------------------------------------------------
 */

START_TEST(waits_for_a_full_disk)
{
	struct journal *journal = must_open_with(3);
	struct journal_entry entry = made_entry("event.a.x", 4);
	struct rlimit before, small = {16384, RLIM_INFINITY};
	struct err err;

	entry.payload = (struct view){xcalloc(1, 100000), 100000};
	memset((char *)entry.payload.ptr, 'x', 100000);
	journal_number(journal, &entry);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(journal_commit(journal, &entry, 1, 5, &err), JOURNAL_FULL);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_uint_eq(look().head, 3);
	ck_assert_uint_eq(journal_settled(journal), 0);
	ck_assert_int_eq(journal_commit(journal, &entry, 1, 5, &err), JOURNAL_KEPT);
	ck_assert_uint_eq(journal_settled(journal), 5);
	journal_close(journal);
	free((char *)entry.payload.ptr);
	check_journal(1, 4);
}
END_TEST

/* --- reading -------------------------------------------------------------------------------------
 */

static const struct {
	struct journal_query query;
	const char *topic;
	uint64_t expected[8];
} queries[] = {
	/* events 1–3: event.a.x, 4–6: event.b.y, 7–8: event.a.z; subjects by number % 2 */
	{{0}, NULL, {1, 2, 3, 4, 5, 6, 7, 8}},
	{{.from = 7}, NULL, {7, 8}},
	{{.from = 9}, NULL, {0}},
	{{.from = UINT64_MAX}, NULL, {0}},
	{{.until = 2}, NULL, {1, 2}},
	{{.from = 3, .until = 4}, NULL, {3, 4}},
	{{.limit = 2}, NULL, {1, 2}},
	{{.since = 7 * CLOCK_SECOND}, NULL, {7, 8}},
	{{.since = CLOCK_NONE, .before = 2 * CLOCK_SECOND}, NULL, {1}},
	{{.since = 0}, "event.b", {4, 5, 6}},
	{{.from = 2}, "event.a.", {2, 3, 7, 8}},
	{{.from = 1}, "nothing", {0}},
	{{.latest = true}, NULL, {7, 8}},
	{{.latest = true}, "event.b", {5, 6}},
	{{.latest = true, .limit = 1}, NULL, {8}},
	{{.latest = true, .until = 3}, NULL, {2, 3}},
};

START_TEST(answers_queries)
{
	struct journal *journal = must_open();
	struct journal_query query = queries[_i].query;
	struct journal_reader *reader;
	struct journal_page page;
	struct view topic = view_of(queries[_i].topic);

	options.segment_bytes = 1000;
	keep(journal, "event.a.x", 3, 0);
	keep(journal, "event.b.y", 3, 0);
	keep(journal, "event.a.z", 2, 0);
	reader = journal_reader_open(folder, NULL);
	query.topics = &topic;
	query.topic_count = queries[_i].topic != NULL;
	for (int again = 0; again < 2; again++) {
		ck_assert_int_eq(journal_reader_read(reader, &query, &page, NULL), 0);
		for (size_t i = 0; i < page.len; i++) {
			ck_assert_uint_eq(page.at[i].sequence, queries[_i].expected[i]);
			check_event(&page.at[i]);
		}
		ck_assert(page.len == 8 || queries[_i].expected[page.len] == 0);
		ck_assert_int_eq(page.more, query.limit != 0);
	}
	journal_reader_close(reader);
	journal_close(journal);
}
END_TEST

START_TEST(reads_beside_the_writer)
{
	struct journal *journal;
	struct journal_reader *reader;
	struct journal_page page;

	options.segment_bytes = 3000;
	options.retain_bytes = 1;
	journal = must_open();
	reader = journal_reader_open(folder, NULL);
	ck_assert_uint_eq(look().head, 0);
	for (uint64_t i = 1; i <= 40; i++) {
		struct journal_query query = {.from = i};

		keep(journal, "event.a.x", 1, 0);
		ck_assert_int_eq(journal_reader_read(reader, &query, &page, NULL), 0);
		ck_assert_uint_eq(page.len, 1);
		if (i % 8 == 0)
			journal_tend(journal, clock_now());
	}
	ck_assert_uint_gt(look().oldest, 1);
	journal_reader_close(reader);
	journal_close(journal);
}
END_TEST

/* What a killed daemon left in the log is in the file before anything of it is shown. */
START_TEST(takes_over_the_log)
{
	static const char file[] = "events-00000000000000000001.db";
	static const char log[] = "events-00000000000000000001.db-wal";
	struct journal *journal = must_open_with(8);
	size_t file_size, log_size;
	char *file_bytes = read_whole(file, &file_size), *log_bytes = read_whole(log, &log_size);

	ck_assert_uint_gt(log_size, 8000);
	journal_close(journal);
	write_file(file, file_bytes, file_size);
	write_file(log, log_bytes, log_size);
	journal = must_open();
	ck_assert_uint_eq(journal_head(journal), 8);
	ck_assert_int_eq(folder_bytes(log), 0);
	ck_assert_int_ge(folder_bytes(file), (long)log_size / 8);
	journal_close(journal);
	free(file_bytes);
	free(log_bytes);
}
END_TEST

/* Somebody who reads for long, as with the sqlite3 shell, must not hold up the next segment. */
START_TEST(waits_for_no_reader)
{
	struct journal *journal = must_open_with(3);
	char path[100];
	int64_t begun;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/events-00000000000000000001.db", folder);
	ck_assert_int_eq(db_open(path, DB_READ, &db, NULL), DB_OK);
	ck_assert_int_eq(db_exec(db, "BEGIN; SELECT count(*) FROM event", NULL), DB_OK);
	keep(journal, "event.a.x", 3, 0);
	journal_close(journal);
	options.segment_bytes = 1;
	journal = must_open();
	begun = clock_monotonic();
	keep(journal, "event.a.x", 1, 0);
	ck_assert_int_lt(clock_monotonic() - begun, 3 * CLOCK_SECOND); /* SQLite waits for 5 */
	ck_assert_int_eq(count_files("events-"), 2);
	check_journal(1, 7);
	db_close(db);
	journal_close(journal);
	check_journal(1, 7);
}
END_TEST

static void add_cases(TCase *tcase)
{
	tcase_add_test(tcase, takes_over_the_log);
	tcase_add_test(tcase, numbers_without_a_hole);
	tcase_add_test(tcase, names_each_stream_anew);
	tcase_add_test(tcase, goes_on_after_a_restart);
	tcase_add_test(tcase, forgets_what_was_numbered_and_not_kept);
	tcase_add_test(tcase, belongs_to_one);
	tcase_add_test(tcase, remembers_digests);
	tcase_add_test(tcase, finds_events_of_an_item);
	tcase_add_test(tcase, begins_segments_by_size);
	tcase_add_test(tcase, retains_by_size);
	tcase_add_test(tcase, retains_by_age);
	tcase_add_test(tcase, retains_what_a_wrong_clock_dated);
	tcase_add_test(tcase, drops_a_segment_that_was_being_made);
	tcase_add_test(tcase, sets_a_damaged_old_segment_aside);
	tcase_add_test(tcase, skips_what_a_damaged_newest_segment_may_have_held);
	tcase_add_test(tcase, begins_a_new_stream_when_nothing_is_left);
	tcase_add_test(tcase, refuses_a_newer_format);
	tcase_add_test(tcase, finds_every_flipped_byte);
	tcase_add_test(tcase, waits_for_a_full_disk);
	tcase_add_loop_test(tcase, answers_queries, 0, sizeof(queries) / sizeof(queries[0]));
	tcase_add_test(tcase, reads_beside_the_writer);
	tcase_add_test(tcase, waits_for_no_reader);
}

int main(void)
{
	return run_journal_suite("journal", add_cases);
}
