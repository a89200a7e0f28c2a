#ifndef APP_COUNTERS_H
#define APP_COUNTERS_H

#include "app/ring.h"
#include "base/jsonw.h"

#include <pthread.h>

/*
 * What became of the items. The sequencer adds a batch at a time, all of it at once, so that
 * whoever looks sees the conservation law hold at every instant: received = tagged + untagged +
 * filtered + rejected + held + in flight. Received and in flight come from the ring's positions,
 * the others are counted one by one. Held is a gauge: an item that leaves the hold is in flight
 * once more, and then one of the others; a batch may take away (numbers wrap, and so does their
 * sum).
 */
struct counts {
	uint64_t received;
	uint64_t outcomes[OUTCOME_REJECTED + 1];
	uint64_t rejected[REJECT_REASONS]; /* by reason; their sum is outcomes[OUTCOME_REJECTED] */
	uint64_t in_flight;
	uint64_t held[HOLD_REASONS]; /* their sum is outcomes[OUTCOME_HELD] */
	uint64_t released;	     /* held before, and judged when it was time */
	uint64_t stale;		     /* of those filtered: a later version was there before */
	uint64_t retractions;	     /* of the events */
	uint64_t events;
	uint64_t sequence; /* of the last event published */
};

struct counters {
	pthread_mutex_t lock;
	struct ring *ring;
	struct counts counts; /* without received and in_flight */
	uint64_t carried;     /* held when it began: received in a run before */
	uint64_t reentered;   /* so often one was put into the ring that was received before */
	uint64_t settled;     /* position in the ring behind the last item counted */
};

/* "tagged", "untagged" … */
const char *outcome_name(enum outcome outcome);

void counters_init(struct counters *counters, struct ring *ring);
void counters_fini(struct counters *counters);
/* Counts one slot into a batch. */
void counts_add_slot(struct counts *batch, const struct slot *slot);
/* Adds a batch that ends at position `settled`; the sequencer's. */
void counters_add(struct counters *counters, const struct counts *batch, uint64_t settled);
/* One that was held when it began; before anybody looks. */
void counters_carry(struct counters *counters, enum hold_reason reason);
/* Publishes `count` slots of the ring that hold items held so far, so many for each reason:
 * intake's, in place of ring_publish. */
void counters_reenter(struct counters *counters, size_t count, const size_t reasons[HOLD_REASONS]);
/* What holds at this instant. From any thread. */
struct counts counters_look(struct counters *counters);
/* {"received":…,"rejected":{…},…}: every member there from the start. */
void counts_write(const struct counts *counts, struct jsonw *json);
/* "received 10 = tagged 1 + …, 3 events", with the reasons that occurred. */
void counts_describe(const struct counts *counts, struct str *out);
/* Whether the law holds. */
bool counts_balanced(const struct counts *counts);

#endif
