#include "rules/eval.h"

/*
 * Where the entries of a unit may begin in the item, found when it is first asked for. Most units
 * have few postings: the tokens that have one of their atoms are found by the atom, so that a
 * pattern costs nothing in an item in which nobody asks for it. Of lists, names and other large
 * units two passes over the item's tokens sort all places by unit: the first counts, the second
 * puts down.
 */
static bool is_inside(const struct start_posting *posting, uint32_t before)
{
	return before >= posting->back || posting->back == BACK_TO_SENTENCE;
}

/* Tokens from the begin of its sentence. */
static uint32_t tokens_before(const struct match *match, uint32_t token)
{
	const struct document *document = match->document;

	return token - document->sentences.at[document->tokens.at[token].sentence].first;
}

static uint32_t begin_of(const struct start_posting *posting, uint32_t token, uint32_t before)
{
	return token - (posting->back == BACK_TO_SENTENCE ? before : posting->back);
}

static const uint32_t *beginning_atoms(const struct matcher *matcher, uint32_t token)
{
	const struct word_atoms *atoms = &matcher->atoms.at[token];

	return matcher->dictionary.pool.at + atoms->at + atoms->asked + atoms->calling;
}

/* --- units that are looked up by the words of the item ---------------------------------------- */

struct postings_at { /* of one atom of one token */
	const struct start_posting *at, *end;
	uint32_t token, before;
};

static void count(struct starts *starts, const struct postings_at *postings)
{
	for (const struct start_posting *at = postings->at; at < postings->end; at++)
		if (is_inside(at, postings->before) && starts->units.at[at->key].count++ == 0)
			vec_push(&starts->touched, at->key);
}

static void put_down(struct starts *starts, const struct postings_at *postings)
{
	for (const struct start_posting *at = postings->at; at < postings->end; at++) {
		struct unit_starts *unit = &starts->units.at[at->key];

		if (is_inside(at, postings->before))
			unit->at[unit->count++] = (struct start){
				begin_of(at, postings->token, postings->before), at->entry};
	}
}

static void collect(struct match *match, void (*take)(struct starts *, const struct postings_at *))
{
	struct matcher *matcher = match->matcher;
	const struct start_postings *postings = &match->ruleset->index.starts_of_atom;

	for (size_t i = 0; i < matcher->beginning.len; i++) {
		uint32_t token = matcher->beginning.at[i];
		const uint32_t *atoms = beginning_atoms(matcher, token);
		uint32_t before = tokens_before(match, token);

		for (uint32_t k = 0; k < matcher->atoms.at[token].beginning; k++)
			take(&matcher->starts,
			     &(struct postings_at){postings->at + postings->from[atoms[k]],
						   postings->at + postings->from[atoms[k] + 1],
						   token, before});
	}
}

static void make(struct match *match)
{
	struct starts *starts = &match->matcher->starts;
	size_t from = starts->touched.len;

	starts->made = true;
	collect(match, count);
	for (size_t i = from; i < starts->touched.len; i++) {
		struct unit_starts *unit = &starts->units.at[starts->touched.at[i]];

		unit->at = arena_alloc(match->arena, unit->count * sizeof(*unit->at));
		unit->count = 0;
	}
	collect(match, put_down);
}

/* --- units that are looked up by themselves --------------------------------------------------- */

static void link_token(struct starts *starts, uint32_t atom, uint32_t token)
{
	uint32_t *head = &starts->heads.at[atom];

	if (*head == 0)
		vec_push(&starts->linked, atom);
	vec_push(&starts->links, (struct token_link){token, *head});
	*head = (uint32_t)starts->links.len;
}

static void link_tokens(struct match *match)
{
	struct matcher *matcher = match->matcher;

	for (size_t i = matcher->beginning.len; i-- > 0;) {
		uint32_t token = matcher->beginning.at[i];
		const uint32_t *atoms = beginning_atoms(matcher, token);

		for (uint32_t k = 0; k < matcher->atoms.at[token].beginning; k++)
			link_token(&matcher->starts, atoms[k], token);
	}
}

static uint32_t count_tokens(const struct starts *starts, const struct start_posting *at,
			     const struct start_posting *end)
{
	uint32_t count = 0;

	for (; at < end; at++)
		for (uint32_t link = starts->heads.at[at->key]; link != 0;
		     link = starts->links.at[link - 1].next)
			count++;
	return count;
}

static void find_unit(struct match *match, struct unit_starts *unit, const struct start_posting *at,
		      const struct start_posting *end)
{
	struct starts *starts = &match->matcher->starts;
	uint32_t most;

	if (starts->links.len == 0)
		link_tokens(match);
	most = count_tokens(starts, at, end);
	if (most == 0)
		return;
	unit->at = arena_alloc(match->arena, most * sizeof(*unit->at));
	for (; at < end; at++)
		for (uint32_t link = starts->heads.at[at->key]; link != 0;
		     link = starts->links.at[link - 1].next) {
			uint32_t token = starts->links.at[link - 1].token;
			uint32_t before = tokens_before(match, token);

			if (is_inside(at, before))
				unit->at[unit->count++] = (struct start){
					begin_of(at, token, before), at->entry};
		}
}

/* --- order ------------------------------------------------------------------------------------ */

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

/* Several words of one entry, and distances back to its begin, disturb the order. */
static void settle(struct unit_starts *unit)
{
	struct start *at = unit->at;
	uint32_t kept = 0;

	if (!insert_in_order(at, unit->count))
		qsort(at, unit->count, sizeof(*at), in_order);
	for (uint32_t i = 0; i < unit->count; i++)
		if (kept == 0 || place(&at[kept - 1]) != place(&at[i]))
			at[kept++] = at[i];
	unit->count = kept;
	unit->settled = true;
}

static void find(struct match *match, uint32_t number)
{
	const struct start_postings *postings = &match->ruleset->index.starts_of_unit;
	struct starts *starts = &match->matcher->starts;
	const struct start_posting *at = postings->at + postings->from[number],
				   *end = postings->at + postings->from[number + 1];
	struct unit_starts *unit = &starts->units.at[number];

	unit->found = true;
	if (at == end && !starts->made)
		make(match);
	if (unit->count == 0)
		vec_push(&starts->touched, number);
	if (at < end)
		find_unit(match, unit, at, end);
	settle(unit);
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
	const struct unit_starts *of = &match->matcher->starts.units.at[unit];
	uint32_t low;

	if (!of->found)
		find(match, unit);
	*ret_count = 0;
	if (of->count == 0)
		return NULL;
	low = before(of->at, of->count, first);
	*ret_count = before(of->at, of->count, end) - low;
	return of->at + low;
}

void starts_begin(struct starts *starts, const struct index *index)
{
	for (size_t i = 0; i < starts->touched.len; i++)
		starts->units.at[starts->touched.at[i]] = (struct unit_starts){0};
	for (size_t i = 0; i < starts->linked.len; i++)
		starts->heads.at[starts->linked.at[i]] = 0;
	vec_reset(&starts->touched);
	vec_reset(&starts->linked);
	vec_reset(&starts->links);
	while (starts->units.len < index->unit_count)
		vec_push(&starts->units, (struct unit_starts){0});
	while (starts->heads.len < index->atoms.list.len)
		vec_push(&starts->heads, 0);
	starts->made = false;
}

void starts_fini(struct starts *starts)
{
	vec_fini(&starts->units);
	vec_fini(&starts->touched);
	vec_fini(&starts->heads);
	vec_fini(&starts->linked);
	vec_fini(&starts->links);
}
