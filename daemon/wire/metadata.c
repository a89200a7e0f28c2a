#include "wire/reading.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

/*
 * The members that become single values beside the text: identifiers, links, times, the state of
 * publishing, urgency.
 *
 * A date that cannot be read counts as unsaid: feeds are full of "NaN" and "yesterday", and the
 * text is worth more than its date. An embargo that cannot be read refuses the item, for nothing
 * may be published early because of a slip in it; so does a publishing state that nobody knows.
 */

static struct view *line_of(struct item *item, enum slot slot)
{
	switch (slot) {
	case SLOT_URI:
		return &item->uri;
	case SLOT_VERSION:
		return &item->version;
	case SLOT_LANGUAGE:
		return &item->language;
	case SLOT_SOURCE:
		return &item->source;
	default:
		return &item->url;
	}
}

bool reading_offer(struct reading *reading, enum slot slot, unsigned rank, struct view line)
{
	if (rank <= reading->ranks[slot] || text_blank(line))
		return true;
	reading->ranks[slot] = (uint8_t)rank;
	*line_of(reading->item, slot) = slot == SLOT_URI ? line : view_trim(line);
	return true;
}

bool shape_line(struct reading *reading, const struct member *member, const struct scan_node *value)
{
	const struct scan_node *leaf = NULL;

	if (!reading_string(reading, value, line_holders, &leaf))
		return false;
	return !leaf ||
	       reading_offer(reading, member->slot, member->rank, reading_text(reading, leaf));
}

bool shape_numbered(struct reading *reading, const struct member *member,
		    const struct scan_node *value)
{
	const struct scan_node *leaf = NULL;

	if (!reading_leaf(reading, value, number_holders, &leaf))
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	return !leaf ||
	       reading_offer(reading, member->slot, member->rank, reading_text(reading, leaf));
}

/* Of the links of an entry the one that leads to the article comes before feeds, pictures, replies.
 */
static bool is_alternate(const struct reading *reading, const struct scan_node *link)
{
	const struct scan_node *rel;

	if (link->kind != SCAN_OBJECT)
		return true;
	rel = reading_holder(reading, link, HOLDERS("rel", "@rel"));
	return !rel ||
	       (rel->kind == SCAN_STRING && view_is(scan_text(rel, reading->arena), "alternate"));
}

static bool read_one_link(struct reading *reading, const struct member *member,
			  const struct scan_node *link)
{
	const struct scan_node *leaf = NULL, *attributes = NULL;

	if (link->kind == SCAN_OBJECT)
		attributes = reading_member(reading, link, VIEW("$"));
	if (attributes && attributes->kind == SCAN_OBJECT)
		link = attributes;
	if (!reading_string(reading, link, link_holders, &leaf))
		return false;
	if (!leaf)
		return true;
	return reading_offer(reading, SLOT_URL, member->rank * 2U + is_alternate(reading, link),
			     scan_text(leaf, reading->arena));
}

bool shape_link(struct reading *reading, const struct member *member, const struct scan_node *value)
{
	if (value->kind == SCAN_ARRAY)
		return reading_each(reading, member, value, read_one_link);
	return read_one_link(reading, member, value);
}

static bool take_time(struct reading *reading, const struct member *member, int64_t time)
{
	int64_t *const times[] = {&reading->item->published, &reading->item->modified,
				  &reading->item->embargo};

	if (member->rank > reading->ranks[member->slot]) {
		reading->ranks[member->slot] = member->rank;
		*times[member->slot - SLOT_PUBLISHED] = time;
	}
	return true;
}

#define EPOCH_MS_FROM 1e11 /* as seconds the year 5138, as milliseconds 1973 */
#define EPOCH_S_MOST 9.2e9 /* what nanoseconds in 64 bits can hold */

