#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 * The calls by which SQLite and the journal change files. What is not among them and could change a
 * file that is watched is told as unknown, so that nobody judges a log that is not whole. SQLite's
 * -shm files may fail as all others; they are made anew after a power cut and so not recorded.
 */
enum watch { WATCH_NOT, WATCH_FAULTS, WATCH_ALL };

#define FDS_MAX 65536
static unsigned char watched[FDS_MAX];
#define ZMQ_SNDMORE 2 /* of zmq.h: this library stands beside libzmq, not on it */

/* The program's own declarations of these may be macros or aliases of each other. */
int open(const char *path, int flags, ...);
int open64(const char *path, int flags, ...);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset);
int zmq_send(void *socket, const void *bytes, size_t length, int flags);

const char *root_relative(const char *path)
{
	static const char *root;
	size_t length;

	if (!root)
		root = getenv("NEWSTAG_FAULTS_ROOT");
	length = root ? strlen(root) : 0;
	if (length == 0 || strncmp(path, root, length) != 0)
		return NULL;
	if (path[length] == '\0')
		return "";
	return path[length] == '/' ? path + length + 1 : NULL;
}

static enum watch watch_of(const char *path)
{
	const char *name = root_relative(path);
	size_t length = name ? strlen(name) : 0;

	if (!name)
		return WATCH_NOT;
	return length > 4 && strcmp(name + length - 4, "-shm") == 0 ? WATCH_FAULTS : WATCH_ALL;
}

static enum watch watch_fd(int fd)
{
	return fd >= 0 && fd < FDS_MAX ? watched[fd] : WATCH_NOT;
}

static int fail(int number)
{
	errno = number;
	return -1;
}

/* --- opening and closing -------------------------------------------------------------------------
 */

static int do_open(const char *path, int flags, mode_t mode)
{
	enum watch watch = watch_of(path);
	bool made = watch != WATCH_NOT && (flags & O_CREAT) && access(path, F_OK) < 0;
	int fault = watch == WATCH_NOT ? 0 : inject_fault(CALL_OPEN, -1, path), fd;

	if (fault)
		return fail(fault);
	fd = REAL(openat)(AT_FDCWD, path, flags, mode);
	if (watch == WATCH_NOT || fd < 0)
		return fd;
	if (fd >= FDS_MAX)
		abort();
	watched[fd] = (unsigned char)watch;
	if (watch == WATCH_ALL)
		record_open(fd, root_relative(path), flags, made);
	return fd;
}

#define MODE_OF(flags, mode)                                                                       \
	do {                                                                                       \
		va_list list_;                                                                     \
		va_start(list_, flags);                                                            \
		(mode) = (flags) & (O_CREAT | O_TMPFILE) ? va_arg(list_, mode_t) : 0;              \
		va_end(list_);                                                                     \
	} while (0)

