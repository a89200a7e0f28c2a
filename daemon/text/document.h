#ifndef TEXT_DOCUMENT_H
#define TEXT_DOCUMENT_H

#include "base/arena.h"
#include "base/vec.h"
#include "model/event.h"
#include "model/item.h"
#include "text/lexicon.h"

/*
 * The text model of an item: fields → paragraphs → sentences → tokens, in flat arrays. Tokens of
 * all fields stand in one array in the order of enum item_field; a sentence never crosses a field
 * or paragraph. All byte offsets are into the extracted text of the field. Words and sentences are
 * those of UAX #29 but for the tailorings that stand at the head of token.c and sentence.c.
 */
struct token {
	uint32_t from, to; /* bytes in the field's extracted text */
	const struct word *word;
	uint32_t sentence;   /* number of its sentence */
	uint8_t quote_depth; /* 0 outside direct speech */
	bool punctuation;    /* breaks adjacency, is not counted by gaps */
	bool space_before;   /* white space, or the begin of the field, stands before it */
};

struct sentence {
	uint32_t first, end; /* tokens [first, end) */
	uint32_t paragraph;  /* counts through the item; a field begins a new one */
	uint8_t field;	     /* enum item_field */
	bool lede; /* of the first paragraph of the body (or of the summary, without a body) */
};

struct quotation { /* direct speech by paired marks, the marks included */
	uint32_t first, end;
	uint8_t depth;
};

struct text_mark;

struct document {
	language lang;
	struct view texts[ITEM_FIELDS];	   /* extracted; {NULL, 0} when absent */
	uint32_t field_first[ITEM_FIELDS]; /* token range of each field */
	uint32_t field_end[ITEM_FIELDS];
	struct {
		VEC(struct token);
	} tokens;
	struct {
		VEC(struct sentence);
	} sentences;
	struct {
		VEC(struct quotation);
	} quotations; /* in order of their first token */
	struct {
		VEC(struct text_mark);
	} marks; /* scratch of the reader: what may end a sentence, a paragraph, a quotation */
	int64_t reported; /* the item's date for resolving "on Friday": modified, else published,
			     else CLOCK_NONE */
};

#define DOCUMENT_TOKENS_MAX                                                                        \
	400000 /* an item of 1 MiB cannot hold more words; further ones are cut */

void document_fini(struct document *document);
/*
 * Reads an item: HTML to text, language, tokens, sentences, quotations. The document is reused from
 * item to item; what it points to lives in `arena`, the item and the lexicon. `fallback` is the
 * language when neither claim nor text tells. Cannot fail: every size was bounded by the decoder.
 */
void document_read(struct document *document, const struct item *item, struct lexicon *lexicon,
		   language fallback, struct arena *arena);

/* One piece of plain text as the body, in a language given: what patterns and tests use. */
void document_read_text(struct document *document, struct view text, language lang,
			struct lexicon *lexicon, struct arena *arena);

/* The bytes from the first token to before `end`; both in one field. */
struct view document_words(const struct document *document, uint32_t first, uint32_t end);

/*
 * What the words at a token say. Each looks whether one begins exactly at token `at`, within the
 * sentence, and returns the token behind it, or `at` when there is none. The value's text is
 * filled. number: "600,000", "1.2 million", "half a million", "a dozen", "20-point"'s 20; with the
 * bound words in front of it ("more than", "nearly") as part of it. Years alone ("in 2025") are
 * numbers too.
 */
uint32_t text_number(const struct document *document, uint32_t at, struct value *ret_value);
uint32_t text_money(const struct document *document, uint32_t at, struct value *ret_value);
/* Dates: "Friday", "14 May", "19 December 2025", "next week", "tomorrow", "2025-12-19"; resolved
 * against document->reported where that is possible (absent where not); from and until, both
 * included, are ISO dates in `arena`. A weekday alone is the next one when the sentence speaks of
 * what is to come, else the last; a day without its year the nearest. Prepositions ("on") are no
 * part of it. en, uk, ru. */
uint32_t text_date(const struct document *document, uint32_t at, struct arena *arena,
		   struct value *ret_value);

#endif
