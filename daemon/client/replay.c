#include "client/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * Requests to the daemon's replay: a REQ socket, made anew after a request that was not answered,
 * since it would wait for that answer for ever.
 */

int64_t client_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int fail(struct newstag_replay *replay, const char *sentence, struct text text)
{
	snprintf(replay->error, sizeof(replay->error), "%s%.*s", sentence,
		 text.size < 200 ? (int)text.size : 200, text.at ? text.at : "");
	return -1;
}

/* --- the request's text -------------------------------------------------------------------------
 */

struct writer {
	char *at;
	size_t left;
	bool full;
};

static void put(struct writer *writer, const char *text, size_t size)
{
	if (size >= writer->left) {
		writer->full = true;
		return;
	}
	memcpy(writer->at, text, size);
	writer->at += size;
	*writer->at = '\0';
	writer->left -= size;
}

static void put_text(struct writer *writer, const char *text)
{
	put(writer, "\"", 1);
	for (; *text; text++) {
		char escape[8];

		if ((unsigned char)*text < 0x20 || *text == '"' || *text == '\\')
			put(writer, escape,
			    (size_t)snprintf(escape, sizeof(escape), "\\u%04x",
					     (unsigned)(unsigned char)*text));
		else
			put(writer, text, 1);
	}
	put(writer, "\"", 1);
}

static void put_key(struct writer *writer, const char *key)
{
	if (writer->at[-1] != '{')
		put(writer, ",", 1);
	put_text(writer, key);
	put(writer, ":", 1);
}

static void put_number(struct writer *writer, const char *key, uint64_t number)
{
	char digits[24];

	if (!number)
		return;
	put_key(writer, key);
	put(writer, digits,
	    (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number));
}

static void put_time(struct writer *writer, const char *key, const char *time)
{
	if (!time)
		return;
	put_key(writer, key);
	put_text(writer, time);
}

static void put_topics(struct writer *writer, const struct newstag_query *query)
{
	if (!query->topic_count)
		return;
	put_key(writer, "topics");
	for (size_t i = 0; i < query->topic_count; i++) {
		put(writer, i ? "," : "[", 1);
		put_text(writer, query->topics[i]);
	}
	put(writer, "]", 1);
}

/* False when the request is too large. */
static bool write_request(struct newstag_replay *replay, const struct newstag_query *query,
			  bool count)
{
	struct writer writer = {replay->request, sizeof(replay->request), false};
	bool bare = !query->since && !query->latest;

	put(&writer, "{", 1);
	put_number(&writer, "from", query->from || !bare ? query->from : 1);
	put_time(&writer, "since", query->since);
	put_number(&writer, "until", query->until);
	if (!query->until)
		put_time(&writer, "until", query->before);
	put_topics(&writer, query);
	put_number(&writer, "limit", query->limit);
	if (query->latest) {
		put_key(&writer, "latest");
		put(&writer, "true", 4);
	}
	if (count) {
		put_key(&writer, "count");
		put(&writer, "true", 4);
	}
	put(&writer, "}", 1);
	return !writer.full;
}

/* --- the socket ---------------------------------------------------------------------------------
 */

static int open_socket(struct newstag_replay *replay)
{
	int none = 0, mine = ZMQ_REQ, wait_ms = 200, most_ms = 2000;
	int64_t most = ASK_FRAME_MAX;

	replay->socket = zmq_socket(replay->context, mine);
	if (!replay->socket)
		return -1;
	zmq_setsockopt(replay->socket, ZMQ_LINGER, &none, sizeof(none));
	zmq_setsockopt(replay->socket, ZMQ_MAXMSGSIZE, &most, sizeof(most));
	zmq_setsockopt(replay->socket, ZMQ_RECONNECT_IVL, &wait_ms, sizeof(wait_ms));
	zmq_setsockopt(replay->socket, ZMQ_RECONNECT_IVL_MAX, &most_ms, sizeof(most_ms));
	if (client_set_keys(replay->socket, &replay->keys) == 0 &&
	    zmq_connect(replay->socket, replay->endpoint) == 0)
		return 0;
	client_replay_drop(replay);
	return -1;
}

