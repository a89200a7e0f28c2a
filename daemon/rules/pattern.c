#include "rules/pattern.h"

#include "rules/pattern_part.h"

/*
 * Patterns. A pattern is cut by its own signs first ($ < > ( ) | ^ = / and white space); what is
 * left are pieces of plain text, which the tokenizer of text/ cuts into words, so that a pattern
 * and the text it is to match are cut alike. The first mistake in a pattern is told and ends its
 * reading.
 *
 * Things stand apart by white space. Only a hyphen or an apostrophe may follow directly, as in
 * "$UKR-backed" and "$UKR's".
 */
static bool parse_sequence(struct cursor *cursor, struct sequence *ret_sequence,
			   size_t *ret_anchors);

static void skip_space(struct cursor *cursor)
{
	while (is_space(peek(cursor, 0)))
		cursor->at++;
}

/* (a|b c)?, behind the parenthesis */
static bool parse_alternatives(struct cursor *cursor, size_t open, struct element *element,
			       size_t *ret_anchors)
{
	struct {
		VEC(struct sequence);
	} list = {0};
	bool good;

	do {
		struct sequence sequence = {0};
		size_t from = ++cursor->at, anchors = 0;

		good = parse_sequence(cursor, &sequence, &anchors);
		*ret_anchors = anchors > *ret_anchors ? anchors : *ret_anchors;
		if (good && !sequence.len) {
			diag_hint(pattern_mistake(cursor, from, cursor->at + 1,
						  "an alternative is empty"),
				  "an optional group is written (a|b)?");
			good = false;
		}
		vec_push(&list, sequence);
	} while (good && peek(cursor, 0) == '|');
	READ_TAKE(cursor->reader, &list, &element->alternatives, &element->alternative_count);
	if (good && peek(cursor, 0) != ')') {
		pattern_mistake(cursor, open, open + 1, "the parenthesis is not closed");
		good = false;
	}
	return good;
}

static bool parse_group(struct cursor *cursor, struct element *element, size_t *ret_anchors)
{
	size_t open = cursor->at;

	element->kind = ELEMENT_GROUP;
	if (++cursor->nesting > PATTERN_NESTING_MAX) {
		diags_add(cursor->reader->diags, DIAG_ERROR, "bad-pattern",
			  pattern_place(cursor, open, open + 1), "groups nest deeper than %d",
			  PATTERN_NESTING_MAX);
		return false;
	}
	if (!parse_alternatives(cursor, open, element, ret_anchors))
		return false;
	cursor->nesting--;
	cursor->at++;
	if (peek(cursor, 0) == '?') {
		element->optional = true;
		cursor->at++;
	}
	element->text = view_slice(cursor->text, open, cursor->at);
	return true;
}

/* --- sequences ----------------------------------------------------------------------------------
 */

/* ^ and name= in front of an element, each once. */
static bool parse_marks(struct cursor *cursor, struct element *element)
{
	for (;;) {
		size_t from = cursor->at;
		struct view name;

		if (peek(cursor, 0) == '^') {
			cursor->at++;
			if (element->anchor) {
				pattern_mistake(cursor, from, from + 1, "one \"^\" is enough");
				return false;
			}
			element->anchor = true;
			continue;
		}
		name = pattern_take_name(cursor);
		if (!name.len || peek(cursor, 0) != '=') {
			cursor->at = from;
			return true;
		}
		if (element->capture.ptr || !reader_variable_name(name)) {
			pattern_mistake(cursor, from, cursor->at,
					"a capture is written name=, once");
			return false;
		}
		element->capture = name;
		cursor->at++;
	}
}

static bool parse_element(struct cursor *cursor, struct element_list *list, size_t *ret_anchors)
{
	struct element element = {0};
	size_t begin = cursor->at, from, inner = 0;
	bool good;

	if (!parse_marks(cursor, &element))
		return false;
	from = cursor->at;
	if (peek(cursor, 0) == '\0' || is_space(peek(cursor, 0)) ||
	    ((element.anchor || element.capture.ptr) && peek(cursor, 0) == '<')) {
		pattern_mistake(cursor, begin, cursor->at,
				"behind \"^\" or \"name=\" stands what it marks");
		return false;
	}
	switch (peek(cursor, 0)) {
	case '(':
		good = parse_group(cursor, &element, &inner);
		break;
	case '<':
		good = pattern_gap(cursor, &element);
		break;
	case '$':
		good = pattern_ref(cursor, &element);
		break;
	case '/':
		good = pattern_regex(cursor, &element);
		break;
	default:
		good = pattern_word(cursor, &element, &from);
		break;
	}
	if (!good)
		return false;
	if (*ret_anchors + inner + element.anchor > 1) {
		pattern_mistake(cursor, begin, cursor->at, "a pattern has one \"^\"");
		return false;
	}
	*ret_anchors += inner + element.anchor;
	if (element.kind == ELEMENT_WORD)
		return pattern_push_piece(cursor, list, element, from);
	element.place = pattern_place(cursor, from, cursor->at);
	if (!element.text.ptr)
		element.text = view_slice(cursor->text, from, cursor->at);
	return pattern_push(cursor, list, element);
}

