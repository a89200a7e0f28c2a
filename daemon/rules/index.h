#ifndef RULES_INDEX_H
#define RULES_INDEX_H

#include "rules/atoms.h"
#include "rules/pack.h"

/*
 * The compiled part of a rule set: which atoms make which rule worth a look, and at which atoms
 * which pattern can begin. Immutable once made.
 *
 * A unit is something whose occurrences are looked up together: all entity names (unit 0), the
 * entries of a list (1 + id), the plain patterns of one `any`, or a single pattern (unit_first_expr
 * + id).
 */
enum start_kind {
	START_SCAN,    /* may begin at any token */
	START_INDEXED, /* begins where its unit says */
	START_REF,     /* begins where the list, term or entity does that it begins with */
	START_MEMBER,  /* an alternative of an `any`, filed under the unit of that; alone like
			  START_SCAN */
};

struct expr_node { /* of an expression, by id */
	const struct expr *expr;
	const struct expr
		*above; /* the nearest expression around it with `in:` or `first:`; NULL */
	uint8_t start;	/* enum start_kind, of patterns */
	bool anchored;	/* a ^ is in it */
	bool needed;  /* START_SCAN, START_REF: its unit has the sentences in which something stands
			 without which it cannot hold */
	bool member;  /* needed, and filed under the unit of the `any` above */
	bool shared;  /* of a term or a cue: its steps are not those of one rule */
	bool members; /* of `any`: some children are in its unit */
	bool loose;   /* of `any`: some are not */
};

/* Whether the hits of an `any`'s unit have those of this child. */
static inline bool expr_is_member(const struct expr_node *child)
{
	return child->start == START_MEMBER || child->member;
}

struct entry { /* what begins somewhere */
	const struct expr *expr;
	const struct entity *entity; /* whose name it is; NULL */
};
VEC_TYPE(entries, struct entry);

struct start_posting {
	uint32_t key; /* among those of an atom the unit, among those of a unit the atom */
	uint32_t entry;
	uint32_t back; /* tokens from the one with the atom to the begin */
};
#define BACK_TO_SENTENCE UINT32_MAX /* to where the sentence begins: the pattern is `needed` */
struct postings {		    /* [from[atom], from[atom + 1]) */
	uint32_t *from;
	uint32_t *at;
};

struct start_postings { /* likewise, by atom or by unit */
	uint32_t *from;
	struct start_posting *at;
};

struct pair { /* the atom implies a class, or calls a rule */
	uint32_t atom, value;
};
VEC_TYPE(pairs, struct pair);

struct list_index { /* entries that are not in the unit */
	const struct expr **loose;
	size_t loose_count;
};

struct index {
	struct arena *arena;
	struct packs *packs;
	struct atoms atoms;
	struct expr_node *nodes; /* by id of expression */
	uint32_t expr_count, unit_count, unit_first_expr;
	struct entries entries;
	struct list_index *lists; /* by id */
	const struct entry *loose_names;
	size_t loose_name_count;
	/* Until they are postings; of patterns by id, which may begin anywhere, what they need. */
	struct pairs implications, needed;
	struct postings implied, rules; /* classes of an atom; numbers of rules */
	/* A unit of few postings is looked up by itself, the others by the words of the item. */
	struct start_postings starts_of_atom, starts_of_unit;
	bool *begins;	  /* by atom: whether it is in either */
	uint32_t *always; /* rules without any necessary atom: tried in every scope */
	size_t always_count;
};

struct ruleset {
	struct arena arena;
	struct packs *packs;
	struct index index;
};

#define ENTITY_DEPTH_MAX 32 /* steps up `of:` */
#define UNIT_MENTIONS 0
static inline uint32_t unit_of_list(const struct list *list)
{
	return 1 + list->id;
}
static inline uint32_t unit_of_expr(const struct index *index, const struct expr *expr)
{
	return index->unit_first_expr + expr->id;
}

/* Compiles checked packs. */
void index_build(struct index *index, struct packs *packs, struct arena *arena);
void index_fini(struct index *index);

/* Whether the pattern is nothing but a reference to a term: it is then evaluated as that. */
const struct expr *pattern_term(const struct expr *expr);

#endif
