#include "rules/read_expr.h"

#include "base/own.h"
#include "base/utf8.h"

/*
 * What the readers of packs share: mappings read by tables of keys, plain values, names. Whoever
 * finds a mistake tells it and returns false; whoever sees false tells nothing more.
 */

void reader_init(struct reader *reader, struct arena *arena, struct diags *diags)
{
	*reader = (struct reader){.arena = arena, .diags = diags};
}

void reader_fini(struct reader *reader)
{
	vec_fini(&reader->patterns);
	document_fini(&reader->document);
	lexicon_free(reader->lexicon);
	arena_fini(&reader->scratch);
}

static struct lexicon *reader_lexicon(struct reader *reader)
{
	if (!reader->lexicon)
		reader->lexicon = lexicon_new(LEXICON_WORDS_MAX);
	else
		lexicon_turn(reader->lexicon);
	return reader->lexicon;
}

const struct document *reader_words(struct reader *reader, struct view text)
{
	struct lexicon *lexicon = reader_lexicon(reader);

	arena_reset(&reader->scratch);
	document_read_text(&reader->document, text, language_find(VIEW("en")), lexicon,
			   &reader->scratch);
	return &reader->document;
}

bool reader_capital(struct reader *reader, struct view word)
{
	if ((unsigned char)word.ptr[0] < 0x80)
		return word.ptr[0] >= 'A' && word.ptr[0] <= 'Z';
	return lexicon_word(reader_lexicon(reader), LANGUAGE_UNKNOWN, word)->capital;
}

/* --- names --------------------------------------------------------------------------------------
 */

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

bool reader_variable_name(struct view name)
{
	if (name.len == 0 || name.len > NAME_LENGTH_MAX || is_digit(name.ptr[0]))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_letter(name.ptr[i]) && !is_digit(name.ptr[i]) && name.ptr[i] != '_')
			return false;
	return true;
}

bool reader_plain_name(struct view name)
{
	if (name.len == 0 || name.len > NAME_LENGTH_MAX)
		return false;
	if (!is_letter(name.ptr[0]) && !is_digit(name.ptr[0]) && name.ptr[0] != '_')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_letter(name.ptr[i]) && !is_digit(name.ptr[i]) &&
		    !strchr("_-.", name.ptr[i]))
			return false;
	return true;
}

void reader_suggest(struct reader *reader, struct diag *diag, struct view name,
		    const char *const *names, size_t count)
{
	const char *near;

	if (reader->suggestions >= SUGGESTIONS_MAX)
		return;
	reader->suggestions++;
	near = str_suggest(name, names, count);
	if (near)
		diag_hint(diag, "did you mean \"%s\"?", near);
}

/* --- mappings -----------------------------------------------------------------------------------
 */

static const struct read_key *find_key(const struct read_form *form, struct view name)
{
	for (size_t i = 0; i < form->count; i++)
		if (view_is(name, form->keys[i].name))
			return &form->keys[i];
	return NULL;
}

