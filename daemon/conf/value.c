#include "conf/value.h"

#include <ctype.h>
#include <strings.h>

/* Values as nodes of a tree, as YAML, as JSON, and what a JSON Schema says of them. */

static const struct type *type_of(const struct key *key)
{
	return &types[key->type];
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void add_wanted(const struct key *key, struct str *out)
{
	if (type_of(key)->wanted) {
		str_add_text(out, type_of(key)->wanted);
	} else {
		str_add_text(out, "one of");
		for (size_t i = 0; key->words[i]; i++)
			str_printf(out, "%s %s", i ? "," : "", key->words[i]);
	}
	if (key->type == KEY_INTEGER && key->words)
		str_printf(out, " or %s", key->words[0]);
	if (key->flags & KEY_OFF)
		str_add_text(out, " or \"off\"");
}

static void add_range(const struct key *key, struct str *out)
{
	const struct type *type = type_of(key);

	if (type->pattern && key->type != KEY_SIZE && key->type != KEY_DURATION) {
		str_printf(out, "must have from %lld to %lld bytes", (long long)key->least,
			   (long long)key->most);
		return;
	}
	str_add_text(out, "must be from ");
	type->write(&(struct key){.type = key->type}, &key->least, out);
	str_add_text(out, " to ");
	type->write(&(struct key){.type = key->type}, &key->most, out);
}

static void hint_word(const struct key *key, struct view text, struct diag *diag)
{
	const char *near;
	size_t count = 0;

	if (key->type != KEY_WORD)
		return;
	while (key->words[count])
		count++;
	near = str_suggest(text, key->words, count);
	if (near)
		diag_hint(diag, "did you mean \"%s\"?", near);
}

static const char *code_of(const char *problem, bool wrong_kind)
{
	if (wrong_kind)
		return "wrong-type";
	return problem == type_range ? "out-of-range" : "bad-value";
}

static void tell(const struct key *key, const char *name, const struct node *node,
		 const char *problem, struct diags *diags)
{
	bool wrong_kind = node->kind != NODE_SCALAR || node->empty || type_of(key)->list;
	struct str what = {0};
	struct diag *diag;

	if (problem == type_bad) {
		str_add_text(&what, "wants ");
		add_wanted(key, &what);
		if (wrong_kind)
			str_printf(&what, ", not %s", node_kind_name(node));
	} else if (problem == type_range) {
		add_range(key, &what);
	} else {
		str_add_text(&what, problem);
	}
	diag = diags_add(diags, DIAG_ERROR, code_of(problem, wrong_kind), node->place, "%s %s",
			 name, what.ptr);
	if (!wrong_kind)
		hint_word(key, node->text, diag);
	str_fini(&what);
}

/* Where a text is wanted, other readers of YAML would take the word for something else. */
static void warn_plain(const struct key *key, const struct node *node, struct diags *diags)
{
	struct diag *diag;

	if ((key->type != KEY_TEXT && key->type != KEY_NAME && key->type != KEY_PATH &&
	     !type_of(key)->list) ||
	    !node->place.line || !node_plain_word(node))
		return;
	diag = diags_add(diags, DIAG_WARNING, "plain-word", node->place,
			 "%.*s is taken as a text here", VIEW_ARGS(node->text));
	diag_hint(diag, "write it in quotes");
}

/* Whether the value is written without quotes, and never with them. */
static bool is_bare(const struct key *key, struct view text)
{
	return key->type == KEY_BOOLEAN ||
	       (key->type == KEY_INTEGER && !(key->words && view_is(text, key->words[0])));
}

static bool read_scalar(const struct type_context *context, const struct key *key, const char *name,
			const struct node *node, struct diags *diags, void *ret_place)
{
	const char *problem = type_bad;

	if (node->kind == NODE_SCALAR && !node->empty && (node->plain || !is_bare(key, node->text)))
		problem = type_of(key)->read(context, key, node->text, ret_place);
	if (problem)
		tell(key, name, node, problem, diags);
	else
		warn_plain(key, node, diags);
	return !problem;
}

static bool read_list(const struct type_context *context, const struct key *key, const char *name,
		      const struct node *node, struct diags *diags, struct conf_texts *ret_texts)
{
	struct key each = *key;
	struct conf_texts texts = {0};
	bool good = true;

	each.type = key->type == KEY_PATHS ? KEY_PATH : KEY_TEXT;
	each.least = key->type == KEY_PATHS ? 1 : 0;
	if (node->kind != NODE_LIST) {
		tell(key, name, node, type_bad, diags);
		return false;
	}
	if ((int64_t)node->count < key->least || node->count > CONF_TEXTS_MAX) {
		diags_add(diags, DIAG_ERROR, "out-of-range", node->place,
			  "%s must have from %lld to %d entries, not %zu", name,
			  (long long)key->least, CONF_TEXTS_MAX, node->count);
		return false;
	}
	texts.at = arena_array(context->arena, node->count, sizeof(*texts.at));
	for (node = node->first; node; node = node->next)
		good &= read_scalar(context, &each, name, node, diags, &texts.at[texts.len++]);
	if (good)
		*ret_texts = texts;
	return good;
}

bool value_read(const struct type_context *context, const struct key *key, const char *name,
		const struct node *node, struct diags *diags, void *ret_place)
{
	return type_of(key)->list ? read_list(context, key, name, node, diags, ret_place)
				  : read_scalar(context, key, name, node, diags, ret_place);
}

static struct node *text_node(struct view text, struct place place, struct arena *arena)
{
	struct node *node = arena_zalloc(arena, sizeof(*node));

	node->kind = NODE_SCALAR;
	node->text = text;
	node->plain = true;
	node->place = place;
	return node;
}

const struct node *value_node(const struct key *key, struct view text, struct place place,
			      struct arena *arena)
{
	struct node *list, *last = NULL;

	if (!type_of(key)->list)
		return text_node(text, place, arena);
	list = text_node(VIEW_NONE, place, arena);
	list->kind = NODE_LIST;
	if (text.len == 0 && key->least == 0)
		return list;
	for (size_t from = 0, to; from <= text.len; from = to + 1) {
		struct node *node;

		for (to = from; to < text.len && text.ptr[to] != ',';)
			to++;
		node = text_node(view_slice(text, from, to), place, arena);
		if (last)
			last->next = node;
		else
			list->first = node;
		last = node;
		list->count++;
	}
	return list;
}

/* --- writing ------------------------------------------------------------------------------------
 */

void value_write_json(const struct key *key, const void *place, struct jsonw *json)
{
	const struct conf_texts *texts = place;
	struct str text = {0};

	if (type_of(key)->list) {
		jsonw_array(json);
		for (size_t i = 0; i < texts->len; i++)
			jsonw_string(json, texts->at[i]);
		jsonw_array_end(json);
		return;
	}
	type_of(key)->write(key, place, &text);
	if (is_bare(key, str_view(&text)))
		jsonw_raw(json, str_view(&text));
	else
		jsonw_text(json, str_view(&text));
	str_fini(&text);
}

/* What any reader of YAML takes for text without quotes. */
static bool is_simple(struct view text)
{
	static const char *const others[] = {"yes",  "no",    "on",   "off", "y",
					     "true", "false", "null", "n"};
	static const char marks[] = {'-', '.', '_', '/'};

	if (text.len == 0 || (!isalpha((unsigned char)text.ptr[0]) && text.ptr[0] != '/'))
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (text.len == strlen(others[i]) &&
		    strncasecmp(text.ptr, others[i], text.len) == 0)
			return false;
	for (size_t i = 0; i < text.len; i++)
		if (!isalnum((unsigned char)text.ptr[i]) &&
		    !memchr(marks, text.ptr[i], sizeof(marks)))
			return false;
	return true;
}

void value_write_yaml(const struct key *key, const void *place, struct str *out)
{
	struct jsonw json = jsonw_begin(out);
	struct str text = {0};

	if (!type_of(key)->list) {
		type_of(key)->write(key, place, &text);
		if (key->type == KEY_SIZE || key->type == KEY_DURATION ||
		    is_bare(key, str_view(&text)) || is_simple(str_view(&text))) {
			str_add_view(out, str_view(&text));
			str_fini(&text);
			return;
		}
		str_fini(&text);
	}
	value_write_json(key, place, &json);
}

bool value_equal(const struct key *key, const void *a, const void *b)
{
	struct str texts[2] = {0};
	struct jsonw json = jsonw_begin(&texts[0]);
	bool equal;

	value_write_json(key, a, &json);
	json = jsonw_begin(&texts[1]);
	value_write_json(key, b, &json);
	equal = view_equal(str_view(&texts[0]), str_view(&texts[1]));
	str_fini(&texts[0]);
	str_fini(&texts[1]);
	return equal;
}

/* --- JSON Schema --------------------------------------------------------------------------------
 */

static void write_member(struct jsonw *json, const char *name, const char *text)
{
	jsonw_key(json, name);
	jsonw_string(json, text);
}

static void write_bounds(const struct key *key, const char *least, const char *most,
			 struct jsonw *json)
{
	jsonw_key(json, least);
	jsonw_int(json, key->least);
	jsonw_key(json, most);
	jsonw_int(json, key->most);
}

static void write_text_schema(const struct key *key, struct jsonw *json)
{
	const char *pattern = type_of(key)->pattern;

	write_member(json, "type", "string");
	if (*pattern)
		write_member(json, "pattern", pattern);
	if (key->most && (key->type == KEY_NAME || key->type == KEY_TEXT || key->type == KEY_PATH))
		write_bounds(key, "minLength", "maxLength", json);
}

/* A value among others: an object in a list that is open. */
static void write_constant(struct jsonw *json, struct view value)
{
	jsonw_object(json);
	jsonw_key(json, "const");
	jsonw_raw(json, value);
	jsonw_object_end(json);
}

static bool has_word(const struct key *key, const char *word)
{
	for (size_t i = 0; key->words && key->words[i]; i++)
		if (strcmp(key->words[i], word) == 0)
			return true;
	return false;
}

static void write_words(const struct key *key, struct jsonw *json)
{
	jsonw_object(json);
	jsonw_key(json, "enum");
	jsonw_array(json);
	for (size_t i = 0; key->words[i]; i++)
		jsonw_string(json, key->words[i]);
	jsonw_array_end(json);
	jsonw_object_end(json);
}

static void write_integer_schema(const struct key *key, struct jsonw *json)
{
	write_member(json, "type", "integer");
	write_bounds(key, "minimum", "maximum", json);
}

static void write_boolean_schema(struct jsonw *json)
{
	jsonw_key(json, "enum");
	jsonw_raw(json, VIEW("[true,false,\"on\",\"off\"]"));
}

/* Readers of YAML 1.1 take an unquoted off for false, and numbers for numbers. */
static void write_choices(const struct key *key, struct jsonw *json)
{
	jsonw_key(json, "anyOf");
	jsonw_array(json);
	if (key->words)
		write_words(key, json);
	if (type_of(key)->pattern) {
		jsonw_object(json);
		write_text_schema(key, json);
		jsonw_object_end(json);
	}
	if (key->type == KEY_SIZE || key->type == KEY_INTEGER) {
		jsonw_object(json);
		write_integer_schema(key, json);
		jsonw_object_end(json);
	}
	if (key->type == KEY_DURATION)
		write_constant(json, VIEW("0"));
	if (key->flags & KEY_OFF)
		write_constant(json, VIEW("\"off\""));
	if (key->flags & KEY_OFF || key->type == KEY_LISTEN || has_word(key, "off"))
		write_constant(json, VIEW("false"));
	jsonw_array_end(json);
}

static void write_list_schema(const struct key *key, struct jsonw *json)
{
	write_member(json, "type", "array");
	jsonw_key(json, "minItems");
	jsonw_int(json, key->least);
	jsonw_key(json, "maxItems");
	jsonw_int(json, CONF_TEXTS_MAX);
	jsonw_key(json, "items");
	jsonw_object(json);
	write_member(json, "type", "string");
	jsonw_key(json, "maxLength");
	jsonw_int(json, key->most);
	jsonw_object_end(json);
}

void value_write_schema(const struct key *key, struct jsonw *json)
{
	bool several = key->words || key->flags & KEY_OFF || key->type == KEY_SIZE ||
		       key->type == KEY_DURATION || key->type == KEY_LISTEN;

	if (type_of(key)->list)
		write_list_schema(key, json);
	else if (several)
		write_choices(key, json);
	else if (key->type == KEY_BOOLEAN)
		write_boolean_schema(json);
	else if (key->type == KEY_INTEGER)
		write_integer_schema(key, json);
	else
		write_text_schema(key, json);
}
