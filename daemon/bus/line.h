#ifndef BUS_LINE_H
#define BUS_LINE_H

#include "bus/bus.h"

/* A socket, the monitor that libzmq's I/O thread reports its connections to, and what is on their
 * way. */
struct line {
	struct bus_socket *socket;
	struct bus_socket *monitor;
};

/* -1 with err, and nothing open. flood_limit: see bus/flood.h. */
int line_open(struct bus *bus, const struct bus_options *options, uint64_t flood_limit,
	      struct line *ret_line, struct err *err);
/* Also of one that is not open. */
void line_close(struct line *line);
/* The next ZMQ_EVENT_… that the monitor has, -1 one that cannot be read, 0 none. */
int line_event(struct line *line, int64_t monotonic_now);

#endif
