#ifndef RULES_REPORT_H
#define RULES_REPORT_H

#include "base/jsonw.h"
#include "rules/ruleset.h"

/* Embedded tests with coverage, and explanations. Made for people and, as JSON, for programs. */
struct test_failure {
	const struct rule *rule;
	const struct rule_test *test;
	char *reason; /* owned: what was expected, what came, and why */
};

struct test_report {
	size_t run, passed;
	VEC_TYPE(test_failures, struct test_failure) failures;
	struct {
		VEC(const struct expr *);
	} unexercised; /* clauses and list entries of `when`, `unless`, adjust, grab, set that no test made hold */
	size_t clauses; /* of which so many exist */
	size_t untested_rules;
};

/* Runs every embedded test with the whole set loaded. Coverage only when asked: it is slower. */
void ruleset_test(const struct ruleset *ruleset, language fallback, bool coverage,
		  struct test_report *ret_report);
void test_report_fini(struct test_report *report);
enum test_format { TEST_TEXT, TEST_TAP, TEST_JUNIT, TEST_JSON };
void test_report_write(const struct test_report *report, enum test_format format, struct str *out);

struct explain_options {
	const char *rule;  /* only this rule (NULL: all that had a hit), with what did not hold: --why-not */
	bool colour;
	bool json;
	bool all; /* also rules without any hit */
};
/* Which rules fired on the item and why, which did not and what stopped them; the nearest miss of `rule`. */
int ruleset_explain(const struct ruleset *ruleset, struct matcher *matcher, const struct item *item,
		    int64_t now, const struct explain_options *options, struct str *out,
		    struct err *err);

#endif
