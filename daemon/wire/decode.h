#ifndef WIRE_DECODE_H
#define WIRE_DECODE_H

#include "base/arena.h"
#include "model/item.h"

/*
 * Bytes → item, in every dialect of an item: one pass over the bytes checks the whole JSON grammar,
 * UTF-8 and all bounds, and notes the members that an item may have.
 */
enum reject {
	REJECT_NONE,
	REJECT_NOT_JSON,
	REJECT_NOT_OBJECT,
	REJECT_INVALID_UTF8,
	REJECT_TOO_LARGE,
	REJECT_TOO_DEEP,
	REJECT_STRING_TOO_LONG,
	REJECT_TOO_MANY_SUBJECTS,
	REJECT_TOO_MANY_MEMBERS,
	REJECT_DUPLICATE_KEY,
	REJECT_BAD_FIELD,
	REJECT_NO_TEXT,
	/* not by wire_decode, but by who holds items */
	REJECT_HELD_FULL,
	REJECT_HELD_TOO_LONG,
	REJECT_REASONS /* how many there are */
};

struct wire_limits {
	size_t message; /* bytes of the message */
	size_t depth;	/* nesting */
	size_t string;	/* bytes of one string, unescaped */
	size_t subjects;
	size_t members; /* of all objects and arrays together */
};
#define WIRE_LIMITS_DEFAULT                                                                        \
	((struct wire_limits){.message = (size_t)1 << 20,                                          \
			      .depth = 32,                                                         \
			      .string = (size_t)512 << 10,                                         \
			      .subjects = 256,                                                     \
			      .members = 20000})

struct reject_place {
	size_t offset;	    /* byte of the message at which the reason was met */
	const char *member; /* name of the member, for bad_field and too_many_subjects; else NULL */
};

/*
 * Fills *ret_item and returns REJECT_NONE, or the reason. Views point into the message or `arena`,
 * where unescaped strings go. `ret_place` may be NULL.
 *
 * Size comes first, then what the pass over the bytes meets first, then the root, then the members
 * in their order, then the want of text. Half a surrogate pair is invalid_utf8, U+0000 not_json. A
 * date that cannot be read counts as unsaid, unless it is an embargo (bad_field). A canceled item
 * that names itself needs no text.
 */
enum reject wire_decode(struct view message, const struct wire_limits *limits, struct arena *arena,
			struct item *ret_item, struct reject_place *ret_place);

/* "not_json" … "held_too_long"; "none" for REJECT_NONE. */
const char *reject_name(enum reject reason);

#endif
