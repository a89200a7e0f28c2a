#include "app/sequencer.h"

#include "app/safe.h"
#include "base/clock.h"

/*
 * A batch is what is done without a gap, BATCH items at most: all its events are numbered and
 * patched, given to the journal and committed together, then published, then the items are counted
 * and their slots given back. An event is never seen before the journal has it, and an item is in
 * flight until its events are out.
 */
#define BATCH 64	  /* items */
#define BEGINNING_MAX 120 /* bytes of a rejected item in the log */

struct sequencer {
	pthread_t thread;
	struct pipeline *pipeline;
	int64_t beat; /* monotonic time of the next heartbeat */
	struct str heartbeat;
	struct {
		VEC(struct journal_entry);
	} entries; /* of the batch */
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
		 pipeline->conf->feeds[slot->feed].name, bytes.len, reject_name(slot->reason),
		 slot->place.offset, member ? " in " : "", member ? member : "",
		 beginning.ptr ? beginning.ptr : "");
	str_fini(&beginning);
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
			.recorded = slot->recorded,
		};

		journal_number(journal, &entry);
		encoded_patch(slot->out.ptr, event, entry.sequence, entry.topic_sequence,
			      journal_stream(journal));
		vec_push(&sequencer->entries, entry);
	}
}

static int keep(struct sequencer *sequencer, struct err *err)
{
	struct journal *journal = sequencer->pipeline->journal;

	if (sequencer->entries.len == 0)
		return 0;
	if (journal_append(journal, sequencer->entries.at, sequencer->entries.len, err) < 0)
		return -1;
	return journal_commit(journal, err);
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

/* -1 when the journal failed: nothing of the batch was published or counted. */
static int settle(struct sequencer *sequencer, size_t count, struct err *err)
{
	struct pipeline *pipeline = sequencer->pipeline;
	uint64_t tail = ring_tail(pipeline->ring);
	struct counts batch = {0};

	vec_reset(&sequencer->entries);
	for (size_t i = 0; i < count; i++) {
		struct slot *slot = ring_slot(pipeline->ring, tail + i);

		number(sequencer, slot);
		counts_add_slot(&batch, slot);
		if (slot->outcome == OUTCOME_REJECTED)
			tell_reject(sequencer, slot);
	}
	if (keep(sequencer, err) < 0)
		return -1;
	publish(sequencer);
	batch.sequence = journal_head(pipeline->journal);
	counters_add(&pipeline->counters, &batch, tail + count);
	ring_release(pipeline->ring, count);
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
	wire_heartbeat(view_of(pipeline->conf->instance), journal_head(pipeline->journal),
		       journal_stream(pipeline->journal), clock_now(), &sequencer->heartbeat);
	if (output_send(pipeline->output, VIEW(HEARTBEAT_TOPIC), str_view(&sequencer->heartbeat),
			&err) < 0)
		log_line(sequencer->pipeline->log, LEVEL_ERROR, "%s", err.text);
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

static void turn(struct sequencer *sequencer, int64_t now)
{
	struct pipeline *pipeline = sequencer->pipeline;

	output_turn(pipeline->output);
	atomic_store(&pipeline->subscriptions, output_subscriptions(pipeline->output));
	atomic_fetch_add(&pipeline->sequencer_turns, 1);
	beat(sequencer, now);
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

		if (count && settle(sequencer, count, &err) < 0) {
			log_line(pipeline->log, LEVEL_ERROR,
				 "the journal cannot keep events, so none are published: %s",
				 err.text);
			atomic_store(&pipeline->failed, true);
			break;
		}
		turn(sequencer, now);
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

	sequencer->pipeline = pipeline;
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
	free(sequencer);
}
