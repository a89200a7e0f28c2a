#include "journal/mark.h"

#include "base/own.h"
#include "journal/checksum.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define MARK_SIZE 128 /* of the file: a part of one sector, written by one call */
#define MARK_PATH_SIZE 4200

struct mark {
	int fd;
	char name[MARK_NAME_SIZE];
};

static uint32_t sum_of(const char *name, uint64_t number)
{
	return checksum_add_number(checksum_add(0, view_of(name)), number);
}

static int open_file(const char *path, int flags)
{
	char file[MARK_PATH_SIZE];

	snprintf(file, sizeof(file), "%.4180s.mark", path);
	return open(file, flags | O_CLOEXEC, 0640);
}

struct mark *mark_open(const char *path, const char *name)
{
	struct mark *mark = xcalloc(1, sizeof(*mark));

	mark->fd = open_file(path, O_WRONLY | O_CREAT);
	snprintf(mark->name, sizeof(mark->name), "%s", name);
	return mark;
}

void mark_close(struct mark *mark)
{
	if (!mark)
		return;
	if (mark->fd >= 0)
		close(mark->fd);
	free(mark);
}

void mark_put(struct mark *mark, uint64_t number)
{
	char line[MARK_SIZE + 1];

	if (!mark || mark->fd < 0)
		return;
	snprintf(line, sizeof(line), "%s %llu %u", mark->name, (unsigned long long)number,
		 sum_of(mark->name, number));
	snprintf(line + strlen(line), sizeof(line) - strlen(line), "%*s\n",
		 (int)(MARK_SIZE - 1 - strlen(line)), "");
	/* One that cannot be written lags behind, and so says what was true. */
	if (pwrite(mark->fd, line, MARK_SIZE, 0) != MARK_SIZE)
		return;
}

uint64_t mark_read(const char *path, char ret_name[MARK_NAME_SIZE])
{
	char line[MARK_SIZE + 1] = {0};
	int fd = open_file(path, O_RDONLY);
	ssize_t got = fd < 0 ? -1 : pread(fd, line, MARK_SIZE, 0);
	unsigned long long number;
	unsigned sum;

	if (fd >= 0)
		close(fd);
	if (got == MARK_SIZE && sscanf(line, "%39s %20llu %10u", ret_name, &number, &sum) == 3 &&
	    sum == sum_of(ret_name, number))
		return number;
	*ret_name = '\0';
	return 0;
}

static void without_ending(const char *file, char ret_path[MARK_PATH_SIZE])
{
	size_t length = strlen(file);

	snprintf(ret_path, MARK_PATH_SIZE, "%.*s", (int)(length > 3 ? length - 3 : 0), file);
}

uint64_t mark_of_file(const char *file)
{
	char path[MARK_PATH_SIZE], name[MARK_NAME_SIZE];

	without_ending(file, path);
	return mark_read(path, name);
}

struct mark *mark_begin(const char *file, const char *rows, uint64_t marked, uint64_t *last,
			struct str *findings)
{
	char path[MARK_PATH_SIZE];
	struct mark *mark;

	if (marked > *last) {
		str_printf(findings,
			   "%s has lost %s %llu to %llu, which had been kept: it or its log (-wal) "
			   "was damaged\n",
			   file, rows, (unsigned long long)*last + 1, (unsigned long long)marked);
		*last = marked;
	}
	without_ending(file, path);
	mark = mark_open(path, rows);
	mark_put(mark, *last);
	return mark;
}
