#include "wire/reading.h"

/*
 * From the values of known members to the item. Converters from XML to JSON differ in how they
 * write the same thing: `"title": "x"`, `["x"]`, `{"#text": "x", "@type": "html"}`, `{"_": "x",
 * "$": {…}}`. So most shapes share one idea, the leaf: of a list the first element that is not
 * null, of an object the first member that holds its text, until a string or a number is reached.
 *
 * null is as good as absent everywhere. A value of a shape that its member cannot have is refused,
 * and the reader of the item is told the member. A date that cannot be read counts as unsaid,
 * except an embargo: nothing may be published early because of a slip in it.
 */
const struct holders text_holders = HOLDER_NAMES("value", "#text", "_", "$t", "__cdata",
						 "#cdata-section", "content", "text", "@value");
const struct holders line_holders = HOLDER_NAMES("name", "title", "#text", "_", "$t", "value",
						 "@value", "literal", "alternateName", "uri", "@id",
						 "id");
const struct holders number_holders = HOLDER_NAMES("value", "#text", "_", "$t", "@value", "@id",
						   "__cdata");
const struct holders link_holders = HOLDER_NAMES("href", "@href", "url", "@id", "#text", "_", "$t",
						 "value");
const struct holders word_holders = HOLDER_NAMES("#text", "_", "$t", "value", "@value", "__cdata",
						 "name");
const struct holders name_holders = HOLDER_NAMES("name", "label", "@label", "term", "@term",
						 "title", "#text", "_", "$t", "value", "literal");
const struct holders uri_holders = HOLDER_NAMES("uri", "qcode", "code", "@id");

const struct scan_node *scan_first(const struct scan_node *container)
{
	return container + 1;
}

const struct scan_node *reading_next(const struct reading *reading, const struct scan_node *node)
{
	return reading->nodes + node->next;
}

bool reading_refuse(struct reading *reading, enum reject reason, const struct scan_node *culprit)
{
	reading->reason = reason;
	reading->culprit = culprit;
	return false;
}

const struct scan_node *reading_member(const struct reading *reading,
				       const struct scan_node *object, struct view name)
{
	const struct scan_node *child = scan_first(object);

	for (uint32_t i = 0; i < object->count; i++, child = reading_next(reading, child))
		if (view_equal((struct view){child->key, child->key_len}, name))
			return child->kind == SCAN_NULL ? NULL : child;
	return NULL;
}

const struct scan_node *reading_holder(const struct reading *reading,
				       const struct scan_node *object, struct holders holders)
{
	for (size_t i = 0; i < holders.count; i++) {
		const struct scan_node *found = reading_member(reading, object,
							       view_of(holders.names[i]));

		if (found)
			return found;
	}
	return NULL;
}

const struct scan_node *reading_element(const struct reading *reading, const struct scan_node *list)
{
	const struct scan_node *child = scan_first(list);

	for (uint32_t i = 0; i < list->count; i++, child = reading_next(reading, child))
		if (child->kind != SCAN_NULL)
			return child;
	return NULL;
}

bool scan_is_number(const struct scan_node *node)
{
	return node->kind == SCAN_INTEGER || node->kind == SCAN_REAL;
}

/*
 * Whether an object without a holder stands for nothing: it is empty, has a holder that is null, or
 * nothing but attributes, as `<summary type="html"/>` becomes.
 */
static bool is_empty(const struct reading *reading, const struct scan_node *object,
		     struct holders holders)
{
	const struct scan_node *child = scan_first(object);
	bool attributes = true;

	for (uint32_t i = 0; i < object->count; i++, child = reading_next(reading, child)) {
		struct view key = {child->key, child->key_len};

		attributes &= key.len && (key.ptr[0] == '@' || key.ptr[0] == '$');
		for (size_t k = 0; k < holders.count; k++)
			if (view_is(key, holders.names[k]))
				return true;
	}
	return attributes;
}

bool reading_leaf(const struct reading *reading, const struct scan_node *value,
		  struct holders holders, const struct scan_node **ret_leaf)
{
	while (value && (value->kind == SCAN_ARRAY || value->kind == SCAN_OBJECT)) {
		const struct scan_node *inner = value->kind == SCAN_OBJECT
							? reading_holder(reading, value, holders)
							: reading_element(reading, value);

		if (!inner && value->kind == SCAN_OBJECT && !is_empty(reading, value, holders))
			return false;
		value = inner;
	}
	if (value && value->kind == SCAN_NULL)
		value = NULL;
	*ret_leaf = value;
	return !value || value->kind == SCAN_STRING || scan_is_number(value);
}

/* A leaf that is a string; NULL with true when nothing is there. */
bool reading_string(struct reading *reading, const struct scan_node *value, struct holders holders,
		    const struct scan_node **ret_leaf)
{
	if (!reading_leaf(reading, value, holders, ret_leaf) ||
	    (*ret_leaf && scan_is_number(*ret_leaf)))
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	return true;
}

struct view reading_text(const struct reading *reading, const struct scan_node *leaf)
{
	if (scan_is_number(leaf))
		return (struct view){leaf->text, leaf->text_len};
	return scan_text(leaf, reading->arena);
}

bool reading_each(struct reading *reading, const struct member *member,
		  const struct scan_node *list, member_reader *read)
{
	const struct scan_node *child = scan_first(list);

	for (uint32_t i = 0; i < list->count; i++, child = reading_next(reading, child))
		if (!read(reading, member, child))
			return false;
	return true;
}

bool member_read(struct reading *reading, const struct member *member,
		 const struct scan_node *value)
{
	static member_reader *const readers[SHAPES] = {
		[SHAPE_TEXT] = shape_text,	   [SHAPE_PARTS] = shape_parts,
		[SHAPE_LINE] = shape_line,	   [SHAPE_NUMBERED] = shape_numbered,
		[SHAPE_LINK] = shape_link,	   [SHAPE_TIME] = shape_time,
		[SHAPE_STATE] = shape_state,	   [SHAPE_STATUS] = shape_status,
		[SHAPE_URGENCY] = shape_urgency,   [SHAPE_SUBJECTS] = shape_subjects,
		[SHAPE_KEYWORDS] = shape_keywords, [SHAPE_NAMES] = shape_names,
		[SHAPE_MENTIONS] = shape_mentions,
	};

	return readers[member->shape](reading, member, value);
}
