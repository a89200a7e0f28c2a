#include "bus/bus.h"

#include "base/own.h"
#include "bus/socket.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

/*
 * The context and its sockets. A socket is made by a table of options, set before it is bound or
 * connected, since libzmq takes them over at that moment; it is bound to a descriptor that
 * bus/address.c opened. Messages keep libzmq's own memory until bus_message_fini, so that an item
 * is not copied between the network and the worker that reads it.
 */
OWNED_CLEANUP(struct bus_socket *, bus_socket_close);

struct bus *bus_open(struct err *err)
{
	struct bus *bus;
	void *context = zmq_ctx_new();

	if (!context) {
		err_set(err, "cannot start ZeroMQ: %s", zmq_strerror(errno));
		return NULL;
	}
	bus = xcalloc(1, sizeof(*bus));
	bus->context = context;
	return bus;
}

void monitor_name(struct bus *bus, char ret_name[MONITOR_NAME_SIZE])
{
	snprintf(ret_name, MONITOR_NAME_SIZE, "inproc://monitor-%u",
		 atomic_fetch_add(&bus->monitors, 1));
}

void bus_close(struct bus *bus)
{
	if (!bus)
		return;
	while (zmq_ctx_term(bus->context) < 0 && errno == EINTR)
		;
	free(bus);
}

/* --- sockets ------------------------------------------------------------------------------------
 */

static const int kinds[] = {
	[BUS_SUB] = ZMQ_SUB,   [BUS_PULL] = ZMQ_PULL,	  [BUS_PUB] = ZMQ_PUB,
	[BUS_XPUB] = ZMQ_XPUB, [BUS_PUSH] = ZMQ_PUSH,	  [BUS_REP] = ZMQ_REP,
	[BUS_REQ] = ZMQ_REQ,   [BUS_ROUTER] = ZMQ_ROUTER, [BUS_PAIR] = ZMQ_PAIR,
};

/*
 * The reconnection's jitter is of its first interval, so that is not small. Without a time limit of
 * our own, an attempt at a machine that does not answer would take the system's two minutes.
 */
static const struct bus_times standard = {
	.reconnect = 1000, .reconnect_max = 10000, .handshake = 2000, .keepalive = 60000};
#define KEEPALIVE_PROBES 3

static int set_number(void *zmq, int option, int value)
{
	return zmq_setsockopt(zmq, option, &value, sizeof(value));
}

static int set_limits(void *zmq, const struct bus_options *options)
{
	size_t most = options->message_max ? options->message_max : BUS_MESSAGE_MAX;
	int64_t bytes = (int64_t)(most < BUS_MESSAGE_LEAST ? BUS_MESSAGE_LEAST : most);

	if (set_number(zmq, ZMQ_SNDHWM, options->high_water) < 0 ||
	    set_number(zmq, ZMQ_RCVHWM, options->high_water) < 0 ||
	    set_number(zmq, ZMQ_LINGER, options->linger_ms) < 0)
		return -1;
	if (options->lossless && set_number(zmq, ZMQ_XPUB_NODROP, 1) < 0)
		return -1;
	/* With IPv6 on, a name such as localhost would be looked up as IPv6 alone. */
	if (strchr(options->endpoint, '[') && set_number(zmq, ZMQ_IPV6, 1) < 0)
		return -1;
	return zmq_setsockopt(zmq, ZMQ_MAXMSGSIZE, &bytes, sizeof(bytes));
}

static int or_standard(int time, int else_time)
{
	return time ? time : else_time;
}

