#include "rules/trace.h"

#include "rules/judge.h"
#include "rules/reading.h"

/*
 * The tree is got by asking the matcher again, node by node, in the scope that was judged: it
 * remembers what it has evaluated, and an explanation can then never tell of another evaluation
 * than the one that decided. Nearness is a guide to what an author probably meant, no part of the
 * language.
 */
#define NEARNESS_MAX 0.95 /* of what does not hold */
#define ELEMENTS_MAX 16

static struct trace_node *trace_expr(struct match *match, const struct expr *expr,
				     struct scope scope, const char *role);

static struct trace_node **add_node(struct trace_node **tail, struct trace_node *node)
{
	if (!node)
		return tail;
	*tail = node;
	return &node->next;
}

static bool is_optional(const struct element *element)
{
	return element->kind == ELEMENT_GROUP && element->optional;
}

size_t trace_elements(struct match *match, const struct expr *pattern, struct scope scope,
		      struct trace_element *ret_elements, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < pattern->pattern.len && count < most; i++) {
		struct trace_element found = {.element = &pattern->pattern.at[i]};
		if (found.element->kind == ELEMENT_GAP || is_optional(found.element))
			continue;
		found.found = match_element(match, found.element, scope, &found.first, &found.end);
		ret_elements[count++] = found;
	}
	return count;
}

/* --- nearness ------------------------------------------------------------------------------------
 */

static double near_pattern(struct match *match, const struct trace_node *node, struct scope scope)
{
	struct trace_element elements[ELEMENTS_MAX];
	size_t count = trace_elements(match, node->expr, scope, elements, ELEMENTS_MAX);
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += elements[i].found;
	return count ? (double)found / (double)count : 0;
}

static double near_any(struct match *match, const struct trace_node *node, struct scope scope)
{
	double best = 0;

	(void)match, (void)scope;
	for (const struct trace_node *member = node->first; member; member = member->next)
		if (!*member->role && member->nearness > best)
			best = member->nearness;
	return best;
}

static double members_sum(const struct trace_node *node)
{
	double sum = 0;

	for (const struct trace_node *member = node->first; member; member = member->next)
		if (!*member->role)
			sum += member->nearness;
	return sum;
}

static double near_all(struct match *match, const struct trace_node *node, struct scope scope)
{
	(void)match, (void)scope;
	return node->expr->child_count ? members_sum(node) / (double)node->expr->child_count : 0;
}

static double near_number(struct match *match, const struct trace_node *node, struct scope scope)
{
	(void)match, (void)scope;
	if (node->expr->kind == EXPR_COUNT && node->first)
		return (double)node->first->hits.len / (double)(node->expr->n ? node->expr->n : 1);
	return members_sum(node) / (double)(node->expr->n ? node->expr->n : 1);
}

static double near_sum(struct match *match, const struct trace_node *node, struct scope scope)
{
	size_t i = 0;
	int points = 0;

	(void)match, (void)scope;
	for (const struct trace_node *member = node->first; member && i < node->expr->child_count;
	     member = member->next, i++)
		points += member->holds ? node->expr->weights[i] : 0;
	return node->expr->min > 0 && points > 0 ? (double)points / node->expr->min : 0;
}

static double near_nothing(struct match *match, const struct trace_node *node, struct scope scope)
{
	(void)match, (void)node, (void)scope;
	return 0;
}

static double nearness(struct match *match, const struct trace_node *node, struct scope scope)
{
	static double (*const kinds[])(struct match * match, const struct trace_node *node,
				       struct scope scope) = {
		[EXPR_PATTERN] = near_pattern, [EXPR_ANY] = near_any,
		[EXPR_ALL] = near_all,	       [EXPR_NONE] = near_nothing,
		[EXPR_ATLEAST] = near_number,  [EXPR_COUNT] = near_number,
		[EXPR_NEAR] = near_all,	       [EXPR_SUM] = near_sum,
		[EXPR_META] = near_nothing,
	};
	double part = node->holds ? 1 : kinds[node->expr->kind](match, node, scope);

	return node->holds || part < NEARNESS_MAX ? part : NEARNESS_MAX;
}

/* --- the tree ------------------------------------------------------------------------------------
 */

static struct trace_node *trace_expr(struct match *match, const struct expr *expr,
				     struct scope scope, const char *role)
{
	struct trace_node *node, **tail;

	if (!expr)
		return NULL;
	node = arena_zalloc(match->arena, sizeof(*node));
	node->role = role;
	node->expr = expr;
	match_expr(match, expr, scope, &node->hits);
	node->holds = node->hits.holds || node->hits.len;
	tail = &node->first;
	for (size_t i = 0; i < expr->child_count; i++)
		tail = add_node(tail, trace_expr(match, expr->children[i], scope, ""));
	tail = add_node(tail, trace_expr(match, expr->except, scope, "except"));
	add_node(tail, trace_expr(match, expr->by, scope, "by"));
	node->nearness = nearness(match, node, scope);
	return node;
}

