#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The stage between tagging and publishing. It gives an event its sequence, per-topic sequence and
 * stream, and makes it as durable as it was opened to; what journal_commit has returned for may be
 * seen. This one keeps nothing on disk: sequences start at 1 with a new stream each time it is
 * opened, and `path` is not touched. It belongs to one thread.
 */
#define JOURNAL_STREAM_SIZE 33

struct journal_entry {
	struct view topic;
	struct view payload;
	int64_t recorded;
	uint64_t sequence;	 /* given by journal_append */
	uint64_t topic_sequence; /* likewise */
};

struct journal;
struct journal_options {
	const char *path;
};
struct journal *journal_open(const struct journal_options *options, struct err *err);
void journal_close(struct journal *journal);
/* 32 hex digits, constant while it is open. */
const char *journal_stream(const struct journal *journal);
/* The last sequence given, 0 before the first. */
uint64_t journal_head(const struct journal *journal);
/* Numbers the entry (borrows its topic for the call); it is not to be seen before journal_commit.
 */
void journal_number(struct journal *journal, struct journal_entry *entry);
/* Takes numbered entries, in order and without a hole (asserted), payloads patched. -1: none of
 * them may be published. */
int journal_append(struct journal *journal, const struct journal_entry *entries, size_t count,
		   struct err *err);
int journal_commit(struct journal *journal, struct err *err);

#endif