static void free_frames(struct newstag_replay *replay)
{
	while (replay->count)
		zmq_msg_close(&replay->frames[--replay->count]);
}

void client_replay_drop(struct newstag_replay *replay)
{
	if (replay->socket)
		zmq_close(replay->socket);
	if (replay->waiting)
		client_turn_keys(&replay->keys);
	replay->socket = NULL;
	replay->waiting = false;
}

struct newstag_replay *client_replay_open(void *context, const char *endpoint,
					  const struct client_keys *keys)
{
	struct newstag_replay *replay = calloc(1, sizeof(*replay));

	if (!replay)
		return NULL;
	replay->context = context;
	replay->keys = *keys;
	replay->endpoint = strdup(endpoint);
	if (replay->endpoint && open_socket(replay) == 0)
		return replay;
	newstag_replay_close(replay);
	return NULL;
}

int client_replay_send(struct newstag_replay *replay, const struct newstag_query *query, bool count)
{
	if (!write_request(replay, query, count))
		return fail(replay, "the request is too large", (struct text){NULL, 0});
	if (replay->waiting)
		client_replay_drop(replay);
	if (!replay->socket && open_socket(replay) < 0)
		return fail(replay, zmq_strerror(errno), (struct text){NULL, 0});
	free_frames(replay);
	if (zmq_send(replay->socket, replay->request, strlen(replay->request), ZMQ_DONTWAIT) < 0)
		return fail(replay, zmq_strerror(errno), (struct text){NULL, 0});
	replay->waiting = true;
	replay->bare = count;
	replay->asked_ms = client_now_ms();
	return 0;
}

/* --- the reply ----------------------------------------------------------------------------------
 */

static zmq_msg_t *new_frame(struct newstag_replay *replay)
{
	if (replay->count == replay->capacity) {
		size_t capacity = replay->capacity ? 2 * replay->capacity : 64;
		zmq_msg_t *frames = realloc(replay->frames, capacity * sizeof(*frames));

		if (!frames)
			abort();
		/* A zmq_msg_t may be moved as bytes between calls, as libzmq itself does. */
		replay->frames = frames;
		replay->capacity = capacity;
	}
	zmq_msg_init(&replay->frames[replay->count]);
	return &replay->frames[replay->count++];
}

/* 1 all frames are there, 0 none yet, -1 it is no reply of ours. */
static int receive(struct newstag_replay *replay)
{
	bool more = true;

	free_frames(replay);
	while (more) {
		zmq_msg_t *frame = new_frame(replay);

		while (zmq_msg_recv(frame, replay->socket, ZMQ_DONTWAIT) < 0) {
			if (errno == EINTR)
				continue;
			free_frames(replay);
			return errno == EAGAIN ? 0 : -1;
		}
		more = zmq_msg_more(frame);
		if (replay->count > ASK_FRAMES_MAX)
			return -1;
	}
	return 1;
}

static int read_header(struct newstag_replay *replay, struct newstag_page *ret_page)
{
	struct wanted wanted[] = {{.key = "error"}, {.key = "stream"}, {.key = "oldest"},
				  {.key = "next"},  {.key = "head"},   {.key = "count"},
				  {.key = "more"},  {.key = "until"},  {.key = "missing"}};
	struct text header = client_replay_frame(replay, 0);

	if (!client_scan_object(header, wanted, sizeof(wanted) / sizeof(wanted[0])))
		return fail(replay, "a reply that cannot be read", (struct text){NULL, 0});
	if (wanted[0].value.at)
		return fail(replay, "", wanted[0].value);
	if (!wanted[1].value.at || wanted[1].value.size >= sizeof(replay->stream))
		return fail(replay, "a reply without its stream", (struct text){NULL, 0});
	snprintf(replay->stream, sizeof(replay->stream), "%.*s", (int)wanted[1].value.size,
		 wanted[1].value.at);
	*ret_page = (struct newstag_page){
		.stream = replay->stream,
		.oldest = client_scan_number(wanted[2].value),
		.next = client_scan_number(wanted[3].value),
		.head = client_scan_number(wanted[4].value),
		.count = client_scan_number(wanted[5].value),
		.more = client_text_is(wanted[6].value, "true"),
		.until = client_scan_number(wanted[7].value),
		.missing = replay->missing,
		.missing_count = client_scan_ranges(wanted[8].value, replay->missing,
						    ASK_MISSING_MAX),
	};
	return 1;
}

