#ifndef APP_HOLD_H
#define APP_HOLD_H

#include "app/ring.h"
#include "journal/held.h"
#include "model/version.h"

/*
 * The items that are held, in memory, as many as the limits allow: by the store's word they are on
 * disk, too, where there is one. The sequencer puts in and takes out; intake has those that are due
 * judged again; control marks. An entry that is judged again is "out": it stays here, counted as in
 * flight, until the sequencer has it back.
 *
 * What the sequencer puts in a batch is seen by the others once hold_show says so, behind the
 * batch's count; what it takes out lives until then.
 */
struct hold_limits {
	size_t items;
	size_t bytes; /* of payloads and names */
	int64_t age;  /* after which one is given up */
};

struct hold;
struct hold *hold_new(const struct hold_limits *limits, uint64_t last_number);
void hold_free(struct hold *hold);
size_t hold_count(const struct hold *hold);	       /* the sequencer's, or once it has ended */
const char *hold_reason_name(enum hold_reason reason); /* "embargo", "withheld" */

/* --- the sequencer's */
struct hold_found {
	uint64_t number;
	enum hold_reason reason;
	struct version version; /* views into the entry */
};
bool hold_find(struct hold *hold, struct view uri, struct hold_found *ret_found);
/* Whether one of so many bytes more is within the limits. */
bool hold_fits(const struct hold *hold, const struct held_item *item);
/* Takes a copy, numbered when item->number is 0; it lives until hold_show after it was removed.
 * None of its identifier may be there. */
const struct held_item *hold_put(struct hold *hold, const struct held_item *item,
				 enum hold_reason reason);
/* Whether it was there and not out: what is out is counted by what becomes of it. */
bool hold_remove(struct hold *hold, uint64_t number);
/* One that was out is back, to stay or to go; false when it was removed meanwhile. */
bool hold_back(struct hold *hold, uint64_t number, bool stays);
/* Removes those that control had dropped and those that are too old at `now`, each told to `end`.
 */
void hold_end(struct hold *hold, int64_t now,
	      void (*end)(void *context, const struct held_item *item, enum hold_reason reason,
			  bool dropped),
	      void *context);
/* Whether control had any dropped since hold_end. */
bool hold_has_dropped(const struct hold *hold);
void hold_show(struct hold *hold);

/* --- intake's */
/* Whether the item of that number in the spool is held: after a crash it can be in both. */
bool hold_has_item(struct hold *hold, uint64_t item);
/* When the next one is due, CLOCK_NONE: none by time. */
int64_t hold_next(const struct hold *hold);
/* The oldest that is due at `now`, out from now on; `take` gets it while it is certain to live.
 * False when there is none. */
struct hold_due {
	uint64_t number;
	enum hold_reason reason;
	bool forced; /* by the operator, whatever the item says */
};
bool hold_take_due(struct hold *hold, int64_t now,
		   void (*take)(void *context, const struct held_item *item), void *context,
		   struct hold_due *ret_due);

/* --- control's */
/* Has one judged again now, as if it were due, or dropped; false when there is none of that number
 * that is not out. */
bool hold_mark(struct hold *hold, uint64_t number, bool drop);

#endif
