#include "journal/journal.h"
#include "journal/reader.h"
#include "journal/spool.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/vec.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A journal of two segments and a spool, as a daemon leaves them that was killed: with their logs.
 * Each byte of each file is turned over in turn. Then damage is named, by verify, by a reader or at
 * opening, or nothing is amiss; what is given is what was kept; the other segment is served; and no
 * number is given twice. A crash ends this program, and so fails.
 */
static const char usage[] = "usage: flip [--step N] [--file NAME]\n"
			    "\n"
			    "  --step N      every Nth byte (1)\n"
			    "  --file NAME   of this file alone\n"
			    "\n"
			    "example: flip --step 61\n";

#define FIRST_EVENTS 5 /* of the segment that is closed */
#define EVENTS 17      /* of both */
#define ITEMS 6
#define SETTLED 2 /* items whose events the journal has */
#define TEXT_SIZE 200

static char folder[64];
static const char *const names[] = {
	"events-00000000000000000001.db",
	"events-00000000000000000006.db",
	"events-00000000000000000006.db-wal",
	"events.mark",
	"spool.db",
	"spool.db-wal",
	"spool.mark",
};
#define FILES (sizeof(names) / sizeof(names[0]))
static struct str kept[FILES];
static const char *now_file;
static size_t now_at;

static void demand(bool holds, const char *what, const char *more)
{
	if (!holds)
		errx(1, "%s, byte %zu: %s: %s", now_file, now_at, what, more);
}

/* --- files ---------------------------------------------------------------------------------------
 */

static void path_of(const char *name, char ret_path[400])
{
	snprintf(ret_path, 400, "%s/%.300s", folder, name);
}

static void empty_folder(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[400];

	while (dir && (entry = readdir(dir))) {
		path_of(entry->d_name, path);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	if (dir)
		closedir(dir);
}

static void write_file(const char *name, const struct str *bytes)
{
	char path[400];
	int fd;

	path_of(name, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, bytes->ptr, bytes->len) != (ssize_t)bytes->len)
		err(1, "%s", path);
	close(fd);
}

