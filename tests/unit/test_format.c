#include "journal/db.h"

#include "base/clock.h"
#include "base/file.h"
#include "journal/deadletter.h"
#include "journal/segment.h"
#include "journal/spool.h"
#include "journal_fixture.h"

#include <stdio.h>
#include <sys/resource.h>

/*
 * Files of older versions are read and brought up to date, those of newer ones refused. What a
 * version wrote is kept as SQL text in tests/unit/formats/VERSION.
 */
#define OLD_EVENTS 17
#define NEWEST "events-00000000000000000013"

static const char *const old_files[] = {"events-00000000000000000001", NEWEST, "spool",
					"deadletters"};

static sqlite3 *must_open_file(const char *name, enum db_mode mode)
{
	char path[200];
	struct err err;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/%s.db", folder, name);
	ck_assert_msg(db_open(path, mode, &db, &err) == DB_OK, "%s", err.text);
	return db;
}

static void make_file(const char *version, const char *name)
{
	struct str sql = {0};
	char path[300];
	struct err err;
	sqlite3 *db = must_open_file(name, DB_WRITE);

	snprintf(path, sizeof(path), "%s/tests/unit/formats/%s/%s.sql", SOURCE_FOLDER, version,
		 name);
	ck_assert_int_eq(file_read(path, (size_t)1 << 20, &sql, &err), 0);
	ck_assert_msg(db_exec(db, str_view(&sql).ptr, &err) == DB_OK, "%s", err.text);
	db_close(db);
	str_fini(&sql);
}

static void make_old(void)
{
	for (size_t i = 0; i < sizeof(old_files) / sizeof(old_files[0]); i++)
		make_file("1", old_files[i]);
}

/* The same with segments of a later version. */
static void make_old_of(int version)
{
	char name[12];

	snprintf(name, sizeof(name), "%d", version);
	for (size_t i = 0; i < sizeof(old_files) / sizeof(old_files[0]); i++)
		make_file(strncmp(old_files[i], "events", 6) == 0 ? name : "1", old_files[i]);
}

static int version_of(const char *name)
{
	sqlite3 *db = must_open_file(name, DB_READ);
	int version;

	ck_assert_int_eq(db_stored_version(db, &version, NULL), DB_OK);
	db_close(db);
	return version;
}

/* --- older ---------------------------------------------------------------------------------------
 */

START_TEST(reads_an_older_format_as_it_is)
{
	struct deadletters *letters;
	struct deadletter letter;

	make_old();
	ck_assert_int_eq(verify_all(), 0);
	ck_assert_uint_eq(read_from(1, 100), OLD_EVENTS);
	ck_assert_uint_eq(look().head, OLD_EVENTS);
	letters = deadletters_read(folder, NULL);
	ck_assert_ptr_nonnull(letters);
	ck_assert_int_eq(deadletters_next(letters, 2, &letter, NULL), 1);
	ck_assert(view_is(letter.reason, "no_text"));
	deadletters_close(letters);
	ck_assert_int_eq(version_of(NEWEST), 1);
}
END_TEST

static char told[1000];

static void note(void *context, const char *sentence)
{
	ck_assert_ptr_eq(context, told);
	strcat(strcat(told, sentence), "\n");
}

static void check_spool(void)
{
	struct spool *spool = spool_open(folder, 7, NULL);
	struct spool_item item;

	ck_assert_ptr_nonnull(spool);
	ck_assert_str_eq(spool_findings(spool), "");
	ck_assert_uint_eq(spool_left(spool), 9);
	ck_assert_int_eq(spool_next(spool, &item, NULL), 1);
	ck_assert_uint_eq(item.number, 8);
	ck_assert(view_is(item.payload, "{\"text\":\"item 1\"}"));
	spool_close(spool);
}

static void check_letters(void)
{
	struct deadletters *letters = deadletters_open(folder, NULL);
	struct deadletter letter;

	ck_assert_ptr_nonnull(letters);
	ck_assert_str_eq(deadletters_findings(letters), "");
	ck_assert_int_eq(deadletters_next(letters, 1, &letter, NULL), 1);
	ck_assert(view_is(letter.reason, "not_json"));
	ck_assert(view_is(letter.payload, "\xff{x"));
	deadletters_close(letters);
}

START_TEST(brings_an_older_format_up_to_date)
{
	struct journal *journal;
	char sentence[100];

	make_old_of(_i);
	told[0] = '\0';
	options.tell = note;
	options.context = told;
	journal = must_open();
	ck_assert_str_eq(journal_findings(journal), "");
	for (int i = 1; i <= 2; i++) {
		snprintf(sentence, sizeof(sentence),
			 "from %d on are brought from format %d to %d, file %d of 2\n",
			 i == 1 ? 13 : 1, _i, segment_format.version, i);
		ck_assert_msg(strstr(told, sentence) != NULL, "%s", told);
	}
	ck_assert_uint_eq(journal_head(journal), OLD_EVENTS);
	ck_assert_uint_eq(journal_settled(journal), 7);
	ck_assert_uint_eq(keep(journal, "event.b.y", 1, 7), 7);
	journal_close(journal);
	check_journal(1, OLD_EVENTS + 1);
	check_spool();
	check_letters();
	ck_assert_int_eq(version_of(NEWEST), segment_format.version);
	ck_assert_int_eq(version_of(old_files[0]), segment_format.version);
	told[0] = '\0';
	journal_close(must_open()); /* once is enough */
	ck_assert_str_eq(told, "");
}
END_TEST

