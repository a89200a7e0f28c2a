#include "rules/eval.h"

/*
 * Where lists and entities stand in an item, each found once for the whole item when it is first
 * asked for, and remembered. With the index only entries are tried of which a word stands there;
 * the oracle tries every entry at every token. Each sentence has steps of its own, whoever asks
 * first, so that what is found does not depend on which rules were tried before.
 */
static int by_place(const void *a, const void *b)
{
	const struct hit *left = a, *right = b;

	if (left->first != right->first)
		return left->first < right->first ? -1 : 1;
	if (left->end != right->end)
		return left->end > right->end ? -1 : 1;
	return left->expr->id < right->expr->id ? -1 : left->expr->id > right->expr->id;
}

static void tell_entry(struct match *match, const struct hit *hit)
{
	struct scope scope = {hit->sentence, hit->sentence + 1};
	struct hit copy = *hit;
	struct hits hits = {&copy, 1, true};

	if (match->probe && match->probe->expr)
		match->probe->expr(match->probe, hit->expr, scope, &hits);
}

static bool begin_at(struct match *match, const struct expr *expr, uint32_t at, struct hit *ret_hit)
{
	const struct document *document = match->document;

	if (at == document->sentences.at[document->tokens.at[at].sentence].first)
		match->steps = 0;
	return lang_allowed(match, &expr->langs) && walk_pattern(match, expr, at, ret_hit);
}

static void try_entry(struct match *match, const struct expr *expr, uint32_t at)
{
	struct hit hit;

	if (!begin_at(match, expr, at, &hit))
		return;
	tell_entry(match, &hit);
	vec_push(&match->matcher->hits, hit);
}

static void find_loose(struct match *match, const struct expr *expr)
{
	for (uint32_t i = 0; i < match->document->sentences.len; i++) {
		struct hits hits;

		match->steps = 0;
		hits = eval(match, expr, (struct scope){i, i + 1});
		for (size_t k = 0; k < hits.len; k++)
			vec_push(&match->matcher->hits, hits.at[k]);
	}
}

static void find_entries(struct match *match, const struct list *list)
{
	const struct list_index *index = &match->ruleset->index.lists[list->id];
	uint32_t end = (uint32_t)match->document->tokens.len;
	const struct start *starts;
	size_t count;

	starts = starts_of(match, unit_of_list(list), 0, end, &count);
	for (size_t i = 0; i < count; i++)
		try_entry(match, match->ruleset->index.entries.at[starts[i].entry].expr,
			  starts[i].token);
	for (size_t i = 0; i < index->loose_count; i++)
		find_loose(match, index->loose[i]);
}

static void find_entries_naively(struct match *match, const struct list *list)
{
	for (uint32_t at = 0; at < match->document->tokens.len; at++)
		for (size_t i = 0; i < list->entry_count; i++)
			try_entry(match, list->entries[i], at);
}

static struct hits settle_hits(struct match *match, size_t base)
{
	struct matcher *matcher = match->matcher;
	struct hit *at = matcher->hits.at + base;
	size_t count = matcher->hits.len - base, kept = 0;

	if (count > 1)
		qsort(at, count, sizeof(*at), by_place);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || at[kept - 1].first != at[i].first || at[kept - 1].end != at[i].end)
			at[kept++] = at[i];
	matcher->hits.len = base + kept;
	return hits_take(match, base);
}

static const struct list_memo *list_memo(struct match *match, const struct list *list)
{
	struct eval_memo *memo = match->memo;
	struct list_memo *slot = &memo->lists.at[list->id];
	size_t base = match->matcher->hits.len;
	uint32_t steps = match->steps;
	struct hits hits;

	if (slot->round == memo->round)
		return slot;
	*slot = (struct list_memo){.round = memo->round, .state = MEMO_BUSY};
	match->steps = 0;
	if (match->unfiltered)
		find_entries_naively(match, list);
	else
		find_entries(match, list);
	match->steps = steps;
	hits = settle_hits(match, base);
	*slot = (struct list_memo){memo->round, MEMO_DONE, hits.at, hits.len};
	return slot;
}

const struct hit *list_hits(struct match *match, const struct list *list, uint32_t first,
			    uint32_t end, size_t *ret_count)
{
	const struct list_memo *memo = list_memo(match, list);
	size_t low = 0, high = memo->len, from;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memo->at[middle].first < first)
			low = middle + 1;
		else
			high = middle;
	}
	from = low;
	while (low < memo->len && memo->at[low].first < end)
		low++;
	*ret_count = low - from;
	return memo->at + from;
}

/* --- entities --------------------------------------------------------------------------------- */

