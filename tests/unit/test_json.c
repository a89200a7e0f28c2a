#include "base/own.h"
#include "wire/json.h"

#include <check.h>
#include <stdlib.h>

START_TEST(test_reads)
{
	struct err err;
	struct json *json = json_read(VIEW(" {\"from\": 12, \"topics\": [\"a\", \"b\"], \"on\": "
					   "true, \"x\": null, \"n\": {\"k\": -1.5}}"),
				      &err);

	ck_assert_msg(json, "%s", err.text);
	ck_assert_int_eq(json_kind(json), JSON_KIND_OBJECT);
	ck_assert_uint_eq(json_size(json), 5);
	ck_assert_str_eq(json_key_at(json, 1), "topics");
	ck_assert(json_number(json_get(json, "from"), -1) == 12);
	ck_assert(json_bool(json_get(json, "on"), false));
	ck_assert_int_eq(json_kind(json_get(json, "x")), JSON_KIND_NULL);
	ck_assert_uint_eq(json_size(json_get(json, "topics")), 2);
	ck_assert(view_is(json_text(json_at(json_get(json, "topics"), 1)), "b"));
	ck_assert(json_number(json_get(json_get(json, "n"), "k"), 0) == -1.5);
	ck_assert(json_number(json_at(json, 0), 0) == 12);
	json_free(json);
}
END_TEST

/* What is not there or of another kind answers with nothing. */
START_TEST(test_absent)
{
	struct json *json = json_read(VIEW("{\"s\":\"x\",\"l\":[1]}"), NULL);

	ck_assert_ptr_null(json_get(json, "nothing"));
	ck_assert_ptr_null(json_get(json_get(json, "s"), "k"));
	ck_assert_ptr_null(json_get(NULL, "k"));
	ck_assert_ptr_null(json_at(json_get(json, "l"), 1));
	ck_assert_ptr_null(json_at(NULL, 0));
	ck_assert_ptr_null(json_key_at(json, 2));
	ck_assert_ptr_null(json_key_at(json_get(json, "l"), 0));
	ck_assert_uint_eq(json_size(NULL), 0);
	ck_assert_int_eq(json_kind(NULL), JSON_KIND_NULL);
	ck_assert_ptr_null(json_text(json).ptr);
	ck_assert(json_number(json_get(json, "s"), 7) == 7);
	ck_assert(json_bool(json_get(json, "s"), true));
	json_free(json);
	json_free(NULL);
}
END_TEST

static const char *const refused[] = {
	"", "{", "{\"a\":1,\"a\":2}", "[1,]", "{} x", "\"\xFF\"", "{\"a\":\"\\u0000\"}", "1e999",
};

START_TEST(test_refuses)
{
	struct err err = {""};

	ck_assert_ptr_null(json_read(view_of(refused[_i]), &err));
	ck_assert_uint_gt(strlen(err.text), 0);
}
END_TEST

START_TEST(test_bounds)
{
	for (size_t more = 0; more < 2; more++) {
		struct str deep = {0}, long_text = {0};
		struct json *json;

		for (size_t i = 0; i < 32 + more; i++)
			str_add_char(&deep, '[');
		for (size_t i = 0; i < 32 + more; i++)
			str_add_char(&deep, ']');
		json = json_read(str_view(&deep), NULL);
		ck_assert(more ? !json : json != NULL);
		json_free(json);
		str_add_text(&long_text, "[]");
		while (long_text.len < ((size_t)1 << 20) + more)
			str_add_char(&long_text, ' ');
		json = json_read(str_view(&long_text), NULL);
		ck_assert(more ? !json : json != NULL);
		json_free(json);
		str_fini(&deep);
		str_fini(&long_text);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("json");
	TCase *tcase = tcase_create("json");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, test_reads);
	tcase_add_test(tcase, test_absent);
	tcase_add_loop_test(tcase, test_refuses, 0, sizeof(refused) / sizeof(*refused));
	tcase_add_test(tcase, test_bounds);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
