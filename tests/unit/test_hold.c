#include "app/hold.h"

#include "base/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Held items in memory: limits, what is due when the wall clock says so, and who has them. */
#define AGE (100 * CLOCK_SECOND)

static struct hold *hold;

static void setup(void)
{
	struct hold_limits limits = {.items = 3, .bytes = 1000, .age = AGE};

	hold = hold_new(&limits, 7);
}

static void teardown(void)
{
	hold_free(hold);
}

static struct held_item made_item(const char *uri, int64_t due)
{
	return (struct held_item){.uri = view_of(uri),
				  .version = VIEW("1"),
				  .feed = VIEW("wire"),
				  .modified = CLOCK_NONE,
				  .due = due,
				  .received = 0,
				  .payload = view_of(uri)};
}

static uint64_t put(const char *uri, int64_t due)
{
	struct held_item item = made_item(uri, due);

	ck_assert(hold_fits(hold, &item));
	return hold_put(hold, &item, due == CLOCK_NONE ? HOLD_WITHHELD : HOLD_EMBARGO)->number;
}

static void note(void *context, const struct held_item *item)
{
	*(struct view *)context = item->payload;
}

/* The number of the next that is due; 0: none. */
static uint64_t take(int64_t now)
{
	struct view payload = VIEW_NONE;
	struct hold_due due = {0};

	if (!hold_take_due(hold, now, note, &payload, &due))
		return 0;
	ck_assert_uint_gt(payload.len, 0);
	return due.number;
}

START_TEST(gives_what_is_due_once_it_is_shown)
{
	uint64_t late = put("late", 20), soon = put("soon", 10), never = put("never", CLOCK_NONE);

	ck_assert_uint_eq(late, 8); /* numbers go on behind those of before */
	ck_assert_uint_eq(take(50), 0);
	hold_show(hold);
	ck_assert_int_eq(hold_next(hold), 10);
	ck_assert_uint_eq(take(9), 0);
	ck_assert_uint_eq(take(10), soon);
	ck_assert_uint_eq(take(10), 0); /* it is out */
	ck_assert_int_eq(hold_next(hold), 20);
	ck_assert_uint_eq(take(5), 0); /* the clock went back */
	ck_assert_uint_eq(take(INT64_MAX - 1), late);
	ck_assert_uint_eq(take(INT64_MAX - 1), 0);
	ck_assert_int_eq(hold_next(hold), CLOCK_NONE);
	ck_assert(never);
}
END_TEST

START_TEST(gives_again_what_comes_back_to_stay)
{
	uint64_t number = put("a", 10);

	hold_show(hold);
	ck_assert_uint_eq(take(11), number);
	ck_assert(hold_back(hold, number, true));
	ck_assert_uint_eq(take(11), 0);
	hold_show(hold);
	ck_assert_uint_eq(take(9), 0);
	ck_assert_uint_eq(take(11), number);
	ck_assert(hold_back(hold, number, false));
	ck_assert(!hold_back(hold, number, false));
	hold_show(hold);
	ck_assert_uint_eq(take(11), 0);
}
END_TEST

START_TEST(finds_and_removes)
{
	uint64_t first = put("a", 10), second = put("b", 10);
	struct hold_found found;

	hold_show(hold);
	ck_assert(hold_find(hold, VIEW("a"), &found));
	ck_assert_uint_eq(found.number, first);
	ck_assert(view_is(found.version.text, "1"));
	ck_assert_int_eq(found.reason, HOLD_EMBARGO);
	ck_assert(!hold_find(hold, VIEW("c"), &found));
	ck_assert(hold_remove(hold, first));
	ck_assert(!hold_find(hold, VIEW("a"), &found));
	ck_assert(view_is(found.version.text, "1")); /* lives until hold_show */
	ck_assert_uint_eq(take(10), second);
	ck_assert(!hold_remove(hold, second)); /* it is out: counted elsewhere */
	ck_assert(!hold_back(hold, second, false));
	hold_show(hold);
}
END_TEST

START_TEST(keeps_its_limits)
{
	struct held_item small = made_item("d", 1), large = made_item("e", 1);
	char *bytes = xcalloc(1, 1000);

	large.payload = (struct view){bytes, 1000};
	ck_assert(!hold_fits(hold, &large));
	large.payload.len = 900;
	ck_assert(hold_fits(hold, &large));
	hold_put(hold, &large, HOLD_EMBARGO);
	large.payload.len = 90;
	ck_assert(!hold_fits(hold, &large));
	ck_assert(hold_fits(hold, &small));
	put("a", 1);
	put("b", 1);
	ck_assert(!hold_fits(hold, &small)); /* three are */
	free(bytes);
}
END_TEST

