#include "app/generation.h"

#include "base/own.h"

#include <assert.h>

struct generation *generation_new(struct ruleset *ruleset, language fallback, size_t warnings)
{
	struct generation *generation = xcalloc(1, sizeof(*generation));
	const struct packs *packs = ruleset_packs(ruleset);

	generation->ruleset = ruleset;
	generation->fallback = fallback;
	generation->warnings = warnings;
	generation->rules = packs->rules.len;
	generation->files = packs->file_count;
	return generation;
}

void generation_free(struct generation *generation)
{
	if (!generation)
		return;
	ruleset_free(generation->ruleset);
	free(generation->tallies);
	free(generation);
}

void holder_init(struct holder *holder, struct generation *first)
{
	pthread_mutex_init(&holder->lock, NULL);
	pthread_cond_init(&holder->idle, NULL);
	holder->book = (struct tally_book){0};
	first->number = 1;
	first->tallies = tally_book_open(&holder->book, ruleset_packs(first->ruleset));
	atomic_init(&holder->current, first);
}

void holder_fini(struct holder *holder)
{
	struct generation *last = atomic_load(&holder->current);

	assert(last->users == 0);
	generation_free(last);
	tally_book_fini(&holder->book);
	pthread_mutex_destroy(&holder->lock);
	pthread_cond_destroy(&holder->idle);
}

struct generation *holder_take(struct holder *holder)
{
	struct generation *generation;

	pthread_mutex_lock(&holder->lock);
	generation = atomic_load(&holder->current);
	generation->users++;
	pthread_mutex_unlock(&holder->lock);
	return generation;
}

void holder_give(struct holder *holder, struct generation *generation)
{
	if (!generation)
		return;
	pthread_mutex_lock(&holder->lock);
	assert(generation->users);
	if (--generation->users == 0)
		pthread_cond_broadcast(&holder->idle);
	pthread_mutex_unlock(&holder->lock);
}

struct generation *holder_replace(struct holder *holder, struct generation *next)
{
	struct generation *old;

	next->tallies = tally_book_open(&holder->book, ruleset_packs(next->ruleset));
	pthread_mutex_lock(&holder->lock);
	old = atomic_load(&holder->current);
	next->number = old->number + 1;
	atomic_store(&holder->current, next);
	pthread_mutex_unlock(&holder->lock);
	return old;
}

void holder_retire(struct holder *holder, struct generation *old)
{
	pthread_mutex_lock(&holder->lock);
	while (old->users)
		pthread_cond_wait(&holder->idle, &holder->lock);
	pthread_mutex_unlock(&holder->lock);
	generation_free(old);
}
