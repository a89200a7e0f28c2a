#include "app/correct.h"

#include "app/slot.h"
#include "base/clock.h"
#include "wire/json.h"

/*
 * What is known of an item comes from memory; where memory has nothing and the item says that it is
 * not the first of its kind, or memory knows from the start that the journal has something, from
 * the journal, whose events and retractions of the item tell, one after the other, what counts now.
 *
 * Ids: those of the older version that the slot's events do not have again are withdrawn. A newer
 * version's events have other ids, so usually that is all of them; the successor of one is the new
 * event that would have had its id under the older version, that is of the same class, status and
 * merge key. A second judging after a crash finds the same in the journal and gives the same.
 */

/* --- what is known ------------------------------------------------------------------------------
 */

/* Grows in the arena. */
struct known_item {
	struct arena *arena;
	struct version_state state;
	char (*ids)[EVENT_ID_SIZE];
	size_t cap;
	struct view retracted; /* the topic of retractions */
};

static long find_id(const struct known_item *known, struct view id)
{
	for (size_t i = 0; i < known->state.count; i++)
		if (view_is(id, known->ids[i]))
			return (long)i;
	return -1;
}

static void add_id(struct known_item *known, struct view id)
{
	if (id.len != EVENT_ID_SIZE - 1 || known->state.count == VERSION_EVENTS_MAX ||
	    find_id(known, id) >= 0)
		return;
	if (known->state.count == known->cap) {
		size_t cap = known->cap ? 2 * known->cap : 8;
		char(*ids)[EVENT_ID_SIZE] = arena_alloc(known->arena, cap * sizeof(*ids));

		if (known->cap)
			memcpy(ids, known->ids, known->cap * sizeof(*ids));
		known->ids = ids;
		known->cap = cap;
	}
	memcpy(known->ids[known->state.count], id.ptr, EVENT_ID_SIZE - 1);
	known->ids[known->state.count++][EVENT_ID_SIZE - 1] = '\0';
}

static void drop_id(struct known_item *known, struct view id)
{
	long at = find_id(known, id);

	if (at >= 0)
		memcpy(known->ids[at], known->ids[--known->state.count], EVENT_ID_SIZE);
}

/* When the item was reported, as far as the event tells it apart from when it was tagged. */
static int64_t reported(const struct json *event)
{
	struct view time = json_text(json_get(event, "time"));
	int64_t read;

	if (view_equal(time, json_text(json_get(event, "recordedtime"))) ||
	    !clock_read(time, &read))
		return CLOCK_NONE;
	return read;
}

static void take_found(void *context, const struct journal_found *found)
{
	struct known_item *known = context;
	struct json *event = json_read(found->payload, NULL);
	const struct json *data = json_get(event, "data");
	const struct json *withdrawn = json_get(data, "withdrawn");
	struct view version = json_text(json_get(json_get(data, "item"), "version"));
	bool retracts = view_equal(found->topic, known->retracted);

	for (size_t i = 0; retracts && i < json_size(withdrawn); i++)
		drop_id(known, json_text(json_get(json_at(withdrawn, i), "id")));
	if (!retracts)
		add_id(known, found->id);
	known->state.unread = false;
	known->state.canceled = retracts &&
				view_is(json_text(json_get(data, "reason")), "canceled");
	if (version.len || !known->state.version.text.len)
		known->state.version.text = arena_view(known->arena, version);
	known->state.version.modified = reported(event);
	json_free(event);
}

static struct view topic_of_retractions(struct corrector *corrector)
{
	const char *prefix = corrector->pipeline->conf->output.prefix;

	return view_of(arena_printf(&corrector->arena, "%s" RETRACTED, prefix));
}

static void read_journal(struct corrector *corrector, struct view uri, struct known_item *known)
{
	struct pipeline *pipeline = corrector->pipeline;
	struct err err;

	known->state.unread = true;
	known->retracted = topic_of_retractions(corrector);
	if (journal_find(pipeline->journal, uri, take_found, known, &err) < 0)
		log_line(pipeline->log, LEVEL_ERROR,
			 "what was published of an item cannot be looked up, so nothing of it is "
			 "withdrawn: %s",
			 err.text);
}

/* False when nothing is known of the item. */
static bool know(struct corrector *corrector, const struct slot *slot, struct known_item *known)
{
	struct view uri = slot_uri(slot);
	const struct version_state *state = versions_find(corrector->pipeline->versions, uri);

	*known = (struct known_item){.arena = &corrector->arena};
	if (state ? state->unread : slot->revised) {
		read_journal(corrector, uri, known);
		return !known->state.unread;
	}
	if (!state)
		return false;
	known->state = *state;
	known->state.count = 0;
	known->state.version.text = arena_view(known->arena, state->version.text);
	for (size_t i = 0; i < state->count; i++)
		add_id(known, view_of(state->ids[i]));
	return true;
}

/* --- withdrawing --------------------------------------------------------------------------------
 */

static bool has_event(const struct slot *slot, const char *id)
{
	for (size_t i = 0; i < slot->events.len; i++)
		if (strcmp(slot->events.at[i].id, id) == 0)
			return true;
	return false;
}

