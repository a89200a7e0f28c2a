#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The ZeroMQ room: one context per process, and the sockets that the daemon and the tool use. A socket
 * belongs to the thread that uses it. Functions return -1 with the sentence in err.
 */
struct bus; /* the context */
struct bus *bus_open(struct err *err);
/* Every socket must be closed before; waits for lingering messages at most linger_ms of each. */
void bus_close(struct bus *bus);

enum bus_kind { BUS_SUB, BUS_PULL, BUS_PUB, BUS_XPUB, BUS_PUSH, BUS_REP, BUS_REQ, BUS_PAIR };

struct bus_options {
	enum bus_kind kind;
	const char *endpoint;
	bool bind;
	const char *const *topics; /* SUB */
	size_t topic_count;
	int high_water;	      /* messages, both ways; 0 unlimited */
	int linger_ms;	      /* at close */
	size_t message_max;   /* bytes of a frame; a fuse: tripping it cuts the peer. 0: none */
	const char *name;     /* for messages: "feed wire" */
};

/*
 * TCP is bound by ourselves and handed over (ZMQ_USE_FD): libzmq's own bind needs AF_NETLINK and dies
 * without it. An ipc path is made with the umask's mode; one that a live process serves is refused.
 * Receiving sockets never get ZMTP heartbeats (libzmq 4.3.4 aborts); TCP keepalive stands in.
 */
struct bus_socket;
struct bus_socket *bus_socket_open(struct bus *bus, const struct bus_options *options,
				   struct err *err);
void bus_socket_close(struct bus_socket *socket);
/* The endpoint really bound, with the port that the system chose for ":0" or ":*". */
const char *bus_socket_endpoint(const struct bus_socket *socket);

/* One message of up to BUS_FRAMES_MAX frames; further frames are read and thrown away, `frames` counts on. */
#define BUS_FRAMES_MAX 4
struct bus_message {
	struct view frame[BUS_FRAMES_MAX];
	size_t frames;	   /* as sent; over BUS_FRAMES_MAX the rest is not kept */
	struct view last;  /* the last frame that was kept or, of too many, the very last */
	void *held[BUS_FRAMES_MAX + 1]; /* libzmq's messages; see bus_message_fini */
};
/* 1 received (release with bus_message_fini), 0 nothing there, -1 error. Never blocks. */
int bus_receive(struct bus_socket *socket, struct bus_message *ret_message, struct err *err);
void bus_message_fini(struct bus_message *message);
/* 1 sent, 0 would block, -1 error. Copies the frames. */
int bus_send(struct bus_socket *socket, const struct view *frames, size_t count, struct err *err);

/* Waits for sockets and plain descriptors; ready flags are set. 0 on time-out, -1 error. EINTR is a time-out. */
struct bus_wait {
	struct bus_socket *socket; /* or NULL and fd */
	int fd;
	bool for_send;
	bool ready;
};
int bus_wait(struct bus_wait *waits, size_t count, int timeout_ms, struct err *err);

#endif