void reader_unknown_key(struct reader *reader, const struct node *key, const struct read_form *form)
{
	const char *names[READ_KEYS_MAX];
	struct str all = {0};
	struct diag *diag = diags_add(reader->diags, DIAG_ERROR, "unknown-key", key->place,
				      "%s has no key \"%.*s\"", form->what, VIEW_ARGS(key->text));

	for (size_t i = 0; i < form->count; i++) {
		names[i] = form->keys[i].name;
		str_printf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	diag_hint(diag, "its keys are %s", all.ptr);
	reader_suggest(reader, diag, key->text, names, form->count);
	str_fini(&all);
}

bool reader_wrong_type(struct reader *reader, const struct node *node, const char *what)
{
	if (node->key)
		diags_add(reader->diags, DIAG_ERROR, "wrong-type", node->place,
			  "%.*s wants %s, not %s", VIEW_ARGS(node->key->text), what,
			  node_kind_name(node));
	else
		diags_add(reader->diags, DIAG_ERROR, "wrong-type", node->place, "wants %s, not %s",
			  what, node_kind_name(node));
	return false;
}

/*
 * The key that one means which is not known: a required one that is missing. It is then not missing
 * but misspelt, and its value is read as its own.
 */
static const struct read_key *find_misspelt(const struct read_form *form, const struct node *node,
					    const struct node *child)
{
	const char *names[READ_KEYS_MAX], *near;
	const struct read_key *key;

	if (node->count > READ_KEYS_MAX)
		return NULL; /* no such mapping is meant */
	for (size_t i = 0; i < form->count; i++)
		names[i] = form->keys[i].name;
	near = str_suggest(child->key->text, names, form->count);
	key = near ? find_key(form, view_of(near)) : NULL;
	return key && key->required && !node_get(node, near) ? key : NULL;
}

static bool is_misspelt(const struct read_form *form, const struct node *node,
			const struct read_key *missing)
{
	for (const struct node *child = node->first; child; child = child->next)
		if (!find_key(form, child->key->text) &&
		    find_misspelt(form, node, child) == missing)
			return true;
	return false;
}

static bool read_missing(struct reader *reader, const struct read_form *form,
			 const struct node *node, struct place owner)
{
	bool good = true;

	for (size_t i = 0; i < form->count; i++) {
		if (!form->keys[i].required || node_get(node, form->keys[i].name) ||
		    is_misspelt(form, node, &form->keys[i]))
			continue;
		diags_add(reader->diags, DIAG_ERROR, "missing-key", owner,
			  "%s wants the key \"%s\"", form->what, form->keys[i].name);
		good = false;
	}
	return good;
}

bool reader_form(struct reader *reader, const struct read_form *form, const struct node *node,
		 struct place owner, void *target)
{
	bool good;

	if (node->kind != NODE_MAP) {
		diags_add(reader->diags, DIAG_ERROR, "wrong-type", node->place,
			  "%s is a mapping of keys, not %s", form->what, node_kind_name(node));
		return false;
	}
	good = read_missing(reader, form, node, owner);
	for (const struct node *child = node->first; child; child = child->next) {
		const struct read_key *key = find_key(form, child->key->text);

		if (!key) {
			reader_unknown_key(reader, child->key, form);
			key = find_misspelt(form, node, child);
			good = false;
		}
		if (key)
			good &= key->read(reader, key, child, (char *)target + key->offset);
	}
	return good;
}

/* --- values -------------------------------------------------------------------------------------
 */

bool reader_text(struct reader *reader, const struct read_key *key, const struct node *node,
		 void *place)
{
	(void)key;
	if (node->kind != NODE_SCALAR || node->empty)
		return reader_wrong_type(reader, node, "a text");
	if (node->text.len == 0 || node->text.len > TEXT_LENGTH_MAX) {
		diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
			  "wants a text of 1 to %d bytes", TEXT_LENGTH_MAX);
		return false;
	}
	*(struct view *)place = node->text;
	return true;
}

bool reader_name(struct reader *reader, const struct read_key *key, const struct node *node,
		 void *place)
{
	if (!reader_text(reader, key, node, place))
		return false;
	if (reader_plain_name(node->text))
		return true;
	diags_add(reader->diags, DIAG_ERROR, "bad-name", node->place,
		  "a name is letters, digits, \"_\", \"-\" and \".\", at most %d", NAME_LENGTH_MAX);
	*(struct view *)place = VIEW_NONE;
	return false;
}

bool reader_number(struct view text, int *ret_number)
{
	bool minus = text.len && text.ptr[0] == '-';
	int number = 0;

	if (text.len && (minus || text.ptr[0] == '+'))
		text = view_slice(text, 1, text.len);
	if (text.len == 0 || text.len > 9)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.ptr[i]))
			return false;
		number = number * 10 + (text.ptr[i] - '0');
	}
	*ret_number = minus ? -number : number;
	return true;
}

bool reader_int(struct reader *reader, const struct read_key *key, const struct node *node,
		void *place)
{
	int number;

	if (node->kind != NODE_SCALAR || node->empty)
		return reader_wrong_type(reader, node, "a whole number");
	if (!reader_number(node->text, &number) || number < key->least || number > key->most) {
		diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
			  "%s wants a whole number from %d to %d", key->name, key->least,
			  key->most);
		return false;
	}
	*(int *)place = number;
	return true;
}