bool entity_belongs(const struct entity *entity, const struct entity *wanted)
{
	for (unsigned depth = 0; entity && depth < ENTITY_DEPTH_MAX; depth++) {
		if (entity == wanted)
			return true;
		entity = entity->parent;
	}
	return false;
}

const struct entity *entity_as_type(const struct entity *entity, struct view type)
{
	for (unsigned depth = 0; entity && depth < ENTITY_DEPTH_MAX; depth++) {
		if (view_equal(entity->type, type))
			return entity;
		entity = entity->parent;
	}
	return NULL;
}

bool mention_means(const struct mention *mention, const struct element *element)
{
	if (element->ref == REF_ENTITY)
		return entity_belongs(mention->entity, element->target.entity);
	return entity_as_type(mention->entity, element->target.type) != NULL;
}

static int by_mention(const void *a, const void *b)
{
	const struct mention *left = a, *right = b;

	if (left->first != right->first)
		return left->first < right->first ? -1 : 1;
	if (left->end != right->end)
		return left->end > right->end ? -1 : 1;
	return left->entity->number < right->entity->number
		       ? -1
		       : left->entity->number > right->entity->number;
}

static void try_name(struct match *match, const struct entry *entry, uint32_t at)
{
	struct hit hit;

	if (begin_at(match, entry->expr, at, &hit))
		vec_push(&match->matcher->mentions,
			 (struct mention){entry->entity, hit.first, hit.end});
}

static void find_names(struct match *match)
{
	const struct index *index = &match->ruleset->index;
	uint32_t end = (uint32_t)match->document->tokens.len;
	const struct start *starts;
	size_t count;

	starts = starts_of(match, UNIT_MENTIONS, 0, end, &count);
	for (size_t i = 0; i < count; i++)
		try_name(match, &index->entries.at[starts[i].entry], starts[i].token);
	for (size_t i = 0; i < index->loose_name_count; i++)
		for (uint32_t at = 0; at < end; at++)
			try_name(match, &index->loose_names[i], at);
}

static void find_names_naively(struct match *match)
{
	const struct packs *packs = match->ruleset->packs;

	for (uint32_t at = 0; at < match->document->tokens.len; at++)
		for (size_t i = 0; i < packs->entities.len; i++)
			for (size_t k = 0; k < packs->entities.at[i]->name_count; k++)
				try_name(match,
					 &(struct entry){packs->entities.at[i]->names[k],
							 packs->entities.at[i]},
					 at);
}

/* Inside a longer one of its type ("Sudan" in "South Sudan"), or the same once more. */
static bool is_covered(const struct mention *kept, size_t count, const struct mention *mention)
{
	for (size_t i = count; i-- > 0;) {
		const struct mention *other = &kept[i];

		if (mention->first - other->first > PATTERN_ELEMENTS_MAX)
			return false;
		if (other->end < mention->end)
			continue;
		if (other->entity == mention->entity ||
		    ((other->first != mention->first || other->end != mention->end) &&
		     view_equal(other->entity->type, mention->entity->type)))
			return true;
	}
	return false;
}

static void settle_mentions(struct match *match)
{
	struct eval_memo *memo = match->memo;
	struct mention *found = match->matcher->mentions.at, *kept;
	size_t count = match->matcher->mentions.len;

	if (count > 1)
		qsort(found, count, sizeof(*found), by_mention);
	kept = arena_array(match->arena, count, sizeof(*kept));
	memo->mention_count = 0;
	for (size_t i = 0; i < count; i++)
		if (!is_covered(kept, memo->mention_count, &found[i]))
			kept[memo->mention_count++] = found[i];
	memo->mentions = kept;
}

const struct mention *mentions_in(struct match *match, uint32_t first, uint32_t end,
				  size_t *ret_count)
{
	struct eval_memo *memo = match->memo;
	size_t low = 0, high, from;

	if (!memo->mentions_made) {
		uint32_t steps = match->steps;

		memo->mentions_made = true;
		vec_reset(&match->matcher->mentions);
		if (match->unfiltered)
			find_names_naively(match);
		else
			find_names(match);
		settle_mentions(match);
		match->steps = steps;
	}
	high = memo->mention_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memo->mentions[middle].first < first)
			low = middle + 1;
		else
			high = middle;
	}
	from = low;
	while (low < memo->mention_count && memo->mentions[low].first < end)
		low++;
	*ret_count = low - from;
	return memo->mentions + from;
}

const struct mention *match_mentions(struct match *match, uint32_t sentence, size_t *ret_count)
{
	const struct sentence *at = &match->document->sentences.at[sentence];

	return mentions_in(match, at->first, at->end, ret_count);
}