/* What was brought up to date is what is made anew. */
START_TEST(comes_to_the_present_schema)
{
	static const char sql[] = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM "
				  "sqlite_master WHERE sql NOT NULL ORDER BY type, name)";
	sqlite3_stmt *statement;
	struct str schemas[2] = {{0}, {0}};

	make_old();
	options.segment_bytes = 1;
	journal_close(must_open_with(1)); /* and begins the next one */
	for (int i = 0; i < 2; i++) {
		sqlite3 *db = must_open_file(i ? "events-00000000000000000019" : NEWEST, DB_READ);

		ck_assert_int_eq(db_prepare(db, sql, &statement, NULL), DB_OK);
		ck_assert_int_eq(db_step(statement, NULL), DB_ROW);
		str_add_view(&schemas[i], db_column(statement, 0));
		sqlite3_finalize(statement);
		db_close(db);
	}
	ck_assert_str_eq(str_view(&schemas[0]).ptr, str_view(&schemas[1]).ptr);
	str_fini(&schemas[0]);
	str_fini(&schemas[1]);
}
END_TEST

START_TEST(takes_every_step_or_none)
{
	static const char *const bad[] = {"CREATE TABLE one(x)", "CREATE TABLE one(x)"};
	static const char *const good[] = {"CREATE TABLE one(x)", "CREATE TABLE two(x)"};
	const struct db_format formats[] = {{.version = 3, .steps = bad},
					    {.version = 3, .steps = good}};
	int64_t tables;
	sqlite3 *db;
	struct err err;

	make_file("1", "spool");
	db = must_open_file("spool", DB_WRITE);
	ck_assert_int_eq(db_version(db, &formats[0], &err), DB_OLDER);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(db_migrate(db, &formats[i], &err) == DB_OK, i);
		ck_assert_int_eq(db_version(db, &formats[i], &err), i ? DB_OK : DB_OLDER);
		ck_assert_int_eq(version_of("spool"), i ? 3 : 1);
		db_number(db, "SELECT count(*) FROM sqlite_master WHERE name IN ('one', 'two')", 0,
			  &tables, &err);
		ck_assert_int_eq(tables, i ? 2 : 0);
	}
	db_close(db);
}
END_TEST

static void limit_files(rlim_t bytes)
{
	struct rlimit limit = {bytes, RLIM_INFINITY};

	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A disk that is full now is no damage, and nothing is half done. */
START_TEST(waits_for_room_to_bring_it_up_to_date)
{
	make_old();
	limit_files(4096);
	check_refused("");
	limit_files(RLIM_INFINITY);
	ck_assert_int_eq(version_of(NEWEST), 1);
	ck_assert_int_eq(count_files("events-"), 2);
	journal_close(must_open_with(1));
	check_journal(1, OLD_EVENTS + 1);
}
END_TEST

/* --- newer ---------------------------------------------------------------------------------------
 */

static void set_version(const char *name, int version)
{
	sqlite3 *db = must_open_file(name, DB_WRITE);
	char sql[60];

	snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", version);
	ck_assert_int_eq(db_exec(db, sql, NULL), DB_OK);
	db_close(db);
}

/* Whether what the file belongs to opens. */
static bool opens(const char *name, struct err *err)
{
	struct spool *spool = NULL;
	struct deadletters *letters = NULL;
	struct journal *journal = NULL;
	bool good;

	if (strcmp(name, "spool") == 0)
		spool = spool_open(folder, 0, err);
	else if (strcmp(name, "deadletters") == 0)
		letters = deadletters_open(folder, err);
	else
		journal = journal_open(&options, err);
	good = spool || letters || journal;
	spool_close(spool);
	deadletters_close(letters);
	journal_close(journal);
	return good;
}

START_TEST(refuses_a_newer_one)
{
	const char *name = old_files[_i];
	struct err err;

	make_old();
	ck_assert(opens(name, &err));
	set_version(name, 99);
	ck_assert(!opens(name, &err));
	ck_assert_msg(strstr(err.text, name) != NULL, "%s", err.text);
	ck_assert_msg(strstr(err.text, "has format 99, written by a newer newstagd; this one "
				       "knows format") != NULL,
		      "%s", err.text);
	ck_assert_ptr_nonnull(strstr(err.text, "run the newer one, or move the file away"));
	ck_assert_int_eq(version_of(name), 99);
	set_version(name, 0); /* and what was never one of ours is set aside as damaged */
	ck_assert(opens(name, &err));
}
END_TEST

static void add_cases(TCase *tcase)
{
	tcase_add_test(tcase, reads_an_older_format_as_it_is);
	tcase_add_loop_test(tcase, brings_an_older_format_up_to_date, 1, segment_format.version);
	tcase_add_test(tcase, comes_to_the_present_schema);
	tcase_add_test(tcase, takes_every_step_or_none);
	tcase_add_test(tcase, waits_for_room_to_bring_it_up_to_date);
	tcase_add_loop_test(tcase, refuses_a_newer_one, 0,
			    sizeof(old_files) / sizeof(old_files[0]));
}

int main(void)
{
	return run_journal_suite("format", add_cases);
}
