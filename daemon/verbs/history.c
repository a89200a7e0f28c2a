#include "base/table.h"
#include "verbs/identity.h"
#include "verbs/load.h"
#include "verbs/show.h"
#include "verbs/talk.h"
#include "verbs/verbs.h"
#include "verbs/where.h"

#include <ctype.h>
#include <stdio.h>

/*
 * What happened, subject by subject: of each item the newest event that fits. Class and status are
 * topics, so the daemon leaves the others out; place and party are looked for here.
 */
#define LIMIT 100
#define LIMIT_MOST 100000

struct kept {
	uint64_t sequence;
	struct view payload;
};

struct history {
	struct call *call;
	const char *class, *status, *place, *party;
	struct table subjects; /* that were seen: older events of theirs do not count */
	struct {
		VEC(struct kept);
	} events;
	struct arena arena;
	size_t limit;
};

/* --- what fits ----------------------------------------------------------------------------------
 */

static bool is_same(struct view text, const char *word)
{
	if (text.len != strlen(word))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (tolower((unsigned char)text.ptr[i]) != tolower((unsigned char)word[i]))
			return false;
	return text.len > 0;
}

/* Whether one of the list's objects has the word as its id, name, words or state. */
static bool names(const struct json *list, const char *word)
{
	static const char *const keys[] = {"id", "name", "text", "in"};

	if (!word)
		return true;
	for (size_t i = 0; i < json_size(list); i++)
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			if (is_same(json_text(json_get(json_at(list, i), keys[k])), word))
				return true;
	return false;
}

static bool fits(const struct history *history, const struct json *event)
{
	const struct json *data = json_get(event, "data");

	if (history->class && !is_same(json_text(json_get(data, "class")), history->class))
		return false;
	if (history->status && !is_same(json_text(json_get(data, "status")), history->status))
		return false;
	return names(json_get(data, "places"), history->place) &&
	       names(json_get(data, "parties"), history->party);
}

/* --- collecting ---------------------------------------------------------------------------------
 */

/* Whether the subject was not there yet. */
static bool note_subject(struct history *history, struct view subject)
{
	if (table_find(&history->subjects, subject) >= 0)
		return false;
	table_put(&history->subjects, arena_view(&history->arena, subject));
	return true;
}

/* Pages come from the newest back, but the events of a page in order. */
static bool take(void *context, const struct newstag_message *message)
{
	struct history *history = context;
	struct view payload = {message->payload, message->payload_size};
	struct err err;
	OWNED(json_free) struct json *event = json_read(payload, &err);

	if (!event) {
		call_fail(history->call, END_OK, "an event that cannot be read: %s", err.text);
		return true;
	}
	if (note_subject(history, json_text(json_get(event, "subject"))) && fits(history, event)) {
		struct kept kept = {message->sequence, arena_view(&history->arena, payload)};

		vec_push(&history->events, kept);
	}
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct kept *left = a, *right = b;

	return (left->sequence > right->sequence) - (left->sequence < right->sequence);
}

static void show_all(struct history *history)
{
	struct show show = show_begin(history->call);
	size_t len = history->events.len;
	size_t first = len > history->limit ? len - history->limit : 0;

	if (len)
		qsort(history->events.at, len, sizeof(*history->events.at), compare);
	show_head(&show);
	for (size_t i = first; i < len; i++)
		show_event(&show, history->events.at[i].payload);
	if (first)
		call_fail(history->call, END_OK, "%zu older ones are left out; see --limit", first);
	show_fini(&show);
}

/* --- the verb -----------------------------------------------------------------------------------
 */

static int read_words(struct history *history)
{
	long limit;

	history->class = call_value(history->call, "class");
	history->status = call_value(history->call, "status");
	history->place = call_value(history->call, "place");
	history->party = call_value(history->call, "party");
	if (!call_number(history->call, "limit", 1, LIMIT_MOST, LIMIT, &limit))
		return END_USAGE;
	history->limit = (size_t)limit;
	return END_OK;
}

static int read_history(struct history *history)
{
	struct newstag_query query = {.latest = true};
	const char *topic;
	struct where where;
	int status = read_words(history);

	if (!status)
		status = call_time(history->call, "since", &query.since);
	if (!status)
		status = find_events(history->call, false, &where);
	if (status)
		return status;
	if (history->class) {
		topic = arena_printf(&history->arena, "%s%s.%s", where.prefix, history->class,
				     history->status ? history->status : "");
		query.topics = &topic;
		query.topic_count = 1;
	}
	return read_pages(history->call, where.replay, &query, take, history);
}

static int run(struct call *call)
{
	struct history history = {.call = call};
	int status = read_history(&history);

	if (!status)
		show_all(&history);
	if (!status && !history.events.len)
		status = END_NO;
	table_fini(&history.subjects);
	vec_fini(&history.events);
	arena_fini(&history.arena);
	return status;
}

static const struct verb_option options[] = {
	{.name = "class", .value = "CLASS", .help = "only that class, such as blackout"},
	{.name = "status", .value = "STATUS", .help = "only that status, such as ongoing"},
	{.name = "place", .value = "PLACE", .help = "only events with that place, by id or name"},
	{.name = "party", .value = "PARTY", .help = "only events with that party, by id or name"},
	OPTION_SINCE,
	{.name = "limit", .value = "N", .help = "at most the newest N; 100 when unsaid"},
	OPTION_REPLAY,
	OPTION_CONTROL,
	OPTION_KEY,
	OPTION_SERVER_KEY,
	OPTION_CONFIG,
	OPTION_SET,
	OPTION_JSON,
	{.name = NULL},
};

const struct verb history_verb = {
	.name = "history",
	.operands = "",
	.about = "the newest event of each news item",
	.help = "Asks the running daemon for the newest event of each item that its journal holds "
		"and that fits, oldest\n"
		"first. A table, or with --json one event a line. The status is 1 when there is "
		"none.\n",
	.examples = "  newstag history --class blackout --place Kyiv --since 2d\n"
		    "  newstag history --party UKR --limit 20\n"
		    "  newstag history --class negotiation --status signed --json | jq .subject\n",
	.options = options,
	.run = run,
};
