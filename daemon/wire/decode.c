#include "wire/decode.h"

#include "base/clock.h"
#include "base/hash.h"
#include "wire/reading.h"

#include <string.h>

static const char *const names[REJECT_REASONS] = {
	[REJECT_NONE] = "none",
	[REJECT_NOT_JSON] = "not_json",
	[REJECT_NOT_OBJECT] = "not_object",
	[REJECT_INVALID_UTF8] = "invalid_utf8",
	[REJECT_TOO_LARGE] = "too_large",
	[REJECT_TOO_DEEP] = "too_deep",
	[REJECT_STRING_TOO_LONG] = "string_too_long",
	[REJECT_TOO_MANY_SUBJECTS] = "too_many_subjects",
	[REJECT_TOO_MANY_MEMBERS] = "too_many_members",
	[REJECT_DUPLICATE_KEY] = "duplicate_key",
	[REJECT_BAD_FIELD] = "bad_field",
	[REJECT_NO_TEXT] = "no_text",
	[REJECT_HELD_FULL] = "held_full",
	[REJECT_HELD_TOO_LONG] = "held_too_long",
};

const char *reject_name(enum reject reason)
{
	return names[reason];
}

/* The envelope of CloudEvents around an item. */
static const struct member envelope_id = {.slot = SLOT_URI, .shape = SHAPE_NUMBERED, .rank = 1},
			   envelope_source = {.slot = SLOT_SOURCE, .shape = SHAPE_LINE, .rank = 1},
			   envelope_time = {.slot = SLOT_PUBLISHED, .shape = SHAPE_TIME, .rank = 1};

struct decoder {
	struct reading reading;
	const char *member; /* that was refused */
};

static bool read_known(struct decoder *decoder, const char *name, const struct member *member,
		       const struct scan_node *value)
{
	if (member_read(&decoder->reading, member, value))
		return true;
	decoder->member = name;
	return false;
}

static bool read_object(struct decoder *decoder, const struct scan_node *object)
{
	const struct scan_node *child = scan_first(object);

	for (uint32_t i = 0; i < object->count; i++) {
		const struct member *member = member_find(
			(struct view){child->key, child->key_len});

		if (member && child->kind != SCAN_NULL &&
		    !read_known(decoder, member->name, member, child))
			return false;
		child = reading_next(&decoder->reading, child);
	}
	return true;
}

static bool bad_member(struct decoder *decoder, const char *name, const struct scan_node *value)
{
	decoder->member = name;
	return reading_refuse(&decoder->reading, REJECT_BAD_FIELD, value);
}

/* Whatever the item inside does not say itself, the envelope says. */
static bool read_envelope(struct decoder *decoder, const struct scan_node *envelope)
{
	static const struct {
		const char *name;
		const struct member *member;
	} attributes[] = {
		{"id", &envelope_id}, {"source", &envelope_source}, {"time", &envelope_time}};
	struct reading *reading = &decoder->reading;
	const struct scan_node *data = reading_member(reading, envelope, VIEW("data"));
	const struct scan_node *binary = reading_member(reading, envelope, VIEW("data_base64"));

	if (binary)
		return bad_member(decoder, "data_base64", binary);
	if (data && data->kind != SCAN_OBJECT)
		return bad_member(decoder, "data", data);
	if (data && !read_object(decoder, data))
		return false;
	if (!reading->item->uri.len)
		reading_offer(reading, SLOT_URI, 2, reading->item->url);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++) {
		const struct scan_node *value = reading_member(reading, envelope,
							       view_of(attributes[i].name));

		if (value && !read_known(decoder, attributes[i].name, attributes[i].member, value))
			return false;
	}
	return true;
}

static bool read_root(struct decoder *decoder, const struct scan_node *root)
{
	const struct scan_node *version = reading_member(&decoder->reading, root,
							 VIEW("specversion"));

	if (version && version->kind == SCAN_STRING)
		return read_envelope(decoder, root);
	return read_object(decoder, root);
}

/* A slugline is a label; it is no text to tag. */
static bool has_text(const struct item *item)
{
	for (int i = 0; i < ITEM_FIELDS; i++)
		if (i != ITEM_SLUGLINE && item->fields[i].text.len)
			return true;
	return false;
}

static struct view content_uri(const struct item *item, struct arena *arena)
{
	static const char prefix[] = "urn:sha256:";
	char *uri = arena_alloc(arena, sizeof(prefix) - 1 + SHA256_HEX_SIZE);
	struct sha256 sha;

	sha256_init(&sha);
	for (int i = 0; i < ITEM_FIELDS; i++)
		sha256_add_part(&sha, item->fields[i].text);
	memcpy(uri, prefix, sizeof(prefix) - 1);
	sha256_hex(&sha, uri + sizeof(prefix) - 1);
	return (struct view){uri, sizeof(prefix) - 1 + SHA256_HEX_SIZE - 1};
}

/* A cancellation need not repeat the text that it withdraws, if it says of which item. */
static enum reject finish(struct decoder *decoder)
{
	struct reading *reading = &decoder->reading;
	struct item *item = reading->item;
	struct item_views *const lists[NAME_LISTS] = {&item->people, &item->organisations,
						      &item->places};

	for (int i = 0; i < NAME_LISTS; i++)
		*lists[i] = (struct item_views){reading->names[i].at, reading->names[i].len};
	item->subjects = reading->subjects.at;
	item->subject_count = reading->subjects.len;
	if (!item->uri.len)
		item->uri = item->url;
	if (!has_text(item) && !(item->state == ITEM_CANCELED && item->uri.len))
		return REJECT_NO_TEXT;
	if (!item->uri.len)
		item->uri = content_uri(item, reading->arena);
	return REJECT_NONE;
}

static enum reject read_item(struct decoder *decoder, struct view message,
			     struct reject_place *ret_place)
{
	const struct scan_node *root = decoder->reading.nodes;
	enum reject reason;

	if (root->kind != SCAN_OBJECT) {
		ret_place->offset = (size_t)(root->text - message.ptr);
		return REJECT_NOT_OBJECT;
	}
	if (!read_root(decoder, root)) {
		const struct scan_node *culprit = decoder->reading.culprit;
		size_t quote = culprit->kind == SCAN_STRING;

		*ret_place = (struct reject_place){.offset = (size_t)(culprit->text - message.ptr) -
							     quote,
						   .member = decoder->member};
		return decoder->reading.reason;
	}
	reason = finish(decoder);
	if (reason != REJECT_NONE)
		*ret_place = (struct reject_place){.offset = message.len};
	return reason;
}

enum reject wire_decode(struct view message, const struct wire_limits *limits, struct arena *arena,
			struct item *ret_item, struct reject_place *ret_place)
{
	struct item item = {.published = CLOCK_NONE, .modified = CLOCK_NONE, .embargo = CLOCK_NONE};
	struct decoder decoder = {
		.reading = {.arena = arena, .limits = limits, .item = &item},
	};
	struct reject_place place = {0};
	struct scan scan;
	enum reject reason = scan_json(message, limits, arena, &scan, &place.offset);

	if (reason == REJECT_NONE) {
		decoder.reading.nodes = scan.nodes;
		reason = read_item(&decoder, message, &place);
	}
	if (reason == REJECT_NONE)
		*ret_item = item;
	if (ret_place)
		*ret_place = place;
	return reason;
}
