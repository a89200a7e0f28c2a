#include "rules_support.h"

#include "base/clock.h"

#include <check.h>
#include <stdlib.h>

#define PLACES                                                                                     \
	"entities:\n"                                                                              \
	"  UKR: {type: state, names: [Ukraine], adj: [Ukrainian], qid: Q212}\n"                    \
	"  RUS: {type: state, names: [Russia], adj: [Russian]}\n"                                  \
	"  zelenskiy: {type: person, of: UKR, names: [Zelenskiy]}\n"                               \
	"  odesa: {type: place, in: UKR, names: [Odesa], qid: Q1874}\n"                            \
	"  kharkiv: {type: place, in: UKR, names: [Kharkiv]}\n"
#define CUES                                                                                       \
	"cues:\n"                                                                                  \
	"  no: {effect: negated, dir: forward, scope: 6, any: [=no, =not]}\n"                      \
	"  maybe: {effect: hypothetical, dir: forward, scope: 8, any: [=could, fear that]}\n"      \
	"  later: {effect: future, dir: forward, scope: 8, any: [=will]}\n"                        \
	"  saved: {effect: averted, dir: both, scope: 8, any: [=averted]}\n"

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

/* --- whether it fires --- */

#define SCORED                                                                                     \
	PLACES                                                                                     \
	"rules:\n  r:\n    about: a\n    when: blackout\n    score: 30\n"                          \
	"    adjust:\n"                                                                            \
	"      - {when: $place, add: 20}\n"                                                        \
	"      - {when: hospital, add: 5}\n"                                                       \
	"      - {when: concert, add: -30}\n"                                                      \
	"      - {when: {none: [rain]}, add: 1}\n"                                                 \
	"    threshold: 50\n    emit: {class: x}\n"

static const struct row scores[] = {
	{SCORED, "A blackout.", ""},
	{SCORED, "A blackout in Odesa.", "x (51)"},
	{SCORED, "A blackout in Odesa in the rain.", "x (50)"},
	{SCORED, "A blackout at the hospital in the rain.", ""},
	{SCORED, "A blackout at the hospital in Odesa.", "x (56)"},
	{SCORED, "A blackout at the concert in Odesa.", ""},
	{SCORED, "A blackout. Odesa was calm.", ""},
	{"rules: {r: {about: a, when: blackout, emit: {class: x}}}", "A blackout.", "x (50)"},
};

START_TEST(score)
{
	CHECK_ROWS(scores, .scores = true);
}
END_TEST

#define GUARDED                                                                                    \
	"rules:\n  r:\n    about: a\n    when: blackout\n    unless: [drill, =TV]\n"               \
	"    unless_item: (concert|theatre)\n    emit: {class: x}\n"

static const struct row vetoes[] = {
	{GUARDED, "A blackout came.", "x"},
	{GUARDED, "A blackout drill came.", ""},
	{GUARDED, "A TV blackout.", ""},
	{GUARDED, "A blackout came. A drill was held.", "x"},
	{GUARDED, "A drill was held. A blackout came.", "x"},
	{GUARDED, "A blackout came. The concert was off.", ""},
	{GUARDED, "The theatre closed.\n\nA blackout came.\n\nA further blackout.", ""},
};

START_TEST(veto)
{
	CHECK_ROWS(vetoes, .scores = false);
}
END_TEST

#define MODAL                                                                                      \
	CUES "rules:\n  r:\n    about: a\n    when: blackout\n"                                    \
	     "    modal: {negated: drop, averted: {status: averted, direction: \"+\"},"            \
	     " hypothetical: {status: risk, note: [a, b]}, future: {status: planned}}\n"           \
	     "    emit: {class: x, status: ongoing, direction: \"-\"}\n"                           \
	     "    set: {status: [{to: restored, when: restored}]}\n"

