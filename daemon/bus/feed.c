#include "bus/feed.h"

#include "base/clock.h"
#include "base/own.h"
#include "bus/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

/*
 * A receiving socket and the monitor that libzmq's I/O thread reports to.
 *
 * The life of a connection that we make: delayed or retried → connected → handshake succeeded → … →
 * disconnected → retried → … After an error of protocol libzmq ends the session, and "retried"
 * never comes: the endpoint stays silent for ever. So every end arms `revive_at`, every sign of a
 * new attempt disarms it, and when the time is there the endpoint is taken off and connected once
 * more. The pause doubles with each such rescue and is short again once a message came.
 *
 * A bound feed needs no rescue, since its peers come by themselves; there only the peers are
 * counted. A failed handshake is followed by a "disconnected" of a peer that was never counted.
 * Peers of the old protocols (ZMTP 1 and 2) have no handshake; a message shows that one is there.
 */
#define REVIVE_FIRST (1 * CLOCK_SECOND)
#define REVIVE_MOST (30 * CLOCK_SECOND)
#define TURN_MAX 1000 /* reports read in one turn */
#define MONITOR_EVENTS                                                                             \
	(ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CONNECT_DELAYED | ZMQ_EVENT_CONNECT_RETRIED |             \
	 ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |             \
	 ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |              \
	 ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

struct feed {
	struct feed_state state;
	char *name;
	char *endpoint;
	bool bound;
	bool refused;	   /* a handshake failed, its "disconnected" is still to come */
	bool greeted;	   /* TCP or ipc stands, the handshake does not */
	int64_t revive_at; /* CLOCK_NONE: no need */
	int64_t pause;
	struct bus_socket *socket;
	struct bus_socket *monitor;
};

OWNED_CLEANUP(struct feed *, feed_close);

static int open_monitor(struct feed *feed, struct bus *bus, struct err *err)
{
	char endpoint[64];
	struct bus_options options = {.kind = BUS_PAIR, .endpoint = endpoint, .name = feed->name};

	snprintf(endpoint, sizeof(endpoint), "inproc://monitor-%p", (void *)feed);
	if (zmq_socket_monitor(feed->socket->zmq, endpoint, MONITOR_EVENTS) < 0)
		return err_set(err, "%s: cannot be watched: %s", feed->name, zmq_strerror(errno));
	/* High water 0: a full pipe would hold up libzmq's I/O thread. */
	feed->monitor = bus_socket_open(bus, &options, err);
	return feed->monitor ? 0 : -1;
}

struct feed *feed_open(struct bus *bus, const struct feed_options *options, struct err *err)
{
	OWNED(feed_close) struct feed *feed = xcalloc(1, sizeof(*feed));
	struct bus_options wanted = {
		.kind = options->pull ? BUS_PULL : BUS_SUB,
		.endpoint = options->endpoint,
		.bind = options->bind,
		.topics = options->topics,
		.topic_count = options->pull ? 0 : options->topic_count,
		.high_water = options->high_water,
		.message_max = options->message_max,
	};
	char name[128];

	snprintf(name, sizeof(name), "feed %s", options->name);
	wanted.name = name;
	feed->name = xstrdup(options->name);
	feed->endpoint = xstrdup(options->endpoint);
	feed->bound = feed->state.connected = options->bind;
	feed->state.last_item = feed->revive_at = CLOCK_NONE;
	feed->state.last_event = "opened";
	feed->pause = REVIVE_FIRST;
	feed->socket = socket_make(bus, &wanted, err);
	if (!feed->socket || open_monitor(feed, bus, err) < 0 ||
	    socket_attach(feed->socket, &wanted, err) < 0)
		return NULL;
	return MOVE(feed);
}

void feed_close(struct feed *feed)
{
	if (!feed)
		return;
	/* First the reports end, then their reader goes: else the I/O thread would wait for it. */
	if (feed->socket)
		zmq_socket_monitor(feed->socket->zmq, NULL, 0);
	bus_socket_close(feed->monitor);
	bus_socket_close(feed->socket);
	free(feed->name);
	free(feed->endpoint);
	free(feed);
}

/* --- what the monitor reports -------------------------------------------------------------------
 */

static void on_stand(struct feed *feed, int64_t now)
{
	(void)now;
	feed->greeted = false;
	if (!feed->bound && feed->state.connected)
		return;
	feed->state.connects++;
	feed->state.peers++;
	feed->state.connected = true;
}

static void on_end(struct feed *feed, int64_t now)
{
	if (!feed->refused)
		feed->state.disconnects++;
	if (!feed->bound)
		feed->state.peers = 0;
	else if (!feed->refused && feed->state.peers > 0)
		feed->state.peers--;
	feed->refused = feed->greeted = false;
	feed->state.connected = feed->bound;
	if (!feed->bound)
		feed->revive_at = now + feed->pause;
}

static void on_refusal(struct feed *feed, int64_t now)
{
	feed->refused = true;
	if (!feed->bound)
		feed->revive_at = now + feed->pause;
}

static void on_greeting(struct feed *feed, int64_t now)
{
	(void)now;
	feed->revive_at = CLOCK_NONE;
	feed->greeted = !feed->bound;
}

static void on_attempt(struct feed *feed, int64_t now)
{
	(void)now;
	feed->revive_at = CLOCK_NONE;
}

/* `told`: the operator hears of it; attempts come every few seconds and are not news. */
static const struct report {
	const char *word;
	void (*act)(struct feed *feed, int64_t now);
	int event;
	bool told;
} reports[] = {
	{"connected", on_stand, ZMQ_EVENT_HANDSHAKE_SUCCEEDED, true},
	{"disconnected", on_end, ZMQ_EVENT_DISCONNECTED, true},
	{"handshake failed", on_refusal, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, true},
	{"handshake failed: not the protocol", on_refusal, ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL,
	 true},
	{"handshake failed: not let in", on_refusal, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, true},
	{"greeting", on_greeting, ZMQ_EVENT_CONNECTED, false},
	{"greeting", on_greeting, ZMQ_EVENT_ACCEPTED, false},
	{"connecting", on_attempt, ZMQ_EVENT_CONNECT_DELAYED, false},
	{"connecting again", on_attempt, ZMQ_EVENT_CONNECT_RETRIED, false},
};

static const struct report *find_report(const struct bus_message *message)
{
	uint16_t event;

	if (message->frame[0].len < sizeof(event))
		return NULL;
	memcpy(&event, message->frame[0].ptr, sizeof(event));
	for (size_t i = 0; i < sizeof(reports) / sizeof(*reports); i++)
		if (reports[i].event == event)
			return &reports[i];
	return NULL;
}

struct listener {
	void (*note)(void *context, const char *sentence);
	void *context;
};

static void tell(const struct feed *feed, struct listener listener, const char *what)
{
	char sentence[512];

	if (!listener.note)
		return;
	snprintf(sentence, sizeof(sentence), "feed %s: %s (%s)", feed->name, what,
		 bus_socket_endpoint(feed->socket));
	listener.note(listener.context, sentence);
}

static int take_report(struct feed *feed, int64_t now, struct listener listener)
{
	struct bus_message message;
	const struct report *report;

	if (bus_receive(feed->monitor, &message, NULL) <= 0)
		return -1;
	report = find_report(&message);
	bus_message_fini(&message);
	if (!report)
		return 0;
	/* The end of a connection whose handshake failed was told already. */
	if (report->told && !(feed->refused && report->act == on_end))
		tell(feed, listener, report->word);
	report->act(feed, now);
	feed->state.last_event = report->word;
	return report->told;
}

static int revive(struct feed *feed, int64_t now, struct listener listener)
{
	if (feed->revive_at == CLOCK_NONE || now < feed->revive_at)
		return 0;
	/* That there is nothing to take off is one of the ways to be deaf. */
	zmq_disconnect(feed->socket->zmq, feed->endpoint);
	feed->pause = feed->pause * 2 > REVIVE_MOST ? REVIVE_MOST : feed->pause * 2;
	feed->revive_at = CLOCK_NONE;
	if (zmq_connect(feed->socket->zmq, feed->endpoint) < 0)
		feed->revive_at = now + feed->pause;
	feed->state.revived++;
	feed->state.last_event = "revived";
	tell(feed, listener, "the connection was given up after an error; connecting anew");
	return 1;
}

int feed_turn(struct feed *feed, int64_t monotonic_now,
	      void (*note)(void *context, const char *sentence), void *context)
{
	struct listener listener = {note, context};
	int changes = 0, told;

	for (int i = 0; i < TURN_MAX; i++) {
		told = take_report(feed, monotonic_now, listener);
		if (told < 0)
			break;
		changes += told;
	}
	return changes + revive(feed, monotonic_now, listener);
}

/* --- messages -----------------------------------------------------------------------------------
 */

int feed_receive(struct feed *feed, struct bus_message *ret_message, struct err *err)
{
	int got = bus_receive(feed->socket, ret_message, err);

	if (got <= 0)
		return got < 0 ? err_wrap(err, "feed %s", feed->name) : 0;
	feed->state.received++;
	feed->state.last_item = clock_now();
	feed->pause = REVIVE_FIRST;
	if (feed->greeted)
		on_stand(feed, 0);
	return 1;
}

struct bus_socket *feed_socket(struct feed *feed)
{
	return feed->socket;
}

struct bus_socket *feed_monitor(struct feed *feed)
{
	return feed->monitor;
}

const struct feed_state *feed_state(const struct feed *feed)
{
	return &feed->state;
}

const char *feed_name(const struct feed *feed)
{
	return feed->name;
}
