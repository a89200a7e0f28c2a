#include "journal/lookup.h"

#include "journal/segment.h"
#include "journal/writer.h"

struct opened {
	uint64_t first;
	sqlite3 *db;
	sqlite3_stmt *find;
};

struct lookup {
	struct opened at[LOOKUP_OPEN_MAX];
	size_t len, next; /* the one that makes room */
};

static void close_one(struct opened *opened)
{
	sqlite3_finalize(MOVE(opened->find));
	db_close(MOVE(opened->db));
	opened->first = 0;
}

void lookup_free(struct lookup *lookup)
{
	if (!lookup)
		return;
	for (size_t i = 0; i < lookup->len; i++)
		close_one(&lookup->at[i]);
	free(lookup);
}

void lookup_forget(struct lookup *lookup, uint64_t first)
{
	for (size_t i = 0; lookup && i < lookup->len; i++)
		if (lookup->at[i].first == first)
			close_one(&lookup->at[i]);
}

int lookup_prepare(sqlite3 *db, sqlite3_stmt **ret_find, struct err *err)
{
	return db_prepare(db,
			  "SELECT " EVENT_COLUMNS " FROM event WHERE subject = ? ORDER BY sequence",
			  ret_find, err);
}

int lookup_run(sqlite3_stmt *find, struct view subject, const struct lookup_taker *taker,
	       struct err *err)
{
	struct event_row row;
	int result;

	db_bind_view(find, 1, subject);
	while ((result = db_step(find, err)) == DB_ROW) {
		if (!event_read(find, &row))
			continue;
		taker->take(taker->context,
			    &(struct journal_found){row.entry.topic, row.id, row.entry.payload});
	}
	sqlite3_reset(find);
	sqlite3_clear_bindings(find);
	return result;
}

static int open_one(const char *folder, uint64_t first, struct opened *opened, struct err *err)
{
	char path[SEGMENT_PATH_SIZE];
	int result;

	segment_path(folder, first, path);
	result = db_open(path, DB_READ_SEALED, &opened->db, err);
	if (result == DB_OK)
		result = db_exec(opened->db, "PRAGMA cache_size=-256", err);
	if (result == DB_OK)
		result = lookup_prepare(opened->db, &opened->find, err);
	if (result == DB_OK)
		opened->first = first;
	else
		close_one(opened);
	return result;
}

static struct opened *find_open(struct lookup *lookup, uint64_t first)
{
	struct opened *place;

	for (size_t i = 0; i < lookup->len; i++)
		if (lookup->at[i].first == first)
			return &lookup->at[i];
	if (lookup->len < LOOKUP_OPEN_MAX)
		return &lookup->at[lookup->len++];
	place = &lookup->at[lookup->next];
	lookup->next = (lookup->next + 1) % LOOKUP_OPEN_MAX;
	close_one(place);
	return place;
}

int lookup_sealed(struct lookup **lookup, const char *folder, uint64_t first, struct view subject,
		  const struct lookup_taker *taker, struct err *err)
{
	struct opened *opened;
	int result = DB_OK;

	if (!*lookup)
		*lookup = xcalloc(1, sizeof(**lookup));
	opened = find_open(*lookup, first);
	if (!opened->db)
		result = open_one(folder, first, opened, err);
	return result == DB_OK ? lookup_run(opened->find, subject, taker, err) : result;
}

int journal_find(struct journal *journal, struct view subject,
		 void (*take)(void *context, const struct journal_found *found), void *context,
		 struct err *err)
{
	struct lookup_taker taker = {take, context};
	int result = DB_OK;

	if (!journal->folder)
		return 0;
	for (size_t i = 0; i < journal->sealed.len && result == DB_OK; i++)
		result = lookup_sealed(&journal->lookup, journal->folder,
				       journal->sealed.at[i].first, subject, &taker, err);
	if (result == DB_OK && journal->find)
		result = lookup_run(journal->find, subject, &taker, err);
	return result == DB_OK ? 0 : -1;
}
