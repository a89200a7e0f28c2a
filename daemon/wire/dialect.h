#ifndef WIRE_DIALECT_H
#define WIRE_DIALECT_H

#include "wire/scan.h"

/*
 * Inside wire/: which member of which dialect goes where. One row per member name; `read` knows the
 * shapes that its value may have. Where several members give the same thing, the higher rank wins,
 * then the first.
 */
enum slot {
	SLOT_HEADLINE = ITEM_HEADLINE,
	SLOT_SUBHEAD = ITEM_SUBHEAD,
	SLOT_SUMMARY = ITEM_SUMMARY,
	SLOT_BODY = ITEM_BODY,
	SLOT_CAPTION = ITEM_CAPTION,
	SLOT_SLUGLINE = ITEM_SLUGLINE,
	SLOT_URI = ITEM_FIELDS,
	SLOT_VERSION,
	SLOT_LANGUAGE,
	SLOT_SOURCE,
	SLOT_URL,
	SLOT_PUBLISHED,
	SLOT_MODIFIED,
	SLOT_EMBARGO,
	SLOT_STATE,
	SLOT_URGENCY,
	SLOT_SUBJECTS,
	SLOT_PEOPLE,
	SLOT_ORGANISATIONS,
	SLOT_PLACES,
	SLOT_MENTIONS,
	SLOTS
};

enum shape {
	SHAPE_TEXT,	/* string, {value}, or a list of these */
	SHAPE_PARTS,	/* list of {role, contentType, value} */
	SHAPE_LINE,	/* string, {name}, or a list of these */
	SHAPE_NUMBERED, /* the same, or a number */
	SHAPE_LINK,	/* string, {href, rel}, or a list of these */
	SHAPE_TIME,	/* date string, or seconds or milliseconds since 1970 */
	SHAPE_STATE,	/* one of the publishing states; others are refused */
	SHAPE_STATUS,	/* any word; those that mean withheld or canceled count */
	SHAPE_URGENCY,	/* 0 to 9, or a string of it */
	SHAPE_SUBJECTS, /* string, {uri, name}, or a list of these */
	SHAPE_KEYWORDS, /* the same; a string is split at commas */
	SHAPE_NAMES,	/* string, {name}, or a list of these */
	SHAPE_MENTIONS, /* {@type, name}, or a list of these */
	SHAPES
};

enum markup { MARKUP_GUESS, MARKUP_NONE, MARKUP_HTML };

struct member {
	const char *name;
	uint8_t len;
	uint8_t slot;
	uint8_t shape;
	uint8_t rank;
	uint8_t markup;	     /* of SHAPE_TEXT */
	const char *dialect; /* for people: "ninjs 3" … */
};

/* NULL when an item has no such member. */
const struct member *member_find(struct view name);
/* In order; NULL past the last. */
const struct member *member_at(size_t index);

/* Whether text that does not say what it is has tags, or character references and no line breaks.
 */
bool markup_guess(struct view text);
/* Nothing but white space, of Unicode too, and characters of no width. */
bool text_blank(struct view text);

#endif
