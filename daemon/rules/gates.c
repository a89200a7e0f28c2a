#include "rules/compile.h"

/*
 * Gates: what a word must be for a group or a list to begin with it, as one atom. A group of twelve
 * words behind a gap of eight is then asked eight times, not ninety-six. The gate of a set of atoms
 * is a class that each of them implies and that the walker may ask for; equal sets share one. An
 * element that may be empty, or begin with what no word decides, has none.
 */
struct firsts {
	VEC(uint32_t);
};

struct gates {
	struct index *index;
	struct table interned;	 /* the atoms of a set, as bytes → gate + 1 */
	uint32_t *lists, *terms; /* by id: gate + 2; 0 not made, 1 none or being made */
	uint32_t names;		 /* likewise: of all entities together */
};

enum firsts_kind { FIRSTS_UNKNOWN, FIRSTS_FOUND, FIRSTS_EMPTY };

static enum firsts_kind firsts_of(struct gates *gates, const struct sequence *sequence,
				  struct firsts *firsts);

static enum firsts_kind firsts_of_expr(struct gates *gates, const struct expr *expr,
				       struct firsts *firsts);

static int ascending(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static uint32_t gate_of(struct gates *gates, struct firsts *firsts)
{
	struct index *index = gates->index;
	struct table_entry *entry;
	struct view key;
	size_t kept = 0;

	if (firsts->len == 0)
		return ATOM_NONE;
	qsort(firsts->at, firsts->len, sizeof(*firsts->at), ascending);
	for (size_t i = 0; i < firsts->len; i++)
		if (kept == 0 || firsts->at[kept - 1] != firsts->at[i])
			firsts->at[kept++] = firsts->at[i];
	if (kept == 1)
		return firsts->at[0];
	key = (struct view){(const char *)firsts->at, kept * sizeof(*firsts->at)};
	entry = table_put(&gates->interned, arena_view(index->arena, key));
	if (!entry->value) {
		uint32_t gate = atoms_gate(&index->atoms);

		for (size_t i = 0; i < kept; i++) {
			uint64_t weight = index->atoms.list.at[firsts->at[i]].weight;

			index->atoms.list.at[gate].weight += weight;
			vec_push(&index->implications, (struct pair){firsts->at[i], gate});
		}
		entry->value = (void *)(uintptr_t)(gate +
						   1); /* NOLINT(performance-no-int-to-ptr) */
	}
	return (uint32_t)(uintptr_t)entry->value - 1;
}

static uint32_t gate_in(uint32_t place)
{
	return place < 2 ? ATOM_NONE : place - 2;
}

/* The union of what several expressions begin with, in its place from then on. */
static uint32_t gate_exprs(struct gates *gates, uint32_t *place, struct expr *const *at,
			   size_t count)
{
	enum firsts_kind kind = FIRSTS_FOUND;
	struct firsts firsts = {0};
	uint32_t gate = ATOM_NONE;

	*place = 1;
	for (size_t i = 0; i < count && kind == FIRSTS_FOUND; i++)
		kind = firsts_of_expr(gates, at[i], &firsts);
	if (kind == FIRSTS_FOUND)
		gate = gate_of(gates, &firsts);
	if (gate != ATOM_NONE)
		*place = gate + 2;
	vec_fini(&firsts);
	return gate;
}

static uint32_t names_gate(struct gates *gates)
{
	const struct packs *packs = gates->index->packs;
	struct {
		VEC(struct expr *);
	} names = {0};

	if (gates->names != 0)
		return gate_in(gates->names);
	for (size_t i = 0; i < packs->entities.len; i++)
		for (size_t k = 0; k < packs->entities.at[i]->name_count; k++)
			vec_push(&names, packs->entities.at[i]->names[k]);
	gate_exprs(gates, &gates->names, names.at, names.len);
	vec_fini(&names);
	return gate_in(gates->names);
}

static uint32_t ref_gate(struct gates *gates, const struct element *element)
{
	const struct list *list = element->target.list;
	struct term *term = element->target.term;

	switch (element->ref) {
	case REF_LIST:
		return gates->lists[list->id] ? gate_in(gates->lists[list->id])
					      : gate_exprs(gates, &gates->lists[list->id],
							   list->entries, list->entry_count);
	case REF_TERM:
		return gates->terms[term->id]
			       ? gate_in(gates->terms[term->id])
			       : gate_exprs(gates, &gates->terms[term->id], &term->expr, 1);
	case REF_ENTITY:
	case REF_TYPE:
		return names_gate(gates);
	default:
		return ATOM_NONE;
	}
}

/* Whatever an operator gives begins where one of its members does; what has no span begins nowhere.
 */
static enum firsts_kind firsts_of_expr(struct gates *gates, const struct expr *expr,
				       struct firsts *firsts)
{
	if (expr->kind == EXPR_NONE || expr->kind == EXPR_META)
		return FIRSTS_FOUND;
	if (expr->kind == EXPR_PATTERN)
		return firsts_of(gates, &expr->pattern, firsts);
	for (size_t i = 0; i < expr->child_count; i++)
		if (firsts_of_expr(gates, expr->children[i], firsts) != FIRSTS_FOUND)
			return FIRSTS_UNKNOWN;
	return FIRSTS_FOUND;
}

static enum firsts_kind firsts_of_group(struct gates *gates, const struct element *element,
					struct firsts *firsts)
{
	enum firsts_kind whole = FIRSTS_FOUND;

	for (size_t i = 0; i < element->alternative_count; i++) {
		enum firsts_kind kind = firsts_of(gates, &element->alternatives[i], firsts);

		if (kind == FIRSTS_UNKNOWN)
			return kind;
		if (kind == FIRSTS_EMPTY)
			whole = kind;
	}
	return whole;
}

static enum firsts_kind firsts_of_element(struct gates *gates, const struct element *element,
					  struct firsts *firsts)
{
	uint32_t gate;

	switch (element->kind) {
	case ELEMENT_WORD:
	case ELEMENT_REGEX:
		vec_push(firsts, element->atom);
		return FIRSTS_FOUND;
	case ELEMENT_GROUP:
		return firsts_of_group(gates, element, firsts);
	case ELEMENT_REF:
		gate = ref_gate(gates, element);
		if (gate == ATOM_NONE)
			return FIRSTS_UNKNOWN;
		vec_push(firsts, gate);
		return FIRSTS_FOUND;
	case ELEMENT_GAP:
		break;
	}
	return FIRSTS_UNKNOWN;
}

static enum firsts_kind firsts_of(struct gates *gates, const struct sequence *sequence,
				  struct firsts *firsts)
{
	for (size_t i = 0; i < sequence->len; i++) {
		const struct element *element = &sequence->at[i];
		enum firsts_kind kind = firsts_of_element(gates, element, firsts);

		if (kind == FIRSTS_UNKNOWN || (kind == FIRSTS_FOUND && !element->optional))
			return kind;
	}
	return FIRSTS_EMPTY;
}

static void gate_sequence(struct gates *gates, struct sequence *sequence)
{
	for (size_t i = 0; i < sequence->len; i++) {
		struct element *element = &sequence->at[i];
		struct firsts firsts = {0};

		if (element->kind == ELEMENT_WORD || element->kind == ELEMENT_REGEX)
			continue;
		for (size_t k = 0; k < element->alternative_count; k++)
			gate_sequence(gates, &element->alternatives[k]);
		element->atom = firsts_of_element(gates, element, &firsts) == FIRSTS_FOUND
					? gate_of(gates, &firsts)
					: ATOM_NONE;
		vec_fini(&firsts);
	}
}

void index_gate(struct index *index, struct expr *const *patterns, size_t count)
{
	struct gates gates = {.index = index};

	gates.lists = xcalloc(index->packs->lists.len + 1, sizeof(*gates.lists));
	gates.terms = xcalloc(index->packs->terms.len + 1, sizeof(*gates.terms));
	for (size_t i = 0; i < count; i++)
		gate_sequence(&gates, &patterns[i]->pattern);
	table_fini(&gates.interned);
	free(gates.lists);
	free(gates.terms);
}
