#include "rules_support.h"

#include "rules/judge.h"
#include "rules/reason.h"

#include <check.h>
#include <stdlib.h>

#define PLACES                                                                                     \
	"entities:\n"                                                                              \
	"  odesa: {type: place, names: [Odesa]}\n"                                                 \
	"  kharkiv: {type: place, names: [Kharkiv]}\n"                                             \
	"rules:\n"
#define R(id, when, rest)                                                                          \
	"  " id ": {about: a, when: " when ", group: g, emit: {class: " id "}" rest "}\n"

struct row {
	const char *pack, *text, *line;
};

static void check_rows(const struct row *rows, size_t count, const struct bench *how)
{
	for (size_t i = 0; i < count; i++) {
		struct bench bench = *how;

		bench_load(&bench, rows[i].pack);
		bench_expect(&bench, rows[i].text, rows[i].line);
		bench_fini(&bench);
	}
}

#define CHECK_ROWS(rows, ...)                                                                      \
	check_rows((rows), sizeof(rows) / sizeof((rows)[0]), &(struct bench){__VA_ARGS__})

static const struct row groups[] = {
	/* no group, other group: no competition */
	{"rules:\n  a: {about: a, when: talk, emit: {class: a}}\n"
	 "  b: {about: a, when: talk, emit: {class: b}}\n",
	 "Talks.", "a; b"},
	{"rules:\n" R("a", "talk", "") "  b: {about: a, when: talk, group: h, emit: {class: b}}\n",
	 "Talks.", "a; b"},
	/* priority, supersedes, score, anchor, id: each beats what comes after it */
	{"rules:\n" R("a", "talk", ", score: 90") R("b", "talk", ", priority: 1"), "Talks.", "b"},
	{"rules:\n" R("a", "talk", ", priority: 1") R("b", "talk", ", supersedes: [a]"), "Talks.",
	 "a"},
	{"rules:\n" R("a", "talk", ", score: 90") R("b", "talk", ", supersedes: [a]"), "Talks.",
	 "b"},
	{"rules:\n" R("x.a", "talk", ", score: 90") R("b", "talk", ", supersedes: [\"x.*\"]"),
	 "Talks.", "b"},
	{"rules:\n" R("a", "talk", ", supersedes: [b]")
		 R("b", "talk", ", supersedes: [a], score: 60"),
	 "Talks.", "b"},
	{"rules:\n" R("a", "peace talk", "") R("b", "talk", ", score: 60"), "Peace talks.", "b"},
	{"rules:\n" R("a", "talk", "") R("b", "peace talk", ""), "Peace talks.", "b"},
	{"rules:\n" R("a", "talk", "") R("b", "peace ^talk", ""), "Peace talks.", "a"},
	{"rules:\n" R("b", "talk", "") R("a", "talk", ""), "Talks.", "a"},
	/* superseded stays out though the better one loses itself */
	{"rules:\n" R("a", "talk", ", supersedes: [b]") R("b", "talk", ", score: 60")
		 R("c", "talk", ", score: 70"),
	 "Talks.", "c"},
	/* what fell below its threshold or was dropped beats nobody */
	{"rules:\n" R("a", "talk", ", priority: 9, threshold: 60") R("b", "talk", ""), "Talks.",
	 "b"},
	/* scopes must overlap */
	{"rules:\n" R("a", "talk", ", priority: 1") R("b", "summit", ""), "Talks. Summit.", "a; b"},
	{"rules:\n" R("a", "talk", ", priority: 1") R("b", "summit", ""), "Talks, summit.", "a"},
	{"rules:\n" R("a", "talk", ", priority: 1, scope: paragraph") R("b", "summit", ""),
	 "Talks. Summit.\n\nSummit.", "a; b"},
	{"rules:\n" R("a", "talk", ", priority: 1, scope: item") R("b", "summit", ""),
	 "Talks. Summit.\n\nSummit.", "a"},
	{"rules:\n" R("a", "talk", ", scope: item") R("b", "summit", ", priority: 1"),
	 "Talks.\n\nSummit.", "b"},
};

START_TEST(group)
{
	CHECK_ROWS(groups, .scores = false);
}
END_TEST

