#include "client/inside.h"

#include <string.h>

/*
 * Just enough JSON to number events: the members of the outermost object, their values skipped as a
 * whole. What it accepts may be wrong within; it never reads beyond the text.
 */

static const char *skip_space(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
		at++;
	return at;
}

/* `at` stands behind the opening quote; the closing one, or NULL. */
static const char *find_quote(const char *at, const char *end)
{
	for (; at < end && *at != '"'; at++)
		if (*at == '\\')
			at++;
	return at < end ? at : NULL;
}

/* Behind the object or list that begins here, or NULL. */
static const char *skip_nested(const char *at, const char *end)
{
	size_t depth = 0;

	for (; at < end; at++) {
		if (*at == '{' || *at == '[')
			depth++;
		else if (*at == '}' || *at == ']')
			depth--;
		else if (*at == '"' && !(at = find_quote(at + 1, end)))
			return NULL;
		if (depth == 0)
			return at + 1;
	}
	return NULL;
}

static const char *skip_value(const char *at, const char *end, struct text *ret_value)
{
	const char *begin = at;

	if (at < end && *at == '"') {
		at = find_quote(begin + 1, end);
		if (at)
			*ret_value = (struct text){begin + 1, (size_t)(at - begin - 1)};
		return at ? at + 1 : NULL;
	}
	if (at < end && (*at == '{' || *at == '['))
		at = skip_nested(at, end);
	else
		while (at < end && !strchr(",}] \t\r\n", *at))
			at++;
	if (at)
		*ret_value = (struct text){begin, (size_t)(at - begin)};
	return at == begin ? NULL : at;
}

static void note_member(struct wanted *wanted, size_t count, struct text key, struct text value)
{
	for (size_t i = 0; i < count; i++)
		if (client_text_is(key, wanted[i].key))
			wanted[i].value = value;
}

/* A member from its opening quote on; behind it, or NULL. */
static const char *take_member(const char *at, const char *end, struct wanted *wanted, size_t count)
{
	struct text key, value = {NULL, 0};

	if (at == end || *at != '"')
		return NULL;
	at = skip_value(at, end, &key);
	if (!at)
		return NULL;
	at = skip_space(at, end);
	if (at == end || *at != ':')
		return NULL;
	at = skip_value(skip_space(at + 1, end), end, &value);
	if (at)
		note_member(wanted, count, key, value);
	return at;
}

bool client_scan_object(struct text json, struct wanted *wanted, size_t count)
{
	const char *end = json.at + json.size;
	const char *at = json.at ? skip_space(json.at, end) : end;

	if (at == end || *at != '{')
		return false;
	at = skip_space(at + 1, end);
	if (at < end && *at == '}')
		return true;
	for (;;) {
		at = take_member(at, end, wanted, count);
		if (!at)
			return false;
		at = skip_space(at, end);
		if (at < end && *at == '}')
			return true;
		if (at == end || *at != ',')
			return false;
		at = skip_space(at + 1, end);
	}
}

uint64_t client_scan_number(struct text text)
{
	uint64_t number = 0;

	if (text.size > 20)
		return 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return 0;
		number = number * 10 + (uint64_t)(text.at[i] - '0');
	}
	return number;
}

/* The number that begins at or behind `at`; NULL when there is none. */
static const char *take_number(const char *at, const char *end, uint64_t *ret_number)
{
	const char *begin;

	while (at < end && (*at < '0' || *at > '9'))
		at++;
	begin = at;
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	*ret_number = client_scan_number((struct text){begin, (size_t)(at - begin)});
	return at > begin ? at : NULL;
}

size_t client_scan_ranges(struct text text, struct newstag_range *ranges, size_t most)
{
	const char *at = text.at, *end = text.at + text.size;
	struct newstag_range range;
	size_t count = 0;

	while (at && count < most) {
		at = take_number(at, end, &range.first);
		if (at)
			at = take_number(at, end, &range.last);
		if (at && range.first && range.first <= range.last)
			ranges[count++] = range;
	}
	return count;
}

bool client_text_is(struct text text, const char *word)
{
	return text.at && text.size == strlen(word) && memcmp(text.at, word, text.size) == 0;
}

bool client_read_event(struct text payload, struct newstag_message *message,
		       struct text *ret_stream, struct text *ret_id)
{
	struct wanted wanted[] = {
		{.key = "sequence"}, {.key = "topicsequence"}, {.key = "streamid"}, {.key = "id"}};

	if (!client_scan_object(payload, wanted, sizeof(wanted) / sizeof(wanted[0])) ||
	    !wanted[0].value.at)
		return false;
	message->payload = payload.at;
	message->payload_size = payload.size;
	message->sequence = client_scan_number(wanted[0].value);
	message->topic_sequence = client_scan_number(wanted[1].value);
	*ret_stream = wanted[2].value;
	*ret_id = wanted[3].value;
	return true;
}
