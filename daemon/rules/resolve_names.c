#include "rules/loader.h"
#include "rules/pattern_part.h"
#include "rules/walk.h"

/*
 * Names. What stands after `$` is a list, a term, an entity or a type of entities, in one space of
 * names. Lists and terms may use each other, but not in a circle, and only NAMES_DEEP of them in
 * each other; likewise `of:` of entities.
 */
struct resolver {
	struct loader *loader;
	const char **names; /* all that could be meant; made when one is missing */
	size_t name_count;
};

/* --- names that mistakes hide -------------------------------------------------------------------
 */

/* Whether the word at [at, at + len) is a key, or the type of an entity. */
static bool declares(struct view text, size_t at, size_t len)
{
	static const char before[] = "type: ";
	size_t end = at + len;

	if (at > 0 && (text.ptr[at - 1] == '$' || pattern_name_byte(text.ptr[at - 1])))
		return false;
	if (end < text.len && pattern_name_byte(text.ptr[end]))
		return false;
	if (at >= sizeof(before) - 1 &&
	    memcmp(text.ptr + at - (sizeof(before) - 1), before, sizeof(before) - 1) == 0)
		return true;
	while (end < text.len && !strchr(" \t\r\n,:[]{}", text.ptr[end]))
		end++;
	while (end < text.len && text.ptr[end] == ' ')
		end++;
	return end < text.len && text.ptr[end] == ':';
}

static bool may_declare(struct view text, struct view name)
{
	size_t at = 0;

	while (at + name.len <= text.len) {
		const char *found = memmem(text.ptr + at, text.len - at, name.ptr, name.len);

		if (!found)
			return false;
		at = (size_t)(found - text.ptr);
		if (declares(text, at, name.len))
			return true;
		at++;
	}
	return false;
}

bool loader_lost(struct loader *loader, struct view name)
{
	bool doubtful = false;

	for (size_t i = 0; i < loader->files.len; i++)
		doubtful |= loader->files.at[i].doubtful;
	if (loader->unreadable || !doubtful)
		return loader->unreadable;
	if (loader->sought++ >= LOST_NAMES_SOUGHT_MAX)
		return true;
	for (size_t i = 0; i < loader->files.len; i++)
		if (loader->files.at[i].doubtful &&
		    may_declare(str_view(&loader->files.at[i].text), name))
			return true;
	return false;
}

/* --- names --------------------------------------------------------------------------------------
 */

static void gather(struct resolver *resolver, const struct table *table)
{
	for (size_t i = 0; i < table->len; i++)
		resolver->names[resolver->name_count++] = arena_strndup(
			resolver->loader->reader.arena, table->entries[i].key.ptr,
			table->entries[i].key.len);
}

static void suggest(struct resolver *resolver, struct diag *diag, struct view name)
{
	const struct packs *packs = resolver->loader->packs;
	const struct table *tables[] = {&packs->list_names, &packs->term_names,
					&packs->entity_names, &packs->type_names};
	size_t most = 3;

	if (!resolver->names) {
		for (size_t i = 0; i < 4; i++)
			most += tables[i]->len;
		resolver->names = arena_array(resolver->loader->reader.arena, most,
					      sizeof(*resolver->names));
		for (size_t i = 0; i < 4; i++)
			gather(resolver, tables[i]);
		resolver->names[resolver->name_count++] = "num";
		resolver->names[resolver->name_count++] = "date";
		resolver->names[resolver->name_count++] = "money";
	}
	reader_suggest(&resolver->loader->reader, diag, name, resolver->names,
		       resolver->name_count);
}

static void resolve_element(void *context, struct element *element)
{
	struct resolver *resolver = context;
	struct packs *packs = resolver->loader->packs;

	if (element->kind != ELEMENT_REF || element->ref != REF_UNRESOLVED)
		return;
	if ((element->target.list = table_get(&packs->list_names, element->text))) {
		element->ref = REF_LIST;
		element->target.list->used = true;
	} else if ((element->target.term = table_get(&packs->term_names, element->text))) {
		element->ref = REF_TERM;
		element->target.term->used = true;
	} else if ((element->target.entity = table_get(&packs->entity_names, element->text))) {
		element->ref = REF_ENTITY;
	} else if (table_get(&packs->type_names, element->text)) {
		element->ref = REF_TYPE;
		element->target.type = element->text;
	} else if (!loader_lost(resolver->loader, element->text)) {
		struct diag *diag = diags_add(
			resolver->loader->reader.diags, DIAG_ERROR, "unresolved-name",
			element->place,
			"there is no list, term, entity or type of entities called \"%.*s\"",
			VIEW_ARGS(element->text));

		suggest(resolver, diag, element->text);
	}
}

