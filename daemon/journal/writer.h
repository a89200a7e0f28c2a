#ifndef JOURNAL_WRITER_H
#define JOURNAL_WRITER_H

#include "journal/lookup.h"
#include "journal/mark.h"
#include "journal/segment.h"

/* The journal from within: shared by journal.c and recover.c. */
struct journal {
	struct journal_options options;
	char *folder; /* NULL: nothing is kept */
	int lock;
	struct mark *mark; /* of the last event kept */
	sqlite3 *db;	   /* of the newest segment */
	sqlite3_stmt *insert, *settle, *find;
	struct lookup *lookup; /* NULL before the first */
	struct segment now;
	struct segments sealed; /* the others, in order */
	struct carried carried;
	uint64_t head;	   /* the last sequence given */
	uint64_t appended; /* the last one kept */
	bool broken;
	struct str findings;
};

/* Makes the open file the newest segment; takes `db`, also when it fails. */
int journal_take_segment(struct journal *journal, sqlite3 *db, struct err *err);
/* Begins the segment behind the last event kept; the one before is closed. */
int journal_begin_segment(struct journal *journal, struct err *err);
/* Where the mark stands. */
void journal_mark_path(const char *folder, char ret_path[SEGMENT_PATH_SIZE]);
int journal_draw_stream(char ret_stream[JOURNAL_STREAM_SIZE], struct err *err);
/* Goes through what the folder holds and opens the newest segment, or begins one. */
int journal_recover(struct journal *journal, struct err *err);

#endif
