#ifndef RULES_MATCH_H
#define RULES_MATCH_H

#include "rules/ruleset.h"

/*
 * Inside rules/: expressions evaluated over a document. Every node gives hits: spans of tokens, each
 * within one sentence, with an anchor, captures, and the literal pieces it consumed. Hits of a list,
 * a term or an entity in a sentence are computed once and remembered for the item.
 *
 * pattern: its occurrences · any: hits of all children · all: per hit of the lead child (the first
 * with a ^, else the first that is not `none`) one hit with its span, the nearest hits of the others as evidence
 * · near: one hit over the hull · atleast, count, sum: one hit per sentence-scope, lead = first member hit,
 * the others as evidence · none, meta: one hit without a span (first == end) when they hold.
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
	const struct expr *expr;   /* the leaf or operator it comes from */
	uint32_t first, end;	   /* tokens [first, end) */
	uint32_t anchor, anchor_end;
	bool anchored;		   /* an explicit ^ was in it */
	uint32_t sentence;	   /* of its first token; for span-less ones the scope's first */
	const struct piece *pieces;
	const struct capture *captures;
	const struct mention *mention; /* when the whole hit is one entity, else NULL */
	const struct hit *evidence; /* members of all, near, atleast, count, sum; by `next` */
	const struct hit *next;
};

struct hits {
	struct hit *at;
	size_t len;
	bool holds; /* true without hits for `none` and `meta` only together with one span-less hit */
};

struct mention { /* an entity's name in the text */
	const struct entity *entity; /* that was named */
	uint32_t first, end;
};

struct scope { /* sentences [first, end) */
	uint32_t first, end;
};

#define HITS_MAX 512	 /* of one node in one scope; further ones are dropped */
#define MATCH_STEPS_MAX 200000 /* steps of the pattern walker per item and rule; then the rule gives nothing there */

struct match {
	const struct ruleset *ruleset;
	const struct document *document;
	const struct item *item;
	struct arena *arena; /* the item's */
	struct matcher *matcher;
	bool unfiltered; /* no filter, no index: the oracle */
	uint32_t steps;	 /* used by the rule at hand */
	struct cue_memo *cues;
	struct attribution_memo *attributions;
	struct eval_memo *memo;
	struct probe *probe; /* NULL, or who wants to be told of every evaluation (explain, coverage) */
};

/* Told after each evaluation of a node; for coverage and explanations. */
struct outcome;
struct probe {
	void (*expr)(struct probe *probe, const struct expr *expr, struct scope scope,
		     const struct hits *hits);
	void (*rule)(struct probe *probe, const struct rule *rule, struct scope scope,
		     const struct outcome *outcome);
};

/*
 * A whole item with all that was judged, for embedded tests and explanations: without filter, so that
 * the probe is told of every node of every rule in every scope. What it gives is good until the
 * matcher's next run; further expressions may be asked of `match` meanwhile.
 */
struct outcomes;
struct judgement {
	const struct item *item; /* given */
	int64_t now;
	struct arena *arena;
	struct probe *probe;		 /* given; may be NULL: then only hits have an outcome */
	struct match *match;		 /* found: the item read, evaluations remembered */
	const struct outcomes *outcomes; /* resolved, winners and losers */
	struct events events;
};
void matcher_judge(struct matcher *matcher, const struct ruleset *ruleset,
		   struct judgement *judgement);

/* Evaluates with modifiers applied. *ret_hits lives in the match's arena, in order of (first, end). */
void match_expr(struct match *match, const struct expr *expr, struct scope scope,
		struct hits *ret_hits);
/* All entity mentions of a sentence: longest first at a token, none inside a longer one of the same entity. */
const struct mention *match_mentions(struct match *match, uint32_t sentence, size_t *ret_count);
/* What a grab yields of a mention asked for by type: itself, or up `of:` the first of that type. NULL: not of it. */
const struct entity *entity_as_type(const struct entity *entity, struct view type);
/* Whether the mention's entity is `wanted` or, by `of:`, belongs to it. */
bool entity_belongs(const struct entity *entity, const struct entity *wanted);

#endif
