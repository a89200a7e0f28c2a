#include "rules_support.h"

#include <check.h>
#include <stdlib.h>

/* Rules without `modal` keep every hit, so that the line shows what the cues put on it. */
static const char pack[] =
	"lists:\n"
	"  talks: [talk, negotiation]\n"
	"  fail: [collapse, (break|broke) down]\n"
	"  turn: [but, however, \";\"]\n"
	"cues:\n"
	"  no:\n"
	"    effect: negated\n"
	"    dir: forward\n"
	"    scope: 6\n"
	"    any: [=no, =not, \"n't\", =never, =without, no longer, =fails]\n"
	"    pseudo: [not only, not sure whether, no more]\n"
	"    stop: $turn\n"
	"  unsure: {effect: hypothetical, dir: forward, scope: 4, any: [=if, =could], stop: "
	"$turn}\n"
	"  unlikely: {effect: hypothetical, dir: backward, scope: 5, any: [=unlikely]}\n"
	"  later: {effect: future, dir: forward, scope: clause, any: [=will]}\n"
	"  long_ago: {effect: historical, dir: both, scope: sentence, any: [\"in "
	"/(19|20)\\\\d\\\\d/\"]}\n"
	"  saved: {effect: averted, dir: forward, scope: 6, any: [=averted, avoid, keep <3> "
	"from]}\n"
	"  was_saved: {effect: averted, dir: backward, scope: 3, any: [=averted]}\n"
	"  refuted: {effect: denied, dir: forward, scope: 8, any: [=denied, deny]}\n"
	"  muet: {effect: negated, lang: [fr], dir: forward, scope: 6, any: [jamais]}\n"
	"rules:\n"
	"  gap: {about: gaps, when: $talks <6> ^$fail, emit: {class: gap}}\n"
	"  word: {about: one word, when: blackout, emit: {class: dark}}\n"
	"  whole: {about: no anchor, when: envoy <5> left, emit: {class: whole}}\n"
	"  literal: {about: own words, when: =no sign of ^compromise, emit: {class: hard}}\n"
	"  verb: {about: own verb, when: deny <4> attack, emit: {class: deny}}\n";

static const struct {
	const char *text, *line;
} cases[] = {
	{"Talks collapsed.", "gap"},
	/* a gap swallows the cue, the pattern consumes it */
	{"Talks have not collapsed.", "gap ~negated"},
	{"Talks haven't collapsed.", "gap ~negated"},
	{"They show no sign of compromise.", "hard"},
	{"They never show no sign of compromise.", "hard ~negated"},
	{"The envoy never left.", "whole ~negated"},
	{"He denies the attack.", "deny"},
	{"He did not deny the attack.", "deny ~negated"},
	/* how far */
	{"No a b c d blackout.", "dark ~negated"},
	{"No a b c d e blackout.", "dark ~negated"},
	{"No a b c d e f blackout.", "dark"},
	{"No, a, b, c, d, e, blackout.", "dark ~negated"},
	{"No rain but a blackout.", "dark"},
	{"No rain; a blackout.", "dark"},
	{"Blackout, no rain.", "dark"},
	{"There was no rain. A blackout came.", "dark"},
	{"A blackout is unlikely.", "dark ~hypothetical"},
	{"Unlikely as it is, a blackout came.", "dark"},
	{"A blackout of a b c d e unlikely.", "dark"},
	{"It will bring rain, wind and a blackout.", "dark ~future"},
	{"It will rain (or a blackout).", "dark"},
	{"It will rain: a blackout came.", "dark"},
	{"In 2003 there was a blackout.", "dark ~historical"},
	{"A blackout struck the coast in 1977.", "dark ~historical"},
	/* pseudo-cues */
	{"Not only a blackout came.", "dark"},
	{"They are not sure whether a blackout came.", "dark"},
	{"Not a blackout came.", "dark ~negated"},
	{"There is no more blackout.", "dark ~negated"},
	{"The envoy no more denied a blackout.", "dark"},
	/* reversal */
	{"There is no longer a blackout.", "dark ~negated"},
	{"He did not deny that a blackout came.", "dark"},
	{"He did not publicly deny a blackout.", "dark"},
	{"He denied a blackout.", "dark ~denied"},
	{"He no longer denied a blackout.", "dark"},
	{"They did not avoid a blackout.", "dark"},
	{"The blackout was not averted.", "dark"},
	{"The blackout was averted.", "dark ~averted"},
	{"It never fails to bring a blackout.", "dark"},
	{"It did not, they say, avoid a blackout.", "dark ~negated,averted"},
	{"Not never without a blackout.", "dark ~negated"},
	{"No heat, no blackout.", "dark ~negated"},
	{"No light and no water and no blackout.", "dark ~negated"},
	/* several */
	{"If no rain falls blackout follows.", "dark ~negated,hypothetical"},
	{"It could mean a blackout.", "dark ~hypothetical"},
	{"They keep the talks from collapsing.", "gap ~averted"},
	{"They worked to keep the talks from breaking down.", "gap ~averted"},
	/* speech */
	{"\"A blackout came,\" he added.", "dark ~quoted"},
	{"\"We will not go,\" he added, and a blackout came.", "dark"},
	{"He could \"see a blackout\" come.", "dark ~hypothetical,quoted"},
	/* cues of other languages */
	{"Jamais a blackout.", "dark"},
};

START_TEST(modality)
{
	struct bench bench = {0};

	bench_load(&bench, pack);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		bench_expect(&bench, cases[i].text, cases[i].line);
	bench_fini(&bench);
}
END_TEST

START_TEST(cues_of_the_language)
{
	struct bench bench = {0};
	struct item item = bench_item("Jamais blackout dans la ville et pas de pluie.", "fr");

	bench_load(&bench, pack);
	ck_assert_str_eq(bench_line(&bench, &item), "dark ~negated");
	bench_fini(&bench);
}
END_TEST

/* Beyond CUES_MAX the cues of one sentence are not read: the last word stands alone. */
START_TEST(cues_are_bounded)
{
	struct bench bench = {0};
	struct str text = {0};

	bench_load(&bench, pack);
	for (int i = 0; i < 400; i++)
		str_add_text(&text, "no a b c d e f ");
	str_add_text(&text, "no blackout");
	ck_assert_str_eq(bench_text(&bench, text.ptr), "dark");
	str_reset(&text);
	str_add_text(&text, "no blackout");
	for (int i = 0; i < 400; i++)
		str_add_text(&text, " no a b c d e f");
	ck_assert_str_eq(bench_text(&bench, text.ptr), "dark ~negated");
	str_fini(&text);
	bench_fini(&bench);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cue");
	TCase *tcase = tcase_create("cue");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, modality);
	tcase_add_test(tcase, cues_of_the_language);
	tcase_add_test(tcase, cues_are_bounded);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
