#ifndef VERBS_LINES_H
#define VERBS_LINES_H

#include "base/str.h"

#include <stdint.h>

/*
 * JSON texts of a file one after the other: JSON Lines, or texts spread over lines as pretty
 * printers write them (the first line opens what it does not close, and the next one does not begin
 * an object at its first column). Never holds more than `limit` + 1 bytes of a text: of a longer
 * one the rest is read and thrown away, and its size tells. What has come through a pipe is given
 * at once.
 */
#define LINES_BUFFER 65536

struct lines {
	int fd; /* borrowed */
	size_t limit;
	struct str text, ahead;
	bool has_ahead, spread, decided;
	bool failed; /* reading failed: errno of it in `error` */
	int error;
	size_t line;	/* of the text's first line, from 1 */
	size_t read;	/* lines */
	uint64_t bytes; /* so far */
	size_t at, end; /* of the buffer */
	char buffer[LINES_BUFFER];
};

void lines_open(struct lines *lines, int fd, size_t limit);
void lines_fini(struct lines *lines);
/* The next text that is not blank, good until the next call; false at the end or when reading
 * failed. */
bool lines_next(struct lines *lines, struct view *ret_text);

#endif
