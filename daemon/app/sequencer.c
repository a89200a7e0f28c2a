#include "app/sequencer.h"

#include "app/correct.h"
#include "app/custody.h"
#include "app/safe.h"
#include "app/slot.h"
#include "base/clock.h"

#include <stdlib.h>

/*
 * A batch is what is done without a gap, BATCH items at most: all its events are numbered and
 * patched, given to the journal and committed together, then published, then the items are counted
 * and their slots given back. An event is never seen before the journal has it, and an item is in
 * flight until its events are out. Rejected items go to the dead letters before the journal says
 * that they are settled: the daemon may die in between, and they are judged again.
 *
 * A full disk is waited for with the batch in hand: the ring fills, and intake stops reading.
 */
#define BATCH 256			  /* items */
#define BEGINNING_MAX 120		  /* bytes of a rejected item in the log */
#define TEND_INTERVAL (10 * CLOCK_SECOND) /* between looks at what retention has past */

struct sequencer {
	pthread_t thread;
	struct pipeline *pipeline;
	int64_t beat;	    /* monotonic time of the next heartbeat */
	int64_t tend;	    /* and of the next look at retention */
	int64_t end_held;   /* and at what is held for too long */
	uint64_t published; /* the last sequence that may be known outside */
	struct str heartbeat;
	struct {
		VEC(struct journal_entry);
	} entries;		    /* of the batch */
	struct letter_list letters; /* likewise */
	struct custody custody;
	struct corrector corrector;
	struct {
		VEC(int64_t);
	} accepted; /* dead letters that were none any more; removed once the batch is kept */
};

/* --- rejected items -----------------------------------------------------------------------------
 */

/* The log itself leaves out what repeats too often, and tells how much. */
static void tell_reject(struct sequencer *sequencer, const struct slot *slot)
{
	struct pipeline *pipeline = sequencer->pipeline;
	struct view bytes = slot->message.last;
	const char *member = slot->place.member;
	struct str beginning = {0};

	if (!log_wants(pipeline->log, LEVEL_WARNING))
		return;
	safe_add(bytes, BEGINNING_MAX, &beginning);
	log_line(pipeline->log, LEVEL_WARNING,
		 "feed %s: rejected an item of %zu bytes: %s at byte %zu%s%s; it begins: %s",
		 pipeline_feed_name(pipeline, slot->feed), bytes.len, reject_name(slot->reason),
		 slot->place.offset, member ? " in " : "", member ? member : "",
		 beginning.ptr ? beginning.ptr : "");
	str_fini(&beginning);
}

static void bury(struct sequencer *sequencer, const struct slot *slot)
{
	struct pipeline *pipeline = sequencer->pipeline;

	tell_reject(sequencer, slot);
	if (!pipeline->deadletters)
		return;
	vec_push(&sequencer->letters,
		 (struct deadletter){
			 .number = slot->letter,
			 .item = slot->item,
			 .time = slot->recorded,
			 .feed = view_of(pipeline_feed_name(pipeline, slot->feed)),
			 .reason = view_of(reject_name(slot->reason)),
			 .member = view_of(slot->place.member),
			 .offset = slot->place.offset,
			 .size = slot->message.last.len,
			 .payload = slot->message.last,
			 .whole = slot->reason == REJECT_HELD_FULL,
		 });
}

/* Where it cannot be removed it stays, and is a duplicate when it is judged once more. */
static void remove_accepted(struct sequencer *sequencer)
{
	struct pipeline *pipeline = sequencer->pipeline;
	struct err err;

	if (sequencer->accepted.len &&
	    deadletters_remove(pipeline->deadletters, sequencer->accepted.at,
			       sequencer->accepted.len, &err) != JOURNAL_KEPT)
		log_line(pipeline->log, LEVEL_ERROR,
			 "dead letters that were accepted cannot be removed: %s", err.text);
	vec_reset(&sequencer->accepted);
}

/* Once what came of it is kept. */
static void tell_letter(struct sequencer *sequencer, const struct slot *slot)
{
	bool rejected = slot->outcome == OUTCOME_REJECTED;

	if (slot->letter)
		letters_judged(sequencer->pipeline->letters, slot->letter,
			       rejected ? reject_name(slot->reason) : NULL);
}

/* --- a batch ------------------------------------------------------------------------------------
 */

static void number(struct sequencer *sequencer, struct slot *slot)
{
	struct journal *journal = sequencer->pipeline->journal;
	struct view out = str_view(&slot->out);

	for (size_t i = 0; i < slot->events.len; i++) {
		const struct encoded *event = &slot->events.at[i];
		struct journal_entry entry = {
			.topic = {out.ptr + event->topic, event->topic_len},
			.payload = {out.ptr + event->payload, event->payload_len},
			.subject = {out.ptr + slot->subject, slot->subject_len},
			.id = event->id,
			.digest = slot->digest,
			.recorded = slot->recorded,
		};

		journal_number(journal, &entry);
		encoded_patch(slot->out.ptr, event, entry.sequence, entry.topic_sequence,
			      journal_stream(journal));
		vec_push(&sequencer->entries, entry);
	}
}

