#include "yaml/node.h"

#include "base/table.h"
#include "base/utf8.h"
#include "yaml/source.h"

#include <yaml.h>

/*
 * From libyaml's events to the tree. The event interface is the only one that can be bounded: the
 * document interface expands aliases into cycles, and the scanner's cost grows with the square of
 * the nesting, so depth is cut off while the events come (the scanner never looks further ahead
 * than 1024 characters for the end of a key).
 *
 * Every list and mapping that is open has a frame. A node is attached to its parent when it begins,
 * so nothing is left to do when it ends. What is refused is told and left out: the value of a
 * refused key is read, with all the mistakes in it, but attached nowhere. Only a mistake of syntax
 * and the bounds end the reading.
 */
struct frame {
	struct node *node;
	struct node *last; /* the child that was attached last */
	struct node *key;  /* mapping: the key whose value comes next; NULL: it was refused */
	bool wants_value;  /* mapping: a key was read */
	struct table keys; /* mapping: those that were read */
};

struct reader {
	struct source source;
	struct arena *nodes; /* of the nodes; all else is in `arena` */
	struct arena *arena;
	struct diags *diags;
	yaml_parser_t parser;
	struct node *root;
	struct frame frames[YAML_DEPTH_MAX];
	size_t depth;
	size_t events;
	bool failed; /* the text cannot be read to its end: no tree */
};

static struct place place_of(const struct reader *reader, yaml_mark_t mark)
{
	return (struct place){.file = reader->source.file,
			      .line = (unsigned)mark.line + 1,
			      .column = (unsigned)mark.column + 1};
}

static struct diag *refuse(struct reader *reader, const char *code, struct place place,
			   const char *what)
{
	return diags_add(reader->diags, DIAG_ERROR, code, place, "%s", what);
}

/* What an event was made of, as it is written. */
static const char *raw_of(struct reader *reader, const yaml_event_t *event)
{
	return reader->source.text + source_byte(&reader->source, event->start_mark.index);
}

/* Tells what ends the reading. */
static struct diag *fail(struct reader *reader, const char *code, struct place place,
			 const char *what)
{
	reader->failed = true;
	return refuse(reader, code, place, what);
}

/* An anchor and a tag stand in front of the node that they belong to; the node itself is kept. */
static void refuse_properties(struct reader *reader, const yaml_event_t *event)
{
	const char *at = raw_of(reader, event);
	struct place place = place_of(reader, event->start_mark);

	for (int i = 0; i < 2 && (*at == '&' || *at == '!'); i++) {
		struct view word = {at, strcspn(at, " \t\r\n,[]{}")};
		size_t blank = strspn(at + word.len, " \t");

		place.width = (unsigned)utf8_count(word);
		if (*at == '&')
			refuse(reader, "anchor", place, "anchors are not supported");
		else
			refuse(reader, "tag", place, "tags are not supported");
		place.column += place.width + (unsigned)blank;
		at += word.len + blank;
	}
}

static bool has_properties(struct reader *reader, const yaml_event_t *event)
{
	const char *at;

	if (event->type == YAML_SEQUENCE_START_EVENT)
		return event->data.sequence_start.anchor || event->data.sequence_start.tag;
	if (event->type == YAML_MAPPING_START_EVENT)
		return event->data.mapping_start.anchor || event->data.mapping_start.tag;
	/* The tag `!` leaves no trace in a scalar's event. */
	at = raw_of(reader, event);
	return event->start_mark.index < event->end_mark.index && (*at == '&' || *at == '!');
}

static struct node *new_node(struct reader *reader, const yaml_event_t *event, enum node_kind kind)
{
	struct node *node = arena_zalloc(reader->nodes, sizeof(*node));

	node->kind = kind;
	node->place = place_of(reader, event->start_mark);
	if (has_properties(reader, event))
		refuse_properties(reader, event);
	return node;
}

