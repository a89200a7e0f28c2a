#ifndef APP_SEQUENCER_H
#define APP_SEQUENCER_H

#include "app/pipeline.h"

/*
 * The thread that restores feed order: it takes finished items out of the ring one after the other,
 * numbers their events, has the journal keep them, and only then publishes them. It announces the
 * last sequence by heartbeats and counts what became of each item.
 */
struct sequencer;

#define HEARTBEAT_TOPIC "heartbeat"

struct sequencer *sequencer_start(struct pipeline *pipeline, struct err *err);
/*
 * Waits for its end, which comes when the ring is closed and empty, or when the journal failed
 * (pipeline->failed). NULL is fine.
 */
void sequencer_join(struct sequencer *sequencer);

#endif
