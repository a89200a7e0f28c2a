#ifndef MODEL_ITEM_H
#define MODEL_ITEM_H

#include "base/str.h"

#include <stdint.h>

/*
 * One news item as the feed gave it, after its dialect has been understood. Plain data: every view
 * points into the message or into the arena of whoever decoded it, and lives as long as these do.
 */
enum item_field {
	ITEM_HEADLINE,
	ITEM_SUBHEAD,
	ITEM_SUMMARY,
	ITEM_BODY,
	ITEM_CAPTION,
	ITEM_SLUGLINE,
	ITEM_FIELDS
};

enum item_state { ITEM_USABLE, ITEM_WITHHELD, ITEM_CANCELED };

struct item_text {
	struct view text; /* well-formed UTF-8, {NULL, 0} when absent */
	bool html;	  /* markup, still to be turned to text */
};

struct item_subject {
	struct view uri; /* "medtop:20000076"; absent when only a name is given */
	struct view name;
};

struct item_views {
	const struct view *at;
	size_t len;
};

struct item {
	struct view uri; /* made from the content ("urn:sha256:…") when the item names none */
	struct view version;
	struct view language; /* the claim: "en", "uk-UA"; may be absent */
	struct view source;
	struct view url;
	struct item_text fields[ITEM_FIELDS];
	int64_t published; /* CLOCK_NONE when unsaid, as the two below; ns, see base/clock.h */
	int64_t modified;
	int64_t embargo; /* not to be published before */
	enum item_state state;
	int urgency; /* 1 (highest) to 9; 0 unsaid */
	const struct item_subject *subjects;
	size_t subject_count;
	struct item_views people;
	struct item_views organisations;
	struct item_views places;
};

/* "headline", "body" …; the names of RULES.md's `in:`. */
const char *item_field_name(enum item_field field);
/* -1 when it is no field's name. */
int item_field_find(struct view name);

#endif
