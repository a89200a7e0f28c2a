#include "journal/backup_files.h"
#include "journal/reader.h"
#include "journal/writer.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Restoring. Everything is prepared in a folder within the state's, so that the last step is to
 * rename files: what was there goes aside, oldest first, then the new segments come, newest first.
 * At any instant between, the folder holds a journal without a hole whose end is right, and a
 * second attempt begins from anew. The lock is the daemon's own, so that none can start meanwhile.
 */
struct restoring {
	const struct restore_options *options;
	const struct backup_progress *progress;
	char from[BACKUP_PATH_SIZE], partial[BACKUP_PATH_SIZE];
	struct backup_owner owner; /* of new files: the state folder's */
	struct segments segments;
	struct names others;
	uint64_t done, total; /* bytes */
	bool left_out;	      /* something that was too damaged */
	struct backup *backup;
};

/* --- the backup ----------------------------------------------------------------------------------
 */

static void note_wrong(void *context, const struct journal_check *check, const char *wrong)
{
	struct str *findings = context;

	if (wrong)
		str_printf(findings, "%s: %s\n", check->file, wrong);
}

/* Every byte, and that it is all that its note says. */
static int verify(struct restoring *restoring, const char *folder, const struct backup *noted,
		  struct err *err)
{
	struct journal_reader *reader;
	struct journal_span span;
	struct str wrong = {0};
	int damaged = journal_verify(folder, note_wrong, &wrong, err), looked;

	if (damaged > 0 && restoring->options->force)
		str_add_view(&restoring->backup->findings, str_view(&wrong));
	else if (damaged > 0)
		err_set(err, "%s is damaged: %.200s", folder, str_view(&wrong).ptr);
	str_fini(&wrong);
	if (damaged)
		return damaged > 0 && restoring->options->force ? 0 : -1;
	reader = journal_reader_open(folder, err);
	looked = reader ? journal_reader_span(reader, &span, err) : -1;
	journal_reader_close(reader);
	if (looked < 0)
		return -1;
	restoring->backup->oldest = span.oldest;
	restoring->backup->head = span.head;
	if (restoring->left_out || (span.oldest == noted->oldest && span.head == noted->head))
		return 0;
	return err_set(err, "%s has the events %llu to %llu, but should have %llu to %llu", folder,
		       (unsigned long long)span.oldest, (unsigned long long)span.head,
		       (unsigned long long)noted->oldest, (unsigned long long)noted->head);
}

static int find_backup(struct restoring *restoring, struct err *err)
{
	struct backup *backup = restoring->backup, noted;

	if (backup_find(restoring->options->from, restoring->from, err) < 0)
		return -1;
	if (!*restoring->from)
		return err_set(err, "%s is no backup and holds none", restoring->options->from);
	snprintf(backup->path, sizeof(backup->path), "%s", restoring->from);
	if (backup_read_note(restoring->from, backup, err) < 0 ||
	    segments_list(restoring->from, &restoring->segments, err) < 0 ||
	    backup_other_files(restoring->from, &restoring->others, err) < 0)
		return -1;
	for (size_t i = 0; i < restoring->segments.len; i++)
		restoring->total += (uint64_t)segment_bytes(restoring->from,
							    restoring->segments.at[i].first);
	noted = *backup;
	return verify(restoring, restoring->from, &noted, err);
}

/* --- the new files -------------------------------------------------------------------------------
 */

static int copy(struct restoring *restoring, const char *name, struct err *err)
{
	char from[BACKUP_PATH_SIZE + 300], to[BACKUP_PATH_SIZE + 300];

	snprintf(from, sizeof(from), "%s/%.255s", restoring->from, name);
	snprintf(to, sizeof(to), "%s/%.255s", restoring->partial, name);
	if (backup_copy(from, to, &restoring->owner, &restoring->done, err) < 0)
		return -1;
	restoring->backup->files++;
	if (restoring->progress->turn)
		restoring->progress->turn(restoring->progress->context, restoring->done,
					  restoring->total);
	return 0;
}

/* DB_OK, DB_DAMAGED, or a failure. */
static int set_stream(const char *path, const char *stream, struct err *err)
{
	OWNED(db_close) sqlite3 *db = NULL;
	int result = db_open(path, DB_WRITE, &db, err);

	if (result == DB_OK)
		result = db_readable(db, &segment_format, err);
	return result == DB_OK ? segment_set_stream(db, stream, err) : result;
}

static int copy_segment(struct restoring *restoring, struct segment *segment, struct err *err)
{
	char name[SEGMENT_NAME_SIZE], path[SEGMENT_PATH_SIZE];
	int result = DB_OK;

	snprintf(name, sizeof(name), "events-%020llu.db", (unsigned long long)segment->first);
	segment_path(restoring->partial, segment->first, path);
	if (copy(restoring, name, err) < 0)
		return -1;
	if (!restoring->options->same_stream)
		result = set_stream(path, restoring->backup->stream, err);
	if (result == DB_DAMAGED && restoring->options->force) {
		str_printf(&restoring->backup->findings, "%s is left out\n", name);
		db_unlink(path);
		segment->first = 0;
		restoring->left_out = true;
		return 0;
	}
	return result == DB_OK ? 0 : (err_wrap(err, "%s", path), -1);
}

