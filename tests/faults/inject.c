#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Faults as a shared file says them: the test that started the daemon maps it, too, and changes it
 * while the daemon runs. Calls of the kinds in `mask` are counted; those from `fail_at` on fail,
 * `fail_for` of them, with `fault` (an errno; 0: a write takes half of what it is given). Beside
 * that, with `limited`, files may grow by `budget` bytes in all, as on a disk that is full then.
 */
struct control {
	atomic_uint_fast64_t calls, fail_at, fail_for, fault, mask, hits, limited;
	atomic_int_fast64_t budget;
	char what[64]; /* the first call that failed */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct control *control;

static void begin(void)
{
	const char *path = getenv("NEWSTAG_FAULTS_CONTROL");
	int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (control == MAP_FAILED)
		abort();
	syscall(SYS_close, fd);
}

static struct control *injecting(void)
{
	pthread_once(&once, begin);
	return control;
}

static const char *name_of(enum call_kind kind)
{
	switch (kind) {
	case CALL_WRITE:
		return "write";
	case CALL_SYNC:
		return "sync";
	case CALL_TRUNCATE:
		return "truncate";
	case CALL_OPEN:
		return "open";
	case CALL_UNLINK:
		return "unlink";
	case CALL_RENAME:
		return "rename";
	case CALL_MKDIR:
		return "mkdir";
	}
	return "?";
}

static void tell_what(enum call_kind kind, int fd, const char *path)
{
	char link[64], target[4096] = {0};
	const char *name;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (!path && readlink(link, target, sizeof(target) - 1) > 0)
		path = target;
	name = path ? strrchr(path, '/') : NULL;
	snprintf(control->what, sizeof(control->what), "%s %.50s", name_of(kind),
		 name ? name + 1 : target);
}

/* Whether it is this one's turn. */
static bool is_hit(enum call_kind kind, int fd, const char *path)
{
	uint64_t number, at;

	if (!injecting() || !(atomic_load(&control->mask) & kind))
		return false;
	number = atomic_fetch_add(&control->calls, 1) + 1;
	at = atomic_load(&control->fail_at);
	if (at == 0 || number < at || number - at >= atomic_load(&control->fail_for))
		return false;
	if (atomic_fetch_add(&control->hits, 1) == 0)
		tell_what(kind, fd, path);
	return true;
}

int inject_fault(enum call_kind kind, int fd, const char *path)
{
	return is_hit(kind, fd, path) ? (int)atomic_load(&control->fault) : 0;
}

/* What the disk still has of the bytes by which the file would grow. */
static int take_space(int fd, uint64_t offset, size_t *length)
{
	struct stat status;
	int64_t growth, left;

	if (!atomic_load(&control->limited) || fstat(fd, &status) < 0)
		return 0;
	growth = (int64_t)(offset + *length) - status.st_size;
	if (growth <= 0)
		return 0;
	left = atomic_fetch_sub(&control->budget, growth);
	if (left >= growth)
		return 0;
	left = left > 0 ? left : 0;
	atomic_fetch_add(&control->budget, growth - left);
	atomic_fetch_add(&control->hits, 1);
	if ((int64_t)*length <= growth - left) {
		atomic_fetch_add(&control->budget, left);
		return ENOSPC;
	}
	*length -= (size_t)(growth - left);
	return 0;
}

int inject_write(int fd, uint64_t offset, size_t *length)
{
	if (!injecting())
		return 0;
	if (is_hit(CALL_WRITE, fd, NULL)) {
		if (atomic_load(&control->fault))
			return (int)atomic_load(&control->fault);
		*length /= 2;
	}
	return take_space(fd, offset, length);
}

void inject_give_back(uint64_t bytes)
{
	if (injecting())
		atomic_fetch_add(&control->budget, (int64_t)bytes);
}
