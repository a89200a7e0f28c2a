#include "verbs/backup.h"

#include "base/jsonw.h"
#include "base/utf8.h"
#include "journal/backup.h"
#include "verbs/load.h"
#include "verbs/talk.h"
#include "verbs/terminal.h"

#include <inttypes.h>
#include <stdio.h>

static void turn(void *context, uint64_t done, uint64_t total)
{
	struct progress *progress = context;

	progress->total = total;
	progress_turn(progress, done, done >> 20);
}

static void write_json(const struct backup *backup, const char *folder)
{
	const struct {
		const char *key;
		uint64_t number;
	} numbers[] = {
		{"oldest", backup->oldest}, {"head", backup->head},	{"bytes", backup->bytes},
		{"files", backup->files},   {"linked", backup->linked},
	};
	struct str line = {0};
	struct jsonw json = jsonw_begin(&line);

	jsonw_object(&json);
	jsonw_key(&json, "folder");
	if (utf8_valid(view_of(folder)) == strlen(folder))
		jsonw_string(&json, folder);
	else
		jsonw_null(&json);
	jsonw_key(&json, "stream");
	jsonw_string(&json, backup->stream);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		jsonw_key(&json, numbers[i].key);
		jsonw_int(&json, (int64_t)numbers[i].number);
	}
	jsonw_object_end(&json);
	printf("%s\n", line.ptr);
	str_fini(&line);
}

/* What it came to, `folder` being what is new. */
static void show(struct call *call, const struct backup *backup, const char *folder)
{
	if (call_flag(call, "json")) {
		write_json(backup, folder);
		return;
	}
	printf("%s: events %" PRIu64 " to %" PRIu64 ", %zu files, %.1f MiB", folder, backup->oldest,
	       backup->head, backup->files, (double)backup->bytes / (1 << 20));
	if (backup->linked)
		printf(", %zu of them linked to the backup before", backup->linked);
	putchar('\n');
}

/* Line by line; whether there were any. */
static bool tell_findings(struct call *call, struct backup *backup)
{
	const char *at = str_view(&backup->findings).ptr;
	bool any = at && *at;

	while (at && *at) {
		size_t length = strcspn(at, "\n");
		struct str line = {0};

		add_printable(&line, (struct view){at, length});
		call_fail(call, END_OK, "%s", str_view(&line).ptr);
		str_fini(&line);
		at += length + (at[length] == '\n');
	}
	str_fini(&backup->findings);
	return any;
}

static bool has_folder(struct call *call, int *ret_status)
{
	if (call->operand_count == 2)
		return true;
	*ret_status = call_misused(call, "%s wants a folder", call->operands[0]);
	return false;
}

int run_backup(struct call *call)
{
	struct progress bar;
	struct backup_progress progress = {turn, &bar};
	struct backup backup;
	const char *path = NULL;
	struct err err;
	int status, made;

	if (!has_folder(call, &status))
		return status;
	status = load_journal_path(call, call_value(call, "journal"), &path);
	if (status)
		return status;
	progress_begin(&bar, "MiB", 0);
	made = backup_make(path, call->operands[1], &progress, &backup, &err);
	progress_end(&bar);
	if (made < 0)
		return call_fail(call, END_IO, "%s", err.text);
	show(call, &backup, backup.path);
	return tell_findings(call, &backup) ? END_NO : END_OK;
}

int run_restore(struct call *call)
{
	struct progress bar;
	struct backup_progress progress = {turn, &bar};
	struct restore_options options = {.to = call_value(call, "to"),
					  .force = call_flag(call, "force"),
					  .same_stream = call_flag(call, "same-stream")};
	struct backup backup;
	struct err err;
	int status, restored;

	if (!has_folder(call, &status))
		return status;
	if (!options.to)
		return call_misused(call, "restore wants --to STATE");
	options.from = call->operands[1];
	progress_begin(&bar, "MiB", 0);
	restored = backup_restore(&options, &progress, &backup, &err);
	progress_end(&bar);
	if (restored < 0)
		return call_fail(call, END_IO, "%s", err.text);
	show(call, &backup, options.to);
	tell_findings(call, &backup);
	return END_OK;
}
