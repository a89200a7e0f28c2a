#include "base/clock.h"
#include "rules/expect.h"
#include "rules/report.h"

#include <check.h>

static const char pack[] = "newstag: 1\n"
			   "entities:\n"
			   "  UKR: {type: state, names: [Ukraine], adj: [Ukrainian]}\n"
			   "  RUS: {type: state, names: [Russia], adj: [Russian]}\n"
			   "lists:\n"
			   "  talks: [talk, negotiation]\n"
			   "  fail: [collapse, (break|broke) down]\n"
			   "cues:\n"
			   "  no: {effect: negated, dir: forward, scope: 6, any: [=not]}\n"
			   "rules:\n"
			   "  a.fail:\n"
			   "    about: Talks have broken down\n"
			   "    lang: [en]\n"
			   "    when: {any: [$talks <6> ^$fail, ^$fail <2> $talks]}\n"
			   "    unless: rumour\n"
			   "    unless_item: football\n"
			   "    score: 40\n"
			   "    adjust: [{when: $state, add: 20}]\n"
			   "    threshold: 50\n"
			   "    modal: {negated: drop}\n"
			   "    group: g\n"
			   "    emit: {class: negotiation, status: collapsed}\n"
			   "    grab: {parties: $state}\n"
			   "%s"
			   "  b.strong:\n"
			   "    about: Stronger than the other\n"
			   "    when: $talks <6> ^$fail <1> utterly\n"
			   "    score: 90\n"
			   "    group: g\n"
			   "    emit: {class: negotiation, status: ended}\n"
			   "  c.off: {about: Off, status: off, when: talk, emit: {class: x}, "
			   "tests: {miss: [no talk]}}\n";

static struct diags diags;
static struct ruleset *ruleset;
static struct matcher *matcher;
static struct test_report report;
static struct str out;

static void setup(void)
{
	diags = (struct diags){0};
	report = (struct test_report){0};
	out = (struct str){0};
	ruleset = NULL;
	matcher = matcher_new(language_find(VIEW("en")));
}

static void teardown(void)
{
	test_report_fini(&report);
	matcher_free(matcher);
	ruleset_free(ruleset);
	diags_fini(&diags);
	str_fini(&out);
}

/* The pack with these lines among those of a.fail. */
static void load(const char *tests)
{
	struct str text = {0};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	str_printf(&text, pack, tests);
#pragma GCC diagnostic pop
	ruleset = ruleset_read("p.yaml", str_view(&text), &diags);
	if (!ruleset)
		diags_print(&diags, false, stderr);
	ck_assert_ptr_nonnull(ruleset);
	str_fini(&text);
}

static void run(const char *tests, bool coverage)
{
	load(tests);
	ruleset_test(ruleset, language_find(VIEW("en")), coverage, &report);
}

/* --- why a test fails ----------------------------------------------------------------------------
 */

static const struct {
	const char *test;
	const char *reason; /* NULL: it passes */
} failures[] = {
	{"hit: [{text: Talks between Ukraine and Russia collapsed.,"
	 " expect: {status: collapsed, parties: [RUS, UKR]}}]",
	 NULL},
	{"hit: [{text: Talks between Ukraine and Russia collapsed.,"
	 " expect: {modality: asserted, score: 60, class: negotiation}}]",
	 NULL},
	{"hit: [Talks with Ukraine collapsed.]", NULL},
	{"miss: [The roof collapsed.]", NULL},
	{"hit: [{text: Talks with Ukraine collapsed., expect: {status: stalled, parties: [RUS]}}]",
	 "status: expected stalled, got collapsed\nparties: expected RUS, got UKR"},
	{"hit: [{text: Talks with Ukraine collapsed., expect: {attributed_to: UKR}}]",
	 "attributed_to: expected UKR, got nothing"},
	{"hit: [{text: Talks with Ukraine collapsed., expect: {parties: []}}]",
	 "parties: expected nothing, got UKR"},
	{"hit: [The roof fell in.]", "expected an event, got none: `when` does not hold"},
	{"hit: [The talks collapsed.]", "expected an event, got none: score 40, which is 10 below "
					"the threshold of 50: 40 (rule) = 40"},
	{"hit: [Talks with Ukraine have not collapsed.]",
	 "expected an event, got none: dropped by `modal`, being negated by cue no \"not\" "
	 "(body 24-27)"},
	{"hit: [\"A rumour: talks with Ukraine collapsed.\"]",
	 "expected an event, got none: `unless` holds: \"rumour\" (body 2-8)"},
	{"hit: [Talks with Ukraine collapsed. Football is back.]",
	 "expected an event, got none: `unless_item` holds somewhere in the item: \"Football\" "
	 "(body 30-38)"},
	{"hit: [Talks with Ukraine collapsed utterly.]",
	 "expected an event, got none: lost to b.strong in group g: score 90 against 60"},
	{"hit: [{text: Talks with Ukraine collapsed., lang: de}]",
	 "expected an event, got none: the item is read as de, the rule is for en"},
	{"miss: [Talks with Ukraine collapsed.]",
	 "expected no event, got negotiation collapsed with score 40 (rule) + 20 ($state) = 60\n"
	 "when: \"Talks with Ukraine collapsed\" (body 0-28)"},
};

