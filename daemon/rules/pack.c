#include "rules/pack.h"

#include "base/hash.h"
#include "rules/glob.h"
#include "rules/loader.h"
#include "rules/read_rule.h"
#include "rules/read_vocabulary.h"
#include "rules/walk.h"

#include <stdlib.h>

/*
 * Packs, from files to the checked whole. The steps, each over everything before the next begins:
 * find files, read trees, collect declarations, apply overrides, read declarations, resolve names,
 * check, choose rules, number. A step goes on behind a mistake; what could only repeat a mistake
 * that was told is left out. Warnings are looked for in packs without mistakes.
 */

/* --- trees to declarations ----------------------------------------------------------------------
 */

const char *declared_name(enum declared_kind kind)
{
	static const char *const names[] = {"list", "term", "entity", "cue", "rule"};

	return names[kind];
}

static bool check_name(struct loader *loader, enum declared_kind kind, const struct node *key)
{
	static const char *const reserved[] = {"num", "date", "money"};
	bool plain = kind == DECLARED_RULE || kind == DECLARED_CUE;

	if (!(plain ? reader_plain_name(key->text) : reader_variable_name(key->text))) {
		diags_add(loader->reader.diags, DIAG_ERROR, "bad-name", key->place,
			  plain ? "the name of a %s is letters, digits, \"_\", \"-\" and \".\", at "
				  "most %d"
				: "the name of a %s is letters, digits and \"_\", no digit first, "
				  "at most %d",
			  declared_name(kind), NAME_LENGTH_MAX);
		return false;
	}
	for (size_t i = 0; !plain && i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (view_is(key->text, reserved[i])) {
			diags_add(loader->reader.diags, DIAG_ERROR, "bad-name", key->place,
				  "$%s has a meaning of its own", reserved[i]);
			return false;
		}
	return true;
}

/* What `$name` already means; NULL when it is free. */
static const struct declaration *find_same(struct loader *loader, enum declared_kind kind,
					   struct view name, enum declared_kind *ret_kind)
{
	bool variable = kind <= DECLARED_ENTITY;

	for (int other = 0; other < DECLARED_KINDS; other++) {
		const struct declaration *found;

		if (other != (int)kind && (!variable || other > DECLARED_ENTITY))
			continue;
		found = table_get(&loader->names[other], name);
		if (found) {
			*ret_kind = (enum declared_kind)other;
			return found;
		}
	}
	return NULL;
}

static void declare(struct loader *loader, enum declared_kind kind, const struct node *node)
{
	enum declared_kind other = kind;
	const struct declaration *same;
	struct declaration *declaration;

	if (!check_name(loader, kind, node->key)) {
		loader->reader.incomplete = true;
		return;
	}
	same = find_same(loader, kind, node->key->text, &other);
	if (same) {
		diag_hint(diags_add(loader->reader.diags, DIAG_ERROR, "duplicate-name",
				    node->key->place, "there is already a %s \"%.*s\"",
				    declared_name(other), VIEW_ARGS(node->key->text)),
			  "it is at %s:%u:%u; to change it, write an entry under override:",
			  same->node->key->place.file, same->node->key->place.line,
			  same->node->key->place.column);
		return;
	}
	declaration = arena_zalloc(loader->reader.arena, sizeof(*declaration));
	declaration->node = node;
	vec_push(&loader->declared[kind], declaration);
	table_put(&loader->names[kind], node->key->text)->value = declaration;
}

static bool read_declarations(struct reader *reader, const struct read_key *key,
			      const struct node *node, void *place)
{
	struct loader *loader = place;

	if (node->kind != NODE_MAP)
		return reader_wrong_type(reader, node, "a mapping of names");
	for (const struct node *child = node->first; child; child = child->next)
		declare(loader, (enum declared_kind)key->least, child);
	return true;
}

static bool read_overrides(struct reader *reader, const struct read_key *key,
			   const struct node *node, void *place)
{
	struct loader *loader = place;

	(void)key;
	if (node->kind != NODE_LIST)
		return reader_wrong_type(reader, node, "a list of overrides");
	if (loader->overrides.len + node->count > OVERRIDES_MAX) {
		diags_add(reader->diags, DIAG_ERROR, "too-large", node->place,
			  "there are more than %d overrides", OVERRIDES_MAX);
		return false;
	}
	for (const struct node *child = node->first; child; child = child->next)
		vec_push(&loader->overrides, child);
	return true;
}

static bool read_version(struct reader *reader, const struct read_key *key, const struct node *node,
			 void *place)
{
	(void)key;
	(void)place;
	if (node->kind == NODE_SCALAR && view_is(node->text, "1"))
		return true;
	diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
		  "this is version 1 of the rule language: newstag: 1");
	return false;
}

