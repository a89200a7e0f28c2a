#include "client/follow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A subscription. Everything up to `position` was given or told of. A live event right behind it is
 * given at once; one further on is held while the replay fills what lies between. The heartbeat
 * tells of a loss at the end.
 *
 * Who filters sees holes in the stream's sequence by right. Its events are given as they come and
 * noted as beyond the position; a hole in an exact topic's own sequence is filled at once, and at
 * each heartbeat the replay's count of its topics proves the rest.
 */
#define TURN_MS 250 /* at most so long it waits before it looks at its clocks */
#define KEY_TRY_MS                                                                                 \
	3000 /* a live connection is silent for so long, three heartbeats, before the other        \
	      * server key is tried */
#define HEARTBEAT "heartbeat"

/* --- telling ------------------------------------------------------------------------------------
 */

int client_tell(struct newstag *newstag, enum newstag_kind kind, const char *text,
		struct newstag_message *ret_message)
{
	if (text != newstag->text)
		snprintf(newstag->text, sizeof(newstag->text), "%s", text);
	*ret_message = (struct newstag_message){.kind = kind, .text = newstag->text};
	return 1;
}

int client_tell_missed(struct newstag *newstag, uint64_t first, uint64_t last,
		       struct newstag_message *ret_message)
{
	uint64_t missed = last - first + 1;

	if (last > newstag->position)
		newstag->position = last;
	snprintf(newstag->text, sizeof(newstag->text),
		 "missed %s%llu event%s: sequence %llu to %llu", newstag->filtered ? "up to " : "",
		 (unsigned long long)missed, missed == 1 ? "" : "s", (unsigned long long)first,
		 (unsigned long long)last);
	client_tell(newstag, NEWSTAG_MISSED, newstag->text, ret_message);
	ret_message->first = first;
	ret_message->last = last;
	ret_message->missed = missed;
	return 1;
}

static void forget_topics(struct newstag *newstag)
{
	while (newstag->topic_count)
		free(newstag->topics[--newstag->topic_count].topic);
}

int client_change_stream(struct newstag *newstag, struct text stream,
			 struct newstag_message *ret_message)
{
	bool first = !newstag->stream[0];

	memcpy(newstag->before, newstag->stream, sizeof(newstag->before));
	snprintf(newstag->stream, sizeof(newstag->stream), "%.*s", (int)stream.size, stream.at);
	if (first)
		return 0;
	newstag->position = 0;
	newstag->beyond_count = 0;
	forget_topics(newstag);
	newstag->known = newstag->replay != NULL;
	if (newstag->replay)
		client_fill_begin(newstag, FILL_FETCH, 0);
	return client_tell(newstag, NEWSTAG_STREAM, newstag->stream, ret_message);
}

/* --- topics and what came beyond ----------------------------------------------------------------
 */

struct topic_place *client_find_topic(struct newstag *newstag, struct text topic)
{
	struct topic_place *place;

	for (size_t i = 0; i < newstag->topic_count; i++) {
		place = &newstag->topics[i];
		if (place->size == topic.size && memcmp(place->topic, topic.at, topic.size) == 0)
			return place;
	}
	if (newstag->topic_count == TOPICS_MAX)
		return NULL;
	place = &newstag->topics[newstag->topic_count];
	place->topic = malloc(topic.size + 1);
	if (!place->topic)
		return NULL;
	memcpy(place->topic, topic.at, topic.size);
	place->size = topic.size;
	place->last = 0;
	newstag->topic_count++;
	return place;
}

bool client_is_beyond(const struct newstag *newstag, uint64_t sequence)
{
	for (size_t i = newstag->beyond_count; i-- > 0;)
		if (newstag->beyond[i] == sequence)
			return true;
	return false;
}

/* --- live messages ------------------------------------------------------------------------------
 */

/* A hole in the topic's own sequence before this event: how many are missing. */
static uint64_t topic_hole(struct newstag *newstag, const struct newstag_message *message)
{
	struct topic_place *place = client_find_topic(
		newstag, (struct text){message->topic, message->topic_size});

	if (!place || !place->last || message->topic_sequence <= place->last)
		return 0;
	return message->topic_sequence - place->last - 1;
}

/* The topic's own sequence has come so far. */
static void step_topic(struct newstag *newstag, const struct newstag_message *message)
{
	struct topic_place *place = client_find_topic(
		newstag, (struct text){message->topic, message->topic_size});

	if (place && message->topic_sequence > place->last)
		place->last = message->topic_sequence;
}

