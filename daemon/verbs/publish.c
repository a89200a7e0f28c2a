#include "base/clock.h"
#include "base/jsonw.h"
#include "conf/conf.h"
#include "verbs/identity.h"
#include "verbs/load.h"
#include "verbs/talk.h"
#include "verbs/terminal.h"
#include "verbs/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/*
 * Plays files as a feed: the other end of what the configuration says of one. A PUB feed would lose
 * what is sent before a subscriber is there and what a slow one does not take; so a player waits
 * for the first subscription and goes no faster than the slowest subscriber. Lines are not looked
 * at: a malformed one is as good a test as any.
 */
#define WAIT_MS 10000
#define HIGH_WATER 1000
#define LINGER_MS 60000 /* for what the other end has not taken yet */
#define RATE_MOST 10000000

OWNED_CLEANUP(struct conf *, conf_free);

struct player {
	struct call *call;
	struct bus_socket *socket;
	bool push, bound;
	struct view topic; /* absent: a message is the line alone */
	int64_t wait_ms;
	long rate; /* lines a second; 0: as fast as they go */
	int64_t begun;
	uint64_t lines, bytes; /* sent */
	uint64_t read;	       /* bytes of the files */
	struct progress progress;
};

struct target {
	const char *endpoint;
	bool push, bind;
};

/* --- where to --------------------------------------------------------------------------------- */

static const struct conf_feed *find_feed(const struct call *call, const struct conf *conf)
{
	const char *name = call_value(call, "feed");

	for (size_t i = 0; i < conf->feed_count; i++)
		if (!name || strcmp(conf->feeds[i].name, name) == 0)
			return &conf->feeds[i];
	return NULL;
}

/* The counterpart of a configured feed. */
static int configured_target(struct call *call, struct target *ret_target)
{
	OWNED(conf_free) struct conf *conf = NULL;
	const struct conf_feed *feed;
	int status = load_conf(call, &conf, NULL);

	if (status)
		return status;
	feed = find_feed(call, conf);
	if (!feed)
		return call_misused(call, "the configuration has no feed \"%s\"",
				    call_value(call, "feed"));
	ret_target->endpoint = arena_strndup(&call->arena, feed->endpoint, strlen(feed->endpoint));
	ret_target->push = feed->pattern == FEED_PULL;
	ret_target->bind = feed->mode == MODE_CONNECT;
	return END_OK;
}

static int find_target(struct call *call, struct target *ret_target)
{
	const char *bind = call_value(call, "bind");
	const char *connect = call_value(call, "connect");

	if (bind && connect)
		return call_misused(call, "either --bind or --connect");
	if (!bind && !connect)
		return configured_target(call, ret_target);
	*ret_target = (struct target){bind ? bind : connect, call_flag(call, "push"), bind != NULL};
	return END_OK;
}

/* --- waiting for the other end ------------------------------------------------------------------
 */

/* Reads subscriptions; whether one of them lets our messages through. */
static bool hear_subscriptions(struct player *player)
{
	struct bus_message message;
	bool heard = false;

	while (!player->push && bus_receive(player->socket, &message, NULL) > 0) {
		struct view wanted = message.last;

		if (wanted.len && wanted.ptr[0] == 1)
			heard = heard || !player->topic.ptr ||
				view_starts(player->topic, view_slice(wanted, 1, wanted.len));
		bus_message_fini(&message);
	}
	return heard;
}

/*
 * Whether the other end is there. A PUSH that connects takes messages before anybody listens; so
 * the endpoint is asked.
 */
static bool is_heard(struct player *player, const struct bus_wait *wait)
{
	if (!player->push)
		return hear_subscriptions(player);
	return wait->ready &&
	       (player->bound || bus_probe(bus_socket_endpoint(player->socket), 1000, NULL) != 0);
}

static int await_listener(struct player *player)
{
	int64_t deadline = clock_monotonic() + player->wait_ms * 1000000;
	struct bus_wait wait = {.socket = player->socket, .for_send = player->push};
	struct err err;

	if (player->wait_ms == 0)
		return END_OK;
	do {
		if (is_heard(player, &wait))
			return END_OK;
		/* What is ready and yet not heard would end the wait at once. */
		if (bus_wait(&wait, player->push && wait.ready ? 0 : 1, 100, &err) < 0)
			return call_fail(player->call, END_INTERNAL, "%s", err.text);
	} while (clock_monotonic() < deadline);
	return call_fail(player->call, END_UNREACHABLE, "nobody %s %s within %g s",
			 player->push ? "takes items from" : "subscribed at",
			 bus_socket_endpoint(player->socket), (double)player->wait_ms / 1000);
}

