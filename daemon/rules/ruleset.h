#ifndef RULES_RULESET_H
#define RULES_RULESET_H

#include "base/diag.h"
#include "rules/pack.h"
#include "text/document.h"

/*
 * A compiled rule set: immutable, shared by any number of threads, replaced as a whole.
 * A matcher is one thread's scratch: lexicon, caches, document, memo. Same input, same events, in
 * the same order, on any thread.
 */
struct ruleset;
/* NULL when the packs hold an error; warnings alone do not stop it. Returns owned. */
struct ruleset *ruleset_load(const struct packs_options *options, struct diags *diags);
struct ruleset *ruleset_read(const char *file, struct view text, struct diags *diags);
void ruleset_free(struct ruleset *ruleset);
const char *ruleset_hash(const struct ruleset *ruleset); /* "sha256:" and 64 hex digits */
const struct packs *ruleset_packs(const struct ruleset *ruleset);
/* Whether no word is necessary for the rule, so that it is tried in every scope of every item. */
bool ruleset_tries_always(const struct ruleset *ruleset, const struct rule *rule);

struct matcher;
struct matcher *matcher_new(language fallback);
void matcher_free(struct matcher *matcher);
/*
 * The events of an item. Everything in *ret_events lives in `arena`, the item and the rule set.
 * max_age and dates are judged by the item's own times against `now` (ns; CLOCK_NONE: ages are not
 * judged).
 */
void matcher_run(struct matcher *matcher, const struct ruleset *ruleset, const struct item *item,
		 int64_t now, struct arena *arena, struct events *ret_events);
/*
 * The same in three steps, one right after the other on one item, for who measures them: the words
 * of the item, the rules that they make worth a look, what those say.
 */
void matcher_read(struct matcher *matcher, const struct ruleset *ruleset, const struct item *item,
		  int64_t now, struct arena *arena);
void matcher_find(struct matcher *matcher);
void matcher_decide(struct matcher *matcher, struct events *ret_events);
/* With the pre-filter off: every rule is tried on every sentence. The oracle of matcher_run. */
void matcher_run_unfiltered(struct matcher *matcher, const struct ruleset *ruleset,
			    const struct item *item, int64_t now, struct arena *arena,
			    struct events *ret_events);

#endif
