#include "journal/spool.h"

#include "base/clock.h"
#include "base/own.h"
#include "journal/deadletter.h"
#include "journal_fixture.h"

#include <stdio.h>
#include <sys/resource.h>

/* Items and dead letters on disk. */
#define BATCH 4

static char texts[BATCH][40];

static void put(struct spool *spool, uint64_t first, uint64_t settled)
{
	struct spool_item items[BATCH];
	struct err err = {.text = ""};

	for (size_t i = 0; i < BATCH; i++) {
		snprintf(texts[i], sizeof(texts[i]), "{\"n\":%llu}",
			 (unsigned long long)(first + i));
		items[i] = (struct spool_item){.feed = VIEW("wire"),
					       .payload = view_of(texts[i]),
					       .received = (int64_t)(first + i)};
	}
	ck_assert_msg(spool_put(spool, items, BATCH, settled, &err) == JOURNAL_KEPT, "%s",
		      err.text);
	for (size_t i = 0; i < BATCH; i++)
		ck_assert_uint_eq(items[i].number, first + i);
}

static struct spool *must_spool(uint64_t settled)
{
	struct err err = {.text = ""};
	struct spool *spool = spool_open(folder, settled, &err);

	ck_assert_msg(spool != NULL, "%s", err.text);
	return spool;
}

/* What is left to judge are the items from first to last. */
static void check_left(struct spool *spool, uint64_t first, uint64_t last)
{
	struct spool_item item;
	char text[40];

	ck_assert_uint_eq(spool_left(spool), last + 1 - first);
	for (uint64_t number = first; number <= last; number++) {
		ck_assert_int_eq(spool_next(spool, &item, NULL), 1);
		ck_assert_uint_eq(item.number, number);
		ck_assert_int_eq(item.received, (int64_t)number);
		ck_assert(view_is(item.feed, "wire"));
		snprintf(text, sizeof(text), "{\"n\":%llu}", (unsigned long long)number);
		ck_assert(view_is(item.payload, text));
	}
	ck_assert_int_eq(spool_next(spool, &item, NULL), 0);
}

START_TEST(gives_back_what_is_not_settled)
{
	struct spool *spool = must_spool(0);

	check_left(spool, 1, 0);
	put(spool, 1, 0);
	put(spool, 5, 2); /* 1 and 2 are cleared away */
	spool_close(spool);
	spool = must_spool(0);
	check_left(spool, 3, 8);
	put(spool, 9, 0); /* what comes is no part of what was left */
	spool_close(spool);
	spool = must_spool(6); /* the journal knows better */
	check_left(spool, 7, 12);
	spool_close(spool);
}
END_TEST

START_TEST(never_gives_a_number_twice)
{
	struct spool *spool = must_spool(0);

	put(spool, 1, 0);
	ck_assert_int_eq(spool_put(spool, NULL, 0, 4, NULL), JOURNAL_KEPT);
	spool_close(spool);
	spool = must_spool(0); /* empty, and the journal is new */
	check_left(spool, 1, 0);
	put(spool, 5, 0);
	spool_close(spool);
	spool = must_spool(100); /* the journal is further */
	put(spool, 101, 100);
	spool_close(spool);
}
END_TEST

START_TEST(sets_a_damaged_spool_aside)
{
	struct spool *spool = must_spool(0);

	put(spool, 1, 0);
	spool_close(spool);
	damage("spool.db", 0, 16);
	spool = must_spool(4);
	ck_assert_ptr_nonnull(strstr(spool_findings(spool), "spool.db is damaged"));
	put(spool, 5, 0);
	spool_close(spool);
	ck_assert_int_eq(count_files("spool.db.damaged"), 1);
}
END_TEST

START_TEST(leaves_a_damaged_item_out)
{
	struct spool *spool = must_spool(0);
	struct spool_item item;
	struct err err;
	size_t size;
	char *bytes, *at;

	put(spool, 1, 0);
	spool_close(spool);
	bytes = read_whole("spool.db", &size);
	at = memmem(bytes, size, "{\"n\":2}", 7);
	ck_assert_ptr_nonnull(at);
	damage("spool.db", (size_t)(at - bytes) + 5, 1);
	free(bytes);
	spool = must_spool(0);
	ck_assert_int_eq(spool_next(spool, &item, &err), 1);
	ck_assert_int_eq(spool_next(spool, &item, &err), SPOOL_DAMAGED);
	ck_assert_ptr_nonnull(strstr(err.text, "item 2 does not fit"));
	ck_assert_int_eq(spool_next(spool, &item, &err), 1);
	ck_assert_uint_eq(item.number, 3);
	spool_close(spool);
}
END_TEST

