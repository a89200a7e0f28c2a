#ifndef APP_KNOWN_H
#define APP_KNOWN_H

#include "journal/journal.h"

#include <stdbool.h>

/*
 * Remembers the digests of the last items, so that one that comes again is not tagged twice. It
 * knows at least the last KNOWN_LEAST and at most twice as many, in memory of a fixed size.
 */
#define KNOWN_LEAST 32768

struct known;
struct known *known_new(void);
void known_free(struct known *known);
/* Whether it is known; it is from now on. */
bool known_add(struct known *known, const unsigned char digest[JOURNAL_DIGEST_SIZE]);

#endif