/* NULL when the text is refused. */
static struct node *new_scalar(struct reader *reader, const yaml_event_t *event)
{
	struct view text = {(const char *)event->data.scalar.value, event->data.scalar.length};
	yaml_scalar_style_t style = event->data.scalar.style;
	struct node *node = new_node(reader, event, NODE_SCALAR);
	const char *raw = raw_of(reader, event);
	const char *nul = memchr(text.ptr, '\0', text.len);

	node->text = arena_view(reader->arena, text);
	node->plain = style == YAML_PLAIN_SCALAR_STYLE;
	node->empty = node->plain && text.len == 0;
	if (event->start_mark.line == event->end_mark.line && *raw != '&' && *raw != '!' &&
	    style != YAML_LITERAL_SCALAR_STYLE && style != YAML_FOLDED_SCALAR_STYLE) {
		node->raw = raw;
		node->place.width = (unsigned)(event->end_mark.column - event->start_mark.column);
	}
	if (!nul)
		return node;
	refuse(reader, "bad-character", node_place_at(node, (size_t)(nul - text.ptr)),
	       "a text cannot hold the character NUL");
	return NULL;
}

/* The key, NULL when it is refused. */
static struct node *check_key(struct reader *reader, struct frame *frame, struct node *key)
{
	struct table_entry *entry;
	const struct node *earlier;
	struct diag *diag;

	if (key->kind != NODE_SCALAR || key->empty) {
		diag = refuse(reader, "bad-key", key->place, "a key must be a text");
		if (!key->empty)
			diag_hint(diag, "a text that begins with { or [ wants quotes");
		return NULL;
	}
	if (key->plain && view_is(key->text, "<<")) {
		refuse(reader, "merge-key", key->place, "merge keys (<<) are not supported");
		return NULL;
	}
	entry = table_put(&frame->keys, key->text);
	earlier = entry->value;
	if (earlier) {
		diags_add(reader->diags, DIAG_ERROR, "duplicate-key", key->place,
			  "the key \"%.*s\" stands in line %u already", VIEW_ARGS(key->text),
			  earlier->place.line);
		return NULL;
	}
	entry->value = key;
	return key;
}

static void attach_child(struct frame *frame, struct node *node)
{
	if (frame->node->kind == NODE_MAP) {
		frame->wants_value = false;
		if (!frame->key)
			return;
		if (node)
			node->key = frame->key;
	}
	if (!node)
		return;
	if (frame->last)
		frame->last->next = node;
	else
		frame->node->first = node;
	frame->last = node;
	frame->node->count++;
}

/* Puts a node where it belongs; NULL: something that is left out. */
static void attach(struct reader *reader, struct node *node)
{
	struct frame *frame = reader->depth ? &reader->frames[reader->depth - 1] : NULL;

	if (!frame) {
		reader->root = node;
	} else if (frame->node->kind == NODE_MAP && !frame->wants_value) {
		frame->wants_value = true;
		frame->key = node ? check_key(reader, frame, node) : NULL;
	} else {
		attach_child(frame, node);
	}
}

static bool begin(struct reader *reader, const yaml_event_t *event, enum node_kind kind)
{
	struct node *node = new_node(reader, event, kind);

	if (reader->depth == YAML_DEPTH_MAX) {
		fail(reader, "too-deep", node->place, "lists and mappings are nested too deep");
		return false;
	}
	attach(reader, node);
	reader->frames[reader->depth++] = (struct frame){.node = node};
	return true;
}

static void end(struct reader *reader)
{
	table_fini(&reader->frames[--reader->depth].keys);
}

static void alias(struct reader *reader, const yaml_event_t *event)
{
	struct place place = place_of(reader, event->start_mark);
	struct diag *diag;

	place.width = (unsigned)(event->end_mark.column - event->start_mark.column);
	diag = refuse(reader, "alias", place, "aliases are not supported");
	diag_hint(diag, "a text that begins with * wants quotes");
	attach(reader, NULL);
}

/* What follows the document is not given to libyaml any more. */
static void end_document(struct reader *reader, const yaml_event_t *event)
{
	size_t after = source_byte(&reader->source, event->end_mark.index);
	size_t more = source_content(&reader->source, after);

	if (more < reader->source.len)
		refuse(reader, "second-document", source_place(&reader->source, more),
		       "a file holds one document only");
}

