#include "rules/explain.h"

#include "rules/reason.h"

/*
 * Gathers what an explanation tells: for each rule its judged hits in the order of the text, each
 * with its tree, or the scopes where it came nearest. Rules without a hit are left out and counted,
 * unless they were asked for.
 */

/* Whether the rule was hit there, whatever became of it. */
static bool was_hit(const struct outcome *outcome)
{
	return outcome->hit || outcome->verdict == VERDICT_UNLESS ||
	       outcome->verdict == VERDICT_UNLESS_ITEM;
}

static size_t count_hits(const struct outcomes *outcomes, const struct rule *rule)
{
	size_t count = 0;

	for (size_t i = 0; i < outcomes->len; i++)
		count += outcomes->at[i]->rule == rule && was_hit(outcomes->at[i]);
	return count;
}

static void trace_hits(struct explanation *explanation, const struct outcomes *outcomes,
		       struct rule_account *account)
{
	struct match *match = explanation->match;
	size_t count = count_hits(outcomes, account->rule);

	account->traces = arena_array(match->arena, count + 1, sizeof(*account->traces));
	for (size_t i = 0; i < outcomes->len; i++) {
		struct trace *trace = &account->traces[account->trace_count];
		const struct outcome *outcome = outcomes->at[i];
		if (outcome->rule != account->rule || !was_hit(outcome))
			continue;
		trace_fill(match, account->rule, outcome->scope, trace);
		trace->outcome = outcome;
		account->fired |= outcome_fired(outcome);
		account->trace_count++;
	}
}

static void trace_near(struct explanation *explanation, struct rule_account *account)
{
	account->missed = true;
	account->traces = arena_array(explanation->match->arena, TRACE_MISSES_MAX,
				      sizeof(*account->traces));
	account->trace_count = trace_misses(explanation->match, account->rule, account->traces);
}

static void add_account(struct explanation *explanation, const struct outcomes *outcomes,
			const struct rule *rule)
{
	const struct explain_options *options = explanation->options;
	struct rule_account account = {.rule = rule, .closest = outcome_closest(outcomes, rule)};

	trace_hits(explanation, outcomes, &account);
	if (!account.trace_count && !options->rule && !options->all) {
		explanation->silent++;
		return;
	}
	if (!account.trace_count && options->rule)
		trace_near(explanation, &account);
	explanation->accounts[explanation->account_count++] = account;
}

static const struct rule *find_rule(const struct packs *packs, const char *id)
{
	for (size_t i = 0; i < packs->rules.len; i++)
		if (view_is(packs->rules.at[i]->id, id))
			return packs->rules.at[i];
	return NULL;
}

static int no_rule(const struct packs *packs, const char *id, struct arena *arena, struct err *err)
{
	const char **ids = arena_array(arena, packs->rules.len + 1, sizeof(*ids));
	const char *near;

	for (size_t i = 0; i < packs->rules.len; i++)
		ids[i] = arena_strndup(arena, packs->rules.at[i]->id.ptr,
				       packs->rules.at[i]->id.len);
	near = str_suggest(view_of(id), ids, packs->rules.len);
	if (near)
		return err_set(err, "there is no rule \"%s\"; did you mean \"%s\"?", id, near);
	return err_set(err, "there is no rule \"%s\"", id);
}

static int explain_with(struct explanation *explanation, struct judgement *judgement,
			const struct rule *only, struct str *out)
{
	const struct packs *packs = ruleset_packs(explanation->ruleset);
	bool fired = false;

	explanation->match = judgement->match;
	explanation->events = &judgement->events;
	explanation->accounts = arena_array(judgement->arena, packs->rules.len + 1,
					    sizeof(*explanation->accounts));
	for (size_t i = 0; i < packs->rules.len; i++)
		if (!only || packs->rules.at[i] == only)
			add_account(explanation, judgement->outcomes, packs->rules.at[i]);
	for (size_t i = 0; i < explanation->account_count; i++)
		fired |= explanation->accounts[i].fired;
	if (explanation->options->json)
		explain_write_json(explanation, out);
	else
		explain_write_text(explanation, out);
	return fired;
}

int ruleset_explain(const struct ruleset *ruleset, struct matcher *matcher,
		    const struct explain_options *options, struct str *out, struct err *err)
{
	struct arena arena = {0};
	struct probe probe = probe_quiet();
	struct judgement judgement = {
		.item = options->item, .now = options->now, .arena = &arena, .probe = &probe};
	struct explanation explanation = {.options = options, .ruleset = ruleset};
	const struct packs *packs = ruleset_packs(ruleset);
	const struct rule *only = options->rule ? find_rule(packs, options->rule) : NULL;
	int result;

	if (options->rule && !only) {
		result = no_rule(packs, options->rule, &arena, err);
	} else {
		matcher_judge(matcher, ruleset, &judgement);
		result = explain_with(&explanation, &judgement, only, out);
	}
	arena_fini(&arena);
	return result;
}