/* Half of the keepalive's time is for silence, half for its probes. */
static int set_times(void *zmq, const struct bus_times *times)
{
	int handshake = or_standard(times->handshake, standard.handshake);
	int keepalive_s = or_standard(times->keepalive, standard.keepalive) / 1000;
	const struct {
		int option, value;
	} rows[] = {
		{ZMQ_HANDSHAKE_IVL, handshake},
		{ZMQ_CONNECT_TIMEOUT, handshake},
		{ZMQ_RECONNECT_IVL, or_standard(times->reconnect, standard.reconnect)},
		{ZMQ_RECONNECT_IVL_MAX, or_standard(times->reconnect_max, standard.reconnect_max)},
		{ZMQ_TCP_KEEPALIVE, 1},
		{ZMQ_TCP_KEEPALIVE_IDLE, keepalive_s / 2},
		{ZMQ_TCP_KEEPALIVE_INTVL, keepalive_s / 2 / KEEPALIVE_PROBES},
		{ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_PROBES},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (set_number(zmq, rows[i].option, rows[i].value) < 0)
			return -1;
	return 0;
}

static int set_options(void *zmq, const struct bus_options *options)
{
	if (set_times(zmq, &options->times) < 0 || set_limits(zmq, options) < 0)
		return -1;
	for (size_t i = 0; i < options->topic_count; i++) {
		const char *topic = options->topics[i];
		size_t len = strlen(topic);

		errno = EINVAL;
		if (len > BUS_TOPIC_MAX || zmq_setsockopt(zmq, ZMQ_SUBSCRIBE, topic, len) < 0)
			return -1;
	}
	return 0;
}

static int take_endpoint(struct bus_socket *socket, struct err *err)
{
	char text[1024];
	size_t size = sizeof(text);

	if (zmq_getsockopt(socket->zmq, ZMQ_LAST_ENDPOINT, text, &size) < 0)
		return err_set(err, "%s", zmq_strerror(errno));
	socket->endpoint = xstrdup(text);
	return 0;
}

static int bind_socket(struct bus_socket *socket, const char *endpoint, struct err *err)
{
	int fd;

	if (strncmp(endpoint, "inproc://", 9) != 0) {
		fd = address_listen(endpoint, &socket->ipc_path, &socket->ipc_inode, err);
		if (fd < 0)
			return -1;
		set_number(socket->zmq, ZMQ_USE_FD, fd);
		if (socket->curve && !socket->ipc_path)
			socket->listener = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (zmq_bind(socket->zmq, endpoint) == 0)
			return take_endpoint(socket, err);
		close(fd);
	} else if (zmq_bind(socket->zmq, endpoint) == 0) {
		return take_endpoint(socket, err);
	}
	return err_set(err, "%s: %s", endpoint, zmq_strerror(errno));
}

static int connect_socket(struct bus_socket *socket, const char *endpoint, struct err *err)
{
	if (zmq_connect(socket->zmq, endpoint) < 0)
		return err_set(err, "%s: %s", endpoint, zmq_strerror(errno));
	socket->endpoint = xstrdup(endpoint);
	return 0;
}

struct bus_socket *socket_make(struct bus *bus, const struct bus_options *options, struct err *err)
{
	OWNED(bus_socket_close) struct bus_socket *socket = xcalloc(1, sizeof(*socket));

	socket->listener = -1;
	socket->zmq = zmq_socket(bus->context, kinds[options->kind]);
	if (socket->zmq && set_options(socket->zmq, options) == 0 &&
	    socket_set_curve(socket, options->curve) == 0)
		return MOVE(socket);
	err_set(err, "%s%s%s", options->name ? options->name : "", options->name ? ": " : "",
		zmq_strerror(errno));
	return NULL;
}

int socket_attach(struct bus_socket *socket, const struct bus_options *options, struct err *err)
{
	int done = options->bind ? bind_socket(socket, options->endpoint, err)
				 : connect_socket(socket, options->endpoint, err);

	return done < 0 && options->name ? err_wrap(err, "%s", options->name) : done;
}

struct bus_socket *bus_socket_open(struct bus *bus, const struct bus_options *options,
				   struct err *err)
{
	OWNED(bus_socket_close) struct bus_socket *socket = socket_make(bus, options, err);

	return socket && socket_attach(socket, options, err) == 0 ? MOVE(socket) : NULL;
}

static void remove_path(const struct bus_socket *socket)
{
	struct stat stat;

	if (lstat(socket->ipc_path, &stat) == 0 && stat.st_ino == socket->ipc_inode)
		unlink(socket->ipc_path);
}

void bus_socket_close(struct bus_socket *socket)
{
	if (!socket)
		return;
	if (socket->ipc_path)
		remove_path(socket);
	if (socket->listener >= 0)
		close(socket->listener);
	if (socket->zmq)
		zmq_close(socket->zmq);
	flood_free(socket->flood);
	free(socket->ipc_path);
	free(socket->endpoint);
	free(socket);
}

const char *bus_socket_endpoint(const struct bus_socket *socket)
{
	return socket->endpoint;
}

/* --- messages -----------------------------------------------------------------------------------
 */

#define CURVE_BYTES                                                                                \
	33 /* that encryption adds to a part: "MESSAGE", nonce, code, flags (RFC 26)               \
	    */

static int receive_frame(struct bus_socket *socket, zmq_msg_t *frame, struct err *err)
{
	if (zmq_msg_recv(frame, socket->zmq, ZMQ_DONTWAIT) >= 0) {
		if (socket->flood)
			flood_take(socket->flood, zmq_msg_get(frame, ZMQ_SRCFD),
				   zmq_msg_size(frame) + (socket->curve ? CURVE_BYTES : 0));
		return 1;
	}
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	return err_set(err, "cannot receive from %s: %s", socket->endpoint, zmq_strerror(errno));
}

/* Keeps the frame as the message's next, or in the last place of all in the stead of the one
 * before. */
static void keep_frame(struct bus_message *message, zmq_msg_t *frame)
{
	size_t at = message->frames < BUS_FRAMES_MAX ? message->frames : BUS_FRAMES_MAX;
	zmq_msg_t *kept = message->held[at];

	if (!kept) {
		kept = message->held[at] = xmalloc(sizeof(*kept));
		zmq_msg_init(kept);
	}
	zmq_msg_move(kept, frame);
	message->last = (struct view){zmq_msg_data(kept), zmq_msg_size(kept)};
	if (at < BUS_FRAMES_MAX)
		message->frame[at] = message->last;
	message->frames++;
}

int bus_receive(struct bus_socket *socket, struct bus_message *ret_message, struct err *err)
{
	struct bus_message message = {0};
	zmq_msg_t frame;
	bool more = false;
	int got;

	zmq_msg_init(&frame);
	do {
		got = receive_frame(socket, &frame, err);
		/* Within a message the next frame is there; only a signal can have come between. */
		if (got == 0 && message.frames)
			continue;
		if (got <= 0)
			break;
		more = zmq_msg_more(&frame);
		keep_frame(&message, &frame);
	} while (got == 0 || more);
	zmq_msg_close(&frame);
	if (got == 1)
		*ret_message = message;
	else
		bus_message_fini(&message);
	return got;
}

void bus_message_copy(struct view bytes, struct bus_message *ret_message)
{
	struct bus_message message = {0};
	zmq_msg_t frame;

	if (zmq_msg_init_size(&frame, bytes.len) < 0)
		abort();
	if (bytes.len)
		memcpy(zmq_msg_data(&frame), bytes.ptr, bytes.len);
	keep_frame(&message, &frame);
	zmq_msg_close(&frame);
	*ret_message = message;
}

void bus_message_fini(struct bus_message *message)
{
	for (size_t i = 0; i <= BUS_FRAMES_MAX; i++) {
		if (!message->held[i])
			continue;
		zmq_msg_close(message->held[i]);
		free(message->held[i]);
	}
	*message = (struct bus_message){0};
}

int bus_send(struct bus_socket *socket, const struct view *frames, size_t count, struct err *err)
{
	for (size_t i = 0; i < count;) {
		int more = i + 1 < count ? ZMQ_SNDMORE : 0;

		if (zmq_send(socket->zmq, frames[i].ptr, frames[i].len, ZMQ_DONTWAIT | more) >= 0)
			i++;
		else if (errno == EAGAIN && i == 0)
			return 0;
		else if (errno != EINTR)
			return err_set(err, "cannot send to %s: %s", socket->endpoint,
				       zmq_strerror(errno));
	}
	return 1;
}

int bus_wait(struct bus_wait *waits, size_t count, int timeout_ms, struct err *err)
{
	zmq_pollitem_t items[BUS_WAITS_MAX];
	int ready;

	assert(count <= BUS_WAITS_MAX);
	for (size_t i = 0; i < count; i++) {
		items[i] = (zmq_pollitem_t){
			.socket = waits[i].socket ? waits[i].socket->zmq : NULL,
			.fd = waits[i].fd,
			.events = waits[i].for_send ? ZMQ_POLLOUT : ZMQ_POLLIN,
		};
		waits[i].ready = false;
	}
	ready = zmq_poll(items, (int)count, timeout_ms);
	if (ready < 0 && errno != EINTR)
		return err_set(err, "cannot wait for sockets: %s", zmq_strerror(errno));
	for (size_t i = 0; ready > 0 && i < count; i++)
		waits[i].ready = items[i].revents != 0;
	return ready < 0 ? 0 : ready;
}
