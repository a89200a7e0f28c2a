#include "journal_fixture.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/own.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

char folder[64];
struct journal_options options;

/* --- the suite -----------------------------------------------------------------------------------
 */

static void setup(void)
{
	options = (struct journal_options){.path = folder};
	signal(SIGXFSZ, SIG_IGN);
	strcpy(folder, "/tmp/journal-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void in_folder(const char *name, char ret_path[400])
{
	snprintf(ret_path, 400, "%s/%.300s", folder, name);
}

static void empty_folder(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[400];

	while ((entry = readdir(dir))) {
		in_folder(entry->d_name, path);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	closedir(dir);
}

static void teardown(void)
{
	empty_folder();
	rmdir(folder);
}

int run_journal_suite(const char *name, void (*add_cases)(TCase *tcase))
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 100);
	add_cases(tcase);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- journals ------------------------------------------------------------------------------------
 */

struct journal *must_open_at(const char *path)
{
	struct journal_options at = options;
	struct journal *journal;
	struct err err = {.text = ""};

	at.path = path;
	journal = journal_open(&at, &err);
	ck_assert_msg(journal != NULL, "%s", err.text);
	return journal;
}

struct journal *must_open(void)
{
	return must_open_at(folder);
}

struct journal *must_open_with(size_t count)
{
	struct journal *journal = must_open();

	keep(journal, "event.a.x", count, 0);
	return journal;
}

void check_refused(const char *words)
{
	struct err err;

	ck_assert_ptr_null(journal_open(&options, &err));
	ck_assert_msg(strstr(err.text, words) != NULL, "%s", err.text);
}

/* --- events --------------------------------------------------------------------------------------
 */

#define KEEP_MAX 64
#define PAYLOAD_SIZE 200

static struct {
	char payload[PAYLOAD_SIZE], subject[20], id[33];
	unsigned char digest[JOURNAL_DIGEST_SIZE];
} made[KEEP_MAX];

struct journal_entry made_entry(const char *topic, uint64_t sequence)
{
	size_t at = sequence % KEEP_MAX;

	snprintf(made[at].payload, PAYLOAD_SIZE, "{\"n\":%llu,\"pad\":\"%0150d\"}",
		 (unsigned long long)sequence, 0);
	snprintf(made[at].subject, sizeof(made[at].subject), "urn:%d", (int)(sequence % 2));
	snprintf(made[at].id, sizeof(made[at].id), "%032llx", (unsigned long long)sequence);
	made[at].digest[0] = (unsigned char)sequence;
	return (struct journal_entry){
		.topic = view_of(topic),
		.payload = view_of(made[at].payload),
		.subject = view_of(made[at].subject),
		.id = made[at].id,
		.digest = made[at].digest,
		.recorded = (int64_t)sequence * CLOCK_SECOND,
	};
}

uint64_t keep(struct journal *journal, const char *topic, size_t count, uint64_t settled)
{
	struct journal_entry entries[KEEP_MAX];
	struct err err = {.text = ""};
	int outcome;

	ck_assert_uint_le(count, KEEP_MAX);
	for (size_t i = 0; i < count; i++) {
		entries[i] = made_entry(topic, journal_head(journal) + 1);
		journal_number(journal, &entries[i]);
	}
	outcome = journal_commit(journal, entries, count, settled, &err);
	ck_assert_msg(outcome == JOURNAL_KEPT, "%d: %s", outcome, err.text);
	return entries[0].topic_sequence;
}

void check_event(const struct journal_event *event)
{
	struct journal_entry entry = made_entry("", event->sequence);

	ck_assert(view_equal(event->subject, entry.subject));
	ck_assert(view_is(event->id, entry.id));
	ck_assert_int_eq(event->recorded, entry.recorded);
	ck_assert(event->payload.len > 1000 || view_equal(event->payload, entry.payload));
}

/* --- reading -------------------------------------------------------------------------------------
 */

static struct journal_reader *must_read(void)
{
	struct err err = {.text = ""};
	struct journal_reader *reader = journal_reader_open(folder, &err);

	ck_assert_msg(reader != NULL, "%s", err.text);
	return reader;
}

struct journal_span look(void)
{
	struct journal_reader *reader = must_read();
	struct journal_span span;
	struct err err = {.text = ""};

	ck_assert_msg(journal_reader_span(reader, &span, &err) == 0, "%s", err.text);
	journal_reader_close(reader);
	return span;
}

size_t read_from(uint64_t from, size_t limit)
{
	struct journal_query query = {.from = from, .limit = limit};
	struct journal_reader *reader = must_read();
	struct journal_page page;
	struct err err = {.text = ""};
	size_t count;

	ck_assert_msg(journal_reader_read(reader, &query, &page, &err) == 0, "%s", err.text);
	count = page.len;
	for (size_t i = 0; i < count; i++)
		check_event(&page.at[i]);
	journal_reader_close(reader);
	return count;
}

static void tell_wrong(void *context, const struct journal_check *check, const char *wrong)
{
	(void)context;
	if (wrong)
		fprintf(stderr, "%s: %s\n", check->file, wrong);
}

int verify_all(void)
{
	struct err err = {.text = ""};
	int damaged = journal_verify(folder, tell_wrong, NULL, &err);

	ck_assert_msg(damaged >= 0, "%s", err.text);
	return damaged;
}

void check_journal(uint64_t first, uint64_t last)
{
	struct journal_span span = look();

	ck_assert_int_eq(verify_all(), 0);
	ck_assert_uint_eq(span.oldest, first);
	ck_assert_uint_eq(span.head, last);
	ck_assert_uint_eq(read_from(1, 1000), last - first + 1);
	ck_assert_uint_eq(read_from(last, 1000), 1);
}

void check_named_or_harmless(const char *name, size_t events)
{
	struct err err = {.text = ""};
	struct journal *journal;
	bool clean;

	journal = journal_open(&options, &err);
	ck_assert_msg(journal || *err.text, "%s", name);
	clean = journal && !*journal_findings(journal);
	if (clean)
		ck_assert_uint_eq(journal_head(journal), events);
	journal_close(journal);
	if (clean)
		ck_assert_uint_eq(read_from(1, 1000), events);
	empty_folder();
}

/* --- files ---------------------------------------------------------------------------------------
 */

static bool is_counted(const char *name, const char *beginning)
{
	const char *end = strrchr(name, '.');

	if (strncmp(name, beginning, strlen(beginning)) != 0)
		return false;
	return strcmp(name, beginning) == 0 || (end && strcmp(end, ".db") == 0);
}

static int go_through(const char *beginning, long *ret_bytes)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	struct stat status;
	char path[400];
	int count = 0;

	*ret_bytes = 0;
	while ((entry = readdir(dir))) {
		if (!is_counted(entry->d_name, beginning))
			continue;
		in_folder(entry->d_name, path);
		*ret_bytes += stat(path, &status) == 0 ? (long)status.st_size : 0;
		count++;
	}
	closedir(dir);
	return count;
}

int count_files(const char *beginning)
{
	long bytes;

	return go_through(beginning, &bytes);
}

long folder_bytes(const char *beginning)
{
	long bytes;

	go_through(beginning, &bytes);
	return bytes;
}

void write_file(const char *name, const char *bytes, size_t size)
{
	char path[400];
	FILE *file;

	in_folder(name, path);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
}

char *read_whole(const char *name, size_t *ret_size)
{
	struct str text = {0};
	char path[400];

	in_folder(name, path);
	ck_assert_int_eq(file_read(path, SIZE_MAX / 2, &text, NULL), 0);
	*ret_size = text.len;
	return str_detach(&text);
}

void damage(const char *name, size_t at, size_t count)
{
	size_t size;
	char *bytes = read_whole(name, &size);

	ck_assert_uint_le(at + count, size);
	for (size_t i = at; i < at + count; i++)
		bytes[i] = (char)~bytes[i];
	write_file(name, bytes, size);
	free(bytes);
}
