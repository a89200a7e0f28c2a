#include "client/follow.h"

#include <stdio.h>
#include <string.h>

/*
 * Filling by replay. What is wanted is fetched page by page from behind the position on; nothing
 * live is given meanwhile.
 *
 *     START  where does the stream stand? (from now on: the head alone; else it becomes FETCH)
 *     FETCH  the events up to `wanted`; those that were given already are passed over
 *     COUNT  of one who filters: how many events of its topics are there up to `wanted`? As many
 *            as came by the live way: nothing is missing; else they are fetched
 */
#define ANSWER_MS 5000 /* after which a request is given up and sent again */
#define RETRY_MS 500

void client_fill_begin(struct newstag *newstag, enum fill fill, uint64_t wanted)
{
	newstag->fill = fill;
	newstag->wanted = wanted;
	newstag->from = newstag->position + 1;
	newstag->counted = 0;
	newstag->since = false;
	newstag->has_page = false;
	newstag->retry_ms = 0;
	if (newstag->replay->waiting)
		client_replay_drop(newstag->replay);
}

/* --- asking -------------------------------------------------------------------------------------
 */

static int ask(struct newstag *newstag)
{
	struct newstag_query query = newstag->query;

	if (newstag->fill == FILL_START && !newstag->since && !newstag->known) {
		/* From now on: behind the last of all sequences there is nothing but the head. */
		query = (struct newstag_query){.from = (uint64_t)1 << 53, .limit = 1};
		return client_replay_send(newstag->replay, &query, true);
	}
	query.from = newstag->from;
	query.until = newstag->wanted;
	if (newstag->since && newstag->from == 1)
		query.from = 0;
	if (!newstag->since)
		query.since = NULL;
	if (!newstag->filtered)
		query.topic_count = 0;
	return client_replay_send(newstag->replay, &query, newstag->fill == FILL_COUNT);
}

/* The trouble is told once an outage; then it is tried again and again. */
static int try_again(struct newstag *newstag, const char *why, struct newstag_message *ret_message)
{
	char text[sizeof(newstag->text)];

	client_replay_drop(newstag->replay);
	newstag->retry_ms = client_now_ms() + RETRY_MS;
	if (newstag->told)
		return 0;
	newstag->told = true;
	snprintf(text, sizeof(text), "no replay from %s: %s; asking again",
		 newstag->replay->endpoint, why);
	return client_tell(newstag, NEWSTAG_TROUBLE, text, ret_message);
}

/* --- a page -------------------------------------------------------------------------------------
 */

/* An event of the page: whether it is to be given. A hole before it is told first: -1. */
static int judge(struct newstag *newstag, struct newstag_message *message, struct text id)
{
	struct text topic = {message->topic, message->topic_size};
	struct topic_place *place;

	if (newstag->filtered) {
		place = client_find_topic(newstag, topic);
		if (place && message->topic_sequence > place->last)
			place->last = message->topic_sequence;
		if (client_is_beyond(newstag, message->sequence))
			return 0;
	} else if (message->sequence <= newstag->position) {
		return 0;
	} else if (!newstag->since && message->sequence > newstag->position + 1) {
		return -1;
	}
	newstag->position = message->sequence;
	if (!client_seen_add(&newstag->seen, id))
		return 0;
	client_seen_given(&newstag->seen, message);
	return 1;
}

/* Whether all of it came by the live way, to one who filters. */
static bool came_live(const struct newstag *newstag, uint64_t first, uint64_t last)
{
	if (last - first >= newstag->beyond_count)
		return false;
	for (uint64_t sequence = first; sequence <= last; sequence++)
		if (!client_is_beyond(newstag, sequence))
			return false;
	return true;
}

/* What the journal cannot give any more before that sequence: 1 it is told. */
static int tell_damaged(struct newstag *newstag, uint64_t before,
			struct newstag_message *ret_message)
{
	while (newstag->missing_at < newstag->page.missing_count) {
		const struct newstag_range *range = &newstag->page.missing[newstag->missing_at];
		uint64_t first = range->first > newstag->position ? range->first
								  : newstag->position + 1;
		size_t length;

		if (range->last >= before)
			return 0;
		newstag->missing_at++;
		if (first > range->last || came_live(newstag, first, range->last))
			continue;
		client_tell_missed(newstag, first, range->last, ret_message);
		newstag->excused += range->last - first + 1;
		length = strlen(newstag->text);
		snprintf(newstag->text + length, sizeof(newstag->text) - length,
			 ", damaged in the journal");
		return 1;
	}
	return 0;
}

static int next_of_page(struct newstag *newstag, struct newstag_message *ret_message)
{
	while (newstag->at < newstag->page.count) {
		struct text topic = client_replay_frame(newstag->replay, 1 + 2 * newstag->at);
		struct text payload = client_replay_frame(newstag->replay, 2 + 2 * newstag->at);
		struct newstag_message message = {.kind = NEWSTAG_EVENT,
						  .topic = topic.at,
						  .topic_size = topic.size,
						  .replayed = true};
		struct text stream, id;
		int verdict;

		if (!client_read_event(payload, &message, &stream, &id)) {
			newstag->at++;
			return client_tell(newstag, NEWSTAG_TROUBLE,
					   "a replayed event cannot be read", ret_message);
		}
		if (tell_damaged(newstag, message.sequence, ret_message))
			return 1;
		verdict = judge(newstag, &message, id);
		if (verdict < 0)
			return client_tell_missed(newstag, newstag->position + 1,
						  message.sequence - 1, ret_message);
		newstag->at++;
		*ret_message = message;
		if (verdict)
			return 1;
	}
	return tell_damaged(newstag, UINT64_MAX, ret_message);
}

