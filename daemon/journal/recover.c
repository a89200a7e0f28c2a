#include "journal/writer.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

/*
 * Opening. The segments are gone through from the newest to the oldest. The newest one is checked
 * byte by byte, since it is the one that was written when the daemon ended; of the others, which
 * were closed long before, what is cheap (`newstag journal verify` checks them whole, and a reader
 * checks what it reads). What is damaged is set aside and told.
 */
#define EVENT_BYTES_LEAST 64 /* an event's row takes more; bounds what a damaged segment held */

int journal_draw_stream(char ret_stream[JOURNAL_STREAM_SIZE], struct err *err)
{
	unsigned char bytes[(JOURNAL_STREAM_SIZE - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_set(err, "cannot draw the stream's name: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(ret_stream + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* --- segments ------------------------------------------------------------------------------------
 */

/* What was found of the segments while they are gone through from the newest to the oldest. */
struct survey {
	struct journal *journal;
	bool any;	 /* a good one was found: the newest of them */
	uint64_t behind; /* numbers up to this one may have been given by damaged ones behind it */
	uint64_t lost;	 /* at most so many */
	size_t number, count; /* of the segment at hand, and of all */
};

static int survey_newest(struct survey *survey, sqlite3 *db, struct segment *segment,
			 struct err *err)
{
	int result = segment_check(db, segment, err);

	if (result == DB_OK)
		result = segment_carry(db, &survey->journal->carried, err);
	return result;
}

static int survey_older(struct survey *survey, sqlite3 *db, struct err *err)
{
	char stream[JOURNAL_STREAM_SIZE];
	int result = segment_stream(db, stream, err);

	if (result != DB_OK || strcmp(stream, survey->journal->carried.stream) == 0)
		return result;
	err_set(err, "belongs to the stream %s", stream);
	return DB_DAMAGED;
}

/* After an update of newstagd, each once. An older segment that cannot be changed now is read as it
 * is. */
static int bring_up_to_date(struct survey *survey, sqlite3 *db, const struct segment *segment,
			    struct err *err)
{
	const struct journal_options *options = &survey->journal->options;
	int version, result = db_stored_version(db, &version, err);
	char sentence[200];

	if (result != DB_OK)
		return result;
	snprintf(sentence, sizeof(sentence),
		 "the events from %llu on are brought from format %d to %d, file %zu of %zu",
		 (unsigned long long)segment->first, version, segment_format.version,
		 survey->number, survey->count);
	if (options->tell)
		options->tell(options->context, sentence);
	result = db_migrate(db, &segment_format, err);
	return result == DB_FULL && survey->any ? DB_OK : result;
}

static int examine(struct survey *survey, sqlite3 *db, struct segment *segment, struct err *err)
{
	int result = db_version(db, &segment_format, err);

	if (result == DB_OLDER)
		result = bring_up_to_date(survey, db, segment, err);
	if (result == DB_OK)
		result = segment_look(db, segment, err);
	if (result != DB_OK)
		return result;
	return survey->any ? survey_older(survey, db, err)
			   : survey_newest(survey, db, segment, err);
}

static int set_aside(struct survey *survey, const struct segment *segment, const char *path,
		     struct err *err)
{
	struct err why = *err;
	int64_t bytes = segment_bytes(survey->journal->folder, segment->first);
	uint64_t held = (uint64_t)bytes / EVENT_BYTES_LEAST + 1;

	if (!survey->any) {
		uint64_t behind = segment->first - 1 + held;

		survey->behind = behind > survey->behind ? behind : survey->behind;
		survey->lost += held;
		carried_fini(&survey->journal->carried);
		survey->journal->carried = (struct carried){0};
	}
	return db_set_aside(path, why.text, &survey->journal->findings, err);
}

/* One that nothing was ever written to: it was being made when the daemon died. */
static int drop_fresh(struct survey *survey, const char *path, struct err *err)
{
	if (!survey->any && survey->behind == 0) {
		db_unlink(path);
		return DB_OK;
	}
	err_set(err, "is empty");
	return DB_DAMAGED;
}

static int survey_segment(struct survey *survey, struct segment *segment, struct err *err)
{
	struct journal *journal = survey->journal;
	OWNED(db_close) sqlite3 *db = NULL;
	char path[SEGMENT_PATH_SIZE];
	int result;

	segment_path(journal->folder, segment->first, path);
	result = db_open(path, DB_WRITE, &db, err);
	if (result == DB_OK)
		result = examine(survey, db, segment, err);
	if (result == DB_FRESH) {
		db_close(MOVE(db));
		result = drop_fresh(survey, path, err);
		segment->bytes = -1;
		if (result == DB_OK)
			return DB_OK;
	}
	if (result == DB_DAMAGED) {
		db_close(MOVE(db));
		segment->bytes = -1;
		return set_aside(survey, segment, path, err);
	}
	if (result != DB_OK)
		return err_wrap(err, "%s", path);
	segment->bytes = segment_bytes(journal->folder, segment->first);
	if (!survey->any) {
		journal->now = *segment;
		survey->any = true;
		return journal_take_segment(journal, MOVE(db), err);
	}
	return DB_OK;
}

/* Numbers that a damaged newest segment may have given are never given again. */
static int skip_lost(struct survey *survey, struct err *err)
{
	struct journal *journal = survey->journal;
	struct carried *carried = &journal->carried;

	if (survey->behind <= journal->head)
		return DB_OK;
	str_printf(&journal->findings,
		   "events behind %llu are lost with it; the next one is %llu\n",
		   (unsigned long long)journal->head, (unsigned long long)survey->behind + 1);
	journal->head = journal->appended = survey->behind;
	carried->floor += survey->lost;
	for (size_t i = 0; i < carried->topics.len; i++)
		*(uint64_t *)carried->topics.entries[i].value += survey->lost;
	return journal_begin_segment(journal, err);
}

void journal_mark_path(const char *folder, char ret_path[SEGMENT_PATH_SIZE])
{
	snprintf(ret_path, SEGMENT_PATH_SIZE, "%.4100s/events", folder);
}

/* What is marked was kept. Where less is left, the newest segment's log was cut off by a byte that
 * went bad: that it was cut does not show, since a power cut leaves the same. */
static void heed_mark(struct survey *survey)
{
	struct journal *journal = survey->journal;
	char path[SEGMENT_PATH_SIZE], stream[MARK_NAME_SIZE];
	uint64_t marked;

	journal_mark_path(journal->folder, path);
	marked = mark_read(path, stream);
	if (strcmp(stream, journal->carried.stream) != 0 || marked <= journal->head ||
	    marked <= survey->behind)
		return;
	str_printf(&journal->findings,
		   "%s/events-%020llu.db-wal is damaged: events up to %llu had been kept\n",
		   journal->folder, (unsigned long long)journal->now.first,
		   (unsigned long long)marked);
	survey->behind = marked;
	survey->lost += marked - journal->head;
}

int journal_recover(struct journal *journal, struct err *err)
{
	struct survey survey = {.journal = journal};
	struct segments found = {0};
	int result = segments_list(journal->folder, &found, err);

	survey.count = found.len;
	for (size_t i = found.len; i-- > 0 && result == DB_OK;) {
		survey.number++;
		result = survey_segment(&survey, &found.at[i], err);
	}
	for (size_t i = 0; i < found.len && result == DB_OK; i++)
		if (found.at[i].bytes >= 0 && found.at[i].first < journal->now.first)
			vec_push(&journal->sealed, found.at[i]);
	vec_fini(&found);
	if (result != DB_OK)
		return result;
	if (survey.any) {
		journal->head = journal->appended = journal->now.last;
		heed_mark(&survey);
		return skip_lost(&survey, err);
	}
	if (journal_draw_stream(journal->carried.stream, err) < 0)
		return DB_FAILED;
	if (survey.behind)
		str_printf(&journal->findings, "no segment is left: a new stream begins\n");
	return journal_begin_segment(journal, err);
}

/* --- recent digests ------------------------------------------------------------------------------
 */

struct recalling {
	const struct journal_recall *recall;
	size_t most;
	struct str digests; /* newest first */
};

/* Those of one segment, newest first, until there are `most`. */
static int collect_recent(struct journal *journal, uint64_t first, struct recalling *recalling,
			  struct err *err)
{
	OWNED(db_close) sqlite3 *db = NULL;
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	char path[SEGMENT_PATH_SIZE];
	int result;

	segment_path(journal->folder, first, path);
	result = db_open(path, first < journal->now.first ? DB_READ_SEALED : DB_READ, &db, err);
	if (result == DB_OK)
		result = db_prepare(db,
				    "SELECT digest, subject FROM event WHERE length(digest) = 16 "
				    "ORDER BY sequence DESC",
				    &statement, err);
	if (result != DB_OK)
		return result;
	while (recalling->digests.len < recalling->most * JOURNAL_DIGEST_SIZE &&
	       (result = db_step(statement, err)) == DB_ROW) {
		str_add_view(&recalling->digests, db_column(statement, 0));
		recalling->recall->subject(recalling->recall->context, db_column(statement, 1));
	}
	return result == DB_ROW ? DB_OK : result;
}

int journal_recent(struct journal *journal, size_t most, const struct journal_recall *recall,
		   struct err *err)
{
	struct recalling recalling = {.recall = recall, .most = most};
	const struct str *digests = &recalling.digests;
	int result = DB_OK;

	if (journal->folder)
		result = collect_recent(journal, journal->now.first, &recalling, err);
	for (size_t i = journal->sealed.len; i-- > 0 && result == DB_OK;)
		if (digests->len < most * JOURNAL_DIGEST_SIZE)
			result = collect_recent(journal, journal->sealed.at[i].first, &recalling,
						err);
	for (size_t at = digests->len; at > 0 && result == DB_OK; at -= JOURNAL_DIGEST_SIZE)
		recall->digest(recall->context,
			       (const unsigned char *)digests->ptr + at - JOURNAL_DIGEST_SIZE);
	str_fini(&recalling.digests);
	return result == DB_OK ? 0 : -1;
}
