#ifndef APP_RING_H
#define APP_RING_H

#include "app/wake.h"
#include "base/str.h"
#include "base/vec.h"
#include "bus/bus.h"
#include "journal/journal.h"
#include "wire/decode.h"
#include "wire/encode.h"

#include <stdint.h>

/*
 * The ring of slots that carries an item from stage to stage. Positions count all items from 0 and
 * never wrap; slot = position mod size. One thread fills (intake), any number work, one takes out
 * in order (sequencer):
 *
 *     tail ≤ position < claimed   with a worker, or done and waiting for the ones before
 *     claimed ≤ position < head   filled, nobody's yet
 *     head ≤ position < tail+size free
 */
enum hold_reason { HOLD_EMBARGO, HOLD_WITHHELD, HOLD_REASONS /* how many there are */ };
/* Class, status and merge key of an event, one behind the other in `out`. */
struct event_kind {
	size_t at, class_len, status_len, key_len;
};
enum outcome { OUTCOME_TAGGED, OUTCOME_UNTAGGED, OUTCOME_FILTERED, OUTCOME_HELD, OUTCOME_REJECTED };

struct slot {
	/* by intake */
	struct bus_message message;
	unsigned feed;	/* as many as there are: one that the configuration no longer has */
	uint64_t item;	/* its number in the spool; 0: there is none */
	int64_t letter; /* the dead letter that is judged again; 0: none */
	uint64_t held;	/* the number of the held item that is judged again; 0: none */
	bool forced;	/* not to be held, whatever it says */
	/* by the worker */
	enum outcome outcome;
	enum reject reason; /* when rejected */
	struct reject_place place;
	int64_t recorded;
	unsigned char digest[JOURNAL_DIGEST_SIZE]; /* of what the item says */
	size_t subject, subject_len;		   /* in `out`: the item's identifier */
	size_t version, version_len;		   /* likewise */
	int64_t reported; /* when it was modified, else published; CLOCK_NONE */
	bool revised;	  /* it says itself that it is not the first version, or is canceled */
	enum item_state state;
	enum hold_reason hold; /* when held */
	int64_t due;	       /* when held: until then; CLOCK_NONE: until another version */
	struct str out;	       /* topics and payloads */
	struct {
		VEC(struct encoded);
	} events;
	struct {
		VEC(struct event_kind);
	} kinds; /* of the events */
	/* by the ring */
	int64_t filled;	       /* monotonic time at which the workers got it */
	_Atomic uint64_t done; /* position + 1 once the worker is through with it */
};

#define RING_BYTES_MAX                                                                             \
	((size_t)64 << 20) /* of messages in flight: beyond it the ring counts as full */
#define SLOT_KEEP_MAX                                                                              \
	((size_t)16 << 10) /* bytes of output that a free slot keeps for the next item */

struct ring;
/* `size` is a power of two. */
struct ring *ring_new(size_t size, struct err *err);
/* Releases what is still in it, too. No thread may be in it any more. */
void ring_free(struct ring *ring);
size_t ring_size(const struct ring *ring);

/* Items ever put in, and ever taken out. From any thread. */
uint64_t ring_head(const struct ring *ring);
uint64_t ring_tail(const struct ring *ring);

/* --- intake */
/* Slots that can be filled now; 0 when there are none or too many bytes are in flight. */
size_t ring_room(const struct ring *ring);
/* The `ahead`th slot behind the last that was published; ahead < ring_room. */
struct slot *ring_free_slot(struct ring *ring, size_t ahead);
/* Hands the next `count` filled slots to the workers. */
void ring_publish(struct ring *ring, size_t count);
/* Nothing more will come; workers and sequencer end when they are through. */
void ring_close(struct ring *ring);
/* Rung when room comes; arm it, then ask ring_room once more. */
struct wake *ring_room_wake(struct ring *ring);

/* --- workers */
/* Takes the oldest slot that nobody has; false when there is none now. */
bool ring_claim(struct ring *ring, uint64_t *ret_position);
/* Sleeps until there may be something to claim; false when nothing will ever be. */
bool ring_wait(struct ring *ring);
struct slot *ring_slot(struct ring *ring, uint64_t position);
void ring_done(struct ring *ring, uint64_t position);

/* --- sequencer */
/* How many slots from the oldest on are done without a gap; at most `most`. */
size_t ring_ready(const struct ring *ring, size_t most);
/* Gives the oldest `count` slots back, their messages released. */
void ring_release(struct ring *ring, size_t count);
/* Whether it was closed and everything was taken out. */
bool ring_finished(const struct ring *ring);
/* Rung when something is done or the ring was closed. */
struct wake *ring_done_wake(struct ring *ring);

#endif
