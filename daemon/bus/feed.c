#include "bus/feed.h"

#include "base/clock.h"
#include "base/own.h"
#include "bus/line.h"
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
 * new attempt puts it off, and when the time is there the endpoint is taken off and connected once
 * more. The pause doubles with each such rescue and is short again once a message came.
 *
 * A connection that stands and is silent for long may be dead all the same. A second one is made
 * beside it. When that has stood for a moment and the first has still brought nothing, it takes the
 * first one's place; when the first has, the second was not needed. So nothing is lost, nothing
 * comes twice, and the order holds. A peer of PULL hands each message to one connection only, so
 * there the first one is simply given up.
 *
 * A bound feed needs no rescue, since its peers come by themselves; there only the peers are
 * counted. A failed handshake is followed by a "disconnected" of a peer that was never counted.
 * Peers of the old protocols (ZMTP 1 and 2) have no handshake; a message shows that one is there.
 */
#define ATTEMPT_MOST (5 * CLOCK_SECOND) /* beyond the times that are set */
#define OVERLAP (1 * CLOCK_SECOND)	/* that a second connection stands before it takes over */
#define RENEWALS_MOST 8			/* times `silence`: the longest pause between renewals */
#define FLOOD_MESSAGES 4		/* times the largest part: what may be on its way */
#define TURN_MAX 1000			/* reports read in one turn */
#define MS (CLOCK_SECOND / 1000)

struct feed {
	struct feed_state state;
	struct feed_options options; /* name and endpoint are owned */
	struct bus *bus;
	char *endpoint;	   /* bound, or as given */
	bool refused;	   /* a handshake failed, its "disconnected" is still to come */
	bool drained;	   /* nothing was there to receive, since the last turn */
	bool greeted;	   /* TCP or ipc stands, the handshake does not */
	int64_t revive_at; /* CLOCK_NONE: no need */
	int64_t pause;
	int64_t renew_at, renew_pause; /* CLOCK_NONE: no connection stands */
	uint64_t heard;		       /* of state.received, at quiet_since */
	struct line line;
	struct line next; /* beside a silent one; NULLs: none */
	int64_t next_begun, next_stood;
	struct bus_curve curve; /* of the options */
	bool takes_over;	/* `next` does if `line` still has nothing */
};

OWNED_CLEANUP(struct feed *, feed_close);

static int64_t ns(int time_ms)
{
	return time_ms * MS;
}

static int open_line(struct feed *feed, struct line *line, struct err *err)
{
	const struct feed_options *options = &feed->options;
	struct bus_options wanted = {
		.kind = options->pull ? BUS_PULL : BUS_SUB,
		.endpoint = options->endpoint,
		.bind = options->bind,
		.topics = options->topics,
		.topic_count = options->pull ? 0 : options->topic_count,
		.high_water = options->high_water,
		.message_max = options->message_max,
		.times = options->times,
		.curve = options->curve,
	};
	char name[128];

	snprintf(name, sizeof(name), "feed %s", options->name);
	wanted.name = name;
	return line_open(feed->bus, &wanted, FLOOD_MESSAGES * options->message_max, line, err);
}

struct feed *feed_open(struct bus *bus, const struct feed_options *options, struct err *err)
{
	OWNED(feed_close) struct feed *feed = xcalloc(1, sizeof(*feed));
	struct bus_times *times = &feed->options.times;

	feed->bus = bus;
	feed->options = *options;
	feed->options.name = xstrdup(options->name);
	feed->options.endpoint = xstrdup(options->endpoint);
	if (options->curve) {
		feed->curve = *options->curve;
		feed->options.curve = &feed->curve;
	}
	times->reconnect = times->reconnect ? times->reconnect : 1000;
	times->reconnect_max = times->reconnect_max ? times->reconnect_max : 10000;
	times->handshake = times->handshake ? times->handshake : 2000;
	feed->state.connected = options->bind;
	feed->state.last_item = feed->state.quiet_since = CLOCK_NONE;
	feed->revive_at = feed->renew_at = CLOCK_NONE;
	feed->state.last_event = "opened";
	feed->pause = ns(times->reconnect);
	feed->renew_pause = options->silence;
	if (open_line(feed, &feed->line, err) < 0)
		return NULL;
	feed->endpoint = xstrdup(bus_socket_endpoint(feed->line.socket));
	return MOVE(feed);
}