static int prepare(struct restoring *restoring, struct err *err)
{
	const char *to = restoring->options->to;
	struct stat status;

	if (stat(to, &status) < 0)
		return err_set(err, "cannot look at %s: %s", to, strerror(errno));
	restoring->owner = (struct backup_owner){status.st_uid, status.st_gid, 0640};
	snprintf(restoring->partial, sizeof(restoring->partial), "%.3900s/.restoring", to);
	backup_remove(restoring->partial);
	if (mkdir(restoring->partial, 0750) < 0)
		return err_set(err, "cannot make the folder %s: %s", restoring->partial,
			       strerror(errno));
	if (!restoring->options->same_stream &&
	    journal_draw_stream(restoring->backup->stream, err) < 0)
		return -1;
	for (size_t i = 0; i < restoring->segments.len; i++)
		if (copy_segment(restoring, &restoring->segments.at[i], err) < 0)
			return -1;
	for (size_t i = 0; i < restoring->others.len; i++)
		if (copy(restoring, restoring->others.at[i], err) < 0)
			return -1;
	return db_sync_folder(restoring->partial, err) == DB_OK ? 0 : -1;
}

/* --- the change ----------------------------------------------------------------------------------
 */

static int move(const char *from, const char *to, const char *name, struct err *err)
{
	char before[BACKUP_PATH_SIZE + 300], after[BACKUP_PATH_SIZE + 300];

	snprintf(before, sizeof(before), "%.3900s/%.280s", from, name);
	snprintf(after, sizeof(after), "%.3900s/%.280s", to, name);
	if (rename(before, after) == 0 || errno == ENOENT)
		return 0;
	return err_set(err, "cannot rename %s to %s: %s", before, after, strerror(errno));
}

/* With what SQLite keeps beside it. */
static int move_database(const char *from, const char *to, const char *name, struct err *err)
{
	static const char *const ends[] = {"-wal", "-shm", ""};
	char whole[280];
	int result = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && result == 0; i++) {
		snprintf(whole, sizeof(whole), "%.255s%s", name, ends[i]);
		result = move(from, to, whole, err);
	}
	return result;
}

static int move_aside(struct restoring *restoring, const struct segments *segments,
		      const struct names *others, struct err *err)
{
	static const char *const marks[] = {"events.mark", "spool.mark", "held.mark",
					    "deadletters.mark"};
	const char *to = restoring->options->to;
	char aside[BACKUP_PATH_SIZE], stamp[20], name[SEGMENT_NAME_SIZE];
	int result = 0;

	if (!segments->len && !others->len)
		return 0;
	backup_stamp(stamp);
	snprintf(aside, sizeof(aside), "%.3900s/before-restore-%s", to, stamp);
	if (mkdir(aside, 0750) < 0)
		return err_set(err, "cannot make the folder %s: %s", aside, strerror(errno));
	/* They tell what the files had that go now. */
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]) && result == 0; i++)
		result = move(to, aside, marks[i], err);
	for (size_t i = 0; i < segments->len && result == 0; i++) {
		snprintf(name, sizeof(name), "events-%020llu.db",
			 (unsigned long long)segments->at[i].first);
		result = move_database(to, aside, name, err);
	}
	for (size_t i = 0; i < others->len && result == 0; i++)
		result = move_database(to, aside, others->at[i], err);
	str_printf(&restoring->backup->findings, "what was there is in %s\n", aside);
	return result;
}

static int move_in(struct restoring *restoring, struct err *err)
{
	const char *to = restoring->options->to;
	char name[SEGMENT_NAME_SIZE];
	int result = 0;

	for (size_t i = restoring->segments.len; i-- > 0 && result == 0;) {
		if (!restoring->segments.at[i].first)
			continue;
		snprintf(name, sizeof(name), "events-%020llu.db",
			 (unsigned long long)restoring->segments.at[i].first);
		result = move_database(restoring->partial, to, name, err);
	}
	for (size_t i = 0; i < restoring->others.len && result == 0; i++)
		result = move(restoring->partial, to, restoring->others.at[i], err);
	if (result < 0)
		return -1;
	backup_remove(restoring->partial);
	return db_sync_folder(to, err) == DB_OK ? 0 : -1;
}

static int change(struct restoring *restoring, struct err *err)
{
	const char *to = restoring->options->to;
	struct segments segments = {0};
	struct names others = {0};
	int result = segments_list(to, &segments, err);

	if (result == 0)
		result = backup_other_files(to, &others, err);
	if (result == 0 && !restoring->options->force && (segments.len || others.len))
		result = err_set(err, "%s holds a journal already; --force moves it aside", to);
	if (result == 0)
		result = prepare(restoring, err);
	if (result == 0)
		result = move_aside(restoring, &segments, &others, err);
	if (result == 0)
		result = move_in(restoring, err);
	vec_fini(&segments);
	names_fini(&others);
	return result;
}

/* --- the whole -----------------------------------------------------------------------------------
 */

static int restore(struct restoring *restoring, struct err *err)
{
	const char *to = restoring->options->to;
	struct backup noted;
	int lock, result;

	if (find_backup(restoring, err) < 0)
		return -1;
	noted = *restoring->backup;
	if (mkdir(to, 0750) < 0 && errno != EEXIST)
		return err_set(err, "cannot make the folder %s: %s", to, strerror(errno));
	lock = backup_lock(to, "a newstagd", err);
	if (lock < 0)
		return -1;
	result = change(restoring, err);
	if (result == 0)
		result = verify(restoring, to, &noted, err);
	close(lock);
	return result;
}

int backup_restore(const struct restore_options *options, const struct backup_progress *progress,
		   struct backup *ret_backup, struct err *err)
{
	struct restoring restoring = {
		.options = options, .progress = progress, .backup = ret_backup};
	int result;

	*ret_backup = (struct backup){.path = ""};
	result = restore(&restoring, err);
	ret_backup->bytes = restoring.done;
	if (result < 0)
		str_fini(&ret_backup->findings);
	vec_fini(&restoring.segments);
	names_fini(&restoring.others);
	return result;
}