static bool read_namespace(struct reader *reader, const struct read_key *key,
			   const struct node *node, void *place)
{
	struct view ignored;

	(void)place;
	return reader_name(reader, key, node, &ignored);
}

/* clang-format off */
static const struct read_key pack_keys[] = {
	{"newstag", read_version, 0, true, "\"const\":1", "The version of the rule language.", 0, 0, NULL},
	{"namespace", read_namespace, 0, false, SCHEMA_NAME, "A label; names are not scoped by it.", 0, 0, NULL},
	{"lists", read_declarations, 0, false, "\"$ref\":\"#/$defs/lists\"", "Words under a name.", DECLARED_LIST, 0, NULL},
	{"terms", read_declarations, 0, false, "\"$ref\":\"#/$defs/terms\"", "Expressions under a name.", DECLARED_TERM, 0, NULL},
	{"entities", read_declarations, 0, false, "\"$ref\":\"#/$defs/entities\"", "Who and what is named in texts.", DECLARED_ENTITY, 0, NULL},
	{"cues", read_declarations, 0, false, "\"$ref\":\"#/$defs/cues\"", "Words that negate, doubt, date.", DECLARED_CUE, 0, NULL},
	{"rules", read_declarations, 0, false, "\"$ref\":\"#/$defs/rules\"", "What is looked for.", DECLARED_RULE, 0, NULL},
	{"override", read_overrides, 0, false, "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/override\"}", "Changes to what other packs declare.", 0, 0, NULL},
};
/* clang-format on */
const struct read_form pack_form = READ_FORM("a pack", pack_keys);

/* Whether anything that yaml/ refused may have held names: a key given twice does at the top only.
 */
static bool refused_names(const struct diags *diags, size_t from)
{
	for (size_t i = from; i < diags->len; i++)
		if (diags->at[i].severity == DIAG_ERROR &&
		    (strcmp(diags->at[i].code, "duplicate-key") != 0 ||
		     diags->at[i].place.column == 1))
			return true;
	return false;
}

/* Whether a part of the file was not understood in which names are declared. */
static bool hides_names(const struct node *root)
{
	if (root->kind != NODE_MAP)
		return true;
	for (const struct node *node = root->first; node; node = node->next) {
		const struct read_key *key = NULL;

		for (size_t i = 0; i < pack_form.count; i++)
			if (view_is(node->key->text, pack_keys[i].name))
				key = &pack_keys[i];
		if (!key || (key->read == read_declarations && node->kind != NODE_MAP))
			return true;
	}
	return false;
}

static void read_file(struct loader *loader, struct source_file *file)
{
	struct diags *diags = loader->reader.diags;
	size_t before = diags->len;
	const struct node *root = yaml_read_apart(file->name, str_view(&file->text), &loader->nodes,
						  loader->reader.arena, diags);
	struct place top = {.file = file->name, .line = 1, .column = 1};

	file->doubtful = !root || refused_names(diags, before) || hides_names(root);
	loader->reader.incomplete = false;
	if (root)
		reader_form(&loader->reader, &pack_form, root, top, loader);
	file->doubtful |= loader->reader.incomplete;
}

/* --- declarations to packs ----------------------------------------------------------------------
 */

