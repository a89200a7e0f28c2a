#include "rules/eval.h"

/*
 * Two passes over the item's tokens sort every place at which an entry of any unit may begin by its
 * unit: the first counts, the second puts down. Those of a unit that is asked for are put in order.
 * Nothing here grows with the number of patterns, only with the words of the item that some pattern
 * can begin with.
 */
struct postings_at { /* of one atom of one token */
	const struct start_posting *at, *end;
	uint32_t token, before; /* and its distance from the begin of its sentence */
};

static bool is_inside(const struct start_posting *posting, uint32_t before)
{
	return before >= posting->back || posting->back == BACK_TO_SENTENCE;
}

static void count(struct starts *starts, const struct postings_at *postings)
{
	for (const struct start_posting *at = postings->at; at < postings->end; at++)
		if (is_inside(at, postings->before) && starts->units.at[at->unit].count++ == 0)
			vec_push(&starts->touched, at->unit);
}

static void put_down(struct starts *starts, const struct postings_at *postings)
{
	for (const struct start_posting *at = postings->at; at < postings->end; at++) {
		struct unit_starts *unit = &starts->units.at[at->unit];
		uint32_t back = at->back == BACK_TO_SENTENCE ? postings->before : at->back;

		if (back <= postings->before)
			starts->at.at[unit->from + unit->count++] = (struct start){
				postings->token - back, at->entry};
	}
}

static void collect(struct match *match, void (*take)(struct starts *, const struct postings_at *))
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
		uint32_t before = token - document->sentences.at[at->sentence].first;

		for (uint32_t k = 0; k < atoms->beginning; k++)
			take(&matcher->starts,
			     &(struct postings_at){index->starts + index->start_from[pool[k]],
						   index->starts + index->start_from[pool[k] + 1],
						   token, before});
	}
}

static uint64_t place(const struct start *start)
{
	return (uint64_t)start->token << 32 | start->entry;
}

static int in_order(const void *a, const void *b)
{
	uint64_t left = place(a), right = place(b);

	return left < right ? -1 : left > right;
}

#define MOVES_BY_START 8 /* what sorting by insertion may take; then it was no small disorder */

/* Sorts what is nearly in order; false when it is not, with something left to do. */
static bool insert_in_order(struct start *at, uint32_t count)
{
	uint64_t left = MOVES_BY_START * (uint64_t)count;

	for (uint32_t i = 1; i < count; i++) {
		struct start start = at[i];
		uint32_t to = i;

		for (; to > 0 && place(&at[to - 1]) > place(&start) && left > 0; to--, left--)
			at[to] = at[to - 1];
		at[to] = start;
		if (left == 0)
			return false;
	}
	return true;
}

/* Distances back to the begin, and entries filed under several words, disturb the order of a unit.
 */
static void settle(struct starts *starts, struct unit_starts *unit)
{
	struct start *at = starts->at.at + unit->from;
	uint32_t kept = 0;

	if (!insert_in_order(at, unit->count))
		qsort(at, unit->count, sizeof(*at), in_order);
	for (uint32_t i = 0; i < unit->count; i++)
		if (kept == 0 || place(&at[kept - 1]) != place(&at[i]))
			at[kept++] = at[i];
	unit->count = kept;
	unit->settled = true;
}

static void make(struct match *match)
{
	struct starts *starts = &match->matcher->starts;
	uint32_t from = 0;

	starts->made = true;
	collect(match, count);
	for (size_t i = 0; i < starts->touched.len; i++) {
		struct unit_starts *unit = &starts->units.at[starts->touched.at[i]];

		unit->from = from;
		from += unit->count;
		unit->count = 0;
	}
	vec_reset(&starts->at);
	vec_reserve(&starts->at, from);
	collect(match, put_down);
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
	struct unit_starts *of;
	const struct start *at;
	uint32_t low;

	if (!starts->made)
		make(match);
	of = &starts->units.at[unit];
	*ret_count = 0;
	if (of->count == 0)
		return NULL;
	if (!of->settled)
		settle(starts, of);
	at = starts->at.at + of->from;
	low = before(at, of->count, first);
	*ret_count = before(at, of->count, end) - low;
	return at + low;
}

void starts_begin(struct starts *starts, const struct index *index)
{
	for (size_t i = 0; i < starts->touched.len; i++)
		starts->units.at[starts->touched.at[i]] = (struct unit_starts){0};
	vec_reset(&starts->touched);
	while (starts->units.len < index->unit_count)
		vec_push(&starts->units, (struct unit_starts){0});
	starts->made = false;
}

void starts_fini(struct starts *starts)
{
	vec_fini(&starts->units);
	vec_fini(&starts->touched);
	vec_fini(&starts->at);
}