int open(const char *path, int flags, ...)
{
	mode_t mode;

	MODE_OF(flags, mode);
	return do_open(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode;

	MODE_OF(flags, mode);
	return do_open(path, flags | O_LARGEFILE, mode);
}

int __open_2(const char *path, int flags)
{
	return do_open(path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
	return do_open(path, flags | O_LARGEFILE, 0);
}

int close(int fd)
{
	enum watch watch = watch_fd(fd);

	if (watch == WATCH_ALL)
		record_close(fd);
	if (watch != WATCH_NOT)
		watched[fd] = WATCH_NOT;
	return REAL(close)(fd);
}

int dup(int fd)
{
	if (watch_fd(fd) == WATCH_ALL)
		record_unknown("dup");
	return REAL(dup)(fd);
}

int dup2(int fd, int other)
{
	if (watch_fd(fd) == WATCH_ALL || watch_fd(other) != WATCH_NOT)
		record_unknown("dup2");
	return REAL(dup2)(fd, other);
}

/* --- writing -------------------------------------------------------------------------------------
 */

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset)
{
	enum watch watch = watch_fd(fd);
	int fault = watch == WATCH_NOT ? 0 : inject_write(fd, (uint64_t)offset, &length);
	ssize_t done;

	if (fault)
		return fail(fault);
	done = REAL(pwrite64)(fd, bytes, length, offset);
	if (watch == WATCH_ALL && done > 0)
		record_write(fd, (uint64_t)offset, bytes, (size_t)done);
	return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
	return pwrite64(fd, bytes, length, offset);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
	enum watch watch = watch_fd(fd);
	off_t at;
	int fault;
	ssize_t done;

	if (watch == WATCH_NOT)
		return REAL(write)(fd, bytes, length);
	at = lseek(fd, 0, SEEK_CUR);
	fault = inject_write(fd, (uint64_t)at, &length);
	if (fault)
		return fail(fault);
	done = REAL(write)(fd, bytes, length);
	if (watch == WATCH_ALL && done > 0)
		record_write(fd, (uint64_t)at, bytes, (size_t)done);
	return done;
}

static int do_truncate(int fd, off64_t size)
{
	enum watch watch = watch_fd(fd);
	int fault = watch == WATCH_NOT ? 0 : inject_fault(CALL_TRUNCATE, fd, NULL), result;
	struct stat before;

	if (fault)
		return fail(fault);
	if (watch != WATCH_NOT && fstat(fd, &before) == 0 && before.st_size > size)
		inject_give_back((uint64_t)(before.st_size - size));
	result = REAL(ftruncate64)(fd, size);
	if (watch == WATCH_ALL && result == 0)
		record_size(fd, (uint64_t)size);
	return result;
}

int ftruncate64(int fd, off64_t size)
{
	return do_truncate(fd, size);
}

int ftruncate(int fd, off_t size)
{
	return do_truncate(fd, size);
}

/* --- syncing -------------------------------------------------------------------------------------
 */

static int do_sync(int fd, int (*sync)(int fd))
{
	enum watch watch = watch_fd(fd);
	int fault = watch == WATCH_NOT ? 0 : inject_fault(CALL_SYNC, fd, NULL), result;

	if (fault)
		return fail(fault);
	if (watch == WATCH_ALL)
		record_sync(fd, false);
	result = sync(fd);
	if (watch == WATCH_ALL && result == 0)
		record_sync(fd, true);
	return result;
}

int fsync(int fd)
{
	return do_sync(fd, REAL(fsync));
}

int fdatasync(int fd)
{
	return do_sync(fd, REAL(fdatasync));
}

/* --- names ---------------------------------------------------------------------------------------
 */

int rename(const char *from, const char *to)
{
	enum watch watch = watch_of(from);
	int fault = watch == WATCH_NOT ? 0 : inject_fault(CALL_RENAME, -1, from), result;

	if (fault)
		return fail(fault);
	result = REAL(rename)(from, to);
	if (result < 0 || watch != WATCH_ALL)
		return result;
	if (root_relative(to))
		record_rename(root_relative(from), root_relative(to));
	else
		record_unknown("rename to elsewhere");
	return result;
}

int unlink(const char *path)
{
	enum watch watch = watch_of(path);
	int fault = watch == WATCH_NOT ? 0 : inject_fault(CALL_UNLINK, -1, path), result;
	struct stat before = {0};

	if (fault)
		return fail(fault);
	if (watch != WATCH_NOT && stat(path, &before) < 0)
		before.st_size = 0;
	result = REAL(unlink)(path);
	if (result < 0 || watch == WATCH_NOT)
		return result;
	inject_give_back((uint64_t)before.st_size);
	if (watch == WATCH_ALL)
		record_unlink(root_relative(path));
	return result;
}

int mkdir(const char *path, mode_t mode)
{
	enum watch watch = watch_of(path);
	int fault = watch == WATCH_NOT ? 0 : inject_fault(CALL_MKDIR, -1, path), result;

	if (fault)
		return fail(fault);
	result = REAL(mkdir)(path, mode);
	if (watch == WATCH_ALL && result == 0)
		record_mkdir(root_relative(path));
	return result;
}

/* --- what the model does not have ----------------------------------------------------------------
 */

#define UNKNOWN_ON_FD(name, fd)                                                                    \
	do {                                                                                       \
		if (watch_fd(fd) == WATCH_ALL)                                                     \
			record_unknown(name);                                                      \
	} while (0)

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	UNKNOWN_ON_FD("writev", fd);
	return REAL(writev)(fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	UNKNOWN_ON_FD("pwritev", fd);
	return REAL(pwritev)(fd, parts, count, offset);
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
	UNKNOWN_ON_FD("fallocate", fd);
	return REAL(fallocate)(fd, mode, offset, length);
}

int posix_fallocate(int fd, off_t offset, off_t length)
{
	UNKNOWN_ON_FD("posix_fallocate", fd);
	return REAL(posix_fallocate)(fd, offset, length);
}

int truncate(const char *path, off_t size)
{
	if (watch_of(path) == WATCH_ALL)
		record_unknown("truncate");
	return REAL(truncate)(path, size);
}

int link(const char *from, const char *to)
{
	if (watch_of(to) == WATCH_ALL)
		record_unknown("link");
	return REAL(link)(from, to);
}

static void note_map(int protection, int flags, int fd)
{
	if ((flags & MAP_SHARED) && (protection & PROT_WRITE))
		UNKNOWN_ON_FD("mmap for writing", fd);
}

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset)
{
	note_map(protection, flags, fd);
	return REAL(mmap)(at, length, protection, flags, fd, offset);
}

void *mmap64(void *at, size_t length, int protection, int flags, int fd, off64_t offset)
{
	note_map(protection, flags, fd);
	return REAL(mmap64)(at, length, protection, flags, fd, offset);
}

/* --- what is shown -------------------------------------------------------------------------------
 */

int zmq_send(void *socket, const void *bytes, size_t length, int flags)
{
	record_send(socket, bytes, length, (flags & ZMQ_SNDMORE) != 0);
	return REAL(zmq_send)(socket, bytes, length, flags);
}
