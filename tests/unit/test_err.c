#include "base/err.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(sets_and_wraps)
{
	struct err err;

	ck_assert_int_eq(err_set(&err, "no such file"), -1);
	ck_assert_int_eq(err_wrap(&err, "%s", "rules.yaml"), -1);
	ck_assert_str_eq(err.text, "rules.yaml: no such file");
}
END_TEST

START_TEST(cuts_what_is_too_long)
{
	struct err err;
	char word[600];

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	err_set(&err, "%s", word);
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
	err_wrap(&err, "context");
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
	ck_assert_int_eq(strncmp(err.text, "context: xxx", 12), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("err");
	TCase *tcase = tcase_create("err");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, sets_and_wraps);
	tcase_add_test(tcase, cuts_what_is_too_long);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
