#include "rules/compile.h"

/*
 * What a rule cannot hold without: a set of atoms of which at least one stands in its scope. Of a
 * sequence and of `all` any member will do, so the rarest is taken; of alternatives all are needed
 * together. Lists, terms and entities become classes, so that a rule that begins with twenty
 * thousand names is filed once; the dictionary gives a word the classes that its atoms imply.
 *
 * An item in which none of the atoms stands cannot make the rule hold; that one stands proves
 * nothing.
 */
struct need {
	const uint32_t *at;
	size_t len;
	uint64_t weight;
	bool always; /* nothing is needed */
};

static const struct need need_nothing = {.always = true};

#define CLASS_NONE 0 /* not asked for yet */
#define CLASS_ALWAYS                                                                               \
	1 /* may hold without any word; also while it is being made, so that cycles end */
#define CLASS_FIRST 2 /* atom + CLASS_FIRST */

struct requirer {
	struct index *index;
	struct arena arena; /* needs; gone when all is filed */
	struct pairs rules;
	uint32_t *lists, *terms, *entities, *names; /* classes by id or number */
	struct table types;			    /* asked for: name → class */
	bool entities_used;
};

struct gather { /* a union being made */
	VEC(uint32_t);
	uint64_t weight;
	bool always;
};

static struct need need_expr(struct requirer *requirer, const struct expr *expr);

static void gather_need(struct gather *gather, struct need need)
{
	gather->always |= need.always;
	if (gather->always)
		return;
	for (size_t i = 0; i < need.len; i++)
		vec_push(gather, need.at[i]);
	gather->weight += need.weight;
}

static struct need gathered(struct requirer *requirer, struct gather *gather)
{
	struct need need = {.len = gather->len, .weight = gather->weight, .always = gather->always};
	uint32_t *at = arena_array(&requirer->arena, gather->len, sizeof(*at));

	if (gather->len)
		memcpy(at, gather->at, gather->len * sizeof(*at));
	need.at = at;
	vec_fini(gather);
	return need;
}

static struct need rarer(struct need a, struct need b)
{
	if (a.always || b.always)
		return a.always ? b : a;
	return b.weight < a.weight ? b : a;
}

static struct need need_atom(struct requirer *requirer, uint32_t atom)
{
	uint32_t *at = arena_alloc(&requirer->arena, sizeof(*at));

	*at = atom;
	return (struct need){at, 1, requirer->index->atoms.list.at[atom].weight, false};
}

static uint32_t class_new(struct requirer *requirer, struct need need)
{
	struct atoms *atoms = &requirer->index->atoms;
	uint32_t class = atoms_class(atoms);

	atoms->list.at[class].weight = need.weight;
	for (size_t i = 0; i < need.len; i++)
		vec_push(&requirer->index->implications, (struct pair){need.at[i], class});
	return class;
}

static struct need need_class(struct requirer *requirer, uint32_t class)
{
	return class < CLASS_FIRST ? need_nothing : need_atom(requirer, class - CLASS_FIRST);
}

static struct need make_class(struct requirer *requirer, uint32_t *place, struct need need)
{
	if (!need.always)
		*place = class_new(requirer, need) + CLASS_FIRST;
	return need_class(requirer, *place);
}

/* --- the vocabulary --------------------------------------------------------------------------- */

static struct need need_exprs(struct requirer *requirer, struct expr *const *at, size_t count)
{
	struct gather gather = {0};

	for (size_t i = 0; i < count && !gather.always; i++)
		gather_need(&gather, need_expr(requirer, at[i]));
	return gathered(requirer, &gather);
}

static struct need need_list(struct requirer *requirer, const struct list *list)
{
	uint32_t *place = &requirer->lists[list->id];

	if (*place != CLASS_NONE)
		return need_class(requirer, *place);
	*place = CLASS_ALWAYS;
	return make_class(requirer, place, need_exprs(requirer, list->entries, list->entry_count));
}

static struct need need_term(struct requirer *requirer, const struct term *term)
{
	uint32_t *place = &requirer->terms[term->id];

	if (*place != CLASS_NONE)
		return need_class(requirer, *place);
	*place = CLASS_ALWAYS;
	return make_class(requirer, place, need_expr(requirer, term->expr));
}

static void ask_sequence(struct requirer *requirer, const struct sequence *sequence)
{
	for (size_t i = 0; i < sequence->len; i++) {
		const struct element *element = &sequence->at[i];

		for (size_t k = 0; k < element->alternative_count; k++)
			ask_sequence(requirer, &element->alternatives[k]);
		if (element->kind != ELEMENT_REF)
			continue;
		if (element->ref == REF_ENTITY)
			requirer->entities[element->target.entity->number] = CLASS_ALWAYS;
		else if (element->ref == REF_TYPE)
			table_put(&requirer->types, element->target.type)->value = requirer;
		requirer->entities_used |= element->ref == REF_ENTITY || element->ref == REF_TYPE;
	}
}

