#include "base/file.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, const char *path, size_t limit, struct str *out, struct err *err)
{
	size_t start = out->len;

	for (;;) {
		ssize_t count;

		str_reserve(out, 65536);
		count = read(fd, out->ptr + out->len, 65536);
		if (count == 0)
			break;
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return err_set(err, "cannot read %s: %s", path, strerror(errno));
		out->len += (size_t)count;
		if (out->len - start > limit)
			return err_set(err, "%s is larger than %zu bytes", path, limit);
	}
	out->ptr[out->len] = '\0';
	return 0;
}

int file_read(const char *path, size_t limit, struct str *out, struct err *err)
{
	int fd, status;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", limit, out, err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, "cannot open %s: %s", path, strerror(errno));
	status = read_all(fd, path, limit, out, err);
	close(fd);
	return status;
}

static int write_all(int fd, struct view text)
{
	while (text.len) {
		ssize_t count = write(fd, text.ptr, text.len);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -1;
		text = view_slice(text, (size_t)count, text.len);
	}
	return fsync(fd);
}

/* The name of a file is on disk once its folder is. */
static int sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	OWNED(free)
	char *folder = !slash	       ? xstrdup(".")
		       : slash == path ? xstrdup("/")
				       : xstrndup(path, (size_t)(slash - path));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status;

	if (fd < 0)
		return -1;
	status = fsync(fd);
	close(fd);
	return status;
}

int file_replace(const char *path, struct view text, unsigned mode, struct err *err)
{
	OWNED(free) char *temporary = NULL;
	struct str name = {0};
	int fd, good;

	str_printf(&name, "%s.XXXXXX", path);
	temporary = str_detach(&name);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return err_set(err, "cannot write beside %s: %s", path, strerror(errno));
	good = fchmod(fd, (mode_t)mode) == 0 ? write_all(fd, text) : -1;
	if (close(fd) < 0)
		good = -1;
	if (good == 0 && rename(temporary, path) == 0 && sync_folder(path) == 0)
		return 0;
	err_set(err, "cannot write %s: %s", path, strerror(errno));
	unlink(temporary);
	return -1;
}
