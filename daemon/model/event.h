#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "base/str.h"
#include "model/item.h"

#include <stdint.h>

/*
 * What the rules found in an item. Plain data; everything points into the item's arena or into the
 * rule set. The names of classes, statuses and fields are free: they come from the rules.
 */
enum modality { /* what cues and quotes put on the anchor; a set, as bits */
		MODALITY_NEGATED = 1,
		MODALITY_HYPOTHETICAL = 2,
		MODALITY_FUTURE = 4,
		MODALITY_HISTORICAL = 8,
		MODALITY_AVERTED = 16,
		MODALITY_DENIED = 32,
		MODALITY_QUOTED = 64,
};
#define MODALITY_NAMES 7 /* modality_name(0) … (6); no bit set is "asserted" */

enum value_kind {
	VALUE_TEXT,	/* text: a constant of the rule, or words of the item */
	VALUE_NUMBER,	/* number */
	VALUE_BOOL,	/* number != 0 */
	VALUE_ENTITY,	/* id, type; text: the words; name, in, qid where the entity has them */
	VALUE_QUANTITY, /* number, bound, unit, text: "more than 600,000 households" */
	VALUE_DATE,	/* text; from and until (ISO 8601, absent when it cannot be resolved) */
};

enum bound { BOUND_EXACT, BOUND_ABOUT, BOUND_AT_LEAST, BOUND_AT_MOST };

struct value {
	enum value_kind kind;
	enum bound bound;
	double number;
	struct view text;
	struct view id, type, name, in, qid; /* entity */
	struct view unit;
	struct view from, until; /* date */
};

struct event_field {
	struct view name;
	bool list;    /* written as an array even when it holds one value */
	bool general; /* a constant of the rule, not read in the text: yields in a merge */
	const struct value *values;
	size_t count;
};

struct event_code {
	struct view vocabulary; /* "plover" */
	const struct view *values;
	size_t count;
};

/* One reason: these bytes of that field held this node of the rule. */
struct event_why {
	struct view rule;
	struct view node; /* the pattern's text, or the `name:` its author gave */
	enum item_field field;
	uint32_t from, to; /* bytes of the extracted text of the field */
	struct view text;  /* exactly those bytes */
	int points;
};

struct event {
	struct view class;
	struct view status;    /* absent when the rule emits none */
	struct view direction; /* "+", "0", "-"; absent when the rule emits none */
	unsigned modality;
	int score;
	double confidence;     /* 0 to 1, rising with the score */
	struct view rule;      /* the rule that won; others merged into it stand in why */
	struct view rev;       /* 12 hex digits of the rule's own hash: changes with the rule */
	struct view merge_key; /* what keeps two events of a class and status apart; may be empty */
	struct view attributed_to; /* entity id, or the words; absent when nobody is quoted */
	const struct event_field *fields;
	size_t field_count;
	const struct event_code *codes;
	size_t code_count;
	const struct event_why *why;
	size_t why_count;
};

struct events {
	const struct event *at;
	size_t len;
	struct view language;	  /* that the item was read in: "en"; "und" when unknown */
	const struct view *texts; /* ITEM_FIELDS extracted texts, what `why` points into */
};

const char *modality_name(unsigned bit_number);
/* The bit of a name, 0 when there is none of that name. */
unsigned modality_find(struct view name);
const char *bound_name(enum bound bound); /* "exact", "about", "at_least", "at_most" */
const struct event_field *event_field(const struct event *event, struct view name);

#endif
