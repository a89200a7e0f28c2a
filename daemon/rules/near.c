#include "rules/eval.h"

/*
 * near: for each member hit as the leftmost, the hit of every other member that begins soonest
 * behind it and overlaps none taken already; with `order: given` each behind the one before.
 * Soonest is best: it leaves the last begin as early as it can be.
 */
struct near {
	struct match *match;
	const struct expr *expr;
	struct scope scope;
	struct hits *members;
	const struct hit **taken; /* by member */
};

static bool looks_on(const struct expr *expr)
{
	return expr->unit == NEAR_PARAGRAPH || (expr->unit == NEAR_SENTENCES && expr->within > 1);
}

static bool is_within(const struct near *near, uint32_t from, uint32_t to)
{
	const struct sentence *sentences = near->match->document->sentences.at;
	const struct expr *expr = near->expr;

	if (sentences[from].field != sentences[to].field || to - from >= NEAR_SENTENCES_MAX)
		return false;
	switch (expr->unit) {
	case NEAR_PARAGRAPH:
		return sentences[from].paragraph == sentences[to].paragraph;
	case NEAR_SENTENCES:
		return to - from < (expr->within > 1 ? expr->within : 1);
	case NEAR_WORDS:
		break;
	}
	return from == to;
}

static struct scope widened(const struct near *near)
{
	struct scope scope = near->scope;
	uint32_t last = scope.end - 1;

	while (looks_on(near->expr) && scope.end < near->match->document->sentences.len &&
	       is_within(near, last, scope.end))
		scope.end++;
	return scope;
}

/* Whether a hit may be the last one, seen from the leftmost. */
static bool reaches(const struct near *near, const struct hit *left, const struct hit *hit)
{
	const uint32_t *words = near->match->matcher->words.at;

	return is_within(near, left->sentence, hit->sentence) &&
	       (near->expr->unit != NEAR_WORDS ||
		words[hit->first] - words[left->end] <= near->expr->within);
}

static bool is_free(const struct near *near, const struct hit *hit)
{
	for (size_t i = 0; i < near->expr->child_count; i++) {
		const struct hit *taken = near->taken[i];

		if (taken && hit->first < taken->end && taken->first < hit->end)
			return false;
	}
	return true;
}

static const struct hit *soonest(const struct near *near, size_t member, uint32_t from)
{
	const struct hits *hits = &near->members[member];

	for (size_t i = 0; i < hits->len; i++)
		if (hits->at[i].first >= from && is_free(near, &hits->at[i]))
			return &hits->at[i];
	return NULL;
}

static bool take_others(struct near *near, size_t leftmost)
{
	const struct hit *left = near->taken[leftmost];
	uint32_t from = left->end;

	for (size_t i = 0; i < near->expr->child_count; i++) {
		const struct hit *hit;

		if (i == leftmost)
			continue;
		hit = soonest(near, i, from);
		if (!hit || !reaches(near, left, hit))
			return false;
		near->taken[i] = hit;
		if (near->expr->order_given)
			from = hit->end;
	}
	return true;
}

static size_t lead_of(const struct near *near)
{
	const struct expr_node *nodes = near->match->ruleset->index.nodes;

	for (size_t i = 0; i < near->expr->child_count; i++)
		if (nodes[near->expr->children[i]->id].anchored)
			return i;
	return 0;
}

static int by_begin(const void *a, const void *b)
{
	const struct piece *left = a, *right = b;

	return left->first < right->first ? -1 : left->first > right->first;
}

/* The pieces of all members, in order. */
static const struct piece *hull_pieces(const struct near *near)
{
	size_t count = 0, at = 0;
	struct piece *pieces;

	for (size_t i = 0; i < near->expr->child_count; i++)
		for (const struct piece *piece = near->taken[i]->pieces; piece; piece = piece->next)
			count++;
	if (count == 0)
		return NULL;
	pieces = arena_array(near->match->arena, count, sizeof(*pieces));
	for (size_t i = 0; i < near->expr->child_count; i++)
		for (const struct piece *piece = near->taken[i]->pieces; piece; piece = piece->next)
			pieces[at++] = *piece;
	qsort(pieces, count, sizeof(*pieces), by_begin);
	for (size_t i = 0; i < count; i++)
		pieces[i].next = i + 1 < count ? &pieces[i + 1] : NULL;
	return pieces;
}

static void push_hull(struct near *near, size_t leftmost, size_t base)
{
	const struct hit *left = near->taken[leftmost], *lead = near->taken[lead_of(near)];
	struct hit hull = {.expr = near->expr,
			   .first = left->first,
			   .end = left->end,
			   .sentence = left->sentence,
			   .anchored = lead->anchored,
			   .pieces = hull_pieces(near)};

	for (size_t i = 0; i < near->expr->child_count; i++) {
		if (near->taken[i]->end > hull.end)
			hull.end = near->taken[i]->end;
		add_evidence(near->match, &hull, near->taken[i]);
	}
	hull.anchor = lead->anchored ? lead->anchor : hull.first;
	hull.anchor_end = lead->anchored ? lead->anchor_end : hull.end;
	hit_push(near->match, &hull, base);
}

static void try_leftmost(struct near *near, size_t member, size_t base)
{
	for (size_t i = 0; i < near->members[member].len; i++) {
		const struct hit *left = &near->members[member].at[i];

		if (left->sentence >= near->scope.end || left->first == left->end)
			continue;
		memset(near->taken, 0, near->expr->child_count * sizeof(struct hit *));
		near->taken[member] = left;
		if (take_others(near, member))
			push_hull(near, member, base);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct hit *left = a, *right = b;

	if (left->first != right->first)
		return left->first < right->first ? -1 : 1;
	if (left->end != right->end)
		return left->end < right->end ? -1 : 1;
	return left->anchor < right->anchor ? -1 : left->anchor > right->anchor;
}

struct hits near_hits(struct match *match, const struct expr *expr, struct scope scope)
{
	struct near near = {.match = match, .expr = expr, .scope = scope};
	size_t base = match->matcher->hits.len;
	bool holds = true;
	struct hits hits;

	near.members = arena_array(match->arena, expr->child_count, sizeof(*near.members));
	near.taken = arena_array(match->arena, expr->child_count, sizeof(struct hit *));
	for (size_t i = 0; i < expr->child_count && (holds || match->probe); i++) {
		near.members[i] = eval(match, expr->children[i], widened(&near));
		holds &= near.members[i].holds;
	}
	if (!holds)
		return (struct hits){0};
	for (size_t i = 0; i < (expr->order_given ? 1 : expr->child_count); i++)
		try_leftmost(&near, i, base);
	hits = hits_take(match, base);
	if (hits.len > 1)
		qsort(hits.at, hits.len, sizeof(*hits.at), by_place);
	return hits;
}
