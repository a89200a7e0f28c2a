#include "journal/held.h"

#include "base/clock.h"
#include "base/own.h"
#include "journal_fixture.h"

#include <stdio.h>
#include <sys/resource.h>

/* Held items on disk. */
static struct held *must_hold(void)
{
	struct err err = {.text = ""};
	struct held *held = held_open(folder, &err);

	ck_assert_msg(held != NULL, "%s", err.text);
	return held;
}

static struct held_item made_item(uint64_t number, const char *uri)
{
	return (struct held_item){
		.number = number,
		.uri = view_of(uri),
		.version = number % 2 ? VIEW("2") : VIEW_NONE,
		.reason = VIEW("embargo"),
		.feed = VIEW("wire"),
		.modified = CLOCK_NONE,
		.due = (int64_t)number * CLOCK_SECOND,
		.received = 5,
		.item = number + 100,
		.payload = VIEW("{\"x\":1}"),
	};
}

/* A change a word: "3a" puts number 3 as item a, "-3" says that number 3 is gone. */
static void apply(struct held *held, const char *const *words, size_t count)
{
	struct held_change changes[8] = {0};
	struct held_item items[8];
	struct err err = {.text = ""};

	for (size_t i = 0; i < count; i++) {
		if (*words[i] == '-') {
			changes[i].gone = (uint64_t)(words[i][1] - '0');
			continue;
		}
		items[i] = made_item((uint64_t)(words[i][0] - '0'), words[i] + 1);
		changes[i].put = &items[i];
	}
	ck_assert_msg(held_apply(held, changes, count, &err) == JOURNAL_KEPT, "%s", err.text);
}

/* "1a 3b": numbers and items of what is there, each as it was made. */
static void check_there(struct held *held, const char *wanted)
{
	struct held_item item, made;
	char there[100] = "";
	int got;

	for (uint64_t from = 0; (got = held_next(held, from, &item, NULL)) == 1;
	     from = item.number + 1) {
		size_t len = strlen(there);

		made = made_item(item.number, "?");
		ck_assert(view_equal(item.version, made.version));
		ck_assert(!item.version.ptr == !made.version.ptr);
		ck_assert(view_equal(item.payload, made.payload));
		ck_assert(view_is(item.reason, "embargo"));
		ck_assert(view_is(item.feed, "wire"));
		ck_assert(item.modified == made.modified && item.due == made.due);
		ck_assert(item.received == made.received && item.item == made.item);
		snprintf(there + len, sizeof(there) - len, "%s%llu%.*s", len ? " " : "",
			 (unsigned long long)item.number, VIEW_ARGS(item.uri));
	}
	ck_assert_int_eq(got, 0);
	ck_assert_str_eq(there, wanted);
}

static const struct {
	const char *words[8];
	size_t count;
	const char *there;
} changes[] = {
	{{"1a", "2b"}, 2, "1a 2b"},
	{{"1a", "2a"}, 2, "2a"},
	{{"1a", "-1"}, 2, ""},
	{{"1a", "-1", "2a"}, 3, "2a"},
	{{"1a", "-7", "2b", "3b", "-2"}, 5, "1a 3b"},
};

START_TEST(makes_changes_in_order)
{
	struct held *held = must_hold(), *reader;

	apply(held, changes[_i].words, changes[_i].count);
	check_there(held, changes[_i].there);
	reader = held_read(folder, NULL);
	ck_assert_ptr_nonnull(reader);
	check_there(reader, changes[_i].there);
	held_close(reader);
	held_close(held);
	held = must_hold();
	ck_assert_str_eq(held_findings(held), "");
	check_there(held, changes[_i].there);
	held_close(held);
}
END_TEST

START_TEST(remembers_the_last_number)
{
	struct held *held = must_hold();

	ck_assert_uint_eq(held_last(held), 0);
	apply(held, (const char *const[]){"4a", "-4"}, 2);
	held_close(held);
	held = must_hold();
	ck_assert_uint_eq(held_last(held), 4);
	held_close(held);
}
END_TEST

START_TEST(sets_a_damaged_file_aside)
{
	struct held *held = must_hold();

	apply(held, (const char *const[]){"1a"}, 1);
	held_close(held);
	damage("held.db", 0, 16);
	held = must_hold();
	ck_assert_ptr_nonnull(strstr(held_findings(held), "held.db is damaged"));
	check_there(held, "");
	held_close(held);
	ck_assert_int_eq(count_files("held.db.damaged"), 1);
}
END_TEST

START_TEST(names_a_damaged_item)
{
	struct held *held = must_hold();
	struct held_item item;
	struct err err;
	size_t size;
	char *bytes, *at;

	apply(held, (const char *const[]){"1a", "2b"}, 2);
	held_close(held);
	bytes = read_whole("held.db", &size);
	at = memmem(bytes, size, "{\"x\":1}", 7);
	ck_assert_ptr_nonnull(at);
	damage("held.db", (size_t)(at - bytes) + 2, 1);
	free(bytes);
	held = must_hold();
	ck_assert_int_eq(held_next(held, 0, &item, &err) + held_next(held, 2, &item, &err),
			 1 + HELD_DAMAGED);
	ck_assert_ptr_nonnull(strstr(err.text, "does not fit"));
	held_close(held);
}
END_TEST

START_TEST(waits_for_a_full_disk)
{
	struct rlimit before, small = {65536, RLIM_INFINITY};
	struct held *held = must_hold();
	struct held_item item = made_item(2, "b");
	struct held_change all[] = {{.gone = 1}, {.put = &item}};
	struct err err;

	apply(held, (const char *const[]){"1a"}, 1);
	item.payload = (struct view){xcalloc(1, 200000), 200000};
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert_int_eq(held_apply(held, all, 2, &err), JOURNAL_FULL);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	check_there(held, "1a"); /* nothing of it, and it may be tried again */
	ck_assert_int_eq(held_apply(held, all, 2, &err), JOURNAL_KEPT);
	free((char *)item.payload.ptr);
	held_close(held);
}
END_TEST

static void add_cases(TCase *tcase)
{
	tcase_add_loop_test(tcase, makes_changes_in_order, 0, sizeof(changes) / sizeof(changes[0]));
	tcase_add_test(tcase, remembers_the_last_number);
	tcase_add_test(tcase, sets_a_damaged_file_aside);
	tcase_add_test(tcase, names_a_damaged_item);
	tcase_add_test(tcase, waits_for_a_full_disk);
}

int main(void)
{
	return run_journal_suite("held", add_cases);
}
