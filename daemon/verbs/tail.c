#include "base/clock.h"
#include "conf/conf.h"
#include "verbs/gap.h"
#include "verbs/load.h"
#include "verbs/row.h"
#include "verbs/talk.h"
#include "verbs/terminal.h"
#include "verbs/verbs.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

/*
 * Follows events until it is told to stop, by --count, --for or a signal. Standard output is
 * flushed after each event, so that a pipe sees it at once; what was missed is told on standard
 * error.
 */
#define HIGH_WATER 100000
#define SILENCE (10 * CLOCK_SECOND)
#define HEARTBEAT_TOPIC "heartbeat"
#define COLUMNS 120 /* where standard output is no terminal */
#define ASK_MS 5000

OWNED_CLEANUP(struct conf *, conf_free);

struct tail {
	struct call *call;
	const char *endpoint, *prefix;
	const char *const *topics;
	size_t topic_count;
	bool json;
	struct row_style style;
	long count;	  /* 0: no end */
	int64_t deadline; /* monotonic, CLOCK_NONE: no end */
	struct gap gap;
	uint64_t seen, missed;
	int64_t heard; /* when the last heartbeat came, CLOCK_NONE: none, or told of already */
	struct str line;
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* --- where to listen ----------------------------------------------------------------------------
 */

/* A wildcard host is this one; a port that the system chose is known to the daemon alone. */
static const char *reachable(struct call *call, const char *endpoint)
{
	static const char *const everywhere[] = {"tcp://*:", "tcp://0.0.0.0:", "tcp://[::]:"};

	for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++) {
		size_t len = strlen(everywhere[i]);

		if (strncmp(endpoint, everywhere[i], len) == 0)
			return arena_printf(&call->arena, "tcp://%s:%s",
					    i == 2 ? "[::1]" : "127.0.0.1", endpoint + len);
	}
	return arena_strndup(&call->arena, endpoint, strlen(endpoint));
}

static int ask_endpoint(struct tail *tail)
{
	struct answer answer = {0};
	int status = ask_daemon(tail->call, "{\"verb\":\"status\"}", ASK_MS, &answer);
	OWNED(json_free) struct json *reply = answer.json;
	const char *endpoint;

	if (status)
		return status;
	endpoint = answer_text(tail->call, json_get(reply, "output"), "endpoint");
	if (!*endpoint)
		return call_fail(tail->call, END_INTERNAL,
				 "the daemon does not say where its events are");
	tail->endpoint = reachable(tail->call, endpoint);
	return END_OK;
}

static bool is_chosen(const char *endpoint)
{
	const char *port = strrchr(endpoint, ':');

	return port && (strcmp(port, ":0") == 0 || strcmp(port, ":*") == 0);
}

static int configured_endpoint(struct tail *tail)
{
	OWNED(conf_free) struct conf *conf = NULL;
	int status = load_conf(tail->call, &conf, NULL);

	if (status)
		return status;
	tail->prefix = arena_strndup(&tail->call->arena, conf->output.prefix,
				     strlen(conf->output.prefix));
	if (is_chosen(conf->output.endpoint))
		return ask_endpoint(tail);
	if (conf->output.mode == MODE_CONNECT)
		return call_misused(tail->call,
				    "the daemon publishes to a proxy at %s; name its "
				    "other side with --output",
				    conf->output.endpoint);
	tail->endpoint = reachable(tail->call, conf->output.endpoint);
	return END_OK;
}

static int find_endpoint(struct tail *tail)
{
	tail->endpoint = call_value(tail->call, "output");
	tail->prefix = "event.";
	if (tail->endpoint)
		return END_OK;
	return call_value(tail->call, "control") ? ask_endpoint(tail) : configured_endpoint(tail);
}

/* The topics to subscribe to: those given, else all events; and the heartbeat. */
static void choose_topics(struct tail *tail)
{
	size_t given;
	const char *const *values = call_values(tail->call, "topic", &given);
	const char **topics = arena_array(&tail->call->arena, given + 2, sizeof(*topics));

	tail->gap.filtered = given > 0;
	for (size_t i = 0; i < given; i++) {
		topics[tail->topic_count++] = values[i];
		if (view_starts(view_of(tail->prefix), view_of(values[i])))
			tail->gap.filtered = false;
	}
	if (!given)
		topics[tail->topic_count++] = tail->prefix;
	topics[tail->topic_count++] = HEARTBEAT_TOPIC;
	tail->topics = topics;
}

