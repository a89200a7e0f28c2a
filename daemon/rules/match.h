#ifndef RULES_MATCH_H
#define RULES_MATCH_H

#include "rules/ruleset.h"

/*
 * Inside rules/: expressions evaluated over a document. Every node gives hits: spans of tokens with
 * an anchor, captures, and the literal pieces they consumed. A pattern's lies within one sentence.
 *
 * pattern: from each token at which it can begin the first way that holds: alternatives in the
 * order written, an optional group rather present than absent, lists and entities longest first,
 * gaps as short as possible; so at most one hit per begin · any: hits of all children, equal ones
 * once (the child written first) · all: per hit of the lead child (the first with a ^, else the
 * first that is not `none` or `meta`) that hit with the nearest hits of the others as evidence ·
 * atleast, count, sum: one hit per scope, the first member hit with the others as evidence · near:
 * per leftmost member one hit over the hull, its members as evidence; members do not overlap;
 * `within` words lie at most between the end of the leftmost and the begin of the last, in one
 * sentence; `paragraph` and `n sentences` (n > 1) look on from the scope, in the field,
 * NEAR_SENTENCES_MAX at most, the leftmost member being in the scope · none, meta: one without
 * span.
 *
 * `in` and `first` restrict every pattern below them; `is`, `by` and `except` judge the hits of
 * pattern, any, all and near, and the members of atleast, count, sum and none.
 */
struct capture {
	struct view name;
	uint32_t first, end;
	struct value value; /* NUMBER/QUANTITY/DATE of $num, $money, $date; ENTITY; else TEXT */
	const struct capture *next;
};

struct piece { /* tokens consumed literally, not by a gap */
	uint32_t first, end;
	const struct piece *next;
};

struct hit {
	const struct expr *expr; /* the leaf or operator it comes from */
	uint32_t first, end;	 /* tokens [first, end) */
	uint32_t anchor, anchor_end;
	bool anchored;	   /* an explicit ^ was in it */
	uint32_t sentence; /* of its first token; for span-less ones the scope's first */
	const struct piece *pieces;
	const struct capture *captures;
	const struct mention *mention; /* when the whole hit is one entity, else NULL */
	const struct hit *evidence; /* of near: members; of all, atleast, count, sum: the others */
	const struct hit *next;
};

struct hits {
	struct hit *at;
	size_t len;
	bool holds; /* len > 0; `none` and `meta` hold by one span-less hit */
};

struct mention {		     /* an entity's name in the text */
	const struct entity *entity; /* that was named */
	uint32_t first, end;
};

struct scope {
	uint32_t first, end; /* sentences */
};

#define HITS_MAX 512 /* of one node in one scope; further ones are dropped */
#define NEAR_SENTENCES_MAX 50
/* Steps of the pattern walker per item and rule; then no node of it gives hits. */
#define MATCH_STEPS_MAX 200000

struct match {
	const struct ruleset *ruleset;
	const struct document *document;
	const struct item *item;
	int64_t now;	     /* ns; CLOCK_NONE: ages are not judged */
	struct arena *arena; /* the item's */
	struct matcher *matcher;
	bool unfiltered; /* no filter, no index: the oracle */
	uint32_t steps;	 /* used by the rule at hand; too many when above MATCH_STEPS_MAX */
	struct cue_memo *cues;
	struct attribution_memo *attributions;
	struct eval_memo *memo;
	struct probe *probe; /* NULL, or who wants to be told of every evaluation */
};

struct outcome;
struct outcomes;
struct probe { /* told after each evaluation of a node; for coverage and explanations */
	void (*expr)(struct probe *probe, const struct expr *expr, struct scope scope,
		     const struct hits *hits);
	void (*rule)(struct probe *probe, const struct rule *rule, struct scope scope,
		     const struct outcome *outcome);
};

/* Evaluates with modifiers. *ret_hits lives in the match's arena, in order of (first, end). */
void match_expr(struct match *match, const struct expr *expr, struct scope scope,
		struct hits *ret_hits);
/* What a sentence names: longest first at a token, nothing inside a longer one of its type. */
const struct mention *match_mentions(struct match *match, uint32_t sentence, size_t *ret_count);
/* What a mention yields that is asked for by type: itself, or up `of:` the first of it; or NULL. */
const struct entity *entity_as_type(const struct entity *entity, struct view type);
/* Whether the mention's entity is `wanted` or, by `of:`, belongs to it. */
bool entity_belongs(const struct entity *entity, const struct entity *wanted);

#endif
