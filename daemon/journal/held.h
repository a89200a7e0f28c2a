#ifndef JOURNAL_HELD_H
#define JOURNAL_HELD_H

#include "base/err.h"
#include "base/str.h"
#include "journal/journal.h"

#include <stdint.h>

/*
 * Items that are not to be published yet, on disk: `held.db` in the journal's folder. One stands in
 * it from before the spool gives it up until what came of it is kept, so that it is in one of the
 * two at every instant. Of an item's versions one is held, by its identifier.
 */
struct held_item {
	uint64_t number; /* from 1 on, never given twice; by whoever holds */
	struct view uri, version, reason, feed;
	int64_t modified, due; /* CLOCK_NONE: unsaid; not by time */
	int64_t received;      /* when it was held */
	uint64_t item;	       /* its number in the spool; 0: it was on none */
	struct view payload;
};

struct held_change {
	const struct held_item *put; /* in place of whatever is held by its identifier; or NULL: */
	uint64_t gone;		     /* the number of one that is held no more */
};

struct held;
/* `path` is the folder of an open journal. A damaged file is renamed to *.damaged, told in
 * held_findings, and a new one begun. Returns owned. */
struct held *held_open(const char *path, struct err *err);
/* For reading, also beside a daemon that writes. */
struct held *held_read(const char *path, struct err *err);
void held_close(struct held *held);
/* As journal_findings. */
const char *held_findings(const struct held *held);
/* The last number that was ever put. */
uint64_t held_last(const struct held *held);
/* The first with a number of at least `from`: 1 (views good until the next call), 0: none,
 * HELD_DAMAGED when its bytes cannot be right (err names it, the number is set), -1. */
#define HELD_DAMAGED 2
int held_next(struct held *held, uint64_t from, struct held_item *ret_item, struct err *err);
/* Makes the changes in their order, in one transaction that is on disk when this returns. An
 * outcome as of journal_commit, or -1. */
int held_apply(struct held *held, const struct held_change *changes, size_t count, struct err *err);

#endif