/* Whether the next thing may begin here. */
static bool parse_border(struct cursor *cursor)
{
	char byte = peek(cursor, 0);

	if (byte == '\0' || byte == ')' || byte == '|' || is_space(byte) || byte == '\'' ||
	    view_starts(view_slice(cursor->text, cursor->at, cursor->text.len),
			VIEW("\xE2\x80\x99")))
		return true;
	if (byte == '-' && pattern_piece_byte(peek(cursor, 1))) {
		cursor->at++;
		return true;
	}
	if (byte == '?')
		diag_hint(pattern_mistake(cursor, cursor->at, cursor->at + 1,
					  "\"?\" stands only behind a group"),
			  "an optional word is written (word)?");
	else if (byte == '*')
		pattern_mistake(cursor, cursor->at, cursor->at + 1,
				"\"*\" stands only at the end of a word");
	else
		pattern_mistake(cursor, cursor->at, cursor->at + 1, "a space is missing here");
	return false;
}

static bool parse_elements(struct cursor *cursor, struct element_list *list, size_t *ret_anchors)
{
	for (;;) {
		size_t from, before = list->len;

		skip_space(cursor);
		from = cursor->at;
		if (!peek(cursor, 0) ||
		    (cursor->nesting && (peek(cursor, 0) == ')' || peek(cursor, 0) == '|')))
			return true;
		if (peek(cursor, 0) == '|') {
			diag_hint(pattern_mistake(cursor, from, from + 1,
						  "\"|\" stands only in a group"),
				  "alternatives are written (a|b)");
			return false;
		}
		if (peek(cursor, 0) == ')') {
			pattern_mistake(cursor, from, from + 1, "there is no parenthesis to close");
			return false;
		}
		if (!parse_element(cursor, list, ret_anchors) || !parse_border(cursor))
			return false;
		if (before && list->at[before].kind == ELEMENT_GAP &&
		    list->at[before - 1].kind == ELEMENT_GAP) {
			pattern_mistake(cursor, from, cursor->at, "two gaps in a row are one");
			return false;
		}
	}
}

static bool parse_sequence(struct cursor *cursor, struct sequence *ret_sequence,
			   size_t *ret_anchors)
{
	struct element_list list = {0};
	bool good = parse_elements(cursor, &list, ret_anchors);

	READ_TAKE(cursor->reader, &list, &ret_sequence->at, &ret_sequence->len);
	return good;
}

static bool check_ends(struct cursor *cursor, const struct sequence *sequence)
{
	const struct element *ends[] = {&sequence->at[0], &sequence->at[sequence->len - 1]};

	for (size_t i = 0; i < 2; i++)
		if (ends[i]->kind == ELEMENT_GAP) {
			diags_add(cursor->reader->diags, DIAG_ERROR, "bad-pattern", ends[i]->place,
				  "a gap stands between two things");
			return false;
		}
	return true;
}

/* A single mark in quotes is that mark. */
static bool is_quoted_mark(const struct node *scalar)
{
	return !scalar->plain && scalar->text.len == 1 && scalar->text.ptr[0] > ' ' &&
	       !pattern_name_byte(scalar->text.ptr[0]);
}

static bool read_mark(struct cursor *cursor, struct sequence *ret_sequence)
{
	struct element *element = arena_array(cursor->reader->arena, 1, sizeof(*element));

	*element = (struct element){.kind = ELEMENT_WORD,
				    .mode = MODE_EXACT,
				    .text = cursor->text,
				    .place = cursor->scalar->place};
	*ret_sequence = (struct sequence){element, 1};
	return true;
}

int pattern_read_in(struct reader *reader, const struct node *scalar, struct sequence *ret_sequence)
{
	struct cursor cursor = {.reader = reader, .scalar = scalar, .text = scalar->text};
	struct sequence sequence = {0};
	size_t anchors = 0;

	if (scalar->kind != NODE_SCALAR || scalar->empty) {
		reader_wrong_type(reader, scalar, "a pattern");
		return -1;
	}
	if (scalar->text.len > PATTERN_LENGTH_MAX) {
		diags_add(reader->diags, DIAG_ERROR, "bad-pattern", scalar->place,
			  "a pattern has at most %d bytes", PATTERN_LENGTH_MAX);
		return -1;
	}
	if (is_quoted_mark(scalar))
		return read_mark(&cursor, ret_sequence) ? 0 : -1;
	if (!parse_sequence(&cursor, &sequence, &anchors))
		return -1;
	if (!sequence.len) {
		pattern_mistake(&cursor, 0, scalar->text.len, "the pattern is empty");
		return -1;
	}
	if (!check_ends(&cursor, &sequence))
		return -1;
	vec_push(&reader->patterns, sequence);
	*ret_sequence = sequence;
	return 0;
}

int pattern_read(const struct node *scalar, struct arena *arena, struct diags *diags,
		 struct sequence *ret_sequence)
{
	struct reader reader;
	int result;

	reader_init(&reader, arena, diags);
	result = pattern_read_in(&reader, scalar, ret_sequence);
	reader_fini(&reader);
	return result;
}
