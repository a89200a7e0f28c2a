#include "app/worker.h"

#include "base/clock.h"
#include "base/hash.h"
#include "model/version.h"
#include "rules/ruleset.h"
#include "wire/decode.h"

#include <stdio.h>

/*
 * A worker judges one item after the other: decode, match, encode into the item's slot. Everything
 * that an item needs on the way lives in the worker's arena and is gone with the next item. The
 * rule set is looked up once, at the start of an item: an item is judged by exactly one. A worker
 * that has nothing to do holds none, so that an old one can go.
 */
struct worker {
	pthread_t thread;
	struct pipeline *pipeline;
	struct arena arena;
	struct generation *generation; /* taken, or NULL */
	struct matcher *matcher;
	language fallback; /* that the matcher was made with */
	struct wire_limits limits;
};

struct workers {
	struct worker *at;
	size_t count;
};

static void take_rules(struct worker *worker)
{
	struct holder *holder = worker->pipeline->holder;

	if (worker->generation && holder_is_current(holder, worker->generation))
		return;
	holder_give(holder, worker->generation);
	worker->generation = holder_take(holder);
	if (worker->matcher && worker->fallback == worker->generation->fallback)
		return;
	matcher_free(worker->matcher);
	worker->fallback = worker->generation->fallback;
	worker->matcher = matcher_new(worker->fallback);
}

static void add_kind(const struct event *event, struct slot *slot)
{
	vec_push(&slot->kinds, (struct event_kind){slot->out.len, event->class.len,
						   event->status.len, event->merge_key.len});
	str_add_view(&slot->out, event->class);
	str_add_view(&slot->out, event->status);
	str_add_view(&slot->out, event->merge_key);
}

static void encode_all(struct worker *worker, struct slot *slot, const struct item *item,
		       const struct events *events)
{
	const struct conf *conf = worker->pipeline->conf;
	struct encode_context context = {
		.instance = view_of(conf->instance),
		.prefix = view_of(conf->output.prefix),
		.ruleset = view_of(ruleset_hash(worker->generation->ruleset)),
		.language = events->language,
		.headline = events->texts ? events->texts[ITEM_HEADLINE] : VIEW_NONE,
		.recorded = slot->recorded,
	};
	struct encoded encoded;

	for (size_t i = 0; i < events->len; i++) {
		wire_encode(&context, item, &events->at[i], &slot->out, &encoded);
		tally_add(worker->generation->tallies, ruleset_packs(worker->generation->ruleset),
			  events->at[i].rule, slot->recorded);
		vec_push(&slot->events, encoded);
		add_kind(&events->at[i], slot);
	}
}

/*
 * A withheld item waits for a later version of itself, one under embargo for its time (held); of a
 * canceled one nothing will ever be published (filtered).
 */
static bool stays_back(const struct item *item, int64_t now, struct slot *slot)
{
	bool embargoed = item->embargo != CLOCK_NONE && item->embargo > now;

	if (item->state == ITEM_CANCELED) {
		slot->outcome = OUTCOME_FILTERED;
	} else if (!slot->forced && (item->state == ITEM_WITHHELD || embargoed)) {
		slot->outcome = OUTCOME_HELD;
		slot->hold = item->state == ITEM_WITHHELD ? HOLD_WITHHELD : HOLD_EMBARGO;
		slot->due = item->state == ITEM_WITHHELD ? CLOCK_NONE : item->embargo;
	} else {
		return false;
	}
	return true;
}

/* What an item says, in its own words: two that are equal in it give equal events. */
static void digest(const struct item *item, unsigned char ret_digest[JOURNAL_DIGEST_SIZE])
{
	struct sha256 sha;
	char hex[SHA256_HEX_SIZE], numbers[64];

	sha256_init(&sha);
	sha256_add_part(&sha, item->uri);
	sha256_add_part(&sha, item->version);
	sha256_add_part(&sha, item->language);
	for (size_t i = 0; i < ITEM_FIELDS; i++)
		sha256_add_part(&sha, item->fields[i].text);
	for (size_t i = 0; i < item->subject_count; i++) {
		sha256_add_part(&sha, item->subjects[i].uri);
		sha256_add_part(&sha, item->subjects[i].name);
	}
	snprintf(numbers, sizeof(numbers), "%lld %lld", (long long)item->published,
		 (long long)item->modified);
	sha256_add_part(&sha, view_of(numbers));
	sha256_hex(&sha, hex);
	for (size_t i = 0; i < JOURNAL_DIGEST_SIZE; i++)
		sscanf(hex + 2 * i, "%2hhx", &ret_digest[i]);
}

