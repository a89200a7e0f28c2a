#include "rules/eval.h"

/*
 * One pass over the item's tokens gives every place at which an entry of any unit may begin; a
 * counting sort by unit then puts the places of one unit together, in order. Nothing here grows
 * with the number of patterns, only with the words of the item that some pattern can begin with.
 */
static void add_word(struct starts *starts, const struct index *index, uint32_t atom,
		     uint32_t token, uint32_t first)
{
	for (uint32_t i = index->start_from[atom]; i < index->start_from[atom + 1]; i++) {
		const struct start_posting *posting = &index->starts[i];

		if (token - first < posting->back)
			continue;
		if (starts->count.at[posting->unit]++ == 0)
			vec_push(&starts->touched, posting->unit);
		vec_push(&starts->raw, (struct start){token - posting->back, posting->entry});
		vec_push(&starts->raw_units, posting->unit);
	}
}

static void collect(struct match *match)
{
	struct matcher *matcher = match->matcher;
	const struct index *index = &match->ruleset->index;
	const struct document *document = match->document;

	for (size_t i = 0; i < matcher->beginning.len; i++) {
		uint32_t token = matcher->beginning.at[i];
		const struct token *at = &document->tokens.at[token];
		const struct word_atoms *atoms = &matcher->atoms.at[token];
		const uint32_t *pool = matcher->dictionary.pool.at + atoms->at + atoms->asked +
				       atoms->calling;

		for (uint32_t k = 0; k < atoms->beginning; k++)
			add_word(&matcher->starts, index, pool[k], token,
				 document->sentences.at[at->sentence].first);
	}
}

static int in_order(const void *a, const void *b)
{
	const struct start *left = a, *right = b;

	if (left->token != right->token)
		return left->token < right->token ? -1 : 1;
	return left->entry < right->entry ? -1 : left->entry > right->entry;
}

/* Distances back to the begin, and entries filed under several words, disturb the order of a unit.
 */
static uint32_t settle(struct start *at, uint32_t count)
{
	uint32_t kept = 0;
	bool ordered = true;

	for (uint32_t i = 1; i < count; i++)
		ordered &= in_order(&at[i - 1], &at[i]) < 0;
	if (ordered)
		return count;
	qsort(at, count, sizeof(*at), in_order);
	for (uint32_t i = 0; i < count; i++)
		if (kept == 0 || in_order(&at[kept - 1], &at[i]) != 0)
			at[kept++] = at[i];
	return kept;
}

static void make(struct match *match)
{
	struct starts *starts = &match->matcher->starts;
	uint32_t from = 0;

	starts->made = true;
	collect(match);
	for (size_t i = 0; i < starts->touched.len; i++) {
		uint32_t unit = starts->touched.at[i];

		starts->from.at[unit] = from;
		from += starts->count.at[unit];
		starts->count.at[unit] = 0;
	}
	vec_reset(&starts->at);
	vec_reserve(&starts->at, from);
	for (size_t i = 0; i < starts->raw.len; i++) {
		uint32_t unit = starts->raw_units.at[i];

		starts->at.at[starts->from.at[unit] + starts->count.at[unit]++] = starts->raw.at[i];
	}
	for (size_t i = 0; i < starts->touched.len; i++) {
		uint32_t unit = starts->touched.at[i];

		starts->count.at[unit] = settle(starts->at.at + starts->from.at[unit],
						starts->count.at[unit]);
	}
}

static uint32_t before(const struct start *at, uint32_t count, uint32_t token)
{
	uint32_t low = 0;

	while (low < count) {
		uint32_t middle = low + (count - low) / 2;

		if (at[middle].token < token)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

const struct start *starts_of(struct match *match, uint32_t unit, uint32_t first, uint32_t end,
			      size_t *ret_count)
{
	struct starts *starts = &match->matcher->starts;
	const struct start *at;
	uint32_t count, low;

	if (!starts->made)
		make(match);
	count = starts->count.at[unit];
	*ret_count = 0;
	if (count == 0)
		return NULL;
	at = starts->at.at + starts->from.at[unit];
	low = before(at, count, first);
	*ret_count = before(at, count, end) - low;
	return at + low;
}

void starts_begin(struct starts *starts, const struct index *index)
{
	for (size_t i = 0; i < starts->touched.len; i++)
		starts->count.at[starts->touched.at[i]] = 0;
	vec_reset(&starts->touched);
	vec_reset(&starts->raw);
	vec_reset(&starts->raw_units);
	while (starts->count.len < index->unit_count)
		vec_push(&starts->count, 0);
	vec_reserve(&starts->from, index->unit_count);
	starts->made = false;
}

void starts_fini(struct starts *starts)
{
	vec_fini(&starts->from);
	vec_fini(&starts->count);
	vec_fini(&starts->touched);
	vec_fini(&starts->at);
	vec_fini(&starts->raw);
	vec_fini(&starts->raw_units);
}
