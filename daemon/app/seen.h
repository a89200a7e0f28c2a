#ifndef APP_SEEN_H
#define APP_SEEN_H

#include "journal/journal.h"

#include <stdbool.h>

/*
 * Remembers the digests of the last items, so that one that comes again is not tagged twice. It
 * knows at least the last SEEN_LEAST and at most twice as many, in memory of a fixed size.
 */
#define SEEN_LEAST 32768

struct seen;
struct seen *seen_new(void);
void seen_free(struct seen *seen);
/* Whether it is known; it is from now on. */
bool seen_add(struct seen *seen, const unsigned char digest[JOURNAL_DIGEST_SIZE]);

#endif
