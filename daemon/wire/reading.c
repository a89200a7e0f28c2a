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

const struct scan_node *first_child(const struct scan_node *container)
{
	return container + 1;
}

const struct scan_node *next_child(const struct reading *reading, const struct scan_node *node)
{
	return reading->nodes + node->next;
}

bool refuse(struct reading *reading, enum reject reason, const struct scan_node *culprit)
{
	reading->reason = reason;
	reading->culprit = culprit;
	return false;
}

const struct scan_node *object_member(const struct reading *reading, const struct scan_node *object,
				      struct view name)
{
	const struct scan_node *child = first_child(object);

	for (uint32_t i = 0; i < object->count; i++, child = next_child(reading, child))
		if (view_equal((struct view){child->key, child->key_len}, name))
			return child->kind == SCAN_NULL ? NULL : child;
	return NULL;
}

const struct scan_node *first_holder(const struct reading *reading, const struct scan_node *object,
				     struct holders holders)
{
	for (size_t i = 0; i < holders.count; i++) {
		const struct scan_node *found = object_member(reading, object,
							      view_of(holders.names[i]));

		if (found)
			return found;
	}
	return NULL;
}

const struct scan_node *first_element(const struct reading *reading, const struct scan_node *list)
{
	const struct scan_node *child = first_child(list);

	for (uint32_t i = 0; i < list->count; i++, child = next_child(reading, child))
		if (child->kind != SCAN_NULL)
			return child;
	return NULL;
}

bool is_number(const struct scan_node *node)
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
	const struct scan_node *child = first_child(object);
	bool attributes = true;

	for (uint32_t i = 0; i < object->count; i++, child = next_child(reading, child)) {
		struct view key = {child->key, child->key_len};

		attributes &= key.len && (key.ptr[0] == '@' || key.ptr[0] == '$');
		for (size_t k = 0; k < holders.count; k++)
			if (view_is(key, holders.names[k]))
				return true;
	}
	return attributes;
}

bool find_leaf(const struct reading *reading, const struct scan_node *value, struct holders holders,
	       const struct scan_node **ret_leaf)
{
	while (value && (value->kind == SCAN_ARRAY || value->kind == SCAN_OBJECT)) {
		const struct scan_node *inner = value->kind == SCAN_OBJECT
							? first_holder(reading, value, holders)
							: first_element(reading, value);

		if (!inner && value->kind == SCAN_OBJECT && !is_empty(reading, value, holders))
			return false;
		value = inner;
	}
	if (value && value->kind == SCAN_NULL)
		value = NULL;
	*ret_leaf = value;
	return !value || value->kind == SCAN_STRING || is_number(value);
}

/* A leaf that is a string; NULL with true when nothing is there. */
bool find_string(struct reading *reading, const struct scan_node *value, struct holders holders,
		 const struct scan_node **ret_leaf)
{
	if (!find_leaf(reading, value, holders, ret_leaf) || (*ret_leaf && is_number(*ret_leaf)))
		return refuse(reading, REJECT_BAD_FIELD, value);
	return true;
}

struct view leaf_text(const struct reading *reading, const struct scan_node *leaf)
{
	if (is_number(leaf))
		return (struct view){leaf->text, leaf->text_len};
	return scan_text(leaf, reading->arena);
}

bool each_element(struct reading *reading, const struct member *member,
		  const struct scan_node *list, member_reader *read)
{
	const struct scan_node *child = first_child(list);

	for (uint32_t i = 0; i < list->count; i++, child = next_child(reading, child))
		if (!read(reading, member, child))
			return false;
	return true;
}

bool member_read(struct reading *reading, const struct member *member,
		 const struct scan_node *value)
{
	static member_reader *const readers[SHAPES] = {
		[SHAPE_TEXT] = read_plain,	  [SHAPE_PARTS] = read_parts,
		[SHAPE_LINE] = read_line,	  [SHAPE_NUMBERED] = read_numbered,
		[SHAPE_LINK] = read_link,	  [SHAPE_TIME] = read_time,
		[SHAPE_STATE] = read_state,	  [SHAPE_STATUS] = read_status,
		[SHAPE_URGENCY] = read_urgency,	  [SHAPE_SUBJECTS] = read_subjects,
		[SHAPE_KEYWORDS] = read_keywords, [SHAPE_NAMES] = read_names,
		[SHAPE_MENTIONS] = read_mentions,
	};

	return readers[member->shape](reading, member, value);
}
