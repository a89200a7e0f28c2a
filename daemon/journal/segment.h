#ifndef JOURNAL_SEGMENT_H
#define JOURNAL_SEGMENT_H

#include "base/arena.h"
#include "base/table.h"
#include "base/vec.h"
#include "journal/db.h"
#include "journal/journal.h"

/*
 * One file of the journal: its name, its schema, what it holds. It carries over what its
 * predecessors knew (stream, topics' last numbers), so that they can be deleted.
 */
#define SEGMENT_NAME_SIZE 40 /* "events-" 20 digits ".db" */
#define SEGMENT_PATH_SIZE 4160

extern const struct db_format segment_format;

struct segment {
	uint64_t first; /* the sequence that its name says, and that its first event has */
	uint64_t last;	/* first - 1 while it is empty */
	int64_t oldest; /* when its first event was recorded; CLOCK_NONE */
	int64_t newest; /* the latest time of all its events: the clock may have gone back */
	int64_t bytes;
};
VEC_TYPE(segments, struct segment);

/* What is carried from segment to segment. */
struct carried {
	char stream[JOURNAL_STREAM_SIZE];
	uint64_t settled;    /* items of the spool */
	uint64_t floor;	     /* a topic that is not in `topics` begins behind it */
	struct table topics; /* → its last number, a uint64_t in the arena */
	struct arena arena;
};
void carried_fini(struct carried *carried);
/* The topic's last number, made when there is none. */
uint64_t *carried_topic(struct carried *carried, struct view topic);

void segment_path(const char *folder, uint64_t first, char ret_path[SEGMENT_PATH_SIZE]);
/* The segments in the folder by their names, in order; only `first` is set. */
int segments_list(const char *folder, struct segments *ret_segments, struct err *err);
/* Bytes of the file and of what SQLite keeps beside it; 0 when it is not there. */
int64_t segment_bytes(const char *folder, uint64_t first);

/* Makes the file and has it on disk, or leaves none. */
int segment_create(const char *folder, uint64_t first, const struct carried *carried,
		   sqlite3 **ret_db, struct err *err);

/* Sets all but `first` from what the file says, cheaply. */
int segment_look(sqlite3 *db, struct segment *segment, struct err *err);
/* Checks all of it: structure, sums, numbers. */
int segment_check(sqlite3 *db, const struct segment *segment, struct err *err);
/* Reads what it carries, with its own events counted in. */
int segment_carry(sqlite3 *db, struct carried *ret_carried, struct err *err);
int segment_stream(sqlite3 *db, char ret_stream[JOURNAL_STREAM_SIZE], struct err *err);
int segment_set_stream(sqlite3 *db, const char *stream, struct err *err);

/* The mark up to which the spool's items are done: a row of `meta` that every commit renews. */
#define SETTLED_PUT "INSERT OR REPLACE INTO meta VALUES('settled', ?, ?)"
void settled_bind(sqlite3_stmt *statement, uint64_t settled);

/* The columns of an event in the order in which everybody selects them. */
#define EVENT_COLUMNS "sequence, topicsequence, recorded, sum, topic, subject, id, digest, payload"
enum {
	EVENT_SEQUENCE,
	EVENT_TOPIC_SEQUENCE,
	EVENT_RECORDED,
	EVENT_SUM,
	EVENT_TOPIC,
	EVENT_SUBJECT,
	EVENT_ID,
	EVENT_DIGEST,
	EVENT_PAYLOAD
};
/* The sum over all columns but itself. */
uint32_t event_sum(const struct journal_entry *entry);
/* The row that the statement stands at; the id and digest are not terminated. False when its sum
 * does not fit. */
struct event_row {
	struct journal_entry entry;
	struct view id;
};
bool event_read(sqlite3_stmt *statement, struct event_row *ret_row);

#endif