static int tell_topic(struct newstag *newstag, const struct newstag_message *message, uint64_t hole,
		      struct newstag_message *ret_message)
{
	uint64_t last = message->sequence - 1;

	snprintf(newstag->text, sizeof(newstag->text),
		 "missed %llu event%s of %.*s before sequence %llu", (unsigned long long)hole,
		 hole == 1 ? "" : "s", message->topic_size < 200 ? (int)message->topic_size : 200,
		 message->topic, (unsigned long long)message->sequence);
	client_tell(newstag, NEWSTAG_MISSED, newstag->text, ret_message);
	ret_message->first = newstag->position + 1;
	ret_message->last = last;
	ret_message->missed = hole;
	return 1;
}

/* Of one who filters: 1 give it, 0 drop it, 2 something else is to be given or done first. */
static int judge_filtered(struct newstag *newstag, const struct newstag_message *message,
			  struct newstag_message *ret_message, bool *ret_keep)
{
	uint64_t hole;

	if (message->sequence <= newstag->position || client_is_beyond(newstag, message->sequence))
		return 0;
	hole = topic_hole(newstag, message);
	if ((hole || newstag->beyond_count == LIVE_MAX) && newstag->replay &&
	    newstag->position + 1 < message->sequence) {
		*ret_keep = true;
		client_fill_begin(newstag, FILL_FETCH, message->sequence - 1);
		return 0;
	}
	step_topic(newstag, message);
	if (hole > newstag->excused) { /* even the replay had them not, or there is none */
		*ret_keep = true;
		return tell_topic(newstag, message, hole, ret_message) + 1;
	}
	newstag->excused = 0;
	if (newstag->replay)
		newstag->beyond[newstag->beyond_count++] = message->sequence;
	else
		newstag->position = message->sequence;
	return 1;
}

static int judge_whole(struct newstag *newstag, const struct newstag_message *message,
		       struct newstag_message *ret_message, bool *ret_keep)
{
	uint64_t next = newstag->position + 1;

	if (newstag->known && message->sequence < next)
		return 0;
	if (newstag->known && message->sequence > next) {
		*ret_keep = true;
		if (!newstag->replay)
			return client_tell_missed(newstag, next, message->sequence - 1,
						  ret_message) +
			       1;
		client_fill_begin(newstag, FILL_FETCH, message->sequence - 1);
		return 0;
	}
	newstag->known = true;
	newstag->position = message->sequence;
	return 1;
}

static int take_event(struct newstag *newstag, const struct newstag_message *message,
		      struct text id, struct newstag_message *ret_message, bool *ret_keep)
{
	int verdict = newstag->filtered ? judge_filtered(newstag, message, ret_message, ret_keep)
					: judge_whole(newstag, message, ret_message, ret_keep);

	if (verdict == 2)
		return 1;
	if (verdict == 0 || !client_seen_add(&newstag->seen, id))
		return 0;
	client_seen_given(&newstag->seen, message);
	*ret_message = *message;
	return 1;
}

static int take_heartbeat(struct newstag *newstag, uint64_t head,
			  struct newstag_message *ret_message)
{
	if (!newstag->known) {
		newstag->known = true;
		newstag->position = head;
		return 0;
	}
	if (head <= newstag->position)
		return 0;
	if (newstag->replay)
		client_fill_begin(newstag, newstag->filtered ? FILL_COUNT : FILL_FETCH, head);
	else if (!newstag->filtered)
		return client_tell_missed(newstag, newstag->position + 1, head, ret_message);
	else
		newstag->position = head;
	return 0;
}

/* The held message: 1 something is to be given, 0 go on. Frees it unless it must wait. */
static int judge(struct newstag *newstag, struct newstag_message *ret_message, bool *ret_keep)
{
	struct text topic = {zmq_msg_data(&newstag->held[0]), zmq_msg_size(&newstag->held[0])};
	struct text payload = {zmq_msg_data(&newstag->held[1]), zmq_msg_size(&newstag->held[1])};
	struct newstag_message message = {
		.kind = NEWSTAG_EVENT, .topic = topic.at, .topic_size = topic.size};
	struct text stream = {NULL, 0}, id = {NULL, 0};

	if (!client_read_event(payload, &message, &stream, &id))
		return client_tell(newstag, NEWSTAG_TROUBLE, "a message that cannot be read",
				   ret_message);
	if (stream.size && stream.size < sizeof(newstag->stream) &&
	    !client_text_is(stream, newstag->stream)) {
		if (newstag->before[0] && client_text_is(stream, newstag->before))
			return 0;
		if (client_change_stream(newstag, stream, ret_message)) {
			*ret_keep = true;
			return 1;
		}
	}
	if (client_text_is(topic, HEARTBEAT))
		return take_heartbeat(newstag, message.sequence, ret_message);
	return take_event(newstag, &message, id, ret_message, ret_keep);
}

