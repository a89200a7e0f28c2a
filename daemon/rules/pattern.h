#ifndef RULES_PATTERN_H
#define RULES_PATTERN_H

#include "base/arena.h"
#include "base/diag.h"
#include "text/pattern.h"
#include "yaml/node.h"

#include <stdint.h>

/*
 * A pattern as it was written: a sequence of elements that must stand one after the other in a
 * sentence. Words are one token each, as text/ cuts them ("load-shedding" is two words).
 */
enum word_mode {
	MODE_STEM,	    /* talks: by stem */
	MODE_EXACT,	    /* =talks: folded form */
	MODE_CASE,	    /* ==US: as written */
	MODE_PREFIX,	    /* negotiat*: prefix of the folded form, 3 letters or more */
	MODE_CAPITAL_STEM,  /* an entity's capitalised name: stem, and a capital in cased scripts */
	MODE_CAPITAL_EXACT, /* likewise of a short one: folded form, and a capital */
};

enum element_kind { ELEMENT_WORD, ELEMENT_GAP, ELEMENT_GROUP, ELEMENT_REF, ELEMENT_REGEX };

enum ref_kind {
	REF_UNRESOLVED,
	REF_LIST,
	REF_TERM,
	REF_ENTITY, /* the entity and all that is `of:` it */
	REF_TYPE,   /* every entity of the type and all that is `of:` one */
	REF_NUMBER,
	REF_DATE,
	REF_MONEY,
};

enum compare { COMPARE_NONE, COMPARE_LT, COMPARE_LE, COMPARE_EQ, COMPARE_GE, COMPARE_GT };

struct list;
struct term;
struct entity;

struct sequence {
	struct element *at;
	size_t len;
};

struct element {
	enum element_kind kind;
	struct place place;
	struct view text;     /* as written, without sigils: the word, the name, the expression */
	bool anchor;	      /* ^ stood before it */
	struct view capture;  /* name= stood before it; absent */
	enum word_mode mode;  /* WORD */
	uint32_t atom;	      /* given by the compiler: of a word, else a gate (gates.c)
			       */
	unsigned least, most; /* GAP: words that may be skipped */
	struct sequence *alternatives; /* GROUP */
	size_t alternative_count;
	bool optional;	   /* GROUP: )? */
	enum ref_kind ref; /* REF */
	union {
		struct list *list;
		struct term *term;
		struct entity *entity;
		struct view type;
	} target;
	enum compare compare; /* REF_NUMBER, REF_MONEY: $num>=1000 */
	double operand;
	struct token_regex
		*regex; /* REGEX; NULL until packs_load fills it in; freed by packs_fini */
};

#define PATTERN_LENGTH_MAX 4096	 /* bytes */
#define PATTERN_NESTING_MAX 8	 /* groups in groups */
#define PATTERN_ELEMENTS_MAX 256 /* in all */
#define PATTERN_GAP_MAX 60	 /* words */
#define PREFIX_LETTERS_MIN 3

/*
 * Reads the pattern in a scalar; -1 when it is wrong (diagnosed with its place inside the scalar).
 * Names stay unresolved. An empty sequence is wrong.
 */
int pattern_read(const struct node *scalar, struct arena *arena, struct diags *diags,
		 struct sequence *ret_sequence);

#endif
