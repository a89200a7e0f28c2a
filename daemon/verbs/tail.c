#include "base/clock.h"
#include "verbs/identity.h"
#include "verbs/load.h"
#include "verbs/show.h"
#include "verbs/talk.h"
#include "verbs/verbs.h"
#include "verbs/where.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

/*
 * Follows events until it is told to stop, by --count, --for or a signal, as any subscriber would:
 * with libnewstag, which fills gaps by replay. Standard output is flushed after each event, so that
 * a pipe sees it at once; what cannot be had any more is told on standard error.
 */
#define HIGH_WATER 100000
#define SILENCE_MS 10000
#define TURN_MS 1000

OWNED_CLEANUP(struct newstag *, newstag_close);

struct tail {
	struct call *call;
	struct where where;
	struct newstag_options options;
	struct identity identity;
	struct show show;
	long count;	  /* 0: no end */
	int64_t deadline; /* monotonic, CLOCK_NONE: no end */
	uint64_t replayed, missed;
	bool silent; /* that no heartbeat comes was told */
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* --- what comes ---------------------------------------------------------------------------------
 */

static void take(struct tail *tail, const struct newstag_message *message)
{
	switch (message->kind) {
	case NEWSTAG_EVENT:
		if (show_event(&tail->show, (struct view){message->payload, message->payload_size}))
			tail->replayed += message->replayed;
		fflush(stdout);
		break;
	case NEWSTAG_MISSED:
		tail->missed += message->missed;
		call_fail(tail->call, END_OK, "%s", message->text);
		break;
	case NEWSTAG_STREAM:
		call_fail(tail->call, END_OK, "a new stream has begun: %s", message->text);
		break;
	case NEWSTAG_TROUBLE:
		call_fail(tail->call, END_OK, "%s", message->text);
		break;
	}
}

static bool is_done(const struct tail *tail)
{
	if (stopped || (tail->count && tail->show.count >= (uint64_t)tail->count))
		return true;
	/* Nobody reads us any more. */
	if (ferror(stdout))
		return true;
	return tail->deadline != CLOCK_NONE && clock_monotonic() >= tail->deadline;
}

static int patience_ms(const struct tail *tail)
{
	int64_t left = TURN_MS;

	if (tail->deadline != CLOCK_NONE)
		left = (tail->deadline - clock_monotonic()) / 1000000 + 1;
	return left < 0 ? 0 : left > TURN_MS ? TURN_MS : (int)left;
}

static void note_silence(struct tail *tail, const struct newstag *newstag)
{
	bool silent = newstag_silence_ms(newstag) >= SILENCE_MS;

	if (silent && !tail->silent)
		call_fail(tail->call, END_OK, "no heartbeat for %d s; is the daemon still there?",
			  SILENCE_MS / 1000);
	tail->silent = silent;
}

static int follow(struct tail *tail, struct newstag *newstag)
{
	struct newstag_message message;
	int got;

	while (!is_done(tail)) {
		got = newstag_next(newstag, patience_ms(tail), &message);
		if (got < 0)
			return call_fail(tail->call, END_INTERNAL, "the daemon says: %s",
					 newstag_error(newstag));
		if (got > 0)
			take(tail, &message);
		else
			note_silence(tail, newstag);
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
	uint64_t seen = tail->show.count;

	fprintf(stderr, "newstag tail: %" PRIu64 " event%s", seen, seen == 1 ? "" : "s");
	if (tail->replayed)
		fprintf(stderr, ", %" PRIu64 " by replay", tail->replayed);
	if (tail->missed)
		fprintf(stderr, ", %" PRIu64 " missed", tail->missed);
	fputc('\n', stderr);
	return tail->count && seen < (uint64_t)tail->count ? END_NO : END_OK;
}

static int connect_and_follow(struct tail *tail, int64_t for_ms)
{
	OWNED(newstag_close) struct newstag *newstag = newstag_open(&tail->options);
	int status;

	if (!newstag)
		return call_misused(tail->call, "%s: %s", tail->where.output, strerror(errno));
	fprintf(stderr, "newstag tail: following %s%s\n", tail->where.output,
		tail->where.replay ? "" : "; no replay, so that gaps are told and not filled");
	show_head(&tail->show);
	if (for_ms)
		tail->deadline = clock_monotonic() + for_ms * 1000000;
	status = follow(tail, newstag);
	return status ? status : summarise(tail);
}

static int read_options(struct tail *tail)
{
	struct newstag_options *options = &tail->options;
	int status = call_sequence(tail->call, "from", &options->from);

	if (!status)
		status = identity_find(tail->call, &tail->identity);
	options->keys = tail->identity.given ? &tail->identity.keys : NULL;
	options->output = tail->where.output;
	options->replay = tail->where.replay;
	options->prefix = tail->where.prefix;
	options->topics = call_values(tail->call, "topic", &options->topic_count);
	options->high_water = HIGH_WATER;
	if (!status)
		status = call_time(tail->call, "since", &options->since);
	if (!status && options->from && options->since)
		status = call_misused(tail->call, "either --from or --since");
	if (!status && (options->from || options->since) && !options->replay)
		status = call_misused(tail->call, "--from and --since want a replay: --replay "
						  "ENDPOINT, or a daemon with a journal");
	return status;
}

static int prepare(struct tail *tail, int64_t *ret_for_ms)
{
	int status = call_duration(tail->call, "for", 0, ret_for_ms);

	if (!status && !call_number(tail->call, "count", 1, INT32_MAX, 0, &tail->count))
		status = END_USAGE;
	if (!status)
		status = find_events(tail->call, true, &tail->where);
	if (!status)
		status = read_options(tail);
	if (status || call_flag(tail->call, "retry"))
		return status;
	status = find_listener(tail->call, "the daemon's output", tail->where.output);
	if (!status && tail->where.replay) {
		status = find_listener(tail->call, "the daemon's replay", tail->where.replay);
		if (status)
			fputs("--replay off follows without it\n", stderr);
	}
	return status;
}

static int run(struct call *call)
{
	struct tail tail = {.call = call, .show = show_begin(call), .deadline = CLOCK_NONE};
	int64_t for_ms;
	int status = prepare(&tail, &for_ms);

	if (!status) {
		end_by_signal();
		status = connect_and_follow(&tail, for_ms);
	}
	show_fini(&tail.show);
	return status;
}

static const struct verb_option options[] = {
	{.name = "output", .value = "ENDPOINT", .help = "where events are published"},
	OPTION_REPLAY,
	OPTION_CONTROL,
	OPTION_KEY,
	OPTION_SERVER_KEY,
	OPTION_CONFIG,
	OPTION_SET,
	OPTION_FROM,
	OPTION_SINCE,
	OPTION_TOPIC,
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
		"output. What it missed on\n"
		"the way it asks for again before it goes on (--replay, else as the output is "
		"found), so that nothing\n"
		"lacks and nothing comes twice; what the journal no longer holds is told on "
		"standard error. It begins\n"
		"now, or with --from or --since in the past. With --count and --for the status is "
		"1 when the time was\n"
		"over first.\n",
	.examples = "  newstag tail\n"
		    "  newstag tail --topic event.blackout. --json | jq .data.places\n"
		    "  newstag tail --since 1h\n"
		    "  newstag tail --output tcp://127.0.0.1:5557 --count 10 --for 1m\n",
	.options = options,
	.run = run,
};
