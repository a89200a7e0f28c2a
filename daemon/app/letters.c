#include "app/letters.h"

#include <pthread.h>
#include <stdio.h>

/*
 * The life of a wish:
 *
 *     idle → judging (intake takes letters) → given (all are in the ring) → told
 *     idle → dropping (the sequencer's next turn) → told
 *
 * A letter stays in the store until what came of it is kept, so that a daemon that dies in between
 * has forgotten the wish and nothing else: judged once more it gives the same ids, and what was
 * published already is filtered as a duplicate. That is why such letters need no place in the
 * spool.
 *
 * Letters are read over a connection of intake's own, one at a time: a wish for all of them takes
 * no more memory than the ring.
 */
enum phase { PHASE_IDLE, PHASE_JUDGING, PHASE_GIVEN, PHASE_DROPPING, PHASE_TOLD };

struct failed {
	int64_t number;
	char reason[LETTERS_REASON_MAX];
};

struct letters {
	pthread_mutex_t lock;
	const char *path;
	struct wake *told;
	struct letters_look look;
	struct deadletters *reader; /* intake's, while it takes */
	_Atomic enum phase phase;   /* changed under the lock */
	struct letters_wish wish;
	size_t at;    /* of the numbers wished for */
	int64_t from; /* of all */
	size_t out;   /* in the ring */
	size_t done, again, missing, cut;
	struct failed failed[LETTERS_FAILED_MAX];
	size_t failed_count;
	char trouble[512]; /* "": none */
};

struct letters *letters_new(const char *path, struct wake *told)
{
	struct letters *letters = xcalloc(1, sizeof(*letters));

	pthread_mutex_init(&letters->lock, NULL);
	letters->path = path;
	letters->told = told;
	return letters;
}

void letters_free(struct letters *letters)
{
	if (!letters)
		return;
	deadletters_close(letters->reader);
	pthread_mutex_destroy(&letters->lock);
	free(letters);
}

bool letters_ask(struct letters *letters, const struct letters_wish *wish)
{
	bool idle;

	pthread_mutex_lock(&letters->lock);
	idle = atomic_load(&letters->phase) == PHASE_IDLE;
	if (idle) {
		letters->wish = *wish;
		letters->at = letters->out = letters->failed_count = 0;
		letters->done = letters->again = letters->missing = letters->cut = 0;
		letters->from = 0;
		letters->trouble[0] = '\0';
		atomic_store(&letters->phase, wish->drop ? PHASE_DROPPING : PHASE_JUDGING);
	}
	pthread_mutex_unlock(&letters->lock);
	return idle;
}

/* --- under the lock -----------------------------------------------------------------------------
 */

static void tell(struct letters *letters)
{
	atomic_store(&letters->phase, PHASE_TOLD);
	wake_force(letters->told);
}

static void tell_if_done(struct letters *letters)
{
	if (atomic_load(&letters->phase) == PHASE_GIVEN && letters->out == 0)
		tell(letters);
}

static void note_failed(struct letters *letters, int64_t number, const char *reason)
{
	struct failed *failed = &letters->failed[letters->failed_count];

	if (letters->failed_count == LETTERS_FAILED_MAX)
		return;
	failed->number = number;
	snprintf(failed->reason, sizeof(failed->reason), "%s", reason);
	letters->failed_count++;
}

/* --- judging again ------------------------------------------------------------------------------
 */

static void note_missing(struct letters *letters, int64_t number)
{
	letters->missing++;
	note_failed(letters, number, "missing");
}

static struct deadletter_choice choice_of(const struct letters *letters, int64_t number)
{
	const struct letters_wish *wish = &letters->wish;

	return (struct deadletter_choice){
		.number = number,
		.reason = *wish->reason ? view_of(wish->reason) : VIEW_NONE,
		.before = wish->before,
	};
}

/* One step through those wished for: 1 one to judge, SKIPPED, 0 at the end, -1. */
#define SKIPPED 2
static int step(struct letters *letters, struct deadletter *letter, struct err *err)
{
	const struct letters_wish *wish = &letters->wish;
	struct deadletter_choice choice = choice_of(letters, 0);
	int64_t wanted = letters->from;
	int got;

	if (wish->count && letters->at == wish->count)
		return 0;
	if (wish->count)
		wanted = wish->numbers[letters->at++];
	got = deadletters_next(letters->reader, wanted, letter, err);
	if (got < 0 || (got == 0 && !wish->count))
		return got;
	if (wish->count && (got == 0 || letter->number != wanted)) {
		note_missing(letters, wanted);
		return SKIPPED;
	}
	letters->from = letter->number + 1;
	if (!deadletter_fits(&choice, letter))
		return SKIPPED;
	if (letter->payload.len == letter->size)
		return 1;
	letters->cut++;
	note_failed(letters, letter->number, "cut");
	return SKIPPED;
}

static int take(struct letters *letters, struct deadletter *letter, struct err *err)
{
	int got;

	if (!letters->reader)
		letters->reader = deadletters_read(letters->path, err);
	if (!letters->reader)
		return -1;
	do {
		got = step(letters, letter, err);
	} while (got == SKIPPED);
	return got;
}

