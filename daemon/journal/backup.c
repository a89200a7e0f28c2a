#include "journal/backup_files.h"
#include "journal/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Making one. Each file is copied by SQLite's backup within one transaction, so that it is as of
 * one instant however the daemon goes on writing. Order makes the whole consistent, the way an item
 * goes: the spool comes first; what it has no more is held, a dead letter, or settled by events in
 * the newest segment, which comes next; then the closed ones from the newest to the oldest, so that
 * what retention deletes meanwhile is missing at the beginning and never in the middle.
 *
 * A copy keeps its original's time and is in rollback mode, one file without a log. By name, size
 * and time the next backup knows that it has a closed segment already.
 */
#define COPY_PAGES 1000 /* between two words of progress */

struct making {
	const char *path, *to;
	const struct backup_progress *progress;
	char partial[BACKUP_PATH_SIZE], before[BACKUP_PATH_SIZE];
	uint64_t before_newest; /* first sequence of the segment that was open at the backup before
				 */
	uint64_t done, total;	/* bytes */
	struct backup *backup;
};

static void tell(struct making *making, uint64_t done)
{
	if (making->progress->turn)
		making->progress->turn(making->progress->context, done, making->total);
}

/* --- one file ------------------------------------------------------------------------------------
 */

static int copy_pages(struct making *making, sqlite3_backup *copy, sqlite3 *to, struct err *err)
{
	int code;

	do {
		code = sqlite3_backup_step(copy, COPY_PAGES);
		tell(making, making->done + 4096 * (uint64_t)(sqlite3_backup_pagecount(copy) -
							      sqlite3_backup_remaining(copy)));
	} while (code == SQLITE_OK);
	sqlite3_backup_finish(copy);
	return code == SQLITE_DONE ? DB_OK : db_result(to, code, err);
}

