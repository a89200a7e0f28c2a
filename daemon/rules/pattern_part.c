#include "rules/pattern_part.h"

#include "base/utf8.h"

#include <stdlib.h>

/*
 * The parts of a pattern that hold no others: gaps, references, regular expressions, words. Each
 * begins at the cursor and leaves it behind itself; a mistake is told with its place in the scalar.
 */

/* --- mistakes -----------------------------------------------------------------------------------
 */

struct place pattern_place(const struct cursor *cursor, size_t from, size_t to)
{
	struct place place = node_place_at(cursor->scalar, from);

	if (cursor->scalar->raw)
		place.width = node_place_at(cursor->scalar, to).column - place.column;
	return place;
}

struct diag *pattern_mistake(struct cursor *cursor, size_t from, size_t to, const char *message)
{
	return diags_add(cursor->reader->diags, DIAG_ERROR, "bad-pattern",
			 pattern_place(cursor, from, to), "%s", message);
}

/* --- characters ---------------------------------------------------------------------------------
 */

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

bool pattern_name_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
	       is_digit(byte);
}

bool pattern_piece_byte(char byte)
{
	return byte && !is_space(byte) && !strchr("()|<>$^=*?", byte);
}

struct view pattern_take_name(struct cursor *cursor)
{
	size_t from = cursor->at;

	while (pattern_name_byte(peek(cursor, 0)))
		cursor->at++;
	return view_slice(cursor->text, from, cursor->at);
}

static bool take_count(struct cursor *cursor, unsigned *ret_count)
{
	size_t from = cursor->at;
	int number;

	while (is_digit(peek(cursor, 0)))
		cursor->at++;
	if (!reader_number(view_slice(cursor->text, from, cursor->at), &number))
		return false;
	*ret_count = (unsigned)number;
	return true;
}

/* --- elements -----------------------------------------------------------------------------------
 */

bool pattern_push(struct cursor *cursor, struct element_list *list, struct element element)
{
	if (++cursor->elements > PATTERN_ELEMENTS_MAX) {
		pattern_mistake(cursor, 0, cursor->text.len, "the pattern has too many parts");
		return false;
	}
	vec_push(list, element);
	return true;
}

/* <3>, <1-3> */
bool pattern_gap(struct cursor *cursor, struct element *element)
{
	size_t from = cursor->at++;
	bool good = take_count(cursor, &element->most);

	element->kind = ELEMENT_GAP;
	if (good && peek(cursor, 0) == '-') {
		cursor->at++;
		element->least = element->most;
		good = take_count(cursor, &element->most);
	}
	if (!good || peek(cursor, 0) != '>') {
		diag_hint(
			pattern_mistake(cursor, from, cursor->at, "a gap is written <3> or <1-3>"),
			"to match the character itself, make it a pattern of its own in quotes");
		return false;
	}
	cursor->at++;
	if (element->most > PATTERN_GAP_MAX || element->least > element->most || !element->most) {
		diags_add(cursor->reader->diags, DIAG_ERROR, "bad-pattern",
			  pattern_place(cursor, from, cursor->at),
			  "a gap is of 1 to %d words, the lesser number first", PATTERN_GAP_MAX);
		return false;
	}
	return true;
}

/* /(19|20)\d\d/ : it is compiled here only to see whether it can be; who keeps the packs compiles
 * it again */
