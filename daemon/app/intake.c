#include "app/intake.h"

#include "app/reentry.h"
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
	bool silent; /* and the log says so */
	size_t left; /* messages that draining still reads of it; before: no limit */
};

struct intake {
	pthread_t thread;
	struct pipeline *pipeline;
	atomic_bool stop;
	int64_t turned;		  /* monotonic times */
	int64_t got;		  /* something came */
	int64_t drain_begin;	  /* CLOCK_NONE: not draining */
	int64_t looked;		  /* whether it is drained */
	bool full;		  /* the ring was, when reading last ended */
	size_t filled;		  /* slots behind the ring's head that are not on the spool yet */
	bool stalled;		  /* since the disk takes no more */
	struct spool_item *items; /* of the slots filled, as many as the ring has room */
	struct watched watched[CONF_FEEDS_MAX];
	struct bus_wait waits[2 * CONF_FEEDS_MAX + 1];
	pthread_mutex_t lock;
	struct feed_look looks[CONF_FEEDS_MAX]; /* under the lock */
};

/* --- reading ------------------------------------------------------------------------------------
 */

/* Up to a batch of one feed into free slots; how many. */
static size_t read_feed(struct intake *intake, size_t index)
{
	struct pipeline *pipeline = intake->pipeline;
	struct watched *watched = &intake->watched[index];
	size_t room = ring_room(pipeline->ring), count = 0;
	struct err err;
	int got = 1;

	room = room > intake->filled ? room - intake->filled : 0;
	room = room < BATCH ? room : BATCH;
	room = room < watched->left ? room : watched->left;
	while (count < room) {
		struct slot *slot = ring_free_slot(pipeline->ring, intake->filled);

		got = feed_receive(pipeline->feeds[index], &slot->message, &err);
		if (got <= 0)
			break;
		slot->feed = (unsigned)index;
		slot->item = 0;
		slot->letter = 0;
		slot->held = 0;
		slot->forced = false;
		intake->filled++;
		watched->surplus += slot->message.frames > 2;
		count++;
	}
	if (got < 0)
		log_line(pipeline->log, LEVEL_ERROR, "%s", err.text);
	if (intake->drain_begin != CLOCK_NONE)
		watched->left -= count;
	return count;
}

/* --- the spool -----------------------------------------------------------------------------------
 */

/* More of a message that is too large is not kept: it is rejected for its size all the same. */
static struct view spooled_part(const struct intake *intake, struct view payload)
{
	size_t most = (size_t)intake->pipeline->conf->limits.message_bytes + 1;

	return payload.len > most ? view_slice(payload, 0, most) : payload;
}

static int put_on_spool(struct intake *intake, struct err *err)
{
	struct pipeline *pipeline = intake->pipeline;
	int64_t now = clock_now();
	int outcome;

	for (size_t i = 0; i < intake->filled; i++) {
		const struct slot *slot = ring_free_slot(pipeline->ring, i);

		intake->items[i] = (struct spool_item){
			.feed = view_of(pipeline_feed_name(pipeline, slot->feed)),
			.payload = spooled_part(intake, slot->message.last),
			.received = now,
		};
	}
	outcome = spool_put(pipeline->spool, intake->items, intake->filled,
			    atomic_load(&pipeline->settled), err);
	for (size_t i = 0; i < intake->filled && outcome == JOURNAL_KEPT; i++)
		ring_free_slot(pipeline->ring, i)->item = intake->items[i].number;
	return outcome;
}

static void stall(struct intake *intake, const char *why)
{
	if (intake->stalled)
		return;
	intake->stalled = true;
	atomic_store(&intake->pipeline->items_stalled, true);
	log_line(intake->pipeline->log, LEVEL_ERROR,
		 "items cannot be kept now, so none are read: %s", why);
}

static void go_on(struct intake *intake)
{
	if (!intake->stalled)
		return;
	intake->stalled = false;
	atomic_store(&intake->pipeline->items_stalled, false);
	log_line(intake->pipeline->log, LEVEL_INFO, "items are kept and read again");
}

