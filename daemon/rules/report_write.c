#include "base/jsonw.h"
#include "base/utf8.h"
#include "rules/reason.h"
#include "rules/report.h"

/*
 * A report in the form that is asked for. Forms that name every test (TAP, JUnit) walk the rules
 * again: failures stand in the order of the tests, so that one finger in them is enough.
 */
enum result { RESULT_PASSED, RESULT_FAILED, RESULT_SKIPPED };

struct result_row {
	const struct rule *rule;
	const struct rule_test *test;
	const char *reason; /* of a failed one */
	enum result result;
	size_t number;	/* from 1 */
	size_t of_rule; /* likewise, within its rule */
};

static bool is_off(const struct rule *rule)
{
	return !rule->enabled || rule->status == RULE_OFF;
}

static void each(const struct test_report *report,
		 void (*visit)(const struct result_row *row, struct str *out), struct str *out)
{
	const struct packs *packs = ruleset_packs(report->ruleset);
	size_t failure = 0;
	struct result_row row = {0};

	for (size_t i = 0; i < packs->rules.len; i++) {
		row.rule = packs->rules.at[i];
		for (size_t k = 0; k < row.rule->test_count; k++) {
			row.test = &row.rule->tests[k];
			row.of_rule = k + 1;
			row.number++;
			row.result = is_off(row.rule) ? RESULT_SKIPPED : RESULT_PASSED;
			row.reason = NULL;
			if (failure < report->failures.len &&
			    report->failures.at[failure].test == row.test) {
				row.result = RESULT_FAILED;
				row.reason = report->failures.at[failure++].reason;
			}
			visit(&row, out);
		}
	}
}

static struct view test_text(const struct rule_test *test)
{
	struct view body = test->item.fields[ITEM_BODY].text;

	return body.len ? body : test->item.fields[ITEM_HEADLINE].text;
}

static const char *kind(const struct rule_test *test)
{
	return test->hit ? "hit" : "miss";
}

/* Adds the text with `indent` in front of each of its lines, and a last line feed. */
static void add_lines(const char *text, const char *indent, struct str *out)
{
	str_add_text(out, indent);
	for (; *text; text++) {
		str_add_char(out, *text);
		if (*text == '\n')
			str_add_text(out, indent);
	}
	str_add_char(out, '\n');
}

static void add_place(const struct place *place, struct str *out)
{
	str_printf(out, "%s:%u:%u", place->file ? place->file : "-", place->line, place->column);
}

/* --- text ----------------------------------------------------------------------------------------
 */

static void text_failure(const struct test_failure *failure, const struct test_style *style,
			 struct str *out)
{
	const char *mark = style->unicode ? "✗" : "not ok";

	add_place(&failure->test->place, out);
	str_printf(out, ": %s%s%s %.*s: %s ", style->colour ? "\033[1;31m" : "", mark,
		   style->colour ? "\033[0m" : "", VIEW_ARGS(failure->rule->id),
		   kind(failure->test));
	reason_words(test_text(failure->test), out);
	str_add_char(out, '\n');
	add_lines(failure->reason, "    ", out);
}

static void text_coverage(const struct test_report *report, struct str *out)
{
	size_t held = report->clauses - report->uncovered.len;

	for (size_t i = 0; i < report->uncovered.len; i++) {
		const struct uncovered *gap = &report->uncovered.at[i];
		add_place(&gap->expr->place, out);
		str_printf(out, ": no test exercises %s %.*s: %.*s\n", gap->part,
			   VIEW_ARGS(gap->owner), VIEW_ARGS(gap->expr->text));
	}
	str_printf(out, "coverage: %zu of %zu clauses and list entries", held, report->clauses);
	if (report->clauses)
		str_printf(out, " (%zu %%)", held * 100 / report->clauses);
	str_add_char(out, '\n');
}

static void write_text(const struct test_report *report, const struct test_style *style,
		       struct str *out)
{
	size_t failed = report->failures.len;

