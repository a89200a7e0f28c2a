#ifndef APP_CORRECT_H
#define APP_CORRECT_H

#include "app/pipeline.h"
#include "base/arena.h"

/*
 * Corrections, slot by slot in the order of the feed. A newer version of an item, or a canceled
 * one, withdraws the events of the older version: a retraction goes before the slot's own events.
 * An older version that comes behind a newer one is stale and becomes filtered.
 */
struct corrector {
	struct pipeline *pipeline;
	struct arena arena; /* of a correction */
};

void corrector_fini(struct corrector *corrector);
void correct_slot(struct corrector *corrector, struct slot *slot, struct counts *batch);

#endif