int client_replay_take(struct newstag_replay *replay, struct newstag_page *ret_page)
{
	int got = receive(replay);

	if (got == 0)
		return 0;
	if (got < 0)
		client_replay_drop(replay);
	replay->waiting = false;
	if (got < 0)
		return fail(replay, "a reply that is none", (struct text){NULL, 0});
	got = read_header(replay, ret_page);
	if (got > 0 && replay->count != 1 + (replay->bare ? 0 : 2 * ret_page->count))
		return fail(replay, "a reply with frames missing", (struct text){NULL, 0});
	return got;
}

struct text client_replay_frame(const struct newstag_replay *replay, size_t index)
{
	zmq_msg_t *frame = &replay->frames[index];

	return (struct text){zmq_msg_data(frame), zmq_msg_size(frame)};
}

/* --- alone --------------------------------------------------------------------------------------
 */

struct newstag_replay *newstag_replay_open(const char *endpoint, const struct newstag_keys *keys)
{
	struct client_keys own = {0};
	void *context = NULL;
	struct newstag_replay *replay = NULL;

	if (keys && client_copy_keys(&own, keys) < 0)
		return NULL;
	context = zmq_ctx_new();
	if (context)
		replay = client_replay_open(context, endpoint, &own);
	explicit_bzero(&own, sizeof(own));

	if (replay)
		replay->owns_context = true;
	else if (context)
		zmq_ctx_term(context);
	return replay;
}

void newstag_replay_close(struct newstag_replay *replay)
{
	if (!replay)
		return;
	client_replay_drop(replay);
	free_frames(replay);
	while (replay->owns_context && zmq_ctx_term(replay->context) < 0 && errno == EINTR)
		continue;
	explicit_bzero(&replay->keys, sizeof(replay->keys));
	free(replay->frames);
	free(replay->endpoint);
	free(replay);
}

int newstag_replay_ask(struct newstag_replay *replay, const struct newstag_query *query,
		       int timeout_ms, struct newstag_page *ret_page)
{
	int64_t end = client_now_ms() + timeout_ms;

	if (client_replay_send(replay, query, false) < 0)
		return -1;
	for (;;) {
		zmq_pollitem_t item = {.socket = replay->socket, .events = ZMQ_POLLIN};
		int64_t left = end - client_now_ms();
		int got;

		if (left < 0 || (zmq_poll(&item, 1, (long)left) < 0 && errno == EINTR))
			break;
		got = client_replay_take(replay, ret_page);
		if (got)
			return got;
	}
	client_replay_drop(replay);
	return 0;
}

void newstag_replay_event(const struct newstag_replay *replay, size_t index,
			  struct newstag_message *ret_message)
{
	struct text topic = client_replay_frame(replay, 1 + 2 * index);
	struct text payload = client_replay_frame(replay, 2 + 2 * index), stream, id;

	*ret_message = (struct newstag_message){.kind = NEWSTAG_EVENT, .replayed = true};
	ret_message->payload = payload.at;
	ret_message->payload_size = payload.size;
	ret_message->topic = topic.at;
	ret_message->topic_size = topic.size;
	client_read_event(payload, ret_message, &stream, &id);
}

const char *newstag_replay_error(const struct newstag_replay *replay)
{
	return replay->error;
}