static const struct row modals[] = {
	{MODAL, "A blackout came.", "x/ongoing -"},
	{MODAL, "There was no blackout.", ""},
	{MODAL, "No blackout in the north. A blackout in the south.", "x/ongoing -"},
	{MODAL, "A blackout could come.", "x/ongoing -"},
	{MODAL, "It could bring a blackout.", "x/risk - note=[a,b] ~hypothetical"},
	{MODAL, "It will bring a blackout.", "x/planned - ~future"},
	{MODAL, "They fear that it will bring a blackout.",
	 "x/risk - note=[a,b] ~hypothetical,future"},
	{MODAL, "They averted what could be a blackout.",
	 "x/averted + note=[a,b] ~hypothetical,averted"},
	/* set beats emit, modal beats set */
	{MODAL, "Power is restored after the blackout.", "x/restored -"},
	{MODAL, "Power was restored, it could bring a blackout.",
	 "x/risk - note=[a,b] ~hypothetical"},
};

START_TEST(modal)
{
	CHECK_ROWS(modals, .scores = false);
}
END_TEST

/* --- fields --- */

#define RULE(rest) PLACES "rules:\n  r:\n    about: a\n    when: blackout\n" rest

static const struct row fields[] = {
	{RULE("    emit: {class: x, status: y, direction: \"0\", rolling: true, calm: false,"
	      " kind: z, issues: [b, a]}\n"),
	 "A blackout.", "x/y 0 rolling=true calm=false kind=z issues=[b,a]"},
	/* entities: itself, up `of:`, each once, in order of place */
	{RULE("    emit: {class: x}\n    grab: {places: $place}\n"),
	 "A blackout in Kharkiv, Odesa and Kharkiv.", "x places=[kharkiv,odesa]"},
	{RULE("    emit: {class: x}\n    grab: {parties: $state, people: $person}\n"),
	 "Zelenskiy spoke of a blackout in Ukraine.", "x parties=[UKR] people=[zelenskiy]"},
	{RULE("    emit: {class: x}\n    grab: {parties: $UKR}\n"),
	 "Zelenskiy and Russia spoke of a blackout.", "x parties=[UKR]"},
	{RULE("    emit: {class: x}\n    grab: {who: {any: [$state, $place]}}\n"),
	 "A blackout in Odesa, Russia and Zelenskiy say.", "x who=[odesa,RUS,UKR]"},
	{"lists: {side: [$state]}\n" RULE("    emit: {class: x}\n    grab: {who: $side}\n"),
	 "A blackout, Zelenskiy and Russia say.", "x who=[UKR,RUS]"},
	{RULE("    emit: {class: x}\n    grab: {who: by=$state}\n"),
	 "A blackout, caused by Russia.", "x who=[RUS]"},
	{"lists: {side: [$state, the enemy]}\n" RULE(
		 "    emit: {class: x}\n    grab: {who: caused by (who=$side)}\n"),
	 "A blackout, caused by Zelenskiy.", "x who=[UKR]"},
	{"lists: {side: [$state, the enemy]}\n" RULE(
		 "    emit: {class: x}\n    grab: {who: caused by who=$side}\n"),
	 "A blackout, caused by the enemy.", "x who=[the enemy]"},
	/* numbers with bound and what they count; the first of several */
	{RULE("    emit: {class: x}\n    grab: {customers: (users=$num <2> (home|household))}\n"),
	 "A blackout hit more than 600,000 households and 20 homes.",
	 "x customers=>=600000 households"},
	{RULE("    emit: {class: x}\n    grab: {customers: (users=$num <2> (home|household))}\n"),
	 "A blackout hit about 1.5 million private homes.", "x customers=~1500000 homes"},
	{RULE("    emit: {class: x}\n    grab: {people: (users=$num)}\n"), "A blackout hit 40.",
	 "x people=40"},
	{RULE("    emit: {class: x}\n    grab: {people: $num}\n"), "A blackout hit 40.",
	 "x people=40"},
	/* money has its unit, dates stand alone */
	{RULE("    emit: {class: x}\n    grab: {loss: $money, lost: cost by=$money}\n"),
	 "A blackout cost about $5 million.", "x loss=~5000000 USD lost=~5000000 USD"},
	{RULE("    emit: {class: x}\n    grab: {when: $date, on: on day=$date}\n"),
	 "A blackout on 14 May 2025 and on 16 May 2025.",
	 "x when=14 May 2025{2025-05-14..2025-05-14} on=14 May 2025{2025-05-14..2025-05-14}"},
	/* words */
	{RULE("    emit: {class: x}\n    grab: {cause: (after|since) ^(the <2> storm)}\n"),
	 "A blackout after the great storm.", "x cause=[the great storm]"},
	{RULE("    emit: {class: x}\n    grab: {cause: after it=(the <2> storm)}\n"),
	 "A blackout after the great storm.", "x cause=[the great storm]"},
	/* set: the first case that holds, else the one without `when`; grab over emit */
	{RULE("    emit: {class: x}\n    set:\n      cause: [{to: a, when: storm}, {to: b, when:"
	      " ice}, {to: unknown}]\n"),
	 "A blackout in ice and storm.", "x cause=a"},
	{RULE("    emit: {class: x}\n    set:\n      cause: [{to: a, when: storm}, {to: b, when:"
	      " ice}, {to: unknown}]\n"),
	 "A blackout in rain.", "x cause=unknown"},
	{RULE("    emit: {class: x}\n    set:\n      cause: [{to: a, when: storm}]\n"),
	 "A blackout in rain.", "x"},
	{RULE("    emit: {class: x, where: here}\n    grab: {where: $place}\n"),
	 "A blackout in Odesa.", "x where=[odesa]"},
	{RULE("    emit: {class: x, where: here}\n    grab: {where: $place}\n"), "A blackout.",
	 "x where=here"},
	/* class and status too */
	{RULE("    emit: {class: x}\n    set: {status: [{to: over, when: restored}], class: [{to:"
	      " y, when: ice}]}\n"),
	 "A blackout in ice, power restored.", "y/over"},
};

