#ifndef RULES_ATOMS_H
#define RULES_ATOMS_H

#include "base/table.h"
#include "rules/pattern.h"
#include "text/lexicon.h"

/*
 * Everything that a rule set may ask of one word, each question once: an atom. Words of patterns
 * and regular expressions are direct atoms, true or false of a word by itself. A class says that a
 * word may begin or be part of something larger: an entry of a list, a name of an entity, a term.
 * A gate is a class that the walker asks for as well: whether a group or a list can begin with the
 * word. Made while a rule set is compiled, immutable after atoms_seal.
 */
enum atom_kind {
	ATOM_EXACT,
	ATOM_CAPITAL_EXACT,
	ATOM_CASE,
	ATOM_PREFIX,
	ATOM_CASE_PREFIX,
	ATOM_STEM,
	ATOM_CAPITAL_STEM,
	ATOM_REGEX,
	ATOM_GATE,
	ATOM_CLASS,
};

struct atom {
	enum atom_kind kind;
	struct view key; /* folded, or as written; of stems the whole folded word */
	const struct token_regex *regex;
	uint64_t weight; /* how often such a word is expected, in no unit: what filing minimises */
};

#define ATOM_NONE UINT32_MAX
#define ATOM_PREFIX_BYTES_MAX 128 /* longer prefixes are cut for the lookup, and compared whole */

struct atoms {
	struct arena *arena;	 /* the rule set's */
	struct lexicon *lexicon; /* only while it is made */
	struct {
		VEC(struct atom);
	} list;
	struct table interned; /* kind and key → number + 1 */
	/* For the dictionary: text → number + 1 of the first atom with that key; `next` has the
	 * others. */
	struct table folded, exact, prefixes, exact_prefixes;
	uint32_t *next;
	struct {
		VEC(uint32_t);
	} stems, regexes;
	bool prefix_length[ATOM_PREFIX_BYTES_MAX + 1],
		exact_prefix_length[ATOM_PREFIX_BYTES_MAX + 1];
};

void atoms_init(struct atoms *atoms, struct arena *arena);
void atoms_fini(struct atoms *atoms);
/* The atom of a WORD or REGEX element; `match_case`: as written, whatever its mode. */
uint32_t atoms_of(struct atoms *atoms, const struct element *element, bool match_case);
uint32_t atoms_class(struct atoms *atoms);
uint32_t atoms_gate(struct atoms *atoms);
void atoms_seal(struct atoms *atoms);

/* What a table of atoms holds under a text: a number + 1; 0 is none. */
static inline uint32_t atoms_first(const struct table *table, struct view text)
{
	return (uint32_t)(uintptr_t)table_get(table, text);
}

/* Whether an atom's condition beside its text holds: the capital that a name needs. */
static inline bool atom_capital(const struct atom *atom, const struct word *word)
{
	return (atom->kind != ATOM_CAPITAL_EXACT && atom->kind != ATOM_CAPITAL_STEM) ||
	       word->capital || word->uncased;
}

#endif