/* --- keeping it ---------------------------------------------------------------------------------
 */

static void turn(struct sequencer *sequencer, int64_t now);
static void tend(struct sequencer *sequencer, int64_t now);

/* Dead letters and held items first. An outcome of the journal. */
static int try_to_keep(struct sequencer *sequencer, uint64_t settled, struct err *err)
{
	struct pipeline *pipeline = sequencer->pipeline;
	int64_t retain = pipeline->conf->journal.retain_ms * (CLOCK_SECOND / 1000);
	int outcome = JOURNAL_KEPT;

	if (sequencer->letters.len)
		outcome = deadletters_put(pipeline->deadletters, sequencer->letters.at,
					  sequencer->letters.len,
					  clock_cautious_now(&pipeline->clock) - retain, err);
	if (outcome != JOURNAL_KEPT)
		return outcome;
	vec_reset(&sequencer->letters);
	outcome = custody_keep(&sequencer->custody, err);
	if (outcome != JOURNAL_KEPT || sequencer->entries.len == 0)
		return outcome;
	return journal_commit(pipeline->journal, sequencer->entries.at, sequencer->entries.len,
			      settled, err);
}

static void pause_stalled(struct sequencer *sequencer)
{
	struct bus_wait waits[] = {{.socket = output_socket(sequencer->pipeline->output)}};

	turn(sequencer, clock_monotonic());
	tend(sequencer, clock_monotonic()); /* may make the room that is wanted */
	bus_wait(waits, 1, STALL_RETRY_MS, NULL);
}

/* Whether it is time to give up a disk that stays full: only when we are to end. */
static bool gives_up(struct sequencer *sequencer, int64_t *draining_since)
{
	int64_t now = clock_monotonic();

	if (!atomic_load(&sequencer->pipeline->draining))
		return false;
	if (*draining_since == CLOCK_NONE)
		*draining_since = now;
	return now - *draining_since > STALL_DRAIN_MS * (CLOCK_SECOND / 1000);
}

/* Keeps the batch, however long the disk is full. -1: it is not kept and never will be. */
static int keep(struct sequencer *sequencer, uint64_t settled, struct err *err)
{
	struct pipeline *pipeline = sequencer->pipeline;
	int64_t draining_since = CLOCK_NONE;
	int outcome = try_to_keep(sequencer, settled, err);

	if (outcome != JOURNAL_FULL)
		return outcome;
	atomic_store(&pipeline->events_stalled, true);
	sequencer->tend = 0;
	log_line(pipeline->log, LEVEL_ERROR,
		 "events cannot be kept now, so nothing is published and intake stops: %s",
		 err->text);
	while (outcome == JOURNAL_FULL && !gives_up(sequencer, &draining_since)) {
		pause_stalled(sequencer);
		outcome = try_to_keep(sequencer, settled, err);
	}
	if (outcome != JOURNAL_KEPT)
		return -1;
	atomic_store(&pipeline->events_stalled, false);
	log_line(pipeline->log, LEVEL_INFO, "events are kept and published again");
	return JOURNAL_KEPT;
}

static void publish(struct sequencer *sequencer)
{
	struct err err;

	for (size_t i = 0; i < sequencer->entries.len; i++) {
		const struct journal_entry *entry = &sequencer->entries.at[i];

		if (output_send(sequencer->pipeline->output, entry->topic, entry->payload, &err) <
		    0)
			log_line(sequencer->pipeline->log, LEVEL_ERROR, "%s", err.text);
	}
}

/* What came before, by what it says, is not tagged again. */
static void drop_duplicate(struct sequencer *sequencer, struct slot *slot)
{
	if (slot->outcome != OUTCOME_TAGGED && slot->outcome != OUTCOME_UNTAGGED)
		return;
	if (known_add(sequencer->pipeline->known, slot->digest))
		slot_filter(slot);
}

static void measure(struct sequencer *sequencer, size_t count, int64_t begin, int64_t kept)
{
	struct pipeline *pipeline = sequencer->pipeline;
	uint64_t tail = ring_tail(pipeline->ring);
	int64_t now = clock_monotonic();

	if (sequencer->entries.len) {
		stages_add(&pipeline->stages, STAGE_COMMIT, kept - begin);
		stages_add(&pipeline->stages, STAGE_PUBLISH, now - kept);
	}
	for (size_t i = 0; i < count; i++)
		stages_add(&pipeline->stages, STAGE_ALL,
			   now - ring_slot(pipeline->ring, tail + i)->filled);
}

