#ifndef RULES_COVERAGE_H
#define RULES_COVERAGE_H

#include "rules/judge.h"
#include "rules/report.h"

/*
 * Inside rules/: which patterns held in at least one embedded test. A probe notes every node that
 * held; list entries are asked for themselves, since the matcher looks up a list as a whole.
 */
struct coverage {
	struct probe probe; /* first: the callbacks get this */
	const struct ruleset *ruleset;
	bool *held; /* by expr id */
};

void coverage_init(struct coverage *coverage, const struct ruleset *ruleset);
void coverage_fini(struct coverage *coverage);
/* After each test was judged with the probe. */
void coverage_turn(struct coverage *coverage, struct match *match);
/* Fills clauses and uncovered. */
void coverage_report(const struct coverage *coverage, struct test_report *report);

#endif
