#ifndef APP_GENERATION_H
#define APP_GENERATION_H

#include "app/tally.h"
#include "rules/ruleset.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/*
 * The rule set in use. Whoever judges an item takes the generation at its start and gives it back
 * when it has nothing more to do with it; a reload puts a new one in place and frees the old one
 * after its last use.
 *
 *     new (loader) → current (replace) → old (the next replace) → freed, when nobody has it any
 * more
 */
struct generation {
	struct ruleset *ruleset; /* owned */
	uint64_t number;	 /* 1 is the one that the daemon started with */
	language fallback;	 /* of items that do not tell their language */
	size_t rules, files, warnings;
	struct tally **tallies; /* of its rules by number, once a holder has it */
	unsigned users;		/* under the holder's lock */
};

/* Takes the rule set. */
struct generation *generation_new(struct ruleset *ruleset, language fallback, size_t warnings);
void generation_free(struct generation *generation);

struct holder {
	pthread_mutex_t lock;
	pthread_cond_t idle; /* an old generation has no users any more */
	_Atomic(struct generation *) current;
	struct tally_book book;
};

/* Takes `first`, which becomes number 1. */
void holder_init(struct holder *holder, struct generation *first);
/* Nobody may have a generation any more. */
void holder_fini(struct holder *holder);
struct generation *holder_take(struct holder *holder);
/* NULL is fine. */
void holder_give(struct holder *holder, struct generation *generation);
/* Whether it is still the current one; a single load. */
static inline bool holder_is_current(struct holder *holder, const struct generation *generation)
{
	return atomic_load(&holder->current) == generation;
}
/* Takes `next`, gives it the next number and puts it in place. Returns owned the old one. */
struct generation *holder_replace(struct holder *holder, struct generation *next);
/* Waits for the last user of an old one and frees it. */
void holder_retire(struct holder *holder, struct generation *old);

#endif