/* --- playing ------------------------------------------------------------------------------------
 */

/* Waits until the next line is due. */
static int keep_pace(struct player *player)
{
	struct bus_wait wait = {.socket = player->socket};
	struct err err;
	int64_t due, left;

	if (!player->rate)
		return END_OK;
	due = player->begun +
	      (int64_t)((double)player->lines * (double)CLOCK_SECOND / (double)player->rate);
	while ((left = (due - clock_monotonic()) / 1000000) > 0) {
		if (bus_wait(&wait, player->push ? 0 : 1, (int)left, &err) < 0)
			return call_fail(player->call, END_INTERNAL, "%s", err.text);
		hear_subscriptions(player);
	}
	return END_OK;
}

static int send_line(struct player *player, struct view line)
{
	const struct view frames[] = {player->topic, line};
	const struct view *first = player->topic.ptr ? frames : frames + 1;
	struct bus_wait wait = {.socket = player->socket, .for_send = player->push};
	struct err err;
	int sent, status = keep_pace(player);

	while (!status) {
		sent = bus_send(player->socket, first, player->topic.ptr ? 2 : 1, &err);
		if (sent > 0)
			break;
		/* An XPUB does not tell when a slow subscriber has room again. */
		if (sent < 0 || bus_wait(&wait, 1, player->push ? 1000 : 1, &err) < 0)
			return call_fail(player->call, END_IO, "%s", err.text);
		hear_subscriptions(player);
	}
	player->lines++;
	player->bytes += line.len;
	return status;
}

static int play(struct player *player, FILE *file, const char *name)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int status = END_OK;

	while (!status && (len = getline(&line, &room, file)) > 0) {
		struct view text = {line, (size_t)len};

		player->read += text.len;
		if (text.ptr[text.len - 1] == '\n')
			text.len--;
		if (text.len)
			status = send_line(player, text);
		progress_turn(&player->progress, player->read, player->lines);
	}
	if (!status && ferror(file))
		status = call_fail(player->call, END_IO, "%s: %s", name, strerror(errno));
	free(line);
	return status;
}

static int play_file(struct player *player, const char *name)
{
	FILE *file;
	int status;

	if (strcmp(name, "-") == 0)
		return play(player, stdin, "standard input");
	file = fopen(name, "re");
	if (!file)
		return call_fail(player->call, END_NO_INPUT, "%s: %s", name, strerror(errno));
	status = play(player, file, name);
	fclose(file);
	return status;
}

/* Of all files together, 0 where one is a pipe; -1 when one cannot be read. */
static int64_t measure(const struct call *call)
{
	struct stat stat_of;
	int64_t total = 0;
	bool known = true;

	for (size_t i = 0; i < call->operand_count; i++) {
		if (strcmp(call->operands[i], "-") == 0) {
			known = false;
			continue;
		}
		if (stat(call->operands[i], &stat_of) < 0) {
			call_fail(call, END_NO_INPUT, "%s: %s", call->operands[i], strerror(errno));
			return -1;
		}
		known = known && S_ISREG(stat_of.st_mode);
		total += stat_of.st_size;
	}
	return known ? total : 0;
}

static void summarise(const struct player *player)
{
	double seconds = (double)(clock_monotonic() - player->begun) / (double)CLOCK_SECOND;
	struct str out = {0};
	struct jsonw json = jsonw_begin(&out);

	fprintf(stderr, "newstag publish: %llu items, %llu bytes, in %.1f s\n",
		(unsigned long long)player->lines, (unsigned long long)player->bytes, seconds);
	if (!call_flag(player->call, "json"))
		return;
	jsonw_object(&json);
	jsonw_key(&json, "items");
	jsonw_int(&json, (int64_t)player->lines);
	jsonw_key(&json, "bytes");
	jsonw_int(&json, (int64_t)player->bytes);
	jsonw_key(&json, "seconds");
	jsonw_double(&json, seconds);
	jsonw_object_end(&json);
	str_add_char(&out, '\n');
	print_str(&out);
	str_fini(&out);
}

