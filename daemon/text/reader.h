#ifndef TEXT_READER_H
#define TEXT_READER_H

#include "text/character.h"
#include "text/document.h"

/*
 * Inside text/: the steps of document_read, each over one field. The tokenizer notes, beside the
 * tokens, the few places that the later steps have to look at; these then never go over the text
 * again.
 */
enum text_mark_kind {
	TEXT_LINE,	   /* a single line break before the token */
	TEXT_PARAGRAPH,	   /* a blank line before the token */
	TEXT_STOP,	   /* the token may end a sentence: . */
	TEXT_END,	   /* the token ends a sentence: ! ? */
	TEXT_ABBREVIATION, /* the token's own stop may end a sentence: U.S. */
	TEXT_QUOTE,	   /* the token is a quotation mark */
};

struct text_mark {
	uint32_t token; /* may be the number of a token that is not there: the field's end */
	uint8_t kind;
	uint32_t code; /* the mark's character */
};

struct reader {
	struct document *document;
	struct lexicon *lexicon;
	struct characters *characters;
	language lang;
	struct view text;
	size_t at;
	uint32_t first;	     /* the field's first token */
	size_t known;	     /* tokens before it have their word; all have, between two steps */
	uint32_t paragraph;  /* the number that the next paragraph gets */
	uint32_t line_first; /* token of the line at hand */
	size_t wrapped_end;  /* of the block of lines last looked at, see line_is_wrapped */
	bool wrapped;
	bool space;	  /* white space, or nothing, stands before what comes next */
	bool single_open; /* a ' that opens speech was seen in the paragraph */
	uint8_t field;
};

struct glyph {
	enum character class;
	uint32_t code;
	size_t end; /* behind it */
};

/* The character at `at`; CHAR_SPACE with end == at when the text ends there. */
struct glyph reader_glyph(const struct reader *reader, size_t at);
/* Reads the line break at hand with the white space behind it, and notes what it ends. */
void reader_lines(struct reader *reader, struct glyph glyph);

/* Notes something about the token that comes next. */
static inline void reader_note(struct reader *reader, enum text_mark_kind kind, uint32_t code)
{
	vec_push(&reader->document->marks,
		 (struct text_mark){(uint32_t)reader->document->tokens.len, (uint8_t)kind, code});
}

/* Text to tokens and marks. */
void reader_tokens(struct reader *reader);
/* Tokens and marks to sentences and paragraphs. */
void reader_sentences(struct reader *reader);
/* Marks to quotations and depths; needs the sentences. */
void reader_quotations(struct reader *reader);

/*
 * The end of the word [from, end) or, where the stop behind it is a part of it, of that; notes the
 * abbreviation then, when it may end a sentence.
 */
size_t reader_with_stop(struct reader *reader, size_t from, size_t end);
/* Fills the word's abbreviation and function. */
void word_find_role(struct word *word);

struct characters *lexicon_characters(struct lexicon *lexicon);

#endif
