#ifndef TESTS_RULES_SUPPORT_H
#define TESTS_RULES_SUPPORT_H

#include "base/arena.h"
#include "rules/ruleset.h"

/*
 * For tests of the rule engine: a pack, an item, and what comes of them as one line of text, so
 * that a case is a row of a table.
 *
 * Events are joined by "; ", each `CLASS/STATUS DIRECTION field=value … @SPEAKER ~modality,…`,
 * parts that are absent left out. Values: text as it is, entities by id, quantities as BOUND NUMBER
 * UNIT
 * (">=600000 households"; ~ about, <= at most), dates as text{from..until}; lists in brackets.
 */
struct bench {
	struct ruleset *ruleset;
	struct matcher *matcher;
	struct arena arena; /* of the events and lines; until bench_fini */
	struct diags diags;
	bool unfiltered; /* runs the oracle instead */
	bool scores;	 /* adds " (SCORE)" */
	bool codes;	 /* adds " vocabulary:code,…" */
	bool whys;	 /* adds " [node:text+points]…" */
	bool keys;	 /* adds " #MERGE_KEY" */
	int64_t now;	 /* CLOCK_NONE after bench_load */
	char *pack;	 /* as loaded, to be shown */
	unsigned failures;
};

/* Fails the test, showing the diagnostics, when the pack has a mistake. "newstag: 1" is put before
 * it. */
void bench_load(struct bench *bench, const char *pack);
/* Fails the test if anything expected was missing, after all of it has been shown. */
void bench_fini(struct bench *bench);

/* Runs the item; the events live in the bench's arena. */
struct events bench_run(struct bench *bench, const struct item *item);
/* The events of an item as a line; of English text as a body; of a headline and a body. */
const char *bench_line(struct bench *bench, const struct item *item);
const char *bench_text(struct bench *bench, const char *text);
const char *bench_story(struct bench *bench, const char *headline, const char *body);

/* Compares bench_text with a line, with the filter and without; a difference is shown, and fails
 * the test in bench_fini. */
void bench_expect(struct bench *bench, const char *text, const char *wanted);

/* An item of that body and language, everything else unsaid. */
struct item bench_item(const char *body, const char *lang);

#endif