	for (size_t i = 0; i < failed; i++)
		text_failure(&report->failures.at[i], style, out);
	if (report->coverage)
		text_coverage(report, out);
	if (failed)
		str_printf(out, "%zu of %zu tests failed", failed, report->run);
	else
		str_printf(out, "%zu test%s passed", report->run, report->run == 1 ? "" : "s");
	if (report->skipped)
		str_printf(out, ", %zu skipped: their rules are off", report->skipped);
	if (report->untested_rules)
		str_printf(out, ", %zu rule%s without tests", report->untested_rules,
			   report->untested_rules == 1 ? "" : "s");
	str_add_char(out, '\n');
}

/* --- TAP -----------------------------------------------------------------------------------------
 */

static void tap_words(struct view text, struct str *out)
{
	struct str words = {0};

	reason_words(text, &words);
	for (size_t i = 0; i < words.len; i++) {
		if (words.ptr[i] == '#' || words.ptr[i] == '\\')
			str_add_char(out, '\\');
		str_add_char(out, words.ptr[i]);
	}
	str_fini(&words);
}

static void tap_result(const struct result_row *row, struct str *out)
{
	str_printf(out, "%sok %zu - %.*s: %s ", row->result == RESULT_FAILED ? "not " : "",
		   row->number, VIEW_ARGS(row->rule->id), kind(row->test));
	tap_words(test_text(row->test), out);
	str_add_text(out, row->result == RESULT_SKIPPED ? " # SKIP the rule is off\n" : "\n");
	if (row->result != RESULT_FAILED)
		return;
	str_add_text(out, "  ---\n  at: ");
	add_place(&row->test->place, out);
	str_add_text(out, "\n  message: |\n");
	add_lines(row->reason, "    ", out);
	str_add_text(out, "  ...\n");
}

static void write_tap(const struct test_report *report, const struct test_style *style,
		      struct str *out)
{
	(void)style;
	str_printf(out, "TAP version 14\n1..%zu\n", report->run + report->skipped);
	each(report, tap_result, out);
	if (report->coverage)
		str_printf(out, "# coverage: %zu of %zu clauses and list entries\n",
			   report->clauses - report->uncovered.len, report->clauses);
}

/* --- JUnit ---------------------------------------------------------------------------------------
 */

/* Characters that XML 1.0 has no way to write become U+FFFD. */
static void xml_text(struct view text, struct str *out)
{
	for (size_t i = 0; i < text.len;) {
		uint32_t code;
		size_t length = utf8_decode(text.ptr + i, &code);
		bool bad = (code < ' ' && code != '\n' && code != '\t') || code == 0xfffe ||
			   code == 0xffff;
		if (bad)
			str_add_text(out, "\xef\xbf\xbd");
		else if (code == '<')
			str_add_text(out, "&lt;");
		else if (code == '&')
			str_add_text(out, "&amp;");
		else if (code == '"')
			str_add_text(out, "&quot;");
		else if (code == '>')
			str_add_text(out, "&gt;");
		else
			str_add(out, text.ptr + i, length);
		i += length;
	}
}

static void junit_result(const struct result_row *row, struct str *out)
{
	struct str words = {0};

	reason_words(test_text(row->test), &words);
	str_add_text(out, "    <testcase classname=\"");
	xml_text(row->rule->id, out);
	str_printf(out, "\" name=\"%s %zu: ", kind(row->test), row->of_rule);
	xml_text(str_view(&words), out);
	str_add_text(out, "\" file=\"");
	xml_text(view_of(row->test->place.file), out);
	str_printf(out, "\" line=\"%u\"", row->test->place.line);
	if (row->result == RESULT_PASSED)
		str_add_text(out, "/>\n");
	if (row->result == RESULT_SKIPPED)
		str_add_text(out, "><skipped message=\"the rule is off\"/></testcase>\n");
	if (row->result == RESULT_FAILED) {
		str_add_text(out, ">\n      <failure message=\"");
		xml_text((struct view){row->reason, strcspn(row->reason, "\n")}, out);
		str_add_text(out, "\">");
		xml_text(view_of(row->reason), out);
		str_add_text(out, "</failure>\n    </testcase>\n");
	}
	str_fini(&words);
}