START_TEST(field)
{
	CHECK_ROWS(fields, .scores = false);
}
END_TEST

#define WINDOW(width)                                                                              \
	RULE("    window: " width "\n    emit: {class: x}\n    grab: {places: $place}\n"           \
	     "    set: {cause: [{to: storm, when: storm}, {to: ice, when: ice}]}\n")

static const struct row windows[] = {
	{WINDOW("0"), "Storm in Odesa. A blackout came. Ice in Kharkiv.", "x"},
	{WINDOW("1"), "Storm in Odesa. A blackout came.", "x places=[odesa] cause=storm"},
	{WINDOW("1"), "A blackout came. Ice in Kharkiv.", "x places=[kharkiv] cause=ice"},
	/* the own sentence first, though its case comes later in the rule; then the one before */
	{WINDOW("1"), "Storm in Odesa. A blackout in Kharkiv by ice.",
	 "x places=[kharkiv] cause=ice"},
	{WINDOW("1"), "Storm in Odesa. A blackout. Ice in Kharkiv.",
	 "x places=[odesa] cause=storm"},
	{WINDOW("1"), "Storm in Odesa. It was late. A blackout came.", "x"},
	{WINDOW("2"), "Storm in Odesa. It was late. A blackout came.",
	 "x places=[odesa] cause=storm"},
	{RULE("    scope: paragraph\n    emit: {class: x}\n    grab: {places: $place}\n"),
	 "Odesa slept. It was late. A blackout came.\n\nKharkiv too.", "x places=[odesa]"},
	{RULE("    scope: paragraph\n    emit: {class: x}\n    grab: {places: $place}\n"),
	 "Odesa slept. A blackout came in Kharkiv.", "x places=[kharkiv]"},
	/* an item is not read from end to end, but where the evidence stands */
	{RULE("    scope: item\n    emit: {class: x}\n    grab: {places: $place}\n"),
	 "Odesa slept. A blackout came.", "x"},
	{PLACES "rules:\n  r:\n    about: a\n    scope: item\n    when: {all: [^blackout, storm]}\n"
		"    emit: {class: x}\n    grab: {places: $place}\n",
	 "A storm hit Odesa.\n\nKharkiv slept.\n\nA blackout came.", "x places=[odesa]"},
};

START_TEST(window)
{
	CHECK_ROWS(windows, .scores = false);
}
END_TEST

/* A window does not look from the headline into the story. */
START_TEST(window_keeps_to_the_field)
{
	struct bench bench = {0};

	bench_load(&bench, WINDOW("1"));
	ck_assert_str_eq(bench_story(&bench, "A blackout", "Storm in Odesa."), "x");
	bench_fini(&bench);
}
END_TEST

