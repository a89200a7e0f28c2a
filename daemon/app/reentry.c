#include "app/reentry.h"

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
	return true;
}

size_t reentry_fill(struct pipeline *pipeline)
{
	size_t room = ring_room(pipeline->ring), count = 0;

	room = room < BATCH ? room : BATCH;
	while (count < room && fill_letter(pipeline, ring_free_slot(pipeline->ring, count)))
		count++;
	ring_publish(pipeline->ring, count);
	return count;
}
