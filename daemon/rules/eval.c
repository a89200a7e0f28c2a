#include "rules/eval.h"

/*
 * Evaluation of a node: language, hits by its kind, then the modifiers that judge hits. What
 * match_expr is asked for is remembered for the item; nodes below are not, since their parents are.
 * Terms and cues belong to no rule: they are evaluated with steps of their own, so that it does not
 * matter who asks first.
 */
bool lang_allowed(const struct match *match, const struct languages *langs)
{
	for (size_t i = 0; i < langs->len; i++)
		if (langs->at[i] == match->document->lang)
			return true;
	return langs->len == 0;
}

/* --- hits ------------------------------------------------------------------------------------- */

bool hit_push(struct match *match, const struct hit *hit, size_t base)
{
	struct matcher *matcher = match->matcher;

	if (matcher->hits.len - base >= HITS_MAX)
		return false;
	vec_push(&matcher->hits, *hit);
	return true;
}

struct hits hits_take(struct match *match, size_t base)
{
	struct matcher *matcher = match->matcher;
	size_t count = matcher->hits.len - base;
	struct hits hits = {.len = count, .holds = count > 0};

	if (count > 0) {
		hits.at = arena_alloc(match->arena, count * sizeof(*hits.at));
		memcpy(hits.at, matcher->hits.at + base, count * sizeof(*hits.at));
	}
	matcher->hits.len = base;
	return hits;
}

static bool in_fields(const struct sentence *sentence, unsigned fields)
{
	return fields == 0 || (fields & 1U << sentence->field) ||
	       ((fields & EXPR_FIELD_LEDE) && sentence->lede);
}

static bool in_first(const struct match *match, const struct expr *expr, const struct hit *hit)
{
	const uint32_t *words = match->matcher->words.at;
	unsigned field = match->document->sentences.at[hit->sentence].field;
	uint32_t from = expr->fields ? words[match->document->field_first[field]] : 0;

	return expr->first == 0 || words[hit->end] - from <= expr->first;
}

bool hit_allowed(const struct match *match, const struct expr *leaf, const struct hit *hit)
{
	const struct sentence *sentence = &match->document->sentences.at[hit->sentence];

	if (hit->first == hit->end)
		return true;
	for (const struct expr *expr = leaf; expr;
	     expr = match->ruleset->index.nodes[expr->id].above)
		if (!in_fields(sentence, expr->fields) || !in_first(match, expr, hit))
			return false;
	return true;
}

/* --- modifiers -------------------------------------------------------------------------------- */

static bool has_flags(struct match *match, const struct expr *expr, const struct hit *hit)
{
	unsigned modality = cue_modality(match, hit, NULL);

	return (modality & expr->is) == expr->is && !(modality & expr->is_not);
}

static bool overlaps(const struct hit *hit, const struct hits *others)
{
	for (size_t i = 0; i < others->len; i++)
		if (others->at[i].first < hit->end && hit->first < others->at[i].end)
			return true;
	return false;
}

/* The hits that `is`, `by` and `except` leave, in place. */
void hits_judge(struct match *match, const struct expr *expr, struct scope scope, struct hits *hits)
{
	struct hits masks = {0};
	size_t kept = 0;

	if (hits->len == 0)
		return;
	if (expr->except)
		masks = eval(match, expr->except, scope);
	for (size_t i = 0; i < hits->len; i++) {
		struct hit *hit = &hits->at[i];
		bool spanned = hit->first < hit->end;

		if (spanned && (overlaps(hit, &masks) ||
				((expr->is || expr->is_not) && !has_flags(match, expr, hit)) ||
				(expr->by && !attribution_by(match, hit, expr->by))))
			continue;
		hits->at[kept++] = *hit;
	}
	hits->len = kept;
	hits->holds = kept > 0;
}

struct hits eval(struct match *match, const struct expr *expr, struct scope scope)
{
	struct hits hits = {0};

