#include "base/clock.h"
#include "base/jsonw.h"
#include "base/table.h"
#include "verbs/items.h"
#include "verbs/terminal.h"
#include "verbs/verbs.h"
#include "wire/encode.h"

#include <stdio.h>
#include <string.h>

/*
 * Items in, events out, by the engine of the daemon but without daemon, feed or journal. Events are
 * numbered from 1 in a stream of zeros, since they are on no stream. What the daemon would hold
 * back (withheld, under embargo) is not classified, a cancelled item has no events.
 */
static const char no_stream[STREAM_ID_SIZE] = "00000000000000000000000000000000";

struct topic { /* of events so far */
	char *name;
	uint64_t count;
};

struct classify {
	struct call *call;
	struct engine engine;
	struct matcher *matcher;
	struct items items;
	struct arena arena; /* of the item's events */
	struct arena topics_arena;
	struct table topics;
	struct str encoded, out;
	struct progress progress;
	bool by_item; /* a line for each item */
	bool prompt;  /* the reader waits: input is no file */
	int64_t now;  /* CLOCK_NONE: ages are not judged */
	uint64_t sequence;
	size_t read, tagged, untagged, held, rejected;
};

static uint64_t next_of_topic(struct classify *classify, struct view name)
{
	struct topic *topic = table_get(&classify->topics, name);

	if (!topic) {
		topic = arena_zalloc(&classify->topics_arena, sizeof(*topic));
		topic->name = arena_strndup(&classify->topics_arena, name.ptr, name.len);
		table_put(&classify->topics, view_of(topic->name))->value = topic;
	}
	return ++topic->count;
}

/* The event's payload, in classify->encoded until the next one. */
static struct view encode(struct classify *classify, const struct item *item,
			  const struct events *events, const struct event *event)
{
	const struct conf *conf = classify->engine.conf;
	struct encode_context context = {
		.instance = view_of(conf->instance),
		.prefix = view_of(conf->output.prefix),
		.ruleset = view_of(ruleset_hash(classify->engine.ruleset)),
		.language = events->language,
		.recorded = classify->now == CLOCK_NONE ? clock_now() : classify->now,
	};
	struct encoded encoded;
	char *buffer;

	str_reset(&classify->encoded);
	wire_encode(&context, item, event, &classify->encoded, &encoded);
	buffer = classify->encoded.ptr;
	encoded_patch(
		buffer, &encoded, ++classify->sequence,
		next_of_topic(classify, (struct view){buffer + encoded.topic, encoded.topic_len}),
		no_stream);
	return (struct view){buffer + encoded.payload, encoded.payload_len};
}

/* Why the daemon would hold the item back, NULL when it would not. */
static const char *held(const struct classify *classify, const struct item *item)
{
	int64_t now = classify->now == CLOCK_NONE ? clock_now() : classify->now;

	if (item->state == ITEM_WITHHELD)
		return "withheld";
	if (item->embargo != CLOCK_NONE && item->embargo > now)
		return "embargo";
	return NULL;
}

static void find_events(struct classify *classify, const struct item *item,
			struct events *ret_events)
{
	*ret_events = (struct events){0};
	arena_reset(&classify->arena);
	if (item->state != ITEM_CANCELED)
		matcher_run(classify->matcher, classify->engine.ruleset, item, classify->now,
			    &classify->arena, ret_events);
}

static void print_events(struct classify *classify, const struct item *item,
			 const struct events *events)
{
	for (size_t i = 0; i < events->len; i++) {
		str_add_view(&classify->out, encode(classify, item, events, &events->at[i]));
		str_add_char(&classify->out, '\n');
	}
}

/* --- a line for each item ------------------------------------------------------------------------
 */

static void begin_line(struct jsonw *json, const struct items_entry *entry)
{
	jsonw_object(json);
	jsonw_key(json, "file");
	jsonw_string(json, entry->file);
	jsonw_key(json, "line");
	jsonw_int(json, (int64_t)entry->line);
}

static void print_word(struct classify *classify, const struct items_entry *entry, const char *key,
		       const char *word)
{
	struct jsonw json = jsonw_begin(&classify->out);

	begin_line(&json, entry);
	if (entry->reject == REJECT_NONE) {
		jsonw_key(&json, "item");
		jsonw_text(&json, entry->item.uri);
	}
	jsonw_key(&json, key);
	jsonw_string(&json, word);
	jsonw_object_end(&json);
	str_add_char(&classify->out, '\n');
}

static void print_item(struct classify *classify, const struct items_entry *entry,
		       const struct events *events)
{
	struct jsonw json = jsonw_begin(&classify->out);

	begin_line(&json, entry);
	jsonw_key(&json, "item");
	jsonw_text(&json, entry->item.uri);
	jsonw_key(&json, "language");
	jsonw_text(&json, events->language.len ? events->language : VIEW("und"));
	jsonw_key(&json, "events");
	jsonw_array(&json);
	for (size_t i = 0; i < events->len; i++)
		jsonw_raw(&json, encode(classify, &entry->item, events, &events->at[i]));
	jsonw_array_end(&json);
	jsonw_object_end(&json);
	str_add_char(&classify->out, '\n');
}