static unsigned ended, dropped;

static void count_end(void *context, const struct held_item *item, enum hold_reason reason,
		      bool was_dropped)
{
	ck_assert_ptr_eq(context, &ended);
	ck_assert_int_eq(reason, view_is(item->uri, "w") ? HOLD_WITHHELD : HOLD_EMBARGO);
	ended++;
	dropped += was_dropped;
}

START_TEST(ends_what_is_old_or_dropped)
{
	uint64_t out = put("out", 5), old = put("w", CLOCK_NONE), other = put("other", 50);

	ended = dropped = 0;
	ck_assert(!hold_mark(hold, old, true)); /* not shown yet */
	hold_show(hold);
	ck_assert_uint_eq(take(5), out);
	hold_end(hold, AGE - 1, count_end, &ended);
	ck_assert_uint_eq(ended, 0);
	ck_assert(!hold_mark(hold, out, true));
	ck_assert(!hold_mark(hold, 99, true));
	ck_assert(!hold_has_dropped(hold));
	ck_assert(hold_mark(hold, other, true));
	ck_assert(hold_has_dropped(hold));
	ck_assert(!hold_mark(hold, other, false));
	hold_end(hold, 1, count_end, &ended);
	ck_assert(!hold_has_dropped(hold));
	ck_assert_uint_eq(ended, 1);
	ck_assert_uint_eq(dropped, 1);
	hold_end(hold, AGE, count_end, &ended); /* what is out is not ended */
	ck_assert_uint_eq(ended, 2);
	hold_show(hold);
	ck_assert(hold_back(hold, out, false));
}
END_TEST

START_TEST(is_released_by_force)
{
	struct view payload;
	struct hold_due due;
	uint64_t number = put("a", CLOCK_NONE);

	hold_show(hold);
	ck_assert_uint_eq(take(1000), 0);
	ck_assert(hold_mark(hold, number, false));
	ck_assert_int_eq(hold_next(hold), 0);
	ck_assert(hold_take_due(hold, 1, note, &payload, &due));
	ck_assert(due.forced);
	ck_assert_int_eq(due.reason, HOLD_WITHHELD);
	ck_assert_uint_eq(due.number, number);
}
END_TEST

START_TEST(knows_items_of_the_spool)
{
	struct held_item item = made_item("a", 1);

	item.item = 5;
	hold_put(hold, &item, HOLD_EMBARGO);
	ck_assert(hold_has_item(hold, 5));
	ck_assert(!hold_has_item(hold, 6));
}
END_TEST

START_TEST(stands_many)
{
	struct hold_limits limits = {.items = 20000, .bytes = 1 << 20, .age = AGE};
	struct hold *many = hold_new(&limits, 0);
	struct hold_found found;
	char uri[20];

	for (int i = 1; i <= 9000; i++) {
		struct held_item item = made_item(uri, i);

		snprintf(uri, sizeof(uri), "u%d", i);
		item.uri = item.payload = view_of(uri);
		hold_put(many, &item, HOLD_EMBARGO);
	}
	hold_show(many);
	for (int i = 9000; i > 0; i--) {
		snprintf(uri, sizeof(uri), "u%d", i);
		ck_assert(hold_find(many, view_of(uri), &found));
		ck_assert_uint_eq(found.number, (uint64_t)i);
		if (i % 3 == 0)
			ck_assert(hold_remove(many, found.number));
	}
	for (int i = 1; i <= 9000; i++) {
		snprintf(uri, sizeof(uri), "u%d", i);
		ck_assert_int_eq(hold_find(many, view_of(uri), &found), i % 3 != 0);
	}
	hold_free(many);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hold");
	TCase *tcase = tcase_create("hold");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, gives_what_is_due_once_it_is_shown);
	tcase_add_test(tcase, gives_again_what_comes_back_to_stay);
	tcase_add_test(tcase, finds_and_removes);
	tcase_add_test(tcase, keeps_its_limits);
	tcase_add_test(tcase, ends_what_is_old_or_dropped);
	tcase_add_test(tcase, is_released_by_force);
	tcase_add_test(tcase, knows_items_of_the_spool);
	tcase_add_test(tcase, stands_many);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