static int open_copy(const char *path, sqlite3 **ret_to, struct err *err)
{
	OWNED(db_close) sqlite3 *to = NULL;
	int result = db_result(NULL,
			       sqlite3_open_v2(path, &to,
					       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
						       SQLITE_OPEN_EXCLUSIVE | SQLITE_OPEN_NOMUTEX,
					       NULL),
			       err);

	/* It counts when all of it is flushed, and not before. */
	if (result == DB_OK)
		result = db_exec(to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", err);
	if (result == DB_OK)
		*ret_to = MOVE(to);
	return result;
}

static int copy_all(struct making *making, sqlite3 *from, sqlite3 *to, struct err *err)
{
	int64_t ignored;
	/* A transaction that has read holds the instant. */
	int result = db_exec(from, "BEGIN", err);
	sqlite3_backup *copy;

	if (result == DB_OK)
		result = db_number(from, "SELECT count(*) FROM sqlite_master", 0, &ignored, err);
	if (result != DB_OK)
		return result;
	copy = sqlite3_backup_init(to, "main", from, "main");
	result = copy ? copy_pages(making, copy, to, err) : db_result(to, SQLITE_ERROR, err);
	if (result == DB_OK)
		result = db_exec(to, "PRAGMA journal_mode=DELETE", err);
	return result;
}

static int take_times(const char *from, const char *to, struct err *err)
{
	struct stat status;
	struct timespec times[2];

	if (stat(from, &status) < 0)
		return DB_GONE;
	times[0] = status.st_atim;
	times[1] = status.st_mtim;
	if (utimensat(AT_FDCWD, to, times, 0) == 0)
		return DB_OK;
	err_set(err, "cannot set the time of %s: %s", to, strerror(errno));
	return DB_FAILED;
}

/* DB_OK, DB_GONE when it is not there any more, or a failure. */
static int copy_file(struct making *making, const char *name, struct err *err)
{
	OWNED(db_close) sqlite3 *from = NULL;
	OWNED(db_close) sqlite3 *to = NULL;
	char source[BACKUP_PATH_SIZE], copy[BACKUP_PATH_SIZE + 300];
	int result;

	snprintf(source, sizeof(source), "%.3900s/%.255s", making->path, name);
	snprintf(copy, sizeof(copy), "%s/%.255s", making->partial, name);
	result = db_open(source, DB_READ, &from, err);
	if (result == DB_OK)
		result = open_copy(copy, &to, err);
	if (result == DB_OK)
		result = copy_all(making, from, to, err);
	db_close(MOVE(to));
	if (result == DB_OK)
		result = take_times(source, copy, err);
	if (result == DB_OK && backup_sync(copy, err) < 0)
		result = DB_FAILED;
	if (result != DB_OK)
		unlink(copy);
	if (access(source, F_OK) < 0)
		return DB_GONE;
	return result == DB_OK ? DB_OK : (err_wrap(err, "%s", source), result);
}

static void count(struct making *making, const char *name)
{
	char path[BACKUP_PATH_SIZE + 300];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%.255s", making->partial, name);
	if (stat(path, &status) < 0)
		return;
	making->backup->files++;
	making->backup->bytes += (uint64_t)status.st_size;
	making->done += (uint64_t)status.st_size;
	tell(making, making->done);
}

/* --- segments ------------------------------------------------------------------------------------
 */

/* Whether the backup before has it already, which is then linked. */
static bool link_file(struct making *making, uint64_t first, const char *name)
{
	char before[BACKUP_PATH_SIZE + 300], source[BACKUP_PATH_SIZE];
	char link_name[BACKUP_PATH_SIZE + 300];
	struct stat there, now;

	if (!*making->before || first >= making->before_newest)
		return false;
	snprintf(source, sizeof(source), "%.3900s/%.255s", making->path, name);
	snprintf(before, sizeof(before), "%s/%.255s", making->before, name);
	snprintf(link_name, sizeof(link_name), "%s/%.255s", making->partial, name);
	if (stat(source, &now) < 0 || stat(before, &there) < 0 || now.st_size != there.st_size ||
	    now.st_mtim.tv_sec != there.st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != there.st_mtim.tv_nsec || link(before, link_name) < 0)
		return false;
	making->backup->linked++;
	return true;
}

/* What was copied is checked as a whole; damage is told and kept as it is. DB_FRESH when it was
 * just being made: then it is none of the backup. */
static int check_copy(struct making *making, struct segment *segment, const char *name,
		      struct err *err)
{
	OWNED(db_close) sqlite3 *db = NULL;
	char path[SEGMENT_PATH_SIZE];
	struct err why;
	int result;

	segment_path(making->partial, segment->first, path);
	result = db_open(path, DB_READ, &db, &why);
	if (result == DB_OK)
		result = db_readable(db, &segment_format, &why);
	if (result == DB_FRESH) {
		unlink(path);
		return DB_FRESH;
	}
	if (result == DB_OK)
		result = segment_look(db, segment, &why);
	if (result == DB_OK)
		result = segment_check(db, segment, &why);
	if (result == DB_OK)
		result = segment_stream(db, making->backup->stream, &why);
	if (result == DB_DAMAGED)
		str_printf(&making->backup->findings, "%s is damaged: %s\n", name, why.text);
	else if (result != DB_OK)
		return err_set(err, "%s: %s", path, why.text);
	return DB_OK;
}

static int take_segment(struct making *making, struct segment *segment, struct err *err)
{
	char name[SEGMENT_NAME_SIZE];
	int result;

	snprintf(name, sizeof(name), "events-%020llu.db", (unsigned long long)segment->first);
	segment->last = segment->first - 1;
	if (!link_file(making, segment->first, name)) {
		result = copy_file(making, name, err);
		if (result == DB_OK)
			result = check_copy(making, segment, name, err);
		if (result != DB_OK)
			return result;
	}
	count(making, name);
	return DB_OK;
}

/* From the newest to the oldest that is still there. */
static int take_segments(struct making *making, struct segments *segments, struct err *err)
{
	struct backup *backup = making->backup;

	for (size_t i = segments->len; i-- > 0;) {
		int result = take_segment(making, &segments->at[i], err);

		if (result == DB_GONE)
			break;
		if (result == DB_FRESH && !backup->oldest)
			continue;
		if (result != DB_OK)
			return result == DB_FRESH ? err_set(err, "a segment is empty") : -1;
		if (!backup->oldest)
			backup->head = segments->at[i].last;
		backup->oldest = segments->at[i].first;
	}
	return backup->oldest ? 0 : err_set(err, "%s changes too fast", making->path);
}

/* --- the whole -----------------------------------------------------------------------------------
 */

static int take_others(struct making *making, struct err *err)
{
	struct names names = {0};
	int result = backup_other_files(making->path, &names, err);

	for (size_t i = 0; i < names.len && result == 0; i++) {
		int copied = copy_file(making, names.at[i], err);

		if (copied == DB_OK)
			count(making, names.at[i]);
		else if (copied != DB_GONE)
			result = -1;
	}
	names_fini(&names);
	return result;
}

/* What is to be done, and what the backup before has. */
static int survey(struct making *making, struct segments *segments, struct err *err)
{
	struct segments before = {0};

	if (segments_list(making->path, segments, err) < 0)
		return -1;
	if (!segments->len)
		return err_set(err, "%s holds no segment of a journal", making->path);
	for (size_t i = 0; i < segments->len; i++)
		making->total += (uint64_t)segment_bytes(making->path, segments->at[i].first);
	if (backup_find(making->to, making->before, err) < 0)
		return -1;
	if (*making->before && segments_list(making->before, &before, err) < 0)
		return -1;
	if (before.len)
		making->before_newest = before.at[before.len - 1].first;
	vec_fini(&before);
	return 0;
}

/* Gives it its name, in one step. */
static int name_it(struct making *making, struct err *err)
{
	struct backup *backup = making->backup;
	char stamp[20];

	if (backup_write_note(backup, making->partial, err) < 0 ||
	    db_sync_folder(making->partial, err) != DB_OK)
		return -1;
	backup_stamp(stamp);
	for (int i = 1; i < 100; i++) {
		snprintf(backup->path, sizeof(backup->path), "%.3900s/%s-%020llu", making->to,
			 stamp, (unsigned long long)backup->head);
		if (i > 1)
			snprintf(backup->path + strlen(backup->path), 8, ".%02d", i);
		if (rename(making->partial, backup->path) == 0)
			return db_sync_folder(making->to, err) == DB_OK ? 0 : -1;
		if (errno != ENOTEMPTY && errno != EEXIST)
			break;
	}
	return err_set(err, "cannot name the backup %s: %s", backup->path, strerror(errno));
}

static int make(struct making *making, struct err *err)
{
	struct segments segments = {0};
	int result = survey(making, &segments, err);

	snprintf(making->partial, sizeof(making->partial), "%.3900s/.partial", making->to);
	backup_remove(making->partial);
	if (result == 0 && mkdir(making->partial, 0750) < 0)
		result = err_set(err, "cannot make the folder %s: %s", making->partial,
				 strerror(errno));
	if (result == 0)
		result = take_others(making, err);
	if (result == 0)
		result = take_segments(making, &segments, err);
	if (result == 0)
		result = name_it(making, err);
	if (result < 0)
		backup_remove(making->partial);
	vec_fini(&segments);
	return result;
}

int backup_make(const char *path, const char *to, const struct backup_progress *progress,
		struct backup *ret_backup, struct err *err)
{
	struct making making = {.path = path, .to = to, .progress = progress, .backup = ret_backup};
	int lock, result;

	*ret_backup = (struct backup){.path = ""};
	if (mkdir(to, 0750) < 0 && errno != EEXIST)
		return err_set(err, "cannot make the folder %s: %s", to, strerror(errno));
	lock = backup_lock(to, "a backup", err);
	if (lock < 0)
		return -1;
	result = make(&making, err);
	close(lock);
	if (result < 0)
		str_fini(&ret_backup->findings);
	return result;
}
