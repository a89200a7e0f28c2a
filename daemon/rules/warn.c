#include "rules/loader.h"
#include "rules/walk.h"

#include <stdlib.h>

/*
 * Warnings: what is allowed and yet hardly meant. They are looked for only in packs without
 * mistakes, so that a mistake does not make its surroundings look odd.
 */

#define WARN(loader, code, place, ...)                                                             \
	diags_add((loader)->reader.diags, DIAG_WARNING, code, place, __VA_ARGS__)

/* --- lists and terms ----------------------------------------------------------------------------
 */

static void warn_unused(struct loader *loader)
{
	const struct packs *packs = loader->packs;

	if (!packs->rules.len)
		return; /* vocabulary alone is there for others */
	for (size_t i = 0; i < packs->lists.len; i++)
		if (!packs->lists.at[i]->used && !view_is(packs->lists.at[i]->name, LIST_SAY))
			WARN(loader, "unused-list", packs->lists.at[i]->place,
			     "nothing uses the list \"%.*s\"", VIEW_ARGS(packs->lists.at[i]->name));
	for (size_t i = 0; i < packs->terms.len; i++)
		if (!packs->terms.at[i]->used)
			WARN(loader, "unused-term", packs->terms.at[i]->place,
			     "nothing uses the term \"%.*s\"", VIEW_ARGS(packs->terms.at[i]->name));
}

/* The same words twice, for the same language. */
static void warn_repeated(struct loader *loader, const struct list *list)
{
	struct table seen = {0};

	for (size_t i = 0; i < list->entry_count; i++) {
		const struct expr *entry = list->entries[i];
		const char *code = entry->langs.len ? language_code(entry->langs.at[0]) : "";
		const char *key = arena_printf(loader->reader.arena, "%s %.*s", code,
					       VIEW_ARGS(entry->text));
		struct table_entry *found = table_put(&seen, view_of(key));

		if (found->value)
			WARN(loader, "repeated-entry", entry->place,
			     "the list has this entry already, in line %u",
			     ((const struct expr *)found->value)->place.line);
		else
			found->value = (void *)entry;
	}
	table_fini(&seen);
}

/* What was written without words; what an override switched off is meant to have none. */
static void warn_empty(struct loader *loader)
{
	const struct packs *packs = loader->packs;

	for (size_t i = 0; i < packs->lists.len; i++)
		if (!packs->lists.at[i]->entry_count &&
		    !loader->declared[DECLARED_LIST].at[i]->disabled)
			WARN(loader, "never-matches", packs->lists.at[i]->place,
			     "the list \"%.*s\" is empty", VIEW_ARGS(packs->lists.at[i]->name));
	for (size_t i = 0; i < packs->entities.len; i++)
		if (!packs->entities.at[i]->name_count &&
		    !loader->declared[DECLARED_ENTITY].at[i]->disabled)
			WARN(loader, "never-matches", packs->entities.at[i]->place,
			     "the entity \"%.*s\" has no names",
			     VIEW_ARGS(packs->entities.at[i]->id));
}

/* --- patterns -----------------------------------------------------------------------------------
 */

static bool can_be_empty(const struct sequence *sequence)
{
	for (size_t i = 0; i < sequence->len; i++) {
		const struct element *element = &sequence->at[i];
		bool empty = element->kind == ELEMENT_GAP ? !element->least : element->optional;

		for (size_t k = 0; k < element->alternative_count && !empty; k++)
			empty = can_be_empty(&element->alternatives[k]);
		if (!empty)
			return false;
	}
	return true;
}

static bool languages_meet(const struct languages *a, const struct languages *b)
{
	if (!a->len || !b->len)
		return true;
	for (size_t i = 0; i < a->len; i++)
		for (size_t k = 0; k < b->len; k++)
			if (a->at[i] == b->at[k])
				return true;
	return false;
}

