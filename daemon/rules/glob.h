#ifndef RULES_GLOB_H
#define RULES_GLOB_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether the whole text matches: `*` any run of bytes, `?` any one byte. In time |pattern| ×
 * |text|. */
bool glob_match(struct view pattern, struct view text);

#endif
