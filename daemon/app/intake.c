#include "app/intake.h"

#include "base/clock.h"

/*
 * One loop: read a batch of every feed, turn the monitors when it is time, wait when there was
 * nothing. Draining reads on until nothing more comes: what libzmq has taken from a feed and not
 * yet handed to us would be lost with the socket.
 */
#define BATCH 32	/* messages of one feed before the next one has its turn */
#define DRAIN_SLACK 256 /* messages of a feed that are on their way when draining begins */
#define MS (CLOCK_SECOND / 1000)

struct watched {
	uint64_t surplus;
	bool silent;
	int64_t heard; /* monotonic time of the last message; CLOCK_NONE before */
	size_t left;   /* messages that draining still reads of it; before: no limit */
};

struct intake {
	pthread_t thread;
	struct pipeline *pipeline;
	atomic_bool stop;
	int64_t turned;	     /* monotonic times */
	int64_t got;	     /* something came */
	int64_t drain_begin; /* CLOCK_NONE: not draining */
	int64_t looked;	     /* whether it is drained */
	bool full;	     /* the ring was, when reading last ended */
	struct watched watched[CONF_FEEDS_MAX];
	struct bus_wait waits[2 * CONF_FEEDS_MAX + 1];
	pthread_mutex_t lock;
	struct feed_look looks[CONF_FEEDS_MAX]; /* under the lock */
};

/* --- reading ------------------------------------------------------------------------------------
 */

static void hear(struct intake *intake, size_t index, int64_t now)
{
	struct watched *watched = &intake->watched[index];
	struct pipeline *pipeline = intake->pipeline;

	watched->heard = now;
	if (!watched->silent)
		return;
	watched->silent = false;
	log_line(pipeline->log, LEVEL_INFO, "feed %s: items come again",
		 feed_name(pipeline->feeds[index]));
}

/* Up to a batch of one feed into the ring; how many. */
static size_t read_feed(struct intake *intake, size_t index, int64_t now)
{
	struct pipeline *pipeline = intake->pipeline;
	struct watched *watched = &intake->watched[index];
	size_t room = ring_room(pipeline->ring), count = 0;
	struct err err;
	int got = 1;

	room = room < BATCH ? room : BATCH;
	room = room < watched->left ? room : watched->left;
	while (count < room) {
		struct slot *slot = ring_free_slot(pipeline->ring, count);

		got = feed_receive(pipeline->feeds[index], &slot->message, &err);
		if (got <= 0)
			break;
		slot->feed = (unsigned)index;
		watched->surplus += slot->message.frames > 2;
		count++;
	}
	if (got < 0)
		log_line(pipeline->log, LEVEL_ERROR, "%s", err.text);
	ring_publish(pipeline->ring, count);
	if (intake->drain_begin != CLOCK_NONE)
		watched->left -= count;
	if (count)
		hear(intake, index, now);
	return count;
}

static size_t read_feeds(struct intake *intake, int64_t now)
{
	size_t count = 0;

	for (size_t i = 0; i < intake->pipeline->conf->feed_count; i++)
		count += read_feed(intake, i, now);
	if (count)
		intake->got = now;
	intake->full = ring_room(intake->pipeline->ring) == 0;
	return count;
}

/* --- turning ------------------------------------------------------------------------------------
 */

static void note(void *context, const char *sentence)
{
	log_line(context, LEVEL_INFO, "%s", sentence);
}

static void watch_silence(struct intake *intake, size_t index, int64_t now)
{
	struct watched *watched = &intake->watched[index];
	const struct feed *feed = intake->pipeline->feeds[index];

	if (watched->silent || watched->heard == CLOCK_NONE ||
	    now - watched->heard < INTAKE_SILENCE)
		return;
	watched->silent = true;
	log_line(intake->pipeline->log, LEVEL_WARNING,
		 "feed %s: nothing has come for %d s; it is %s", feed_name(feed),
		 (int)(INTAKE_SILENCE / CLOCK_SECOND),
		 feed_state(feed)->connected ? "connected" : "not connected");
}

static void show(struct intake *intake)
{
	struct pipeline *pipeline = intake->pipeline;

	pthread_mutex_lock(&intake->lock);
	for (size_t i = 0; i < pipeline->conf->feed_count; i++)
		intake->looks[i] = (struct feed_look){
			.state = *feed_state(pipeline->feeds[i]),
			.surplus = intake->watched[i].surplus,
			.silent = intake->watched[i].silent,
		};
	pthread_mutex_unlock(&intake->lock);
}