static const struct row codes[] = {
	{RULE("    emit: {class: x, plover: A/b, cameo: \"031\", medtop: [medtop:1, medtop:2]}\n"),
	 "A blackout.", "x plover:A/b cameo:031 medtop:medtop:1,medtop:2"},
	{RULE("    emit: {class: x, plover: A/b}\n    set: {plover: [{to: C/d, when: ice}]}\n"),
	 "A blackout in ice.", "x plover:C/d"},
};

START_TEST(code)
{
	CHECK_ROWS(codes, .codes = true);
}
END_TEST

/* --- reasons --- */

static const struct row whys[] = {
	{CUES PLACES "rules:\n  r:\n    about: a\n    when: (power|supply) <3> cut\n    score: 40\n"
		     "    adjust: [{when: {any: [$place], name: grounded}, add: 20}, {when: {none:"
		     " [x]}, add: 1}]\n    emit: {class: x}\n",
	 "It could see power in Odesa cut, fully.",
	 "x ~hypothetical [(power|supply) <3> cut:power in Odesa cut+40] [grounded:Odesa+20] "
	 "[maybe:could+0]"},
	{PLACES "rules:\n  r:\n    about: a\n    when: {all: [^blackout, $place]}\n"
		"    emit: {class: x}\n",
	 "A blackout in Odesa.", "x [^blackout:blackout+50] [$place:Odesa+0]"},
	/* merged: each reason once */
	{RULE("    emit: {class: x}\n"), "A blackout. A blackout.",
	 "x [blackout:blackout+50] [blackout:blackout+50]"},
};

START_TEST(reasons)
{
	CHECK_ROWS(whys, .whys = true);
}
END_TEST

/* Field, bytes and text of a reason agree, also behind letters of several bytes. */
START_TEST(why_bytes)
{
	static const char head[] = "«Łódź» — blackout";
	struct bench bench = {0};
	struct item item = bench_item("Nothing.", "en");
	struct events events;
	const struct event_why *why;

	item.fields[ITEM_HEADLINE].text = view_of(head);
	bench_load(&bench, RULE("    emit: {class: x}\n"));
	events = bench_run(&bench, &item);
	ck_assert_uint_eq(events.len, 1);
	ck_assert_uint_eq(events.at[0].why_count, 1);
	why = events.at[0].why;
	ck_assert_int_eq(why->field, ITEM_HEADLINE);
	ck_assert_uint_eq(why->from, strstr(head, "blackout") - head);
	ck_assert_uint_eq(why->to, strlen(head));
	ck_assert(view_is(why->text, "blackout"));
	ck_assert(view_is(why->rule, "r"));
	ck_assert(view_equal(events.texts[ITEM_HEADLINE], view_of(head)));
	ck_assert(view_is(events.language, "en"));
	bench_fini(&bench);
}
END_TEST

static const struct {
	const char *rule;
	double confidence;
} confidences[] = {
	{"    score: 50\n", 0.5},
	{"    score: 75\n", 0.6},
	{"    score: 150\n", 0.75},
	{"    score: 0\n    threshold: 0\n", 0},
	{"    score: -5\n    threshold: -10\n", 0},
};

START_TEST(confidence)
{
	for (size_t i = 0; i < sizeof(confidences) / sizeof(confidences[0]); i++) {
		struct bench bench = {0};
		struct item item = bench_item("A blackout.", "en");
		struct str pack = {0};
		struct events events;

		str_printf(&pack,
			   "rules:\n  r:\n    about: a\n    when: blackout\n    emit: "
			   "{class: x}\n%s",
			   confidences[i].rule);
		bench_load(&bench, pack.ptr);
		events = bench_run(&bench, &item);
		ck_assert_uint_eq(events.len, 1);
		ck_assert_double_eq_tol(events.at[0].confidence, confidences[i].confidence, 1e-12);
		str_fini(&pack);
		bench_fini(&bench);
	}
}
END_TEST

/* --- language, age, status --- */

#define DAY (INT64_C(86400) * CLOCK_SECOND)

