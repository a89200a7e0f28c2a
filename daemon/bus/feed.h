#ifndef BUS_FEED_H
#define BUS_FEED_H

#include "bus/bus.h"

/*
 * A feed: a SUB or PULL socket with a monitor. libzmq can go deaf for ever after a protocol error
 * on a connection (oversize frame, refused handshake): it disconnects and never tries again. The
 * monitor sees DISCONNECTED without a retry, and the feed connects anew with back-off (1 s doubling
 * to 30 s).
 */
struct feed_state {
	uint64_t received; /* messages */
	uint64_t connects; /* times a connection stood */
	uint64_t disconnects;
	uint64_t revived;	/* times it was connected anew because it had gone deaf */
	int peers;		/* connections that stand now */
	bool connected;		/* peers > 0, or bound */
	int64_t last_item;	/* clock_now of the last message, CLOCK_NONE before */
	const char *last_event; /* of the monitor: a literal such as "disconnected" */
};

struct feed_options {
	const char *name;
	const char *endpoint;
	bool pull; /* else SUB */
	bool bind;
	const char *const *topics;
	size_t topic_count;
	int high_water;
	size_t message_max; /* the memory fuse, well above the limit that rejects with a count */
};

struct feed;
struct feed *feed_open(struct bus *bus, const struct feed_options *options, struct err *err);
void feed_close(struct feed *feed);
/* The socket to wait for and receive from. */
struct bus_socket *feed_socket(struct feed *feed);
/* The monitor's socket, to wait for too. */
struct bus_socket *feed_monitor(struct feed *feed);
/*
 * Reads the monitor, revives a deaf connection; to be called when the monitor is ready and at least
 * once a second. Returns the number of state changes; each is told to `note` (may be NULL).
 */
int feed_turn(struct feed *feed, int64_t monotonic_now,
	      void (*note)(void *context, const char *sentence), void *context);
/* 1 received, 0 nothing there, -1 error; counts. */
int feed_receive(struct feed *feed, struct bus_message *ret_message, struct err *err);
const struct feed_state *feed_state(const struct feed *feed);
const char *feed_name(const struct feed *feed);

#endif