START_TEST(says_why)
{
	struct str lines = {0};

	str_printf(&lines, "    tests: {%s}\n", failures[_i].test);
	run(lines.ptr, false);
	str_fini(&lines);
	ck_assert_uint_eq(report.run, 1);
	ck_assert_uint_eq(report.skipped, 1);
	ck_assert_uint_eq(report.untested_rules, 1);
	ck_assert_uint_eq(report.passed, failures[_i].reason ? 0 : 1);
	ck_assert_uint_eq(report.failures.len, failures[_i].reason ? 1 : 0);
	if (failures[_i].reason)
		ck_assert_str_eq(report.failures.at[0].reason, failures[_i].reason);
}
END_TEST

/* --- what counts as expected ---------------------------------------------------------------------
 */

static const struct value quantity = {.kind = VALUE_QUANTITY, .number = 600000};
static const struct value flag = {.kind = VALUE_BOOL, .number = 1};
static const struct value date = {
	.kind = VALUE_DATE, .text = {"Friday", 6}, .from = {"2025-12-19", 10}};
static const struct value two[] = {{.kind = VALUE_ENTITY, .id = {"RUS", 3}},
				   {.kind = VALUE_ENTITY, .id = {"UKR", 3}}};
static const struct event_field fields[] = {
	{{"customers", 9}, false, false, &quantity, 1},
	{{"rolling", 7}, false, false, &flag, 1},
	{{"when", 4}, false, false, &date, 1},
	{{"parties", 7}, true, false, two, 2},
};
static const struct view plover[] = {{"SANCTION", 8}};
static const struct event_code codes[] = {{{"plover", 6}, plover, 1}};

static const struct {
	const char *field;
	const char *values[3];
	bool holds;
} expectations[] = {
	{"customers", {"600000"}, true},
	{"customers", {"600000.0"}, true},
	{"customers", {"600001"}, false},
	{"customers", {"600000 homes"}, false},
	{"customers", {""}, false},
	{"rolling", {"true"}, true},
	{"rolling", {"false"}, false},
	{"when", {"Friday"}, true},
	{"when", {"2025-12-19"}, true},
	{"when", {"2025-12-20"}, false},
	{"parties", {"UKR", "RUS"}, true},
	{"parties", {"RUS", "UKR", "RUS"}, true},
	{"parties", {"UKR"}, false},
	{"parties", {"UKR", "RUS", "USA"}, false},
	{"plover", {"SANCTION"}, true},
	{"plover", {"CONSULT"}, false},
	{"modality", {"negated", "future"}, true},
	{"modality", {"negated"}, false},
	{"score", {"55"}, true},
	{"status", {"stalled"}, true},
	{"direction", {""}, true},
	{"direction", {NULL}, true},
	{"nothing", {""}, true},
	{"nothing", {"x"}, false},
};

