#ifndef VERBS_GAP_H
#define VERBS_GAP_H

#include "base/arena.h"
#include "base/table.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Finds out what a subscriber missed. One who takes everything sees holes in the stream's sequence,
 * and by the heartbeat also what is missing at its end; one who filters sees them per exact topic.
 * The first event sets the beginning.
 */
#define GAP_TOPICS_MAX 10000 /* further topics are not watched */

struct gap {
	bool filtered;
	struct view stream;  /* absent before the first */
	bool begun;	     /* whether `last` says anything */
	uint64_t last;	     /* sequence that was seen or missed */
	struct table topics; /* topic → the last topic sequence */
	struct arena arena;
};

struct gap_event {
	struct view topic;
	struct view stream;
	uint64_t sequence, topic_sequence; /* 0: it has none */
	bool heartbeat;			   /* its sequence is the last one's */
};

enum gap_found { GAP_NONE, GAP_MISSED, GAP_NEW_STREAM };

/* Takes what was received, in order. ret_missed: how many events lie between; set with GAP_MISSED.
 */
enum gap_found gap_take(struct gap *gap, const struct gap_event *event, uint64_t *ret_missed);
void gap_fini(struct gap *gap);

#endif