static bool is_revised(const struct item *item)
{
	if (item->state == ITEM_CANCELED)
		return true;
	if (item->version.len)
		return !version_is_first(item->version);
	return item->modified != CLOCK_NONE && item->published != CLOCK_NONE &&
	       item->modified > item->published;
}

/* What the sequencer has to know of the item itself. */
static void describe(const struct item *item, struct slot *slot)
{
	digest(item, slot->digest);
	slot->subject = slot->out.len;
	slot->subject_len = item->uri.len;
	str_add_view(&slot->out, item->uri);
	slot->version = slot->out.len;
	slot->version_len = item->version.len;
	str_add_view(&slot->out, item->version);
	slot->reported = item->modified != CLOCK_NONE ? item->modified : item->published;
	slot->state = item->state;
	slot->revised = is_revised(item);
}

static void judge(struct worker *worker, struct slot *slot)
{
	struct events events = {0};
	struct item item;

	arena_reset(&worker->arena);
	str_reset(&slot->out);
	vec_reset(&slot->events);
	vec_reset(&slot->kinds);
	slot->recorded = clock_now();
	slot->reason = wire_decode(slot->message.last, &worker->limits, &worker->arena, &item,
				   &slot->place);
	if (slot->reason != REJECT_NONE) {
		slot->outcome = OUTCOME_REJECTED;
		return;
	}
	describe(&item, slot);
	if (stays_back(&item, clock_cautious_now(&worker->pipeline->clock), slot))
		return;
	take_rules(worker);
	matcher_run(worker->matcher, worker->generation->ruleset, &item, slot->recorded,
		    &worker->arena, &events);
	encode_all(worker, slot, &item, &events);
	slot->outcome = events.len ? OUTCOME_TAGGED : OUTCOME_UNTAGGED;
}

static void take_item(struct worker *worker, struct slot *slot)
{
	struct stages *stages = &worker->pipeline->stages;
	int64_t begin = clock_monotonic();

	stages_add(stages, STAGE_QUEUE, begin - slot->filled);
	judge(worker, slot);
	stages_add(stages, STAGE_CLASSIFY, clock_monotonic() - begin);
}

static void rest(struct worker *worker)
{
	holder_give(worker->pipeline->holder, worker->generation);
	worker->generation = NULL;
}

static void *work(void *context)
{
	struct worker *worker = context;
	struct ring *ring = worker->pipeline->ring;
	uint64_t position;

	pthread_setname_np(pthread_self(), "worker");
	do {
		while (ring_claim(ring, &position)) {
			take_item(worker, ring_slot(ring, position));
			ring_done(ring, position);
		}
		rest(worker);
	} while (ring_wait(ring));
	matcher_free(worker->matcher);
	arena_fini(&worker->arena);
	return NULL;
}

struct workers *workers_start(struct pipeline *pipeline, size_t count, struct err *err)
{
	struct workers *workers = xcalloc(1, sizeof(*workers));

	workers->at = xcalloc(count, sizeof(*workers->at));
	for (; workers->count < count; workers->count++) {
		struct worker *worker = &workers->at[workers->count];

		worker->pipeline = pipeline;
		worker->limits = pipeline_limits(pipeline->conf);
		if (pthread_create(&worker->thread, NULL, work, worker) == 0)
			continue;
		err_set(err, "cannot start worker %zu of %zu", workers->count + 1, count);
		ring_close(pipeline->ring);
		workers_join(workers);
		return NULL;
	}
	return workers;
}

void workers_join(struct workers *workers)
{
	if (!workers)
		return;
	for (size_t i = 0; i < workers->count; i++)
		pthread_join(workers->at[i].thread, NULL);
	free(workers->at);
	free(workers);
}
