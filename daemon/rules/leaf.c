#include "rules/eval.h"

#include "rules/judge.h"

/* Hits of a pattern: the walker from every token at which it may begin, as the index says. */
struct leaf {
	struct match *match;
	const struct expr *expr;
	size_t base;
	bool full;
};

static void try_at(struct leaf *leaf, uint32_t at)
{
	struct hit hit;

	if (walk_pattern(leaf->match, leaf->expr, at, &hit) &&
	    hit_allowed(leaf->match, leaf->expr, &hit))
		leaf->full = !hit_push(leaf->match, &hit, leaf->base);
}

static void scan(struct leaf *leaf, uint32_t first, uint32_t end)
{
	const struct element *element = &leaf->expr->pattern.at[0];
	uint32_t gate = leaf->match->unfiltered || element->optional ? ATOM_NONE : element->atom;

	for (uint32_t at = first; at < end && !leaf->full; at++)
		if (gate == ATOM_NONE || match_word(leaf->match, at, gate))
			try_at(leaf, at);
}

static void scan_indexed(struct leaf *leaf, uint32_t first, uint32_t end)
{
	uint32_t unit = unit_of_expr(&leaf->match->ruleset->index, leaf->expr);
	const struct start *starts;
	size_t count;

	starts = starts_of(leaf->match, unit, first, end, &count);
	for (size_t i = 0; i < count && !leaf->full; i++)
		try_at(leaf, starts[i].token);
}

static void scan_list(struct leaf *leaf, const struct list *list, uint32_t first, uint32_t end)
{
	const struct hit *hits;
	size_t count;

	hits = list_hits(leaf->match, list, first, end, &count);
	for (size_t i = 0; i < count && !leaf->full; i++)
		if (i == 0 || hits[i].first != hits[i - 1].first)
			try_at(leaf, hits[i].first);
}

static void scan_entity(struct leaf *leaf, const struct element *element, uint32_t first,
			uint32_t end)
{
	const struct mention *mentions;
	uint32_t last = UINT32_MAX;
	size_t count;

	mentions = mentions_in(leaf->match, first, end, &count);
	for (size_t i = 0; i < count && !leaf->full; i++) {
		if (mentions[i].first == last || !mention_means(&mentions[i], element))
			continue;
		last = mentions[i].first;
		try_at(leaf, last);
	}
}

static void scan_term(struct leaf *leaf, const struct term *term, struct scope scope)
{
	for (uint32_t i = scope.first; i < scope.end; i++) {
		struct hits hits;

		match_expr(leaf->match, term->expr, (struct scope){i, i + 1}, &hits);
		for (size_t k = 0; k < hits.len && !leaf->full; k++)
			if (k == 0 || hits.at[k].first != hits.at[k - 1].first)
				try_at(leaf, hits.at[k].first);
	}
}

static void scan_ref(struct leaf *leaf, struct scope scope)
{
	const struct element *element = &leaf->expr->pattern.at[0];
	uint32_t first = scope_first(leaf->match, scope), end = scope_end(leaf->match, scope);

	if (element->ref == REF_LIST)
		scan_list(leaf, element->target.list, first, end);
	else if (element->ref == REF_TERM)
		scan_term(leaf, element->target.term, scope);
	else
		scan_entity(leaf, element, first, end);
}

/* A pattern that is one term holds as the term does in the whole scope, with or without a span. */
static struct hits term_hits(struct leaf *leaf, const struct expr *term, struct scope scope)
{
	struct hits hits;

	match_expr(leaf->match, term, scope, &hits);
	for (size_t i = 0; i < hits.len; i++) {
		struct hit hit = hits.at[i];

		hit.expr = leaf->expr;
		hit.anchored |= leaf->expr->pattern.at[0].anchor;
		if (hit_allowed(leaf->match, leaf->expr, &hit))
			hit_push(leaf->match, &hit, leaf->base);
	}
	return hits_take(leaf->match, leaf->base);
}

static void find_everywhere(struct leaf *leaf, struct scope scope)
{
	enum start_kind start = leaf->match->ruleset->index.nodes[leaf->expr->id].start;

	if (start == START_REF && !leaf->match->unfiltered)
		scan_ref(leaf, scope);
	else
		scan(leaf, scope_first(leaf->match, scope), scope_end(leaf->match, scope));
}

/* Where it may begin is not known, only in which sentences it need be looked for. */
static void find_needed(struct leaf *leaf, struct scope scope)
{
	uint32_t unit = unit_of_expr(&leaf->match->ruleset->index, leaf->expr);
	const struct token *tokens = leaf->match->document->tokens.at;
	const struct start *starts;
	size_t count;

	starts = starts_of(leaf->match, unit, scope_first(leaf->match, scope),
			   scope_end(leaf->match, scope), &count);
	for (size_t i = 0; i < count && !leaf->full; i++) {
		uint32_t sentence = tokens[starts[i].token].sentence;

		find_everywhere(leaf, (struct scope){sentence, sentence + 1});
	}
}

void member_hits(struct match *match, const struct expr *any, uint32_t first, uint32_t end)
{
	const struct index *index = &match->ruleset->index;
	const struct start *starts;
	size_t count;

	starts = starts_of(match, unit_of_expr(index, any), first, end, &count);
	for (size_t i = 0; i < count; i++) {
		uint32_t sentence = match->document->tokens.at[starts[i].token].sentence;
		struct leaf leaf = {match, index->entries.at[starts[i].entry].expr,
				    match->matcher->hits.len, false};

		if (!lang_allowed(match, &leaf.expr->langs))
			continue;
		if (index->nodes[leaf.expr->id].needed)
			find_everywhere(&leaf, (struct scope){sentence, sentence + 1});
		else
			try_at(&leaf, starts[i].token);
	}
}

struct hits leaf_hits(struct match *match, const struct expr *expr, struct scope scope)
{
	struct leaf leaf = {match, expr, match->matcher->hits.len, false};
	const struct expr *term = pattern_term(expr);
	const struct expr_node *node = &match->ruleset->index.nodes[expr->id];
	struct hits hits;

	if (term) {
		hits = term_hits(&leaf, term, scope);
	} else {
		if (!match->unfiltered && node->start == START_INDEXED)
			scan_indexed(&leaf, scope_first(match, scope), scope_end(match, scope));
		else if (!match->unfiltered && node->needed && !node->member)
			find_needed(&leaf, scope);
		else
			find_everywhere(&leaf, scope);
		hits = hits_take(match, leaf.base);
	}
	hits_judge(match, expr, scope, &hits);
	return hits;
}

/* --- explanations ----------------------------------------------------------------------------- */

bool match_element(struct match *match, const struct element *element, struct scope scope,
		   uint32_t *ret_first, uint32_t *ret_end)
{
	if (element->kind == ELEMENT_GAP || scope.first >= scope.end)
		return false;
	for (uint32_t at = scope_first(match, scope); at < scope_end(match, scope); at++) {
		uint32_t end = walk_element(match, element, at);

		if (end > at) {
			*ret_first = at;
			*ret_end = end;
			return true;
		}
	}
	return false;
}