START_TEST(compares)
{
	struct event event = {
		.class = VIEW("negotiation"),
		.status = VIEW("stalled"),
		.modality = MODALITY_NEGATED | MODALITY_FUTURE,
		.score = 55,
		.fields = fields,
		.field_count = sizeof(fields) / sizeof(fields[0]),
		.codes = codes,
		.code_count = 1,
	};
	struct view values[3];
	struct constant expect = {.field = view_of(expectations[_i].field), .values = values};

	for (int i = 0; i < 3 && expectations[_i].values[i]; i++)
		values[expect.value_count++] = view_of(expectations[_i].values[i]);
	ck_assert_int_eq(expect_holds(&expect, &event), expectations[_i].holds);
}
END_TEST

/* --- coverage ------------------------------------------------------------------------------------
 */

START_TEST(covers)
{
	struct str gaps = {0};

	run("    tests: {hit: [Talks with Ukraine collapsed.], miss: [A rumour that talks "
	    "collapsed.]}\n",
	    true);
	ck_assert_uint_eq(report.passed, 2);
	for (size_t i = 0; i < report.uncovered.len; i++) {
		const struct uncovered *gap = &report.uncovered.at[i];
		str_printf(&gaps, "%.*s %s %.*s\n", VIEW_ARGS(gap->owner), gap->part,
			   VIEW_ARGS(gap->expr->text));
	}
	ck_assert_str_eq(gaps.ptr, "a.fail when ^$fail <2> $talks\n"
				   "a.fail unless_item football\n"
				   "b.strong when $talks <6> ^$fail <1> utterly\n"
				   "talks list negotiation\n"
				   "fail list (break|broke) down\n");
	ck_assert_uint_eq(report.clauses, 11);
	str_fini(&gaps);
}
END_TEST

/* --- forms ---------------------------------------------------------------------------------------
 */

static const char mixed[] = "    tests: {hit: [\"Talks with Ukraine collapsed.\"], miss: [\"Talks "
			    "with <Russia> & Ukraine #1 collapsed.\"]}\n";

static const struct {
	enum test_format format;
	const char *parts[5];
} forms[] = {
	{TEST_TEXT,
	 {"p.yaml:24:", ": not ok a.fail: miss \"Talks with <Russia>", "\n    expected no event",
	  "1 of 2 tests failed, 1 skipped: their rules are off, 1 rule without tests\n"}},
	{TEST_TAP,
	 {"TAP version 14\n1..3\nok 1 - a.fail: hit", "\nnot ok 2 - a.fail: miss", "\\#1",
	  "\n  ---\n  at: p.yaml:24:", "\nok 3 - c.off: miss \"no talk\" # SKIP"}},
	{TEST_JUNIT,
	 {"<testsuites tests=\"3\" failures=\"1\" skipped=\"1\">",
	  "name=\"miss 2: &quot;Talks with &lt;Russia&gt; &amp; Ukraine",
	  "<failure message=\"expected no event", "<skipped message=", "</testsuites>\n"}},
	{TEST_JSON,
	 {"{\"run\":2,\"passed\":1,\"failed\":1,\"skipped\":1,\"untested_rules\":1,",
	  "\"rule\":\"a.fail\",\"kind\":\"miss\",\"file\":\"p.yaml\",\"line\":24"}},
};

START_TEST(writes)
{
	struct test_style style = {.format = forms[_i].format};

	run(mixed, false);
	test_report_write(&report, &style, &out);
	for (int i = 0; i < 5 && forms[_i].parts[i]; i++)
		ck_assert_msg(strstr(out.ptr, forms[_i].parts[i]), "no \"%s\" in:\n%s",
			      forms[_i].parts[i], out.ptr);
}
END_TEST

/* --- explanations --------------------------------------------------------------------------------
 */

