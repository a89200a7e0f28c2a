#ifndef APP_SAFE_H
#define APP_SAFE_H

#include "base/str.h"

/*
 * Adds at most `most` bytes of `text`, which may be anything, with whatever is no printable
 * character as \xNN: control characters, bytes that are no UTF-8, and what turns the direction of
 * writing.
 */
void safe_add(struct view text, size_t most, struct str *out);

#endif
