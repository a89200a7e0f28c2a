#include "base/jsonw.h"
#include "base/utf8.h"
#include "journal/reader.h"
#include "verbs/backup.h"
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

static int verify(struct call *call)
{
	struct report report = {.json = call_flag(call, "json")};
	const char *path = NULL;
	struct err err;
	int damaged, status;

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

static const struct {
	const char *name;
	int (*run)(struct call *call);
} acts[] = {
	{"verify", verify},
	{"backup", run_backup},
	{"restore", run_restore},
};

static int run(struct call *call)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(call->operands[0], acts[i].name) == 0)
			return acts[i].run(call);
	return call_misused(call,
			    "there is no \"%s\" of a journal; there are verify, backup and "
			    "restore",
			    call->operands[0]);
}

static const struct verb_option options[] = {
	{.name = "journal",
	 .value = "FOLDER",
	 .help = "backup: the journal; the configuration's journal.path when unsaid"},
	{.name = "to", .value = "STATE", .help = "restore: the folder that it becomes"},
	{.name = "same-stream",
	 .help = "restore: the daemon had ended before the backup was made, so its stream goes on"},
	{.name = "force",
	 .help = "restore: move aside what is there; take what is good of a damaged backup"},
	OPTION_CONFIG,
	OPTION_SET,
	OPTION_JSON,
	{.name = NULL},
};

const struct verb journal_verb = {
	.name = "journal",
	.operands = "verify [FOLDER] | backup DIR | restore DIR --to STATE",
	.operands_least = 1,
	.operands_most = 2,
	.about = "check every byte of the events on disk, back them up, restore them",
	.help = "verify reads every segment of the journal in FOLDER, else of the configuration's "
		"journal.path, and\n"
		"checks its structure, the checksum of each event, and that no number is missing. "
		"A line tells of each\n"
		"segment. The daemon may run meanwhile. The status is 1 when something is "
		"damaged.\n"
		"\n"
		"backup copies the journal, with the items that are not judged yet and the dead "
		"letters, to a new folder\n"
		"in DIR while the daemon runs: all events up to the sequence that it tells. Closed "
		"segments that the\n"
		"backup before has already are linked, not copied. Old backups may be deleted at "
		"will.\n"
		"\n"
		"restore verifies a backup, or the newest one in DIR, and makes STATE of it; the "
		"daemon must have ended.\n"
		"The events get a new stream, since the daemon may have published more after the "
		"backup: subscribers\n"
		"see that and begin anew. The numbers go on.\n",
	.examples = "  newstag journal verify\n"
		    "  newstag journal verify /var/lib/newstagd --json\n"
		    "  newstag journal backup /var/backups/newstagd\n"
		    "  newstag journal restore /var/backups/newstagd --to /var/lib/newstagd\n",
	.options = options,
	.run = run,
};
