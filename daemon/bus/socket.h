#ifndef BUS_SOCKET_H
#define BUS_SOCKET_H

#include "bus/bus.h"

#include "bus/flood.h"
#include <stdatomic.h>

/* What bus/ alone sees of a socket. */
struct bus {
	void *context;
	atomic_uint monitors; /* that were made */
};

/*
 * A name for a monitor that none had before: that of one just ended is taken for a while, as
 * libzmq's own thread gives it back, and the address of a socket comes again at once.
 */
#define MONITOR_NAME_SIZE 40
void monitor_name(struct bus *bus, char ret_name[MONITOR_NAME_SIZE]);

struct bus_socket {
	void *zmq;
	char *endpoint;	     /* bound or connected */
	char *ipc_path;	     /* to be removed at close, or NULL */
	uint64_t ipc_inode;  /* so that nobody else's file is removed */
	bool curve;	     /* it has keys */
	int listener;	     /* of a bound TCP socket with keys our own descriptor, else -1 */
	struct flood *flood; /* counts what is received, or NULL; owned */
};

/* bus_socket_open in two steps, for who must watch the first connection, too. NULL and -1 with err.
 */
struct bus_socket *socket_make(struct bus *bus, const struct bus_options *options, struct err *err);
int socket_attach(struct bus_socket *socket, const struct bus_options *options, struct err *err);

/*
 * A listening descriptor for a TCP or ipc endpoint, -1 with the reason. Of ipc, ret_path (owned)
 * and ret_inode are what to remove at close; NULL for TCP and for abstract names ("ipc://@name").
 */
int address_listen(const char *endpoint, char **ret_path, uint64_t *ret_inode, struct err *err);

/* bus/curve.c: sets a new socket's keys; NULL: none. -1 with errno. */
int socket_set_curve(struct bus_socket *socket, const struct bus_curve *curve);

#endif
