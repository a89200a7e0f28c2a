#ifndef RULES_JUDGE_H
#define RULES_JUDGE_H

#include "rules/decide.h"

/*
 * A whole item with all that was judged, for embedded tests and explanations: without filter, so
 * that the probe is told of every node of every rule in every scope. What it gives is good until
 * the matcher's next run; further expressions may be asked of `match` meanwhile.
 */
struct judgement {
	const struct item *item; /* given */
	int64_t now;
	struct arena *arena;
	struct probe *probe;		 /* given; may be NULL: then only hits have an outcome */
	struct match *match;		 /* found: the item, evaluations remembered */
	const struct outcomes *outcomes; /* resolved, winners and losers */
	struct events events;
};
void matcher_judge(struct matcher *matcher, const struct ruleset *ruleset,
		   struct judgement *judgement);

/*
 * Where one element of a pattern first stands by itself in the scope; false: nowhere, and of a gap
 * always. For explanations of a pattern that does not hold.
 */
bool match_element(struct match *match, const struct element *element, struct scope scope,
		   uint32_t *ret_first, uint32_t *ret_end);

#endif
