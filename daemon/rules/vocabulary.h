#ifndef RULES_VOCABULARY_H
#define RULES_VOCABULARY_H

#include "model/event.h"
#include "rules/expr.h"

/* What packs declare. All in the rule set's arena; names are resolved when all files are loaded. */
struct list { /* entries are patterns; a per-language list is one with languages on its entries */
	struct view name;
	struct place place;
	struct expr **entries; /* EXPR_PATTERN with langs of one or none */
	size_t entry_count;
	uint32_t id;
	bool used;
};

struct term {
	struct view name;
	struct place place;
	struct expr *expr;
	uint32_t id;
	bool used;
};

struct entity {
	struct view id; /* "UKR" */
	struct place place;
	struct view type, qid, in;
	struct view name;      /* the first of its names */
	struct view of;	       /* as written */
	struct entity *parent; /* `of:` resolved, NULL */
	struct entity *within; /* `in:` resolved where such an entity exists, else NULL */
	struct expr *
		*names; /* names and adj; sequences of words with MODE_CAPITAL_* or as written */
	size_t name_count;
	uint32_t number;
};

enum cue_dir { CUE_FORWARD, CUE_BACKWARD, CUE_BOTH };
enum cue_scope { CUE_WORDS, CUE_CLAUSE, CUE_SENTENCE };

struct cue {
	struct view name;
	struct place place;
	unsigned effect; /* one modality bit */
	enum cue_dir dir;
	enum cue_scope scope;
	unsigned words;
	struct languages langs;
	struct expr *any, *pseudo, *stop; /* EXPR_ANY of patterns; pseudo and stop may be NULL */
	bool disabled;
};

#endif