START_TEST(waits_for_a_full_disk)
{
	struct rlimit before, small = {65536, RLIM_INFINITY};
	struct spool *spool = must_spool(0);
	struct spool_item item = {.feed = VIEW("wire")};
	struct err err;

	put(spool, 1, 0);
	item.payload = (struct view){xcalloc(1, 200000), 200000};
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert_int_eq(spool_put(spool, &item, 1, 1, &err), JOURNAL_FULL);
	ck_assert_int_eq(spool_put(spool, &item, 1, 1, &err), JOURNAL_FULL);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(spool_put(spool, &item, 1, 1, &err), JOURNAL_KEPT);
	ck_assert_uint_eq(item.number, 5);
	spool_close(spool);
	free((char *)item.payload.ptr);
	spool = must_spool(4);
	ck_assert_uint_eq(spool_left(spool), 1);
	ck_assert_int_eq(spool_next(spool, &item, &err), 1);
	ck_assert_uint_eq(item.payload.len, 200000);
	spool_close(spool);
}
END_TEST

/* --- dead letters --------------------------------------------------------------------------------
 */

static struct deadletters *must_bury(void)
{
	struct err err = {.text = ""};
	struct deadletters *deadletters = deadletters_open(folder, &err);

	ck_assert_msg(deadletters != NULL, "%s", err.text);
	return deadletters;
}

static void bury(struct deadletters *deadletters, uint64_t item, int64_t time, struct view payload,
		 int64_t retain_from)
{
	struct deadletter letter = {.item = item,
				    .time = time,
				    .feed = VIEW("wire"),
				    .reason = VIEW("not_json"),
				    .offset = 3,
				    .size = payload.len,
				    .payload = payload};
	struct err err = {.text = ""};

	ck_assert_msg(deadletters_put(deadletters, &letter, 1, retain_from, &err) == JOURNAL_KEPT,
		      "%s", err.text);
}

static size_t count_letters(struct deadletters *deadletters, int64_t *ret_first)
{
	struct deadletter letter;
	size_t count = 0;
	int64_t from = 0;

	for (; deadletters_next(deadletters, from, &letter, NULL) == 1; count++) {
		*ret_first = count ? *ret_first : letter.number;
		ck_assert(view_is(letter.reason, "not_json"));
		ck_assert(!letter.member.ptr);
		from = letter.number + 1;
	}
	return count;
}

START_TEST(keeps_dead_letters_once)
{
	struct deadletters *deadletters = must_bury(), *reader;
	struct deadletter letter;
	int64_t first;

	bury(deadletters, 7, 1, VIEW("x{"), 0);
	bury(deadletters, 7, 2, VIEW("x{"), 0); /* judged again after a crash */
	bury(deadletters, 0, 3, VIEW("no spool"), 0);
	bury(deadletters, 0, 4, VIEW("no spool"), 0);
	reader = deadletters_read(folder, NULL);
	ck_assert_uint_eq(count_letters(reader, &first), 3);
	ck_assert_int_eq(deadletters_next(reader, 0, &letter, NULL), 1);
	ck_assert_uint_eq(letter.item, 7);
	ck_assert(view_is(letter.payload, "x{"));
	deadletters_close(reader);
	deadletters_close(deadletters);
}
END_TEST

START_TEST(bounds_dead_letters)
{
	struct deadletters *deadletters = must_bury();
	size_t size = 2 * DEADLETTER_BYTES_MAX, most = DEADLETTERS_BYTES_MAX / DEADLETTER_BYTES_MAX;
	char *bytes = xcalloc(1, size);
	struct deadletter letter;
	int64_t first = 0;

	for (size_t i = 0; i < most + 10; i++)
		bury(deadletters, 0, 100, (struct view){bytes, size}, 0);
	ck_assert_uint_eq(count_letters(deadletters, &first), most);
	ck_assert_int_eq(first, 11);
	ck_assert_int_eq(deadletters_next(deadletters, 0, &letter, NULL), 1);
	ck_assert_uint_eq(letter.payload.len, DEADLETTER_BYTES_MAX);
	ck_assert_uint_eq(letter.size, size);
	bury(deadletters, 0, 200, VIEW("x"), 150); /* older ones are forgotten */
	ck_assert_uint_eq(count_letters(deadletters, &first), 1);
	free(bytes);
	deadletters_close(deadletters);
}
END_TEST

/* Letter 1 is rejected again, for another reason. */
static void reject_again(struct deadletters *deadletters, int64_t number)
{
	struct deadletter letter = {.number = number,
				    .time = 9,
				    .reason = VIEW("no_text"),
				    .member = VIEW("body"),
				    .offset = 5,
				    .size = 2,
				    .payload = VIEW("x{")};

	ck_assert_int_eq(deadletters_put(deadletters, &letter, 1, 0, NULL), JOURNAL_KEPT);
}

