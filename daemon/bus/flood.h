#ifndef BUS_FLOOD_H
#define BUS_FLOOD_H

#include <stddef.h>
#include <stdint.h>

/*
 * Bounds what libzmq holds of messages that are not complete. A message of many parts is handed
 * over when its last one is there; high-water marks do not count it, and the size limit is of one
 * part, so that a peer that never ends a message takes all memory. What came over a connection, as
 * the system counts it, less what was received from it, is what is still on its way: of TCP, whose
 * count the system tells; an ipc peer is a process of this machine that the socket's mode let in.
 */
struct flood;
struct flood *flood_new(uint64_t limit);
void flood_free(struct flood *flood);
/* A connection begins, with all that was complete received. Its descriptor stays libzmq's. */
void flood_meet(struct flood *flood, int fd, int64_t monotonic_now);
/* A part was received from the connection of that descriptor; -1 or unknown: nothing happens. */
void flood_take(struct flood *flood, int fd, size_t bytes);
/*
 * To be called when there was nothing to receive a moment ago. While all connections together have
 * more than the limit on their way, the one that has most is shut down. Returns how many were.
 */
size_t flood_cut(struct flood *flood, int64_t monotonic_now);

#endif