void feed_close(struct feed *feed)
{
	if (!feed)
		return;
	line_close(&feed->next);
	line_close(&feed->line);
	free((char *)feed->options.name);
	free((char *)feed->options.endpoint);
	free(feed->endpoint);
	free(feed);
}

/* --- what the monitor reports -------------------------------------------------------------------
 */

/* No attempt takes so long: with none, there was none. */
static int64_t attempt_most(const struct feed *feed)
{
	return ATTEMPT_MOST + ns(feed->options.times.reconnect_max) +
	       2 * ns(feed->options.times.handshake);
}

static void on_stand(struct feed *feed, int64_t now)
{
	feed->greeted = false;
	feed->revive_at = CLOCK_NONE;
	if (!feed->options.bind && feed->state.connected)
		return;
	feed->renew_at = now + feed->renew_pause;
	feed->state.connects++;
	feed->state.peers++;
	feed->state.connected = true;
}

static void on_end(struct feed *feed, int64_t now)
{
	if (!feed->refused)
		feed->state.disconnects++;
	if (!feed->options.bind)
		feed->state.peers = 0;
	else if (!feed->refused && feed->state.peers > 0)
		feed->state.peers--;
	feed->refused = feed->greeted = false;
	feed->state.connected = feed->options.bind;
	feed->renew_at = CLOCK_NONE;
	if (!feed->options.bind)
		feed->revive_at = now + feed->pause;
}

static void on_refusal(struct feed *feed, int64_t now)
{
	feed->refused = true;
	if (!feed->options.bind)
		feed->revive_at = now + feed->pause;
}

static void on_greeting(struct feed *feed, int64_t now)
{
	(void)now;
	feed->revive_at = CLOCK_NONE;
	feed->greeted = !feed->options.bind;
}