START_TEST(counts_attempts)
{
	struct deadletters *deadletters = must_bury();
	struct deadletter letter;
	int64_t numbers[] = {1, 17};

	bury(deadletters, 7, 1, VIEW("x{"), 0);
	bury(deadletters, 0, 2, VIEW("y{"), 0);
	reject_again(deadletters, 1);
	reject_again(deadletters, 1);
	reject_again(deadletters, 17); /* forgotten meanwhile */
	ck_assert_int_eq(deadletters_next(deadletters, 0, &letter, NULL), 1);
	ck_assert_int_eq(letter.number, 1);
	ck_assert_int_eq(letter.attempts, 2);
	ck_assert_int_eq(letter.time, 1);
	ck_assert_uint_eq(letter.offset, 5);
	ck_assert(view_is(letter.reason, "no_text"));
	ck_assert(view_is(letter.member, "body"));
	ck_assert(view_is(letter.payload, "x{"));
	ck_assert_int_eq(deadletters_next(deadletters, 2, &letter, NULL), 1);
	ck_assert_int_eq(letter.attempts, 0);
	ck_assert_int_eq(deadletters_next(deadletters, 3, &letter, NULL), 0);
	ck_assert_int_eq(deadletters_remove(deadletters, numbers, 2, NULL), JOURNAL_KEPT);
	ck_assert_int_eq(deadletters_next(deadletters, 0, &letter, NULL), 1);
	ck_assert_int_eq(letter.number, 2);
	deadletters_close(deadletters);
}
END_TEST

/* Which of the letters 1 to 4 (not_json, no_text in turn; times 1 to 4) stay. */
static const struct {
	struct deadletter_choice choice;
	size_t dropped;
	const char *left;
} drops[] = {
	{{.before = 100}, 4, ""},
	{{.before = 3}, 2, "34"},
	{{.before = 100, .number = 3}, 1, "124"},
	{{.before = 100, .number = 17}, 0, "1234"},
	{{.before = 100, .reason = {"no_text", 7}}, 2, "13"},
	{{.before = 3, .reason = {"no_text", 7}}, 1, "134"},
	{{.before = 100, .number = 1, .reason = {"no_text", 7}}, 0, "1234"},
};

START_TEST(drops_by_choice)
{
	struct deadletters *deadletters = must_bury();
	struct deadletter letter;
	char left[8] = "";
	size_t dropped = 0, fitting = 0;

	for (int64_t i = 1; i <= 4; i++) {
		letter = (struct deadletter){.time = i,
					     .feed = VIEW("wire"),
					     .reason = i % 2 ? VIEW("not_json") : VIEW("no_text"),
					     .size = 1,
					     .payload = VIEW("x")};
		ck_assert_int_eq(deadletters_put(deadletters, &letter, 1, 0, NULL), JOURNAL_KEPT);
		letter.number = i;
		fitting += deadletter_fits(&drops[_i].choice, &letter);
	}
	ck_assert_uint_eq(fitting, drops[_i].dropped);
	ck_assert_int_eq(deadletters_drop(deadletters, &drops[_i].choice, &dropped, NULL),
			 JOURNAL_KEPT);
	ck_assert_uint_eq(dropped, drops[_i].dropped);
	for (int64_t from = 0; deadletters_next(deadletters, from, &letter, NULL) == 1;
	     from = letter.number + 1)
		left[strlen(left)] = (char)('0' + letter.number);
	ck_assert_str_eq(left, drops[_i].left);
	deadletters_close(deadletters);
}
END_TEST

START_TEST(keeps_a_whole_letter)
{
	struct deadletters *deadletters = must_bury();
	size_t size = 3 * DEADLETTER_BYTES_MAX;
	char *bytes = xcalloc(1, size);
	struct deadletter letter = {.time = 1,
				    .feed = VIEW("wire"),
				    .reason = VIEW("held_full"),
				    .size = size,
				    .payload = {bytes, size},
				    .whole = true};

	ck_assert_int_eq(deadletters_put(deadletters, &letter, 1, 0, NULL), JOURNAL_KEPT);
	ck_assert_int_eq(deadletters_next(deadletters, 0, &letter, NULL), 1);
	ck_assert_uint_eq(letter.payload.len, size);
	free(bytes);
	deadletters_close(deadletters);
}
END_TEST

static void add_cases(TCase *tcase)
{
	tcase_add_test(tcase, gives_back_what_is_not_settled);
	tcase_add_test(tcase, never_gives_a_number_twice);
	tcase_add_test(tcase, sets_a_damaged_spool_aside);
	tcase_add_test(tcase, leaves_a_damaged_item_out);
	tcase_add_test(tcase, waits_for_a_full_disk);
	tcase_add_test(tcase, keeps_dead_letters_once);
	tcase_add_test(tcase, bounds_dead_letters);
	tcase_add_test(tcase, counts_attempts);
	tcase_add_loop_test(tcase, drops_by_choice, 0, sizeof(drops) / sizeof(drops[0]));
	tcase_add_test(tcase, keeps_a_whole_letter);
}

int main(void)
{
	return run_journal_suite("spool", add_cases);
}
