#ifndef RULES_COMPILE_H
#define RULES_COMPILE_H

#include "rules/index.h"

/* The parts of the compiler to each other. */

/*
 * Finds the necessary atoms of rules, which are filed under them, and of the patterns that no word
 * begins: `needed`. require.c
 */
void index_require(struct index *index);

/* Gives groups and references of these patterns their gates. gates.c */
void index_gate(struct index *index, struct expr *const *patterns, size_t count);

#endif
