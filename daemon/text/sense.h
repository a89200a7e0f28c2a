#ifndef TEXT_SENSE_H
#define TEXT_SENSE_H

#include "base/table.h"
#include "text/document.h"

/*
 * Inside text/: what words mean to numbers, money and dates, in English, Ukrainian and Russian.
 * Looked up once per distinct word; a word has up to WORD_SENSES of them (May is a month and begins
 * a sentence).
 */
enum sense_kind {
	SENSE_NONE,
	SENSE_NUMERAL,	  /* three: adds up */
	SENSE_MULTIPLIER, /* thousand, dozen */
	SENSE_PLURAL,	  /* thousands: two of them at least, when no number stands before */
	SENSE_FEW,	  /* several: two at least, only before a multiplier */
	SENSE_HALF,	  /* half a million: times the value */
	SENSE_ARTICLE,	  /* a: one, only before a multiplier */
	SENSE_AND,	  /* and, of: inside a number */
	SENSE_OF,
	SENSE_BOUND,	/* begins a phrase such as "more than" */
	SENSE_CURRENCY, /* text: its ISO 4217 code */
	SENSE_COUNTRY,	/* of a dollar: U.S. */
	SENSE_MONTH,	/* 1 to 12 */
	SENSE_WEEKDAY,	/* 0 Monday to 6 */
	SENSE_UNIT,	/* enum date_unit */
	SENSE_RELATIVE, /* last -1, this 0, next 1 */
	SENSE_DAY,	/* tomorrow: days from the report */
	SENSE_AGO,
	SENSE_WITHIN, /* in two days */
	SENSE_YEAR,   /* року: behind the number of a year */
	SENSE_AT,     /* in, since: before a month or a year alone */
	SENSE_FUTURE, /* tells that what the sentence speaks of lies ahead */
	SENSE_THE,
	SENSE_AFTER, /* the day after tomorrow */
	SENSE_BEFORE,
};

enum date_unit { UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_YEAR, UNIT_WEEKEND };

struct sense {
	const char *langs; /* a space around each code */
	uint8_t kind;
	double value;
	const char *words; /* folded, a space between */
	const char *text;
};

extern const struct sense number_senses[], date_senses[];
extern const size_t number_sense_count, date_sense_count;

/* The table from word to senses that a lexicon keeps; from static text. */
void senses_load(struct table *table, struct arena *arena);
/* Fills word->senses. */
void senses_find(const struct table *table, struct word *word);
/* The word's sense of that kind, NULL when it has none. */
const struct sense *sense_of(const struct word *word, enum sense_kind kind);

/* Inside a sentence: tokens [at, end) of one document. */
struct phrase {
	const struct document *document;
	uint32_t begin, end;
};
/* The sentence of a token; empty when there is no such token. */
struct phrase phrase_at(const struct document *document, uint32_t token);

static inline const struct word *phrase_word(const struct phrase *phrase, uint32_t at)
{
	return phrase->document->tokens.at[at].word;
}

/* The sense of the token, NULL also when it lies outside. */
static inline const struct sense *phrase_sense(const struct phrase *phrase, uint32_t at,
					       enum sense_kind kind)
{
	if (at < phrase->begin || at >= phrase->end)
		return NULL;
	return sense_of(phrase_word(phrase, at), kind);
}

/* A number without bound words: its value, and the token behind; `at` when there is none. */
uint32_t number_read(const struct phrase *phrase, uint32_t at, double *ret_value,
		     enum bound *ret_bound);
/* Whether the token stands inside a number that begins before it. */
bool number_holds(const struct phrase *phrase, uint32_t at);
/* The token behind the bound words at `at`; `at` when there are none. */
uint32_t bound_read(const struct phrase *phrase, uint32_t at, enum bound *ret_bound);
/* The bound words that end right before `at`; BOUND_EXACT when there are none. */
enum bound bound_before(const struct phrase *phrase, uint32_t at);
/* "more than" does not turn "thousands" exact, but "exactly" words say more than none. */
enum bound bound_both(enum bound words, enum bound number);

#endif