#define PLACED(rest)                                                                               \
	PLACES "  a:\n    about: a\n    when: blackout\n    emit: {class: x, status: s}\n"         \
	       "    grab: {places: $place}\n" rest

static const struct row merges[] = {
	/* by class and status, lists united, single values of the better one */
	{PLACED(""), "A blackout in Odesa. A blackout in Kharkiv.",
	 "x/s places=[odesa,kharkiv] (50) #"},
	{PLACED("    adjust: [{when: storm, add: 20}]\n"
		"    set: {cause: [{to: storm, when: storm}, {to: none}]}\n"),
	 "A blackout in Odesa. A blackout in Kharkiv by storm.",
	 "x/s places=[kharkiv,odesa] cause=storm (70) #"},
	{PLACED("    set: {cause: [{to: storm, when: storm}]}\n"),
	 "A blackout in Odesa. A blackout in Kharkiv by storm.",
	 "x/s places=[odesa,kharkiv] cause=storm (50) #"},
	{PLACED("    set: {status: [{to: over, when: restored}]}\n"),
	 "A blackout in Odesa. A blackout, restored.", "x/s places=[odesa] (50) #; x/over (50) #"},
	/* what is only emitted yields to what was read, never the other way */
	{PLACES "  a:\n    about: a\n    when: blackout\n"
		"    emit: {class: x, status: s, cause: unknown}\n"
		"    set: {cause: [{to: storm, when: storm}]}\n"
		"    adjust: [{when: Odesa, add: 20}]\n",
	 "A blackout in Odesa. A blackout by storm.", "x/s cause=storm (70) #"},
	{PLACES "  a:\n    about: a\n    when: blackout\n"
		"    emit: {class: x, status: s, cause: unknown}\n"
		"    set: {cause: [{to: storm, when: storm}]}\n"
		"    adjust: [{when: storm, add: 20}]\n",
	 "A blackout in Odesa. A blackout by storm.", "x/s cause=storm (70) #"},
	/* by other fields */
	{PLACED("    merge: [class, status, places]\n"),
	 "A blackout in Odesa. A blackout in Kharkiv. A further blackout in Odesa.",
	 "x/s places=[odesa] (50) #places=odesa; x/s places=[kharkiv] (50) "
	 "#places=kharkiv"},
	{PLACED("    merge: [class, status, places]\n"),
	 "A blackout in Odesa, Kharkiv. A blackout in Kharkiv, Odesa. A blackout.",
	 "x/s places=[odesa,kharkiv] (50) #places=kharkiv,odesa; x/s (50) #places="},
	{PLACED("    merge: [class]\n    set: {status: [{to: over, when: restored}]}\n"
		"    adjust: [{when: restored, add: 5}]\n"),
	 "A blackout in Odesa. A blackout, restored.", "x/over places=[odesa] (55) #"},
	/* across rules */
	{PLACED("") "  b: {about: a, when: outage, score: 60, emit: {class: x, status: "
		    "s}}\n",
	 "An outage. A blackout in Odesa.", "x/s places=[odesa] (60) #"},
	/* what would get the same identity is one, whatever the rules say */
	{PLACED("    merge: [class]\n    set: {status: [{to: over, when: "
		"restored}]}\n") "  b: {about: a, when: outage, emit: {class: x, "
				 "status: s}}\n",
	 "A blackout in Odesa. An outage.", "x/s places=[odesa] (50) #"},
};

START_TEST(merge)
{
	CHECK_ROWS(merges, .scores = true, .keys = true);
}
END_TEST

static const struct row orders[] = {
	{"rules:\n  c: {about: a, when: talk, emit: {class: z}}\n"
	 "  b: {about: a, when: talk, emit: {class: a, status: y}}\n"
	 "  a: {about: a, when: talk, emit: {class: a, status: x}}\n"
	 "  d: {about: a, when: =early, emit: {class: zz}}\n",
	 "Early talks.", "zz; a/x; a/y; z"},
};

START_TEST(order)
{
	CHECK_ROWS(orders, .scores = false);
}
END_TEST

