#ifndef RULES_DICTIONARY_H
#define RULES_DICTIONARY_H

#include "rules/index.h"

/*
 * What the words that a matcher has seen mean to one rule set: the atoms of a word, found once per
 * distinct word and kept by its id. Holds numbers alone, nothing that points into the rule set
 * beyond the run at hand. One per matcher.
 */
struct word_atoms {  /* in the pool: those asked for, ascending; those that call rules; those at
			which  patterns begin */
	uint32_t at; /* UINT32_MAX: not looked up yet */
	uint32_t asked, calling, beginning;
};

struct stems; /* of the words of patterns in one language */

struct dictionary {
	const struct index *index;
	char hash[72]; /* of the rule set that the numbers belong to */
	uint64_t turn;
	struct {
		VEC(struct word_atoms);
	} words; /* by id */
	struct {
		VEC(uint32_t);
	} pool, found;
	struct {
		VEC(bool);
	} seen; /* by atom, while one word is looked up */
	struct stems *stems[LANGUAGES_MAX];
	struct token_regex_scratch *regexes;
};

void dictionary_fini(struct dictionary *dictionary);
/* Before an item: forgets everything when the rule set or the lexicon's turn is another. */
void dictionary_use(struct dictionary *dictionary, const struct ruleset *ruleset, uint64_t turn);
void dictionary_look_up(struct dictionary *dictionary, const struct word *word);
/* The same question without tables: the oracle. */
bool dictionary_ask(struct dictionary *dictionary, const struct word *word, uint32_t atom);

static inline const struct word_atoms *dictionary_word(struct dictionary *dictionary,
						       const struct word *word)
{
	if (word->id >= dictionary->words.len || dictionary->words.at[word->id].at == UINT32_MAX)
		dictionary_look_up(dictionary, word);
	return &dictionary->words.at[word->id];
}

/* Whether an atom is among those asked for of a word. */
static inline bool dictionary_has(const struct dictionary *dictionary, struct word_atoms atoms,
				  uint32_t atom)
{
	const uint32_t *at = dictionary->pool.at + atoms.at;
	uint32_t left = atoms.asked;

	/* Without a branch that depends on what is compared: which way it goes cannot be guessed.
	 */
	while (left > 1) {
		uint32_t half = left / 2;

		at += at[half] <= atom ? half : 0;
		left -= half;
	}
	return left == 1 && *at == atom;
}

#endif