/* A number of seconds or milliseconds since 1970, as a number or as a string of digits. */
static bool epoch_read(struct reading *reading, struct view text, bool number, int64_t *ret_time)
{
	const char *digits = arena_strndup(reading->arena, text.ptr, text.len);
	double value;

	if (!number && strspn(digits, "0123456789.") != text.len)
		return false;
	value = strtod(digits, NULL);
	if (value >= EPOCH_MS_FROM || value <= -EPOCH_MS_FROM)
		value /= 1e3;
	if (!(value > -EPOCH_S_MOST && value < EPOCH_S_MOST))
		return false;
	*ret_time = llround(value * 1e3) * (CLOCK_SECOND / 1000);
	return true;
}

bool shape_time(struct reading *reading, const struct member *member, const struct scan_node *value)
{
	const struct scan_node *leaf = NULL;
	struct view text;
	int64_t time;

	if (!reading_leaf(reading, value, word_holders, &leaf))
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	if (!leaf)
		return true;
	text = view_trim(reading_text(reading, leaf));
	if (!scan_is_number(leaf) && clock_read(text, &time))
		return take_time(reading, member, time);
	if (text.len && epoch_read(reading, text, scan_is_number(leaf), &time))
		return take_time(reading, member, time);
	if (member->slot == SLOT_EMBARGO && text.len)
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	return true;
}

static const struct state_word {
	const char *word;
	enum item_state state;
	bool strict; /* a publishing state of NewsML-G2; the others are words of content systems */
} state_words[] = {
	{"usable", ITEM_USABLE, true},	     {"withheld", ITEM_WITHHELD, true},
	{"canceled", ITEM_CANCELED, true},   {"cancelled", ITEM_CANCELED, true},
	{"published", ITEM_USABLE, false},   {"embargoed", ITEM_WITHHELD, false},
	{"draft", ITEM_WITHHELD, false},     {"pending", ITEM_WITHHELD, false},
	{"deleted", ITEM_CANCELED, false},   {"obsolete", ITEM_CANCELED, false},
	{"retracted", ITEM_CANCELED, false}, {"withdrawn", ITEM_CANCELED, false},
	{"killed", ITEM_CANCELED, false},
};

static const struct state_word *find_state(struct view word)
{
	static const struct view prefix = {"stat:", 5};

	if (view_starts(word, prefix))
		word = view_slice(word, prefix.len, word.len);
	for (size_t i = 0; i < sizeof(state_words) / sizeof(*state_words); i++)
		if (strlen(state_words[i].word) == word.len &&
		    strncasecmp(state_words[i].word, word.ptr, word.len) == 0)
			return &state_words[i];
	return NULL;
}

static bool take_state(struct reading *reading, const struct member *member,
		       const struct scan_node *value, bool strict)
{
	const struct scan_node *leaf = NULL;
	const struct state_word *found;
	struct view word;

	if (!reading_string(reading, value, word_holders, &leaf))
		return false;
	if (!leaf)
		return true;
	word = view_trim(scan_text(leaf, reading->arena));
	found = find_state(word);
	if (strict && word.len && (!found || !found->strict))
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	if (found && member->rank > reading->ranks[SLOT_STATE]) {
		reading->ranks[SLOT_STATE] = member->rank;
		reading->item->state = found->state;
	}
	return true;
}

bool shape_state(struct reading *reading, const struct member *member,
		 const struct scan_node *value)
{
	return take_state(reading, member, value, true);
}

bool shape_status(struct reading *reading, const struct member *member,
		  const struct scan_node *value)
{
	return take_state(reading, member, value, false);
}

/* One digit, as a number or as a string. */
bool shape_urgency(struct reading *reading, const struct member *member,
		   const struct scan_node *value)
{
	struct view text;

	if (value->kind != SCAN_INTEGER && value->kind != SCAN_STRING)
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	text = view_trim(reading_text(reading, value));
	if (value->kind == SCAN_STRING && !text.len)
		return true;
	if (text.len != 1 || text.ptr[0] < '0' || text.ptr[0] > '9')
		return reading_refuse(reading, REJECT_BAD_FIELD, value);
	if (member->rank > reading->ranks[SLOT_URGENCY]) {
		reading->ranks[SLOT_URGENCY] = member->rank;
		reading->item->urgency = text.ptr[0] - '0';
	}
	return true;
}
