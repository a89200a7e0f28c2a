#ifndef RULES_COMPILE_H
#define RULES_COMPILE_H

#include "rules/index.h"

/* The parts of the compiler to each other. */

/*
 * Finds the necessary atoms of rules, which are filed under them, and of the patterns that no word
 * begins: `needed`. require.c
 */
void index_require(struct index *index);

/* At a word with the atom an entry of the unit may begin. */
struct filed {
	uint32_t atom, unit, entry;
	uint32_t back; /* as in struct start_posting */
};
struct filings {
	VEC(struct filed);
};
/* Makes the postings of what was filed. posting.c */
void index_post(struct index *index, const struct filings *filed);

/* Gives groups and references of these patterns their gates. gates.c */
void index_gate(struct index *index, struct expr *const *patterns, size_t count);

#endif
