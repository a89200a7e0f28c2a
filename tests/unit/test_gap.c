#include "verbs/gap.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct gap gap;

static void teardown(void)
{
	gap_fini(&gap);
}

/* What comes, one after the other; `found` and `missed` are what is to be told of it. */
struct step {
	const char *topic, *stream;
	uint64_t sequence, topic_sequence, missed;
	enum gap_found found;
};

#define BEAT "heartbeat"

static const struct step everything[] = {
	{"a", "s", 7, 3, 0, GAP_NONE},
	{"b", "s", 8, 9, 0, GAP_NONE},
	{"a", "s", 10, 4, 1, GAP_MISSED},
	{BEAT, "s", 10, 0, 0, GAP_NONE},
	{BEAT, "s", 13, 0, 3, GAP_MISSED},
	{BEAT, "s", 13, 0, 0, GAP_NONE},
	{"a", "s", 14, 9, 0, GAP_NONE},
	{"a", "s", 14, 9, 0, GAP_NONE},
	{"a", "s", 2, 9, 0, GAP_NONE},
	{"a", "s", 15, 9, 0, GAP_NONE},
	{"a", NULL, 0, 0, 0, GAP_NONE},
	{"a", "t", 5, 1, 0, GAP_NEW_STREAM},
	{"a", "t", 7, 2, 1, GAP_MISSED},
	{BEAT, "u", 0, 0, 0, GAP_NEW_STREAM},
	{"a", "u", 1, 1, 0, GAP_NONE},
	{BEAT, "u", 3, 0, 2, GAP_MISSED},
	{"a", "u", UINT64_MAX, 1, UINT64_MAX - 4, GAP_MISSED},
	{"a", "u", UINT64_MAX, 1, 0, GAP_NONE},
};

static const struct step some[] = {
	{"a", "s", 7, 3, 0, GAP_NONE},	    {"b", "s", 90, 9, 0, GAP_NONE},
	{"a", "s", 95, 4, 0, GAP_NONE},	    {BEAT, "s", 200, 0, 0, GAP_NONE},
	{"b", "s", 300, 12, 2, GAP_MISSED}, {"a", "s", 400, 5, 0, GAP_NONE},
	{"a", "s", 400, 0, 0, GAP_NONE},    {"a", "t", 1, 1, 0, GAP_NEW_STREAM},
	{"b", "t", 2, 3, 0, GAP_NONE},	    {"a", "t", 9, 3, 1, GAP_MISSED},
};

static void take_all(const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct gap_event event = {
			.topic = view_of(steps[i].topic),
			.stream = view_of(steps[i].stream),
			.sequence = steps[i].sequence,
			.topic_sequence = steps[i].topic_sequence,
			.heartbeat = strcmp(steps[i].topic, BEAT) == 0,
		};
		uint64_t missed = 0;

		ck_assert_msg(gap_take(&gap, &event, &missed) == steps[i].found, "step %zu", i);
		ck_assert_msg(missed == steps[i].missed, "step %zu", i);
	}
}

START_TEST(sees_holes_in_the_stream)
{
	gap = (struct gap){.filtered = false};
	take_all(everything, sizeof(everything) / sizeof(*everything));
}
END_TEST

START_TEST(sees_holes_in_topics)
{
	gap = (struct gap){.filtered = true};
	take_all(some, sizeof(some) / sizeof(*some));
}
END_TEST

START_TEST(watches_so_many_topics)
{
	char topic[32];
	uint64_t missed;

	gap = (struct gap){.filtered = true};
	for (int i = 0; i < GAP_TOPICS_MAX + 10; i++) {
		struct gap_event event = {.topic_sequence = 1};

		snprintf(topic, sizeof(topic), "topic %d", i);
		event.topic = view_of(topic);
		ck_assert_int_eq(gap_take(&gap, &event, &missed), GAP_NONE);
		event.topic_sequence = 3;
		ck_assert_int_eq(gap_take(&gap, &event, &missed),
				 i < GAP_TOPICS_MAX ? GAP_MISSED : GAP_NONE);
	}
	ck_assert_uint_eq(gap.topics.len, GAP_TOPICS_MAX);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gap");
	TCase *tcase = tcase_create("gap");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, sees_holes_in_the_stream);
	tcase_add_test(tcase, sees_holes_in_topics);
	tcase_add_test(tcase, watches_so_many_topics);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
