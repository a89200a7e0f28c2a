#ifndef BUS_FEED_H
#define BUS_FEED_H

#include "bus/curve.h"

/*
 * A feed: a SUB or PULL socket with a monitor. There are three ways to go deaf without an error,
 * and each heals by itself when the feed connects (to a bound one, peers come by themselves):
 * - libzmq gives an endpoint up after a protocol error (oversize frame, refused handshake): the
 *   monitor sees a connection end without a new attempt, and it is connected anew (`revived`);
 * - the peer's machine is gone without a word: TCP keepalive ends the connection;
 * - the connection stands, but what is between holds back everything: a feed that was silent for
 *   `silence` is connected anew (`renewed`). A SUB overlaps the two connections, so that nothing is
 *   lost.
 * A peer that sends a message without end is cut off when four times message_max are on their way.
 */
struct feed_state {
	uint64_t received; /* messages */
	uint64_t connects; /* times a connection stood */
	uint64_t disconnects;
	uint64_t revived;    /* times it was connected anew because it had gone deaf */
	uint64_t renewed;    /* times it was connected anew because it was silent */
	uint64_t floods;     /* peers cut off that never ended a message */
	int peers;	     /* connections that stand now */
	bool connected;	     /* peers > 0, or bound */
	bool silent;	     /* nothing came for `silence` */
	int64_t last_item;   /* clock_now of the last message, CLOCK_NONE before */
	int64_t quiet_since; /* monotonic: the last turn that found something new, or the first */
	const char *last_event; /* of the monitor: a literal such as "disconnected" */
};

struct feed_options {
	const char *name;
	const char *endpoint;
	bool pull; /* else SUB */
	bool bind;
	const char *const *topics; /* must outlive the feed */
	size_t topic_count;
	int high_water;
	const struct bus_curve *curve; /* NULL: in clear; copied, its keys borrowed */
	size_t message_max; /* the memory fuse, well above the limit that rejects with a count */
	struct bus_times times;
	int64_t silence; /* ns; 0: any is allowed */
};

struct feed;
struct feed *feed_open(struct bus *bus, const struct feed_options *options, struct err *err);
void feed_close(struct feed *feed);
/* The socket to wait for; feed_receive may replace it. */
struct bus_socket *feed_socket(struct feed *feed);
/* The monitor's socket, to wait for too; feed_receive may replace it. */
struct bus_socket *feed_monitor(struct feed *feed);
/* As really bound, or as given; safe from any thread. */
const char *feed_endpoint(const struct feed *feed);
/*
 * Reads the monitor, revives a deaf connection, renews a silent one; to be called when the monitor
 * is ready and at least once a second. Returns the number of state changes; each is told to `note`
 * (may be NULL).
 */
int feed_turn(struct feed *feed, int64_t monotonic_now,
	      void (*note)(void *context, const char *sentence), void *context);
/* 1 received, 0 nothing there, -1 error; counts. */
int feed_receive(struct feed *feed, struct bus_message *ret_message, struct err *err);
const struct feed_state *feed_state(const struct feed *feed);
const char *feed_name(const struct feed *feed);

#endif