bool pattern_regex(struct cursor *cursor, struct element *element)
{
	size_t from = cursor->at++, begin = cursor->at, offset = 0;
	struct token_regex *regex;
	struct err err = {0};

	element->kind = ELEMENT_REGEX;
	while (peek(cursor, 0) && peek(cursor, 0) != '/')
		cursor->at += peek(cursor, 0) == '\\' && peek(cursor, 1) ? 2 : 1;
	if (peek(cursor, 0) != '/') {
		pattern_mistake(cursor, from, from + 1,
				"the regular expression does not end with \"/\"");
		return false;
	}
	element->text = view_slice(cursor->text, begin, cursor->at++);
	if (element->text.len == 0 || element->text.len > TOKEN_REGEX_MAX) {
		diags_add(cursor->reader->diags, DIAG_ERROR, "bad-regex",
			  pattern_place(cursor, from, cursor->at),
			  "a regular expression has 1 to %d bytes", TOKEN_REGEX_MAX);
		return false;
	}
	regex = token_regex_new(element->text, &err, &offset);
	if (!regex) {
		offset = begin + (offset < element->text.len ? offset : element->text.len);
		diags_add(cursor->reader->diags, DIAG_ERROR, "bad-regex",
			  pattern_place(cursor, offset, offset + 1), "%s", err.text);
		return false;
	}
	token_regex_free(regex);
	return true;
}

/* >=1000 behind $num and $money */
static bool parse_comparison(struct cursor *cursor, struct element *element)
{
	static const struct {
		const char *sign;
		enum compare compare;
	} signs[] = {{">=", COMPARE_GE}, {"<=", COMPARE_LE}, {"==", COMPARE_EQ},
		     {">", COMPARE_GT},	 {"<", COMPARE_LT},  {"=", COMPARE_EQ}};
	struct view rest = view_slice(cursor->text, cursor->at, cursor->text.len);
	size_t from = cursor->at, digits;
	char number[24] = "";

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]) && !element->compare; i++)
		if (view_starts(rest, view_of(signs[i].sign))) {
			element->compare = signs[i].compare;
			cursor->at += strlen(signs[i].sign);
		}
	if (!element->compare)
		return true;
	digits = cursor->at;
	while (is_digit(peek(cursor, 0)) || (peek(cursor, 0) == '.' && is_digit(peek(cursor, 1))))
		cursor->at++;
	rest = view_slice(cursor->text, digits, cursor->at);
	if (rest.len > 0 && rest.len < sizeof(number) && rest.ptr[0] != '.') {
		char *end;

		memcpy(number, rest.ptr, rest.len);
		element->operand = strtod(number, &end);
		if (*end == '\0')
			return true;
	}
	diag_hint(pattern_mistake(cursor, from, cursor->at, "a comparison wants a plain number"),
		  "such as $num>=1000 or $num<2.5");
	return false;
}

/* $talks, $num>=1000 */
bool pattern_ref(struct cursor *cursor, struct element *element)
{
	static const struct {
		const char *name;
		enum ref_kind ref;
	} reserved[] = {{"num", REF_NUMBER}, {"date", REF_DATE}, {"money", REF_MONEY}};
	size_t from = cursor->at++;

	element->kind = ELEMENT_REF;
	element->text = pattern_take_name(cursor);
	if (!reader_variable_name(element->text)) {
		diag_hint(pattern_mistake(
				  cursor, from, cursor->at,
				  "after \"$\" stands the name of a list, term, entity or type"),
			  "to match the character itself, make it a pattern of its own in quotes");
		return false;
	}
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (view_is(element->text, reserved[i].name))
			element->ref = reserved[i].ref;
	if (element->ref == REF_NUMBER || element->ref == REF_MONEY)
		return parse_comparison(cursor, element);
	return true;
}

/* --- words --------------------------------------------------------------------------------------
 */

/* Plain words need no tokenizer; "n't" and "'s" are words of their own wherever they stand. */
static bool is_one_word(struct view piece)
{
	bool letters = true, digits = true;

	for (size_t i = 0; i < piece.len; i++) {
		char byte = piece.ptr[i];

		digits &= is_digit(byte);
		letters &= pattern_name_byte(byte) && byte != '_' && !is_digit(byte);
	}
	return letters || digits || view_is(piece, "n't") || view_is(piece, "'s");
}

