#include "rules/vocabulary.h"

#include "rules/read_vocabulary.h"

/*
 * What packs declare beside rules. Lists and the names of entities are patterns, in one list for
 * all languages or in a mapping of languages; each pattern is an expression of its own, so that
 * explanations and coverage can speak of it.
 */
VEC_TYPE(pattern_list, struct expr *);

/* --- patterns in languages ----------------------------------------------------------------------
 */

typedef struct expr *read_entry(struct reader *reader, const struct node *node);

static bool add_entries(struct reader *reader, const struct node *node, read_entry *read,
			const language *lang, struct pattern_list *list)
{
	const struct node *child = node->kind == NODE_LIST ? node->first : node;
	bool good = true;

	if (node->kind == NODE_MAP || (node->kind == NODE_SCALAR && node->empty))
		return reader_wrong_type(reader, node, "a list of patterns");
	for (; child; child = node->kind == NODE_LIST ? child->next : NULL) {
		struct expr *expr;

		if (list->len == LIST_ENTRIES_MAX) {
			diags_add(reader->diags, DIAG_ERROR, "too-large", child->place,
				  "there are more than %d entries", LIST_ENTRIES_MAX);
			return false;
		}
		expr = read(reader, child);
		good &= expr != NULL;
		if (!expr)
			continue;
		if (lang)
			expr->langs = (struct languages){lang, 1};
		vec_push(list, expr);
	}
	return good;
}

/* [a, b], or {en: [a, b], uk: [c]} */
static bool read_entries(struct reader *reader, const struct node *node, read_entry *read,
			 struct pattern_list *list)
{
	bool good = true;

	if (node->kind != NODE_MAP)
		return add_entries(reader, node, read, NULL, list);
	for (const struct node *child = node->first; child; child = child->next) {
		language *lang = arena_array(reader->arena, 1, sizeof(*lang));

		good &= reader_language(reader, child->key, lang) &&
			add_entries(reader, child, read, lang, list);
	}
	return good;
}

/* --- lists and terms ----------------------------------------------------------------------------
 */

static struct expr *read_list_entry(struct reader *reader, const struct node *node)
{
	if (node->kind == NODE_SCALAR)
		return expr_pattern(reader, node);
	diag_hint(diags_add(reader->diags, DIAG_ERROR, "wrong-type", node->place,
			    "an entry of a list is a pattern, not %s", node_kind_name(node)),
		  "expressions have their names under terms:");
	return NULL;
}

struct list *list_read(struct reader *reader, const struct node *node)
{
	struct list *list = arena_zalloc(reader->arena, sizeof(*list));
	struct pattern_list entries = {0};

	list->name = node->key->text;
	list->place = node->key->place;
	read_entries(reader, node, read_list_entry, &entries);
	READ_TAKE(reader, &entries, &list->entries, &list->entry_count);
	return list;
}

struct term *term_read(struct reader *reader, const struct node *node)
{
	struct term *term = arena_zalloc(reader->arena, sizeof(*term));

	term->name = node->key->text;
	term->place = node->key->place;
	term->expr = expr_read_in(reader, node);
	return term;
}

/* --- entities -----------------------------------------------------------------------------------
 */

/*
 * How an entity's word matches: lower-case words by stem; capitalised ones with a capital, by stem
 * when they are longer than four letters and no `=` asks for the form as it is; what is no letter
 * exactly. So a form can be told from words of the same stem, in capitals as well.
 */
static void set_name_mode(struct reader *reader, struct element *word)
{
	size_t letters = 0;

	if (word->mode == MODE_EXACT && reader_capital(reader, word->text))
		word->mode = MODE_CAPITAL_EXACT;
	if (word->mode != MODE_STEM)
		return;
	for (size_t i = 0; i < word->text.len; i++)
		letters += ((unsigned char)word->text.ptr[i] & 0xC0) != 0x80;
	if (reader_capital(reader, word->text))
		word->mode = letters > 4 ? MODE_CAPITAL_STEM : MODE_CAPITAL_EXACT;
	else if (word->text.ptr[0] == '\'' ||
		 (word->text.ptr[0] >= '0' && word->text.ptr[0] <= '9'))
		word->mode = MODE_EXACT;
}

