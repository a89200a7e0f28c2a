#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *file;
static struct str written;
static struct log *logger;
static int64_t now;

static int64_t fake_clock(void)
{
	return now;
}

static void setup(void)
{
	file = tmpfile();
	ck_assert_ptr_nonnull(file);
	now = CLOCK_SECOND;
	unsetenv("JOURNAL_STREAM");
}

static void teardown(void)
{
	log_free(logger);
	str_fini(&written);
	fclose(file);
}

static void begin(enum log_level level, enum log_format format)
{
	logger = log_new(&(struct log_options){fileno(file), level, format, fake_clock});
}

/* All that was written so far. */
static const char *told(void)
{
	char buffer[4096];
	ssize_t got;
	off_t at = 0;

	str_reset(&written);
	str_add_text(&written, "");
	while ((got = pread(fileno(file), buffer, sizeof(buffer), at)) > 0) {
		str_add(&written, buffer, (size_t)got);
		at += got;
	}
	return written.ptr;
}

static unsigned lines(void)
{
	unsigned count = 0;

	for (const char *at = told(); *at; at++)
		count += *at == '\n';
	return count;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), of_end = strlen(end);

	return len >= of_end && strcmp(text + len - of_end, end) == 0;
}

/* What stands behind the time. */
static const struct {
	enum log_format format;
	enum log_level level;
	const char *sentence, *end;
} shapes[] = {
	{FORMAT_TEXT, LEVEL_ERROR, "no", "Z error: no\n"},
	{FORMAT_AUTO, LEVEL_WARNING, "hm", "Z warning: hm\n"},
	{FORMAT_JSON, LEVEL_INFO, "say \"a\"",
	 "Z\",\"level\":\"info\",\"message\":\"say \\\"a\\\"\"}\n"},
	{FORMAT_TEXT, LEVEL_INFO, "a\nb\t\x1b[1m\x7f", "Z info: a\\x0ab\\x09\\x1b[1m\\x7f\n"},
	{FORMAT_TEXT, LEVEL_INFO, "\xff\xc3\xa9\xe2\x82", "Z info: \\xff\xc3\xa9\\xe2\\x82\n"},
	{FORMAT_TEXT, LEVEL_INFO,
	 "\xc2\x9b"
	 "1",
	 "Z info: \\xc2\\x9b1\n"},
	{FORMAT_TEXT, LEVEL_INFO, "", "Z info: \n"},
};

START_TEST(writes)
{
	begin(LEVEL_INFO, shapes[_i].format);
	log_line(logger, shapes[_i].level, "%s", shapes[_i].sentence);
	ck_assert_msg(ends_with(told(), shapes[_i].end), "%s", told());
	ck_assert_uint_eq(lines(), 1);
}
END_TEST

START_TEST(marks_priorities_for_the_journal)
{
	struct stat stat;
	char stream[64];

	ck_assert_int_eq(fstat(fileno(file), &stat), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)stat.st_dev, (uintmax_t)stat.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	begin(LEVEL_DEBUG, FORMAT_AUTO);
	log_line(logger, LEVEL_ERROR, "one");
	log_line(logger, LEVEL_DEBUG, "two");
	ck_assert_str_eq(told(), "<3>one\n<7>two\n");
}
END_TEST

START_TEST(leaves_levels_out)
{
	begin(LEVEL_WARNING, FORMAT_TEXT);
	log_line(logger, LEVEL_INFO, "no");
	ck_assert(!log_wants(logger, LEVEL_INFO));
	ck_assert_uint_eq(lines(), 0);
	log_set(logger, LEVEL_DEBUG, FORMAT_JSON);
	ck_assert(log_wants(logger, LEVEL_DEBUG));
	log_line(logger, LEVEL_DEBUG, "yes");
	ck_assert_msg(ends_with(told(), "\"message\":\"yes\"}\n"), "%s", told());
}
END_TEST

