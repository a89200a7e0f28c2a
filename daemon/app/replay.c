#include "app/replay.h"

#include "app/pipeline.h"

#include <pthread.h>
#include <stdatomic.h>

#define LINGER_MS 500
#define FRAMES_MAX (3 + 2 * JOURNAL_READ_MAX)

struct replay {
	pthread_t thread;
	struct bus_socket *socket;
	struct journal_reader *reader;
	const _Atomic uint64_t *head;
	struct log *log;
	struct guard *guard;
	unsigned cuts; /* of the guard */
	struct wake stop;
	atomic_bool stopping;
	_Atomic uint64_t requests, refused, events;
	struct replay_reply reply;
	struct view frames[FRAMES_MAX];
};

static void send_reply(struct replay *replay, struct view peer)
{
	const struct journal_page *page = &replay->reply.page;
	size_t count = 0;
	struct err err;

	replay->frames[count++] = peer;
	replay->frames[count++] = (struct view){"", 0};
	replay->frames[count++] = str_view(&replay->reply.header);
	for (size_t i = 0; i < page->len; i++) {
		replay->frames[count++] = page->at[i].topic;
		replay->frames[count++] = page->at[i].payload;
	}
	if (bus_send(replay->socket, replay->frames, count, &err) < 0)
		log_line(replay->log, LEVEL_DEBUG, "replay: a reply was not sent: %s", err.text);
}

static void take_request(struct replay *replay, const struct bus_message *message)
{
	struct replay_reply *reply = &replay->reply;

	atomic_fetch_add(&replay->requests, 1);
	if (replay->head)
		journal_reader_head(replay->reader, atomic_load(replay->head));
	if (message->frames == 3 && !message->frame[1].len) {
		replay_answer(replay->reader, message->last, reply);
	} else if (message->frames >= 2 && !message->frame[1].len) {
		replay_answer(replay->reader, VIEW("[]"), reply);
	} else {
		/* No REQ socket: there is no telling what it would understand. */
		atomic_fetch_add(&replay->refused, 1);
		return;
	}
	if (!reply->good) {
		atomic_fetch_add(&replay->refused, 1);
		log_line(replay->log, LEVEL_DEBUG, "replay: refused: %s", reply->header.ptr);
	}
	atomic_fetch_add(&replay->events, reply->page.len);
	send_reply(replay, message->frame[0]);
}

static void *serve(void *context)
{
	struct replay *replay = context;
	struct bus_wait waits[] = {{.socket = replay->socket}, {.fd = replay->stop.fd}};
	struct bus_message message;

	pthread_setname_np(pthread_self(), "replay");
	while (!atomic_load(&replay->stopping)) {
		int got;

		guard_turn(replay->guard, ALLOW_REPLAY, replay->socket, &replay->cuts);
		got = bus_receive(replay->socket, &message, NULL);
		if (got > 0) {
			take_request(replay, &message);
			bus_message_fini(&message);
		} else {
			bus_wait(waits, 2, TURN_MS, NULL);
		}
	}
	return NULL;
}

static int open_all(struct replay *replay, const struct replay_options *options, struct err *err)
{
	struct bus_options socket = {
		.kind = BUS_ROUTER,
		.endpoint = options->endpoint,
		.bind = true,
		.high_water = REPLAY_HIGH_WATER,
		.linger_ms = LINGER_MS,
		.message_max = REPLAY_REQUEST_MAX,
		.name = "replay",
		.curve = guard_serves(options->guard, ALLOW_REPLAY, options->endpoint),
	};

	if (wake_init(&replay->stop, err) < 0)
		return -1;
	replay->reader = journal_reader_open(options->journal, err);
	if (!replay->reader)
		return -1;
	replay->socket = bus_socket_open(options->bus, &socket, err);
	return replay->socket ? 0 : -1;
}

static void close_all(struct replay *replay)
{
	bus_socket_close(replay->socket);
	journal_reader_close(replay->reader);
	wake_fini(&replay->stop);
	str_fini(&replay->reply.header);
	free(replay);
}

struct replay *replay_start(const struct replay_options *options, struct err *err)
{
	struct replay *replay = xcalloc(1, sizeof(*replay));

	replay->log = options->log;
	replay->head = options->head;
	replay->guard = options->guard;
	replay->stop.fd = -1;
	if (open_all(replay, options, err) == 0) {
		if (pthread_create(&replay->thread, NULL, serve, replay) == 0)
			return replay;
		err_set(err, "cannot start the thread that replays");
	}
	close_all(replay);
	return NULL;
}

void replay_stop(struct replay *replay)
{
	if (!replay)
		return;
	atomic_store(&replay->stopping, true);
	wake_force(&replay->stop);
	pthread_join(replay->thread, NULL);
	close_all(replay);
}

const char *replay_endpoint(const struct replay *replay)
{
	return bus_socket_endpoint(replay->socket);
}

struct bus_socket *replay_socket(const struct replay *replay)
{
	return replay->socket;
}

struct replay_look replay_look(struct replay *replay)
{
	return (struct replay_look){
		.requests = atomic_load(&replay->requests),
		.refused = atomic_load(&replay->refused),
		.events = atomic_load(&replay->events),
	};
}
