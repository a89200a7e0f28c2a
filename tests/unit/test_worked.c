#include "rules/report.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* The worked rules show what the language is for: every sentence written with them must hold. */
START_TEST(worked_rules_hold)
{
	static const char *const paths[] = {SOURCE_FOLDER "/tests/rules/worked"};
	const struct packs_options options = {.paths = paths, .path_count = 1};
	struct test_report report = {0};
	struct diags diags = {0};
	struct ruleset *ruleset = ruleset_load(&options, &diags);

	if (!ruleset)
		diags_print(&diags, false, stderr);
	ck_assert_ptr_nonnull(ruleset);
	ruleset_test(ruleset, language_find(VIEW("en")), false, &report);
	for (size_t i = 0; i < report.failures.len; i++)
		fprintf(stderr, "%s:%u: %s\n", report.failures.at[i].test->place.file,
			report.failures.at[i].test->place.line, report.failures.at[i].reason);
	ck_assert_uint_eq(report.failures.len, 0);
	ck_assert_uint_eq(report.passed, 28);
	ck_assert_uint_eq(report.run, 28);
	test_report_fini(&report);
	ruleset_free(ruleset);
	diags_fini(&diags);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("worked");
	TCase *tcase = tcase_create("worked");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, worked_rules_hold);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
