#include "bus/curve.h"

#include "base/clock.h"
#include "base/own.h"
#include "bus/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <zmq.h>

/*
 * libzmq 4.3.4 has this option, but its header shows it only to those who build against drafts.
 * With it a client is refused when no handler answers; without, it would be let in. It is read back
 * below, and the start's self-test (app/guard.c) proves what it does.
 */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

OWNED_CLEANUP(struct bus_socket *, bus_socket_close);

static int set_text(void *zmq, int option, const char *text)
{
	return zmq_setsockopt(zmq, option, text, strlen(text));
}

static int set_server(void *zmq, const struct bus_curve *curve)
{
	int on = 1, taken = 0;
	size_t size = sizeof(taken);

	if (zmq_setsockopt(zmq, ZMQ_CURVE_SERVER, &on, sizeof(on)) < 0 ||
	    set_text(zmq, ZMQ_ZAP_DOMAIN, curve->domain) < 0 ||
	    zmq_setsockopt(zmq, ZMQ_ZAP_ENFORCE_DOMAIN, &on, sizeof(on)) < 0 ||
	    zmq_getsockopt(zmq, ZMQ_ZAP_ENFORCE_DOMAIN, &taken, &size) < 0)
		return -1;
	if (taken != 1) {
		errno = ENOTSUP;
		return -1;
	}
	return zmq_setsockopt(zmq, ZMQ_CURVE_SECRETKEY, curve->secret_key, BUS_KEY_SIZE);
}

int socket_set_curve(struct bus_socket *socket, const struct bus_curve *curve)
{
	if (!curve)
		return 0;
	socket->curve = true;
	if (curve->domain)
		return set_server(socket->zmq, curve);
	if (zmq_setsockopt(socket->zmq, ZMQ_CURVE_SERVERKEY, curve->server_key, BUS_KEY_SIZE) < 0 ||
	    zmq_setsockopt(socket->zmq, ZMQ_CURVE_PUBLICKEY, curve->public_key, BUS_KEY_SIZE) < 0)
		return -1;
	return zmq_setsockopt(socket->zmq, ZMQ_CURVE_SECRETKEY, curve->secret_key, BUS_KEY_SIZE);
}

int bus_keypair(char ret_public[BUS_KEY_SIZE], char ret_secret[BUS_KEY_SIZE], struct err *err)
{
	if (zmq_curve_keypair(ret_public, ret_secret) == 0)
		return 0;
	return err_set(err, "cannot make keys: %s", zmq_strerror(errno));
}

bool bus_socket_guarded(const struct bus_socket *socket)
{
	return socket->listener >= 0;
}

int bus_socket_renew(struct bus_socket *socket, const char *secret_key, struct err *err)
{
	int fd = fcntl(socket->listener, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return err_set(err, "%s: %s", socket->endpoint, strerror(errno));
	/* That it is not bound is no mistake: the last renewal may have failed halfway. */
	zmq_unbind(socket->zmq, socket->endpoint);
	if ((!secret_key ||
	     zmq_setsockopt(socket->zmq, ZMQ_CURVE_SECRETKEY, secret_key, BUS_KEY_SIZE) == 0) &&
	    zmq_setsockopt(socket->zmq, ZMQ_USE_FD, &fd, sizeof(fd)) == 0 &&
	    zmq_bind(socket->zmq, socket->endpoint) == 0)
		return 0;
	err_set(err, "%s: %s", socket->endpoint, zmq_strerror(errno));
	close(fd);
	return -1;
}

/* --- getting in ---------------------------------------------------------------------------------
 */

/* 1 in, 0 refused, -1 the report says neither. */
static int read_report(struct bus_socket *monitor)
{
	struct bus_message message;
	uint16_t event = 0;

	if (bus_receive(monitor, &message, NULL) <= 0)
		return -1;
	if (message.frame[0].len >= sizeof(event))
		memcpy(&event, message.frame[0].ptr, sizeof(event));
	bus_message_fini(&message);
	if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
		return 1;
	return event ? 0 : -1;
}

static int await_report(struct bus_socket *monitor, int timeout_ms)
{
	int64_t end = clock_monotonic() + (int64_t)timeout_ms * 1000000;
	struct bus_wait wait = {.socket = monitor};
	int verdict = -1;

	while (verdict < 0) {
		int64_t left_ms = (end - clock_monotonic()) / 1000000;

		if (left_ms <= 0 || bus_wait(&wait, 1, (int)left_ms, NULL) < 0)
			return -1;
		verdict = read_report(monitor);
	}
	return verdict;
}

static int watch(struct bus *bus, struct bus_socket *socket, const struct bus_options *options,
		 int timeout_ms, struct err *err)
{
	OWNED(bus_socket_close) struct bus_socket *monitor = NULL;
	char name[MONITOR_NAME_SIZE];
	struct bus_options reader = {.kind = BUS_PAIR, .endpoint = name};
	int verdict = -1;

	monitor_name(bus, name);
	if (zmq_socket_monitor(socket->zmq, name,
			       ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED |
				       ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
				       ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
				       ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) < 0)
		return err_set(err, "cannot be watched: %s", zmq_strerror(errno));
	monitor = bus_socket_open(bus, &reader, err);
	if (monitor && socket_attach(socket, options, err) == 0) {
		verdict = await_report(monitor, timeout_ms);
		if (verdict < 0)
			err_set(err, "%s: no answer within %d ms", options->endpoint, timeout_ms);
	}
	/* First the reports end, then their reader goes: else the I/O thread would wait for it. */
	zmq_socket_monitor(socket->zmq, NULL, 0);
	return verdict;
}

int bus_intrude(struct bus *bus, const struct bus_options *options, int timeout_ms, struct err *err)
{
	OWNED(bus_socket_close) struct bus_socket *socket = socket_make(bus, options, err);

	return socket ? watch(bus, socket, options, timeout_ms, err) : -1;
}