static void add_list(struct loader *loader, const struct declaration *declaration)
{
	struct packs *packs = loader->packs;
	struct list *list = list_read(&loader->reader, declaration->node);

	list->id = (uint32_t)packs->lists.len;
	if (declaration->disabled)
		list->entry_count = 0;
	vec_push(&packs->lists, list);
	table_put(&packs->list_names, list->name)->value = list;
}

static void add_term(struct loader *loader, const struct declaration *declaration)
{
	struct packs *packs = loader->packs;
	struct term *term = term_read(&loader->reader, declaration->node);

	term->id = (uint32_t)packs->terms.len;
	vec_push(&packs->terms, term);
	table_put(&packs->term_names, term->name)->value = term;
}

static void add_entity(struct loader *loader, const struct declaration *declaration)
{
	struct packs *packs = loader->packs;
	struct entity *entity = entity_read(&loader->reader, declaration->node);
	struct table_entry *type;

	entity->number = (uint32_t)packs->entities.len;
	if (declaration->disabled)
		entity->name_count = 0;
	vec_push(&packs->entities, entity);
	table_put(&packs->entity_names, entity->id)->value = entity;
	if (!entity->type.ptr)
		return;
	type = table_put(&packs->type_names, entity->type);
	if (!type->value)
		type->value = entity;
}

static void add_cue(struct loader *loader, const struct declaration *declaration)
{
	struct cue *cue = cue_read(&loader->reader, declaration->node);

	cue->disabled = declaration->disabled;
	vec_push(&loader->packs->cues, cue);
	table_put(&loader->packs->cue_names, cue->name)->value = cue;
}

static void add_rule(struct loader *loader, const struct declaration *declaration)
{
	struct rule *rule = rule_read(&loader->reader, declaration->node);

	if (declaration->disabled)
		rule->enabled = false;
	vec_push(&loader->packs->rules, rule);
	table_put(&loader->packs->rule_names, rule->id)->value = rule;
}

static void read_declared(struct loader *loader)
{
	static void (*const add[])(struct loader *, const struct declaration *) = {
		add_list, add_term, add_entity, add_cue, add_rule};

	for (int kind = 0; kind < DECLARED_KINDS; kind++)
		for (size_t i = 0; i < loader->declared[kind].len; i++)
			add[kind](loader, loader->declared[kind].at[i]);
}

/* --- choice, numbers, hash ----------------------------------------------------------------------
 */

static void choose(struct loader *loader, const char *glob, bool enabled)
{
	struct packs *packs = loader->packs;
	size_t matched = 0;

	for (size_t i = 0; i < packs->rules.len; i++)
		if (glob_match(view_of(glob), packs->rules.at[i]->id)) {
			packs->rules.at[i]->enabled = enabled;
			matched++;
		}
	if (!matched)
		diags_add(loader->reader.diags, DIAG_WARNING, "no-such-rule", (struct place){0},
			  "no rule is called \"%s\", which is to be %s", glob,
			  enabled ? "enabled" : "disabled");
}

static int by_id(const void *a, const void *b)
{
	return view_compare((*(struct rule *const *)a)->id, (*(struct rule *const *)b)->id);
}

static void finish_element(void *context, struct element *element)
{
	struct packs *packs = context;
	struct err err;

	if (element->kind != ELEMENT_REGEX)
		return;
	element->regex = token_regex_new(element->text, &err, NULL);
	vec_push(&packs->regexes, element->regex);
}

static void finish_expr(void *context, struct expr *expr)
{
	struct packs *packs = context;

	expr->id = packs->expr_count++;
	sequence_walk(&expr->pattern, finish_element, packs);
}

static void finish(struct loader *loader, const struct packs_options *options)
{
	struct packs *packs = loader->packs;

	if (packs->rules.len)
		qsort(packs->rules.at, packs->rules.len, sizeof(*packs->rules.at), by_id);
	for (size_t i = 0; i < packs->rules.len; i++)
		packs->rules.at[i]->number = (uint32_t)i;
	for (size_t i = 0; i < options->enable_count; i++)
		choose(loader, options->enable[i], true);
	for (size_t i = 0; i < options->disable_count; i++)
		choose(loader, options->disable[i], false);
	packs_walk(packs, finish_expr, packs);
}

