#include "rules/glob.h"
#include "rules/loader.h"

/*
 * What only the whole set can tell of a rule: whether the rules that it supersedes exist, and the
 * fields that its tests and its `merge` name. Read from the trees, so that a field whose value was
 * wrong still counts as one.
 */

static void add_keys(struct table *fields, const struct node *map)
{
	if (!map || map->kind != NODE_MAP)
		return;
	for (const struct node *node = map->first; node; node = node->next)
		table_put(fields, node->key->text);
}

/* The fields that a rule's event may have by its emit, codes, grab, set and modal. */
static void rule_fields(const struct node *rule, struct table *fields)
{
	static const char *const own[] = {"class", "status", "direction"};
	const struct node *emit = node_get(rule, "emit"), *modal = node_get(rule, "modal");

	for (size_t i = 0; i < 3; i++)
		table_put(fields, view_of(own[i]));
	add_keys(fields, emit);
	add_keys(fields, node_get(emit, "codes"));
	add_keys(fields, node_get(rule, "codes"));
	add_keys(fields, node_get(rule, "grab"));
	add_keys(fields, node_get(rule, "set"));
	if (modal && modal->kind == NODE_MAP)
		for (const struct node *node = modal->first; node; node = node->next)
			add_keys(fields, node);
}

static void unknown_field(struct loader *loader, const struct table *fields,
			  const struct node *name, const char *message)
{
	const char **names;
	struct diag *diag = diags_add(loader->reader.diags, DIAG_ERROR, "unknown-field",
				      name->place, message, VIEW_ARGS(name->text));

	if (loader->reader.suggestions >= SUGGESTIONS_MAX)
		return;
	names = arena_array(loader->reader.arena, fields->len + 1, sizeof(*names));
	for (size_t i = 0; i < fields->len; i++)
		names[i] = arena_strndup(loader->reader.arena, fields->entries[i].key.ptr,
					 fields->entries[i].key.len);
	reader_suggest(&loader->reader, diag, name->text, names, fields->len);
}

static void check_merge(struct loader *loader, const struct node *rule)
{
	const struct node *merge = node_get(rule, "merge");
	const struct node *name = merge && merge->kind == NODE_LIST ? merge->first : merge;
	struct table fields = {0};

	if (!merge || merge->kind == NODE_MAP)
		return;
	rule_fields(rule, &fields);
	for (; name; name = merge->kind == NODE_LIST ? name->next : NULL)
		if (name->kind == NODE_SCALAR && name->text.len &&
		    table_find(&fields, name->text) < 0)
			unknown_field(loader, &fields, name, "this rule fills no field \"%.*s\"");
	table_fini(&fields);
}

static void check_expect(struct loader *loader, const struct node *rule, const struct table *fields)
{
	const struct node *hits = node_get(node_get(rule, "tests"), "hit");

	if (!hits || hits->kind != NODE_LIST)
		return;
	for (const struct node *test = hits->first; test; test = test->next) {
		const struct node *expect = node_get(test, "expect");

		if (!expect || expect->kind != NODE_MAP)
			continue;
		for (const struct node *node = expect->first; node; node = node->next)
			if (table_find(fields, node->key->text) < 0 &&
			    !loader_lost(loader, node->key->text))
				unknown_field(loader, fields, node->key,
					      "no rule fills a field \"%.*s\"");
	}
}

static void suggest_rule(struct loader *loader, struct diag *diag, struct view name)
{
	size_t count = loader->declared[DECLARED_RULE].len;
	const char **names;

	if (loader->reader.suggestions >= SUGGESTIONS_MAX)
		return;
	names = arena_array(loader->reader.arena, count + 1, sizeof(*names));
	for (size_t i = 0; i < count; i++) {
		struct view id = loader->declared[DECLARED_RULE].at[i]->node->key->text;

		names[i] = arena_strndup(loader->reader.arena, id.ptr, id.len);
	}
	reader_suggest(&loader->reader, diag, name, names, count);
}

static void check_superseded(struct loader *loader, const struct node *name)
{
	struct view glob = name->text;

	if (name->kind != NODE_SCALAR || !glob.len ||
	    table_get(&loader->names[DECLARED_RULE], glob))
		return;
	if (memchr(glob.ptr, '*', glob.len) || memchr(glob.ptr, '?', glob.len))
		for (size_t i = 0; i < loader->declared[DECLARED_RULE].len; i++)
			if (glob_match(glob,
				       loader->declared[DECLARED_RULE].at[i]->node->key->text))
				return;
	if (!loader_lost(loader, glob))
		suggest_rule(loader,
			     diags_add(loader->reader.diags, DIAG_ERROR, "no-such-rule",
				       name->place, "there is no rule \"%.*s\"", VIEW_ARGS(glob)),
			     glob);
}

static void check_supersedes(struct loader *loader, const struct node *rule)
{
	const struct node *supersedes = node_get(rule, "supersedes");

	if (!supersedes)
		return;
	if (supersedes->kind == NODE_SCALAR)
		check_superseded(loader, supersedes);
	else if (supersedes->kind == NODE_LIST)
		for (const struct node *node = supersedes->first; node; node = node->next)
			check_superseded(loader, node);
}

void loader_check(struct loader *loader)
{
	static const char *const common[] = {"modality", "score", "confidence", "attributed_to",
					     "rule"};
	struct table fields = {0};
	size_t count = loader->declared[DECLARED_RULE].len;

	for (size_t i = 0; i < 5; i++)
		table_put(&fields, view_of(common[i]));
	for (size_t i = 0; i < count; i++)
		rule_fields(loader->declared[DECLARED_RULE].at[i]->node, &fields);
	for (size_t i = 0; i < count; i++) {
		const struct node *rule = loader->declared[DECLARED_RULE].at[i]->node;

		check_merge(loader, rule);
		check_supersedes(loader, rule);
		check_expect(loader, rule, &fields);
	}
	table_fini(&fields);
}
