#ifndef JOURNAL_MARK_H
#define JOURNAL_MARK_H

#include "base/str.h"

#include <stdint.h>

/*
 * The last number that a file is known to have had on disk, in a small file beside it. SQLite ends
 * its log at the first frame whose checksum does not fit, since that is what a power cut leaves: a
 * byte that went bad later cuts off everything behind it, and nobody is told. The mark tells. It is
 * written behind a commit that is on disk and never synced itself: it may lag behind after a power
 * cut, but it never says more than was kept.
 */
#define MARK_NAME_SIZE 40

struct mark;
/* `path` without its ending; `name` says what the number belongs to, a stream. Never fails: without
 * a file there is just no mark. Returns owned. */
struct mark *mark_open(const char *path, const char *name);
void mark_close(struct mark *mark);
void mark_put(struct mark *mark, uint64_t number);
/* 0 and "" when there is none, or a damaged one. */
uint64_t mark_read(const char *path, char ret_name[MARK_NAME_SIZE]);

/* Of a database file (….db) whose rows are numbered: what is marked, to be asked before it is
 * opened; and then, with the last number that it has, tells in `findings` what of `rows` is gone,
 * sets *last behind it, so that no number is given twice, and opens the mark. */
uint64_t mark_of_file(const char *file);
struct mark *mark_begin(const char *file, const char *rows, uint64_t marked, uint64_t *last,
			struct str *findings);

#endif
