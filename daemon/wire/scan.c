#include "wire/scan.h"

#include "base/hash.h"

#include <string.h>

/*
 * One pass over the bytes of a message, left to right, without recursion: the reason that is given
 * is the first that the pass meets. A string too long is met at its closing quote, a key given
 * twice at the end of the second one.
 *
 * The invariant: nodes are in the order of the text; open containers, outermost first, stand in
 * `frames`; `next` of a container is set when it closes. What has been read up to `at` is the begin
 * of a JSON text within all bounds.
 *
 * Keys of an object are compared one with the other while there are few, then kept in a hash table
 * with a secret key, so that an object of 20,000 chosen keys costs no more than one of 20,000
 * words.
 */
#define KEYS_COMPARED 12 /* more members than this want the table */
#define NODES_FIRST 64

struct frame {
	uint32_t node;
	uint32_t *slots;   /* node numbers of the members by key; 0 is free */
	size_t slot_count; /* a power of two */
};

enum state {
	STATE_VALUE,	    /* a value must follow */
	STATE_VALUE_OR_END, /* behind `[` */
	STATE_KEY,	    /* a key must follow */
	STATE_KEY_OR_END,   /* behind `{` */
	STATE_BEHIND,	    /* behind a value */
	STATE_DONE
};

struct scanner {
	const char *begin, *at, *end;
	const struct wire_limits *limits;
	struct arena *arena;
	struct scan_node *nodes;
	size_t len, cap;
	struct frame *frames;
	size_t depth;
	size_t members;
	const char *key; /* of the value that comes next */
	uint32_t key_len;
	enum reject reason;
	const char *where; /* the reason was met */
};

static enum state fail(struct scanner *scanner, enum reject reason, const char *where)
{
	scanner->reason = reason;
	scanner->where = where;
	return STATE_DONE;
}

