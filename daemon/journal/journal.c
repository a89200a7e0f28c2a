#include "journal/writer.h"

#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The writer. The newest segment is open; when it is full, behind a commit, the next one is made
 * and the full one closed, never to be written again. What counts stands in the segments alone:
 * after any crash the newest one says where to go on.
 *
 * Numbers are given ahead (`head`, and the topics' in `carried`) and kept by the next commit. A
 * commit that the disk refuses may be tried again with the same numbers; after any other failure
 * they are void, since whether they are on disk shows at the next opening only.
 */
#define ROW_BYTES 200 /* about what a row takes beside its payload */
#define AGE_PARTS 8   /* a segment is closed at this part of the age up to which it is kept */

/* --- the newest segment --------------------------------------------------------------------------
 */

static void close_segment(struct journal *journal)
{
	sqlite3_finalize(MOVE(journal->insert));
	sqlite3_finalize(MOVE(journal->settle));
	sqlite3_finalize(MOVE(journal->find));
	db_close(MOVE(journal->db));
}

int journal_take_segment(struct journal *journal, sqlite3 *db, struct err *err)
{
	int result = db_prepare(
		db, "INSERT INTO event(" EVENT_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
		&journal->insert, err);

	journal->db = db;
	if (result == DB_OK)
		result = db_prepare(db, SETTLED_PUT, &journal->settle, err);
	return result == DB_OK ? lookup_prepare(db, &journal->find, err) : result;
}

/* Begins the segment behind the last event kept; the one before is closed. */
int journal_begin_segment(struct journal *journal, struct err *err)
{
	sqlite3 *db;
	int result = segment_create(journal->folder, journal->appended + 1, &journal->carried, &db,
				    err);

	if (result != DB_OK)
		return result;
	if (journal->db) {
		/* A reader may have it open still: its log would stay. Nor is one waited for: then
		 * the log does stay, and is read with the file, until the next opening. */
		sqlite3_busy_timeout(journal->db, 0);
		db_exec(journal->db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
		close_segment(journal);
		journal->now.bytes = segment_bytes(journal->folder, journal->now.first);
		vec_push(&journal->sealed, journal->now);
	}
	journal->now = (struct segment){.first = journal->appended + 1,
					.last = journal->appended,
					.oldest = CLOCK_NONE,
					.newest = CLOCK_NONE};
	result = journal_take_segment(journal, db, err);
	journal->broken = result != DB_OK;
	return result;
}

/* Only between a commit and the next number: a segment carries the numbers that are kept. */
static bool may_rotate(const struct journal *journal)
{
	return !journal->broken && journal->now.last >= journal->now.first &&
	       journal->head == journal->appended;
}

/* --- opening -------------------------------------------------------------------------------------
 */

/* The folder's own name has to be on disk as well. One that stood there before may lie in a folder
 * that we cannot read. */
static int make_folder(const char *folder, struct err *err)
{
	char parent[SEGMENT_PATH_SIZE];
	bool made = mkdir(folder, 0750) == 0;
	int result;

	if (!made && errno != EEXIST)
		return err_set(err, "cannot make the folder %s: %s", folder, strerror(errno));
	snprintf(parent, sizeof(parent), "%.4100s/..", folder);
	result = db_sync_folder(parent, err);
	return made ? result : DB_OK;
}

static int lock_folder(struct journal *journal, struct err *err)
{
	char path[SEGMENT_PATH_SIZE];

	if (make_folder(journal->folder, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "%.4100s/lock", journal->folder);
	journal->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (journal->lock < 0)
		return err_set(err, "cannot open %s: %s", path, strerror(errno));
	if (flock(journal->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return err_set(err, "the folder %s belongs to another newstagd that runs (%s: %s)",
		       journal->folder, path, strerror(errno));
}

static void begin_mark(struct journal *journal)
{
	char path[SEGMENT_PATH_SIZE];

	journal_mark_path(journal->folder, path);
	journal->mark = mark_open(path, journal->carried.stream);
	mark_put(journal->mark, journal->appended);
}

struct journal *journal_open(const struct journal_options *options, struct err *err)
{
	struct journal *journal = xcalloc(1, sizeof(*journal));
	int result;

	journal->options = *options;
	journal->options.path = NULL;
	journal->lock = -1;
	if (!options->path || !*options->path) {
		result = journal_draw_stream(journal->carried.stream, err);
	} else {
		journal->folder = xstrdup(options->path);
		result = lock_folder(journal, err);
		if (result == 0)
			result = journal_recover(journal, err);
		if (result == DB_OK)
			begin_mark(journal);
	}
	if (result == DB_OK)
		return journal;
	journal_close(journal);
	return NULL;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	close_segment(journal);
	lookup_free(journal->lookup);
	mark_close(journal->mark);
	if (journal->lock >= 0)
		close(journal->lock);
	carried_fini(&journal->carried);
	vec_fini(&journal->sealed);
	str_fini(&journal->findings);
	free(journal->folder);
	free(journal);
}

/* --- looking -------------------------------------------------------------------------------------
 */

const char *journal_findings(const struct journal *journal)
{
	return str_view(&journal->findings).ptr;
}

const char *journal_stream(const struct journal *journal)
{
	return journal->carried.stream;
}

uint64_t journal_head(const struct journal *journal)
{
	return journal->head;
}

uint64_t journal_settled(const struct journal *journal)
{
	return journal->carried.settled;
}

/* --- keeping -------------------------------------------------------------------------------------
 */

void journal_number(struct journal *journal, struct journal_entry *entry)
{
	entry->sequence = ++journal->head;
	entry->topic_sequence = ++*carried_topic(&journal->carried, entry->topic);
}

static int insert(struct journal *journal, const struct journal_entry *entry, struct err *err)
{
	sqlite3_stmt *statement = journal->insert;

	sqlite3_bind_int64(statement, EVENT_SEQUENCE + 1, (int64_t)entry->sequence);
	sqlite3_bind_int64(statement, EVENT_TOPIC_SEQUENCE + 1, (int64_t)entry->topic_sequence);
	sqlite3_bind_int64(statement, EVENT_RECORDED + 1, entry->recorded);
	sqlite3_bind_int64(statement, EVENT_SUM + 1, event_sum(entry));
	db_bind_view(statement, EVENT_TOPIC + 1, entry->topic);
	db_bind_view(statement, EVENT_SUBJECT + 1, entry->subject);
	db_bind_view(statement, EVENT_ID + 1, view_of(entry->id));
	if (entry->digest)
		sqlite3_bind_blob(statement, EVENT_DIGEST + 1, entry->digest, JOURNAL_DIGEST_SIZE,
				  SQLITE_STATIC);
	else
		sqlite3_bind_null(statement, EVENT_DIGEST + 1);
	db_bind_view(statement, EVENT_PAYLOAD + 1, entry->payload.ptr ? entry->payload : VIEW(""));
	return db_run(statement, err);
}

static int put_all(struct journal *journal, const struct journal_entry *entries, size_t count,
		   uint64_t settled, struct err *err)
{
	int result = db_exec(journal->db, "BEGIN IMMEDIATE", err);

	for (size_t i = 0; i < count && result == DB_OK; i++)
		result = insert(journal, &entries[i], err);
	if (result == DB_OK && settled > journal->carried.settled) {
		settled_bind(journal->settle, settled);
		result = db_run(journal->settle, err);
	}
	if (result == DB_OK)
		result = db_exec(journal->db, "COMMIT", err);
	if (result != DB_OK)
		db_rollback(journal->db);
	return result;
}

static void take_note(struct journal *journal, const struct journal_entry *entries, size_t count)
{
	struct segment *now = &journal->now;

	for (size_t i = 0; i < count; i++) {
		now->bytes += (int64_t)entries[i].payload.len + ROW_BYTES;
		if (now->oldest == CLOCK_NONE)
			now->oldest = entries[i].recorded;
		if (entries[i].recorded > now->newest)
			now->newest = entries[i].recorded;
	}
	now->last = journal->appended;
}

int journal_commit(struct journal *journal, const struct journal_entry *entries, size_t count,
		   uint64_t settled, struct err *err)
{
	int result = DB_OK;

	for (size_t i = 0; i < count; i++)
		assert(entries[i].sequence == journal->appended + 1 + i);
	if (journal->broken)
		return err_set(err, "it failed before");
	if (journal->folder)
		result = put_all(journal, entries, count, settled, err);
	if (result == DB_FULL)
		return JOURNAL_FULL;
	if (result != DB_OK) {
		journal->broken = true;
		return -1;
	}
	journal->appended += count;
	if (settled > journal->carried.settled)
		journal->carried.settled = settled;
	if (!journal->folder)
		return JOURNAL_KEPT;
	mark_put(journal->mark, journal->appended);
	take_note(journal, entries, count);
	/* One that cannot be begun now is begun behind a later commit; the old one goes on. */
	if (journal->options.segment_bytes && may_rotate(journal) &&
	    journal->now.bytes >= journal->options.segment_bytes)
		journal_begin_segment(journal, NULL);
	return JOURNAL_KEPT;
}

struct journal_size journal_size(const struct journal *journal)
{
	struct journal_size size = {.segments = journal->db ? 1 : 0,
				    .bytes = (uint64_t)journal->now.bytes};

	for (size_t i = 0; i < journal->sealed.len; i++) {
		size.segments++;
		size.bytes += (uint64_t)journal->sealed.at[i].bytes;
	}
	return size;
}

/* --- retention -----------------------------------------------------------------------------------
 */

static bool is_past(const struct journal *journal, int64_t total, int64_t now)
{
	const struct segment *oldest = &journal->sealed.at[0];
	const struct segment *next = journal->sealed.len > 1 ? oldest + 1 : &journal->now;
	int64_t age = journal->options.retain_ms * (CLOCK_SECOND / 1000);
	/* The clock may have been behind: it is no older than the beginning of what follows. */
	int64_t newest = oldest->newest > next->oldest ? oldest->newest : next->oldest;

	return (age && newest < now - age) ||
	       (journal->options.retain_bytes && total > journal->options.retain_bytes);
}

/* Its going is on disk before that of the next one: a power cut leaves no hole in between. */
static void drop_oldest(struct journal *journal)
{
	struct segments *sealed = &journal->sealed;
	char path[SEGMENT_PATH_SIZE];

	segment_path(journal->folder, sealed->at[0].first, path);
	lookup_forget(journal->lookup, sealed->at[0].first);
	db_unlink(path);
	db_sync_folder(journal->folder, NULL);
	memmove(sealed->at, sealed->at + 1, --sealed->len * sizeof(*sealed->at));
}

size_t journal_tend(struct journal *journal, int64_t now)
{
	int64_t total = journal->now.bytes;
	int64_t part = journal->options.retain_ms * (CLOCK_SECOND / 1000) / AGE_PARTS;
	size_t dropped = 0;

	if (!journal->folder)
		return 0;
	if (part && may_rotate(journal) && journal->now.oldest < now - part)
		journal_begin_segment(journal, NULL);
	for (size_t i = 0; i < journal->sealed.len; i++)
		total += journal->sealed.at[i].bytes;
	while (journal->sealed.len && is_past(journal, total, now)) {
		total -= journal->sealed.at[0].bytes;
		drop_oldest(journal);
		dropped++;
	}
	return dropped;
}
