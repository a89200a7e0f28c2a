#include "journal/mark.h"

#include "base/own.h"
#include "journal/deadletter.h"
#include "journal/held.h"
#include "journal/spool.h"
#include "journal_fixture.h"

#include <stdio.h>
#include <unistd.h>

/* Marks, and what the journal and the spool tell by them when a log was cut off by a bad byte. */

START_TEST(says_the_last_number)
{
	char path[100], name[MARK_NAME_SIZE];
	struct mark *mark;

	snprintf(path, sizeof(path), "%s/x", folder);
	ck_assert_uint_eq(mark_read(path, name), 0);
	ck_assert_str_eq(name, "");
	mark = mark_open(path, "stream");
	mark_put(mark, 1234567890123);
	mark_put(mark, 7);
	mark_close(mark);
	ck_assert_uint_eq(mark_read(path, name), 7);
	ck_assert_str_eq(name, "stream");
	for (size_t at = 0; at < 10; at++) {
		damage("x.mark", at, 1);
		ck_assert_uint_eq(mark_read(path, name), 0);
		ck_assert_str_eq(name, "");
		damage("x.mark", at, 1);
	}
	ck_assert_uint_eq(mark_read(path, name), 7);
}
END_TEST

START_TEST(does_without_a_file)
{
	char name[MARK_NAME_SIZE];
	struct mark *mark = mark_open("/no/such/folder/x", "stream");

	mark_put(mark, 1);
	mark_close(mark);
	ck_assert_uint_eq(mark_read("/no/such/folder/x", name), 0);
}
END_TEST

/* What a killed daemon leaves: the file and its log, whose last bytes went bad. */
static void leave_behind(const char *file, const char *log, size_t bad, void (*close)(void *store),
			 void *store)
{
	size_t file_size, log_size;
	char *file_bytes = read_whole(file, &file_size), *log_bytes = read_whole(log, &log_size);

	close(store);
	write_file(file, file_bytes, file_size);
	write_file(log, log_bytes, log_size);
	if (bad)
		damage(log, log_size - bad, 1);
	free(file_bytes);
	free(log_bytes);
}

static void close_journal(void *store)
{
	journal_close(store);
}

static void close_spool(void *store)
{
	spool_close(store);
}

#define SEGMENT "events-00000000000000000001.db"

START_TEST(tells_events_that_a_log_has_lost)
{
	struct journal *journal = must_open_with(3);

	keep(journal, "event.a.x", 4, 9);
	leave_behind(SEGMENT, SEGMENT "-wal", _i ? 100 : 0, close_journal, journal);
	ck_assert_int_eq(verify_all(), _i);
	journal = must_open();
	ck_assert_uint_eq(journal_head(journal), 7);
	if (_i) {
		ck_assert_ptr_nonnull(strstr(journal_findings(journal), "-wal is damaged"));
		ck_assert_uint_eq(journal_settled(journal), 0); /* they are judged again */
		ck_assert_uint_eq(keep(journal, "event.a.x", 1, 9), 8);
		ck_assert_uint_eq(read_from(1, 1000), 4);
	} else {
		ck_assert_str_eq(journal_findings(journal), "");
		ck_assert_uint_eq(journal_settled(journal), 9);
		ck_assert_uint_eq(read_from(1, 1000), 7);
	}
	journal_close(journal);
}
END_TEST

/* A power cut may leave a mark that lags behind, and another journal's may lie there. */
START_TEST(believes_no_mark_but_its_own)
{
	char path[100];
	struct mark *mark;
	struct journal *journal = must_open_with(3);

	snprintf(path, sizeof(path), "%s/events", folder);
	mark = mark_open(path, _i ? "0123" : journal_stream(journal));
	mark_put(mark, _i ? 100 : 2);
	mark_close(mark);
	journal_close(journal);
	ck_assert_int_eq(verify_all(), 0);
	journal = must_open();
	ck_assert_str_eq(journal_findings(journal), "");
	ck_assert_uint_eq(journal_head(journal), 3);
	journal_close(journal);
}
END_TEST

