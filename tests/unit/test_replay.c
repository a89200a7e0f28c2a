#include "app/replay.h"

#include "base/clock.h"
#include "wire/json.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Requests to the replay, and its answers out of a journal in a folder of its own. */
#define EVENTS 2500
#define BEGIN (INT64_C(1769904000) * CLOCK_SECOND) /* 2026-02-01T00:00:00Z; one event a second */

static char folder[64];
static struct journal_reader *reader;
static struct replay_reply reply;

static const char *topic_of(uint64_t sequence)
{
	return sequence % 5 ? "event.blackout.ongoing" : "event.negotiation.signed";
}

static void fill_journal(void)
{
	struct journal_options options = {.path = folder};
	static char payloads[EVENTS][64], subjects[EVENTS][24];
	static struct journal_entry entries[EVENTS];
	struct err err;
	struct journal *journal = journal_open(&options, &err);

	ck_assert_msg(journal != NULL, "%s", err.text);
	for (uint64_t i = 0; i < EVENTS; i++) {
		struct journal_entry *entry = &entries[i];

		snprintf(payloads[i], sizeof(payloads[i]), "{\"n\":%d}", (int)i + 1);
		snprintf(subjects[i], sizeof(subjects[i]), "urn:item:%d", (int)(i % 10));
		*entry = (struct journal_entry){.topic = view_of(topic_of(i + 1)),
						.payload = view_of(payloads[i]),
						.subject = view_of(subjects[i]),
						.recorded = BEGIN + (int64_t)i * CLOCK_SECOND};
		journal_number(journal, entry);
	}
	ck_assert_msg(journal_commit(journal, entries, EVENTS, 0, &err) == 0, "%s", err.text);
	journal_close(journal);
}

