#ifndef RULES_EXPR_H
#define RULES_EXPR_H

#include "model/item.h"
#include "rules/pattern.h"
#include "text/language.h"

/*
 * An expression: one operator or pattern, with modifiers. The checked tree is also the program: the
 * compiler numbers its nodes and atoms, the matcher walks it.
 */
enum expr_kind {
	EXPR_PATTERN,
	EXPR_ANY,
	EXPR_ALL,
	EXPR_NONE,
	EXPR_ATLEAST,
	EXPR_COUNT,
	EXPR_NEAR,
	EXPR_SUM,
	EXPR_META,
};

enum near_unit { NEAR_WORDS, NEAR_SENTENCES, NEAR_PARAGRAPH };

struct languages {
	const language *at;
	size_t len; /* 0: every language */
};

/* One member of `meta:`; it holds when one of its values does. */
enum meta_key {
	META_SUBJECTS,
	META_SOURCE,
	META_URGENCY,
	META_LANG,
	META_PEOPLE,
	META_ORGANISATIONS,
	META_PLACES,
	META_URI
};
struct meta {
	enum meta_key key;
	struct view *values; /* text: folded by ASCII case, `*` matches any run */
	size_t value_count;
	enum compare compare; /* urgency */
	int operand;
};

#define EXPR_FIELD_LEDE (1U << ITEM_FIELDS) /* beside the bits 1 << enum item_field */

struct expr {
	enum expr_kind kind;
	struct place place;
	struct view text; /* the pattern, or the operator's name; what explanations show */
	struct view name; /* `name:`; absent */
	uint32_t id;	  /* counts through the rule set: memo, coverage */
	struct sequence pattern;
	struct expr **children; /* of ANY … SUM, in the order written */
	size_t child_count;
	unsigned n; /* ATLEAST n, COUNT min */
	unsigned within;
	enum near_unit unit;
	bool order_given;
	int min; /* SUM */
	int *weights;
	struct meta *metas;
	size_t meta_count;

	/* modifiers */
	struct expr *except;
	struct expr *by;
	unsigned fields; /* `in:`; 0: all */
	unsigned first;	 /* first n words of the field (of each named, else of the item); 0: all */
	unsigned is;	 /* modality bits wanted */
	unsigned is_not; /* modality bits refused */
	struct languages langs;
	bool match_case; /* every word of it as written */
};

#define EXPR_NESTING_MAX 12
#define EXPR_CHILDREN_MAX 65536
#define EXPR_FIRST_MAX 1000000 /* words */
#define NEAR_WORDS_MAX 1000
#define NEAR_SENTENCES_WRITTEN_MAX 20
#define WEIGHT_MAX 10000 /* of a word in `sum`, and of all points of a rule */

/* NULL when it is wrong (diagnosed; all mistakes in it at once). */
struct expr *expr_read(const struct node *node, struct arena *arena, struct diags *diags);

#endif
