#ifndef RULES_TRACE_H
#define RULES_TRACE_H

#include "rules/decide.h"

/*
 * Inside rules/: how a rule went in one scope, as a tree with what held and what did not.
 * Explanations are written from it, for people (explain.c) and programs (explain_json.c). All in
 * the match's arena.
 */
struct trace_node {
	const char *role; /* "when", "unless", "adjust" …; "except", "by"; "" for a member */
	const struct expr *expr;
	struct view fills;	   /* of "grab" and "set": the event's field */
	const struct constant *to; /* of "set": what it is set to */
	int points;		   /* of an adjust */
	bool holds;
	struct hits hits;
	double nearness; /* 1 when it holds, else the part of it that does: 0 … below 1 */
	struct trace_node *first, *next; /* members and except, by; siblings */
};

struct trace {
	const struct rule *rule;
	struct scope scope;
	const struct outcome *outcome; /* NULL: `when` does not hold there */
	struct trace_node *roots;      /* when, unless, unless_item, adjusts */
	double nearness;	       /* of `when` */
};

/* Evaluates the rule anew, node by node. */
void trace_fill(struct match *match, const struct rule *rule, struct scope scope,
		struct trace *ret_trace);

/*
 * Where a hit's event has its fields from: of each `grab` the hits in the first place that has any,
 * of each `set` the case that holds. NULL: none.
 */
struct trace_node *trace_fields(struct match *match, const struct outcome *outcome);

#define TRACE_MISSES_MAX 5
/* At least so much of `when` must hold for a scope to be a near miss; the nearest is one in any
 * case. */
#define TRACE_NEAR 0.5
/* The scopes in which `when` came nearest without holding, nearest first; returns how many. */
size_t trace_misses(struct match *match, const struct rule *rule,
		    struct trace ret_traces[TRACE_MISSES_MAX]);

/* What of a pattern was found by itself, for a pattern that does not hold: each element in turn. */
struct trace_element {
	const struct element *element;
	bool found;
	uint32_t first, end;
};
/* The elements but gaps, at most `most`; returns how many. */
size_t trace_elements(struct match *match, const struct expr *pattern, struct scope scope,
		      struct trace_element *ret_elements, size_t most);

#endif
