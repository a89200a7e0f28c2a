#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/str.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Mistakes in files that people write. Loading goes on to the end and collects them all; the caller
 * then shows them and fails. Lines and columns count from 1, columns in characters (code points).
 */
struct place {
	const char *file; /* borrowed: lives as long as the list; NULL for none */
	unsigned line;	  /* 0: no place in the file */
	unsigned column;
	unsigned width; /* characters to underline; 0 counts as 1 */
};

enum diag_severity { DIAG_ERROR, DIAG_WARNING };

struct diag {
	enum diag_severity severity;
	const char *code; /* a literal such as "unknown-key" */
	struct place place;
	char *message; /* owned */
	char *hint;    /* owned, or NULL */
	char *source;  /* owned: the line of the file, or NULL (too long, not known) */
};

#define DIAGS_MAX 1000 /* further ones are counted, not kept */

struct diags {
	VEC(struct diag);
	size_t errors;
	size_t warnings;
	char **files; /* owned: names, once diags_keep_files took them */
	size_t file_count;
};

void diags_fini(struct diags *diags);

/* Returns the new diagnostic, valid until the next; never NULL (beyond the limit a spare one). */
struct diag *diags_add(struct diags *diags, enum diag_severity severity, const char *code,
		       struct place place, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* Sets the hint of a diagnostic. */
void diag_hint(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Fills in `source` for every diagnostic of that file from its whole text. */
void diags_source(struct diags *diags, const char *file, struct view text);
/* Copies the names of files, so that what they were borrowed from may go before the list. */
void diags_keep_files(struct diags *diags);
/* Orders by file, line, column; stable. */
void diags_sort(struct diags *diags);

/* `FILE:LINE:COL: error[CODE]: message`, the line, a caret, the hint; colour codes when asked. */
void diag_write(const struct diag *diag, bool colour, struct str *out);
void diags_print(const struct diags *diags, bool colour, FILE *file);

#endif
