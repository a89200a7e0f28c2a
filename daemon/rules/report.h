#ifndef RULES_REPORT_H
#define RULES_REPORT_H

#include "base/err.h"
#include "rules/ruleset.h"

/*
 * Embedded tests with coverage, and explanations. Made for people and, as JSON, for programs. What
 * a report or an explanation says is the same on every machine: it holds no times and no addresses.
 */
struct test_failure {
	const struct rule *rule;
	const struct rule_test *test;
	char *reason; /* owned: what was expected, what came, and why; lines without a last LF */
};

struct uncovered { /* a clause or list entry that no test made hold */
	const struct expr *expr;
	struct view owner; /* the rule's id or the list's name */
	const char *part;  /* "when", "unless", "adjust", "grab", "set", "list" … */
};

struct test_report {
	const struct ruleset *ruleset; /* borrowed; must outlive the report */
	size_t run, passed;
	size_t skipped; /* tests of rules that are off or disabled */
	VEC_TYPE(test_failures, struct test_failure) failures; /* in the order of the tests */
	bool coverage;
	VEC_TYPE(uncovered_list, struct uncovered) uncovered;
	size_t clauses;	       /* clauses and list entries that could be exercised */
	size_t untested_rules; /* enabled, without any test */
};

/* Runs every embedded test with the whole set loaded. Coverage only when asked: it is slower. */
void ruleset_test(const struct ruleset *ruleset, language fallback, bool coverage,
		  struct test_report *ret_report);
void test_report_fini(struct test_report *report);

enum test_format { TEST_TEXT, TEST_TAP, TEST_JUNIT, TEST_JSON };
struct test_style {
	enum test_format format;
	bool colour, unicode; /* of TEST_TEXT */
};
void test_report_write(const struct test_report *report, const struct test_style *style,
		       struct str *out);

struct explain_options {
	const struct item *item;
	int64_t now;	  /* as for matcher_run */
	const char *rule; /* only this rule (NULL: all that had a hit), with what did not hold:
			     --why-not */
	bool all;	  /* also rules without any hit */
	bool json;
	bool colour, unicode; /* of the form for people */
};
/*
 * Which rules fired on the item and why, which did not and what stopped them; the nearest miss of
 * `rule`. Adds to `out`. Returns 1 when an event was given (by `rule`, if one is named), 0 when
 * none was, -1 when there is no such rule.
 */
int ruleset_explain(const struct ruleset *ruleset, struct matcher *matcher,
		    const struct explain_options *options, struct str *out, struct err *err);

#endif