static void write_junit(const struct test_report *report, const struct test_style *style,
			struct str *out)
{
	size_t all = report->run + report->skipped;

	(void)style;
	str_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	str_printf(out, "<testsuites tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n", all,
		   report->failures.len, report->skipped);
	str_printf(
		out,
		"  <testsuite name=\"newstag\" tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n",
		all, report->failures.len, report->skipped);
	each(report, junit_result, out);
	str_add_text(out, "  </testsuite>\n</testsuites>\n");
}

/* --- JSON ----------------------------------------------------------------------------------------
 */

static void json_count(struct jsonw *json, const char *key, size_t number)
{
	jsonw_key(json, key);
	jsonw_int(json, (int64_t)number);
}

static void json_place(struct jsonw *json, const struct place *place)
{
	jsonw_key(json, "file");
	jsonw_string(json, place->file);
	json_count(json, "line", place->line);
	json_count(json, "column", place->column);
}

static void json_failure(struct jsonw *json, const struct test_failure *failure)
{
	jsonw_object(json);
	jsonw_key(json, "rule");
	jsonw_text(json, failure->rule->id);
	jsonw_key(json, "kind");
	jsonw_string(json, kind(failure->test));
	json_place(json, &failure->test->place);
	jsonw_key(json, "text");
	jsonw_text(json, test_text(failure->test));
	jsonw_key(json, "reason");
	jsonw_string(json, failure->reason);
	jsonw_object_end(json);
}

static void json_coverage(struct jsonw *json, const struct test_report *report)
{
	jsonw_key(json, "coverage");
	jsonw_object(json);
	json_count(json, "clauses", report->clauses);
	json_count(json, "exercised", report->clauses - report->uncovered.len);
	jsonw_key(json, "uncovered");
	jsonw_array(json);
	for (size_t i = 0; i < report->uncovered.len; i++) {
		const struct uncovered *gap = &report->uncovered.at[i];
		jsonw_object(json);
		jsonw_key(json, "owner");
		jsonw_text(json, gap->owner);
		jsonw_key(json, "part");
		jsonw_string(json, gap->part);
		jsonw_key(json, "text");
		jsonw_text(json, gap->expr->text);
		json_place(json, &gap->expr->place);
		jsonw_object_end(json);
	}
	jsonw_array_end(json);
	jsonw_object_end(json);
}

static void write_json(const struct test_report *report, const struct test_style *style,
		       struct str *out)
{
	struct jsonw json = jsonw_begin(out);

	(void)style;
	jsonw_object(&json);
	json_count(&json, "run", report->run);
	json_count(&json, "passed", report->passed);
	json_count(&json, "failed", report->failures.len);
	json_count(&json, "skipped", report->skipped);
	json_count(&json, "untested_rules", report->untested_rules);
	jsonw_key(&json, "failures");
	jsonw_array(&json);
	for (size_t i = 0; i < report->failures.len; i++)
		json_failure(&json, &report->failures.at[i]);
	jsonw_array_end(&json);
	if (report->coverage)
		json_coverage(&json, report);
	jsonw_object_end(&json);
	str_add_char(out, '\n');
}

void test_report_write(const struct test_report *report, const struct test_style *style,
		       struct str *out)
{
	static void (*const writers[])(const struct test_report *report,
				       const struct test_style *style, struct str *out) = {
		[TEST_TEXT] = write_text,
		[TEST_TAP] = write_tap,
		[TEST_JUNIT] = write_junit,
		[TEST_JSON] = write_json,
	};

	writers[style->format](report, style, out);
}