	if (scope.first < scope.end && match->steps <= MATCH_STEPS_MAX &&
	    lang_allowed(match, &expr->langs))
		hits = expr->kind == EXPR_PATTERN ? leaf_hits(match, expr, scope)
						  : operator_hits(match, expr, scope);
	if (match->steps > MATCH_STEPS_MAX)
		hits = (struct hits){0};
	if (match->probe && match->probe->expr)
		match->probe->expr(match->probe, expr, scope, &hits);
	return hits;
}

/* --- memo ------------------------------------------------------------------------------------- */

static struct memo_slot *find_slot(struct eval_memo *memo, uint32_t id, struct scope scope)
{
	size_t mask = memo->slots.cap - 1;
	uint64_t hash = (((uint64_t)id << 32) ^ ((uint64_t)scope.first << 16) ^ scope.end) *
			0x9e3779b97f4a7c15ULL;

	for (size_t at = (size_t)(hash >> 32) & mask;; at = (at + 1) & mask) {
		struct memo_slot *slot = &memo->slots.at[at];

		if (slot->round != memo->round ||
		    (slot->id == id && slot->scope.first == scope.first &&
		     slot->scope.end == scope.end))
			return slot;
	}
}

static void grow(struct eval_memo *memo)
{
	struct eval_memo larger = {.round = memo->round};

	larger.slots.cap = memo->slots.cap ? 2 * memo->slots.cap : 1024;
	larger.slots.at = xcalloc(larger.slots.cap, sizeof(*larger.slots.at));
	for (size_t i = 0; i < memo->slots.cap; i++) {
		const struct memo_slot *slot = &memo->slots.at[i];

		if (slot->round == memo->round)
			*find_slot(&larger, slot->id, slot->scope) = *slot;
	}
	free(memo->slots.at);
	memo->slots.at = larger.slots.at;
	memo->slots.cap = larger.slots.cap;
}

static void remember(struct eval_memo *memo, const struct memo_slot *found)
{
	struct memo_slot *slot;

	if (2 * (memo->used + 1) > memo->slots.cap)
		grow(memo);
	slot = find_slot(memo, found->id, found->scope);
	memo->used += slot->round != memo->round;
	*slot = *found;
	slot->round = memo->round;
}

void memo_begin(struct eval_memo *memo, const struct index *index)
{
	if (++memo->round ==
	    0) { /* what is left of four thousand million items ago is not of this one */
		memset(memo->slots.at, 0, memo->slots.cap * sizeof(*memo->slots.at));
		memset(memo->lists.at, 0, memo->lists.len * sizeof(*memo->lists.at));
		memo->round = 1;
	}
	memo->used = 0;
	memo->mentions_made = false;
	memo->mentions = NULL;
	memo->mention_count = 0;
	if (memo->slots.cap == 0)
		grow(memo);
	while (memo->lists.len < index->packs->lists.len)
		vec_push(&memo->lists, (struct list_memo){0});
}

void memo_fini(struct eval_memo *memo)
{
	vec_fini(&memo->slots);
	vec_fini(&memo->lists);
}

void match_expr(struct match *match, const struct expr *expr, struct scope scope,
		struct hits *ret_hits)
{
	bool shared = match->ruleset->index.nodes[expr->id].shared;
	struct memo_slot slot = {.id = expr->id, .scope = scope, .state = MEMO_BUSY};
	const struct memo_slot *known = find_slot(match->memo, expr->id, scope);
	uint32_t steps = match->steps;

	if (known->round == match->memo->round) {
		/* Busy: it asks for itself, which has no answer but none. */
		*ret_hits = known->state == MEMO_DONE ? known->hits : (struct hits){0};
		return;
	}
	remember(match->memo, &slot);
	if (shared)
		match->steps = 0;
	slot.hits = eval(match, expr, scope);
	if (shared)
		match->steps = steps;
	slot.state = MEMO_DONE;
	remember(match->memo, &slot);
	*ret_hits = slot.hits;
}
