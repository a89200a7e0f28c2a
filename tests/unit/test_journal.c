#include "journal/journal.h"

#include <check.h>
#include <stdlib.h>

static const struct {
	const char *topic;
	uint64_t topic_sequence;
} numbered[] = {
	{"event.blackout.ongoing", 1},	{"event.blackout.restored", 1},
	{"event.blackout.ongoing", 2},	{"event.blackout.ongoing", 3},
	{"event.blackout.restored", 2}, {"heartbeat", 1},
};

#define COUNT (sizeof(numbered) / sizeof(*numbered))

static struct journal *must_open(void)
{
	struct err err;
	struct journal *journal = journal_open(&(struct journal_options){0}, &err);

	ck_assert_msg(journal != NULL, "%s", err.text);
	return journal;
}

START_TEST(numbers_without_a_hole)
{
	struct journal *journal = must_open();
	struct journal_entry entries[COUNT];
	char topic[64];
	struct err err;

	ck_assert_uint_eq(journal_head(journal), 0);
	for (size_t i = 0; i < COUNT; i++) {
		/* The topic's memory is used anew each time: the journal keeps its own. */
		strcpy(topic, numbered[i].topic);
		entries[i] = (struct journal_entry){.topic = view_of(topic)};
		journal_number(journal, &entries[i]);
		ck_assert_uint_eq(entries[i].sequence, i + 1);
		ck_assert_uint_eq(entries[i].topic_sequence, numbered[i].topic_sequence);
		ck_assert_uint_eq(journal_head(journal), i + 1);
	}
	ck_assert_int_eq(journal_append(journal, entries, 2, &err), 0);
	ck_assert_int_eq(journal_append(journal, entries + 2, COUNT - 2, &err), 0);
	ck_assert_int_eq(journal_commit(journal, &err), 0);
	journal_close(journal);
}
END_TEST

START_TEST(names_each_stream_anew)
{
	struct journal *first = must_open(), *second = must_open();

	ck_assert_uint_eq(strspn(journal_stream(first), "0123456789abcdef"),
			  JOURNAL_STREAM_SIZE - 1);
	ck_assert_uint_eq(strlen(journal_stream(first)), JOURNAL_STREAM_SIZE - 1);
	ck_assert_str_ne(journal_stream(first), journal_stream(second));
	journal_close(first);
	journal_close(second);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("journal");
	TCase *tcase = tcase_create("journal");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, numbers_without_a_hole);
	tcase_add_test(tcase, names_each_stream_anew);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
