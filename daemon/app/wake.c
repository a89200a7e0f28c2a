#include "app/wake.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int wake_init(struct wake *wake, struct err *err)
{
	atomic_init(&wake->armed, false);
	wake->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (wake->fd < 0)
		return err_set(err, "cannot make an eventfd: %s", strerror(errno));
	return 0;
}

void wake_fini(struct wake *wake)
{
	if (wake->fd >= 0)
		close(wake->fd);
	wake->fd = -1;
}

void wake_arm(struct wake *wake)
{
	atomic_store(&wake->armed, true);
}

void wake_disarm(struct wake *wake)
{
	uint64_t count;

	atomic_store(&wake->armed, false);
	/* Nothing to read is as good as something: the count only carries the wake-up. */
	if (read(wake->fd, &count, sizeof(count)) < 0)
		return;
}

void wake_force(struct wake *wake)
{
	uint64_t one = 1;

	/* It can only fail when the count is at its end, and then the descriptor is readable. */
	if (write(wake->fd, &one, sizeof(one)) < 0)
		return;
}

void wake_ring(struct wake *wake)
{
	if (atomic_load(&wake->armed) && atomic_exchange(&wake->armed, false))
		wake_force(wake);
}
