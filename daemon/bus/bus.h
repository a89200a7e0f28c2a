#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The ZeroMQ room: one context per process, and the sockets that the daemon and the tool use. A
 * socket belongs to the thread that uses it. Functions return -1 with the sentence in err.
 */
struct bus; /* the context */
struct bus *bus_open(struct err *err);
/* Every socket must be closed before; waits for lingering messages at most linger_ms of each. */
void bus_close(struct bus *bus);

enum bus_kind {
	BUS_SUB,
	BUS_PULL,
	BUS_PUB,
	BUS_XPUB,
	BUS_PUSH,
	BUS_REP,
	BUS_REQ,
	BUS_ROUTER,
	BUS_PAIR
};

#define BUS_MESSAGE_MAX ((size_t)16 << 20)
#define BUS_MESSAGE_LEAST ((size_t)1024) /* with less, libzmq's own handshake does not pass */
#define BUS_TOPIC_MAX 240 /* bytes; libzmq 4.3.4 writes subscriptions of 246 to 255 wrongly */

/* Of a connection, in milliseconds; 0: the standard of bus.c. */
struct bus_times {
	int reconnect, reconnect_max; /* pause before the first attempt again; at most */
	int handshake;		      /* that it may take to connect; then to greet */
	int keepalive;		      /* TCP: that a machine may stay dumb; 6000 or more */
};

struct bus_curve;
struct bus_options {
	enum bus_kind kind;
	const char *endpoint;
	bool bind;
	const char *const *topics; /* SUB */
	size_t topic_count;
	int high_water;	    /* messages, both ways; 0 unlimited */
	int linger_ms;	    /* at close */
	size_t message_max; /* bytes of a frame, a fuse that cuts the peer; 0: BUS_MESSAGE_MAX */
	const char *name;   /* for messages: "feed wire" */
	struct bus_times times;
	/* XPUB: bus_send would block instead of losing messages for a slow subscriber. One that
	 * stopped stops all, so it is for a tool that plays a file, never for the daemon's output.
	 */
	bool lossless;
	const struct bus_curve *curve; /* bus/curve.h; NULL: in clear */
};

/*
 * TCP and ipc are bound by ourselves and handed over (ZMQ_USE_FD): libzmq's own bind of TCP needs
 * AF_NETLINK and dies without it, that of ipc takes a path away from whoever serves it. The host of
 * TCP is an address, a name or "*" (0.0.0.0; "[::]" is both families); port 0 or "*": the system
 * chooses. An ipc path is made with the umask's mode; one that a live process serves is refused, a
 * stale one replaced; it is removed when the socket is closed. Receiving sockets never get ZMTP
 * heartbeats (libzmq 4.3.4 aborts); TCP keepalive stands in.
 */
struct bus_socket;
struct bus_socket *bus_socket_open(struct bus *bus, const struct bus_options *options,
				   struct err *err);
void bus_socket_close(struct bus_socket *socket);
/* As really bound, with the port that the system chose; of a connecting socket, as given. */
const char *bus_socket_endpoint(const struct bus_socket *socket);

/*
 * Whether somebody listens there now, by a plain connection: 1 yes, 0 no (err says why, and errno),
 * -1 the endpoint cannot be asked (err). Waits for TCP at most timeout_ms.
 */
int bus_probe(const char *endpoint, int timeout_ms, struct err *err);

/* Adds the endpoint to connect to from this host: a wildcard is this host itself. */
void bus_reachable(const char *endpoint, struct str *out);

/*
 * One message of up to BUS_FRAMES_MAX frames; further frames are read and thrown away, `frames`
 * counts on. libzmq hands a message over when it is complete: until then it grows outside our reach
 * (of a feed, bus/flood.h cuts off a peer that never ends one; else the service's MemoryMax does).
 * May be copied; fini once.
 */
#define BUS_FRAMES_MAX 4
struct bus_message {
	struct view frame[BUS_FRAMES_MAX];
	size_t frames;	  /* as sent; over BUS_FRAMES_MAX the rest is not kept */
	struct view last; /* the last frame that was kept or, of too many, the very last */
	void *held[BUS_FRAMES_MAX + 1]; /* libzmq's messages; see bus_message_fini */
};
/* 1 received (release with bus_message_fini), 0 nothing there, -1 error. Never blocks. */
int bus_receive(struct bus_socket *socket, struct bus_message *ret_message, struct err *err);
/* A message of one frame, a copy of the bytes. */
void bus_message_copy(struct view bytes, struct bus_message *ret_message);
void bus_message_fini(struct bus_message *message);
/* 1 sent, 0 would block, -1 error. Copies the frames. */
int bus_send(struct bus_socket *socket, const struct view *frames, size_t count, struct err *err);

/*
 * Waits for sockets and plain descriptors, at most BUS_WAITS_MAX of them, and sets the ready flags.
 * The number of ready ones, 0 on time-out (a signal is one), -1 error. timeout_ms -1: for ever.
 */
#define BUS_WAITS_MAX 192
struct bus_wait {
	struct bus_socket *socket; /* or NULL and fd */
	int fd;
	bool for_send;
	bool ready;
};
int bus_wait(struct bus_wait *waits, size_t count, int timeout_ms, struct err *err);

#endif
