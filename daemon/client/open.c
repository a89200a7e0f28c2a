#include "client/follow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Opening and closing a subscription. */
#define HIGH_WATER 10000
#define TOPIC_BYTES_MAX 240 /* libzmq 4.3.4 writes subscriptions of 246 to 255 wrongly */
#define TOPICS_GIVEN_MAX 64 /* as the replay takes them */
#define HEARTBEAT "heartbeat"
#define MESSAGE_MAX ((int64_t)64 << 20)

/* --- options ------------------------------------------------------------------------------------
 */

/* Whether one of the topics is the beginning of every event's. */
static bool is_filtered(const struct newstag_options *options, const char *prefix)
{
	for (size_t i = 0; i < options->topic_count; i++)
		if (strncmp(prefix, options->topics[i], strlen(options->topics[i])) == 0)
			return false;
	return options->topic_count > 0;
}

static int copy_topics(struct newstag *newstag, const struct newstag_options *options,
		       const char *prefix)
{
	size_t count = options->topic_count ? options->topic_count : 1;
	const char **topics = calloc(count, sizeof(*topics));

	errno = EINVAL;
	newstag->query.topics = topics;
	if (!topics || count > TOPICS_GIVEN_MAX)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *topic = options->topic_count ? options->topics[i] : prefix;

		if (strlen(topic) > TOPIC_BYTES_MAX)
			return -1;
		topics[i] = strdup(topic);
		if (!topics[i])
			return -1;
		newstag->query.topic_count++;
	}
	return 0;
}

static int make_room(struct newstag *newstag)
{
	newstag->topics = calloc(TOPICS_MAX, sizeof(*newstag->topics));
	if (newstag->filtered)
		newstag->beyond = calloc(LIVE_MAX, sizeof(*newstag->beyond));
	return newstag->topics && (newstag->beyond || !newstag->filtered) ? 0 : -1;
}

static int take_options(struct newstag *newstag, const struct newstag_options *options)
{
	const char *prefix = options->prefix ? options->prefix : "event.";

	newstag->output = strdup(options->output);
	newstag->high_water = options->high_water ? options->high_water : HIGH_WATER;
	if (!newstag->output ||
	    (options->keys && client_copy_keys(&newstag->keys, options->keys) < 0))
		return -1;
	newstag->filtered = is_filtered(options, prefix);
	if (copy_topics(newstag, options, prefix) < 0 || make_room(newstag) < 0)
		return -1;
	if (options->stream)
		snprintf(newstag->stream, sizeof(newstag->stream), "%s", options->stream);
	if (options->since && !(newstag->query.since = strdup(options->since)))
		return -1;
	return 0;
}

/* --- sockets ------------------------------------------------------------------------------------
 */

static int set_up(struct newstag *newstag, void *live)
{
	int none = 0, on = 1;
	int64_t most = MESSAGE_MAX;

	/* No ZMTP heartbeats: on a receiving socket they kill the process (libzmq 4.3.4). */
	zmq_setsockopt(live, ZMQ_RCVHWM, &newstag->high_water, sizeof(newstag->high_water));
	zmq_setsockopt(live, ZMQ_LINGER, &none, sizeof(none));
	zmq_setsockopt(live, ZMQ_TCP_KEEPALIVE, &on, sizeof(on));
	zmq_setsockopt(live, ZMQ_MAXMSGSIZE, &most, sizeof(most));
	for (size_t i = 0; i < newstag->query.topic_count; i++)
		if (zmq_setsockopt(live, ZMQ_SUBSCRIBE, newstag->query.topics[i],
				   strlen(newstag->query.topics[i])) < 0)
			return -1;
	zmq_setsockopt(live, ZMQ_SUBSCRIBE, HEARTBEAT, strlen(HEARTBEAT));
	if (client_set_keys(live, &newstag->keys) < 0)
		return -1;
	return zmq_connect(live, newstag->output);
}

int client_open_live(struct newstag *newstag)
{
	void *live = zmq_socket(newstag->context, ZMQ_SUB);

	if (!live)
		return -1;
	if (set_up(newstag, live) < 0) {
		int error = errno;

		zmq_close(live);
		errno = error;
		return -1;
	}
	if (newstag->live)
		zmq_close(newstag->live);
	newstag->live = live;
	newstag->opened_ms = client_now_ms();
	return 0;
}

/* The events are subscribed to before it is asked where the stream stands: nothing falls between.
 */
static int open_replay(struct newstag *newstag, const struct newstag_options *options)
{
	newstag->replay = client_replay_open(newstag->context, options->replay, &newstag->keys);
	if (!newstag->replay)
		return -1;
	newstag->known = options->from > 0;
	newstag->position = options->from ? options->from - 1 : 0;
	client_fill_begin(newstag, FILL_START, 0);
	newstag->since = options->since != NULL;
	return 0;
}

struct newstag *newstag_open(const struct newstag_options *options)
{
	struct newstag *newstag = calloc(1, sizeof(*newstag));

	if (!newstag)
		return NULL;
	newstag->context = zmq_ctx_new();
	if (newstag->context && take_options(newstag, options) == 0 &&
	    client_open_live(newstag) == 0 &&
	    (!options->replay || open_replay(newstag, options) == 0))
		return newstag;
	newstag_close(newstag);
	return NULL;
}

void newstag_close(struct newstag *newstag)
{
	int error = errno;

	if (!newstag)
		return;
	if (newstag->holding) {
		zmq_msg_close(&newstag->held[0]);
		zmq_msg_close(&newstag->held[1]);
	}
	newstag_replay_close(newstag->replay);
	if (newstag->live)
		zmq_close(newstag->live);
	while (newstag->context && zmq_ctx_term(newstag->context) < 0 && errno == EINTR)
		continue;
	for (size_t i = 0; i < newstag->query.topic_count; i++)
		free((char *)newstag->query.topics[i]);
	free((void *)newstag->query.topics);
	free((char *)newstag->query.since);
	while (newstag->topic_count)
		free(newstag->topics[--newstag->topic_count].topic);
	free(newstag->topics);
	free(newstag->beyond);
	client_seen_fini(&newstag->seen);
	explicit_bzero(&newstag->keys, sizeof(newstag->keys));
	free(newstag->output);
	free(newstag);
	errno = error;
}
