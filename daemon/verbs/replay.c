#include "base/clock.h"
#include "verbs/identity.h"
#include "verbs/load.h"
#include "verbs/show.h"
#include "verbs/talk.h"
#include "verbs/verbs.h"
#include "verbs/where.h"

#include <stdio.h>

/* Events that were published, out of the daemon's journal. */
struct replay_run {
	struct show show;
	uint64_t limit; /* 0: none */
};

static bool take(void *context, const struct newstag_message *message)
{
	struct replay_run *run = context;

	show_event(&run->show, (struct view){message->payload, message->payload_size});
	return !ferror(stdout) && (!run->limit || run->show.count < run->limit);
}

/* --until is a sequence, or a time. */
static int read_until(struct call *call, struct newstag_query *query)
{
	const char *text = call_value(call, "until");
	const char *end = text;

	while (end && *end >= '0' && *end <= '9')
		end++;
	if (end && end > text && !*end)
		return call_sequence(call, "until", &query->until);
	return call_time(call, "until", &query->before);
}

static int read_query(struct call *call, struct newstag_query *query)
{
	int status = call_sequence(call, "from", &query->from);

	query->topics = call_values(call, "topic", &query->topic_count);
	if (!status)
		status = call_time(call, "since", &query->since);
	if (!status)
		status = read_until(call, query);
	if (!status && !query->from && !query->since)
		query->from = 1;
	return status;
}

static int run(struct call *call)
{
	struct replay_run replay = {.show = show_begin(call)};
	struct newstag_query query = {0};
	struct where where;
	long limit = 0;
	int status = read_query(call, &query);

	if (!status && !call_number(call, "limit", 1, INT64_MAX, 0, &limit))
		status = END_USAGE;
	if (!status)
		status = find_events(call, false, &where);
	if (!status) {
		replay.limit = (uint64_t)limit;
		query.limit = limit && limit < 1000 ? (unsigned)limit : 0;
		show_head(&replay.show);
		status = read_pages(call, where.replay, &query, take, &replay);
	}
	show_fini(&replay.show);
	return status;
}

static const struct verb_option options[] = {
	OPTION_REPLAY,
	OPTION_CONTROL,
	OPTION_KEY,
	OPTION_SERVER_KEY,
	OPTION_CONFIG,
	OPTION_SET,
	OPTION_FROM,
	OPTION_SINCE,
	{.name = "until",
	 .value = "WHEN",
	 .help = "up to that sequence (included), or before that time"},
	OPTION_TOPIC,
	{.name = "limit", .value = "N", .help = "at most N events"},
	OPTION_JSON,
	{.name = NULL},
};

const struct verb replay_verb = {
	.name = "replay",
	.operands = "",
	.about = "show events that were published, from the journal",
	.help = "Asks the running daemon for events again: all that its journal holds, or from a "
		"sequence or a time on.\n"
		"A table, or with --json one event a line, as it was published. What the journal "
		"no longer holds is\n"
		"told on standard error. The status is 69 when the daemon is not reached or gives "
		"no replay.\n",
	.examples =
		"  newstag replay --since 2h\n"
		"  newstag replay --from 184213 --until 184300 --json\n"
		"  newstag replay --topic event.blackout. --since 2026-01-31 --json | jq .data\n",
	.options = options,
	.run = run,
};