START_TEST(cuts_long_sentences)
{
	char text[LOG_SENTENCE_MAX + 100];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	begin(LEVEL_INFO, FORMAT_TEXT);
	log_line(logger, LEVEL_INFO, "%s", text);
	ck_assert_msg(ends_with(told(), "xxx [cut]\n"), "%s", told());
	ck_assert_uint_lt(strlen(told()), LOG_SENTENCE_MAX + 60);
}
END_TEST

START_TEST(counts_repeats)
{
	begin(LEVEL_INFO, FORMAT_TEXT);
	for (int i = 0; i < LOG_BURST + 5; i++)
		log_line(logger, LEVEL_WARNING, "item %d is bad", i);
	ck_assert_uint_eq(lines(), LOG_BURST);
	log_line(logger, LEVEL_INFO, "%s", "another kind passes");
	ck_assert_uint_eq(lines(), LOG_BURST + 1);
	log_turn(logger);
	ck_assert_uint_eq(lines(), LOG_BURST + 1);
	now += LOG_WINDOW;
	log_turn(logger);
	ck_assert_msg(ends_with(told(), "Z warning: 5 more like this were left out, the last: "
					"item 14 is bad\n"),
		      "%s", told());
	log_line(logger, LEVEL_WARNING, "item %d is bad", 99);
	ck_assert_msg(ends_with(told(), "item 99 is bad\n"), "%s", told());
	log_turn(logger);
	ck_assert_uint_eq(lines(), LOG_BURST + 3);
}
END_TEST

/* The count is told without log_turn, too: by the next line of the kind, by want of room, at the
 * end. */
START_TEST(loses_no_count)
{
	begin(LEVEL_INFO, FORMAT_TEXT);
	for (int i = 0; i < LOG_BURST + 1; i++)
		log_line(logger, LEVEL_INFO, "%s", "same");
	now += LOG_WINDOW;
	log_line(logger, LEVEL_INFO, "%s", "same");
	ck_assert_uint_eq(lines(), LOG_BURST + 2);
	for (int i = 0; i < LOG_BURST; i++)
		log_line(logger, LEVEL_INFO, "%s", "same");
	ck_assert_uint_eq(lines(), 2 * LOG_BURST + 1);
	now++;
	for (int i = 0; i < 64; i++) {
		char text[24];

		snprintf(text, sizeof(text), "text %d", i);
		log_line(logger, LEVEL_INFO, "%s", text);
	}
	ck_assert_uint_eq(lines(), 2 * LOG_BURST + 1 + 64 + 1);
	for (int i = 0; i < LOG_BURST + 1; i++)
		log_line(logger, LEVEL_INFO, "%s", "last");
	log_free(logger);
	logger = NULL;
	ck_assert_msg(ends_with(told(), "1 more like this were left out, the last: last\n"), "%s",
		      told());
}
END_TEST

#define THREADS 4
#define EACH 5

static void *write_lines(void *number)
{
	for (int i = 0; i < EACH; i++) {
		char text[32];

		snprintf(text, sizeof(text), "thread %d line %d", *(int *)number, i);
		log_line(logger, LEVEL_INFO, "%s", text);
		log_set(logger, LEVEL_INFO, FORMAT_TEXT);
		log_turn(logger);
	}
	return NULL;
}

START_TEST(serves_threads)
{
	pthread_t threads[THREADS];
	int numbers[THREADS];

	begin(LEVEL_INFO, FORMAT_TEXT);
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_lines, &numbers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(lines(), THREADS * EACH);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("log");
	TCase *tcase = tcase_create("log");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, writes, 0, sizeof(shapes) / sizeof(*shapes));
	tcase_add_test(tcase, marks_priorities_for_the_journal);
	tcase_add_test(tcase, leaves_levels_out);
	tcase_add_test(tcase, cuts_long_sentences);
	tcase_add_test(tcase, counts_repeats);
	tcase_add_test(tcase, loses_no_count);
	tcase_add_test(tcase, serves_threads);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
