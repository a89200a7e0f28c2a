#ifndef JOURNAL_DEADLETTER_H
#define JOURNAL_DEADLETTER_H

#include "base/err.h"
#include "base/str.h"
#include "journal/journal.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Rejected items with the reason, the time, the feed and their bytes: `deadletters.db` in the
 * journal's folder. The newest are kept, DEADLETTERS_MAX of them and DEADLETTERS_BYTES_MAX bytes,
 * of each one DEADLETTER_BYTES_MAX bytes unless it is to be kept whole. One may be judged again: it
 * stays, with the attempts counted, until it is removed.
 */
#define DEADLETTERS_MAX 10000
#define DEADLETTERS_BYTES_MAX ((int64_t)64 << 20)
#define DEADLETTER_BYTES_MAX ((size_t)64 << 10)

struct deadletter {
	int64_t number; /* given here, from 1 on; put with one: that letter was judged again */
	uint64_t item;	/* its number in the spool; 0: it was on none */
	int64_t time;
	struct view feed, reason;
	struct view member;  /* of which the reason speaks; may be absent */
	uint64_t offset;     /* byte at which the reason was met */
	uint64_t size;	     /* bytes of the whole item */
	struct view payload; /* its beginning */
	bool whole;	     /* to be kept to its last byte: nothing is wrong with it */
	int64_t attempts;    /* how often it was judged again and rejected again */
};

struct deadletters;
/* For writing: `path` is the folder of an open journal. A damaged file is renamed to *.damaged and
 * a new one begun. Returns owned. */
struct deadletters *deadletters_open(const char *path, struct err *err);
/* For reading, also beside a daemon that writes. */
struct deadletters *deadletters_read(const char *path, struct err *err);
void deadletters_close(struct deadletters *deadletters);
/* As journal_findings. */
const char *deadletters_findings(const struct deadletters *deadletters);
/* Keeps them and forgets older ones than `retain_from`; an item that is there already (of the same
 * number in the spool) is not kept twice. An outcome as of journal_commit, or -1. */
int deadletters_put(struct deadletters *deadletters, const struct deadletter *letters, size_t count,
		    int64_t retain_from, struct err *err);
/* Removes those of these numbers; one that is gone is fine. An outcome, or -1. */
int deadletters_remove(struct deadletters *deadletters, const int64_t *numbers, size_t count,
		       struct err *err);

/* Which letters: of a number, or all (0); of a reason, or any (absent); from before a time. */
struct deadletter_choice {
	int64_t number;
	struct view reason;
	int64_t before;
};
bool deadletter_fits(const struct deadletter_choice *choice, const struct deadletter *letter);
/* Removes those that fit; adds how many to *count. An outcome, or -1. */
int deadletters_drop(struct deadletters *deadletters, const struct deadletter_choice *choice,
		     size_t *count, struct err *err);
/* The first with a number of at least `from`: 1 (views good until the next call), 0: none, -1. */
int deadletters_next(struct deadletters *deadletters, int64_t from, struct deadletter *ret_letter,
		     struct err *err);

#endif
