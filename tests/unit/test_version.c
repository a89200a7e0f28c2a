#include "model/version.h"

#include "base/clock.h"

#include <check.h>
#include <stdlib.h>

/* Which of two versions is the newer one. */
#define NONE CLOCK_NONE

static const struct {
	const char *one;
	int64_t modified;
	const char *other;
	int64_t other_modified;
	enum version_order order;
} pairs[] = {
	{"2", NONE, "1", NONE, VERSION_NEWER},
	{"10", NONE, "9", NONE, VERSION_NEWER},
	{"9", NONE, "10", NONE, VERSION_OLDER},
	{"3", NONE, "3", NONE, VERSION_SAME},
	{"1.10", NONE, "1.9", NONE, VERSION_NEWER},
	{"1.2", NONE, "1", NONE, VERSION_NEWER},
	{"v2", NONE, "v10", NONE, VERSION_OLDER},
	{"V2", NONE, "1", NONE, VERSION_NEWER},
	{"007", NONE, "6", NONE, VERSION_NEWER},
	{"18446744073709551617", NONE, "18446744073709551616", NONE, VERSION_NEWER},
	{"2026-01-02T10:00", NONE, "2026-01-02T9:59", NONE, VERSION_NEWER},
	/* the version goes before the time, which decides between equal ones */
	{"2", 5, "1", 7, VERSION_NEWER},
	{"1", 5, "1", 7, VERSION_OLDER},
	{"1", 7, "1", 7, VERSION_SAME},
	{"1", 7, "1", NONE, VERSION_SAME},
	/* what is no number */
	{"3f9a", NONE, "3e0b", NONE, VERSION_UNKNOWN},
	{"3f9a", 8, "3e0b", 7, VERSION_NEWER},
	{"draft", NONE, "draft", NONE, VERSION_SAME},
	{"1.", NONE, "1..2", NONE, VERSION_UNKNOWN},
	{"-1", NONE, "2", NONE, VERSION_UNKNOWN},
	/* unsaid */
	{NULL, NONE, NULL, NONE, VERSION_UNKNOWN},
	{"2", NONE, NULL, NONE, VERSION_UNKNOWN},
	{NULL, 5, NULL, NONE, VERSION_UNKNOWN},
	{NULL, 5, NULL, 4, VERSION_NEWER},
	{NULL, 4, "1", 5, VERSION_OLDER},
	{"", NONE, "", NONE, VERSION_UNKNOWN},
	{"v", NONE, "v1", NONE, VERSION_UNKNOWN},
};

START_TEST(orders)
{
	struct version one = {view_of(pairs[_i].one), pairs[_i].modified};
	struct version other = {view_of(pairs[_i].other), pairs[_i].other_modified};
	int order = pairs[_i].order;

	ck_assert_int_eq(version_order(&one, &other), order);
	ck_assert_int_eq(version_order(&other, &one), order == VERSION_UNKNOWN ? order : -order);
}
END_TEST

static const struct {
	const char *text;
	bool first;
} firsts[] = {{"0", true},   {"1", true},      {"01", true}, {"1.0", true},
	      {"v1", true},  {"0.1", true},    {"2", false}, {"1.1", false},
	      {"10", false}, {"draft", false}, {"", false}};

START_TEST(knows_first_ones)
{
	ck_assert_int_eq(version_is_first(view_of(firsts[_i].text)), firsts[_i].first);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("version");
	TCase *tcase = tcase_create("version");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, orders, 0, sizeof(pairs) / sizeof(pairs[0]));
	tcase_add_loop_test(tcase, knows_first_ones, 0, sizeof(firsts) / sizeof(firsts[0]));
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
