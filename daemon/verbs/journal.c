#include "base/jsonw.h"
#include "base/utf8.h"
#include "journal/reader.h"
#include "verbs/load.h"
#include "verbs/talk.h"
#include "verbs/verbs.h"

#include <stdio.h>

/* One segment checked: a line of the table, or of JSON. */
struct report {
	bool json;
	unsigned long segments;
	uint64_t events;
};

static void report_json(const struct journal_check *check, const char *wrong)
{
	struct str line = {0};
	struct jsonw json = jsonw_begin(&line);

	jsonw_object(&json);
	jsonw_key(&json, "file");
	jsonw_string(&json, check->file);
	jsonw_key(&json, "first");
	jsonw_int(&json, (int64_t)check->first);
	jsonw_key(&json, "last");
	jsonw_int(&json, (int64_t)check->last);
	jsonw_key(&json, "bytes");
	jsonw_int(&json, (int64_t)check->bytes);
	jsonw_key(&json, "ok");
	jsonw_bool(&json, !wrong);
	jsonw_key(&json, "wrong");
	if (wrong && utf8_valid(view_of(wrong)) == strlen(wrong))
		jsonw_string(&json, wrong);
	else
		jsonw_string(&json, wrong ? "damaged" : NULL);
	jsonw_object_end(&json);
	printf("%s\n", line.ptr);
	str_fini(&line);
}

static void report_line(const struct journal_check *check, const char *wrong)
{
	struct str text = {0};

	add_printable(&text, view_of(wrong ? wrong : "good"));
	printf("%-32s %10llu events %12llu bytes  %s\n", check->file,
	       (unsigned long long)(check->last + 1 - check->first),
	       (unsigned long long)check->bytes, text.ptr);
	str_fini(&text);
}

static void tell(void *context, const struct journal_check *check, const char *wrong)
{
	struct report *report = context;

	report->segments++;
	report->events += check->last + 1 - check->first;
	if (report->json)
		report_json(check, wrong);
	else
		report_line(check, wrong);
}

static int run(struct call *call)
{
	struct report report = {.json = call_flag(call, "json")};
	const char *path = NULL;
	struct err err;
	int damaged, status;

	if (strcmp(call->operands[0], "verify") != 0)
		return call_misused(call, "there is no \"%s\" of a journal; there is verify",
				    call->operands[0]);
	status = load_journal_path(call, call->operand_count > 1 ? call->operands[1] : NULL, &path);
	if (status)
		return status;
	damaged = journal_verify(path, tell, &report, &err);
	if (damaged < 0)
		return call_fail(call, END_IO, "%s", err.text);
	if (report.segments == 0)
		return call_fail(call, END_NO_INPUT, "%s holds no segment of a journal", path);
	if (damaged)
		return call_fail(call, END_NO, "%d of %lu segments damaged", damaged,
				 report.segments);
	fprintf(stderr, "newstag journal: %lu segment%s, %llu events: all good\n", report.segments,
		report.segments == 1 ? "" : "s", (unsigned long long)report.events);
	return END_OK;
}

static const struct verb_option options[] = {
	OPTION_CONFIG,
	OPTION_SET,
	OPTION_JSON,
	{.name = NULL},
};

const struct verb journal_verb = {
	.name = "journal",
	.operands = "verify [FOLDER]",
	.operands_least = 1,
	.operands_most = 2,
	.about = "check every byte of the events on disk",
	.help = "verify reads every segment of the journal in FOLDER, else of the configuration's "
		"journal.path, and\n"
		"checks its structure, the checksum of each event, and that no number is missing. "
		"A line tells of each\n"
		"segment. The daemon may run meanwhile. The status is 1 when something is "
		"damaged.\n",
	.examples = "  newstag journal verify\n"
		    "  newstag journal verify /var/lib/newstagd --json\n",
	.options = options,
	.run = run,
};