/* A type comes into being by its first entity, so a clash is told at the other name. */
static void check_types(struct loader *loader)
{
	struct packs *packs = loader->packs;

	for (size_t i = 0; i < packs->type_names.len; i++) {
		struct view type = packs->type_names.entries[i].key;
		const struct list *list = table_get(&packs->list_names, type);
		const struct term *term = table_get(&packs->term_names, type);
		const struct entity *entity = table_get(&packs->entity_names, type);
		const struct entity *first = packs->type_names.entries[i].value;

		if (!list && !term && !entity)
			continue;
		diag_hint(diags_add(loader->reader.diags, DIAG_ERROR, "duplicate-name",
				    list   ? list->place
				    : term ? term->place
					   : entity->place,
				    "\"%.*s\" is already a type of entities", VIEW_ARGS(type)),
			  "the entity %.*s has it", VIEW_ARGS(first->id));
	}
}

/* --- circles of lists and terms -----------------------------------------------------------------
 */

enum { UNSEEN, OPEN, DONE };

struct visit { /* lists stand before terms in the arrays */
	struct loader *loader;
	unsigned char *states;
	unsigned char *heights; /* of what is done: names in each other below it */
	struct view path[NAMES_DEEP + 1];
	unsigned depth;
	unsigned height; /* of the one being visited */
	bool told;
};

static void visit_named(struct visit *visit, size_t number, struct place from);

static void visit_element(void *context, struct element *element)
{
	struct visit *visit = context;

	if (element->kind != ELEMENT_REF)
		return;
	if (element->ref == REF_LIST)
		visit_named(visit, element->target.list->id, element->place);
	else if (element->ref == REF_TERM)
		visit_named(visit, visit->loader->packs->lists.len + element->target.term->id,
			    element->place);
}

static void visit_expr(void *context, struct expr *expr)
{
	sequence_walk(&expr->pattern, visit_element, context);
}

static void tell_circle(struct visit *visit, struct view name, struct place from)
{
	struct str way = {0};
	unsigned begin = visit->depth;

	while (begin > 0 && !view_equal(visit->path[begin - 1], name))
		begin--;
	for (unsigned i = begin ? begin - 1 : 0; i < visit->depth; i++)
		str_printf(&way, "%.*s → ", VIEW_ARGS(visit->path[i]));
	str_add_view(&way, name);
	diags_add(visit->loader->reader.diags, DIAG_ERROR, "circle", from,
		  "\"%.*s\" would hold itself: %s", VIEW_ARGS(name), way.ptr);
	str_fini(&way);
}

static void tell_deep(struct visit *visit, struct place place)
{
	if (!visit->told)
		diags_add(visit->loader->reader.diags, DIAG_ERROR, "too-deep", place,
			  "lists and terms stand in each other more than %d deep", NAMES_DEEP);
	visit->told = true;
}

static void visit_members(struct visit *visit, size_t number)
{
	struct packs *packs = visit->loader->packs;
	struct list *list;

	if (number >= packs->lists.len) {
		expr_walk(packs->terms.at[number - packs->lists.len]->expr, visit_expr, visit);
		return;
	}
	list = packs->lists.at[number];
	for (size_t i = 0; i < list->entry_count; i++)
		expr_walk(list->entries[i], visit_expr, visit);
}

