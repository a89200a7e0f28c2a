#include "record.h"

#include "preload.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Writes the log by system calls of its own, so that it does not meet itself. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;

static void begin(void)
{
	const char *path = getenv("NEWSTAG_FAULTS_LOG");

	if (path)
		log_fd = (int)syscall(SYS_openat, AT_FDCWD, path,
				      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (path && log_fd < 0)
		abort();
}

static bool recording(void)
{
	pthread_once(&once, begin);
	return log_fd >= 0;
}

static void put(struct record record, const void *bytes)
{
	struct iovec parts[] = {{&record, sizeof(record)}, {(void *)bytes, record.length}};

	if (!recording())
		return;
	record.thread = (uint32_t)syscall(SYS_gettid);
	pthread_mutex_lock(&lock);
	if (syscall(SYS_writev, log_fd, parts, 2) != (long)(sizeof(record) + record.length))
		abort();
	pthread_mutex_unlock(&lock);
}

void record_open(int fd, const char *path, int flags, bool made)
{
	put((struct record){.kind = RECORD_OPEN,
			    .fd = (uint32_t)fd,
			    .flags = (uint32_t)flags,
			    .offset = made,
			    .length = strlen(path)},
	    path);
}

void record_close(int fd)
{
	put((struct record){.kind = RECORD_CLOSE, .fd = (uint32_t)fd}, NULL);
}

void record_write(int fd, uint64_t offset, const void *bytes, size_t length)
{
	put((struct record){.kind = RECORD_WRITE,
			    .fd = (uint32_t)fd,
			    .offset = offset,
			    .length = length},
	    bytes);
}

void record_size(int fd, uint64_t size)
{
	put((struct record){.kind = RECORD_SIZE, .fd = (uint32_t)fd, .offset = size}, NULL);
}

void record_sync(int fd, bool ended)
{
	put((struct record){.kind = ended ? RECORD_SYNCED : RECORD_SYNC, .fd = (uint32_t)fd}, NULL);
}

void record_rename(const char *from, const char *to)
{
	size_t first = strlen(from) + 1, second = strlen(to);
	char *both = malloc(first + second);

	if (!both)
		abort();
	memcpy(both, from, first);
	memcpy(both + first, to, second);
	put((struct record){.kind = RECORD_RENAME, .length = first + second}, both);
	free(both);
}

void record_unlink(const char *path)
{
	put((struct record){.kind = RECORD_UNLINK, .length = strlen(path)}, path);
}

void record_mkdir(const char *path)
{
	put((struct record){.kind = RECORD_MKDIR, .length = strlen(path)}, path);
}

void record_send(const void *socket, const void *bytes, size_t length, bool more)
{
	put((struct record){.kind = RECORD_SEND,
			    .flags = more,
			    .offset = (uintptr_t)socket,
			    .length = length},
	    bytes);
}

void record_unknown(const char *name)
{
	put((struct record){.kind = RECORD_UNKNOWN, .length = strlen(name)}, name);
}
