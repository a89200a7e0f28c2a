#ifndef TESTS_JOURNAL_FIXTURE_H
#define TESTS_JOURNAL_FIXTURE_H

#include "journal/journal.h"
#include "journal/reader.h"

#include <check.h>

/* A journal in a folder of its own, with options that a test may change before it opens it. */
extern char folder[64];
extern struct journal_options options;

int run_journal_suite(const char *name, void (*add_cases)(TCase *tcase));

struct journal *must_open_at(const char *path);
struct journal *must_open(void);
/* Opened, with so many more events. */
struct journal *must_open_with(size_t count);
/* It does not open, for the reason that holds these words. */
void check_refused(const char *words);

/* An entry whose content follows from its sequence; recorded at that many seconds. */
struct journal_entry made_entry(const char *topic, uint64_t sequence);
/* Keeps `count` more of them in one commit; the first one's topic sequence. */
uint64_t keep(struct journal *journal, const char *topic, size_t count, uint64_t settled);
/* It is what made_entry made. */
void check_event(const struct journal_event *event);

struct journal_span look(void);
/* How many events with at least that sequence can be read, each checked. */
size_t read_from(uint64_t from, size_t limit);
/* Verifies, and reads from first to last without a hole. */
void check_journal(uint64_t first, uint64_t last);
int verify_all(void);
/* A file with a byte wrong: opening names it, or all events are there as they were. */
void check_named_or_harmless(const char *name, size_t events);

/* Files in the folder whose names begin so and end in .db, or just begin so when that is whole. */
int count_files(const char *beginning);
long folder_bytes(const char *beginning);
void write_file(const char *name, const char *bytes, size_t size);
char *read_whole(const char *name, size_t *ret_size);
/* Flips all bits of `count` bytes. */
void damage(const char *name, size_t at, size_t count);

#endif