void trace_fill(struct match *match, const struct rule *rule, struct scope scope,
		struct trace *ret_trace)
{
	struct scope whole = {0, (uint32_t)match->document->sentences.len};
	struct trace_node **tail = &ret_trace->roots;

	*ret_trace = (struct trace){.rule = rule, .scope = scope};
	match->steps = 0;
	tail = add_node(tail, trace_expr(match, rule->when, scope, "when"));
	tail = add_node(tail, trace_expr(match, rule->unless, scope, "unless"));
	tail = add_node(tail, trace_expr(match, rule->unless_item, whole, "unless_item"));
	for (size_t i = 0; i < rule->adjust_count; i++) {
		struct trace_node *node = trace_expr(match, rule->adjusts[i].when, scope, "adjust");
		node->points = rule->adjusts[i].add;
		tail = add_node(tail, node);
	}
	ret_trace->nearness = ret_trace->roots ? ret_trace->roots->nearness : 0;
}

/* --- fields --------------------------------------------------------------------------------------
 */

static struct trace_node *trace_source(struct match *match, const struct expr *expr,
				       struct scope scope, struct view field)
{
	struct trace_node *node;
	struct hits hits;

	match_expr(match, expr, scope, &hits);
	if (!hits.holds)
		return NULL;
	node = arena_zalloc(match->arena, sizeof(*node));
	*node = (struct trace_node){.role = "grab",
				    .expr = expr,
				    .fills = field,
				    .holds = true,
				    .hits = hits,
				    .nearness = 1};
	return node;
}

static struct trace_node *trace_grab(struct match *match, const struct grab *grab,
				     const struct rings *rings)
{
	struct trace_node *node = NULL;

	for (size_t i = 0; i < rings->len && !node; i++)
		node = trace_source(match, grab->expr, rings->at[i], grab->field);
	return node;
}

static struct trace_node *trace_set(struct match *match, const struct set *set,
				    const struct rings *rings)
{
	for (size_t ring = 0; ring < rings->len; ring++) {
		for (size_t i = 0; i < set->case_count && set->cases[i].when; i++) {
			struct trace_node *node = trace_source(match, set->cases[i].when,
							       rings->at[ring], set->field);
			if (!node)
				continue;
			node->role = "set";
			node->to = &set->cases[i].to;
			return node;
		}
	}
	return NULL;
}

struct trace_node *trace_fields(struct match *match, const struct outcome *outcome)
{
	const struct rule *rule = outcome->rule;
	struct trace_node *first = NULL, **tail = &first;
	struct rings rings;

	match->steps = 0;
	rings_find(match, rule, outcome->scope, outcome->hit, &rings);
	for (size_t i = 0; i < rule->grab_count; i++)
		tail = add_node(tail, trace_grab(match, &rule->grabs[i], &rings));
	for (size_t i = 0; i < rule->set_count; i++)
		tail = add_node(tail, trace_set(match, &rule->sets[i], &rings));
	return first;
}

/* --- near misses ---------------------------------------------------------------------------------
 */

static struct scope next_scope(const struct document *document, enum rule_scope kind,
			       uint32_t first)
{
	uint32_t count = (uint32_t)document->sentences.len, end = first + 1;

	if (kind == SCOPE_ITEM)
		end = count;
	while (kind == SCOPE_PARAGRAPH && end < count &&
	       document->sentences.at[end].paragraph == document->sentences.at[first].paragraph)
		end++;
	return (struct scope){first, end};
}

/* Keeps the nearest in order; among equals the first in the text. */
static size_t keep(struct trace traces[TRACE_MISSES_MAX], size_t count, const struct trace *trace)
{
	size_t at = count < TRACE_MISSES_MAX ? count : TRACE_MISSES_MAX;

	while (at && traces[at - 1].nearness < trace->nearness)
		at--;
	if (at == TRACE_MISSES_MAX)
		return count;
	if (count == TRACE_MISSES_MAX)
		count--;
	memmove(&traces[at + 1], &traces[at], (count - at) * sizeof(traces[0]));
	traces[at] = *trace;
	return count + 1;
}

size_t trace_misses(struct match *match, const struct rule *rule,
		    struct trace ret_traces[TRACE_MISSES_MAX])
{
	uint32_t sentences = (uint32_t)match->document->sentences.len;
	size_t count = 0, near = 0;

	for (struct scope scope = {0, 0}; scope.end < sentences;) {
		struct trace trace;
		scope = next_scope(match->document, rule->scope, scope.end);
		trace_fill(match, rule, scope, &trace);
		if (trace.nearness > 0 && trace.nearness < 1)
			count = keep(ret_traces, count, &trace);
	}
	while (near < count && ret_traces[near].nearness >= TRACE_NEAR)
		near++;
	return near ? near : (count ? 1 : 0);
}