static void close_held(struct newstag *newstag)
{
	zmq_msg_close(&newstag->held[0]);
	zmq_msg_close(&newstag->held[1]);
	newstag->holding = false;
}

/* An event that is given stays until the next call, since its bytes are borrowed. */
static int take_held(struct newstag *newstag, struct newstag_message *ret_message, bool *ret_given)
{
	bool keep = false;
	int told = judge(newstag, ret_message, &keep);

	*ret_given = told && !keep;
	if (!told && !keep)
		close_held(newstag);
	return told;
}

/* Whether a whole message was received into `held`. What is no topic and payload is dropped. */
static bool receive(struct newstag *newstag)
{
	size_t frames = 0;
	bool more = true;

	zmq_msg_init(&newstag->held[0]);
	zmq_msg_init(&newstag->held[1]);
	while (more) {
		zmq_msg_t *frame = &newstag->held[frames ? 1 : 0];

		if (zmq_msg_recv(frame, newstag->live, ZMQ_DONTWAIT) < 0) {
			if (errno == EINTR)
				continue;
			break;
		}
		more = zmq_msg_more(frame);
		frames++;
	}
	newstag->holding = frames == 2;
	if (frames)
		newstag->heard_ms = client_now_ms();
	if (!newstag->holding) {
		close_held(newstag);
		return frames > 0;
	}
	return true;
}

/* Nothing has come for long: the daemon may have the other key by now. */
static void try_other_key(struct newstag *newstag)
{
	int64_t since = newstag->heard_ms > newstag->opened_ms ? newstag->heard_ms
							       : newstag->opened_ms;

	if (!newstag->keys.two || client_now_ms() - since < KEY_TRY_MS)
		return;
	client_turn_keys(&newstag->keys);
	client_open_live(newstag);
}

/* --- the loop -----------------------------------------------------------------------------------
 */

/* Sleeps until there may be something; false when a signal came. */
static bool rest(struct newstag *newstag, int64_t left_ms)
{
	zmq_pollitem_t item = {.socket = newstag->live, .events = ZMQ_POLLIN};
	long timeout = left_ms < 0 || left_ms > TURN_MS ? TURN_MS : (long)left_ms;

	if (newstag->fill) {
		item.socket = newstag->replay->socket;
		if (!newstag->replay->waiting)
			return zmq_poll(NULL, 0, timeout < 50 ? timeout : 50) >= 0;
	}
	return zmq_poll(&item, 1, timeout) >= 0;
}

static int step(struct newstag *newstag, struct newstag_message *ret_message, bool *ret_given,
		bool *ret_idle)
{
	if (newstag->fill)
		return client_fill_turn(newstag, ret_message, ret_idle);
	if (newstag->holding)
		return take_held(newstag, ret_message, ret_given);
	if (newstag->live && receive(newstag))
		return 0;
	*ret_idle = true;
	return 0;
}

int newstag_next(struct newstag *newstag, int timeout_ms, struct newstag_message *ret_message)
{
	int64_t end = client_now_ms() + timeout_ms;

	if (newstag->given) {
		newstag->given = false;
		close_held(newstag);
	}
	for (;;) {
		bool idle = false;
		int64_t left = end - client_now_ms();
		int result = step(newstag, ret_message, &newstag->given, &idle);

		if (result)
			return result;
		if (!idle)
			continue;
		try_other_key(newstag);
		if (timeout_ms >= 0 && left <= 0)
			return 0;
		if (!rest(newstag, timeout_ms < 0 ? -1 : left))
			return 0;
	}
}

const char *newstag_error(const struct newstag *newstag)
{
	return newstag->error;
}

uint64_t newstag_position(const struct newstag *newstag)
{
	return newstag->position;
}

int64_t newstag_silence_ms(const struct newstag *newstag)
{
	return newstag->heard_ms ? client_now_ms() - newstag->heard_ms : -1;
}

const char *newstag_stream(const struct newstag *newstag)
{
	return newstag->stream;
}