static void turn(struct intake *intake, int64_t now)
{
	for (size_t i = 0; i < intake->pipeline->conf->feed_count; i++) {
		feed_turn(intake->pipeline->feeds[i], now, note, intake->pipeline->log);
		watch_silence(intake, i, now);
	}
	intake->turned = now;
	atomic_fetch_add(&intake->pipeline->intake_turns, 1);
	show(intake);
}

/* --- waiting ------------------------------------------------------------------------------------
 */

/* Feeds are waited for only while there is room, else they would end every wait at once. */
static void wait_for_more(struct intake *intake, int timeout_ms)
{
	struct pipeline *pipeline = intake->pipeline;
	struct wake *wake = ring_room_wake(pipeline->ring);
	size_t count = 0, feeds = pipeline->conf->feed_count;
	bool room = ring_room(pipeline->ring) > 0;

	if (!room) {
		wake_arm(wake);
		room = ring_room(pipeline->ring) > 0;
	}
	intake->waits[count++] = (struct bus_wait){.fd = wake->fd};
	for (size_t i = 0; i < feeds; i++) {
		intake->waits[count++] = (struct bus_wait){
			.socket = feed_monitor(pipeline->feeds[i])};
		if (room)
			intake->waits[count++] = (struct bus_wait){
				.socket = feed_socket(pipeline->feeds[i])};
	}
	bus_wait(intake->waits, count, timeout_ms, NULL);
	wake_disarm(wake);
}

/*
 * What libzmq can hold of each feed is read, and not more, so that one that never stops sending
 * cannot keep us from ending.
 */
static void begin_drain(struct intake *intake, int64_t now)
{
	const struct conf *conf = intake->pipeline->conf;

	intake->drain_begin = intake->got = now;
	for (size_t i = 0; i < conf->feed_count; i++) {
		int peers = feed_state(intake->pipeline->feeds[i])->peers;

		intake->watched[i].left = (size_t)(peers + 1) * (size_t)conf->feeds[i].high_water +
					  DRAIN_SLACK;
	}
}

/*
 * Whether draining has read all that had come. Time in which the ring was full does not count:
 * there is more to read, and nothing could be.
 */
static bool drained(struct intake *intake, int64_t now)
{
	int64_t since = now - intake->looked;

	intake->looked = now;
	if (intake->drain_begin == CLOCK_NONE) {
		if (!atomic_load(&intake->stop))
			return false;
		begin_drain(intake, now);
	}
	if (atomic_load(&intake->pipeline->failed))
		return true;
	if (intake->full) {
		intake->drain_begin += since;
		intake->got = now;
	}
	return now - intake->got > INTAKE_DRAIN_QUIET_MS * MS ||
	       now - intake->drain_begin > INTAKE_DRAIN_MS * MS;
}

static void *take_in(void *context)
{
	struct intake *intake = context;
	int64_t now = clock_monotonic();

	pthread_setname_np(pthread_self(), "intake");
	turn(intake, now);
	while (!drained(intake, now)) {
		bool any = read_feeds(intake, now) > 0;

		/* The state shown must not lag behind what was read when nothing more comes. */
		if (!any || now - intake->turned > TURN_MS * MS)
			turn(intake, now);
		if (!any)
			wait_for_more(intake, intake->drain_begin == CLOCK_NONE
						      ? TURN_MS
						      : INTAKE_DRAIN_QUIET_MS / 5);
		now = clock_monotonic();
	}
	show(intake);
	ring_close(intake->pipeline->ring);
	return NULL;
}

/* --- from outside -------------------------------------------------------------------------------
 */

struct intake *intake_start(struct pipeline *pipeline, struct err *err)
{
	struct intake *intake = xcalloc(1, sizeof(*intake));

	intake->pipeline = pipeline;
	intake->drain_begin = CLOCK_NONE;
	for (size_t i = 0; i < CONF_FEEDS_MAX; i++)
		intake->watched[i] = (struct watched){.heard = CLOCK_NONE, .left = SIZE_MAX};
	pthread_mutex_init(&intake->lock, NULL);
	show(intake);
	if (pthread_create(&intake->thread, NULL, take_in, intake) == 0)
		return intake;
	err_set(err, "cannot start the thread that receives");
	pthread_mutex_destroy(&intake->lock);
	free(intake);
	return NULL;
}

void intake_stop(struct intake *intake)
{
	atomic_store(&intake->stop, true);
	wake_force(ring_room_wake(intake->pipeline->ring));
}

void intake_join(struct intake *intake)
{
	if (!intake)
		return;
	pthread_join(intake->thread, NULL);
	pthread_mutex_destroy(&intake->lock);
	free(intake);
}

struct feed_look intake_look(struct intake *intake, size_t feed)
{
	struct feed_look look;

	pthread_mutex_lock(&intake->lock);
	look = intake->looks[feed];
	pthread_mutex_unlock(&intake->lock);
	return look;
}
