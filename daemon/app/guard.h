#ifndef APP_GUARD_H
#define APP_GUARD_H

#include "base/jsonw.h"
#include "base/log.h"
#include "bus/curve.h"
#include "conf/allow.h"
#include "conf/conf.h"

/*
 * Who may connect, when security.curve is on: the daemon's own keys, the list of keys that are let
 * in, and a thread that answers for both. The thread looks at the files once a second: a new list
 * counts at once, a key that was taken off it or has expired loses the connections it has, and new
 * keys of the daemon's are taken over. A list or a key with a mistake is told, and the one before
 * stays. NULL stands for no guard: everything is in clear.
 */
struct guard;
struct guard_options {
	struct bus *bus;
	const struct conf *conf;
	struct log *log;
};
/* *ret_guard is NULL when security.curve is off. Must come before the first socket with keys. */
int guard_open(const struct guard_options *options, struct guard **ret_guard, struct err *err);
/* After every socket with keys is closed. */
void guard_close(struct guard *guard);

/* The keys of a socket that is bound there; NULL where it is none of TCP. Good until guard_close.
 */
const struct bus_curve *guard_serves(const struct guard *guard, enum allow_domain domain,
				     const char *endpoint);
/*
 * The keys of a socket that connects to that server, written to ret_curve; NULL without a
 * server_key. Good until guard_close. As a client the daemon keeps the keys that it started with.
 */
const struct bus_curve *guard_visits(const struct guard *guard, const char *server_key,
				     struct bus_curve *ret_curve);

/* From now on changed files are taken over. */
void guard_begin(struct guard *guard);

/*
 * By the thread of a socket with that domain, at least once a second and often enough that libzmq's
 * commands for it are handled: ends its connections when somebody lost the right to one. `seen` is
 * the socket's own, 0 at first.
 */
void guard_turn(struct guard *guard, enum allow_domain domain, struct bus_socket *socket,
		unsigned *seen);

/* The members of an object that is open. */
void guard_write_status(struct guard *guard, struct jsonw *json);

/*
 * For the proof at the start: a key that is refused for good, without being counted ("" ends it),
 * and whether it was asked about. The daemon's own public key, until guard_begin.
 */
void guard_probe(struct guard *guard, const char *key);
bool guard_probed(struct guard *guard);
const char *guard_public_key(const struct guard *guard);

#endif
