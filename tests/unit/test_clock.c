#include "base/clock.h"

#include <check.h>
#include <stdlib.h>

#define HOUR (3600 * CLOCK_SECOND)
#define WALL (INT64_C(1700000000) * CLOCK_SECOND)

/* The wall clock by the monotonic one, turn by turn; what the cautious clock makes of it. */
static const struct {
	const char *name;
	struct {
		int64_t passed, jumped; /* since the turn before; wall = passed + jumped */
		int64_t behind;		/* the cautious clock is behind the wall clock */
		int64_t told;		/* as a jump */
	} turns[6];
} cases[] = {
	{"goes on", {{CLOCK_SECOND, 0, 0, 0}, {HOUR, 0, 0, 0}, {1, 0, 0, 0}}},
	{"slewed by a time service",
	 {{CLOCK_SECOND, CLOCK_SECOND, 0, 0}, {CLOCK_SECOND, -CLOCK_SECOND, 0, 0}}},
	{"forward, catching up in its length",
	 {{CLOCK_SECOND, HOUR, HOUR - CLOCK_SECOND, HOUR},
	  {CLOCK_SECOND, 0, HOUR - 2 * CLOCK_SECOND, 0},
	  {HOUR / 2, 0, HOUR / 2 - 2 * CLOCK_SECOND, 0},
	  {HOUR / 2, 0, 0, 0}}},
	{"forward and soon back: nothing is late or early",
	 {{CLOCK_SECOND, 9 * HOUR, 9 * HOUR - CLOCK_SECOND, 9 * HOUR},
	  {CLOCK_SECOND, -9 * HOUR, 0, -9 * HOUR},
	  {CLOCK_SECOND, 0, 0, 0}}},
	{"back: at once", {{CLOCK_SECOND, -HOUR, 0, -HOUR}, {CLOCK_SECOND, 0, 0, 0}}},
	{"back, and forward where it was",
	 {{CLOCK_SECOND, -HOUR, 0, -HOUR},
	  {CLOCK_SECOND, HOUR, HOUR - CLOCK_SECOND, HOUR},
	  {HOUR, 0, 0, 0}}},
};

START_TEST(follows_with_caution)
{
	struct clock_cautious clock;
	int64_t wall = WALL, monotonic = 5 * CLOCK_SECOND;

	clock_cautious_init(&clock, wall, monotonic);
	for (size_t i = 0; i < 6 && cases[_i].turns[i].passed; i++) {
		int64_t told;

		monotonic += cases[_i].turns[i].passed;
		wall += cases[_i].turns[i].passed + cases[_i].turns[i].jumped;
		told = clock_cautious_adjust(&clock, wall, monotonic);
		ck_assert_msg(told == cases[_i].turns[i].told, "%s, turn %zu: told %lld",
			      cases[_i].name, i, (long long)told);
		ck_assert_msg(wall - monotonic - clock.ahead == cases[_i].turns[i].behind,
			      "%s, turn %zu: %lld behind", cases[_i].name, i,
			      (long long)(wall - monotonic - clock.ahead));
	}
}
END_TEST

/* Between two turns it is the wall clock, but for a jump. */
START_TEST(is_the_wall_clock_between_turns)
{
	struct clock_cautious clock;
	int64_t before, now;

	clock_cautious_init(&clock, clock_now(), clock_monotonic());
	before = clock_now();
	now = clock_cautious_now(&clock);
	ck_assert(now >= before);
	ck_assert(now <= clock_now());
	/* The wall clock is an hour later than it was when it was looked at. */
	clock_cautious_init(&clock, clock_now() - HOUR, clock_monotonic());
	now = clock_cautious_now(&clock);
	ck_assert(now < clock_now() - HOUR / 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("clock");
	TCase *tcase = tcase_create("cautious");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, follows_with_caution, 0, sizeof(cases) / sizeof(*cases));
	tcase_add_test(tcase, is_the_wall_clock_between_turns);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