/* One token has no blank in it. */
static void warn_blank_regex(void *context, struct element *element)
{
	struct loader *loader = context;

	if (element->kind == ELEMENT_REGEX && memchr(element->text.ptr, ' ', element->text.len))
		diag_hint(WARN(loader, "never-matches", element->place,
			       "a regular expression is for one word, and this has a blank"),
			  "write the words one after the other");
}

struct scene { /* what is being looked through */
	struct loader *loader;
	const struct languages *langs; /* of the rule; NULL outside rules */
};

/* A list all of whose entries are in other languages. */
static void warn_foreign_list(void *context, struct element *element)
{
	const struct scene *scene = context;
	const struct list *list = element->target.list;

	if (element->kind != ELEMENT_REF || element->ref != REF_LIST || !list->entry_count ||
	    !scene->langs->len)
		return;
	for (size_t i = 0; i < list->entry_count; i++)
		if (languages_meet(&list->entries[i]->langs, scene->langs))
			return;
	WARN(scene->loader, "never-matches", element->place,
	     "the list \"%.*s\" has no entry in a language of this rule", VIEW_ARGS(list->name));
}

static int sum_reach(const struct expr *expr)
{
	int most = 0;

	for (size_t i = 0; i < expr->child_count; i++)
		most += expr->weights[i] > 0 ? expr->weights[i] : 0;
	return most;
}

static void warn_expr(void *context, struct expr *expr)
{
	struct scene *scene = context;

	if (expr->kind == EXPR_PATTERN && can_be_empty(&expr->pattern))
		diag_hint(WARN(scene->loader, "matches-everything", expr->place,
			       "everything in this pattern is optional"),
			  "leave out what may be missing at its ends");
	sequence_walk(&expr->pattern, warn_blank_regex, scene->loader);
	if (expr->kind == EXPR_SUM && sum_reach(expr) < expr->min)
		WARN(scene->loader, "never-matches", expr->place,
		     "the points add up to %d at most, and %d are wanted", sum_reach(expr),
		     expr->min);
	if (expr->is & expr->is_not)
		WARN(scene->loader, "never-matches", expr->place,
		     "what \"is\" wants and what it refuses is the same");
	if (!scene->langs)
		return;
	if (!languages_meet(&expr->langs, scene->langs))
		WARN(scene->loader, "never-matches", expr->place,
		     "this is for none of the rule's languages");
	else
		sequence_walk(&expr->pattern, warn_foreign_list, scene);
}

/* --- rules --------------------------------------------------------------------------------------
 */

/* Whether it holds without any word of the text. */
static bool is_spanless(const struct expr *expr)
{
	if (expr->kind == EXPR_NONE || expr->kind == EXPR_META)
		return true;
	if (expr->kind == EXPR_PATTERN || expr->kind > EXPR_ALL)
		return false;
	for (size_t i = 0; i < expr->child_count; i++)
		if (is_spanless(expr->children[i]) == (expr->kind == EXPR_ANY))
			return expr->kind == EXPR_ANY;
	return expr->kind == EXPR_ALL;
}

static void warn_rule(struct loader *loader, struct rule *rule)
{
	struct scene scene = {.loader = loader, .langs = &rule->langs};
	int most = rule->score;

	for (size_t i = 0; i < rule->adjust_count; i++)
		most += rule->adjusts[i].add > 0 ? rule->adjusts[i].add : 0;
	if (most < rule->threshold)
		WARN(loader, "unreachable-rule", rule->place,
		     "it has %d points at most and never reaches its threshold of %d", most,
		     rule->threshold);
	if (is_spanless(rule->when))
		WARN(loader, "matches-everything", rule->when->place,
		     "\"when\" holds without any word of the text");
	for (size_t i = 0; i < rule->set_count; i++)
		for (size_t k = 0; k + 1 < rule->sets[i].case_count; k++)
			if (!rule->sets[i].cases[k].when)
				WARN(loader, "unreachable-case",
				     rule->sets[i].cases[k + 1].to.place,
				     "the case above it always holds");
	rule_walk(rule, warn_expr, &scene);
}

/* --- rules that another one always beats --------------------------------------------------------
 */