/* Gives a class that other classes imply; its weight grows with each. */
static void imply(struct requirer *requirer, uint32_t from, uint32_t *place)
{
	struct atoms *atoms = &requirer->index->atoms;

	if (*place == CLASS_NONE)
		*place = atoms_class(atoms) + CLASS_FIRST;
	if (from == CLASS_ALWAYS)
		*place = CLASS_ALWAYS;
	if (*place == CLASS_ALWAYS)
		return;
	atoms->list.at[*place - CLASS_FIRST].weight += atoms->list.at[from - CLASS_FIRST].weight;
	vec_push(&requirer->index->implications,
		 (struct pair){from - CLASS_FIRST, *place - CLASS_FIRST});
}

/*
 * A name's words imply the entity's own class; that implies the class of every entity and type
 * above it that some pattern asks for.
 */
static void make_entities(struct requirer *requirer)
{
	const struct packs *packs = requirer->index->packs;
	uint32_t *types = arena_array(&requirer->arena, requirer->types.len, sizeof(*types));
	bool *asked = arena_array(&requirer->arena, packs->entities.len, sizeof(*asked));

	for (size_t i = 0; i < packs->entities.len; i++) {
		asked[i] = requirer->entities[i] != CLASS_NONE;
		requirer->entities[i] = CLASS_NONE;
	}
	for (size_t i = 0; i < packs->entities.len; i++) {
		const struct entity *entity = packs->entities.at[i];
		uint32_t *own = &requirer->names[i];

		*own = CLASS_ALWAYS;
		make_class(requirer, own, need_exprs(requirer, entity->names, entity->name_count));
		for (unsigned depth = 0; entity && depth < ENTITY_DEPTH_MAX; depth++) {
			long type = table_find(&requirer->types, entity->type);

			if (asked[entity->number])
				imply(requirer, *own, &requirer->entities[entity->number]);
			if (type >= 0)
				imply(requirer, *own, &types[type]);
			entity = entity->parent;
		}
	}
	for (size_t i = 0; i < requirer->types.len; i++)
		requirer->types.entries[i].value = &types[i];
}

/* --- patterns and expressions ----------------------------------------------------------------- */

static struct need need_sequence(struct requirer *requirer, const struct sequence *sequence);

/* An entity or type without any name never holds: it needs an atom that no word has. */
static struct need need_named(struct requirer *requirer, uint32_t *place)
{
	if (*place == CLASS_NONE)
		*place = atoms_class(&requirer->index->atoms) + CLASS_FIRST;
	return need_class(requirer, *place);
}

static struct need need_ref(struct requirer *requirer, const struct element *element)
{
	switch (element->ref) {
	case REF_LIST:
		return need_list(requirer, element->target.list);
	case REF_TERM:
		return need_term(requirer, element->target.term);
	case REF_ENTITY:
		return need_named(requirer, &requirer->entities[element->target.entity->number]);
	case REF_TYPE:
		return need_named(requirer, table_get(&requirer->types, element->target.type));
	default:
		return need_nothing;
	}
}

static struct need need_element(struct requirer *requirer, const struct element *element)
{
	struct gather gather = {0};

	switch (element->kind) {
	case ELEMENT_WORD:
	case ELEMENT_REGEX:
		return need_atom(requirer, element->atom);
	case ELEMENT_REF:
		return need_ref(requirer, element);
	case ELEMENT_GROUP:
		if (element->optional)
			return need_nothing;
		for (size_t i = 0; i < element->alternative_count; i++)
			gather_need(&gather, need_sequence(requirer, &element->alternatives[i]));
		return gathered(requirer, &gather);
	default:
		return need_nothing;
	}
}

static struct need need_sequence(struct requirer *requirer, const struct sequence *sequence)
{
	struct need need = need_nothing;

	for (size_t i = 0; i < sequence->len; i++)
		need = rarer(need, need_element(requirer, &sequence->at[i]));
	return need;
}

static struct need need_all(struct requirer *requirer, const struct expr *expr)
{
	struct need need = need_nothing;

	for (size_t i = 0; i < expr->child_count; i++)
		need = rarer(need, need_expr(requirer, expr->children[i]));
	return need;
}

/* Only the leftmost member need be in the scope when it looks on beyond it. */
static struct need need_near(struct requirer *requirer, const struct expr *expr)
{
	bool on = expr->unit == NEAR_PARAGRAPH ||
		  (expr->unit == NEAR_SENTENCES && expr->within > 1);