static bool push_words(struct cursor *cursor, struct element_list *list, struct element element,
		       size_t from)
{
	struct view piece = element.text;
	enum word_mode last = element.mode;
	const struct document *document;

	if (is_one_word(piece))
		return pattern_push(cursor, list, element);
	document = reader_words(cursor->reader, piece);
	if (!document->tokens.len) {
		pattern_mistake(cursor, from, from + piece.len, "there is no word in this");
		return false;
	}
	for (size_t i = 0; i < document->tokens.len; i++) {
		const struct token *token = &document->tokens.at[i];

		element.mode = last;
		if (last == MODE_PREFIX && i + 1 < document->tokens.len)
			element.mode = MODE_STEM;
		element.text = view_slice(piece, token->from, token->to);
		element.place = pattern_place(cursor, from + token->from, from + token->to);
		if (!pattern_push(cursor, list, element))
			return false;
	}
	return true;
}

/* A capture or anchor on a piece of several words is one on a group of them. */
bool pattern_push_piece(struct cursor *cursor, struct element_list *list, struct element element,
			size_t from)
{
	struct element_list words = {0};
	struct element group = element;
	struct sequence *sequence;
	bool good;

	element.anchor = false;
	element.capture = VIEW_NONE;
	good = push_words(cursor, &words, element, from);
	if (!good) {
		vec_fini(&words);
		return false;
	}
	if (words.len == 1) {
		words.at[0].anchor = group.anchor;
		words.at[0].capture = group.capture;
	}
	if (words.len == 1 || (!group.anchor && !group.capture.ptr)) {
		for (size_t i = 0; i < words.len; i++)
			vec_push(list, words.at[i]);
		vec_fini(&words);
		return true;
	}
	sequence = arena_array(cursor->reader->arena, 1, sizeof(*sequence));
	READ_TAKE(cursor->reader, &words, &sequence->at, &sequence->len);
	group.kind = ELEMENT_GROUP;
	group.mode = MODE_STEM;
	group.alternatives = sequence;
	group.alternative_count = 1;
	return pattern_push(cursor, list, group);
}

static bool parse_prefix(struct cursor *cursor, size_t from, struct element *element)
{
	struct view piece = element->text;
	size_t begin = piece.len;

	if (element->mode != MODE_STEM) {
		pattern_mistake(cursor, from, cursor->at + 1,
				"a word is a prefix* or =exact, not both");
		return false;
	}
	while (begin > 0 && piece.ptr[begin - 1] != '-')
		begin--;
	if (utf8_count(view_slice(piece, begin, piece.len)) < PREFIX_LETTERS_MIN) {
		diags_add(cursor->reader->diags, DIAG_ERROR, "bad-pattern",
			  pattern_place(cursor, from, cursor->at + 1),
			  "a prefix has at least %d letters", PREFIX_LETTERS_MIN);
		return false;
	}
	element->mode = MODE_PREFIX;
	cursor->at++;
	return true;
}

/* talks, =talks, ==US, negotiat*, load-shedding */
bool pattern_word(struct cursor *cursor, struct element *element, size_t *ret_from)
{
	size_t from = cursor->at, begin;

	element->kind = ELEMENT_WORD;
	while (peek(cursor, 0) == '=' && cursor->at < from + 2)
		cursor->at++;
	element->mode = cursor->at == from	 ? MODE_STEM
			: cursor->at == from + 1 ? MODE_EXACT
						 : MODE_CASE;
	begin = cursor->at;
	while (pattern_piece_byte(peek(cursor, 0)))
		cursor->at++;
	element->text = view_slice(cursor->text, begin, cursor->at);
	*ret_from = begin;
	if (!element->text.len) {
		diag_hint(pattern_mistake(
				  cursor, from, cursor->at + (cursor->at < cursor->text.len),
				  element->mode == MODE_STEM ? "this sign stands for nothing here"
							     : "after \"=\" stands a word"),
			  "to match the character itself, make it a pattern of its own in quotes");
		return false;
	}
	element->place = pattern_place(cursor, begin, cursor->at);
	return peek(cursor, 0) != '*' || parse_prefix(cursor, from, element);
}
