#include "app/logfile.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *logfile_path(void)
{
	char link[32], path[PATH_MAX];
	struct stat status;
	ssize_t length;

	if (fstat(STDERR_FILENO, &status) < 0 || !S_ISREG(status.st_mode))
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", STDERR_FILENO);
	length = readlink(link, path, sizeof(path));
	if (length <= 0 || (size_t)length == sizeof(path))
		return NULL;
	return xstrndup(path, (size_t)length);
}

int logfile_reopen(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);

	if (fd < 0)
		return err_set(err, "cannot open %s: %s", path, strerror(errno));
	if (dup2(fd, STDERR_FILENO) < 0) {
		err_set(err, "cannot put %s in place: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	close(fd);
	return 0;
}