static void visit_named(struct visit *visit, size_t number, struct place from)
{
	const struct packs *packs = visit->loader->packs;
	bool is_list = number < packs->lists.len;
	const struct term *term = is_list ? NULL : packs->terms.at[number - packs->lists.len];
	struct view name = is_list ? packs->lists.at[number]->name : term->name;
	unsigned outer = visit->height;

	if (visit->states[number] == OPEN) {
		tell_circle(visit, name, from);
		return;
	}
	if (visit->depth == NAMES_DEEP ||
	    (visit->states[number] == DONE && visit->depth + visit->heights[number] > NAMES_DEEP)) {
		tell_deep(visit, from);
		return;
	}
	if (visit->states[number] == UNSEEN) {
		visit->states[number] = OPEN;
		visit->path[visit->depth++] = name;
		visit->height = 0;
		visit_members(visit, number);
		visit->depth--;
		visit->states[number] = DONE;
		visit->heights[number] = (unsigned char)(visit->height + 1);
	}
	visit->height = visit->heights[number] > outer ? visit->heights[number] : outer;
}

static void check_circles(struct loader *loader)
{
	size_t count = loader->packs->lists.len + loader->packs->terms.len;
	struct visit visit = {.loader = loader,
			      .states = arena_array(loader->reader.arena, count + 1, 1),
			      .heights = arena_array(loader->reader.arena, count + 1, 1)};

	for (size_t i = 0; i < count; i++)
		visit_named(&visit, i, (struct place){0}); /* depth 0: nothing to tell */
}

/* --- entities -----------------------------------------------------------------------------------
 */

static struct place value_place(struct loader *loader, const struct entity *entity, const char *key)
{
	const struct declaration *declaration = table_get(&loader->names[DECLARED_ENTITY],
							  entity->id);
	const struct node *node = node_get(declaration->node, key);

	return node ? node->place : entity->place;
}

static void resolve_parent(struct resolver *resolver, struct entity *entity)
{
	struct loader *loader = resolver->loader;

	if (entity->in.ptr)
		entity->within = table_get(&loader->packs->entity_names, entity->in);
	if (!entity->of.ptr)
		return;
	entity->parent = table_get(&loader->packs->entity_names, entity->of);
	if (!entity->parent && !loader_lost(loader, entity->of)) {
		struct diag *diag = diags_add(loader->reader.diags, DIAG_ERROR, "unresolved-name",
					      value_place(loader, entity, "of"),
					      "there is no entity \"%.*s\"", VIEW_ARGS(entity->of));

		suggest(resolver, diag, entity->of);
	}
}

/* A circle is told once, at the first of its entities. */
static void check_parents(struct loader *loader, struct entity *entity)
{
	const struct entity *above = entity->parent;
	unsigned steps = 0;

	while (above && above != entity && above->number > entity->number && steps < NAMES_DEEP) {
		above = above->parent;
		steps++;
	}
	if (above == entity)
		diags_add(loader->reader.diags, DIAG_ERROR, "circle",
			  value_place(loader, entity, "of"), "\"%.*s\" would belong to itself",
			  VIEW_ARGS(entity->id));
}

static void check_height(struct loader *loader, struct entity *entity)
{
	const struct entity *above = entity->parent;
	unsigned steps = 0;

	while (above && steps <= NAMES_DEEP) {
		above = above->parent;
		steps++;
	}
	if (steps > NAMES_DEEP)
		diags_add(loader->reader.diags, DIAG_ERROR, "too-deep",
			  value_place(loader, entity, "of"),
			  "entities belong to each other more than %d deep", NAMES_DEEP);
}

static void resolve_entities(struct resolver *resolver)
{
	struct loader *loader = resolver->loader;
	size_t before;

	for (size_t i = 0; i < loader->packs->entities.len; i++)
		resolve_parent(resolver, loader->packs->entities.at[i]);
	before = loader->reader.diags->errors;
	for (size_t i = 0; i < loader->packs->entities.len; i++)
		check_parents(loader, loader->packs->entities.at[i]);
	for (size_t i = 0;
	     i < loader->packs->entities.len && loader->reader.diags->errors == before; i++)
		check_height(loader, loader->packs->entities.at[i]);
}

void loader_resolve(struct loader *loader)
{
	struct resolver resolver = {.loader = loader};

	check_types(loader);
	for (size_t i = 0; i < loader->reader.patterns.len; i++)
		sequence_walk(&loader->reader.patterns.at[i], resolve_element, &resolver);
	resolve_entities(&resolver);
	check_circles(loader);
}
