#include "wire/reading.h"

#include <string.h>

/* The members that become lists: subjects, people, organisations, places. Several members add up.
 */

/* Room for one more element of `size` bytes; moves what is there. */
static void *grow(struct arena *arena, const void *at, size_t len, size_t *cap, size_t size)
{
	void *larger;

	*cap = *cap ? *cap * 2 : 8;
	larger = arena_array(arena, *cap, size);
	if (len)
		memcpy(larger, at, len * size);
	return larger;
}

static bool add_subject(struct reading *reading, struct view uri, struct view name,
			const struct scan_node *culprit)
{
	struct subject_list *list = &reading->subjects;

	uri = view_trim(uri);
	name = view_trim(name);
	if (!uri.len && !name.len)
		return true;
	if (list->len >= reading->limits->subjects)
		return reading_refuse(reading, REJECT_TOO_MANY_SUBJECTS, culprit);
	if (list->len == list->cap)
		list->at = grow(reading->arena, list->at, list->len, &list->cap, sizeof(*list->at));
	list->at[list->len++] = (struct item_subject){uri.len ? uri : VIEW_NONE,
						      name.len ? name : VIEW_NONE};
	return true;
}

static void add_name(struct reading *reading, struct name_list *list, struct view name)
{
	name = view_trim(name);
	if (!name.len)
		return;
	if (list->len == list->cap)
		list->at = grow(reading->arena, list->at, list->len, &list->cap, sizeof(*list->at));
	list->at[list->len++] = name;
}

/* The text that an object keeps in one of its members; VIEW_NONE when it has none of them. */
static bool held_text(struct reading *reading, const struct scan_node *object,
		      struct holders holders, struct view *ret_text)
{
	const struct scan_node *holder = reading_holder(reading, object, holders), *leaf = NULL;

	*ret_text = VIEW_NONE;
	if (!holder)
		return true;
	if (!reading_string(reading, holder, holders, &leaf))
		return false;
	if (leaf)
		*ret_text = scan_text(leaf, reading->arena);
	return true;
}

static bool read_subject(struct reading *reading, const struct member *member,
			 const struct scan_node *value)
{
	struct view uri, name;

	(void)member;
	if (value->kind == SCAN_NULL)
		return true;
	if (value->kind == SCAN_STRING)
		return add_subject(reading, VIEW_NONE, scan_text(value, reading->arena), value);
	if (value->kind != SCAN_OBJECT)
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	return held_text(reading, value, uri_holders, &uri) &&
	       held_text(reading, value, name_holders, &name) &&
	       add_subject(reading, uri, name, value);
}

bool shape_subjects(struct reading *reading, const struct member *member,
		    const struct scan_node *value)
{
	if (value->kind == SCAN_ARRAY)
		return reading_each(reading, member, value, read_subject);
	return read_subject(reading, member, value);
}

bool shape_keywords(struct reading *reading, const struct member *member,
		    const struct scan_node *value)
{
	struct view text;

	if (value->kind != SCAN_STRING)
		return shape_subjects(reading, member, value);
	text = scan_text(value, reading->arena);
	while (text.len) {
		const char *comma = memchr(text.ptr, ',', text.len);
		size_t word = comma ? (size_t)(comma - text.ptr) : text.len;

		if (!add_subject(reading, VIEW_NONE, view_slice(text, 0, word), value))
			return false;
		text = view_slice(text, word + (comma != NULL), text.len);
	}
	return true;
}

static bool read_name(struct reading *reading, const struct member *member,
		      const struct scan_node *value)
{
	struct view name = VIEW_NONE;

	if (value->kind == SCAN_NULL)
		return true;
	if (value->kind == SCAN_STRING)
		name = scan_text(value, reading->arena);
	else if (value->kind != SCAN_OBJECT)
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	else if (!held_text(reading, value, name_holders, &name))
		return false;
	add_name(reading, &reading->names[member->slot - SLOT_PEOPLE], name);
	return true;
}

bool shape_names(struct reading *reading, const struct member *member,
		 const struct scan_node *value)
{
	if (value->kind == SCAN_ARRAY)
		return reading_each(reading, member, value, read_name);
	return read_name(reading, member, value);
}

/* The list for a type of thing; SLOTS when none is. */
static enum slot kind_of_thing(struct view type)
{
	static const struct {
		const char *type;
		enum slot slot;
	} kinds[] = {
		{"Person", SLOT_PEOPLE},
		{"Organization", SLOT_ORGANISATIONS},
		{"GovernmentOrganization", SLOT_ORGANISATIONS},
		{"Corporation", SLOT_ORGANISATIONS},
		{"Place", SLOT_PLACES},
		{"Country", SLOT_PLACES},
		{"City", SLOT_PLACES},
		{"AdministrativeArea", SLOT_PLACES},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (view_is(type, kinds[i].type))
			return kinds[i].slot;
	return SLOTS;
}

/* A thing of schema.org goes where its type says; of a type that no list is for, nowhere. */
static bool read_mention(struct reading *reading, const struct member *member,
			 const struct scan_node *value)
{
	struct view type, name;
	enum slot slot;

	(void)member;
	if (value->kind == SCAN_NULL || value->kind == SCAN_STRING)
		return true;
	if (value->kind != SCAN_OBJECT)
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	if (!held_text(reading, value, HOLDERS("@type", "type"), &type) ||
	    !held_text(reading, value, name_holders, &name))
		return false;
	slot = kind_of_thing(type);
	if (slot != SLOTS)
		add_name(reading, &reading->names[slot - SLOT_PEOPLE], name);
	return true;
}

bool shape_mentions(struct reading *reading, const struct member *member,
		    const struct scan_node *value)
{
	if (value->kind == SCAN_ARRAY)
		return reading_each(reading, member, value, read_mention);
	return read_mention(reading, member, value);
}