/* What becomes of one slot of the batch, in its turn. */
static void settle_slot(struct sequencer *sequencer, struct slot *slot, struct counts *batch)
{
	custody_take_back(&sequencer->custody, slot, batch);
	drop_duplicate(sequencer, slot);
	correct_slot(&sequencer->corrector, slot, batch);
	custody_judge(&sequencer->custody, slot, batch);
	number(sequencer, slot);
	counts_add_slot(batch, slot);
	if (slot->outcome == OUTCOME_REJECTED)
		bury(sequencer, slot);
	else if (slot->letter)
		vec_push(&sequencer->accepted, slot->letter);
}

/* -1 when the journal failed: nothing of the batch was published or counted. */
static int settle(struct sequencer *sequencer, size_t count, struct err *err)
{
	struct pipeline *pipeline = sequencer->pipeline;
	uint64_t tail = ring_tail(pipeline->ring), settled = 0;
	struct counts batch = {0};
	int64_t begin, kept;

	vec_reset(&sequencer->entries);
	for (size_t i = 0; i < count; i++) {
		struct slot *slot = ring_slot(pipeline->ring, tail + i);

		settle_slot(sequencer, slot, &batch);
		settled = slot->item ? slot->item : settled;
	}
	begin = clock_monotonic();
	if (keep(sequencer, settled, err) < 0)
		return -1;
	kept = clock_monotonic();
	atomic_store(&pipeline->head, journal_head(pipeline->journal));
	publish(sequencer);
	measure(sequencer, count, begin, kept);
	custody_clear(&sequencer->custody);
	remove_accepted(sequencer);
	sequencer->published = batch.sequence = journal_head(pipeline->journal);
	if (settled)
		atomic_store(&pipeline->settled, settled);
	counters_add(&pipeline->counters, &batch, tail + count);
	custody_show(&sequencer->custody);
	for (size_t i = 0; i < count; i++)
		tell_letter(sequencer, ring_slot(pipeline->ring, tail + i));
	ring_release(pipeline->ring, count);
	return 0;
}

/* Held items that are given up. -1 as settle. */
static int settle_ended(struct sequencer *sequencer, struct err *err)
{
	struct pipeline *pipeline = sequencer->pipeline;
	struct counts batch = {0};

	vec_reset(&sequencer->entries);
	custody_end(&sequencer->custody, &sequencer->letters, &batch);
	if (sequencer->letters.len)
		log_line(pipeline->log, LEVEL_WARNING,
			 "%zu items were held for longer than limits.held_age and are rejected",
			 sequencer->letters.len);
	if (!pipeline->deadletters)
		vec_reset(&sequencer->letters);
	if (keep(sequencer, 0, err) < 0)
		return -1;
	custody_clear(&sequencer->custody);
	counters_add(&pipeline->counters, &batch, ring_tail(pipeline->ring));
	custody_show(&sequencer->custody);
	return 0;
}

/* --- the loop -----------------------------------------------------------------------------------
 */

static void beat(struct sequencer *sequencer, int64_t now)
{
	struct pipeline *pipeline = sequencer->pipeline;
	int64_t interval = pipeline->conf->output.heartbeat_ms * (CLOCK_SECOND / 1000);
	struct err err;

	if (interval == 0 || now < sequencer->beat)
		return;
	sequencer->beat = now + interval;
	str_reset(&sequencer->heartbeat);
	wire_heartbeat(view_of(pipeline->conf->instance), sequencer->published,
		       journal_stream(pipeline->journal), clock_now(), &sequencer->heartbeat);
	if (output_send(pipeline->output, VIEW(HEARTBEAT_TOPIC), str_view(&sequencer->heartbeat),
			&err) < 0)
		log_line(sequencer->pipeline->log, LEVEL_ERROR, "%s", err.text);
	atomic_fetch_add(&pipeline->heartbeats, 1);
	atomic_store(&pipeline->beat, clock_now());
}

static int rest_ms(const struct sequencer *sequencer, int64_t now)
{
	int64_t rest = (sequencer->beat - now) / (CLOCK_SECOND / 1000) + 1;

	if (sequencer->pipeline->conf->output.heartbeat_ms == 0 || rest > TURN_MS)
		return TURN_MS;
	return rest > 0 ? (int)rest : 0;
}