	if (!on)
		return need_all(requirer, expr);
	if (expr->order_given)
		return need_expr(requirer, expr->children[0]);
	return need_exprs(requirer, expr->children, expr->child_count);
}

static struct need need_sum(struct requirer *requirer, const struct expr *expr)
{
	struct gather gather = {0};

	for (size_t i = 0; i < expr->child_count; i++)
		if (expr->weights[i] > 0)
			gather_need(&gather, need_expr(requirer, expr->children[i]));
	return gathered(requirer, &gather);
}

static struct need need_expr(struct requirer *requirer, const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_PATTERN:
		return need_sequence(requirer, &expr->pattern);
	case EXPR_ANY:
		return need_exprs(requirer, expr->children, expr->child_count);
	case EXPR_ALL:
		return need_all(requirer, expr);
	case EXPR_ATLEAST:
	case EXPR_COUNT:
		return expr->n == 0 ? need_nothing
				    : need_exprs(requirer, expr->children, expr->child_count);
	case EXPR_NEAR:
		return need_near(requirer, expr);
	case EXPR_SUM:
		return expr->min <= 0 ? need_nothing : need_sum(requirer, expr);
	case EXPR_NONE:
	case EXPR_META:
		break;
	}
	return need_nothing;
}

/* --- filing ----------------------------------------------------------------------------------- */

static void file_rule(struct requirer *requirer, const struct rule *rule)
{
	struct index *index = requirer->index;
	struct need need;

	if (!rule->enabled || rule->status == RULE_OFF)
		return;
	need = need_expr(requirer, rule->when);
	if (need.always)
		index->always[index->always_count++] = rule->number;
	for (size_t i = 0; i < need.len && !need.always; i++)
		vec_push(&requirer->rules, (struct pair){need.at[i], rule->number});
}

/* What may begin at any token is tried only in sentences that hold a word it needs. */
static void need_pattern(struct requirer *requirer, struct expr_node *node)
{
	struct need need;

	if (node->expr->kind != EXPR_PATTERN || pattern_term(node->expr) ||
	    (node->start != START_SCAN && node->start != START_REF))
		return;
	need = need_expr(requirer, node->expr);
	node->needed = !need.always;
	for (size_t i = 0; i < need.len && !need.always; i++)
		vec_push(&requirer->index->needed, (struct pair){need.at[i], node->expr->id});
}

static int by_pair(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;

	if (left->atom != right->atom)
		return left->atom < right->atom ? -1 : 1;
	return left->value < right->value ? -1 : left->value > right->value;
}

static struct postings postings_make(const struct index *index, struct pair *pairs, size_t len)
{
	size_t atoms = index->atoms.list.len;
	struct postings postings = {
		.from = arena_array(index->arena, atoms + 1, sizeof(uint32_t)),
		.at = arena_array(index->arena, len, sizeof(uint32_t)),
	};
	uint32_t count = 0;

	if (len)
		qsort(pairs, len, sizeof(*pairs), by_pair);
	for (size_t i = 0; i < len; i++) {
		const struct pair *pair = &pairs[i];

		if (i > 0 && by_pair(pair, pair - 1) == 0)
			continue;
		postings.at[count++] = pair->value;
		postings.from[pair->atom + 1]++;
	}
	for (size_t i = 0; i < atoms; i++)
		postings.from[i + 1] += postings.from[i];
	return postings;
}

void index_require(struct index *index)
{
	struct requirer requirer = {.index = index};
	const struct packs *packs = index->packs;

	requirer.lists = arena_array(&requirer.arena, packs->lists.len, sizeof(uint32_t));
	requirer.terms = arena_array(&requirer.arena, packs->terms.len, sizeof(uint32_t));
	requirer.entities = arena_array(&requirer.arena, packs->entities.len, sizeof(uint32_t));
	requirer.names = arena_array(&requirer.arena, packs->entities.len, sizeof(uint32_t));
	index->always = arena_array(index->arena, packs->rules.len, sizeof(uint32_t));
	for (uint32_t i = 0; i < index->expr_count; i++)
		if (index->nodes[i].expr->kind == EXPR_PATTERN)
			ask_sequence(&requirer, &index->nodes[i].expr->pattern);
	if (requirer.entities_used)
		make_entities(&requirer);
	for (size_t i = 0; i < packs->rules.len; i++)
		file_rule(&requirer, packs->rules.at[i]);
	for (uint32_t i = 0; i < index->expr_count; i++)
		need_pattern(&requirer, &index->nodes[i]);
	index->implied = postings_make(index, index->implications.at, index->implications.len);
	index->rules = postings_make(index, requirer.rules.at, requirer.rules.len);
	vec_fini(&index->implications);
	vec_fini(&requirer.rules);
	table_fini(&requirer.types);
	arena_fini(&requirer.arena);
}