static struct expr *read_entity_name(struct reader *reader, const struct node *node)
{
	struct expr *expr = expr_pattern(reader, node);

	for (size_t i = 0; expr && i < expr->pattern.len; i++) {
		struct element *element = &expr->pattern.at[i];

		if (element->kind != ELEMENT_WORD || element->anchor || element->capture.ptr) {
			diag_hint(diags_add(reader->diags, DIAG_ERROR, "bad-pattern",
					    element->place, "the name of an entity is plain words"),
				  "write each spelling as a name of its own");
			return NULL;
		}
		set_name_mode(reader, element);
	}
	return expr;
}

/* The parts of an entity that are read before its names are joined. */
struct entity_parts {
	struct entity entity;
	struct pattern_list names;
};

static bool read_entity_names(struct reader *reader, const struct read_key *key,
			      const struct node *node, void *place)
{
	struct entity_parts *parts = place;

	(void)key;
	return read_entries(reader, node, read_entity_name, &parts->names);
}

#define AT(member) offsetof(struct entity_parts, entity.member)
/* clang-format off */
static const struct read_key entity_keys[] = {
	{"type", reader_name, AT(type), true, "\"$ref\":\"#/$defs/variable\"", "What it is: state, place, person …", 0, 0, NULL},
	{"names", read_entity_names, 0, true, "\"$ref\":\"#/$defs/patterns\"", "What it is called.", 0, 0, NULL},
	{"adj", read_entity_names, 0, false, "\"$ref\":\"#/$defs/patterns\"", "Adjectives that mean it.", 0, 0, NULL},
	{"of", reader_name, AT(of), false, SCHEMA_NAME, "The entity that it belongs to.", 0, 0, NULL},
	{"in", reader_name, AT(in), false, SCHEMA_NAME, "Where it lies: an entity, or a code of a country.", 0, 0, NULL},
	{"qid", reader_name, AT(qid), false, "\"type\":\"string\",\"pattern\":\"^Q[0-9]+$\"", "Its Wikidata item.", 0, 0, NULL},
	{"name", reader_text, AT(name), false, SCHEMA_TEXT, "How events call it; else the first of its names.", 0, 0, NULL},
};
/* clang-format on */
#undef AT
const struct read_form entity_form = READ_FORM("an entity", entity_keys);

/* Without the signs of a pattern. */
static struct view bare_name(struct view text)
{
	while (text.len && text.ptr[0] == '=')
		text = view_slice(text, 1, text.len);
	while (text.len && text.ptr[text.len - 1] == '*')
		text.len--;
	return text;
}

static void check_entity(struct reader *reader, const struct node *node,
			 const struct entity *entity)
{
	/* A key that was misspelt gives its value, too; it has a diagnostic of its own. */
	const struct node *type = node_get(node, "type"), *qid = node_get(node, "qid");
	size_t digits = 1;

	if (type && entity->type.ptr && !reader_variable_name(entity->type))
		diags_add(reader->diags, DIAG_ERROR, "bad-name", type->place,
			  "a type is letters, digits and \"_\", no digit first");
	while (digits < entity->qid.len && entity->qid.ptr[digits] >= '0' &&
	       entity->qid.ptr[digits] <= '9')
		digits++;
	if (qid && entity->qid.ptr &&
	    (entity->qid.ptr[0] != 'Q' || digits < entity->qid.len || digits == 1))
		diags_add(reader->diags, DIAG_ERROR, "bad-value", qid->place,
			  "a Wikidata item is Q and digits");
}

struct entity *entity_read(struct reader *reader, const struct node *node)
{
	struct entity *entity = arena_zalloc(reader->arena, sizeof(*entity));
	struct entity_parts parts = {0};

