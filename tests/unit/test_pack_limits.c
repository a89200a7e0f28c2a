#include "base/str.h"
#include "rules/loader.h"
#include "rules/pack.h"
#include "rules/read.h"
#include "rules/read_vocabulary.h"

#include <check.h>
#include <stdlib.h>

/* The bounds on what one pack can make its check do: on each the last that passes and the first
 * that does not. */

static struct arena arena;
static struct diags diags;

/* `unit` `count` times between head and tail, "#" in it being the number of the turn. */
static void read_many(const char *head, const char *unit, size_t count, const char *tail)
{
	struct str text = {0};
	struct packs *packs;

	arena_fini(&arena);
	diags_fini(&diags);
	arena = (struct arena){0};
	diags = (struct diags){0};
	str_add_text(&text, head);
	for (size_t i = 0; i < count; i++)
		for (const char *at = unit; *at; at++)
			if (*at == '#')
				str_printf(&text, "%zu", i);
			else
				str_add_char(&text, *at);
	str_add_text(&text, tail);
	packs = packs_read("p.yaml", str_view(&text), &arena, &diags);
	if (packs)
		packs_fini(packs);
	str_fini(&text);
}

static size_t count_code(const char *code)
{
	size_t count = 0;

	for (size_t i = 0; i < diags.len; i++)
		count += !strcmp(diags.at[i].code, code);
	return count;
}

static void teardown(void)
{
	diags_fini(&diags);
	arena_fini(&arena);
	arena = (struct arena){0};
	diags = (struct diags){0};
}

/* A list of two languages may have that many entries of both together, and no more. */
START_TEST(entries_of_a_list)
{
	read_many("newstag: 1\nlists: {l: {uk: [b], en: [", "a#,", LIST_ENTRIES_MAX - 1, "]}}\n");
	ck_assert_uint_eq(diags.errors, 0);
	read_many("newstag: 1\nlists: {l: {uk: [b], en: [", "a#,", LIST_ENTRIES_MAX, "]}}\n");
	ck_assert_uint_eq(diags.errors, 1);
	ck_assert_uint_eq(count_code("too-large"), 1);
}
END_TEST

/* Every misspelt name is told of; only the first ones are guessed at. */
START_TEST(guesses_at_names)
{
	size_t hints = 0;

	read_many("newstag: 1\nlists: {plants: [a]}\nrules:\n", "  r#: {about: x, when: $plamts}\n",
		  SUGGESTIONS_MAX + 5, "");
	ck_assert_uint_eq(diags.errors, SUGGESTIONS_MAX + 5);
	for (size_t i = 0; i < diags.len; i++)
		hints += diags.at[i].hint != NULL;
	ck_assert_uint_eq(hints, SUGGESTIONS_MAX);
}
END_TEST

/* Of a large group, only so many rules are held against the stronger ones. */
START_TEST(rules_of_a_group)
{
	const char *rule = "  r#: {about: x, when: a, group: g}\n";

	read_many("newstag: 1\nrules:\n", rule, GROUP_COMPARED_MAX, "");
	ck_assert_uint_eq(count_code("shadowed-rule"), GROUP_COMPARED_MAX - 1);
	read_many("newstag: 1\nrules:\n", rule, GROUP_COMPARED_MAX + 5, "");
	ck_assert_uint_eq(count_code("shadowed-rule"), GROUP_COMPARED_MAX - 1);
}
END_TEST

/* A name that the broken part of a file may declare is not called unknown; past the bound none
 * is looked for. A part of this file cannot be understood. */
START_TEST(names_that_may_be_lost)
{
	const char *rule = "  r#: {about: x, when: $no#such}\n";
	const char *tail = "oops: {k: a}\n";

	read_many("newstag: 1\nrules:\n", rule, LOST_NAMES_SOUGHT_MAX, tail);
	ck_assert_uint_eq(count_code("unresolved-name"), LOST_NAMES_SOUGHT_MAX);
	read_many("newstag: 1\nrules:\n", rule, LOST_NAMES_SOUGHT_MAX + 5, tail);
	ck_assert_uint_eq(count_code("unresolved-name"), LOST_NAMES_SOUGHT_MAX);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pack limits");
	TCase *cases = tcase_create("pack limits");
	SRunner *runner;
	int failed;

	tcase_set_timeout(cases, 60);
	tcase_add_checked_fixture(cases, NULL, teardown);
	tcase_add_test(cases, entries_of_a_list);
	tcase_add_test(cases, guesses_at_names);
	tcase_add_test(cases, rules_of_a_group);
	tcase_add_test(cases, names_that_may_be_lost);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