static void on_attempt(struct feed *feed, int64_t now)
{
	feed->revive_at = feed->options.bind ? CLOCK_NONE : now + attempt_most(feed);
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

static const struct report none = {"nothing of note", NULL, 0, false};

/* NULL when there is no more to read. */
static const struct report *next_report(struct line *line, int64_t now)
{
	int event = line_event(line, now);

	for (size_t i = 0; i < sizeof(reports) / sizeof(*reports); i++)
		if (reports[i].event == event)
			return &reports[i];
	return event ? &none : NULL;
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
	snprintf(sentence, sizeof(sentence), "feed %s: %s (%s)", feed->options.name, what,
		 feed->endpoint);
	listener.note(listener.context, sentence);
}

static int take_report(struct feed *feed, int64_t now, struct listener listener)
{
	const struct report *report = next_report(&feed->line, now);

	if (!report)
		return -1;
	if (!report->act)
		return 0;
	/* The end of a connection whose handshake failed was told already. */
	if (report->told && !(feed->refused && report->act == on_end))
		tell(feed, listener, report->word);
	report->act(feed, now);
	feed->state.last_event = report->word;
	return report->told;
}

/* --- connecting anew ----------------------------------------------------------------------------
 */

static void reconnect(struct feed *feed, int64_t now)
{
	int64_t most = ns(feed->options.times.reconnect_max);

	/* That there is nothing to take off is one of the ways to be deaf. */
	zmq_disconnect(feed->line.socket->zmq, feed->options.endpoint);
	feed->revive_at = now + attempt_most(feed);
	feed->pause = feed->pause * 2 > most ? most : feed->pause * 2;
	if (zmq_connect(feed->line.socket->zmq, feed->options.endpoint) < 0)
		feed->revive_at = now + feed->pause;
}

static int revive(struct feed *feed, int64_t now, struct listener listener)
{
	if (feed->revive_at == CLOCK_NONE || now < feed->revive_at)
		return 0;
	reconnect(feed, now);
	feed->state.revived++;
	feed->state.last_event = "revived";
	tell(feed, listener, "the connection was given up after an error; connecting anew");
	return 1;
}

/* A quiet feed may be quiet by nature: the next renewal comes later. */
static void put_off_renewal(struct feed *feed, int64_t now)
{
	int64_t most = RENEWALS_MOST * feed->options.silence;

	feed->renew_pause = feed->renew_pause * 2 > most ? most : feed->renew_pause * 2;
	feed->renew_at = now + feed->renew_pause;
}

static int begin_renewal(struct feed *feed, int64_t now, struct listener listener)
{
	tell(feed, listener, "nothing has come for long; connecting anew");
	put_off_renewal(feed, now);
	if (feed->options.pull) {
		on_end(feed, now); /* the monitor does not tell of an end that we make */
		reconnect(feed, now);
		feed->state.renewed++;
		feed->state.last_event = "renewed";
		return 1;
	}
	feed->next_begun = now;
	feed->next_stood = CLOCK_NONE;
	open_line(feed, &feed->next, NULL);
	return 1;
}

/* Whether the second connection has failed; notes when it stands. */
static bool next_fails(struct feed *feed, int64_t now)
{
	const struct report *report;
	int64_t patience = 2 * ns(feed->options.times.handshake);
	bool failed = false;

	while ((report = next_report(&feed->next, now))) {
		if (report->act == on_stand)
			feed->next_stood = now;
		failed |= report->act == on_end || report->act == on_refusal;
	}
	return failed || (feed->next_stood == CLOCK_NONE && now - feed->next_begun > patience);
}

static int renew(struct feed *feed, int64_t now, struct listener listener)
{
	if (!feed->next.socket) {
		if (!feed->options.silence || feed->options.bind || feed->renew_at == CLOCK_NONE ||
		    now < feed->renew_at)
			return 0;
		return begin_renewal(feed, now, listener);
	}
	if (feed->heard != feed->state.received) {
		feed->takes_over = false;
		line_close(&feed->next);
		return 0;
	}
	if (feed->takes_over)
		return 0;
	if (next_fails(feed, now)) {
		tell(feed, listener, "a second connection did not stand; the first is kept");
		line_close(&feed->next);
		return 1;
	}
	feed->takes_over = feed->next_stood != CLOCK_NONE && now - feed->next_stood >= OVERLAP;
	return feed->takes_over;
}

/* The first connection still has nothing: what it might yet bring comes by the second, too. */
static void take_over(struct feed *feed)
{
	line_close(&feed->line);
	feed->line = feed->next;
	feed->next = (struct line){0};
	feed->takes_over = feed->refused = feed->greeted = false;
	feed->revive_at = CLOCK_NONE;
	feed->state.disconnects += feed->state.connected;
	feed->state.connects++;
	feed->state.connected = true;
	feed->state.peers = 1;
	feed->state.renewed++;
	feed->state.last_event = "renewed";
}

static void watch_silence(struct feed *feed, int64_t now)
{
	if (feed->state.quiet_since != CLOCK_NONE && feed->heard == feed->state.received) {
		feed->state.silent = feed->options.silence &&
				     now - feed->state.quiet_since >= feed->options.silence;
		return;
	}
	feed->heard = feed->state.received;
	feed->state.quiet_since = now;
	feed->state.silent = false;
	feed->renew_pause = feed->options.silence;
	if (feed->state.connected)
		feed->renew_at = now + feed->renew_pause;
}

/* Only what is not complete is on its way when there was nothing to receive. */
static int stop_flood(struct feed *feed, int64_t now, struct listener listener)
{
	size_t cut = feed->drained ? flood_cut(feed->line.socket->flood, now) : 0;

	feed->drained = false;
	if (cut)
		tell(feed, listener, "a peer that never ends its message was cut off");
	feed->state.floods += cut;
	return (int)cut;
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
	changes += renew(feed, monotonic_now, listener);
	watch_silence(feed, monotonic_now);
	changes += stop_flood(feed, monotonic_now, listener);
	return changes + revive(feed, monotonic_now, listener);
}

/* --- messages -----------------------------------------------------------------------------------
 */

int feed_receive(struct feed *feed, struct bus_message *ret_message, struct err *err)
{
	int got = bus_receive(feed->line.socket, ret_message, err);

	if (got == 0 && feed->takes_over) {
		take_over(feed);
		got = bus_receive(feed->line.socket, ret_message, err);
	}

	feed->drained = got == 0;
	if (got <= 0)
		return got < 0 ? err_wrap(err, "feed %s", feed->options.name) : 0;
	feed->takes_over = false;
	feed->state.received++;
	feed->state.last_item = clock_now();
	feed->pause = ns(feed->options.times.reconnect);
	if (feed->greeted)
		on_stand(feed, clock_monotonic());
	return 1;
}

struct bus_socket *feed_socket(struct feed *feed)
{
	return feed->line.socket;
}

struct bus_socket *feed_monitor(struct feed *feed)
{
	return feed->line.monitor;
}

const char *feed_endpoint(const struct feed *feed)
{
	return feed->endpoint;
}

const struct feed_state *feed_state(const struct feed *feed)
{
	return &feed->state;
}

const char *feed_name(const struct feed *feed)
{
	return feed->options.name;
}