/* Everything up to `end` is given or told. */
static void settle(struct newstag *newstag, uint64_t end)
{
	size_t kept = 0;

	if (end > newstag->position)
		newstag->position = end;
	for (size_t i = 0; i < newstag->beyond_count; i++)
		if (newstag->beyond[i] > newstag->position)
			newstag->beyond[kept++] = newstag->beyond[i];
	newstag->beyond_count = kept;
	newstag->fill = FILL_NONE;
	newstag->since = false;
}

/* The page is through. */
static int end_page(struct newstag *newstag, struct newstag_message *ret_message)
{
	const struct newstag_page *page = &newstag->page;
	uint64_t end = newstag->wanted && newstag->wanted < page->head ? newstag->wanted
								       : page->head;
	uint64_t before = newstag->position;

	newstag->has_page = false;
	if (page->more) {
		newstag->from = page->next;
		return 0;
	}
	if (newstag->holding && page->head < newstag->wanted) {
		/* What was published must be there; its reader has not seen it yet. */
		newstag->retry_ms = client_now_ms() + RETRY_MS;
		newstag->from = newstag->position + 1;
		return 0;
	}
	if (newstag->filtered || newstag->since || end <= before) {
		settle(newstag, end);
		return 0;
	}
	settle(newstag, before);
	return client_tell_missed(newstag, before + 1, end, ret_message);
}

/* --- replies ------------------------------------------------------------------------------------
 */

static void take_count(struct newstag *newstag)
{
	const struct newstag_page *page = &newstag->page;
	uint64_t live = 0;

	newstag->has_page = false;
	if (page->missing_count) { /* a count proves nothing where events cannot be read */
		client_fill_begin(newstag, FILL_FETCH, newstag->wanted);
		return;
	}
	newstag->counted += page->count;
	newstag->from = page->next;
	if (page->more)
		return;
	for (size_t i = 0; i < newstag->beyond_count; i++)
		live += newstag->beyond[i] <= newstag->wanted;
	if (live == newstag->counted)
		settle(newstag, newstag->wanted < page->head ? newstag->wanted : page->head);
	else
		client_fill_begin(newstag, FILL_FETCH, newstag->wanted);
}

/* The first answer of all. */
static void take_start(struct newstag *newstag)
{
	if (!newstag->known && !newstag->since) {
		newstag->position = newstag->page.head;
		newstag->has_page = false;
		newstag->fill = FILL_NONE;
	} else {
		newstag->fill = FILL_FETCH;
	}
	newstag->known = true;
}

static int take_page(struct newstag *newstag, struct newstag_message *ret_message)
{
	const struct newstag_page *page = &newstag->page;
	struct text stream = {page->stream, strlen(page->stream)};
	int told = 0;

	newstag->told = false;
	newstag->has_page = true;
	newstag->at = newstag->missing_at = 0;
	if (stream.size && !client_text_is(stream, newstag->stream)) {
		told = client_change_stream(newstag, stream, ret_message);
		if (told)
			return told;
	}
	if (newstag->fill == FILL_START)
		take_start(newstag);
	else if (newstag->fill == FILL_COUNT)
		take_count(newstag);
	if (newstag->fill == FILL_FETCH && !newstag->since &&
	    page->oldest > newstag->position + 1 && page->oldest <= page->head + 1 &&
	    newstag->from == newstag->position + 1) {
		uint64_t first = newstag->position + 1, last = page->oldest - 1;

		if (newstag->wanted && last > newstag->wanted)
			last = newstag->wanted;
		return client_tell_missed(newstag, first, last, ret_message);
	}
	return told;
}

static int take_reply(struct newstag *newstag, struct newstag_message *ret_message, bool *ret_idle)
{
	struct newstag_replay *replay = newstag->replay;
	int got = client_replay_take(replay, &newstag->page);

	if (got > 0)
		return take_page(newstag, ret_message);
	if (got < 0 && newstag->fill == FILL_START && replay->count) {
		/* A request that is refused at once will never be taken. */
		snprintf(newstag->error, sizeof(newstag->error), "%s", replay->error);
		return -1;
	}
	if (got < 0)
		return try_again(newstag, replay->error, ret_message);
	if (client_now_ms() - replay->asked_ms >= ANSWER_MS)
		return try_again(newstag, "no answer", ret_message);
	*ret_idle = true;
	return 0;
}

int client_fill_turn(struct newstag *newstag, struct newstag_message *ret_message, bool *ret_idle)
{
	if (newstag->has_page) {
		int given = next_of_page(newstag, ret_message);

		return given ? given : end_page(newstag, ret_message);
	}
	if (newstag->replay->waiting)
		return take_reply(newstag, ret_message, ret_idle);
	if (client_now_ms() < newstag->retry_ms) {
		*ret_idle = true;
		return 0;
	}
	return ask(newstag) < 0 ? try_again(newstag, newstag->replay->error, ret_message) : 0;
}
