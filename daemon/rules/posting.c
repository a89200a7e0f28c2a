#include "rules/compile.h"

/*
 * What was filed, sorted by atom for units of many postings and by unit for the others: see
 * starts.c. Sorting is by counting, so that it stays linear.
 */
#define STARTS_ASKED_MAX 64 /* postings of a unit that is looked up by itself */

struct poster {
	const struct filings *filed;
	uint32_t *sizes; /* postings by unit */
	bool by_unit;	 /* at hand */
};

/* UINT32_MAX: it is sorted the other way. */
static uint32_t key_of(const struct poster *poster, const struct filed *filed)
{
	if ((poster->sizes[filed->unit] <= STARTS_ASKED_MAX) != poster->by_unit)
		return UINT32_MAX;
	return poster->by_unit ? filed->unit : filed->atom;
}

/* Counts one place too far up, so that filling moves each begin to where it belongs. */
static size_t count(const struct poster *poster, struct start_postings *postings, size_t keys)
{
	size_t taken = 0;

	for (size_t i = 0; i < poster->filed->len; i++) {
		uint32_t key = key_of(poster, &poster->filed->at[i]);

		if (key == UINT32_MAX)
			continue;
		postings->from[key + 2]++;
		taken++;
	}
	for (size_t i = 2; i < keys + 2; i++)
		postings->from[i] += postings->from[i - 1];
	return taken;
}

static void post(const struct poster *poster, struct arena *arena, struct start_postings *postings,
		 size_t keys)
{
	postings->from = arena_array(arena, keys + 2, sizeof(uint32_t));
	postings->at = arena_array(arena, count(poster, postings, keys), sizeof(*postings->at));
	for (size_t i = 0; i < poster->filed->len; i++) {
		const struct filed *filed = &poster->filed->at[i];
		uint32_t key = key_of(poster, filed);

		if (key != UINT32_MAX)
			postings->at[postings->from[key + 1]++] = (struct start_posting){
				poster->by_unit ? filed->atom : filed->unit, filed->entry,
				filed->back};
	}
}

void index_post(struct index *index, const struct filings *filed)
{
	struct poster poster = {.filed = filed};
	size_t atoms = index->atoms.list.len;

	poster.sizes = xcalloc(index->unit_count, sizeof(*poster.sizes));
	index->begins = arena_array(index->arena, atoms, sizeof(*index->begins));
	for (size_t i = 0; i < filed->len; i++) {
		poster.sizes[filed->at[i].unit]++;
		index->begins[filed->at[i].atom] = true;
	}
	post(&poster, index->arena, &index->starts_of_atom, atoms);
	poster.by_unit = true;
	post(&poster, index->arena, &index->starts_of_unit, index->unit_count);
	free(poster.sizes);
}
