#include "app/reentry.h"

#include "base/clock.h"

#define BATCH 32 /* before the feeds have their turn */

static bool fill_letter(struct pipeline *pipeline, struct slot *slot)
{
	struct deadletter letter;

	if (!pipeline->letters || letters_next(pipeline->letters, &letter) <= 0)
		return false;
	bus_message_copy(letter.payload, &slot->message);
	slot->feed = pipeline_find_feed(pipeline, letter.feed);
	slot->item = 0;
	slot->letter = letter.number;
	slot->held = 0;
	slot->forced = false;
	return true;
}

static size_t fill_letters(struct pipeline *pipeline, size_t room)
{
	size_t count = 0;

	while (count < room && fill_letter(pipeline, ring_free_slot(pipeline->ring, count)))
		count++;
	ring_publish(pipeline->ring, count);
	return count;
}

struct filling {
	struct pipeline *pipeline;
	struct slot *slot;
};

static void fill_held(void *context, const struct held_item *item)
{
	struct filling *filling = context;
	struct slot *slot = filling->slot;

	bus_message_copy(item->payload, &slot->message);
	slot->feed = pipeline_find_feed(filling->pipeline, item->feed);
	slot->item = 0;
	slot->letter = 0;
	slot->held = item->number;
}

static size_t fill_due(struct pipeline *pipeline, size_t room)
{
	size_t count = 0, reasons[HOLD_REASONS] = {0};
	int64_t now = clock_cautious_now(&pipeline->clock);
	struct filling filling = {.pipeline = pipeline};
	struct hold_due due;

	while (count < room) {
		filling.slot = ring_free_slot(pipeline->ring, count);
		if (!hold_take_due(pipeline->hold, now, fill_held, &filling, &due))
			break;
		filling.slot->forced = due.forced;
		reasons[due.reason]++;
		count++;
	}
	if (count)
		counters_reenter(&pipeline->counters, count, reasons);
	return count;
}

size_t reentry_fill(struct pipeline *pipeline)
{
	size_t room = ring_room(pipeline->ring), count;

	room = room < BATCH ? room : BATCH;
	count = fill_letters(pipeline, room);
	return count + fill_due(pipeline, room - count);
}

int reentry_rest_ms(const struct pipeline *pipeline, int most)
{
	int64_t next = hold_next(pipeline->hold), rest;

	if (next == CLOCK_NONE)
		return most;
	rest = (next - clock_cautious_now(&pipeline->clock)) / (CLOCK_SECOND / 1000) + 1;
	if (rest > most)
		return most;
	return rest > 0 ? (int)rest : 0;
}