static void keep_file(const char *name, struct str *ret_bytes)
{
	char path[400], bytes[4096];
	ssize_t got;
	int fd;

	path_of(name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		str_add_view(ret_bytes, (struct view){bytes, (size_t)got});
	close(fd);
	if (ret_bytes->len == 0)
		errx(1, "%s is empty", path);
}

/* --- what is kept --------------------------------------------------------------------------------
 */

static struct view text_of(const char *what, uint64_t number, char text[TEXT_SIZE])
{
	snprintf(text, TEXT_SIZE, "{\"%s\":%llu,\"pad\":\"%0140d\"}", what,
		 (unsigned long long)number, 0);
	return view_of(text);
}

#define BATCH 4

/* Up to that many more, in one commit. */
static void add_batch(struct journal *journal, uint64_t upto, uint64_t settled)
{
	static char texts[BATCH][TEXT_SIZE], ids[BATCH][33];
	struct journal_entry entries[BATCH];
	struct err why;
	size_t count = 0;

	for (; count < BATCH && journal_head(journal) < upto; count++) {
		uint64_t number = journal_head(journal) + 1;

		snprintf(ids[count], sizeof(ids[count]), "%032llx", (unsigned long long)number);
		entries[count] = (struct journal_entry){
			.topic = number % 2 ? VIEW("event.a.x") : VIEW("event.b.y"),
			.payload = text_of("event", number, texts[count]),
			.subject = VIEW("urn:item"),
			.id = ids[count],
			.digest = (const unsigned char *)"0123456789abcdef",
			.recorded = (int64_t)number * CLOCK_SECOND,
		};
		journal_number(journal, &entries[count]);
	}
	if (journal_commit(journal, entries, count, settled, &why) != JOURNAL_KEPT)
		errx(1, "%s", why.text);
}

static void add_events(struct journal *journal, uint64_t upto, uint64_t settled)
{
	while (journal_head(journal) < upto)
		add_batch(journal, upto, settled);
}

static void add_items(struct spool *spool)
{
	static char texts[ITEMS][TEXT_SIZE];
	struct spool_item items[ITEMS];
	struct err why;

	for (size_t i = 0; i < ITEMS; i++)
		items[i] = (struct spool_item){.feed = VIEW("feed"),
					       .payload = text_of("item", i + 1, texts[i]),
					       .received = (int64_t)i};
	for (size_t i = 0; i < ITEMS; i += ITEMS / 2)
		if (spool_put(spool, items + i, ITEMS / 2, 0, &why) != JOURNAL_KEPT)
			errx(1, "%s", why.text);
}

static struct journal *must_open(int64_t segment_bytes)
{
	struct journal_options options = {.path = folder, .segment_bytes = segment_bytes};
	struct err why;
	struct journal *journal = journal_open(&options, &why);

	if (!journal)
		errx(1, "%s", why.text);
	return journal;
}

static void make(void)
{
	struct journal *journal = must_open(0);
	struct spool *spool;
	struct err why;

	add_events(journal, FIRST_EVENTS - 1, 0);
	journal_close(journal);
	journal = must_open(1); /* full with the next commit */
	add_events(journal, FIRST_EVENTS, 0);
	journal_close(journal);
	journal = must_open(0);
	spool = spool_open(folder, 0, &why);
	if (!spool)
		errx(1, "%s", why.text);
	add_events(journal, EVENTS, SETTLED);
	add_items(spool);
	for (size_t i = 0; i < FILES; i++)
		keep_file(names[i], &kept[i]);
	spool_close(spool);
	journal_close(journal);
}

/* --- what is found -------------------------------------------------------------------------------
 */

static void tell(void *context, const struct journal_check *check, const char *wrong)
{
	(void)check;
	*(bool *)context |= wrong != NULL;
}

/* Which events are given; each is what was kept. False when the reader named damage. */
static bool read_events(bool ret_there[EVENTS + 1])
{
	struct err why;
	struct journal_reader *reader = journal_reader_open(folder, &why);
	struct journal_query query = {0};
	struct journal_page page = {.more = true};
	char text[TEXT_SIZE];
	bool good = reader != NULL, whole = good;

	memset(ret_there, 0, EVENTS + 1);
	while (good && page.more) {
		good = journal_reader_read(reader, &query, &page, &why) == 0;
		for (size_t i = 0; good && i < page.len; i++) {
			const struct journal_event *event = &page.at[i];

			demand(event->sequence >= 1 && event->sequence <= EVENTS, "an event",
			       "has a number that was never given");
			demand(view_equal(event->payload, text_of("event", event->sequence, text)),
			       "an event", "is given otherwise than it was kept");
			ret_there[event->sequence] = true;
		}
		whole = whole && good && page.missing_count == 0;
		query.from = page.next;
	}
	journal_reader_close(reader);
	return whole;
}

static size_t count_from(const bool *there, size_t from, size_t upto)
{
	size_t count = 0;

	for (size_t i = from; i <= upto; i++)
		count += there[i];
	return count;
}

/* The segment that the byte is not in. */
static void check_rest(const bool *there)
{
	if (now_file != names[0])
		demand(count_from(there, 1, FIRST_EVENTS) == FIRST_EVENTS, "the closed segment",
		       "is not served");
	if (now_file != names[1] && now_file != names[2])
		demand(count_from(there, FIRST_EVENTS + 1, EVENTS) == EVENTS - FIRST_EVENTS,
		       "the newest segment", "is not served");
}

/* Whether damage was named. */
static bool check_spool(struct journal *journal)
{
	struct err why = {.text = ""};
	struct spool *spool = spool_open(folder, journal_settled(journal), &why);
	uint64_t next = journal_settled(journal) + 1;
	char text[TEXT_SIZE];
	struct spool_item item;
	bool named;
	int got;

	if (!spool) {
		demand(*why.text, "the spool", "does not open, without a reason");
		return true;
	}
	named = *spool_findings(spool);
	while ((got = spool_next(spool, &item, &why)) > 0) {
		named |= got == SPOOL_DAMAGED;
		if (got == SPOOL_DAMAGED)
			continue;
		demand(item.number <= ITEMS &&
			       view_equal(item.payload, text_of("item", item.number, text)),
		       "an item", "is given otherwise than it was kept");
		named |= item.number != next;
		demand(named || item.number == next, "an item", "is missing");
		next = item.number + 1;
	}
	demand(named || got < 0 || next == ITEMS + 1, "items", "are gone and nobody says so");
	spool_close(spool);
	return named || got < 0;
}

static bool check_open(bool named)
{
	struct journal_options options = {.path = folder};
	bool there[EVENTS + 1];
	struct err why = {.text = ""};
	struct journal *journal = journal_open(&options, &why);

	if (!journal) {
		demand(*why.text, "the journal", "does not open, without a reason");
		return true;
	}
	named |= *journal_findings(journal) != '\0';
	demand(journal_head(journal) >= EVENTS, "a number", "is given twice");
	named |= !read_events(there);
	check_rest(there);
	demand(named || count_from(there, 1, EVENTS) == EVENTS, "events",
	       "are gone and nobody says so");
	named |= check_spool(journal);
	journal_close(journal);
	return named;
}

/* 1: named, 0: harmless. */
static bool check(void)
{
	bool there[EVENTS + 1], named = false;
	struct err why;

	if (journal_verify(folder, tell, &named, &why) < 0)
		named = true;
	named |= !read_events(there);
	demand(named || count_from(there, 1, EVENTS) == EVENTS, "events",
	       "are gone before opening and nobody says so");
	return check_open(named);
}

static void flip_file(size_t file, size_t step)
{
	size_t named = 0, count = 0;

	now_file = names[file];
	for (now_at = 0; now_at < kept[file].len; now_at += step) {
		empty_folder();
		kept[file].ptr[now_at] = (char)~kept[file].ptr[now_at];
		for (size_t i = 0; i < FILES; i++)
			write_file(names[i], &kept[i]);
		kept[file].ptr[now_at] = (char)~kept[file].ptr[now_at];
		named += check();
		count++;
		if (isatty(2) && count % 256 == 0)
			fprintf(stderr, "\r%s: %zu of %zu ", now_file, now_at, kept[file].len);
	}
	printf("flip: %s: %zu of %zu bytes: %zu named, %zu harmless\n", now_file, count,
	       kept[file].len, named, count - named);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"step", required_argument, NULL, 's'},
						{"file", required_argument, NULL, 'f'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	const char *only = NULL;
	size_t step = 1;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option == 's')
			step = strtoul(optarg, NULL, 10);
		else if (option == 'f')
			only = optarg;
		else
			return 64;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	strcpy(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/flip-XXXXXX" : "/tmp/flip-XXXXXX");
	if (!mkdtemp(folder) || step == 0)
		errx(1, "cannot begin");
	make();
	for (size_t i = 0; i < FILES; i++)
		if (!only || strcmp(only, names[i]) == 0)
			flip_file(i, step);
	empty_folder();
	rmdir(folder);
	for (size_t i = 0; i < FILES; i++)
		str_fini(&kept[i]);
	return 0;
}
