#ifndef BUS_CURVE_H
#define BUS_CURVE_H

#include "bus/bus.h"

/*
 * CURVE (ZeroMQ RFC 25 and 26) on TCP sockets: who has which keys. Keys are Z85, 40 characters.
 *
 * A server names a ZAP domain: libzmq then asks the handler (bus/zap.h) about every client, and
 * lets nobody in while there is none. Without a domain it would let in everybody, so it is not
 * optional.
 */
struct bus_curve {
	const char *domain;	/* a server's, not empty; NULL: this side is a client */
	const char *secret_key; /* its own */
	const char *public_key; /* a client's own */
	const char *server_key; /* a client's: whom it expects to meet */
};

#define BUS_KEY_SIZE 41 /* terminated */

/* A new pair, from the system's random numbers. */
int bus_keypair(char ret_public[BUS_KEY_SIZE], char ret_secret[BUS_KEY_SIZE], struct err *err);

/* Whether it is a bound TCP socket with keys. */
bool bus_socket_guarded(const struct bus_socket *socket);
/*
 * Ends every connection of such a socket and binds it anew where it was, with
 * another secret key if one is given. The port is never free in between: who comes meanwhile waits.
 * Peers that are still let in come again by themselves. -1: it is not bound now, to be called
 * again.
 */
int bus_socket_renew(struct bus_socket *socket, const char *secret_key, struct err *err);

/*
 * Tries to get in as a client: with keys, or in clear (curve NULL). 1 it is in, 0 it was refused,
 * -1 neither within timeout_ms (err). `kind` is one that the endpoint's socket talks to.
 */
int bus_intrude(struct bus *bus, const struct bus_options *options, int timeout_ms,
		struct err *err);

#endif
