#include "yaml/node.h"

#include <stdint.h>
#include <strings.h>

const struct node *node_get(const struct node *map, const char *key)
{
	struct view wanted = view_of(key);

	if (!map || map->kind != NODE_MAP)
		return NULL;
	for (const struct node *child = map->first; child; child = child->next)
		if (view_equal(child->key->text, wanted))
			return child;
	return NULL;
}

const char *node_kind_name(const struct node *node)
{
	static const char *const names[] = {"a text", "a list", "a mapping"};

	return node->kind == NODE_SCALAR && node->empty ? "nothing" : names[node->kind];
}

bool node_plain_word(const struct node *node)
{
	static const char *const words[] = {"yes", "no", "on", "off", "true", "false", "null", "~"};

	if (node->kind != NODE_SCALAR || !node->plain)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (node->text.len == strlen(words[i]) &&
		    strncasecmp(node->text.ptr, words[i], node->text.len) == 0)
			return true;
	return false;
}

/* One character of a scalar: its length as written, in characters and bytes, and in the text. */
struct step {
	unsigned characters;
	size_t raw, text;
};

/* An escape in double quotes; those of YAML 1.1 that are not named here stand for one ASCII byte.
 */
static struct step step_escape(const char *at)
{
	static const struct {
		char letter;
		struct step step;
	} longer[] = {
		{'N', {2, 2, 2}}, {'_', {2, 2, 2}}, {'L', {2, 2, 3}},	{'P', {2, 2, 3}},
		{'x', {4, 4, 0}}, {'u', {6, 6, 0}}, {'U', {10, 10, 0}},
	};
	uint32_t code = 0;

	for (size_t i = 0; i < sizeof(longer) / sizeof(longer[0]); i++) {
		struct step step = longer[i].step;

		if (at[1] != longer[i].letter)
			continue;
		for (size_t digit = 2; digit < step.raw; digit++)
			code = code << 4 |
			       (uint32_t)((at[digit] & 0xF) + (at[digit] > '9' ? 9 : 0));
		if (!step.text)
			step.text = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
		return step;
	}
	return (struct step){2, 2, 1};
}

static struct step step_at(const char *at, char quote)
{
	size_t length = 1;

	if (quote == '"' && *at == '\\')
		return step_escape(at);
	if (quote == '\'' && *at == '\'')
		return (struct step){2, 2, 1};
	while (((unsigned char)at[length] & 0xC0) == 0x80)
		length++;
	return (struct step){1, length, length};
}

struct place node_place_at(const struct node *scalar, size_t offset)
{
	struct place place = scalar->place;
	const char *at = scalar->raw;
	char quote = at && !scalar->plain ? *at : '\0';
	size_t done = 0;

	place.width = 0;
	if (!at)
		return place;
	if (quote) {
		at++;
		place.column++;
	}
	if (offset > scalar->text.len)
		offset = scalar->text.len;
	for (struct step step; done < offset; done += step.text, at += step.raw) {
		step = step_at(at, quote);
		if (done + step.text > offset)
			break;
		place.column += step.characters;
	}
	return place;
}