/*
 * Has the filled slots on disk, then hands them to the workers: only now they are received. False
 * when they have to wait for the disk. A spool that fails for good ends the daemon, as the journal
 * does.
 */
static bool hand_over(struct intake *intake)
{
	struct pipeline *pipeline = intake->pipeline;
	struct err err;
	int outcome = pipeline->spool ? put_on_spool(intake, &err) : JOURNAL_KEPT;

	if (outcome == JOURNAL_KEPT) {
		go_on(intake);
		ring_publish(pipeline->ring, intake->filled);
		intake->filled = 0;
		return true;
	}
	if (outcome == JOURNAL_FULL) {
		stall(intake, err.text);
		return false;
	}
	log_line(pipeline->log, LEVEL_ERROR, "items cannot be kept: %s", err.text);
	atomic_store(&pipeline->failed, true);
	wake_force(&pipeline->ended);
	return false;
}

/* What the spool held when the daemon started goes into the ring before anything new. False when
 * there is more. */
static bool recover_some(struct intake *intake)
{
	struct pipeline *pipeline = intake->pipeline;
	size_t room = ring_room(pipeline->ring), count = 0;
	struct spool_item item;
	struct err err;
	int got = 1;

	while (count < room && (got = spool_next(pipeline->spool, &item, &err)) > 0) {
		struct slot *slot = ring_free_slot(pipeline->ring, count);

		if (got == SPOOL_DAMAGED) {
			log_line(pipeline->log, LEVEL_ERROR, "%s", err.text);
			continue;
		}
		if (hold_has_item(pipeline->hold, item.number))
			continue;
		bus_message_copy(item.payload, &slot->message);
		slot->feed = pipeline_find_feed(pipeline, item.feed);
		slot->item = item.number;
		slot->letter = 0;
		slot->held = 0;
		slot->forced = false;
		count++;
	}
	ring_publish(pipeline->ring, count);
	if (got < 0)
		log_line(pipeline->log, LEVEL_ERROR, "the spool cannot be read: %s", err.text);
	return got <= 0;
}

static void recover(struct intake *intake)
{
	struct pipeline *pipeline = intake->pipeline;
	struct wake *wake = ring_room_wake(pipeline->ring);
	struct bus_wait waits[] = {{.fd = wake->fd}};

	while (pipeline->spool && !recover_some(intake) && !atomic_load(&intake->stop) &&
	       !atomic_load(&pipeline->failed)) {
		wake_arm(wake);
		if (ring_room(pipeline->ring) == 0)
			bus_wait(waits, 1, TURN_MS, NULL);
		wake_disarm(wake);
		atomic_fetch_add(&pipeline->intake_turns, 1);
	}
	atomic_store(&pipeline->recovered, true);
}

/* What was read and could not be kept before the end was never counted as received. */
static void abandon(struct intake *intake)
{
	struct pipeline *pipeline = intake->pipeline;

	if (intake->filled)
		log_line(pipeline->log, LEVEL_WARNING,
			 "%zu items that had come could not be kept and are left behind",
			 intake->filled);
	for (size_t i = 0; i < intake->filled; i++)
		bus_message_fini(&ring_free_slot(pipeline->ring, i)->message);
	intake->filled = 0;
}

/* Draining counts time in which nothing came: what the disk took is none. */
static void leave_out(struct intake *intake, int64_t begin)
{
	int64_t took = clock_monotonic() - begin;

	intake->got += took;
	if (intake->drain_begin != CLOCK_NONE)
		intake->drain_begin += took;
}

static size_t read_feeds(struct intake *intake, int64_t now)
{
	size_t count = 0;

	if (intake->filled && !hand_over(intake))
		return 0;
	if (intake->drain_begin == CLOCK_NONE)
		count += reentry_fill(intake->pipeline);
	for (size_t i = 0; i < intake->pipeline->conf->feed_count; i++)
		count += read_feed(intake, i);
	if (count)
		intake->got = now;
	hand_over(intake);
	leave_out(intake, now);
	intake->full = ring_room(intake->pipeline->ring) == 0;
	return count;
}

