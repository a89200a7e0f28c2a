#include "rules/loader.h"

/*
 * Overrides patch declarations before these are read, as trees: what a patch brings is then read
 * and judged like any other text, and a mistake in it is told where the patch stands. The trees of
 * the files stay as they are; what changes is copied.
 */

enum { TARGETS = 4, ACTIONS = 3 };
static const enum declared_kind target_kinds[TARGETS] = {DECLARED_RULE, DECLARED_LIST, DECLARED_CUE,
							 DECLARED_ENTITY};
enum { APPEND, REPLACE, DISABLE };

struct override {
	const struct node *targets[TARGETS], *actions[ACTIONS];
};

static bool read_node(struct reader *reader, const struct read_key *key, const struct node *node,
		      void *place)
{
	(void)reader;
	(void)key;
	*(const struct node **)place = node;
	return true;
}

#define TARGET(kind) offsetof(struct override, targets[kind])
#define ACTION(kind) offsetof(struct override, actions[kind])
#define SCHEMA_PATCH "\"type\":[\"object\",\"array\",\"string\"]"
/* clang-format off */
static const struct read_key override_keys[] = {
	{"rule", read_node, TARGET(0), false, SCHEMA_NAME, "The id of the rule to change.", 0, 0, NULL},
	{"list", read_node, TARGET(1), false, SCHEMA_NAME, "The name of the list to change.", 0, 0, NULL},
	{"cue", read_node, TARGET(2), false, SCHEMA_NAME, "The name of the cue to change.", 0, 0, NULL},
	{"entity", read_node, TARGET(3), false, SCHEMA_NAME, "The id of the entity to change.", 0, 0, NULL},
	{"append", read_node, ACTION(APPEND), false, SCHEMA_PATCH, "What is added.", 0, 0, NULL},
	{"replace", read_node, ACTION(REPLACE), false, SCHEMA_PATCH, "What takes the place of what was there.", 0, 0, NULL},
	{"disable", read_node, ACTION(DISABLE), false, "\"anyOf\":[{\"const\":true},{\"type\":\"array\",\"minItems\":1,\"items\":{" SCHEMA_PATTERN "}}]", "true, or the entries of a list to take out.", 0, 0, NULL},
};
/* clang-format on */
const struct read_form override_form = READ_FORM("an override", override_keys);

/* --- trees --------------------------------------------------------------------------------------
 */

struct chain { /* a map or list in the making */
	struct node *node;
	const struct node **next;
};

static struct chain chain_begin(struct loader *loader, const struct node *like)
{
	struct node *node = arena_alloc(loader->reader.arena, sizeof(*node));

	*node = *like;
	node->first = node->next = NULL;
	node->count = 0;
	return (struct chain){node, &node->first};
}

static void chain_add(struct loader *loader, struct chain *chain, const struct node *node)
{
	struct node *copy = arena_alloc(loader->reader.arena, sizeof(*copy));

	*copy = *node;
	copy->next = NULL;
	*chain->next = copy;
	chain->next = &copy->next;
	chain->node->count++;
	loader->copies++;
}

static void add_members(struct loader *loader, struct chain *chain, const struct node *node)
{
	if (node->kind != NODE_LIST) {
		struct node member = *node;

		member.key = NULL;
		chain_add(loader, chain, &member);
		return;
	}
	for (const struct node *child = node->first; child; child = child->next)
		chain_add(loader, chain, child);
}

static const struct node *join(struct loader *loader, const struct node *old,
			       const struct node *patch);

static const struct node *join_maps(
	struct loader *loader, const struct node *old, const struct node *patch,
	const struct node *(*child_of)(struct loader *, const struct node *, const struct node *))
{
	struct chain chain = chain_begin(loader, old);

	for (const struct node *child = old->first; child; child = child->next) {
		const char *name = arena_strndup(loader->reader.arena, child->key->text.ptr,
						 child->key->text.len);
		const struct node *new = node_get(patch, name);

		chain_add(loader, &chain, new ? child_of(loader, child, new) : child);
	}
	for (const struct node *child = patch->first; child; child = child->next)
		if (!node_get(old, arena_strndup(loader->reader.arena, child->key->text.ptr,
						 child->key->text.len)))
			chain_add(loader, &chain, child);
	return chain.node;
}

/* Mappings are joined key by key; anything else becomes one list, of which the patch is the end. */
static const struct node *join(struct loader *loader, const struct node *old,
			       const struct node *patch)
{
	struct chain chain;

	if (old->kind == NODE_MAP && patch->kind == NODE_MAP)
		return join_maps(loader, old, patch, join);
	chain = chain_begin(loader, patch);
	chain.node->kind = NODE_LIST;
	chain.node->key = old->key;
	add_members(loader, &chain, old);
	add_members(loader, &chain, patch);
	return chain.node;
}

static const struct node *take_patch(struct loader *loader, const struct node *old,
				     const struct node *patch)
{
	(void)loader;
	(void)old;
	return patch;
}

/* --- actions ------------------------------------------------------------------------------------
 */

static void append(struct loader *loader, struct declaration *declaration, const struct node *patch)
{
	declaration->node = join(loader, declaration->node, patch);
}

/* A list as a whole; of anything else the keys that the patch has. */
static void replace(struct loader *loader, struct declaration *declaration,
		    const struct node *patch)
{
	const struct node *old = declaration->node;
	struct node *whole;

	if (old->kind == NODE_MAP && patch->kind == NODE_MAP) {
		declaration->node = join_maps(loader, old, patch, take_patch);
		return;
	}
	whole = arena_alloc(loader->reader.arena, sizeof(*whole));
	*whole = *patch;
	whole->key = old->key;
	whole->next = NULL;
	declaration->node = whole;
}

