#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/*
 * Preloaded: the wall clock is set as a test wants it. The file that FAULTS_CLOCK names holds the
 * nanoseconds that it is ahead, and may be written at any time. Other clocks are left alone.
 */
static const volatile int64_t *ahead;

__attribute__((constructor)) static void open_file(void)
{
	const char *path = getenv("FAULTS_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*ahead), PROT_READ, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	if (map != MAP_FAILED)
		ahead = map;
}

int clock_gettime(clockid_t id, struct timespec *time)
{
	static int (*real)(clockid_t, struct timespec *);
	int64_t nanos;
	int result;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	result = real(id, time);
	if (result < 0 || id != CLOCK_REALTIME || !ahead)
		return result;
	nanos = (int64_t)time->tv_sec * 1000000000 + time->tv_nsec + *ahead;
	time->tv_sec = nanos / 1000000000;
	time->tv_nsec = nanos % 1000000000;
	return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	time->tv_sec = now.tv_sec;
	time->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *ret_time)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (ret_time)
		*ret_time = now.tv_sec;
	return now.tv_sec;
}