static const struct {
	const char *text, *rule;
	int result;
	const char *parts[6];
} explained[] = {
	{"Talks between Ukraine and Russia collapsed.",
	 NULL,
	 1,
	 {"read as en, 1 sentence, 1 event: negotiation.collapsed\n", "\n+ a.fail  Talks have",
	  "\n    + when any  \"Talks between Ukraine and Russia collapsed\" (body 0-42) anchor "
	  "\"collapsed\"\n",
	  "\n      - ^$fail <2> $talks\n", "score: 40 (rule) + 20 ($state) = 60; threshold 50\n",
	  "event: negotiation.collapsed; parties UKR, RUS\n"
	  "      parties by $state  \"Ukraine\" (body 14-21), \"Russia\" (body 26-32)\n"}},
	{"Talks with Ukraine have not collapsed.",
	 NULL,
	 0,
	 {"0 events\n", "\n- a.fail",
	  ": dropped by `modal`, being negated by cue no \"not\" (body 24-27)\n",
	  "modality: negated; cue no \"not\" (body 24-27)\n"}},
	{"Talks with Ukraine collapsed utterly.",
	 NULL,
	 1,
	 {"\n+ b.strong", "\n- a.fail", "lost to b.strong in group g: score 90 against 60"}},
	{"The roof fell in.", NULL, 0, {"\n3 rules without a hit\n"}},
	{"The roof fell in.", "a.fail", 0, {"`when` does not hold; nothing of it was found\n"}},
	{"Nothing here. The talks went on in Geneva.",
	 "a.fail",
	 0,
	 {"`when` does not hold; it came nearest here:\n",
	  "\n  \"The talks went on in Geneva.\" (body 14-42): 50 % of `when`\n",
	  "\n        + $talks  \"talks\" (body 18-23)\n", "\n        - ^$fail\n"}},
	{"Talks\033[2J with Ukraine\xc2\x9b\xe2\x80\xae collapsed.",
	 "a.fail",
	 1,
	 {"\n  \"Talks [2J with Ukraine collapsed.\" (body 0-38)\n"}},
	{"Talks.", "c.off", 0, {"\n- c.off", "the rule has status off"}},
	{"Talks.", "a.fial", -1, {NULL}},
};

static struct item text_item(const char *text)
{
	return (struct item){.uri = VIEW("urn:x"),
			     .language = VIEW("en"),
			     .published = CLOCK_NONE,
			     .modified = CLOCK_NONE,
			     .embargo = CLOCK_NONE,
			     .fields[ITEM_BODY].text = view_of(text)};
}

START_TEST(explains)
{
	struct item item = text_item(explained[_i].text);
	struct explain_options options = {
		.item = &item, .now = CLOCK_NONE, .rule = explained[_i].rule};
	struct err err;

	load("");
	ck_assert_int_eq(ruleset_explain(ruleset, matcher, &options, &out, &err),
			 explained[_i].result);
	if (explained[_i].result < 0)
		ck_assert_str_eq(err.text, "there is no rule \"a.fial\"; did you mean \"a.fail\"?");
	for (int i = 0; i < 6 && explained[_i].parts[i]; i++)
		ck_assert_msg(strstr(out.ptr, explained[_i].parts[i]), "no \"%s\" in:\n%s",
			      explained[_i].parts[i], out.ptr);
}
END_TEST

START_TEST(explains_as_json)
{
	struct item item = text_item("Talks with Ukraine have not collapsed.");
	struct explain_options options = {.item = &item, .now = CLOCK_NONE, .json = true};
	static const char *const parts[] = {
		"{\"item\":\"urn:x\",\"language\":\"en\",\"sentences\":1,\"events\":0,",
		"\"rule\":\"a.fail\",",
		"\"verdict\":\"dropped\",\"reason\":\"dropped by `modal`",
		"\"cues\":[{\"cue\":\"no\",\"field\":\"body\",\"bytes\":[24,27],\"text\":\"not\"}]",
		"\"parts\":[{\"node\":\"rule\",\"points\":40},{\"node\":\"$state\",\"points\":20}]",
	};

	load("");
	ck_assert_int_eq(ruleset_explain(ruleset, matcher, &options, &out, NULL), 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		ck_assert_msg(strstr(out.ptr, parts[i]), "no \"%s\" in:\n%s", parts[i], out.ptr);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("report");
	TCase *cases = tcase_create("report");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, says_why, 0, sizeof(failures) / sizeof(failures[0]));
	tcase_add_loop_test(cases, compares, 0, sizeof(expectations) / sizeof(expectations[0]));
	tcase_add_test(cases, covers);
	tcase_add_loop_test(cases, writes, 0, sizeof(forms) / sizeof(forms[0]));
	tcase_add_loop_test(cases, explains, 0, sizeof(explained) / sizeof(explained[0]));
	tcase_add_test(cases, explains_as_json);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
