#ifndef VERBS_TERMINAL_H
#define VERBS_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Whether to colour what goes there: a terminal that is not dumb, and NO_COLOR is not set. */
bool terminal_colour(FILE *file);
/* Whether the locale's characters are UTF-8: signs beyond ASCII may be drawn. */
bool terminal_unicode(void);
/* Columns of the terminal behind the file, `fallback` when it is none. */
unsigned terminal_columns(FILE *file, unsigned fallback);

/*
 * A line on standard error that tells how far long work has come, redrawn ten times a second at
 * most. Silent where standard error is no terminal.
 */
struct progress {
	const char *unit;     /* "items" */
	uint64_t total;	      /* in whatever `done` counts; 0: unknown */
	int64_t begun, drawn; /* monotonic */
	bool shown;
};

void progress_begin(struct progress *progress, const char *unit, uint64_t total);
void progress_turn(struct progress *progress, uint64_t done, uint64_t count);
/* Wipes the line. */
void progress_end(struct progress *progress);

#endif
