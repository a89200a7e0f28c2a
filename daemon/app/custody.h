#ifndef APP_CUSTODY_H
#define APP_CUSTODY_H

#include "app/pipeline.h"

/*
 * What the sequencer does about held items, slot by slot in a batch. The order on disk: changes
 * that what is to come may rely on (one is held, one is superseded) go before the journal says that
 * the batch is settled, so that after a crash the spool judges it again; what was released goes
 * behind, so that after a crash it is judged again and found to be a duplicate.
 */
struct custody {
	struct pipeline *pipeline;
	struct {
		VEC(struct held_change);
	} before, behind;
};

void custody_fini(struct custody *custody);
/* Of a slot that was held: it is back. One that was superseded meanwhile becomes filtered. */
void custody_take_back(struct custody *custody, struct slot *slot, struct counts *batch);
/* Holds it, or has it supersede what is held; it may become filtered (stale) or rejected (full). */
void custody_judge(struct custody *custody, struct slot *slot, struct counts *batch);
/* Gives up what is too old or was dropped: counted in the batch, and the rejected ones added to
 * `letters`, good until custody_show. */
VEC_TYPE(letter_list, struct deadletter);
void custody_end(struct custody *custody, struct letter_list *letters, struct counts *batch);
bool custody_has_ended(const struct custody *custody);
/* On disk before the journal's commit: an outcome of the journal, or -1. May be tried again. */
int custody_keep(struct custody *custody, struct err *err);
/* Behind it; what cannot be done now is done later. */
void custody_clear(struct custody *custody);
/* Once the batch is counted. */
void custody_show(struct custody *custody);

#endif
