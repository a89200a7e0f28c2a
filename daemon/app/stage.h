#ifndef APP_STAGE_H
#define APP_STAGE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How long the stages take, as histograms with fixed bounds. Without locks: whoever has measured
 * adds, whoever looks adds up; the count of a look is the sum of its buckets, so that it is never
 * at odds with them. The sum of times may be of an instant later.
 */
enum stage {
	STAGE_QUEUE,	/* an item, from the ring's head until a worker takes it */
	STAGE_CLASSIFY, /* an item, from bytes to encoded events */
	STAGE_COMMIT,	/* a batch with events, until they are on disk */
	STAGE_PUBLISH,	/* the same batch, until libzmq has it */
	STAGE_ALL,	/* an item, from the ring's head until it is counted */
};
#define STAGES (STAGE_ALL + 1)
#define STAGE_BOUNDS 19

/* Upper bounds, included; nanoseconds: 10 µs to 10 s, three a decade. */
extern const int64_t stage_bounds[STAGE_BOUNDS];
const char *stage_name(enum stage stage);

struct stages {
	struct stage_histogram {
		_Alignas(64) _Atomic uint64_t buckets[STAGE_BOUNDS + 1]; /* the last: above all */
		_Atomic uint64_t sum_ns;
	} at[STAGES];
};

/* From any thread. A negative time counts as none. */
void stages_add(struct stages *stages, enum stage stage, int64_t ns);

#endif
