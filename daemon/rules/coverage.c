#include "rules/coverage.h"

#include "rules/reason.h"

/*
 * What counts is the leaves: patterns and `meta`. An operator holds by its members, so that a leaf
 * that never held is the finest and the whole answer to "which of my words does no test try".
 */

static void note_expr(struct probe *probe, const struct expr *expr, struct scope scope,
		      const struct hits *hits)
{
	struct coverage *coverage = (struct coverage *)probe;

	(void)scope;
	if (hits->len || hits->holds)
		coverage->held[expr->id] = true;
}

void coverage_init(struct coverage *coverage, const struct ruleset *ruleset)
{
	*coverage = (struct coverage){.probe = probe_quiet(), .ruleset = ruleset};
	coverage->probe.expr = note_expr;
	coverage->held = xcalloc(ruleset_packs(ruleset)->expr_count + 1, sizeof(*coverage->held));
}

void coverage_fini(struct coverage *coverage)
{
	free(coverage->held);
	coverage->held = NULL;
}

static bool holds_somewhere(struct match *match, const struct expr *expr)
{
	uint32_t count = (uint32_t)match->document->sentences.len;
	bool holds = false;

	for (uint32_t i = 0; i < count && !holds; i++) {
		struct hits hits = {0};
		match_expr(match, expr, (struct scope){i, i + 1}, &hits);
		holds = hits.len > 0 || hits.holds;
	}
	return holds;
}

void coverage_turn(struct coverage *coverage, struct match *match)
{
	const struct packs *packs = ruleset_packs(coverage->ruleset);

	for (size_t i = 0; i < packs->lists.len; i++) {
		const struct list *list = packs->lists.at[i];
		for (size_t k = 0; k < list->entry_count; k++) {
			bool *held = &coverage->held[list->entries[k]->id];
			if (!*held)
				*held = holds_somewhere(match, list->entries[k]);
		}
	}
}

struct account { /* where the leaves of one part of one rule are counted */
	const struct coverage *coverage;
	struct test_report *report;
	struct view owner;
	const char *part;
};

static void count_leaves(const struct account *account, const struct expr *expr)
{
	if (!expr)
		return;
	for (size_t i = 0; i < expr->child_count; i++)
		count_leaves(account, expr->children[i]);
	count_leaves(account, expr->except);
	count_leaves(account, expr->by);
	if (expr->kind != EXPR_PATTERN && expr->kind != EXPR_META)
		return;
	account->report->clauses++;
	if (!account->coverage->held[expr->id])
		vec_push(&account->report->uncovered,
			 (struct uncovered){expr, account->owner, account->part});
}

static void count_part(struct account *account, const char *part, const struct expr *expr)
{
	account->part = part;
	count_leaves(account, expr);
}

static void count_rule(struct account *account, const struct rule *rule)
{
	account->owner = rule->id;
	count_part(account, "when", rule->when);
	count_part(account, "unless", rule->unless);
	count_part(account, "unless_item", rule->unless_item);
	for (size_t i = 0; i < rule->adjust_count; i++)
		count_part(account, "adjust", rule->adjusts[i].when);
	for (size_t i = 0; i < rule->grab_count; i++)
		count_part(account, "grab", rule->grabs[i].expr);
	for (size_t i = 0; i < rule->set_count; i++)
		for (size_t k = 0; k < rule->sets[i].case_count; k++)
			count_part(account, "set", rule->sets[i].cases[k].when);
}

void coverage_report(const struct coverage *coverage, struct test_report *report)
{
	const struct packs *packs = ruleset_packs(coverage->ruleset);
	struct account account = {.coverage = coverage, .report = report};

	for (size_t i = 0; i < packs->rules.len; i++)
		if (packs->rules.at[i]->enabled && packs->rules.at[i]->status != RULE_OFF)
			count_rule(&account, packs->rules.at[i]);
	for (size_t i = 0; i < packs->terms.len; i++) {
		account.owner = packs->terms.at[i]->name;
		if (packs->terms.at[i]->used)
			count_part(&account, "term", packs->terms.at[i]->expr);
	}
	for (size_t i = 0; i < packs->lists.len; i++) {
		const struct list *list = packs->lists.at[i];
		account.owner = list->name;
		for (size_t k = 0; list->used && k < list->entry_count; k++)
			count_part(&account, "list", list->entries[k]);
	}
}