/* --- the run -------------------------------------------------------------------------------------
 */

static void take_rejected(struct classify *classify, const struct items_entry *entry)
{
	classify->rejected++;
	items_tell_reject(entry);
	if (classify->by_item)
		print_word(classify, entry, "rejected", reject_name(entry->reject));
}

static void take_held(struct classify *classify, const struct items_entry *entry, const char *why)
{
	classify->held++;
	fprintf(stderr, "%s:%zu: held: %s\n", entry->file, entry->line, why);
	if (classify->by_item)
		print_word(classify, entry, "held", why);
}

static void take_item(struct classify *classify, const struct items_entry *entry)
{
	struct events events;

	find_events(classify, &entry->item, &events);
	if (events.len)
		classify->tagged++;
	else
		classify->untagged++;
	if (classify->by_item)
		print_item(classify, entry, &events);
	else
		print_events(classify, &entry->item, &events);
}

static void take(struct classify *classify, const struct items_entry *entry)
{
	const char *why = entry->reject ? NULL : held(classify, &entry->item);

	classify->read++;
	if (entry->reject)
		take_rejected(classify, entry);
	else if (why)
		take_held(classify, entry, why);
	else
		take_item(classify, entry);
	print_str(&classify->out);
	str_reset(&classify->out);
	if (classify->prompt)
		fflush(stdout);
}

static void tell_counts(const struct classify *classify)
{
	double seconds = (double)(clock_monotonic() - classify->progress.begun) / CLOCK_SECOND;

	fprintf(stderr,
		"newstag classify: %zu item%s: %zu tagged, %zu untagged, %zu held, %zu rejected; "
		"%llu event%s in %.1f s\n",
		classify->read, classify->read == 1 ? "" : "s", classify->tagged,
		classify->untagged, classify->held, classify->rejected,
		(unsigned long long)classify->sequence, classify->sequence == 1 ? "" : "s",
		seconds);
}

static int read_all(struct classify *classify)
{
	struct items_entry entry;
	uint64_t total = items_total(&classify->items);

	classify->prompt = total == 0;
	progress_begin(&classify->progress, "items", total);
	while (!ferror(stdout) && items_next(&classify->items, &entry)) {
		take(classify, &entry);
		progress_turn(&classify->progress, items_done(&classify->items), classify->read);
	}
	progress_end(&classify->progress);
	tell_counts(classify);
	if (classify->items.status)
		return classify->items.status;
	return classify->rejected ? END_BAD_ITEM : END_OK;
}

static int run(struct call *call)
{
	struct classify *classify = xcalloc(1, sizeof(*classify));
	int status = END_USAGE;

	classify->call = call;
	classify->by_item = call_flag(call, "items");
	if (load_now(call, CLOCK_NONE, &classify->now))
		status = engine_open(call, &classify->engine);
	if (!status) {
		classify->matcher = matcher_new(engine_language(&classify->engine));
		items_open(&classify->items, call, classify->engine.conf);
		status = read_all(classify);
		items_fini(&classify->items);
		matcher_free(classify->matcher);
	}
	engine_fini(&classify->engine);
	table_fini(&classify->topics);
	arena_fini(&classify->arena);
	arena_fini(&classify->topics_arena);
	str_fini(&classify->encoded);
	str_fini(&classify->out);
	free(classify);
	return status;
}

static const struct verb_option options[] = {
	{.name = "items",
	 .help = "one line for each item with a list of its events, also of items without any"},
	OPTION_NOW,
	OPTION_RULES,
	OPTION_CONFIG,
	OPTION_SET,
	{.name = "json", .help = "JSON Lines, as without it"},
	{.name = NULL},
};

const struct verb classify_verb = {
	.name = "classify",
	.operands = "[FILE…]",
	.about = "items in, events out: what the daemon would publish",
	.help = "Reads items as JSON Lines (or JSON spread over lines) of the files, else of "
		"standard input, in\n"
		"any dialect that a feed may send, and prints their events as JSON Lines. A "
		"rejected item is told\n"
		"on standard error with its line and reason; the others are classified, and the "
		"status is 65.\n"
		"Withheld items and those under embargo are held, as the daemon does. Ages "
		"(max_age of rules) are\n"
		"judged only with --now, so that old items can be tried.\n",
	.examples =
		"  newstag classify < items.jsonl > events.jsonl\n"
		"  newstag classify --rules my-rules.yaml config/entities -- items.jsonl | jq "
		".data.status\n"
		"  newstag classify --items items.jsonl | jq -c 'select(.events == []) | .item'\n",
	.options = options,
	.operands_most = OPERANDS_ANY,
	.run = run,
};
