#ifndef VERBS_ITEMS_H
#define VERBS_ITEMS_H

#include "verbs/lines.h"
#include "verbs/load.h"
#include "wire/decode.h"

/* The items of the files that the operands name, of standard input without one ("-" is it, too). */
struct items {
	struct call *call;
	struct wire_limits limits;
	size_t next; /* operand */
	int fd;	     /* -1: none open */
	const char *name;
	struct lines lines;
	struct arena arena; /* of the item */
	uint64_t done;	    /* bytes of files that are read */
	int status;	    /* END_OK, or what a file that could not be read makes of it */
};

struct items_entry {
	const char *file;
	size_t line;
	struct view text;
	enum reject reject; /* REJECT_NONE: `item` is good */
	struct reject_place place;
	struct item item; /* good until the next one */
};

void items_open(struct items *items, struct call *call, const struct conf *conf);
void items_fini(struct items *items);
/* The next one, rejected or not; false at the end. A file that cannot be read is told and left out.
 */
bool items_next(struct items *items, struct items_entry *ret_entry);
/* "FILE:LINE: rejected: reason …" to standard error. */
void items_tell_reject(const struct items_entry *entry);
/* Bytes of all files, 0 when one of them is no regular file; and those read so far. */
uint64_t items_total(const struct items *items);
uint64_t items_done(const struct items *items);

#endif