/* The event that would have had that id under the older version. */
static const char *find_successor(const struct slot *slot, const struct item *older, const char *id)
{
	char would[EVENT_ID_SIZE];
	struct event event;

	for (size_t i = 0; i < slot->events.len && i < slot->kinds.len; i++) {
		slot_kind(slot, i, &event);
		event_id(older, &event, would);
		if (strcmp(would, id) == 0)
			return slot->events.at[i].id;
	}
	return NULL;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct withdrawn *)a)->id, ((const struct withdrawn *)b)->id);
}

/* In the order of ids, whatever they were known in: the retraction's own id depends on them. */
static size_t list_withdrawn(const struct known_item *known, const struct slot *slot,
			     struct withdrawn *ret_withdrawn)
{
	struct item older = {.uri = slot_uri(slot), .version = known->state.version.text};
	size_t count = 0;

	for (size_t i = 0; i < known->state.count; i++)
		if (!has_event(slot, known->ids[i]))
			ret_withdrawn[count++] = (struct withdrawn){
				known->ids[i], find_successor(slot, &older, known->ids[i])};
	if (count)
		qsort(ret_withdrawn, count, sizeof(*ret_withdrawn), compare_ids);
	return count;
}

/*
 * Encodes the retraction, where there is something to withdraw. The item is read once more: most
 * slots never need all of it.
 */
static bool withdraw(struct corrector *corrector, const struct known_item *known, struct slot *slot,
		     struct encoded *ret_encoded)
{
	const struct conf *conf = corrector->pipeline->conf;
	struct wire_limits limits = pipeline_limits(conf);
	struct encode_context context = {
		.instance = view_of(conf->instance),
		.prefix = view_of(conf->output.prefix),
		.recorded = slot->recorded,
	};
	struct retraction retraction = {
		.canceled = slot->state == ITEM_CANCELED,
		.version = known->state.version.text,
	};
	struct withdrawn *withdrawn = arena_alloc(known->arena,
						  (known->state.count + 1) * sizeof(*withdrawn));
	struct item item;

	retraction.count = list_withdrawn(known, slot, withdrawn);
	retraction.at = withdrawn;
	if (retraction.count == 0 ||
	    wire_decode(slot->message.last, &limits, known->arena, &item, NULL) != REJECT_NONE)
		return false;
	wire_encode_retraction(&context, &item, &retraction, &slot->out, ret_encoded);
	return true;
}

static void put_first(struct slot *slot, const struct encoded *encoded)
{
	vec_push(&slot->events, *encoded);
	memmove(slot->events.at + 1, slot->events.at,
		(slot->events.len - 1) * sizeof(*slot->events.at));
	slot->events.at[0] = *encoded;
}

/* --- slots --------------------------------------------------------------------------------------
 */

static void remember(struct corrector *corrector, struct known_item *known, const struct slot *slot,
		     enum version_order order)
{
	struct version version = slot_version(slot);

	if (order == VERSION_NEWER || slot->state == ITEM_CANCELED)
		known->state.count = 0;
	for (size_t i = 0; i < slot->events.len; i++)
		add_id(known, view_of(slot->events.at[i].id));
	known->state.unread = false;
	known->state.canceled = slot->state == ITEM_CANCELED;
	if (version.text.len || !known->state.version.text.len)
		known->state.version = version;
	known->state.ids = (const char(*)[EVENT_ID_SIZE])known->ids;
	if (known->state.version.text.len <= VERSION_TEXT_MAX)
		versions_put(corrector->pipeline->versions, slot_uri(slot), &known->state);
}

static bool is_stale(const struct known_item *known, const struct slot *slot,
		     enum version_order order)
{
	/* A canceled version does not come back, and one that is out is not held any more. */
	bool over = known->state.canceled || slot->outcome == OUTCOME_HELD;

	if (slot->state == ITEM_CANCELED)
		return order == VERSION_OLDER;
	return order == VERSION_OLDER || (order == VERSION_SAME && over);
}

static void judge(struct corrector *corrector, struct slot *slot, struct counts *batch)
{
	struct version version = slot_version(slot);
	enum version_order order = VERSION_UNKNOWN;
	struct known_item known;
	struct encoded encoded;
	bool is_known = know(corrector, slot, &known), withdraws = false;

	if (is_known)
		order = version_order(&version, &known.state.version);
	if (is_known && is_stale(&known, slot, order)) {
		slot_filter(slot);
		batch->stale++;
		return;
	}
	if (slot->outcome == OUTCOME_HELD)
		return;
	if (is_known && (order == VERSION_NEWER || slot->state == ITEM_CANCELED))
		withdraws = withdraw(corrector, &known, slot, &encoded);
	remember(corrector, &known, slot, order);
	if (!withdraws)
		return;
	put_first(slot, &encoded);
	batch->retractions++;
}

void correct_slot(struct corrector *corrector, struct slot *slot, struct counts *batch)
{
	bool cancels = slot->outcome == OUTCOME_FILTERED && slot->state == ITEM_CANCELED;

	if (slot->outcome == OUTCOME_REJECTED || (slot->outcome == OUTCOME_FILTERED && !cancels))
		return;
	arena_reset(&corrector->arena);
	judge(corrector, slot, batch);
}

void corrector_fini(struct corrector *corrector)
{
	arena_fini(&corrector->arena);
}