static void skip_space(struct scanner *scanner)
{
	const char *at = scanner->at;

	while (at < scanner->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
		at++;
	scanner->at = at;
}

static struct frame *top(struct scanner *scanner)
{
	return &scanner->frames[scanner->depth - 1];
}

static void grow_nodes(struct scanner *scanner)
{
	size_t cap = scanner->cap ? scanner->cap * 2 : NODES_FIRST;
	struct scan_node *nodes = arena_alloc(scanner->arena, cap * sizeof(*nodes));

	if (scanner->len)
		memcpy(nodes, scanner->nodes, scanner->len * sizeof(*nodes));
	scanner->nodes = nodes;
	scanner->cap = cap;
}

/* Appends a node with the key that was read; NULL when there are too many members. */
static struct scan_node *add_node(struct scanner *scanner, enum scan_kind kind)
{
	struct scan_node *node;

	if (scanner->depth) {
		if (++scanner->members > scanner->limits->members) {
			fail(scanner, REJECT_TOO_MANY_MEMBERS, scanner->at);
			return NULL;
		}
		scanner->nodes[top(scanner)->node].count++;
	}
	if (scanner->len == scanner->cap)
		grow_nodes(scanner);
	node = &scanner->nodes[scanner->len++];
	*node = (struct scan_node){.key = scanner->key,
				   .key_len = scanner->key_len,
				   .text = scanner->at,
				   .next = (uint32_t)scanner->len,
				   .kind = (uint8_t)kind};
	scanner->key = NULL;
	scanner->key_len = 0;
	return node;
}

static struct view key_of(const struct scanner *scanner, uint32_t node)
{
	return (struct view){scanner->nodes[node].key, scanner->nodes[node].key_len};
}

/* The slot of the key, or the free one where it belongs. */
static uint32_t *find_slot(struct scanner *scanner, const struct frame *frame, struct view key)
{
	size_t mask = frame->slot_count - 1;
	size_t slot = hash_bytes(key.ptr, key.len, hash_key()) & mask;

	while (frame->slots[slot] && !view_equal(key_of(scanner, frame->slots[slot]), key))
		slot = (slot + 1) & mask;
	return &frame->slots[slot];
}

/* (Re)builds the table of an object's keys with room for twice as many as there are. */
static void build_slots(struct scanner *scanner, struct frame *frame)
{
	uint32_t count = scanner->nodes[frame->node].count;

	frame->slot_count = frame->slot_count ? frame->slot_count * 4 : (size_t)64;
	frame->slots = arena_array(scanner->arena, frame->slot_count, sizeof(*frame->slots));
	for (uint32_t i = 0, node = frame->node + 1; i < count; i++) {
		*find_slot(scanner, frame, key_of(scanner, node)) = node;
		node = scanner->nodes[node].next;
	}
}

static bool key_compared(struct scanner *scanner, const struct frame *frame, struct view key)
{
	uint32_t count = scanner->nodes[frame->node].count;

	for (uint32_t i = 0, node = frame->node + 1; i < count; i++) {
		if (view_equal(key_of(scanner, node), key))
			return true;
		node = scanner->nodes[node].next;
	}
	return false;
}

/* Whether the open object has the key; if not, it has it from now on. */
static bool key_known(struct scanner *scanner, struct view key)
{
	struct frame *frame = top(scanner);
	uint32_t count = scanner->nodes[frame->node].count;
	uint32_t *slot;

	if (count < KEYS_COMPARED)
		return key_compared(scanner, frame, key);
	if ((size_t)count * 2 >= frame->slot_count)
		build_slots(scanner, frame);
	slot = find_slot(scanner, frame, key);
	if (*slot)
		return true;
	*slot = (uint32_t)scanner->len; /* the member's node is the next one */
	return false;
}

/* A string behind its opening quote. False when it is refused. */
static bool take_string(struct scanner *scanner, struct scan_string *ret_string)
{
	enum reject reason = string_scan(scanner->at + 1, scanner->end, ret_string);

	if (reason == REJECT_NONE && ret_string->plain_len > scanner->limits->string)
		reason = REJECT_STRING_TOO_LONG;
	if (reason != REJECT_NONE) {
		fail(scanner, reason, ret_string->to);
		return false;
	}
	scanner->at = ret_string->to + 1;
	return true;
}

static struct view plain_text(const struct scan_string *string, struct arena *arena)
{
	char *plain;

	if (string->plain_len == (size_t)(string->to - string->from))
		return (struct view){string->from, string->plain_len};
	plain = arena_alloc(arena, string->plain_len + 1);
	string_unescape(string->from, string->to, plain);
	return (struct view){plain, string->plain_len};
}

static enum state take_key(struct scanner *scanner)
{
	struct scan_string string;
	struct view key;

	if (scanner->at == scanner->end || *scanner->at != '"')
		return fail(scanner, REJECT_NOT_JSON, scanner->at);
	if (!take_string(scanner, &string))
		return STATE_DONE;
	key = plain_text(&string, scanner->arena);
	if (key_known(scanner, key))
		return fail(scanner, REJECT_DUPLICATE_KEY, string.from - 1);
	scanner->key = key.ptr;
	scanner->key_len = (uint32_t)key.len;
	skip_space(scanner);
	if (scanner->at == scanner->end || *scanner->at != ':')
		return fail(scanner, REJECT_NOT_JSON, scanner->at);
	scanner->at++;
	return STATE_VALUE;
}

static enum state open_container(struct scanner *scanner, enum scan_kind kind)
{
	uint32_t number = (uint32_t)scanner->len;

	if (scanner->depth == scanner->limits->depth)
		return fail(scanner, REJECT_TOO_DEEP, scanner->at);
	if (!add_node(scanner, kind))
		return STATE_DONE;
	scanner->frames[scanner->depth++] = (struct frame){.node = number};
	scanner->at++;
	return kind == SCAN_OBJECT ? STATE_KEY_OR_END : STATE_VALUE_OR_END;
}

static enum state close_container(struct scanner *scanner)
{
	struct scan_node *node = &scanner->nodes[top(scanner)->node];

	scanner->at++;
	node->next = (uint32_t)scanner->len;
	node->text_len = (uint32_t)(scanner->at - node->text);
	scanner->depth--;
	return STATE_BEHIND;
}

static enum state take_string_value(struct scanner *scanner)
{
	struct scan_node *node = add_node(scanner, SCAN_STRING);
	struct scan_string string;

	if (!node || !take_string(scanner, &string))
		return STATE_DONE;
	node->text = string.from;
	node->text_len = (uint32_t)(string.to - string.from);
	node->plain_len = (uint32_t)string.plain_len;
	return STATE_BEHIND;
}

static enum state take_literal(struct scanner *scanner, struct view literal, enum scan_kind kind)
{
	struct view rest = {scanner->at, (size_t)(scanner->end - scanner->at)};

	if (!view_starts(rest, literal))
		return fail(scanner, REJECT_NOT_JSON, scanner->at);
	if (!add_node(scanner, kind))
		return STATE_DONE;
	scanner->at += literal.len;
	return STATE_BEHIND;
}

static enum state take_number(struct scanner *scanner)
{
	bool real = false;
	const char *behind = number_scan(scanner->at, scanner->end, &real);
	struct scan_node *node;

	if (!behind)
		return fail(scanner, REJECT_NOT_JSON, scanner->at);
	node = add_node(scanner, real ? SCAN_REAL : SCAN_INTEGER);
	if (!node)
		return STATE_DONE;
	node->text_len = (uint32_t)(behind - scanner->at);
	scanner->at = behind;
	return STATE_BEHIND;
}

static enum state take_value(struct scanner *scanner)
{
	if (scanner->at == scanner->end)
		return fail(scanner, REJECT_NOT_JSON, scanner->at);
	switch (*scanner->at) {
	case '"':
		return take_string_value(scanner);
	case '{':
		return open_container(scanner, SCAN_OBJECT);
	case '[':
		return open_container(scanner, SCAN_ARRAY);
	case 't':
		return take_literal(scanner, VIEW("true"), SCAN_TRUE);
	case 'f':
		return take_literal(scanner, VIEW("false"), SCAN_FALSE);
	case 'n':
		return take_literal(scanner, VIEW("null"), SCAN_NULL);
	default:
		return take_number(scanner);
	}
}

/* Behind a value: the comma, the end of the container, or nothing more. */
static enum state take_behind(struct scanner *scanner)
{
	bool object;

	if (scanner->depth == 0) {
		if (scanner->at != scanner->end)
			return fail(scanner, REJECT_NOT_JSON, scanner->at);
		return STATE_DONE;
	}
	if (scanner->at == scanner->end)
		return fail(scanner, REJECT_NOT_JSON, scanner->at);
	object = scanner->nodes[top(scanner)->node].kind == SCAN_OBJECT;
	if (*scanner->at == ',') {
		scanner->at++;
		return object ? STATE_KEY : STATE_VALUE;
	}
	if (*scanner->at == (object ? '}' : ']'))
		return close_container(scanner);
	return fail(scanner, REJECT_NOT_JSON, scanner->at);
}

static enum state take_or_end(struct scanner *scanner, char closing, enum state otherwise)
{
	if (scanner->at < scanner->end && *scanner->at == closing)
		return close_container(scanner);
	return otherwise;
}

static void run(struct scanner *scanner)
{
	enum state state = STATE_VALUE;

	while (state != STATE_DONE) {
		skip_space(scanner);
		switch (state) {
		case STATE_VALUE_OR_END:
			state = take_or_end(scanner, ']', STATE_VALUE);
			break;
		case STATE_KEY_OR_END:
			state = take_or_end(scanner, '}', STATE_KEY);
			break;
		case STATE_KEY:
			state = take_key(scanner);
			break;
		case STATE_BEHIND:
			state = take_behind(scanner);
			break;
		default:
			state = take_value(scanner);
			break;
		}
	}
}

enum reject scan_json(struct view message, const struct wire_limits *limits, struct arena *arena,
		      struct scan *ret_scan, size_t *ret_offset)
{
	struct scanner scanner = {.limits = limits, .arena = arena};

	*ret_offset = 0;
	if (message.len > limits->message || message.len > UINT32_MAX)
		return REJECT_TOO_LARGE;
	if (!message.len)
		return REJECT_NOT_JSON;
	scanner.begin = scanner.at = message.ptr;
	scanner.end = message.ptr + message.len;
	scanner.frames = arena_alloc(arena, limits->depth * sizeof(*scanner.frames));
	run(&scanner);
	if (scanner.reason != REJECT_NONE) {
		*ret_offset = (size_t)(scanner.where - scanner.begin);
		return scanner.reason;
	}
	*ret_scan = (struct scan){scanner.nodes, scanner.len};
	return REJECT_NONE;
}

struct view scan_text(const struct scan_node *node, struct arena *arena)
{
	struct scan_string string = {node->text, node->text + node->text_len, node->plain_len};

	return plain_text(&string, arena);
}