/* Files by content in the order read, then what was chosen: names of files and folders do not
 * count. */
static void make_hash(struct loader *loader, const struct packs_options *options)
{
	char hex[SHA256_HEX_SIZE];
	struct sha256 sha;

	sha256_init(&sha);
	for (size_t i = 0; i < loader->files.len; i++)
		sha256_add_part(&sha, str_view(&loader->files.at[i].text));
	sha256_add_part(&sha, VIEW("enable"));
	for (size_t i = 0; i < options->enable_count; i++)
		sha256_add_part(&sha, view_of(options->enable[i]));
	sha256_add_part(&sha, VIEW("disable"));
	for (size_t i = 0; i < options->disable_count; i++)
		sha256_add_part(&sha, view_of(options->disable[i]));
	sha256_hex(&sha, hex);
	strcpy(loader->packs->hash, "sha256:");
	memcpy(loader->packs->hash + 7, hex, sizeof(hex));
}

/* --- loads --------------------------------------------------------------------------------------
 */

static void loader_fini(struct loader *loader)
{
	for (size_t i = 0; i < loader->files.len; i++)
		str_fini(&loader->files.at[i].text);
	vec_fini(&loader->files);
	for (int kind = 0; kind < DECLARED_KINDS; kind++) {
		vec_fini(&loader->declared[kind]);
		table_fini(&loader->names[kind]);
	}
	vec_fini(&loader->overrides);
	arena_fini(&loader->nodes);
	reader_fini(&loader->reader);
}

static struct packs *load(struct loader *loader, const struct packs_options *options)
{
	struct diags *diags = loader->reader.diags;
	struct packs *packs = loader->packs;
	bool good;

	for (size_t i = 0; i < loader->files.len; i++)
		read_file(loader, &loader->files.at[i]);
	packs->file_count = loader->files.len;
	loader_override(loader);
	read_declared(loader);
	loader_resolve(loader);
	loader_check(loader);
	if (diags->errors == loader->errors) {
		finish(loader, options);
		loader_warn(loader);
		make_hash(loader, options);
	}
	for (size_t i = 0; i < loader->files.len; i++)
		diags_source(diags, loader->files.at[i].name, str_view(&loader->files.at[i].text));
	diags_sort(diags);
	good = diags->errors == loader->errors;
	loader_fini(loader);
	if (good)
		return packs;
	packs_fini(packs);
	return NULL;
}

static void loader_init(struct loader *loader, struct arena *arena, struct diags *diags)
{
	*loader = (struct loader){.errors = diags->errors};
	reader_init(&loader->reader, arena, diags);
	loader->packs = arena_zalloc(arena, sizeof(*loader->packs));
	loader->packs->arena = arena;
}

struct packs *packs_load(const struct packs_options *options, struct arena *arena,
			 struct diags *diags)
{
	struct loader loader;

	loader_init(&loader, arena, diags);
	loader_find_files(&loader, options);
	return load(&loader, options);
}

struct packs *packs_read(const char *file, struct view text, struct arena *arena,
			 struct diags *diags)
{
	struct source_file only = {.name = arena_strndup(arena, file, strlen(file))};
	struct loader loader;

	loader_init(&loader, arena, diags);
	str_add_view(&only.text, text);
	vec_push(&loader.files, only);
	return load(&loader, &(struct packs_options){0});
}

void packs_fini(struct packs *packs)
{
	struct table *tables[] = {&packs->rule_names,	&packs->list_names, &packs->term_names,
				  &packs->entity_names, &packs->cue_names,  &packs->type_names};

	for (size_t i = 0; i < packs->regexes.len; i++)
		token_regex_free(packs->regexes.at[i]);
	vec_fini(&packs->regexes);
	vec_fini(&packs->rules);
	vec_fini(&packs->lists);
	vec_fini(&packs->terms);
	vec_fini(&packs->entities);
	vec_fini(&packs->cues);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		table_fini(tables[i]);
}