struct rival {
	const struct rule *rule;
	const struct node *node;
};

static bool same_tree(const struct node *a, const struct node *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || a->count != b->count || !view_equal(a->text, b->text))
		return false;
	for (a = a->first, b = b->first; a; a = a->next, b = b->next)
		if ((a->key && !view_equal(a->key->text, b->key->text)) || !same_tree(a, b))
			return false;
	return true;
}

static int by_group(const void *a, const void *b)
{
	const struct rule *x = ((const struct rival *)a)->rule,
			  *y = ((const struct rival *)b)->rule;
	int order = view_compare(x->group, y->group);

	if (order)
		return order;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return view_compare(x->id, y->id);
}

/* Whether `winner` fires wherever `loser` does, and then wins. */
static bool shadows(const struct rival *winner, const struct rival *loser)
{
	static const char *const keys[] = {"when", "lang", "scope", "threshold"};
	static const char *const vetoes[] = {"unless", "unless_item", "modal", "max_age", "adjust"};

	if (!winner->rule->enabled || winner->rule->supersede_count || loser->rule->supersede_count)
		return false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!same_tree(node_get(winner->node, keys[i]), node_get(loser->node, keys[i])))
			return false;
	for (size_t i = 0; i < sizeof(vetoes) / sizeof(vetoes[0]); i++) {
		const struct node *veto = node_get(winner->node, vetoes[i]);

		if (veto && !same_tree(veto, node_get(loser->node, vetoes[i])))
			return false;
	}
	return winner->rule->priority > loser->rule->priority ||
	       same_tree(node_get(winner->node, "adjust"), node_get(loser->node, "adjust"));
}

/* Of the rules of one group, strongest first; few, as groups are. */
static void warn_group(struct loader *loader, const struct rival *rivals, size_t count)
{
	for (size_t i = 1; i < count && i < GROUP_COMPARED_MAX; i++)
		for (size_t k = 0; k < i; k++)
			if (shadows(&rivals[k], &rivals[i])) {
				WARN(loader, "shadowed-rule", rivals[i].rule->place,
				     "the rule \"%.*s\" of its group has the same \"when\" and "
				     "always wins over it",
				     VIEW_ARGS(rivals[k].rule->id));
				break;
			}
}

static void warn_shadowed(struct loader *loader)
{
	const struct packs *packs = loader->packs;
	struct rival *rivals = arena_array(loader->reader.arena, packs->rules.len + 1,
					   sizeof(*rivals));
	size_t count = 0, from = 0;

	for (size_t i = 0; i < packs->rules.len; i++) {
		const struct rule *rule = packs->rules.at[i];
		const struct declaration *declaration = table_get(&loader->names[DECLARED_RULE],
								  rule->id);

		if (rule->group.ptr)
			rivals[count++] = (struct rival){rule, declaration->node};
	}
	if (count)
		qsort(rivals, count, sizeof(*rivals), by_group);
	for (size_t i = 1; i <= count; i++) {
		if (i < count && view_equal(rivals[i].rule->group, rivals[from].rule->group))
			continue;
		warn_group(loader, &rivals[from], i - from);
		from = i;
	}
}

void loader_warn(struct loader *loader)
{
	struct packs *packs = loader->packs;
	struct scene scene = {.loader = loader};

	warn_unused(loader);
	warn_empty(loader);
	for (size_t i = 0; i < packs->lists.len; i++) {
		warn_repeated(loader, packs->lists.at[i]);
		for (size_t k = 0; k < packs->lists.at[i]->entry_count; k++)
			warn_expr(&scene, packs->lists.at[i]->entries[k]);
	}
	for (size_t i = 0; i < packs->terms.len; i++)
		expr_walk(packs->terms.at[i]->expr, warn_expr, &scene);
	for (size_t i = 0; i < packs->cues.len; i++)
		cue_walk(packs->cues.at[i], warn_expr, &scene);
	for (size_t i = 0; i < packs->rules.len; i++)
		warn_rule(loader, packs->rules.at[i]);
	warn_shadowed(loader);
}
