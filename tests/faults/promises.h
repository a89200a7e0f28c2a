#ifndef TESTS_FAULTS_PROMISES_H
#define TESTS_FAULTS_PROMISES_H

#include "base/arena.h"
#include "base/table.h"
#include "base/vec.h"
#include "journal/journal.h"
#include "record.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * What the daemon had promised at a place of the log: the events that it had sent, the head and the
 * stream that its heartbeats told, the items that its status counted as received. What retention
 * has dropped is no longer promised.
 */
struct promised_event {
	uint64_t sequence;
	struct view payload;
};

struct promises {
	struct {
		VEC(struct promised_event);
	} events;
	struct table published; /* subjects of events */
	struct {
		VEC(const char *);
	} left;		   /* subjects that were held or on the spool at the beginning, in order */
	uint64_t first;	   /* number of the first item that was sent then */
	uint64_t received; /* of `left` and of what was sent, together */
	uint64_t head;
	char stream[JOURNAL_STREAM_SIZE];
	uint64_t gone_below; /* retention has dropped the sequences below */
	struct {
		VEC(uint64_t);
	} segments; /* first sequences of all that ever were */
	struct {
		uint32_t thread;
		struct view topic; /* of the message whose next frame comes */
	} senders[16];
	struct arena arena;
};

/* What a folder with a state promises: all of it. A copy of `state` is opened and changed. */
void promises_begin(struct promises *promises, const char *state, uint64_t first);
void promises_fini(struct promises *promises);
void promises_note(struct promises *promises, const struct record *record, const char *bytes);
/* Opens what is in `state` as the daemon does. False, with a sentence, when a promise is broken. */
bool promises_check(const struct promises *promises, const char *state, bool spooled, char *ret_why,
		    size_t size);
/* A line each, for a program that checks them by other means. */
void promises_write(const struct promises *promises, bool spooled, FILE *file);

#endif
