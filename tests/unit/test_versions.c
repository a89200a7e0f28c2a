#include "app/versions.h"

#include "base/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* What is known of items of late: how much at least, how much at most, and the last word counts. */
static struct versions *versions;

static void setup(void)
{
	versions = versions_new();
}

static void teardown(void)
{
	versions_free(versions);
}

static void put(const char *uri, const char *text, size_t count)
{
	static const char ids[3][EVENT_ID_SIZE] = {"aa", "bb", "cc"};
	struct version_state state = {
		.version = {view_of(text), 7}, .ids = ids, .count = count, .canceled = count == 0};

	versions_put(versions, view_of(uri), &state);
}

/* "1:aa bb", "-" when nothing is known. */
static void check_known(const char *uri, const char *wanted)
{
	const struct version_state *state = versions_find(versions, view_of(uri));
	char text[100] = "-";

	if (state) {
		ck_assert_int_eq(state->version.modified, 7);
		ck_assert_int_eq(state->canceled, state->count == 0);
		snprintf(text, sizeof(text), "%.*s:", VIEW_ARGS(state->version.text));
		for (size_t i = 0; i < state->count; i++)
			strcat(strcat(text, i ? " " : ""), state->ids[i]);
	}
	ck_assert_str_eq(text, wanted);
}

START_TEST(knows_the_last_word)
{
	check_known("a", "-");
	put("a", "1", 3);
	put("b", "4", 0);
	check_known("a", "1:aa bb cc");
	check_known("b", "4:");
	put("a", "2", 1);
	check_known("a", "2:aa");
	check_known("b", "4:");
	check_known("", "-");
}
END_TEST

/* What is put may point into what is known of the same item. */
START_TEST(takes_its_own_word)
{
	struct version_state state;

	put("a", "12", 2);
	state = *versions_find(versions, VIEW("a"));
	state.count = 1;
	state.version.text.len = 1;
	versions_put(versions, VIEW("a"), &state);
	check_known("a", "1:aa");
}
END_TEST

static void put_many(int from, int until)
{
	char uri[20];

	for (int i = from; i < until; i++) {
		snprintf(uri, sizeof(uri), "u%d", i);
		put(uri, "1", 1);
	}
}

START_TEST(forgets_the_oldest)
{
	put("first", "1", 1);
	put_many(0, VERSIONS_LEAST);
	check_known("first", "1:aa");
	put("kept", "1", 1);
	put("first", "2", 1); /* young again */
	put_many(VERSIONS_LEAST, 2 * VERSIONS_LEAST);
	check_known("first", "2:aa");
	check_known("kept", "1:aa");
	check_known("u1", "-");
	check_known("u65535", "1:aa");
	put_many(2 * VERSIONS_LEAST, 4 * VERSIONS_LEAST);
	check_known("first", "-");
	check_known("u131071", "1:aa");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("versions");
	TCase *tcase = tcase_create("versions");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, knows_the_last_word);
	tcase_add_test(tcase, takes_its_own_word);
	tcase_add_test(tcase, forgets_the_oldest);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