static void setup(void)
{
	struct err err;

	snprintf(folder, sizeof(folder), "/tmp/replay-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	fill_journal();
	reader = journal_reader_open(folder, &err);
	ck_assert_msg(reader != NULL, "%s", err.text);
}

static void teardown(void)
{
	char command[128];

	journal_reader_close(reader);
	str_fini(&reply.header);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* --- requests ------------------------------------------------------------------------------------
 */

static const struct {
	const char *request;
	const char *says; /* in the sentence */
} refused[] = {
	{"", "JSON"},
	{"{", "JSON"},
	{"\xff", "JSON"},
	{"{\"from\":1,\"from\":2}", "JSON"},
	{"null", "an object"},
	{"[]", "an object"},
	{"\"from\"", "an object"},
	{"{}", "is missing"},
	{"{\"limit\":5}", "is missing"},
	{"{\"latest\":false}", "is missing"},
	{"{\"from\":-1}", "whole number"},
	{"{\"from\":1.5}", "whole number"},
	{"{\"from\":1e300}", "whole number"},
	{"{\"from\":9007199254740993000}", "whole number"},
	{"{\"from\":\"1\"}", "whole number"},
	{"{\"from\":null}", "whole number"},
	{"{\"since\":\"yesterday\"}", "a time"},
	{"{\"since\":5}", "a time"},
	{"{\"from\":1,\"until\":0}", "from 1 on"},
	{"{\"from\":1,\"until\":\"soon\"}", "a time"},
	{"{\"from\":1,\"until\":[]}", "whole number"},
	{"{\"from\":1,\"limit\":0}", "1 to 1000"},
	{"{\"from\":1,\"limit\":1001}", "1 to 1000"},
	{"{\"from\":1,\"limit\":\"many\"}", "1 to 1000"},
	{"{\"from\":1,\"topics\":\"event.\"}", "a list"},
	{"{\"from\":1,\"topics\":[1]}", "a text"},
	{"{\"latest\":1}", "true or false"},
	{"{\"from\":1,\"count\":\"yes\"}", "true or false"},
	{"{\"from\":1,\"form\":2}", "\\\"form\\\" is no member"},
};

START_TEST(refuses_with_a_sentence)
{
	replay_answer(reader, view_of(refused[_i].request), &reply);
	ck_assert(!reply.good);
	ck_assert_uint_eq(reply.page.len, 0);
	ck_assert_msg(strncmp(reply.header.ptr, "{\"error\":\"", 10) == 0, "%s", reply.header.ptr);
	ck_assert_msg(strstr(reply.header.ptr, refused[_i].says) != NULL, "%s", reply.header.ptr);
}
END_TEST

START_TEST(bounds_topics)
{
	struct str request = {0};

	for (int most = REPLAY_TOPICS_MAX; most <= REPLAY_TOPICS_MAX + 1; most++) {
		str_reset(&request);
		str_add_text(&request, "{\"from\":1,\"topics\":[\"x\"");
		for (int i = 1; i < most; i++)
			str_add_text(&request, ",\"x\"");
		str_add_text(&request, "]}");
		replay_answer(reader, str_view(&request), &reply);
		ck_assert_int_eq(reply.good, most == REPLAY_TOPICS_MAX);
	}
	for (int most = BUS_TOPIC_MAX; most <= BUS_TOPIC_MAX + 1; most++) {
		str_reset(&request);
		str_printf(&request, "{\"from\":1,\"topics\":[\"%0*d\"]}", most, 0);
		replay_answer(reader, str_view(&request), &reply);
		ck_assert_int_eq(reply.good, most == BUS_TOPIC_MAX);
	}
	str_fini(&request);
}
END_TEST

/* --- answers -------------------------------------------------------------------------------------
 */

static const struct {
	const char *request;
	uint64_t first, last; /* of the page */
	size_t count;
	uint64_t next;
	bool more;
} answered[] = {
	{"{\"from\":1}", 1, 1000, 1000, 1001, true},
	{"{\"from\":0}", 1, 1000, 1000, 1001, true},
	{"{\"from\":1501}", 1501, 2500, 1000, 2501, false},
	{"{\"from\":2500}", 2500, 2500, 1, 2501, false},
	{"{\"from\":2501}", 0, 0, 0, 2501, false},
	{"{\"from\":9007199254740992}", 0, 0, 0, UINT64_C(1) << 53, false},
	{"{\"from\":10,\"until\":12}", 10, 12, 3, 13, false},
	{"{\"from\":10,\"until\":9}", 0, 0, 0, 10, false},
	{"{\"from\":10,\"limit\":2}", 10, 11, 2, 12, true},
	{"{\"from\":2499,\"limit\":2}", 2499, 2500, 2, 2501, false},
	{"{\"from\":1,\"topics\":[\"event.neg\"],\"limit\":3}", 5, 15, 3, 16, true},
	{"{\"from\":1,\"topics\":[\"event.neg\",\"event.bl\"],\"limit\":3}", 1, 3, 3, 4, true},
	{"{\"from\":1,\"topics\":[\"other\"]}", 0, 0, 0, 1, false},
	{"{\"from\":1,\"topics\":[]}", 1, 1000, 1000, 1001, true},
	{"{\"since\":\"2026-02-01T00:40:00Z\"}", 2401, 2500, 100, 2501, false},
	{"{\"since\":\"2026-02-01T00:40:00Z\",\"from\":2451}", 2451, 2500, 50, 2501, false},
	{"{\"since\":\"2030-01-01\"}", 0, 0, 0, 2501, false},
	{"{\"from\":1,\"until\":\"2026-02-01T00:00:10Z\"}", 1, 10, 10, 11, false},
	{"{\"latest\":true}", 2491, 2500, 10, 2501, false},
	{"{\"latest\":true,\"limit\":4}", 2497, 2500, 4, 2501, true},
	{"{\"latest\":true,\"topics\":[\"event.neg\"]}", 2495, 2500, 2, 2501, false},
};

static uint64_t header_number(const struct json *header, const char *key)
{
	return (uint64_t)json_number(json_get(header, key), -1);
}

static void check_header(size_t count, uint64_t next, bool more)
{
	struct err err;
	struct json *header = json_read(str_view(&reply.header), &err);

	ck_assert_msg(header != NULL, "%s", err.text);
	ck_assert_uint_eq(json_text(json_get(header, "stream")).len, JOURNAL_STREAM_SIZE - 1);
	ck_assert_uint_eq(header_number(header, "oldest"), 1);
	ck_assert_uint_eq(header_number(header, "head"), EVENTS);
	ck_assert_uint_eq(header_number(header, "count"), count);
	ck_assert_uint_eq(header_number(header, "next"), next);
	ck_assert_int_eq(json_bool(json_get(header, "more"), !more), more);
	json_free(header);
}

START_TEST(answers)
{
	const struct journal_page *page = &reply.page;

	replay_answer(reader, view_of(answered[_i].request), &reply);
	ck_assert_msg(reply.good, "%s", reply.header.ptr);
	ck_assert_uint_eq(page->len, answered[_i].count);
	if (page->len) {
		ck_assert_uint_eq(page->at[0].sequence, answered[_i].first);
		ck_assert_uint_eq(page->at[page->len - 1].sequence, answered[_i].last);
	}
	check_header(answered[_i].count, answered[_i].next, answered[_i].more);
}
END_TEST

START_TEST(counts_alone)
{
	replay_answer(reader, VIEW("{\"from\":2001,\"count\":true}"), &reply);
	ck_assert(reply.good);
	ck_assert_uint_eq(reply.page.len, 0);
	check_header(500, 2501, false);
}
END_TEST

/* Whatever the page's size, the pages together are the journal. */
START_TEST(pages_are_the_journal)
{
	static const int limits[] = {1000, 999, 333, 250};
	uint64_t next = 1, sequence = 0;
	char request[64];

	do {
		snprintf(request, sizeof(request), "{\"from\":%d,\"limit\":%d}", (int)next,
			 limits[_i]);
		replay_answer(reader, view_of(request), &reply);
		ck_assert(reply.good);
		for (size_t i = 0; i < reply.page.len; i++) {
			char payload[64];

			snprintf(payload, sizeof(payload), "{\"n\":%d}", (int)++sequence);
			ck_assert_uint_eq(reply.page.at[i].sequence, sequence);
			ck_assert(view_is(reply.page.at[i].payload, payload));
			ck_assert(view_is(reply.page.at[i].topic, topic_of(sequence)));
		}
		next = sequence + 1;
	} while (reply.page.more);
	ck_assert_uint_eq(sequence, EVENTS);
}
END_TEST

/* --- bytes ---------------------------------------------------------------------------------------
 */
#define LARGE 40
#define LARGE_BYTES 60000

static struct journal_reader *open_large(char *path)
{
	static char payload[LARGE_BYTES], subjects[LARGE][24];
	struct journal_options options = {.path = path};
	struct journal_entry entries[LARGE];
	struct journal *journal = journal_open(&options, NULL);

	ck_assert_ptr_nonnull(journal);
	memset(payload, ' ', sizeof(payload));
	for (int i = 0; i < LARGE; i++) {
		snprintf(subjects[i], sizeof(subjects[i]), "urn:large:%d", i);
		entries[i] = (struct journal_entry){.topic = VIEW("event.a.b"),
						    .payload = {payload, sizeof(payload)},
						    .subject = view_of(subjects[i]),
						    .recorded = BEGIN + i};
		journal_number(journal, &entries[i]);
	}
	ck_assert_int_eq(journal_commit(journal, entries, LARGE, 0, NULL), 0);
	journal_close(journal);
	return journal_reader_open(path, NULL);
}

static const struct {
	const char *request;
	size_t count;
	uint64_t first;
	bool more;
} large[] = {
	{"{\"from\":1}", 18, 1, true},	     {"{\"from\":19}", 18, 19, true},
	{"{\"from\":23}", 18, 23, false},    {"{\"from\":1,\"limit\":5}", 5, 1, true},
	{"{\"latest\":true}", 18, 23, true},
};

/* A reply ends with the event that reaches REPLAY_BYTES; of the latest, the newest stay. */
START_TEST(bounds_bytes)
{
	char path[96], command[128];
	struct journal_reader *large_reader;

	ck_assert_uint_eq(REPLAY_BYTES / LARGE_BYTES, 17);
	snprintf(path, sizeof(path), "%s/large", folder);
	large_reader = open_large(path);
	ck_assert_ptr_nonnull(large_reader);
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		replay_answer(large_reader, view_of(large[i].request), &reply);
		ck_assert_msg(reply.good, "%s", reply.header.ptr);
		ck_assert_uint_eq(reply.page.len, large[i].count);
		ck_assert_uint_eq(reply.page.at[0].sequence, large[i].first);
		ck_assert_int_eq(reply.page.more, large[i].more);
	}
	journal_reader_close(large_reader);
	snprintf(command, sizeof(command), "rm -r %s", path);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
	Suite *suite = suite_create("replay");
	TCase *tcase = tcase_create("replay");
	SRunner *runner;
	int failed;

	/* The journal is only read: one serves all tests. */
	tcase_add_unchecked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, refuses_with_a_sentence, 0, COUNT(refused));
	tcase_add_test(tcase, bounds_topics);
	tcase_add_loop_test(tcase, answers, 0, COUNT(answered));
	tcase_add_test(tcase, counts_alone);
	tcase_add_loop_test(tcase, pages_are_the_journal, 0, 4);
	tcase_add_test(tcase, bounds_bytes);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
