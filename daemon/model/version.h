#ifndef MODEL_VERSION_H
#define MODEL_VERSION_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What tells the versions of an item apart. */
struct version {
	struct view text; /* "3"; absent when unsaid */
	int64_t modified; /* CLOCK_NONE when unsaid */
};

enum version_order {
	VERSION_OLDER = -1,
	VERSION_SAME = 0,
	VERSION_NEWER = 1,
	VERSION_UNKNOWN = 2, /* neither tells */
};

/*
 * How `version` stands to `known`. Numbers, also several with one sign between two of them ("1.10",
 * a date; a "v" before them is fine), are compared as numbers, part by part; of two equal texts,
 * and where one is no such text, the times of modification decide where both are said.
 */
enum version_order version_order(const struct version *version, const struct version *known);
/* Whether a version's text is what first versions have: 0, 1, 0.1, 1.0 … */
bool version_is_first(struct view text);

#endif
