#include "rules/eval.h"

/*
 * Operators over the hits of their members. A member without a span (none, meta) makes an operator
 * hold but gives it neither place nor evidence, unless nothing else does.
 */
static const struct hits no_hits;

static struct hit spanless(const struct match *match, const struct expr *expr, struct scope scope)
{
	uint32_t at = scope_first(match, scope);

	return (struct hit){.expr = expr,
			    .first = at,
			    .end = at,
			    .anchor = at,
			    .anchor_end = at,
			    .sentence = scope.first};
}

static struct hits one_hit(struct match *match, struct hit hit)
{
	size_t base = match->matcher->hits.len;

	hit_push(match, &hit, base);
	return hits_take(match, base);
}

static bool is_spanned(const struct hits *hits)
{
	return hits->len > 0 && hits->at[0].first < hits->at[0].end;
}

/* --- any -------------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct hit *left = a, *right = b;

	if (left->first != right->first)
		return left->first < right->first ? -1 : 1;
	if (left->end != right->end)
		return left->end < right->end ? -1 : 1;
	return left->expr->id < right->expr->id ? -1 : left->expr->id > right->expr->id;
}

static bool is_same(const struct hit *a, const struct hit *b)
{
	return a->first == b->first && a->end == b->end && a->anchor == b->anchor &&
	       a->anchor_end == b->anchor_end;
}

static struct hits merge(struct match *match, size_t base)
{
	struct matcher *matcher = match->matcher;
	struct hit *at = matcher->hits.at + base;
	size_t count = matcher->hits.len - base, kept = 0;
	bool ordered = true;

	for (size_t i = 1; i < count && ordered; i++)
		ordered = by_place(&at[i - 1], &at[i]) < 0;
	if (!ordered)
		qsort(at, count, sizeof(*at), by_place);
	for (size_t i = 0; i < count && kept < HITS_MAX; i++)
		if (kept == 0 || !is_same(&at[kept - 1], &at[i]))
			at[kept++] = at[i];
	matcher->hits.len = base + kept;
	return hits_take(match, base);
}

static struct hits any_hits(struct match *match, const struct expr *expr, struct scope scope)
{
	const struct expr_node *nodes = match->ruleset->index.nodes;
	bool by_unit = nodes[expr->id].members && !match->unfiltered && !match->probe;
	size_t base = match->matcher->hits.len;

	if (by_unit)
		member_hits(match, expr, scope_first(match, scope), scope_end(match, scope));
	for (size_t i = 0; i < expr->child_count && (!by_unit || nodes[expr->id].loose); i++) {
		struct hits hits;

		if (by_unit && expr_is_member(&nodes[expr->children[i]->id]))
			continue;
		hits = eval(match, expr->children[i], scope);
		for (size_t k = 0; k < hits.len; k++)
			vec_push(&match->matcher->hits, hits.at[k]);
	}
	return merge(match, base);
}

/* --- all -------------------------------------------------------------------------------------- */

static uint32_t distance(const struct hit *a, const struct hit *b)
{
	if (a->end <= b->first)
		return b->first - a->end + 1;
	return b->end <= a->first ? a->first - b->end + 1 : 0;
}

static const struct hit *nearest(const struct hits *hits, const struct hit *lead)
{
	const struct hit *best = &hits->at[0];

	for (size_t i = 1; i < hits->len; i++)
		if (distance(&hits->at[i], lead) < distance(best, lead))
			best = &hits->at[i];
	return best;
}

void add_evidence(struct match *match, struct hit *to, const struct hit *hit)
{
	const struct hit **place = &to->evidence;
	struct hit *copy = arena_alloc(match->arena, sizeof(*copy));

	while (*place)
		place = (const struct hit **)&(*place)->next;
	*copy = *hit;
	copy->next = NULL;
	*place = copy;
	to->captures = captures_join(match, to->captures, hit->captures);
}

static size_t lead_of(const struct match *match, const struct expr *expr,
		      const struct hits *members)
{
	size_t lead = expr->child_count;

	for (size_t i = 0; i < expr->child_count; i++) {
		const struct expr *child = expr->children[i];

		if (!is_spanned(&members[i]))
			continue;
		if (match->ruleset->index.nodes[child->id].anchored)
			return i;
		if (lead == expr->child_count)
			lead = i;
	}
	return lead;
}

