#include "verbs/gap.h"

#include <stdlib.h>

/* Steps from *last to now; how many lie between. What comes twice or late is no gap. */
static uint64_t step(uint64_t *last, uint64_t now)
{
	uint64_t missed = now > *last ? now - *last - 1 : 0;

	if (now > *last)
		*last = now;
	return missed;
}

static uint64_t step_topic(struct gap *gap, const struct gap_event *event)
{
	uint64_t *last = table_get(&gap->topics, event->topic);

	if (last)
		return step(last, event->topic_sequence);
	if (gap->topics.len == GAP_TOPICS_MAX)
		return 0;
	last = arena_alloc(&gap->arena, sizeof(*last));
	*last = event->topic_sequence;
	table_put(&gap->topics, arena_view(&gap->arena, event->topic))->value = last;
	return 0;
}

static uint64_t step_stream(struct gap *gap, const struct gap_event *event)
{
	uint64_t missed = 0;

	if (!gap->begun) {
		gap->begun = true;
		gap->last = event->sequence;
	} else if (event->heartbeat) {
		missed = event->sequence > gap->last ? event->sequence - gap->last : 0;
		gap->last += missed;
	} else {
		missed = step(&gap->last, event->sequence);
	}
	return missed;
}

/* A new stream begins its numbers anew; what was seen of the old one says nothing about it. */
static bool is_new_stream(struct gap *gap, struct view stream)
{
	bool first = !gap->stream.ptr;

	if (!stream.ptr || (!first && view_equal(stream, gap->stream)))
		return false;
	gap_fini(gap);
	gap->stream = arena_view(&gap->arena, stream);
	gap->begun = false;
	return !first;
}

enum gap_found gap_take(struct gap *gap, const struct gap_event *event, uint64_t *ret_missed)
{
	bool renewed = is_new_stream(gap, event->stream);
	uint64_t missed = 0;

	if (!gap->filtered && (event->sequence || event->heartbeat))
		missed = step_stream(gap, event);
	else if (gap->filtered && !event->heartbeat && event->topic_sequence)
		missed = step_topic(gap, event);
	if (renewed)
		return GAP_NEW_STREAM;
	if (missed)
		*ret_missed = missed;
	return missed ? GAP_MISSED : GAP_NONE;
}

void gap_fini(struct gap *gap)
{
	table_fini(&gap->topics);
	arena_fini(&gap->arena);
	gap->stream = VIEW_NONE;
}
