#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>

/* Adds the whole file ("-": standard input) to `out`; -1 when it cannot be read or holds more than
 * `limit`. */
int file_read(const char *path, size_t limit, struct str *out, struct err *err);

#endif
