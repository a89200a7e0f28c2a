#include "rules/report.h"
#include "verbs/load.h"
#include "verbs/terminal.h"
#include "verbs/verbs.h"

#include <stdio.h>

static const struct {
	const char *option;
	enum test_format format;
} formats[] = {
	{"tap", TEST_TAP},
	{"junit", TEST_JUNIT},
	{"json", TEST_JSON},
};

/* False after a complaint: one form at a time. */
static bool wanted_format(const struct call *call, enum test_format *ret_format)
{
	const char *given = NULL;

	*ret_format = TEST_TEXT;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (!call_flag(call, formats[i].option))
			continue;
		if (given) {
			call_misused(call, "--%s and --%s exclude each other", given,
				     formats[i].option);
			return false;
		}
		given = formats[i].option;
		*ret_format = formats[i].format;
	}
	return true;
}

static int run_tests(const struct call *call, const struct engine *engine, enum test_format format)
{
	struct test_report report;
	struct test_style style = {
		.format = format, .colour = terminal_colour(stdout), .unicode = terminal_unicode()};
	struct str out = {0};
	int status = END_OK;

	ruleset_test(engine->ruleset, engine_language(engine), call_flag(call, "coverage"),
		     &report);
	if (!report.run) {
		status = call_fail(call, END_NO_INPUT, "there is no test in these rules");
	} else {
		test_report_write(&report, &style, &out);
		print_str(&out);
		status = report.failures.len ? END_NO : END_OK;
	}
	str_fini(&out);
	test_report_fini(&report);
	return status;
}

static int run(struct call *call)
{
	struct engine engine = {0};
	enum test_format format;
	int status;

	if (!wanted_format(call, &format))
		return END_USAGE;
	status = engine_load(call, true, &engine);
	if (!status && !engine.ruleset) {
		diags_print(&engine.diags, terminal_colour(stderr), stderr);
		status = END_INVALID;
	}
	if (!status)
		status = run_tests(call, &engine, format);
	engine_fini(&engine);
	return status;
}

static const struct verb_option options[] = {
	{.name = "coverage", .help = "also the clauses and list entries that no test exercises"},
	{.name = "tap", .help = "TAP 14"},
	{.name = "junit", .help = "JUnit XML"},
	OPTION_JSON,
	OPTION_RULES,
	OPTION_CONFIG,
	OPTION_SET,
	{.name = NULL},
};

const struct verb test_verb = {
	.name = "test",
	.operands = "[PATH…]",
	.about = "runs the tests that stand in rule packs",
	.help = "Loads rule packs, files or folders, all of them together and nothing else "
		"(without PATH the\n"
		"configuration's), and runs the tests in them: each hit must give the event that "
		"it expects, each\n"
		"miss none, with all rules competing. A failure says what came instead and why. "
		"Status 1: a test\n"
		"failed; 66: there is none; 78: the rules hold errors.\n",
	.examples = "  newstag test config/rules config/entities\n"
		    "  newstag test --coverage my-rules.yaml config/entities\n"
		    "  newstag test --junit config/rules config/entities > report.xml\n",
	.options = options,
	.operands_most = OPERANDS_ANY,
	.run = run,
};
