#include "journal/reader.h"
#include "journal/writer.h"

#include <stdio.h>
#include <unistd.h>

/* Every segment, as a reader beside the daemon. */
struct verification {
	const char *folder;
	char stream[JOURNAL_STREAM_SIZE]; /* of the first good one */
	uint64_t next;			  /* the sequence that must come; 0 at first */
};

static int check_chain(struct verification *verification, sqlite3 *db,
		       const struct segment *segment, struct err *err)
{
	char stream[JOURNAL_STREAM_SIZE];
	int result = segment_stream(db, stream, err);

	if (result != DB_OK)
		return result;
	if (verification->next && segment->first != verification->next) {
		err_set(err, "events %llu to %llu, before it, are missing",
			(unsigned long long)verification->next,
			(unsigned long long)segment->first - 1);
		result = DB_DAMAGED;
	} else if (*verification->stream && strcmp(stream, verification->stream) != 0) {
		err_set(err, "belongs to the stream %s, not to %s", stream, verification->stream);
		result = DB_DAMAGED;
	}
	memcpy(verification->stream, stream, sizeof(stream));
	return result;
}

/* All in one transaction: the daemon may append meanwhile. */
static int check_all(struct verification *verification, sqlite3 *db, struct segment *segment,
		     struct err *err)
{
	int result = db_readable(db, &segment_format, err), chain;

	if (result == DB_OK)
		result = db_exec(db, "BEGIN", err);
	if (result == DB_OK)
		result = segment_look(db, segment, err);
	if (result == DB_OK)
		result = segment_check(db, segment, err);
	if (result != DB_OK)
		return result;
	chain = check_chain(verification, db, segment, err);
	verification->next = segment->last + 1;
	return chain;
}

static int verify(struct verification *verification, struct segment *segment, bool sealed,
		  struct err *err)
{
	OWNED(db_close) sqlite3 *db = NULL;
	char path[SEGMENT_PATH_SIZE];
	int result;

	segment_path(verification->folder, segment->first, path);
	segment->last = segment->first - 1;
	segment->bytes = segment_bytes(verification->folder, segment->first);
	result = db_open(path, sealed ? DB_READ_SEALED : DB_READ, &db, err);
	if (result == DB_OK)
		result = check_all(verification, db, segment, err);
	if (result == DB_FULL)
		return DB_FAILED;
	/* Retention, or one that is just being made. */
	return result == DB_FRESH || access(path, F_OK) < 0 ? DB_GONE : result;
}

/* What was marked as kept before the segments were looked at has to be in them. */
static int check_mark(const struct verification *verification, uint64_t marked, const char *stream,
		      void (*tell)(void *context, const struct journal_check *check,
				   const char *wrong),
		      void *context)
{
	struct journal_check check = {"events.mark", verification->next, marked, 0};
	struct err wrong;

	if (strcmp(stream, verification->stream) != 0 || marked < verification->next)
		return 0;
	err_set(&wrong, "events %llu to %llu had been kept and are gone: a log (-wal) is damaged",
		(unsigned long long)verification->next, (unsigned long long)marked);
	tell(context, &check, wrong.text);
	return 1;
}

int journal_verify(const char *path,
		   void (*tell)(void *context, const struct journal_check *check,
				const char *wrong),
		   void *context, struct err *err)
{
	struct verification verification = {.folder = path};
	struct segments segments = {0};
	char mark[SEGMENT_PATH_SIZE], stream[MARK_NAME_SIZE];
	uint64_t marked;
	int damaged = 0;

	journal_mark_path(path, mark);
	marked = mark_read(mark, stream);
	if (segments_list(path, &segments, err) < 0)
		return -1;
	for (size_t i = 0; i < segments.len; i++) {
		struct segment *segment = &segments.at[i];
		char name[SEGMENT_NAME_SIZE];
		int result = verify(&verification, segment, i + 1 < segments.len, err);
		struct journal_check check = {name, segment->first, segment->last,
					      (uint64_t)segment->bytes};

		if (result == DB_GONE)
			continue;
		snprintf(name, sizeof(name), "events-%020llu.db",
			 (unsigned long long)segment->first);
		tell(context, &check, result == DB_OK ? NULL : err->text);
		damaged += result != DB_OK;
	}
	vec_fini(&segments);
	damaged += check_mark(&verification, marked, stream, tell, context);
	return damaged;
}
