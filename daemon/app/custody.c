#include "app/custody.h"

#include "app/slot.h"
#include "base/clock.h"

void custody_fini(struct custody *custody)
{
	vec_fini(&custody->before);
	vec_fini(&custody->behind);
}

/* --- items --------------------------------------------------------------------------------------
 */

void custody_take_back(struct custody *custody, struct slot *slot, struct counts *batch)
{
	bool stays = slot->outcome == OUTCOME_HELD;

	if (!slot->held)
		return;
	if (!hold_back(custody->pipeline->hold, slot->held, stays)) {
		slot_filter(slot);
		return;
	}
	if (stays)
		return;
	vec_push(&custody->behind, (struct held_change){.gone = slot->held});
	batch->released += slot->outcome != OUTCOME_REJECTED;
}

/* The held one will never be published: it was received, and is filtered. */
static void supersede(struct custody *custody, const struct hold_found *found, struct counts *batch)
{
	if (hold_remove(custody->pipeline->hold, found->number)) {
		batch->outcomes[OUTCOME_HELD]--;
		batch->held[found->reason]--;
		batch->outcomes[OUTCOME_FILTERED]++;
	}
	vec_push(&custody->before, (struct held_change){.gone = found->number});
}

static void hold(struct custody *custody, struct slot *slot)
{
	struct pipeline *pipeline = custody->pipeline;
	struct version version = slot_version(slot);
	struct held_item item = {
		.uri = slot_uri(slot),
		.version = version.text,
		.feed = view_of(pipeline_feed_name(pipeline, slot->feed)),
		.modified = version.modified,
		.due = slot->due,
		.received = slot->recorded,
		.item = slot->item,
		.payload = slot->message.last,
	};

	if (hold_fits(pipeline->hold, &item)) {
		const struct held_item *put = hold_put(pipeline->hold, &item, slot->hold);

		vec_push(&custody->before, (struct held_change){.put = put});
		return;
	}
	slot->outcome = OUTCOME_REJECTED;
	slot->reason = REJECT_HELD_FULL;
	slot->place = (struct reject_place){0};
}

void custody_judge(struct custody *custody, struct slot *slot, struct counts *batch)
{
	bool holds = slot->outcome == OUTCOME_HELD;
	bool cancels = slot->outcome == OUTCOME_FILTERED && slot->state == ITEM_CANCELED;
	struct version version = slot_version(slot);
	struct hold_found found;

	if (slot->outcome == OUTCOME_REJECTED || (slot->outcome == OUTCOME_FILTERED && !cancels) ||
	    (holds && slot->held))
		return;
	if (hold_find(custody->pipeline->hold, slot_uri(slot), &found)) {
		if (version_order(&version, &found.version) != VERSION_OLDER) {
			supersede(custody, &found, batch);
		} else if (holds) {
			slot_filter(slot);
			batch->stale++;
			return;
		}
	}
	if (holds)
		hold(custody, slot);
}

/* --- giving up ----------------------------------------------------------------------------------
 */

struct ending {
	struct custody *custody;
	struct letter_list *letters;
	struct counts *batch;
	int64_t now;
};

static void end(void *context, const struct held_item *item, enum hold_reason reason, bool dropped)
{
	struct ending *ending = context;
	enum outcome outcome = dropped ? OUTCOME_FILTERED : OUTCOME_REJECTED;

	ending->batch->outcomes[OUTCOME_HELD]--;
	ending->batch->held[reason]--;
	ending->batch->outcomes[outcome]++;
	vec_push(&ending->custody->behind, (struct held_change){.gone = item->number});
	if (dropped)
		return;
	ending->batch->rejected[REJECT_HELD_TOO_LONG]++;
	vec_push(ending->letters, (struct deadletter){
					  .item = item->item,
					  .time = ending->now,
					  .feed = item->feed,
					  .reason = view_of(reject_name(REJECT_HELD_TOO_LONG)),
					  .size = item->payload.len,
					  .payload = item->payload,
					  .whole = true,
				  });
}

void custody_end(struct custody *custody, struct letter_list *letters, struct counts *batch)
{
	struct ending ending = {custody, letters, batch,
				clock_cautious_now(&custody->pipeline->clock)};

	hold_end(custody->pipeline->hold, ending.now, end, &ending);
}

bool custody_has_ended(const struct custody *custody)
{
	return hold_has_dropped(custody->pipeline->hold);
}

/* --- on disk ------------------------------------------------------------------------------------
 */

int custody_keep(struct custody *custody, struct err *err)
{
	struct held *store = custody->pipeline->held;
	int outcome = store ? held_apply(store, custody->before.at, custody->before.len, err)
			    : JOURNAL_KEPT;

	if (outcome == JOURNAL_KEPT)
		vec_reset(&custody->before);
	return outcome;
}

void custody_clear(struct custody *custody)
{
	struct held *store = custody->pipeline->held;
	struct err err;

	if (!store ||
	    held_apply(store, custody->behind.at, custody->behind.len, &err) == JOURNAL_KEPT)
		vec_reset(&custody->behind);
	else
		log_line(custody->pipeline->log, LEVEL_ERROR,
			 "what was held and is published cannot be cleared away now: %s", err.text);
}

void custody_show(struct custody *custody)
{
	hold_show(custody->pipeline->hold);
}
