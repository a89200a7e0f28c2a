#include "app/tally.h"

#include "base/clock.h"
#include "base/own.h"

#include <assert.h>

void tally_book_fini(struct tally_book *book)
{
	for (size_t i = 0; i < book->by_id.len; i++)
		free(book->by_id.entries[i].value);
	table_fini(&book->by_id);
}

static struct tally *open_tally(struct tally_book *book, struct view id)
{
	struct tally *tally = table_get(&book->by_id, id);

	if (tally)
		return tally;
	tally = xcalloc(1, sizeof(*tally) + id.len + 1);
	memcpy(tally->id, id.ptr, id.len);
	atomic_init(&tally->last, CLOCK_NONE);
	table_put(&book->by_id, (struct view){tally->id, id.len})->value = tally;
	return tally;
}

struct tally **tally_book_open(struct tally_book *book, const struct packs *packs)
{
	struct tally **tallies = xcalloc(packs->rules.len + 1, sizeof(struct tally *));

	for (size_t i = 0; i < packs->rules.len; i++) {
		const struct rule *rule = packs->rules.at[i];

		assert(rule->number < packs->rules.len);
		tallies[rule->number] = open_tally(book, rule->id);
	}
	return tallies;
}

void tally_add(struct tally **tallies, const struct packs *packs, struct view rule, int64_t now)
{
	const struct rule *found = table_get(&packs->rule_names, rule);
	struct tally *tally = found ? tallies[found->number] : NULL;

	if (!tally)
		return;
	atomic_fetch_add_explicit(&tally->hits, 1, memory_order_relaxed);
	atomic_store_explicit(&tally->last, now, memory_order_relaxed);
}