bool reader_choice(struct reader *reader, const struct read_key *key, const struct node *node,
		   void *place)
{
	struct str all = {0};
	struct diag *diag;
	unsigned count = 0;

	if (node->kind != NODE_SCALAR || node->empty)
		return reader_wrong_type(reader, node, "a word");
	for (; key->words[count]; count++) {
		if (view_is(node->text, key->words[count])) {
			*(unsigned *)place = count;
			str_fini(&all);
			return true;
		}
		str_printf(&all, "%s%s", count ? ", " : "", key->words[count]);
	}
	diag = diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place, "%s wants one of %s",
			 key->name, all.ptr);
	reader_suggest(reader, diag, node->text, key->words, count);
	str_fini(&all);
	return false;
}

bool reader_bool(struct reader *reader, const struct read_key *key, const struct node *node,
		 void *place)
{
	if (node->kind != NODE_SCALAR || node->empty)
		return reader_wrong_type(reader, node, "true or false");
	if (!view_is(node->text, "true") && !view_is(node->text, "false")) {
		diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
			  "%s wants true or false", key->name);
		return false;
	}
	*(bool *)place = view_is(node->text, "true");
	return true;
}

bool reader_texts(struct reader *reader, const struct read_key *key, const struct node *node,
		  void *place)
{
	struct views *views = place;
	bool good = true;

	if (node->kind == NODE_MAP || (node->kind == NODE_SCALAR && node->empty))
		return reader_wrong_type(reader, node, "a text or a list of texts");
	if (node->kind == NODE_SCALAR) {
		views->at = arena_array(reader->arena, 1, sizeof(*views->at));
		views->len = 1;
		return reader_text(reader, key, node, views->at);
	}
	views->at = arena_array(reader->arena, node->count + 1, sizeof(*views->at));
	for (const struct node *child = node->first; child; child = child->next)
		good &= reader_text(reader, key, child, &views->at[views->len++]);
	return good;
}

bool reader_language(struct reader *reader, const struct node *node, language *ret_language)
{
	if (node->kind != NODE_SCALAR || node->empty)
		return reader_wrong_type(reader, node, "a language code");
	*ret_language = language_find(node->text);
	if (*ret_language != LANGUAGE_UNKNOWN)
		return true;
	diag_hint(diags_add(reader->diags, DIAG_ERROR, "unknown-language", node->place,
			    "\"%.*s\" is no language that is known", VIEW_ARGS(node->text)),
		  "languages are ISO 639-1 codes such as en, uk, fr");
	return false;
}

bool reader_languages(struct reader *reader, const struct read_key *key, const struct node *node,
		      void *place)
{
	struct languages *languages = place;
	language *at = arena_array(reader->arena, node->count + 1, sizeof(*at));
	bool good = true;
	size_t len = 0;

	(void)key;
	if (node->kind == NODE_SCALAR) {
		good = reader_language(reader, node, &at[0]);
		*languages = (struct languages){at, good};
		return good;
	}
	if (node->kind == NODE_MAP || !node->first)
		return reader_wrong_type(reader, node, "a language code or a list of them");
	for (const struct node *child = node->first; child; child = child->next)
		if (reader_language(reader, child, &at[len]))
			len++;
		else
			good = false;
	*languages = (struct languages){at, len};
	return good;
}

bool reader_expr(struct reader *reader, const struct read_key *key, const struct node *node,
		 void *place)
{
	struct expr *expr = expr_read_in(reader, node);

	(void)key;
	if (expr)
		*(struct expr **)place = expr;
	return expr != NULL;
}

bool reader_duration(struct view text, int64_t *ret_ms)
{
	static const struct {
		const char *name;
		int64_t factor;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
	size_t digits = 0;
	int number;

	while (digits < text.len && is_digit(text.ptr[digits]))
		digits++;
	if (!reader_number(view_slice(text, 0, digits), &number))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (view_is(view_slice(text, digits, text.len), units[i].name)) {
			*ret_ms = number * units[i].factor;
			return true;
		}
	return false;
}