static struct hits all_hits(struct match *match, const struct expr *expr, struct scope scope)
{
	struct hits *members = arena_array(match->arena, expr->child_count, sizeof(*members));
	size_t base = match->matcher->hits.len, lead;
	bool holds = true;

	for (size_t i = 0; i < expr->child_count && (holds || match->probe); i++) {
		members[i] = eval(match, expr->children[i], scope);
		holds &= members[i].holds;
	}
	if (!holds)
		return no_hits;
	lead = lead_of(match, expr, members);
	if (lead == expr->child_count)
		return one_hit(match, spanless(match, expr, scope));
	for (size_t i = 0; i < members[lead].len; i++) {
		struct hit hit = members[lead].at[i];

		for (size_t k = 0; k < expr->child_count; k++)
			if (k != lead && is_spanned(&members[k]))
				add_evidence(match, &hit,
					     nearest(&members[k], &members[lead].at[i]));
		hit_push(match, &hit, base);
	}
	return hits_take(match, base);
}

/* --- counting --------------------------------------------------------------------------------- */

/* The earliest of these hits, with the others as evidence. */
static struct hits gather(struct match *match, const struct expr *expr, struct scope scope,
			  const struct hits *hits)
{
	const struct hit *lead = NULL;
	struct hit hit;

	for (size_t i = 0; i < hits->len; i++)
		if (hits->at[i].first < hits->at[i].end &&
		    (!lead || by_place(&hits->at[i], lead) < 0))
			lead = &hits->at[i];
	if (!lead)
		return one_hit(match, spanless(match, expr, scope));
	hit = *lead;
	hit.evidence = NULL;
	for (size_t i = 0; i < hits->len; i++)
		if (&hits->at[i] != lead && hits->at[i].first < hits->at[i].end)
			add_evidence(match, &hit, &hits->at[i]);
	return one_hit(match, hit);
}

static struct hits count_hits(struct match *match, const struct expr *expr, struct scope scope)
{
	struct hits hits = any_hits(match, expr, scope);

	hits_judge(match, expr, scope, &hits);
	return hits.len < expr->n ? no_hits : gather(match, expr, scope, &hits);
}

static int weight_of(const struct expr *expr, size_t child)
{
	return expr->kind == EXPR_SUM ? expr->weights[child] : 1;
}

/* Members of atleast and sum count once each, by their first hit. */
static struct hits weighed_hits(struct match *match, const struct expr *expr, struct scope scope)
{
	size_t base = match->matcher->hits.len;
	int64_t sum = 0, min = expr->kind == EXPR_SUM ? expr->min : (int64_t)expr->n;
	struct hits firsts;

	for (size_t i = 0; i < expr->child_count; i++) {
		struct hits hits = eval(match, expr->children[i], scope);

		hits_judge(match, expr, scope, &hits);
		if (!hits.holds)
			continue;
		sum += weight_of(expr, i);
		if (weight_of(expr, i) > 0)
			hit_push(match, &hits.at[0], base);
	}
	firsts = hits_take(match, base);
	return sum < min ? no_hits : gather(match, expr, scope, &firsts);
}

static struct hits none_hits(struct match *match, const struct expr *expr, struct scope scope)
{
	bool found = false;

	for (size_t i = 0; i < expr->child_count && (!found || match->probe); i++) {
		struct hits hits = eval(match, expr->children[i], scope);

		hits_judge(match, expr, scope, &hits);
		found |= hits.holds;
	}
	return found ? no_hits : one_hit(match, spanless(match, expr, scope));
}

static struct hits meta_hits(struct match *match, const struct expr *expr, struct scope scope)
{
	return meta_holds(match, expr) ? one_hit(match, spanless(match, expr, scope)) : no_hits;
}

struct hits operator_hits(struct match *match, const struct expr *expr, struct scope scope)
{
	static struct hits (*const by_kind[])(struct match *, const struct expr *, struct scope) = {
		[EXPR_ANY] = any_hits,	       [EXPR_ALL] = all_hits,	  [EXPR_NONE] = none_hits,
		[EXPR_ATLEAST] = weighed_hits, [EXPR_COUNT] = count_hits, [EXPR_NEAR] = near_hits,
		[EXPR_SUM] = weighed_hits,     [EXPR_META] = meta_hits,
	};
	struct hits hits = by_kind[expr->kind](match, expr, scope);

	if (expr->kind == EXPR_ANY || expr->kind == EXPR_ALL || expr->kind == EXPR_NEAR)
		hits_judge(match, expr, scope, &hits);
	return hits;
}
