#ifndef TEXT_LEXICON_H
#define TEXT_LEXICON_H

#include "base/str.h"
#include "text/language.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The words that a worker has seen: what folding, stemming and classifying one surface form in one
 * language gave. Unicode work is done once per distinct form, never per occurrence. One per thread.
 * A word's id counts from 0 in order of first sight, so that others can keep arrays by id.
 */
enum word_kind {
	WORD_LETTERS,	  /* letters, possibly with digits: talks, F-16's 'F', U.S., n't, 's */
	WORD_DIGITS,	  /* begins with a digit: 2025, 600,000, 1.5, 20th */
	WORD_PUNCTUATION, /* one mark */
};

#define WORD_SENSES 5

struct word {
	struct view folded; /* NFKC, case folded, quotes and dashes unified, invisible characters
			       gone */
	struct view stem;   /* Snowball of folded; folded itself where there is no stemmer */
	struct view exact; /* the surface, normalised (NFC, quotes and dashes unified), case kept */
	uint32_t id;
	uint8_t kind; /* enum word_kind */
	bool capital; /* begins with an upper-case or title-case letter */
	bool upper;   /* two or more cased letters, none lower-case */
	bool uncased; /* has letters, of a script without case */
	language lang;
	uint8_t abbreviation; /* what a stop behind it makes of it; inside text/ only, as the two
				 below */
	bool function;	      /* begins sentences and few names: the, it, in */
	uint16_t senses[WORD_SENSES]; /* what it means to numbers and dates */
};

#define LEXICON_WORDS_MAX                                                                          \
	262144		     /* beyond it, at the next lexicon_turn, everything is forgotten       \
			      */
#define WORD_SURFACE_MAX 512 /* bytes; a longer form is cut for folding and stemming */

struct lexicon;
struct lexicon *lexicon_new(uint32_t words_max);
void lexicon_free(struct lexicon *lexicon);
/* Never NULL; valid until lexicon_turn forgets. `surface` is one token of well-formed UTF-8. */
const struct word *lexicon_word(struct lexicon *lexicon, language lang, struct view surface);
/*
 * The words of several surfaces at once, as lexicon_word gives each. What they wait for is in
 * memory most often, and is fetched for all of them together.
 */
#define LEXICON_BATCH 64
void lexicon_words(struct lexicon *lexicon, language lang, const struct view *surfaces,
		   size_t count, const struct word **ret_words);
uint32_t lexicon_count(const struct lexicon *lexicon);
/*
 * Between two items: forgets all words when there are too many. The number returned changes
 * whenever it did, so that arrays by id are dropped too.
 */
uint64_t lexicon_turn(struct lexicon *lexicon);

#endif
