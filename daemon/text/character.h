#ifndef TEXT_CHARACTER_H
#define TEXT_CHARACTER_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Inside text/: what a character does to words and sentences. The classes are those of UAX #29's
 * Word_Break, merged where the tailorings of this room make no difference, and derived from
 * utf8proc's categories with the short lists of exceptions that the annex has.
 */
enum character {
	CHAR_SPACE,	/* also control characters */
	CHAR_LINE,	/* ends a line */
	CHAR_MARK,	/* any other: a token by itself */
	CHAR_LETTER,	/* ALetter */
	CHAR_HEBREW,	/* Hebrew_Letter */
	CHAR_DIGIT,	/* Numeric */
	CHAR_CONNECTOR, /* ExtendNumLet: _ */
	CHAR_SINGLE,	/* a letter of a script without spaces */
	CHAR_EXTEND, /* Extend, Format, ZWJ and the zero-width space: part of what stands before */
	CHAR_NARROW, /* the narrow no-break space: joins digits, else a space */
	CHAR_MID_LETTER, /* a mark that joins letters */
	CHAR_MID_NUMBER, /* a mark that joins digits */
	CHAR_MID_BOTH,	 /* a mark that joins either */
	CHAR_APOSTROPHE, /* likewise; ' and its typographic forms */
	CHAR_QUOTE,	 /* ", which joins Hebrew letters */
	CHAR_HYPHEN,	 /* joins words without being a token, between two of them */
	CHAR_PICTURE,	 /* Extended_Pictographic */
	CHAR_REGIONAL,	 /* half a flag */
};

/* What a mark is to a sentence: UAX #29's Sentence_Break, as far as marks go. */
enum sentence_mark { SENTENCE_NONE, SENTENCE_STOP, SENTENCE_END, SENTENCE_GOES_ON, SENTENCE_CLOSE };

/* Classes by page of 256 characters, made on first use. Zero-initialised is empty. */
struct characters {
	uint8_t *pages[0x1100];
	struct arena arena;
};

void characters_fini(struct characters *characters);
const uint8_t *characters_page(struct characters *characters, uint32_t code);
enum sentence_mark sentence_mark_of(uint32_t code);
bool is_capital(uint32_t code);
bool is_small(uint32_t code);

static inline enum character character_of(struct characters *characters, uint32_t code)
{
	const uint8_t *page = characters->pages[code >> 8];

	if (!page)
		page = characters_page(characters, code);
	return (enum character)page[code & 0xFF];
}

static inline bool character_in_word(enum character class)
{
	return class >= CHAR_LETTER && class <= CHAR_CONNECTOR;
}

/* ' ’ ‘ ʼ ＇: what an apostrophe is typed with. */
static inline bool is_apostrophe(uint32_t code)
{
	return code == '\'' || code == 0x2019 || code == 0x2018 || code == 0x02BC || code == 0xFF07;
}

#endif
