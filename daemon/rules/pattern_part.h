#ifndef RULES_PATTERN_PART_H
#define RULES_PATTERN_PART_H

#include "rules/read_expr.h"

/* Inside the reading of patterns: the text, where it is being read, and the parts that hold no
 * others. */
struct cursor {
	struct reader *reader;
	const struct node *scalar;
	struct view text;
	size_t at;
	unsigned nesting; /* groups open */
	size_t elements;
};

VEC_TYPE(element_list, struct element);

struct place pattern_place(const struct cursor *cursor, size_t from, size_t to);
/* A mistake in bytes [from, to) of the text. */
struct diag *pattern_mistake(struct cursor *cursor, size_t from, size_t to, const char *message);

static inline char peek(const struct cursor *cursor, size_t ahead)
{
	size_t at = cursor->at + ahead;

	return at < cursor->text.len ? cursor->text.ptr[at] : '\0';
}

static inline bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

bool pattern_name_byte(char byte);
/* Whether it may stand inside a word. */
bool pattern_piece_byte(char byte);
struct view pattern_take_name(struct cursor *cursor);

/* Each reads one part at the cursor; false when it is wrong (told). */
bool pattern_push(struct cursor *cursor, struct element_list *list, struct element element);
bool pattern_gap(struct cursor *cursor, struct element *element);
bool pattern_regex(struct cursor *cursor, struct element *element);
bool pattern_ref(struct cursor *cursor, struct element *element);
bool pattern_word(struct cursor *cursor, struct element *element, size_t *ret_from);
/* The words of an element that pattern_word read. */
bool pattern_push_piece(struct cursor *cursor, struct element_list *list, struct element element,
			size_t from);

#endif