/* Takes an event in. False when it was the last one that is wanted. */
static bool take(struct reader *reader, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		attach(reader, new_scalar(reader, event));
		return true;
	case YAML_SEQUENCE_START_EVENT:
		return begin(reader, event, NODE_LIST);
	case YAML_MAPPING_START_EVENT:
		return begin(reader, event, NODE_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		end(reader);
		return true;
	case YAML_ALIAS_EVENT:
		alias(reader, event);
		return true;
	case YAML_DOCUMENT_END_EVENT:
		end_document(reader, event);
		return false;
	case YAML_STREAM_END_EVENT:
		return false;
	default:
		return true;
	}
}

static void add_syntax_hint(const struct reader *reader, struct diag *diag)
{
	static const struct {
		const char *problem, *hint;
	} hints[] = {
		{"found character that cannot start any token",
		 "indent with spaces, not tabs; a text that begins with @ ` or % wants quotes"},
		{"mapping values are not allowed in this context",
		 "a text with \": \" in it wants quotes; check the indentation"},
		{"did not find expected key", "check the indentation and the quotes"},
		{"found unexpected end of stream", "a quotation mark is not closed"},
		{"did not find expected ',' or ']'", "a text with ] or , in it wants quotes"},
		{"did not find expected ',' or '}'", "a text with } or , in it wants quotes"},
		{"could not find expected ':'", "a key wants a colon and a space behind it"},
	};

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strcmp(reader->parser.problem, hints[i].problem) == 0)
			diag_hint(diag, "%s", hints[i].hint);
}

static void refuse_syntax(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	struct place place = place_of(reader, parser->problem_mark);
	struct str what = {0};
	struct diag *diag;

	if (parser->error == YAML_MEMORY_ERROR)
		abort();
	if (parser->context)
		str_printf(&what, "%s, %s that begins in line %zu", parser->problem,
			   parser->context, parser->context_mark.line + 1);
	else
		str_add_text(&what, parser->problem);
	diag = fail(reader, "syntax", place, what.ptr);
	add_syntax_hint(reader, diag);
	str_fini(&what);
}

static void read_events(struct reader *reader)
{
	bool more = true;

	while (more) {
		yaml_event_t event;

		if (!yaml_parser_parse(&reader->parser, &event)) {
			refuse_syntax(reader);
			return;
		}
		more = ++reader->events <= YAML_EVENTS_MAX;
		if (more)
			more = take(reader, &event);
		else
			fail(reader, "too-large", place_of(reader, event.start_mark),
			     "the file holds more texts, lists and mappings than can be read");
		yaml_event_delete(&event);
	}
}

static struct node *empty_map(struct reader *reader)
{
	struct node *node = arena_zalloc(reader->nodes, sizeof(*node));

	node->kind = NODE_MAP;
	node->place = (struct place){.file = reader->source.file, .line = 1, .column = 1};
	return node;
}

static const struct node *read_source(struct reader *reader)
{
	struct source *source = &reader->source;

	if (!yaml_parser_initialize(&reader->parser))
		abort();
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->parser, (const unsigned char *)source->text,
				     source->len);
	read_events(reader);
	while (reader->depth)
		end(reader);
	yaml_parser_delete(&reader->parser);
	if (reader->failed)
		return NULL;
	if (!reader->root || (reader->root->kind == NODE_SCALAR && reader->root->empty))
		return empty_map(reader);
	return reader->root;
}

const struct node *yaml_read_apart(const char *file, struct view text, struct arena *nodes,
				   struct arena *arena, struct diags *diags)
{
	struct reader reader = {
		.source = {.file = file}, .nodes = nodes, .arena = arena, .diags = diags};
	const struct node *root = NULL;

	if (source_open(&reader.source, text, arena, diags))
		root = read_source(&reader);
	diags_source(diags, file, text);
	return root;
}

const struct node *yaml_read(const char *file, struct view text, struct arena *arena,
			     struct diags *diags)
{
	return yaml_read_apart(file, text, arena, arena, diags);
}
