#ifndef APP_TALLY_H
#define APP_TALLY_H

#include "base/table.h"
#include "rules/pack.h"

#include <stdatomic.h>
#include <stdint.h>

/*
 * What each rule gave, by its id: the count goes on when a reload brings the rule again, also after
 * a time without it. Tallies are added to and read by any thread; the book of them grows in one
 * thread alone, and what it has given out stays where it is.
 */
struct tally {
	_Atomic uint64_t hits; /* events that the rule won */
	_Atomic int64_t last;  /* time of the last one; CLOCK_NONE before */
	char id[];
};

struct tally_book { /* zero-initialised is empty */
	struct table by_id;
};

void tally_book_fini(struct tally_book *book);
/* A tally for each rule of the packs, by its number. Returns owned the array alone. */
struct tally **tally_book_open(struct tally_book *book, const struct packs *packs);
/* `tallies` as above, of the same packs. A rule that is not among them is left out. */
void tally_add(struct tally **tallies, const struct packs *packs, struct view rule, int64_t now);

#endif
