#include "base/clock.h"
#include "rules/index.h"
#include "rules/ruleset.h"

#include <check.h>
#include <pthread.h>

/* Rule sets as a whole: loading, what the pre-filter files, and matchers on several threads. */
static struct diags diags;

static void setup(void)
{
	diags = (struct diags){0};
}

static void teardown(void)
{
	diags_fini(&diags);
}

#define HEAD "newstag: 1\nentities:\n  UKR: {type: state, names: [Ukraine]}\n"
#define RULE(when)                                                                                 \
	"rules:\n  a.b:\n    about: x\n    emit: {class: c, status: s}\n    when: " when "\n"

START_TEST(keeps_places_of_what_failed)
{
	struct ruleset *ruleset = ruleset_read("broken.yaml", VIEW("newstag: 1\nrulez: {}\n"),
					       &diags);

	ck_assert_ptr_null(ruleset);
	ck_assert_uint_gt(diags.len, 0);
	ck_assert_str_eq(diags.at[0].place.file, "broken.yaml");
	ck_assert_uint_eq(diags.at[0].place.line, 2);
}
END_TEST

START_TEST(frees_nothing)
{
	ruleset_free(NULL);
	matcher_free(NULL);
}
END_TEST

START_TEST(hashes_content)
{
	struct ruleset *a = ruleset_read("a.yaml", view_of(HEAD RULE("talk")), &diags);
	struct ruleset *b = ruleset_read("a.yaml", view_of(HEAD RULE("talk")), &diags);
	struct ruleset *c = ruleset_read("a.yaml", view_of(HEAD RULE("talks")), &diags);

	ck_assert_str_eq(ruleset_hash(a), ruleset_hash(b));
	ck_assert_str_ne(ruleset_hash(a), ruleset_hash(c));
	ck_assert_uint_eq(strlen(ruleset_hash(a)), 71);
	ruleset_free(a);
	ruleset_free(b);
	ruleset_free(c);
}
END_TEST

/* --- what a rule is filed under ------------------------------------------------------------------
 */

static const struct {
	const char *text;
	size_t calls; /* atoms that call the rule */
	bool always;
} filed[] = {
	{RULE("talk"), 1, false},
	{RULE("the negotiation"), 1, false},
	{RULE("(talk|deal) <3> collapse"), 1, false},
	{RULE("(talk|deal)? collapse"), 1, false},
	{RULE("[talk, deal, peace]"), 3, false},
	{RULE("{all: [talk, {any: [negotiation, agreement]}]}"), 2, false},
	{RULE("{all: [{none: [talk]}, deal]}"), 1, false},
	{RULE("{none: [talk]}"), 0, true},
	{RULE("[talk, {none: [deal]}]"), 0, true},
	{RULE("{meta: {lang: en}}"), 0, true},
	{RULE("$num"), 0, true},
	{RULE("$num home"), 1, false},
	{RULE("$state"), 1, false},
	{RULE("{near: {within: 5, of: [talk, negotiation]}}"), 1, false},
	{RULE("{near: {within: paragraph, of: [talk, negotiation]}}"), 2, false},
	{RULE("{near: {within: paragraph, order: given, of: [talk, negotiation]}}"), 1, false},
	{RULE("{atleast: {n: 2, of: [talk, deal, peace]}}"), 3, false},
	{RULE("{count: {of: talk, min: 2}}"), 1, false},
	{RULE("{sum: {min: 10, of: {talk: 10, deal: -5}}}"), 1, false},
};

START_TEST(files_rules)
{
	struct arena arena = {0};
	const char *text = arena_printf(&arena, HEAD "%s", filed[_i].text);
	struct ruleset *ruleset = ruleset_read("a.yaml", view_of(text), &diags);
	const struct index *index;

	ck_assert_ptr_nonnull(ruleset);
	index = &ruleset->index;
	ck_assert_uint_eq(index->rules.from[index->atoms.list.len], filed[_i].calls);
	ck_assert_uint_eq(index->always_count, filed[_i].always);
	ruleset_free(ruleset);
	arena_fini(&arena);
}
END_TEST

/* --- the life of a matcher ----------------------------------------------------------------------
 */

static size_t events_of(struct matcher *matcher, const struct ruleset *ruleset, const char *text)
{
	struct item item = {.language = VIEW("en")};
	struct arena arena = {0};
	struct events events;

	item.fields[ITEM_BODY].text = view_of(text);
	matcher_run(matcher, ruleset, &item, CLOCK_NONE, &arena, &events);
	arena_fini(&arena);
	return events.len;
}

/* A set in the place of a freed one must not be taken for it. */
START_TEST(follows_the_rule_set)
{
	struct matcher *matcher = matcher_new(LANGUAGE_UNKNOWN);

	for (int i = 0; i < 20; i++) {
		const char *text = i % 2 ? HEAD RULE("=talk") "    score: 60\n"
					 : HEAD RULE("=deal") "    score: 60\n";
		struct ruleset *ruleset = ruleset_read("a.yaml", view_of(text), &diags);

		ck_assert_uint_eq(events_of(matcher, ruleset, "A talk."), i % 2);
		ck_assert_uint_eq(events_of(matcher, ruleset, "A deal."), 1 - i % 2);
		ck_assert_uint_eq(events_of(matcher, ruleset, ""), 0);
		ruleset_free(ruleset);
	}
	matcher_free(matcher);
}
END_TEST

struct thread {
	pthread_t id;
	const struct ruleset *ruleset;
	size_t events;
};

static void *run_thread(void *data)
{
	struct thread *thread = data;
	struct matcher *matcher = matcher_new(LANGUAGE_UNKNOWN);

	for (int i = 0; i < 200; i++)
		thread->events += events_of(
			matcher, thread->ruleset,
			"Talks with Ukraine went on. A deal was near; talks end.");
	matcher_free(matcher);
	return NULL;
}

START_TEST(is_shared_by_threads)
{
	struct ruleset *ruleset = ruleset_read(
		"a.yaml", view_of(HEAD RULE("[talk <4> $state, deal, /t.*s/]") "    score: 60\n"),
		&diags);
	struct thread threads[4];

	for (size_t i = 0; i < 4; i++) {
		threads[i] = (struct thread){.ruleset = ruleset};
		ck_assert_int_eq(pthread_create(&threads[i].id, NULL, run_thread, &threads[i]), 0);
	}
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i].id, NULL);
	ck_assert_uint_ge(threads[0].events, 200);
	for (size_t i = 1; i < 4; i++)
		ck_assert_uint_eq(threads[i].events, threads[0].events);
	ruleset_free(ruleset);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ruleset");
	TCase *tcase = tcase_create("ruleset");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, keeps_places_of_what_failed);
	tcase_add_test(tcase, frees_nothing);
	tcase_add_test(tcase, hashes_content);
	tcase_add_loop_test(tcase, files_rules, 0, sizeof(filed) / sizeof(filed[0]));
	tcase_add_test(tcase, follows_the_rule_set);
	tcase_add_test(tcase, is_shared_by_threads);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