static const struct {
	const char *lang;
	int64_t published, modified, now;
	const char *line;
} ages[] = {
	{"en", 0, CLOCK_NONE, DAY, "any; old"},
	{"en", 0, CLOCK_NONE, 2 * DAY, "any; old"},
	{"en", 0, CLOCK_NONE, 2 * DAY + CLOCK_SECOND, "any"},
	{"en", 0, DAY, 3 * DAY, "any; old"},
	{"en", 9 * DAY, CLOCK_NONE, DAY, "any; old"},
	{"en", CLOCK_NONE, CLOCK_NONE, 9 * DAY, "any; old"},
	{"en", 0, CLOCK_NONE, CLOCK_NONE, "any; old"},
	{"en", INT64_MIN + 1, CLOCK_NONE, INT64_MAX, "any; old"},
	{"fr", 0, CLOCK_NONE, DAY, "any; french; old"},
};

START_TEST(age_and_language)
{
	struct bench bench = {0};

	bench_load(&bench,
		   "rules:\n"
		   "  any: {about: a, when: blackout, emit: {class: any}}\n"
		   "  fr: {about: a, lang: [fr, de], when: blackout, emit: {class: french}}\n"
		   "  off: {about: a, status: \"off\", when: blackout, emit: {class: off}}\n"
		   "  old: {about: a, max_age: 2d, when: blackout, emit: {class: old}}\n");
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		struct item item = bench_item("blackout", ages[i].lang);

		item.published = ages[i].published;
		item.modified = ages[i].modified;
		bench.now = ages[i].now;
		ck_assert_msg(strcmp(bench_line(&bench, &item), ages[i].line) == 0, "row %zu: %s",
			      i, bench_line(&bench, &item));
	}
	bench_fini(&bench);
}
END_TEST

/* --- bounds --- */

static struct str repeated(const char *text, size_t bytes)
{
	struct str out = {0};

	while (out.len < bytes)
		str_add_text(&out, text);
	return out;
}

static const char *const floods[] = {
	"\"no not could will ",
	"\"Putin said \"he said, ",
	"no blackout could not averted ",
	"\"a blackout,\" Zelenskiy said. ",
	"said, according to, said Odesa ",
	"blackout Odesa blackout Ukraine 5 homes. ",
	"((\"“«blackout",
	"Blackout. ",
	"No blackout, Zelenskiy said. Odesa. ",
	"\"Blackout.\" \"Odesa.\" ",
};

/* As large as an item can be, of nothing but cues, quotes and hits: ends, and soon. */
START_TEST(floods_end)
{
	struct bench bench = {0};

	bench_load(
		&bench,
		"lists: {say: [=said]}\n" CUES PLACES "rules:\n"
		"  r:\n    about: a\n    window: 2\n    when: {any: [blackout, $place <9> ^said]}\n"
		"    unless_item: never here\n    modal: {negated: drop}\n    group: g\n"
		"    emit: {class: x}\n"
		"    grab: {places: $place, parties: {any: $state, speaker: exclude},"
		" n: (a=$num <2> home)}\n"
		"    set: {cause: [{to: storm, when: storm}]}\n"
		"  s:\n    about: a\n    scope: item\n    when: {all: [^blackout, $state]}\n"
		"    group: g\n    supersedes: [r]\n    emit: {class: y}\n");
	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
		struct str text = repeated(floods[i], 1 << 20);
		struct item item = bench_item(text.ptr, "en");

		bench_run(&bench, &item);
		arena_reset(&bench.arena);
		str_fini(&text);
	}
	bench_fini(&bench);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("decide");
	TCase *tcase = tcase_create("decide");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, score);
	tcase_add_test(tcase, veto);
	tcase_add_test(tcase, modal);
	tcase_add_test(tcase, field);
	tcase_add_test(tcase, window);
	tcase_add_test(tcase, window_keeps_to_the_field);
	tcase_add_test(tcase, code);
	tcase_add_test(tcase, reasons);
	tcase_add_test(tcase, why_bytes);
	tcase_add_test(tcase, confidence);
	tcase_add_test(tcase, age_and_language);
	tcase_add_test(tcase, floods_end);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
