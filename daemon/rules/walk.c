#include "rules/walk.h"

void sequence_walk(const struct sequence *sequence, walk_element *visit, void *context)
{
	for (size_t i = 0; i < sequence->len; i++) {
		struct element *element = &sequence->at[i];

		visit(context, element);
		for (size_t k = 0; k < element->alternative_count; k++)
			sequence_walk(&element->alternatives[k], visit, context);
	}
}

void expr_walk(struct expr *expr, walk_expr *visit, void *context)
{
	if (!expr)
		return;
	visit(context, expr);
	for (size_t i = 0; i < expr->child_count; i++)
		expr_walk(expr->children[i], visit, context);
	expr_walk(expr->except, visit, context);
	expr_walk(expr->by, visit, context);
}

void rule_walk(struct rule *rule, walk_expr *visit, void *context)
{
	expr_walk(rule->when, visit, context);
	expr_walk(rule->unless, visit, context);
	expr_walk(rule->unless_item, visit, context);
	for (size_t i = 0; i < rule->adjust_count; i++)
		expr_walk(rule->adjusts[i].when, visit, context);
	for (size_t i = 0; i < rule->grab_count; i++)
		expr_walk(rule->grabs[i].expr, visit, context);
	for (size_t i = 0; i < rule->set_count; i++)
		for (size_t k = 0; k < rule->sets[i].case_count; k++)
			expr_walk(rule->sets[i].cases[k].when, visit, context);
}

void cue_walk(struct cue *cue, walk_expr *visit, void *context)
{
	expr_walk(cue->any, visit, context);
	expr_walk(cue->pseudo, visit, context);
	expr_walk(cue->stop, visit, context);
}

void packs_walk(struct packs *packs, walk_expr *visit, void *context)
{
	for (size_t i = 0; i < packs->lists.len; i++)
		for (size_t k = 0; k < packs->lists.at[i]->entry_count; k++)
			expr_walk(packs->lists.at[i]->entries[k], visit, context);
	for (size_t i = 0; i < packs->terms.len; i++)
		expr_walk(packs->terms.at[i]->expr, visit, context);
	for (size_t i = 0; i < packs->entities.len; i++)
		for (size_t k = 0; k < packs->entities.at[i]->name_count; k++)
			expr_walk(packs->entities.at[i]->names[k], visit, context);
	for (size_t i = 0; i < packs->cues.len; i++)
		cue_walk(packs->cues.at[i], visit, context);
	for (size_t i = 0; i < packs->rules.len; i++)
		rule_walk(packs->rules.at[i], visit, context);
}
