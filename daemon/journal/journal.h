#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The stage between tagging and publishing. It gives an event its sequence, per-topic sequence and
 * stream, and has it on disk when journal_commit returns: only then it may be seen. It belongs to
 * one thread. Readers: journal/reader.h.
 *
 * With a path, the events stand in SQLite files, `events-<first sequence>.db`, a segment each
 * (WAL, synchronous=FULL). Without one nothing is kept: sequences start at 1 with a new stream each
 * time it is opened.
 */
#define JOURNAL_STREAM_SIZE 33
#define JOURNAL_DIGEST_SIZE 16 /* bytes */

/* What a call came to that did not fail. */
enum journal_outcome {
	JOURNAL_KEPT = 0,
	JOURNAL_FULL = 1, /* the disk takes no more now; err says it. Nothing of the call is kept,
			     and the same call may be tried again */
};

struct journal_entry {
	struct view topic;
	struct view payload;
	struct view subject;	     /* the item's identifier */
	const char *id;		     /* terminated; NULL: none */
	const unsigned char *digest; /* of the item, JOURNAL_DIGEST_SIZE bytes; NULL: none */
	int64_t recorded;
	uint64_t sequence;	 /* given by journal_number */
	uint64_t topic_sequence; /* likewise */
};

struct journal;
struct journal_options {
	const char *path; /* a folder, made when its parent is there; NULL or "": nothing is kept */
	int64_t segment_bytes, retain_ms, retain_bytes; /* 0: no bound */
	/* While it is opened: what takes long, a sentence each. May be NULL. */
	void (*tell)(void *context, const char *sentence);
	void *context;
};
/*
 * Takes the folder for itself (flock on its file `lock`), verifies what is there and goes on behind
 * it. A damaged segment is renamed to *.damaged and named in journal_findings, the rest is served.
 * If that was the newest, numbers go on behind whatever it can have held: one that was seen is
 * never given again. A segment of an older format is brought up to date, one of a newer format is
 * an error. Returns owned, NULL on failure.
 */
struct journal *journal_open(const struct journal_options *options, struct err *err);
void journal_close(struct journal *journal);
/* Sentences, a line each, about what was found at opening; "" when all was well. */
const char *journal_findings(const struct journal *journal);
/* 32 hex digits, constant while it is open; new only with a new journal. */
const char *journal_stream(const struct journal *journal);
/* The last sequence given, 0 before the first. */
uint64_t journal_head(const struct journal *journal);
/* The spool's items up to this number have their events here; 0: none. */
uint64_t journal_settled(const struct journal *journal);
/* What is there now, about: sizes of closed files, and of the open one what was put in. */
struct journal_size {
	uint64_t segments, bytes;
};
struct journal_size journal_size(const struct journal *journal);
/* Calls `digest` with the digests of the newest `most` events, oldest first, and before that
 * `subject` with the identifiers of their items. */
struct journal_recall {
	void (*digest)(void *context, const unsigned char *digest);
	void (*subject)(void *context, struct view subject);
	void *context;
};
int journal_recent(struct journal *journal, size_t most, const struct journal_recall *recall,
		   struct err *err);
/* Calls `take` with the events of an item that are kept, oldest first. Damaged ones are left out.
 */
struct journal_found {
	struct view topic, id, payload; /* during the call */
};
int journal_find(struct journal *journal, struct view subject,
		 void (*take)(void *context, const struct journal_found *found), void *context,
		 struct err *err);
/* Numbers the entry (borrows its topic for the call); it is not to be seen before journal_commit.
 */
void journal_number(struct journal *journal, struct journal_entry *entry);
/*
 * Keeps numbered entries, in order and without a hole (asserted), payloads patched, and with them,
 * in one transaction, that the spool's items up to `settled` are done (0: no spool). Returns an
 * outcome, or -1: whether they are on disk is unknown, none may be published, and the journal
 * takes nothing more.
 */
int journal_commit(struct journal *journal, const struct journal_entry *entries, size_t count,
		   uint64_t settled, struct err *err);
/* Retention: unlinks whole segments that are past it at `now`. Cheap; to be called now and then.
 * Returns how many went. */
size_t journal_tend(struct journal *journal, int64_t now);

#endif
