#ifndef JOURNAL_SPOOL_H
#define JOURNAL_SPOOL_H

#include "base/err.h"
#include "base/str.h"
#include "journal/journal.h"

#include <stdint.h>

/*
 * Received items on disk until their events are in the journal: `spool.db` in the journal's folder.
 * Items are numbered from 1 on in the order in which they came, no number is ever given twice.
 * What is settled is the journal's word (journal_settled); here it is only cleared away. A spool
 * belongs to one thread.
 */
struct spool_item {
	struct view feed; /* its name */
	struct view payload;
	int64_t received;
	uint64_t number; /* given by spool_put */
};

struct spool;
/*
 * `path` is the folder of an open journal, which has the lock, and `settled` what it says is
 * settled: later items are still to be judged. A damaged spool is renamed to *.damaged, told in
 * spool_findings, and a new one begun. Returns owned.
 */
struct spool *spool_open(const char *path, uint64_t settled, struct err *err);
void spool_close(struct spool *spool);
/* As journal_findings. */
const char *spool_findings(const struct spool *spool);
/* Items that were left to judge when it was opened. */
uint64_t spool_left(const struct spool *spool);
/* The next of those: 1 and the item (views good until the next call), 0 at the end, SPOOL_DAMAGED
 * when its bytes cannot be right (err names it; the next call goes on behind it), -1. */
#define SPOOL_DAMAGED 2
int spool_next(struct spool *spool, struct spool_item *ret_item, struct err *err);
/*
 * Keeps the items, numbers them, and clears away those up to `settled`, in one transaction that is
 * on disk when this returns. An outcome as of journal_commit, or -1.
 */
int spool_put(struct spool *spool, struct spool_item *items, size_t count, uint64_t settled,
	      struct err *err);

#endif
