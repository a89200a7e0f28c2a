#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>

/* Adds the whole file ("-": standard input) to `out`; -1 when it cannot be read or holds more than
 * `limit`. */
int file_read(const char *path, size_t limit, struct str *out, struct err *err);

/*
 * Puts a whole new file of that mode in the place of an old one: whoever opens the path sees the
 * one or the other, after a power cut, too. -1 leaves the old one as it is. A name that has it as a
 * prefix may be left by a crash.
 */
int file_replace(const char *path, struct view text, unsigned mode, struct err *err);

#endif