static int play_all(struct player *player, uint64_t total)
{
	int status = await_listener(player);

	if (status)
		return status;
	player->begun = clock_monotonic();
	progress_begin(&player->progress, "items", total);
	for (size_t i = 0; !status && i < player->call->operand_count; i++)
		status = play_file(player, player->call->operands[i]);
	progress_end(&player->progress);
	if (!status)
		summarise(player);
	return status;
}

static int connect_and_play(struct player *player, const struct target *target, uint64_t total)
{
	struct err err;
	OWNED(bus_close) struct bus *bus = bus_open(&err);
	OWNED(bus_socket_close) struct bus_socket *socket = NULL;
	struct identity identity;
	int status;
	struct bus_options options = {
		.kind = target->push ? BUS_PUSH : BUS_XPUB,
		.endpoint = target->endpoint,
		.bind = target->bind,
		.high_water = HIGH_WATER,
		.linger_ms = LINGER_MS,
		.lossless = !target->push,
	};

	status = identity_find(player->call, &identity);
	if (status)
		return status;
	options.curve = identity.given && !target->bind ? &identity.curve : NULL;
	socket = bus ? bus_socket_open(bus, &options, &err) : NULL;
	if (!socket)
		return call_fail(player->call, END_CANNOT_CREATE, "%s", err.text);
	player->socket = socket;
	player->push = target->push;
	player->bound = target->bind;
	fprintf(stderr, "newstag publish: %s at %s\n", target->bind ? "waiting" : "connecting",
		bus_socket_endpoint(socket));
	return play_all(player, total);
}

static int run(struct call *call)
{
	struct player player = {.call = call, .topic = view_of(call_value(call, "topic"))};
	struct target target = {0};
	int64_t total;
	int status = END_USAGE;

	if (!call_number(call, "rate", 0, RATE_MOST, 0, &player.rate))
		return status;
	status = call_duration(call, "wait", WAIT_MS, &player.wait_ms);
	if (!status)
		status = find_target(call, &target);
	if (status)
		return status;
	total = measure(call);
	if (total < 0)
		return END_NO_INPUT;
	return connect_and_play(&player, &target, (uint64_t)total);
}

static const struct verb_option options[] = {
	{.name = "bind", .value = "ENDPOINT", .help = "wait there for whoever reads the feed"},
	{.name = "connect",
	 .value = "ENDPOINT",
	 .help = "go there, to a daemon whose feed is bound"},
	{.name = "push", .help = "with --bind or --connect: PUSH, for a PULL feed, instead of PUB"},
	{.name = "feed",
	 .value = "NAME",
	 .help = "the configuration's feed to play to; the first when unsaid"},
	OPTION_KEY,
	OPTION_SERVER_KEY,
	OPTION_CONFIG,
	OPTION_SET,
	{.name = "topic",
	 .value = "TOPIC",
	 .help = "sent in front of each item as a frame of its own"},
	{.name = "rate",
	 .value = "N",
	 .help = "items a second; as fast as they are taken when unsaid"},
	{.name = "wait",
	 .value = "DURATION",
	 .help = "how long to wait for the other end; 10s when unsaid, 0: not at all"},
	OPTION_JSON,
	{.name = NULL},
};

const struct verb publish_verb = {
	.name = "publish",
	.operands = "FILE…",
	.about = "play a JSON Lines file as a feed",
	.help = "Sends every line of the files (\"-\": standard input) as one message, as the "
		"counterpart of a feed:\n"
		"that of the configuration, or what --bind or --connect says. Lines are sent as "
		"they are, malformed\n"
		"ones too; empty ones are left out. It first waits for the other end, and loses "
		"nothing to a slow\n"
		"one. When nobody comes in time the status is 69.\n",
	.examples = "  newstag publish items.jsonl\n"
		    "  newstag publish --bind tcp://127.0.0.1:5556 --rate 50 items.jsonl\n"
		    "  newstag publish --connect tcp://127.0.0.1:5600 --push items.jsonl\n"
		    "  zcat archive.jsonl.gz | newstag publish --topic wire.en -\n",
	.options = options,
	.operands_least = 1,
	.operands_most = OPERANDS_ANY,
	.run = run,
};