int letters_next(struct letters *letters, struct deadletter *ret_letter)
{
	struct err err;
	int got;

	if (atomic_load(&letters->phase) != PHASE_JUDGING)
		return 0;
	pthread_mutex_lock(&letters->lock);
	got = take(letters, ret_letter, &err);
	if (got > 0) {
		letters->out++;
	} else {
		if (got < 0)
			snprintf(letters->trouble, sizeof(letters->trouble), "%s", err.text);
		deadletters_close(MOVE(letters->reader));
		atomic_store(&letters->phase, PHASE_GIVEN);
		tell_if_done(letters);
	}
	pthread_mutex_unlock(&letters->lock);
	return got > 0;
}

void letters_judged(struct letters *letters, int64_t number, const char *reason)
{
	pthread_mutex_lock(&letters->lock);
	letters->out--;
	if (reason) {
		letters->again++;
		letters->look.again++;
		note_failed(letters, number, reason);
	} else {
		letters->done++;
		letters->look.retried++;
	}
	tell_if_done(letters);
	pthread_mutex_unlock(&letters->lock);
}

/* --- dropping -----------------------------------------------------------------------------------
 */

static int drop_one(struct letters *letters, struct deadletters *store, int64_t number,
		    struct err *err)
{
	struct deadletter_choice choice = choice_of(letters, number);
	size_t before = letters->done;
	int outcome = deadletters_drop(store, &choice, &letters->done, err);

	if (outcome == JOURNAL_KEPT && number && letters->done == before)
		note_missing(letters, number);
	return outcome;
}

void letters_turn(struct letters *letters, struct deadletters *store)
{
	struct err err;
	int outcome = JOURNAL_KEPT;

	if (!letters || atomic_load(&letters->phase) != PHASE_DROPPING)
		return;
	pthread_mutex_lock(&letters->lock);
	if (letters->wish.count == 0)
		outcome = drop_one(letters, store, 0, &err);
	for (size_t i = 0; i < letters->wish.count && outcome == JOURNAL_KEPT; i++)
		outcome = drop_one(letters, store, letters->wish.numbers[i], &err);
	if (outcome != JOURNAL_KEPT)
		snprintf(letters->trouble, sizeof(letters->trouble), "%s", err.text);
	letters->look.dropped += letters->done;
	tell(letters);
	pthread_mutex_unlock(&letters->lock);
}

/* --- verdicts -----------------------------------------------------------------------------------
 */

void letters_end(struct letters *letters)
{
	enum phase phase;

	if (!letters)
		return;
	pthread_mutex_lock(&letters->lock);
	phase = atomic_load(&letters->phase);
	if (phase != PHASE_IDLE && phase != PHASE_TOLD) {
		snprintf(letters->trouble, sizeof(letters->trouble),
			 "the daemon ends before all is done");
		tell(letters);
	}
	pthread_mutex_unlock(&letters->lock);
}

static void write_number(struct jsonw *json, const char *key, size_t number)
{
	jsonw_key(json, key);
	jsonw_int(json, (int64_t)number);
}

static void write_verdict(const struct letters *letters, struct jsonw *json)
{
	jsonw_object(json);
	jsonw_key(json, "ok");
	jsonw_bool(json, !*letters->trouble);
	if (*letters->trouble) {
		jsonw_key(json, "error");
		jsonw_string(json, letters->trouble);
	}
	write_number(json, "done", letters->done);
	write_number(json, "again", letters->again);
	write_number(json, "missing", letters->missing);
	write_number(json, "cut", letters->cut);
	jsonw_key(json, "failed");
	jsonw_array(json);
	for (size_t i = 0; i < letters->failed_count; i++) {
		jsonw_object(json);
		jsonw_key(json, "number");
		jsonw_int(json, letters->failed[i].number);
		jsonw_key(json, "reason");
		jsonw_string(json, letters->failed[i].reason);
		jsonw_object_end(json);
	}
	jsonw_array_end(json);
	jsonw_object_end(json);
}

bool letters_take_verdict(struct letters *letters, struct asker *ret_asker, struct str *reply)
{
	struct jsonw json = jsonw_begin(reply);
	bool told;

	if (!letters || atomic_load(&letters->phase) != PHASE_TOLD)
		return false;
	pthread_mutex_lock(&letters->lock);
	told = atomic_load(&letters->phase) == PHASE_TOLD;
	if (told) {
		*ret_asker = letters->wish.asker;
		write_verdict(letters, &json);
		atomic_store(&letters->phase, PHASE_IDLE);
	}
	pthread_mutex_unlock(&letters->lock);
	return told;
}

struct letters_look letters_look(struct letters *letters)
{
	struct letters_look look = {0};

	if (!letters)
		return look;
	pthread_mutex_lock(&letters->lock);
	look = letters->look;
	pthread_mutex_unlock(&letters->lock);
	return look;
}
