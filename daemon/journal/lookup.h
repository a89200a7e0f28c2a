#ifndef JOURNAL_LOOKUP_H
#define JOURNAL_LOOKUP_H

#include "journal/db.h"
#include "journal/journal.h"

/*
 * Finds the events of an item for the writer: in each segment by its index. The newest segment is
 * read over the writer's own connection; of the others LOOKUP_OPEN_MAX stay open, so that an item
 * that is in none of them costs a look into an index each.
 */
#define LOOKUP_OPEN_MAX 64

struct lookup;
void lookup_free(struct lookup *lookup);
/* Makes it when *lookup is NULL. Calls `take` with the segment's events of the subject, in order,
 * but damaged ones: DB_OK or a result. */
struct lookup_taker {
	void (*take)(void *context, const struct journal_found *found);
	void *context;
};
int lookup_sealed(struct lookup **lookup, const char *folder, uint64_t first, struct view subject,
		  const struct lookup_taker *taker, struct err *err);
/* Over a statement of the newest one, which lookup_prepare made. */
int lookup_prepare(sqlite3 *db, sqlite3_stmt **ret_find, struct err *err);
int lookup_run(sqlite3_stmt *find, struct view subject, const struct lookup_taker *taker,
	       struct err *err);
/* The segment goes. */
void lookup_forget(struct lookup *lookup, uint64_t first);

#endif