	reader_form(reader, &entity_form, node, node->key->place, &parts);
	*entity = parts.entity;
	entity->id = node->key->text;
	entity->place = node->key->place;
	if (!entity->name.ptr && parts.names.len)
		entity->name = bare_name(parts.names.at[0]->text);
	READ_TAKE(reader, &parts.names, &entity->names, &entity->name_count);
	check_entity(reader, node, entity);
	return entity;
}

/* --- cues ---------------------------------------------------------------------------------------
 */

static bool read_effect(struct reader *reader, const struct read_key *key, const struct node *node,
			void *place)
{
	unsigned number;

	if (!reader_choice(reader, key, node, &number))
		return false;
	*(unsigned *)place = 1U << number;
	return true;
}

/* 6, clause, sentence */
static bool read_cue_scope(struct reader *reader, const struct read_key *key,
			   const struct node *node, void *place)
{
	struct cue *cue = place;
	int words;

	(void)key;
	if (node->kind != NODE_SCALAR || node->empty)
		return reader_wrong_type(reader, node, "a number of words, clause or sentence");
	if (view_is(node->text, "clause") || view_is(node->text, "sentence")) {
		cue->scope = view_is(node->text, "clause") ? CUE_CLAUSE : CUE_SENTENCE;
		return true;
	}
	if (!reader_number(node->text, &words) || words < 1 || words > CUE_WORDS_MAX) {
		diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
			  "scope wants 1 to %d words, clause or sentence", CUE_WORDS_MAX);
		return false;
	}
	cue->scope = CUE_WORDS;
	cue->words = (unsigned)words;
	return true;
}

/* Patterns alone, so that a cue is found without evaluating anything. */
static bool read_cue_words(struct reader *reader, const struct read_key *key,
			   const struct node *node, void *place)
{
	struct expr *expr = expr_new(reader, EXPR_ANY, node);
	struct pattern_list entries = {0};
	bool good;

	(void)key;
	expr->text = key ? view_of(key->name) : VIEW("any");
	good = read_entries(reader, node, read_list_entry, &entries);
	READ_TAKE(reader, &entries, &expr->children, &expr->child_count);
	*(struct expr **)place = expr;
	return good;
}

static const char *const effects[] = {"negated", "hypothetical", "future", "historical",
				      "averted", "denied",	 NULL};
static const char *const dirs[] = {"forward", "backward", "both", NULL};

#define AT(member) offsetof(struct cue, member)
/* clang-format off */
static const struct read_key cue_keys[] = {
	{"effect", read_effect, AT(effect), true, NULL, "What it makes of the anchor.", 0, 0, effects},
	{"dir", reader_choice, AT(dir), false, NULL, "Where it reaches; forward when unsaid.", 0, 0, dirs},
	{"scope", read_cue_scope, 0, false, "\"anyOf\":[{\"type\":\"integer\",\"minimum\":1,\"maximum\":200},"
	 "{\"enum\":[\"clause\",\"sentence\"]}]", "How far: words, clause or sentence; clause when unsaid.", 0, 0, NULL},
	{"any", read_cue_words, AT(any), true, "\"$ref\":\"#/$defs/patterns\"", "Its words.", 0, 0, NULL},
	{"pseudo", read_cue_words, AT(pseudo), false, "\"$ref\":\"#/$defs/patterns\"", "Words that look like it and are not.", 0, 0, NULL},
	{"stop", read_cue_words, AT(stop), false, "\"$ref\":\"#/$defs/patterns\"", "Words that end its reach.", 0, 0, NULL},
	{"lang", reader_languages, AT(langs), false, SCHEMA_LANGUAGES, "Only in these languages.", 0, 0, NULL},
};
/* clang-format on */
#undef AT
const struct read_form cue_form = READ_FORM("a cue", cue_keys);

struct cue *cue_read(struct reader *reader, const struct node *node)
{
	struct cue *cue = arena_zalloc(reader->arena, sizeof(*cue));

	cue->name = node->key->text;
	cue->place = node->key->place;
	cue->scope = CUE_CLAUSE;
	reader_form(reader, &cue_form, node, node->key->place, cue);
	return cue;
}
