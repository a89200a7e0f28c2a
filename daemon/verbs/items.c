#include "verbs/items.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void items_open(struct items *items, struct call *call, const struct conf *conf)
{
	memset(items, 0, offsetof(struct items, lines));
	items->arena = (struct arena){0};
	items->done = 0;
	items->status = END_OK;
	items->call = call;
	items->fd = -1;
	items->limits = (struct wire_limits){.message = (size_t)conf->limits.message_bytes,
					     .depth = (size_t)conf->limits.depth,
					     .string = (size_t)conf->limits.string_bytes,
					     .subjects = (size_t)conf->limits.subjects,
					     .members = (size_t)conf->limits.members};
}

static void close_file(struct items *items)
{
	if (items->fd < 0)
		return;
	if (items->fd != STDIN_FILENO)
		close(items->fd);
	items->done += items->lines.bytes;
	lines_fini(&items->lines);
	items->fd = -1;
}

void items_fini(struct items *items)
{
	close_file(items);
	arena_fini(&items->arena);
}

static void fail(struct items *items, int error)
{
	items->status = call_fail(items->call, error == ENOENT ? END_NO_INPUT : END_IO, "%s: %s",
				  items->name, strerror(error));
}

/* The next file that can be opened; false when there is none. */
static bool open_file(struct items *items)
{
	size_t count = items->call->operand_count ? items->call->operand_count : 1;

	while (items->next < count) {
		const char *path = items->call->operand_count ? items->call->operands[items->next]
							      : "-";
		bool standard = strcmp(path, "-") == 0;
		items->next++;
		items->name = standard ? "stdin" : path;
		items->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
		if (items->fd >= 0) {
			lines_open(&items->lines, items->fd, items->limits.message);
			return true;
		}
		fail(items, errno);
	}
	return false;
}

bool items_next(struct items *items, struct items_entry *ret_entry)
{
	for (;;) {
		if (items->fd < 0 && !open_file(items))
			return false;
		if (lines_next(&items->lines, &ret_entry->text))
			break;
		if (items->lines.failed)
			fail(items, items->lines.error);
		close_file(items);
	}
	arena_reset(&items->arena);
	ret_entry->file = items->name;
	ret_entry->line = items->lines.line;
	ret_entry->place = (struct reject_place){0};
	ret_entry->reject = wire_decode(ret_entry->text, &items->limits, &items->arena,
					&ret_entry->item, &ret_entry->place);
	return true;
}

void items_tell_reject(const struct items_entry *entry)
{
	fprintf(stderr, "%s:%zu: rejected: %s at byte %zu", entry->file, entry->line,
		reject_name(entry->reject), entry->place.offset);
	if (entry->place.member)
		fprintf(stderr, " (%s)", entry->place.member);
	fputc('\n', stderr);
}

uint64_t items_total(const struct items *items)
{
	uint64_t total = 0;
	struct stat status;

	if (!items->call->operand_count)
		return fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode)
			       ? (uint64_t)status.st_size
			       : 0;
	for (size_t i = 0; i < items->call->operand_count; i++) {
		if (stat(items->call->operands[i], &status) < 0 || !S_ISREG(status.st_mode))
			return 0;
		total += (uint64_t)status.st_size;
	}
	return total;
}

uint64_t items_done(const struct items *items)
{
	return items->done + (items->fd >= 0 ? items->lines.bytes : 0);
}