/* --- what comes ---------------------------------------------------------------------------------
 */

static uint64_t number_of(const struct json *event, const char *key)
{
	struct view text = json_text(json_get(event, key));
	char digits[24] = "";

	if (!text.ptr)
		return (uint64_t)json_number(json_get(event, key), 0);
	if (text.len < sizeof(digits))
		memcpy(digits, text.ptr, text.len);
	return strtoull(digits, NULL, 10);
}

static void watch(struct tail *tail, struct view topic, const struct json *event)
{
	struct gap_event seen = {
		.topic = topic,
		.stream = json_text(json_get(event, "streamid")),
		.sequence = number_of(event, "sequence"),
		.topic_sequence = number_of(event, "topicsequence"),
		.heartbeat = view_is(topic, HEARTBEAT_TOPIC),
	};
	uint64_t missed = 0;

	switch (gap_take(&tail->gap, &seen, &missed)) {
	case GAP_MISSED:
		tail->missed += missed;
		fprintf(stderr, "newstag tail: missed %" PRIu64 " event%s before %s %" PRIu64 "\n",
			missed, missed == 1 ? "" : "s",
			seen.heartbeat ? "the heartbeat of" : "sequence", seen.sequence);
		break;
	case GAP_NEW_STREAM:
		fprintf(stderr, "newstag tail: a new stream has begun: %.*s\n",
			VIEW_ARGS(seen.stream));
		break;
	case GAP_NONE:
		break;
	}
}

/* One line of JSON: between tokens a line feed is white space, within texts it cannot stand. */
static void write_json(struct str *out, struct view payload)
{
	for (size_t i = 0; i < payload.len; i++)
		str_add_char(out, payload.ptr[i] == '\n' || payload.ptr[i] == '\r'
					  ? ' '
					  : payload.ptr[i]);
	str_add_char(out, '\n');
}

static void take(struct tail *tail, struct view topic, struct view payload)
{
	struct err err;
	OWNED(json_free) struct json *event = json_read(payload, &err);

	if (!event) {
		call_fail(tail->call, END_OK, "a message that cannot be read: %s", err.text);
		return;
	}
	watch(tail, topic, event);
	if (view_is(topic, HEARTBEAT_TOPIC)) {
		tail->heard = clock_monotonic();
		return;
	}
	str_reset(&tail->line);
	if (tail->json)
		write_json(&tail->line, payload);
	else
		row_write(&tail->style, event, &tail->line);
	print_str(&tail->line);
	fflush(stdout);
	tail->seen++;
}

static bool is_done(const struct tail *tail)
{
	if (stopped || (tail->count && tail->seen >= (uint64_t)tail->count))
		return true;
	/* Nobody reads us any more. */
	if (ferror(stdout))
		return true;
	return tail->deadline != CLOCK_NONE && clock_monotonic() >= tail->deadline;
}

static int patience_ms(const struct tail *tail)
{
	int64_t left = CLOCK_SECOND;

	if (tail->deadline != CLOCK_NONE && tail->deadline - clock_monotonic() < left)
		left = tail->deadline - clock_monotonic();
	return left < 0 ? 0 : (int)(left / 1000000) + 1;
}

static void note_silence(struct tail *tail)
{
	if (tail->heard == CLOCK_NONE || clock_monotonic() - tail->heard < SILENCE)
		return;
	call_fail(tail->call, END_OK, "no heartbeat for %d s; is the daemon still there?",
		  (int)(SILENCE / CLOCK_SECOND));
	tail->heard = CLOCK_NONE;
}

static int follow(struct tail *tail, struct bus_socket *socket)
{
	struct bus_wait wait = {.socket = socket};
	struct bus_message message;
	struct err err;
	int got;

	while (!is_done(tail)) {
		if (bus_wait(&wait, 1, patience_ms(tail), &err) < 0)
			return call_fail(tail->call, END_INTERNAL, "%s", err.text);
		while (!is_done(tail) && (got = bus_receive(socket, &message, &err)) != 0) {
			if (got < 0)
				return call_fail(tail->call, END_INTERNAL, "%s", err.text);
			take(tail, message.frame[0], message.last);
			bus_message_fini(&message);
		}
		note_silence(tail);
	}
	return END_OK;
}