START_TEST(tells_items_that_a_log_has_lost)
{
	struct spool *spool = spool_open(folder, 0, NULL);
	struct spool_item item = {.feed = VIEW("wire"), .payload = VIEW("{}")};

	ck_assert_ptr_nonnull(spool);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(spool_put(spool, &item, 1, 0, NULL), JOURNAL_KEPT);
	leave_behind("spool.db", "spool.db-wal", _i ? 100 : 0, close_spool, spool);
	spool = spool_open(folder, 0, NULL);
	ck_assert_uint_eq(spool_left(spool), _i ? 2 : 3);
	if (_i)
		ck_assert_ptr_nonnull(strstr(spool_findings(spool), "has lost items 3 to 3"));
	else
		ck_assert_str_eq(spool_findings(spool), "");
	ck_assert_int_eq(spool_put(spool, &item, 1, 0, NULL), JOURNAL_KEPT);
	ck_assert_uint_eq(item.number, 4);
	spool_close(spool);
	spool = spool_open(folder, 3, NULL); /* what is settled is not missed */
	ck_assert_str_eq(spool_findings(spool), "");
	spool_close(spool);
}
END_TEST

static void close_letters(void *store)
{
	deadletters_close(store);
}

START_TEST(tells_letters_that_a_log_has_lost)
{
	struct deadletters *letters = deadletters_open(folder, NULL);
	struct deadletter letter = {
		.feed = VIEW("wire"), .reason = VIEW("not_json"), .payload = VIEW("{")};

	ck_assert_ptr_nonnull(letters);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(deadletters_put(letters, &letter, 1, -1, NULL), JOURNAL_KEPT);
	leave_behind("deadletters.db", "deadletters.db-wal", _i ? 100 : 0, close_letters, letters);
	letters = deadletters_open(folder, NULL);
	if (_i)
		ck_assert_ptr_nonnull(
			strstr(deadletters_findings(letters), "has lost letters 3 to 3"));
	else
		ck_assert_str_eq(deadletters_findings(letters), "");
	deadletters_close(letters);
}
END_TEST

static void close_held(void *store)
{
	held_close(store);
}

START_TEST(tells_held_items_that_a_log_has_lost)
{
	struct held *held = held_open(folder, NULL);
	struct held_item item = {
		.reason = VIEW("embargo"), .feed = VIEW("wire"), .payload = VIEW("{}")};
	struct held_change change = {.put = &item};
	char uri[20];

	ck_assert_ptr_nonnull(held);
	for (item.number = 1; item.number <= 3; item.number++) {
		snprintf(uri, sizeof(uri), "urn:%llu", (unsigned long long)item.number);
		item.uri = view_of(uri);
		ck_assert_int_eq(held_apply(held, &change, 1, NULL), JOURNAL_KEPT);
	}
	leave_behind("held.db", "held.db-wal", _i ? 100 : 0, close_held, held);
	held = held_open(folder, NULL);
	if (_i)
		ck_assert_ptr_nonnull(strstr(held_findings(held), "has lost items 3 to 3"));
	else
		ck_assert_str_eq(held_findings(held), "");
	ck_assert_uint_eq(held_last(held), 3); /* never given again */
	held_close(held);
}
END_TEST

static void add_cases(TCase *tcase)
{
	tcase_add_test(tcase, says_the_last_number);
	tcase_add_test(tcase, does_without_a_file);
	tcase_add_loop_test(tcase, tells_events_that_a_log_has_lost, 0, 2);
	tcase_add_loop_test(tcase, believes_no_mark_but_its_own, 0, 2);
	tcase_add_loop_test(tcase, tells_items_that_a_log_has_lost, 0, 2);
	tcase_add_loop_test(tcase, tells_letters_that_a_log_has_lost, 0, 2);
	tcase_add_loop_test(tcase, tells_held_items_that_a_log_has_lost, 0, 2);
}

int main(void)
{
	return run_journal_suite("mark", add_cases);
}
