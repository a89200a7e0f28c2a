#ifndef YAML_SOURCE_H
#define YAML_SOURCE_H

#include "base/arena.h"
#include "base/diag.h"

#include <stdbool.h>

/*
 * The text of a file made safe for libyaml: a copy without byte order mark, of known size, of
 * allowed characters only, and without directives. Lines end in LF or CR LF, so that everybody
 * counts alike.
 */
struct source {
	const char *file;
	char *text; /* in the arena, terminated */
	size_t len;
	size_t index,
		byte; /* a place known in both counts: characters and bytes from the beginning */
};

/* False when the text cannot be read at all: one diagnostic says why. Directives are diagnosed. */
bool source_open(struct source *source, struct view text, struct arena *arena, struct diags *diags);
/* The byte offset of a character, which should be near the one asked for before. */
size_t source_byte(struct source *source, size_t index);
/* The place of a byte. */
struct place source_place(const struct source *source, size_t byte);
/* The next byte that is neither white space nor in a comment nor in a line `...`; len: there is
 * none. */
size_t source_content(const struct source *source, size_t from);

#endif
