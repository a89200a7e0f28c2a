#ifndef RULES_WALK_H
#define RULES_WALK_H

#include "rules/pack.h"

/*
 * Inside rules/: every expression of a tree, each before its members; with `except` and `by`.
 * Lists, terms and entities that patterns name are not gone into.
 */
typedef void walk_expr(void *context, struct expr *expr);
void expr_walk(struct expr *expr, walk_expr *visit, void *context);
/* Every element of a sequence, those of groups too, in the order written. */
typedef void walk_element(void *context, struct element *element);
void sequence_walk(const struct sequence *sequence, walk_element *visit, void *context);
/* Every expression of one rule: when, unless, unless_item, adjusts, grabs, sets. */
void rule_walk(struct rule *rule, walk_expr *visit, void *context);
void cue_walk(struct cue *cue, walk_expr *visit, void *context);
/* Every expression of all that was loaded, in a fixed order. */
void packs_walk(struct packs *packs, walk_expr *visit, void *context);

#endif
