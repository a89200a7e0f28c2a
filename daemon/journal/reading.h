#ifndef JOURNAL_READING_H
#define JOURNAL_READING_H

#include "journal/reader.h"
#include "journal/segment.h"

/*
 * The reader from within: reader.c knows the segments, scan.c answers queries. One connection is
 * kept, to the segment that was read last. What is given is copied into the reader's arena, so that
 * no transaction stays open between calls: an open one would keep the writer's log growing.
 */
struct journal_reader {
	char *folder;
	sqlite3 *db; /* of the segment `open`, or NULL */
	uint64_t open;
	sqlite3_stmt *forward, *backward; /* from, until: EVENT_COLUMNS in that order */
	struct segments segments;	  /* of a closed one `newest`, once it is known */
	char stream[JOURNAL_STREAM_SIZE]; /* as it was read last */
	uint64_t head;			  /* as the writer has it; 0: unknown */
	/* the start that was found last for a time: it stays the same while the journal grows */
	int64_t since;
	uint64_t since_start; /* 0: none */
	struct arena arena;   /* of the answer */
	struct {
		VEC(struct journal_event);
	} events;
	struct {
		VEC(struct journal_range);
	} missing;
};

/* Lists the segments anew and looks at the newest: where the stream stands. Damage is no failure:
 * then it is what is known without that segment. DB_OK, or a failure. */
int reader_look(struct journal_reader *reader, uint64_t *ret_head, struct err *err);
/* Opens the segment at that place; DB_GONE when it was deleted meanwhile or nothing was written to
 * it yet. */
int reader_open(struct journal_reader *reader, size_t at, struct err *err);
/* Whether the result says that bytes are wrong or cannot be read, which no second try mends. */
static inline bool reader_is_damage(int result)
{
	return result == DB_DAMAGED || result == DB_UNREADABLE;
}
void reader_bind(sqlite3_stmt *statement, uint64_t from, uint64_t until);

#endif
