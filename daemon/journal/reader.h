#ifndef JOURNAL_READER_H
#define JOURNAL_READER_H

#include "base/err.h"
#include "base/str.h"
#include "journal/journal.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads a journal while another thread or another process writes it, over connections of its own:
 * the writer is not disturbed, and only what is committed is seen. A reader belongs to one thread.
 * Segments come and go meanwhile; a segment that retention has just unlinked counts as gone.
 */
struct journal_reader;
/* `path` is the journal's folder; it need not hold a segment yet. Returns owned. */
struct journal_reader *journal_reader_open(const char *path, struct err *err);
void journal_reader_close(struct journal_reader *reader);

struct journal_span {
	char stream[JOURNAL_STREAM_SIZE]; /* "" while there is no segment */
	uint64_t oldest;		  /* the first sequence that is still there */
	uint64_t head;			  /* the last one; head + 1 == oldest when there is none */
};
int journal_reader_span(struct journal_reader *reader, struct journal_span *ret_span,
			struct err *err);

/* The writer's word that events up to `head` are on disk, before each call: a damaged end of the
 * newest segment is known by it. */
void journal_reader_head(struct journal_reader *reader, uint64_t head);

#define JOURNAL_READ_MAX 1000		     /* events of one answer */
#define JOURNAL_READ_BYTES ((size_t)8 << 20) /* of payloads, after which an answer ends */
/* What one answer looks at, wanted or not, before it ends: so long who asks next has to wait. */
#define JOURNAL_SCAN_ROWS 20000
#define JOURNAL_SCAN_BYTES ((size_t)32 << 20) /* of payloads */
#define JOURNAL_MISSING_MAX 64		      /* ranges of one answer */

/*
 * Bounds that are left zero (times: CLOCK_NONE, too) do not bound. All of them must hold. Times
 * bound sequences: it begins with the first event that was recorded at `since` or later and ends
 * with the last one that was recorded before `before`, and has all between, so that nothing is lost
 * where the clock went back.
 */
struct journal_query {
	uint64_t from, until;	   /* sequences, both included */
	int64_t since, before;	   /* when it was recorded; since included, before not */
	const struct view *topics; /* beginnings, one of which must fit; none: every topic */
	size_t topic_count;
	size_t limit; /* at most JOURNAL_READ_MAX; 0: that */
	bool latest;  /* of each subject the newest that fits alone, newest subjects first to be
			 chosen, in order of sequence */
};

struct journal_event {
	uint64_t sequence, topic_sequence;
	int64_t recorded;
	struct view topic, subject, id, payload;
};
struct journal_range {
	uint64_t first, last;
};

struct journal_page {
	const struct journal_event *at; /* in order of sequence */
	size_t len;
	bool more;     /* ended by a limit: there may be further ones */
	uint64_t next; /* what comes before it was looked at; where to go on from, when `more` */
	/* Of `latest` instead, when `more`: older ones are to be asked for up to this one. */
	uint64_t until;
	/* Sequences that were given once and cannot be read any more, in order, of any topic. */
	const struct journal_range *missing;
	size_t missing_count;
};

/*
 * The events that the query asks for; views are good until the next call on this reader. Whatever
 * is damaged is told as missing and passed over: nothing wrong is ever given, and nothing that can
 * be read is kept back. 0, or -1: it may be tried again.
 */
int journal_reader_read(struct journal_reader *reader, const struct journal_query *query,
			struct journal_page *ret_page, struct err *err);
/* Takes out of a page that was cut (len, next, until) what is missing in the part cut off. */
void journal_page_trim(struct journal_page *page, bool latest);

/*
 * Checks every byte of every segment in the folder: structure, checksums, numbers without a hole
 * within and between segments. Calls `tell` for each segment with NULL, or with what is wrong.
 * Returns how many are damaged, or -1 when the folder cannot be read.
 */
struct journal_check {
	const char *file;
	uint64_t first, last, bytes;
};
int journal_verify(const char *path,
		   void (*tell)(void *context, const struct journal_check *check,
				const char *wrong),
		   void *context, struct err *err);

#endif
