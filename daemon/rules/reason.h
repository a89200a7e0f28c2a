#ifndef RULES_REASON_H
#define RULES_REASON_H

#include "rules/decide.h"

/* Inside rules/: what was judged, in sentences; failed tests and explanations share them. */

/* Where words stand: bytes of the extracted text of a field. */
struct span {
	enum item_field field;
	uint32_t from, to;
	struct view text; /* exactly these bytes */
};

/* Of tokens [first, end) of one field; the first field's empty begin when there are none. */
struct span span_of(const struct document *document, uint32_t first, uint32_t end);
/* Of a whole scope, as far as it lies in one field. */
struct span span_of_scope(const struct document *document, struct scope scope);

#define REASON_WORDS_MAX 120 /* bytes of words shown; the middle of longer ones is left out */
/* The text with every run of white space and of what a terminal would obey as one space. */
void reason_plain(struct view text, struct str *out);
/* "words", plain and shortened; the marks around are written too. */
void reason_words(struct view words, struct str *out);
/* "words" (body 6-58) */
void reason_span(const struct span *span, struct str *out);
/* One sentence without full stop: "score 40, which is 10 below the threshold of 50". */
void reason_outcome(const struct match *match, const struct outcome *outcome, struct str *out);
/* "40 (rule) + 15 (any) = 55"; the parts that gave points. */
void reason_score(const struct outcome *outcome, struct str *out);
/* "negated, quoted", or "asserted". */
void reason_modality(unsigned modality, struct str *out);
/* A value in the shortest form that means it: an entity's id, a number, a text. */
void reason_value(const struct value *value, struct str *out);

/* The outcome whose event stands for this one: itself, or what it was merged into. */
const struct outcome *outcome_final(const struct outcome *outcome);
/* Whether this rule gave an event by it. */
bool outcome_fired(const struct outcome *outcome);
/* How close to an event it came: the larger the closer. */
int outcome_rank(const struct outcome *outcome);
/* The outcome of a rule that came closest, NULL when there is none. */
const struct outcome *outcome_closest(const struct outcomes *outcomes, const struct rule *rule);

/* A probe that listens, so that what did not fire is judged too, and notes nothing. */
struct probe probe_quiet(void);

#endif
