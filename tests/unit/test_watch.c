#include "app/health.h"
#include "app/stage.h"
#include "base/clock.h"

#include <check.h>

#define MS (CLOCK_SECOND / 1000)

/* A bound is included in its bucket; what is above all of them has one of its own. */
static const struct {
	int64_t ns;
	size_t bucket;
} times[] = {
	{-1, 0},     {0, 0},	      {10000, 0},	{10001, 1},	      {25000, 1},
	{1 * MS, 6}, {1 * MS + 1, 7}, {10000 * MS, 18}, {10000 * MS + 1, 19}, {INT64_MAX, 19},
};

START_TEST(finds_the_bucket)
{
	static struct stages stages;
	uint64_t before = atomic_load(&stages.at[STAGE_COMMIT].sum_ns);

	stages_add(&stages, STAGE_COMMIT, times[_i].ns);
	for (size_t i = 0; i <= STAGE_BOUNDS; i++)
		ck_assert_uint_eq(atomic_load(&stages.at[STAGE_COMMIT].buckets[i]),
				  i == times[_i].bucket);
	ck_assert_uint_eq(atomic_load(&stages.at[STAGE_COMMIT].sum_ns) - before,
			  (uint64_t)(times[_i].ns > 0 ? times[_i].ns : 0));
	for (size_t i = 0; i <= STAGE_BOUNDS; i++)
		ck_assert_uint_eq(atomic_load(&stages.at[STAGE_QUEUE].buckets[i]), 0);
}
END_TEST

START_TEST(bounds_rise)
{
	for (size_t i = 1; i < STAGE_BOUNDS; i++)
		ck_assert_int_gt(stage_bounds[i], stage_bounds[i - 1]);
	for (enum stage i = 0; i < STAGES; i++)
		ck_assert_ptr_nonnull(stage_name(i));
}
END_TEST

/* Healthy until the last progress is older than the watchdog's interval. */
static const struct {
	int64_t interval, last, now;
	const char *told;
} lives[] = {
	{20 * CLOCK_SECOND, 0, 0, "[]"},
	{20 * CLOCK_SECOND, CLOCK_SECOND, 21 * CLOCK_SECOND, "[]"},
	{20 * CLOCK_SECOND, CLOCK_SECOND, 22 * CLOCK_SECOND, "[\"no progress for 21 s\"]"},
	{CLOCK_SECOND / 2, CLOCK_SECOND, 2 * CLOCK_SECOND, "[\"no progress for 1 s\"]"},
};

START_TEST(tells_when_it_is_stuck)
{
	static struct app app;
	struct str text = {0};
	struct jsonw json = jsonw_begin(&text);

	app.alive.interval = lives[_i].interval;
	atomic_store(&app.alive.last, lives[_i].last);
	jsonw_array(&json);
	ck_assert_uint_eq(health_stuck(&app, lives[_i].now, &json), strlen(lives[_i].told) > 2);
	jsonw_array_end(&json);
	ck_assert_str_eq(text.ptr, lives[_i].told);
	str_fini(&text);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("watch");
	TCase *tcase = tcase_create("watch");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, finds_the_bucket, 0, COUNT(times));
	tcase_add_test(tcase, bounds_rise);
	tcase_add_loop_test(tcase, tells_when_it_is_stuck, 0, COUNT(lives));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
