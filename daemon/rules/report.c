#include "rules/report.h"

#include "base/clock.h"
#include "rules/coverage.h"
#include "rules/expect.h"
#include "rules/judge.h"
#include "rules/reason.h"

/*
 * Embedded tests. A test is judged as an item of its own by the whole rule set, so that resolution
 * between rules counts; the rule under test must have given an event, be it merged into another's,
 * and one of its events must be as expected. A miss wants no event of the rule. Only a test that
 * failed is judged a second time, with a probe, to say why.
 */
struct testing {
	const struct ruleset *ruleset;
	struct matcher *matcher;
	struct arena arena; /* of one test */
	struct coverage coverage;
	struct test_report *report;
};

static void judge(struct testing *testing, const struct rule_test *test, struct probe *probe,
		  struct judgement *ret_judgement)
{
	arena_reset(&testing->arena);
	*ret_judgement = (struct judgement){
		.item = &test->item, .now = CLOCK_NONE, .arena = &testing->arena, .probe = probe};
	matcher_judge(testing->matcher, testing->ruleset, ret_judgement);
}

static bool all_expected(const struct rule_test *test, const struct event *event)
{
	for (size_t i = 0; i < test->expect_count; i++)
		if (!expect_holds(&test->expect[i], event))
			return false;
	return true;
}

/* The rule's event that is as expected, else any of its events, else NULL. */
static const struct event *best_event(const struct outcomes *outcomes, const struct rule *rule,
				      const struct rule_test *test)
{
	const struct event *any = NULL;

	for (size_t i = 0; i < outcomes->len; i++) {
		const struct outcome *outcome = outcomes->at[i];
		if (outcome->rule != rule || !outcome_fired(outcome))
			continue;
		any = &outcome_final(outcome)->event;
		if (all_expected(test, any))
			return any;
	}
	return any;
}

static bool passes(const struct rule_test *test, const struct event *event)
{
	if (!test->hit)
		return event == NULL;
	return event && all_expected(test, event);
}

/* --- why it failed -------------------------------------------------------------------------------
 */

static void tell_differences(const struct rule_test *test, const struct event *event,
			     struct str *out)
{
	for (size_t i = 0; i < test->expect_count; i++) {
		const struct constant *expect = &test->expect[i];
		if (expect_holds(expect, event))
			continue;
		str_printf(out, "%s%.*s: expected ", out->len ? "\n" : "",
			   VIEW_ARGS(expect->field));
		expect_wanted(expect, out);
		str_add_text(out, ", got ");
		expect_actual(expect->field, event, out);
	}
}

static void tell_no_event(const struct judgement *judgement, const struct rule *rule,
			  struct str *out)
{
	const struct outcome *outcome = outcome_closest(judgement->outcomes, rule);

	str_add_text(out, "expected an event, got none: ");
	if (outcome)
		reason_outcome(judgement->match, outcome, out);
	else
		str_add_text(out, "`when` does not hold");
}

static void tell_event(const struct judgement *judgement, const struct rule *rule, struct str *out)
{
	const struct outcome *outcome = outcome_closest(judgement->outcomes, rule);
	struct span span;

	str_add_text(out, "expected no event, got ");
	if (!outcome)
		return;
	str_printf(out, "%.*s %.*s with score ", VIEW_ARGS(outcome->event.class),
		   VIEW_ARGS(outcome->event.status));
	reason_score(outcome, out);
	if (!outcome->hit)
		return;
	span = span_of(judgement->match->document, outcome->hit->first, outcome->hit->end);
	str_add_text(out, "\nwhen: ");
	reason_span(&span, out);
}

static void add_failure(struct testing *testing, const struct rule *rule,
			const struct rule_test *test)
{
	struct probe probe = probe_quiet();
	struct judgement judgement;
	const struct event *event;
	struct str out = {0};

	judge(testing, test, &probe, &judgement);
	event = best_event(judgement.outcomes, rule, test);
	if (!test->hit)
		tell_event(&judgement, rule, &out);
	else if (event)
		tell_differences(test, event, &out);
	else
		tell_no_event(&judgement, rule, &out);
	vec_push(&testing->report->failures, (struct test_failure){rule, test, str_detach(&out)});
}

/* --- the run -------------------------------------------------------------------------------------
 */

static void run_test(struct testing *testing, const struct rule *rule, const struct rule_test *test)
{
	bool coverage = testing->report->coverage;
	struct judgement judgement;

	judge(testing, test, coverage ? &testing->coverage.probe : NULL, &judgement);
	if (coverage)
		coverage_turn(&testing->coverage, judgement.match);
	testing->report->run++;
	if (passes(test, best_event(judgement.outcomes, rule, test)))
		testing->report->passed++;
	else
		add_failure(testing, rule, test);
}

static void run_rule(struct testing *testing, const struct rule *rule)
{
	if (!rule->enabled || rule->status == RULE_OFF) {
		testing->report->skipped += rule->test_count;
		return;
	}
	testing->report->untested_rules += rule->test_count == 0;
	for (size_t i = 0; i < rule->test_count; i++)
		run_test(testing, rule, &rule->tests[i]);
}

void ruleset_test(const struct ruleset *ruleset, language fallback, bool coverage,
		  struct test_report *ret_report)
{
	const struct packs *packs = ruleset_packs(ruleset);
	struct testing testing = {.ruleset = ruleset, .report = ret_report};

	*ret_report = (struct test_report){.ruleset = ruleset, .coverage = coverage};
	testing.matcher = matcher_new(fallback);
	if (coverage)
		coverage_init(&testing.coverage, ruleset);
	for (size_t i = 0; i < packs->rules.len; i++)
		run_rule(&testing, packs->rules.at[i]);
	if (coverage)
		coverage_report(&testing.coverage, ret_report);
	coverage_fini(&testing.coverage);
	matcher_free(testing.matcher);
	arena_fini(&testing.arena);
}

void test_report_fini(struct test_report *report)
{
	for (size_t i = 0; i < report->failures.len; i++)
		free(report->failures.at[i].reason);
	vec_fini(&report->failures);
	vec_fini(&report->uncovered);
}
