#ifndef WIRE_READING_H
#define WIRE_READING_H

#include "wire/dialect.h"

/* Inside wire/: one item being read, and what the readers of its members share. */
struct subject_list {
	struct item_subject *at;
	size_t len, cap;
};

struct name_list {
	struct view *at;
	size_t len, cap;
};

#define NAME_LISTS 3 /* people, organisations, places: from SLOT_PEOPLE on */

struct reading {
	struct arena *arena;
	const struct wire_limits *limits;
	const struct scan_node *nodes;
	struct item *item;
	uint8_t ranks[SLOTS]; /* of what a slot holds; 0: nothing */
	struct subject_list subjects;
	struct name_list names[NAME_LISTS];
	enum reject reason;
	const struct scan_node *culprit;
};

/* Reads the value of a member. False when it is refused: reason and culprit are set. */
typedef bool member_reader(struct reading *reading, const struct member *member,
			   const struct scan_node *value);
member_reader member_read;
/* The readers of the shapes. */
member_reader shape_text, shape_parts, shape_line, shape_numbered, shape_link, shape_time,
	shape_state, shape_status, shape_urgency, shape_subjects, shape_keywords, shape_names,
	shape_mentions;
/* Calls `read` for each element of a list, until one is refused. */
bool reading_each(struct reading *reading, const struct member *member,
		  const struct scan_node *list, member_reader *read);
/* Sets reason and culprit; false. */
bool reading_refuse(struct reading *reading, enum reject reason, const struct scan_node *culprit);

/* The first child of a container, and the one behind `node`. */
const struct scan_node *scan_first(const struct scan_node *container);
const struct scan_node *reading_next(const struct reading *reading, const struct scan_node *node);
/* The member of an object, NULL when it has none of that name or it is null. */
const struct scan_node *reading_member(const struct reading *reading,
				       const struct scan_node *object, struct view name);

/* Names of the members in which an object may keep what is looked for, the most telling first. */
struct holders {
	const char *const *names;
	size_t count;
};
#define HOLDER_NAMES(...)                                                                          \
	{                                                                                          \
		(const char *const[]){__VA_ARGS__},                                                \
			sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)          \
	}
#define HOLDERS(...) ((struct holders)HOLDER_NAMES(__VA_ARGS__))
/* Of text, lines, numbered lines, links, plain words (times, states), names and identifiers of
 * things. */
extern const struct holders text_holders, line_holders, number_holders, link_holders, word_holders,
	name_holders, uri_holders;

const struct scan_node *reading_holder(const struct reading *reading,
				       const struct scan_node *object, struct holders holders);
const struct scan_node *reading_element(const struct reading *reading,
					const struct scan_node *list);
/*
 * Follows lists and objects to a string or number. NULL with true: nothing is there; false: the
 * value has another shape.
 */
bool reading_leaf(const struct reading *reading, const struct scan_node *value,
		  struct holders holders, const struct scan_node **ret_leaf);
/* The same for a string only; refuses the member when it is none. */
bool reading_string(struct reading *reading, const struct scan_node *value, struct holders holders,
		    const struct scan_node **ret_leaf);
bool scan_is_number(const struct scan_node *node);
/* A string's text, a number as it is written. */
struct view reading_text(const struct reading *reading, const struct scan_node *leaf);

/* Gives a slot its line unless a higher rank has; true. */
bool reading_offer(struct reading *reading, enum slot slot, unsigned rank, struct view line);

#endif
