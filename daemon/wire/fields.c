#include "wire/reading.h"

#include <string.h>
#include <strings.h>

/*
 * The members that become the fields of text: plain, as parts with roles (ninjs 2 and 3), or as
 * converters from XML write them. Text is unescaped only when it wins its field, and whether it is
 * markup is guessed only where neither its member nor a type beside it tells.
 *
 * A rank is the member's rank times four plus what the role adds, so that roles decide between the
 * parts of one member only.
 */

static bool contains_word(struct view text, struct view word)
{
	for (size_t i = 0; i + word.len <= text.len; i++)
		if (strncasecmp(text.ptr + i, word.ptr, word.len) == 0)
			return true;
	return false;
}

/* What an object says that its text is. */
static enum markup markup_of(const struct reading *reading, const struct scan_node *object,
			     enum markup otherwise)
{
	const struct scan_node *type;
	struct view text;

	if (object->kind != SCAN_OBJECT)
		return otherwise;
	type = reading_holder(reading, object,
			      HOLDERS("contentType", "contenttype", "type", "@type"));
	if (!type || type->kind != SCAN_STRING)
		return otherwise;
	text = scan_text(type, reading->arena);
	if (contains_word(text, VIEW("html")))
		return MARKUP_HTML;
	return view_starts(text, VIEW("text")) ? MARKUP_NONE : otherwise;
}

static void offer_text(struct reading *reading, enum slot slot, unsigned rank, struct view text,
		       enum markup markup)
{
	if (rank <= reading->ranks[slot] || text_blank(text))
		return;
	reading->ranks[slot] = (uint8_t)rank;
	reading->item->fields[slot] = (struct item_text){
		.text = text,
		.html = markup == MARKUP_HTML || (markup == MARKUP_GUESS && markup_guess(text)),
	};
}

/* The text of an element of a list: a string, or an object with one. NULL for everything else. */
static const struct scan_node *element_text(struct reading *reading,
					    const struct scan_node *element)
{
	const struct scan_node *leaf = NULL;

	if (element->kind != SCAN_STRING && element->kind != SCAN_OBJECT)
		return NULL;
	if (!reading_leaf(reading, element, text_holders, &leaf))
		return NULL;
	return leaf && leaf->kind == SCAN_STRING ? leaf : NULL;
}

/*
 * A list with strings in it is one text in parts: paragraphs, or, with objects among them, runs of
 * one text of which some are set off (as messengers export them). A list of objects alone are
 * alternatives. Returns whether it was such a list.
 */
static bool join_parts(struct reading *reading, const struct member *member,
		       const struct scan_node *list)
{
	const struct scan_node *child = scan_first(list);
	size_t strings = 0, bytes = 0, len = 0;
	char *text;

	for (uint32_t i = 0; i < list->count; i++, child = reading_next(reading, child)) {
		const struct scan_node *leaf = element_text(reading, child);

		if (!leaf)
			return false;
		strings += child->kind == SCAN_STRING;
		bytes += leaf->plain_len + 2;
	}
	if (!strings || list->count < 2)
		return false;
	text = arena_alloc(reading->arena, bytes);
	child = scan_first(list);
	for (uint32_t i = 0; i < list->count; i++, child = reading_next(reading, child)) {
		const struct scan_node *leaf = element_text(reading, child);

		if (i && strings == list->count) {
			text[len++] = '\n';
			text[len++] = '\n';
		}
		string_unescape(leaf->text, leaf->text + leaf->text_len, text + len);
		len += leaf->plain_len;
	}
	offer_text(reading, member->slot, member->rank * 4U, (struct view){text, len},
		   member->markup);
	return true;
}

bool shape_text(struct reading *reading, const struct member *member, const struct scan_node *value)
{
	const struct scan_node *leaf = NULL, *first = value;
	unsigned rank = member->rank * 4U;

	if (!reading_string(reading, value, text_holders, &leaf))
		return false;
	if (!leaf || rank <= reading->ranks[member->slot])
		return true;
	if (value->kind == SCAN_ARRAY) {
		if (member->slot == SLOT_BODY && join_parts(reading, member, value))
			return true;
		first = reading_element(reading, value);
	}
	offer_text(reading, member->slot, rank, scan_text(leaf, reading->arena),
		   markup_of(reading, first, member->markup));
	return true;
}

/* Where a part goes by its role; parts of other roles go to the member's own slot, as a last
 * resort. */
static const struct role {
	const char *name;
	int slot; /* -1: the member's own */
	unsigned points;
} roles[] = {
	{"main", -1, 3},
	{"summary", -1, 2},
	{"caption", SLOT_CAPTION, 2},
	{"subhead", SLOT_SUBHEAD, 2},
	{"subheadline", SLOT_SUBHEAD, 2},
	{"sub", SLOT_SUBHEAD, 2},
	{"drop-head", SLOT_SUBHEAD, 1},
	{"deck", SLOT_SUBHEAD, 1},
};

static struct role role_of(const struct reading *reading, const struct scan_node *part)
{
	static const struct role none = {"", -1, 2}, other = {"", -1, 1};
	const struct scan_node *role = reading_member(reading, part, VIEW("role"));
	struct view name;

	if (!role || role->kind != SCAN_STRING)
		return none;
	name = scan_text(role, reading->arena);
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (view_is(name, roles[i].name))
			return roles[i];
	return name.len ? other : none;
}

static bool read_part(struct reading *reading, const struct member *member,
		      const struct scan_node *part)
{
	const struct scan_node *value;
	struct role role;

	if (part->kind == SCAN_NULL)
		return true;
	if (part->kind != SCAN_OBJECT)
		return reading_refuse(reading, REJECT_BAD_FIELD, part);
	value = reading_member(reading, part, VIEW("value"));
	if (!value)
		return true;
	if (value->kind != SCAN_STRING)
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	role = role_of(reading, part);
	offer_text(reading, role.slot < 0 ? member->slot : (enum slot)role.slot,
		   member->rank * 4U + role.points, scan_text(value, reading->arena),
		   markup_of(reading, part, MARKUP_GUESS));
	return true;
}

bool shape_parts(struct reading *reading, const struct member *member,
		 const struct scan_node *value)
{
	if (value->kind != SCAN_ARRAY)
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	return reading_each(reading, member, value, read_part);
}
