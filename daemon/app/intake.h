#ifndef APP_INTAKE_H
#define APP_INTAKE_H

#include "app/pipeline.h"

/*
 * The thread that receives from all feeds: it takes messages in batches, counts them and puts them
 * into the ring; nothing else. A full ring stops it, and so pushes back on who sends.
 */
struct intake;

/* What is known of a feed; a copy, at most TURN_MS old. */
struct feed_look {
	struct feed_state state;
	uint64_t surplus; /* messages of more than a topic and a payload */
};

#define INTAKE_DRAIN_QUIET_MS 100 /* draining ends when nothing came for so long … */
#define INTAKE_DRAIN_MS 3000	  /* … or after so long, with room in the ring */

struct intake *intake_start(struct pipeline *pipeline, struct err *err);
/*
 * Reads what has already come to the feeds, then closes the ring and ends. From any thread, once or
 * more often.
 */
void intake_stop(struct intake *intake);
/* Waits for its end. NULL is fine. */
void intake_join(struct intake *intake);
/* From any thread. */
struct feed_look intake_look(struct intake *intake, size_t feed);

#endif
