#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
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