/* Losers keep their event and say who was better: what explanations show. */
START_TEST(losers)
{
	static const char *const wanted[] = {
		"a fired -",	   "a merged a", "b lost a",   "c below -",    "d dropped -",
		"e unless_item -", "f unless -", "g no_hit -", "h language -", "i off -",
	};
	struct bench bench = {0};
	struct item item = bench_item("No talks, more talks.", "en");
	struct judgement judgement = {.item = &item, .now = INT64_MIN, .arena = &bench.arena};
	struct probe probe = probe_quiet();

	bench_load(&bench,
		   "cues: {no: {effect: negated, dir: forward, scope: 9, any: [=no]}}\n"
		   "rules:\n" R("a", "talk", ", priority: 1") R("b", "more talk", "")
			   R("c", "=more", ", threshold: 60") R("d", "=more",
								", modal: {negated: drop}")
				   R("e", "=more", ", unless_item: talk")
					   R("f", "=more", ", unless: talk") R("g", "=less", "")
						   R("h", "=more", ", lang: [fr]")
							   R("i", "=more", ", status: \"off\""));
	judgement.probe = &probe;
	matcher_judge(bench.matcher, bench.ruleset, &judgement);
	ck_assert_uint_eq(judgement.events.len, 1);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		bool found = false;

		for (size_t j = 0; j < judgement.outcomes->len; j++) {
			const struct outcome *outcome = judgement.outcomes->at[j];
			const char *line = arena_printf(
				&bench.arena, "%.*s %s %.*s", VIEW_ARGS(outcome->rule->id),
				verdict_name(outcome->verdict),
				VIEW_ARGS(outcome->winner ? outcome->winner->rule->id : VIEW("-")));

			found |= strcmp(line, wanted[i]) == 0;
			if (outcome->verdict == VERDICT_LOST)
				ck_assert(view_is(outcome->event.class, "b"));
		}
		ck_assert_msg(found, "no outcome \"%s\"", wanted[i]);
	}
	bench_fini(&bench);
}
END_TEST

/* Two rules with a hit in each of `count` sentences, and a place in the last of them. */
static struct judgement flood(struct bench *bench, struct item *item, size_t count)
{
	struct judgement judgement = {.item = item, .now = INT64_MIN, .arena = &bench->arena};
	struct str text = {0};

	for (size_t i = 1; i <= count; i++)
		str_printf(&text, "A blackout%s. ", i == count ? " in Odesa" : "");
	*item = bench_item(arena_strndup(&bench->arena, text.ptr, text.len), "en");
	str_fini(&text);
	bench_load(bench, PLACED("") "  b: {about: a, when: =a ^blackout, emit: {class: y}}\n");
	matcher_judge(bench->matcher, bench->ruleset, &judgement);
	return judgement;
}

START_TEST(resolution_is_bounded)
{
	struct bench bench = {0};
	struct item item;
	struct judgement judgement = flood(&bench, &item, OUTCOMES_MAX / 2 + 50);
	size_t beyond = 0;

	ck_assert_uint_eq(judgement.events.len, 2);
	ck_assert_uint_le(judgement.events.at[0].why_count, 64);
	ck_assert_uint_eq(judgement.events.at[1].field_count, 0);
	for (size_t i = 0; i < judgement.outcomes->len; i++)
		beyond += judgement.outcomes->at[i]->verdict == VERDICT_LOST &&
			  !judgement.outcomes->at[i]->winner;
	ck_assert_uint_eq(beyond, 100);
	bench_fini(&bench);
}
END_TEST

START_TEST(hits_of_a_rule_are_bounded)
{
	struct bench bench = {0};
	struct item item;
	struct judgement judgement = flood(&bench, &item, OUTCOMES_MAX + 50);

	ck_assert_uint_eq(judgement.events.len, 2);
	ck_assert_uint_eq(judgement.outcomes->len, 2 * OUTCOMES_MAX);
	bench_fini(&bench);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("resolve");
	TCase *tcase = tcase_create("resolve");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, group);
	tcase_add_test(tcase, merge);
	tcase_add_test(tcase, order);
	tcase_add_test(tcase, losers);
	tcase_add_test(tcase, resolution_is_bounded);
	tcase_add_test(tcase, hits_of_a_rule_are_bounded);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
