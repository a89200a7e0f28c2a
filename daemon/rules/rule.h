#ifndef RULES_RULE_H
#define RULES_RULE_H

#include "model/event.h"
#include "rules/expr.h"

/* A rule as its author wrote it, checked. All in the rule set's arena. */
enum rule_status { RULE_STABLE, RULE_TEST, RULE_OFF };
enum rule_scope { SCOPE_SENTENCE, SCOPE_PARAGRAPH, SCOPE_ITEM };

struct constant { /* emit, set, modal, expect: a field with its value or values */
	struct view field;
	struct view *values;
	size_t value_count;
	bool list; /* written as a list */
	struct place place;
};

struct modal { /* what a cue does */
	bool drop;
	struct constant *sets;
	size_t set_count;
};

struct adjust {
	struct expr *when;
	int add;
};

struct grab {
	struct view field;
	struct expr *expr;
	bool exclude_speaker;
	struct place place;
};

struct set_case {
	struct constant to;
	struct expr *when; /* NULL: always */
};

struct set {
	struct view field;
	struct set_case *cases;
	size_t case_count;
};

struct rule_test {
	bool hit;
	struct place place;
	struct item item; /* text stands in ITEM_BODY, title in ITEM_HEADLINE */
	struct constant *expect;
	size_t expect_count;
};

struct rule {
	struct view id;
	struct place place;
	struct view about, rev, group;
	enum rule_status status;
	bool enabled; /* after enable and disable of the configuration */
	enum rule_scope scope;
	struct languages langs;
	unsigned window;
	struct expr *when, *unless, *unless_item;
	int score, threshold, priority;
	struct adjust *adjusts;
	size_t adjust_count;
	struct modal modals[MODALITY_NAMES]; /* by bit number */
	struct constant *emits;		     /* class, status, direction, fields */
	size_t emit_count;
	struct constant *codes; /* plover, cameo, medtop, gdelt */
	size_t code_count;
	struct grab *grabs;
	size_t grab_count;
	struct set *sets;
	size_t set_count;
	struct view *supersedes; /* ids; globs allowed */
	size_t supersede_count;
	struct view *merge; /* field names; none: class and status */
	size_t merge_count;
	int64_t max_age_ms; /* 0: any */
	struct rule_test *tests;
	size_t test_count;
	uint32_t number; /* in order of id: what resolution breaks ties by */
};

#endif