/* --- the verb -----------------------------------------------------------------------------------
 */

static void end_by_signal(void)
{
	/* Without SA_RESTART: the wait ends at once. */
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int summarise(const struct tail *tail)
{
	fprintf(stderr, "newstag tail: %" PRIu64 " event%s", tail->seen,
		tail->seen == 1 ? "" : "s");
	if (tail->missed)
		fprintf(stderr, ", %" PRIu64 " missed", tail->missed);
	fputc('\n', stderr);
	return tail->count && tail->seen < (uint64_t)tail->count ? END_NO : END_OK;
}

static int connect_and_follow(struct tail *tail, int64_t for_ms)
{
	struct err err;
	OWNED(bus_close) struct bus *bus = bus_open(&err);
	OWNED(bus_socket_close) struct bus_socket *socket = NULL;
	struct bus_options options = {
		.kind = BUS_SUB,
		.endpoint = tail->endpoint,
		.topics = tail->topics,
		.topic_count = tail->topic_count,
		.high_water = HIGH_WATER,
	};
	int status;

	socket = bus ? bus_socket_open(bus, &options, &err) : NULL;
	if (!socket)
		return call_fail(tail->call, END_INTERNAL, "%s", err.text);
	fprintf(stderr, "newstag tail: following %s\n", tail->endpoint);
	if (!tail->json) {
		row_head(&tail->style, &tail->line);
		print_str(&tail->line);
		fflush(stdout);
	}
	if (for_ms)
		tail->deadline = clock_monotonic() + for_ms * 1000000;
	status = follow(tail, socket);
	return status ? status : summarise(tail);
}

static int prepare(struct tail *tail, int64_t *ret_for_ms)
{
	int status = call_duration(tail->call, "for", 0, ret_for_ms);

	if (!status && !call_number(tail->call, "count", 1, INT32_MAX, 0, &tail->count))
		status = END_USAGE;
	if (!status)
		status = find_endpoint(tail);
	if (!status && !call_flag(tail->call, "retry"))
		status = find_listener(tail->call, "the daemon's output", tail->endpoint);
	if (!status)
		choose_topics(tail);
	return status;
}

static int run(struct call *call)
{
	struct tail tail = {
		.call = call,
		.json = call_flag(call, "json"),
		.style = {.columns = terminal_columns(stdout, COLUMNS),
			  .colour = terminal_colour(stdout),
			  .unicode = terminal_unicode()},
		.deadline = CLOCK_NONE,
		.heard = CLOCK_NONE,
	};
	int64_t for_ms;
	int status = prepare(&tail, &for_ms);

	if (!status) {
		end_by_signal();
		status = connect_and_follow(&tail, for_ms);
	}
	gap_fini(&tail.gap);
	str_fini(&tail.line);
	return status;
}

static const struct verb_option options[] = {
	{.name = "output", .value = "ENDPOINT", .help = "where events are published"},
	OPTION_CONTROL,
	OPTION_CONFIG,
	OPTION_SET,
	{.name = "topic",
	 .value = "PREFIX",
	 .help = "only topics that begin so; may be given again"},
	{.name = "count", .value = "N", .help = "end after N events"},
	{.name = "for", .value = "DURATION", .help = "end after that time"},
	{.name = "retry", .help = "wait for a daemon that is not there yet"},
	OPTION_JSON,
	{.name = NULL},
};

const struct verb tail_verb = {
	.name = "tail",
	.operands = "",
	.about = "follow events as they are published",
	.help = "Shows events as they come: a table, or with --json one event a line. It listens "
		"where --output says,\n"
		"where the daemon at --control publishes, or where the configuration has its "
		"output. Events that were\n"
		"missed are told on standard error. With --count and --for the status is 1 when "
		"the time was over\n"
		"first.\n",
	.examples = "  newstag tail\n"
		    "  newstag tail --topic event.blackout. --json | jq .data.places\n"
		    "  newstag tail --output tcp://127.0.0.1:5557 --count 10 --for 1m\n",
	.options = options,
	.run = run,
};