static void gather_texts(const struct node *node, struct table *texts)
{
	for (const struct node *child = node->first; child; child = child->next)
		if (child->kind == NODE_SCALAR)
			table_put(texts, child->text);
		else
			gather_texts(child, texts);
	if (node->kind == NODE_SCALAR)
		table_put(texts, node->text);
}

/* The tree without the entries of these texts, in whatever language they stand. */
static const struct node *without(struct loader *loader, const struct node *node,
				  const struct table *texts)
{
	struct chain chain;

	if (node->kind == NODE_SCALAR)
		return node;
	chain = chain_begin(loader, node);
	for (const struct node *child = node->first; child; child = child->next)
		if (node->kind == NODE_MAP || child->kind != NODE_SCALAR)
			chain_add(loader, &chain, without(loader, child, texts));
		else if (table_find(texts, child->text) < 0)
			chain_add(loader, &chain, child);
	return chain.node;
}

static void disable_entries(struct loader *loader, struct declaration *declaration,
			    const struct node *patch)
{
	struct table entries = {0}, texts = {0};

	gather_texts(declaration->node, &entries);
	for (const struct node *child = patch->first; child; child = child->next)
		if (child->kind != NODE_SCALAR || table_find(&entries, child->text) < 0)
			diags_add(loader->reader.diags, DIAG_ERROR, "no-such-entry", child->place,
				  "the list \"%.*s\" has no such entry",
				  VIEW_ARGS(declaration->node->key->text));
	gather_texts(patch, &texts);
	declaration->node = without(loader, declaration->node, &texts);
	table_fini(&entries);
	table_fini(&texts);
}

static void disable(struct loader *loader, enum declared_kind kind, struct declaration *declaration,
		    const struct node *patch)
{
	if (patch->kind == NODE_SCALAR && view_is(patch->text, "true"))
		declaration->disabled = true;
	else if (kind == DECLARED_LIST && patch->kind == NODE_LIST && patch->count)
		disable_entries(loader, declaration, patch);
	else
		reader_wrong_type(&loader->reader, patch,
				  kind == DECLARED_LIST ? "true or a list of entries" : "true");
}

/* --- entries ------------------------------------------------------------------------------------
 */

static struct declaration *find_target(struct loader *loader, enum declared_kind kind,
				       const struct node *name)
{
	struct declaration *found;
	const char **names;
	struct diag *diag;
	size_t count = loader->declared[kind].len;

	if (name->kind != NODE_SCALAR || name->empty) {
		reader_wrong_type(&loader->reader, name, "a name");
		return NULL;
	}
	found = table_get(&loader->names[kind], name->text);
	if (found || loader_lost(loader, name->text))
		return found;
	diag = diags_add(loader->reader.diags, DIAG_ERROR, "no-such-name", name->place,
			 "there is no %s \"%.*s\" to override", declared_name(kind),
			 VIEW_ARGS(name->text));
	if (loader->reader.suggestions >= SUGGESTIONS_MAX)
		return NULL;
	names = arena_array(loader->reader.arena, count + 1, sizeof(*names));
	for (size_t i = 0; i < count; i++) {
		struct view other = loader->declared[kind].at[i]->node->key->text;

		names[i] = arena_strndup(loader->reader.arena, other.ptr, other.len);
	}
	reader_suggest(&loader->reader, diag, name->text, names, count);
	return NULL;
}

/* The one that is given; -1 when none or several are. */
static int only(const struct node *const *nodes, int count)
{
	int found = -1;

	for (int i = 0; i < count; i++) {
		if (!nodes[i])
			continue;
		if (found >= 0)
			return -1;
		found = i;
	}
	return found;
}

static void apply(struct loader *loader, const struct node *node)
{
	struct override parts = {0};
	struct declaration *declaration;
	bool good = reader_form(&loader->reader, &override_form, node, node->place, &parts);
	int target, action;

	target = only(parts.targets, TARGETS);
	action = only(parts.actions, ACTIONS);
	if (target < 0 || action < 0) {
		if (!good)
			return; /* told already */
		diag_hint(diags_add(loader->reader.diags, DIAG_ERROR, "bad-override", node->place,
				    target < 0
					    ? "an override names one rule, list, cue or entity"
					    : "an override does one of append, replace, disable"),
			  "such as {list: talks, append: [parley]}");
		return;
	}
	declaration = find_target(loader, target_kinds[target], parts.targets[target]);
	if (!declaration)
		return;
	if (action == DISABLE) {
		disable(loader, target_kinds[target], declaration, parts.actions[DISABLE]);
		return;
	}
	if (parts.actions[action]->kind == NODE_MAP &&
	    parts.actions[action]->count > OVERRIDE_KEYS_MAX) {
		diags_add(loader->reader.diags, DIAG_ERROR, "too-large",
			  parts.actions[action]->place, "there are more than %d keys",
			  OVERRIDE_KEYS_MAX);
		return;
	}
	if (target_kinds[target] != DECLARED_LIST && parts.actions[action]->kind != NODE_MAP) {
		reader_wrong_type(&loader->reader, parts.actions[action], "a mapping of keys");
		return;
	}
	(action == APPEND ? append : replace)(loader, declaration, parts.actions[action]);
}

void loader_override(struct loader *loader)
{
	for (size_t i = 0; i < loader->overrides.len; i++) {
		apply(loader, loader->overrides.at[i]);
		if (loader->copies <= OVERRIDE_COPIES_MAX)
			continue;
		diag_hint(diags_add(loader->reader.diags, DIAG_ERROR, "too-large",
				    loader->overrides.at[i]->place,
				    "the overrides up to here copy more than %d entries",
				    OVERRIDE_COPIES_MAX),
			  "one override can append many entries");
		return;
	}
}
