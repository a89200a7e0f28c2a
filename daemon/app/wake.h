#ifndef APP_WAKE_H
#define APP_WAKE_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdbool.h>

/*
 * Wakes one thread that waits for a condition and, in the same poll, for sockets. The waiting
 * thread calls wake_arm, looks at its condition once more, waits for `fd`, then wake_disarm. The
 * other side makes the condition true (sequentially consistent), then calls wake_ring, which costs
 * one load as long as nobody waits.
 */
struct wake {
	int fd; /* an eventfd: readable once rung */
	atomic_bool armed;
};

int wake_init(struct wake *wake, struct err *err);
void wake_fini(struct wake *wake);
void wake_arm(struct wake *wake);
void wake_disarm(struct wake *wake);
/* From any thread. */
void wake_ring(struct wake *wake);
/* Rings whether armed or not. From any thread. */
void wake_force(struct wake *wake);

#endif