/* --- turning ------------------------------------------------------------------------------------
 */

static void note(void *context, const char *sentence)
{
	log_line(context, LEVEL_INFO, "%s", sentence);
}

static void watch_silence(struct intake *intake, size_t index)
{
	struct watched *watched = &intake->watched[index];
	struct pipeline *pipeline = intake->pipeline;
	const struct feed_state *state = feed_state(pipeline->feeds[index]);
	const char *name = feed_name(pipeline->feeds[index]);

	if (watched->silent == state->silent)
		return;
	watched->silent = state->silent;
	if (state->silent)
		log_line(pipeline->log, LEVEL_WARNING,
			 "feed %s: nothing has come for %.3g s; it is %s", name,
			 (double)pipeline->conf->feeds[index].silence_ms / 1000,
			 state->connected ? "connected" : "not connected");
	else
		log_line(pipeline->log, LEVEL_INFO, "feed %s: items come again", name);
}

static void show(struct intake *intake)
{
	struct pipeline *pipeline = intake->pipeline;

	pthread_mutex_lock(&intake->lock);
	for (size_t i = 0; i < pipeline->conf->feed_count; i++)
		intake->looks[i] = (struct feed_look){
			.state = *feed_state(pipeline->feeds[i]),
			.surplus = intake->watched[i].surplus,
		};
	pthread_mutex_unlock(&intake->lock);
}

static void turn(struct intake *intake, int64_t now)
{
	struct pipeline *pipeline = intake->pipeline;

	for (size_t i = 0; i < pipeline->conf->feed_count; i++) {
		guard_turn(pipeline->guard, ALLOW_FEED, feed_socket(pipeline->feeds[i]),
			   &pipeline->feed_cuts[i]);
		feed_turn(pipeline->feeds[i], now, note, pipeline->log);
		watch_silence(intake, i);
	}
	if (intake->pipeline->spool && intake->filled == 0)
		hand_over(intake); /* clears away what is settled */
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

	if (intake->stalled) {
		room = false;
		timeout_ms = STALL_RETRY_MS;
	} else if (!room) {
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
	if (intake->stalled)
		return now - intake->drain_begin > STALL_DRAIN_MS * MS;
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
	recover(intake);
	turn(intake, now);
	while (!drained(intake, now)) {
		bool any = read_feeds(intake, now) > 0;

		/* The state shown must not lag behind what was read when nothing more comes. */
		if (!any || now - intake->turned > TURN_MS * MS) {
			now = clock_monotonic();
			turn(intake, now);
			leave_out(intake, now);
		}
		if (!any)
			wait_for_more(intake, intake->drain_begin == CLOCK_NONE
						      ? reentry_rest_ms(intake->pipeline, TURN_MS)
						      : INTAKE_DRAIN_QUIET_MS / 5);
		now = clock_monotonic();
	}
	show(intake);
	abandon(intake);
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
	intake->items = xcalloc(ring_size(pipeline->ring), sizeof(*intake->items));
	for (size_t i = 0; i < CONF_FEEDS_MAX; i++)
		intake->watched[i] = (struct watched){.left = SIZE_MAX};
	pthread_mutex_init(&intake->lock, NULL);
	show(intake);
	if (pthread_create(&intake->thread, NULL, take_in, intake) == 0)
		return intake;
	err_set(err, "cannot start the thread that receives");
	pthread_mutex_destroy(&intake->lock);
	free(intake->items);
	free(intake);
	return NULL;
}

void intake_stop(struct intake *intake)
{
	atomic_store(&intake->stop, true);
	atomic_store(&intake->pipeline->draining, true);
	wake_force(ring_room_wake(intake->pipeline->ring));
}

void intake_join(struct intake *intake)
{
	if (!intake)
		return;
	pthread_join(intake->thread, NULL);
	pthread_mutex_destroy(&intake->lock);
	free(intake->items);
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