static void wait_for_more(struct sequencer *sequencer, int64_t now)
{
	struct pipeline *pipeline = sequencer->pipeline;
	struct wake *wake = ring_done_wake(pipeline->ring);
	struct bus_wait waits[] = {{.fd = wake->fd}, {.socket = output_socket(pipeline->output)}};

	wake_arm(wake);
	if (ring_ready(pipeline->ring, 1) == 0 && !ring_finished(pipeline->ring))
		bus_wait(waits, 2, rest_ms(sequencer, now), NULL);
	wake_disarm(wake);
}

static void look_at_journal(struct pipeline *pipeline)
{
	struct journal_size size = journal_size(pipeline->journal);

	atomic_store(&pipeline->journal_look.head, journal_head(pipeline->journal));
	atomic_store(&pipeline->journal_look.segments, size.segments);
	atomic_store(&pipeline->journal_look.bytes, size.bytes);
}

static void watch_clock(struct sequencer *sequencer, int64_t now)
{
	struct pipeline *pipeline = sequencer->pipeline;
	int64_t jump = clock_cautious_adjust(&pipeline->clock, clock_now(), now);

	if (jump)
		log_line(pipeline->log, LEVEL_WARNING,
			 "the system's clock was set %lld s %s; what is to be deleted or published "
			 "at "
			 "a time follows step by step",
			 llabs(jump / CLOCK_SECOND), jump > 0 ? "forward" : "back");
}

static void turn(struct sequencer *sequencer, int64_t now)
{
	struct pipeline *pipeline = sequencer->pipeline;

	watch_clock(sequencer, now);
	look_at_journal(pipeline);
	guard_turn(pipeline->guard, ALLOW_EVENTS, output_socket(pipeline->output),
		   &pipeline->output_cuts);
	output_turn(pipeline->output);
	atomic_store(&pipeline->subscriptions, output_subscriptions(pipeline->output));
	atomic_fetch_add(&pipeline->sequencer_turns, 1);
	beat(sequencer, now);
	letters_turn(pipeline->letters, pipeline->deadletters);
}

static void tend(struct sequencer *sequencer, int64_t now)
{
	struct pipeline *pipeline = sequencer->pipeline;
	size_t dropped;

	if (now < sequencer->tend)
		return;
	sequencer->tend = now + TEND_INTERVAL;
	dropped = journal_tend(pipeline->journal, clock_cautious_now(&pipeline->clock));
	if (dropped)
		log_line(pipeline->log, LEVEL_INFO, "retention: %zu segment%s of the journal went",
			 dropped, dropped == 1 ? "" : "s");
}

/* Held items that are too old or were dropped, now and then. -1 as settle. */
static int end_held(struct sequencer *sequencer, int64_t now, struct err *err)
{
	if (now < sequencer->end_held && !custody_has_ended(&sequencer->custody))
		return 0;
	sequencer->end_held = now + TEND_INTERVAL;
	return settle_ended(sequencer, err);
}

static void *sequence(void *context)
{
	struct sequencer *sequencer = context;
	struct pipeline *pipeline = sequencer->pipeline;
	struct err err;

	pthread_setname_np(pthread_self(), "sequencer");
	while (!ring_finished(pipeline->ring)) {
		size_t count = ring_ready(pipeline->ring, BATCH);
		int64_t now = clock_monotonic();

		if ((count && settle(sequencer, count, &err) < 0) ||
		    end_held(sequencer, now, &err) < 0) {
			log_line(pipeline->log, LEVEL_ERROR,
				 "the journal cannot keep events, so none are published: %s",
				 err.text);
			atomic_store(&pipeline->failed, true);
			break;
		}
		turn(sequencer, now);
		tend(sequencer, now);
		if (count == 0)
			wait_for_more(sequencer, now);
	}
	/* The last word of this run: with it, a subscriber knows that it has everything. */
	sequencer->beat = 0;
	beat(sequencer, clock_monotonic());
	wake_force(&pipeline->ended);
	return NULL;
}

struct sequencer *sequencer_start(struct pipeline *pipeline, struct err *err)
{
	struct sequencer *sequencer = xcalloc(1, sizeof(*sequencer));

	sequencer->pipeline = sequencer->custody.pipeline = sequencer->corrector.pipeline =
		pipeline;
	sequencer->published = journal_head(pipeline->journal);
	if (pthread_create(&sequencer->thread, NULL, sequence, sequencer) == 0)
		return sequencer;
	err_set(err, "cannot start the thread that publishes");
	free(sequencer);
	return NULL;
}

void sequencer_join(struct sequencer *sequencer)
{
	if (!sequencer)
		return;
	pthread_join(sequencer->thread, NULL);
	str_fini(&sequencer->heartbeat);
	vec_fini(&sequencer->entries);
	vec_fini(&sequencer->letters);
	vec_fini(&sequencer->accepted);
	custody_fini(&sequencer->custody);
	corrector_fini(&sequencer->corrector);
	free(sequencer);
}
