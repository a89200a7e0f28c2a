#include "rules/compile.h"

/*
 * Compiles checked packs. First every expression gets its number and every word its atom; then each
 * pattern is filed under the atoms at which it can begin; then each rule under the atoms without
 * which it cannot hold (require.c).
 *
 * Where a pattern begins with single words, one after the other, it is filed under whichever of
 * them is expected to be rarest, with the distance back to its begin: "the Netherlands" under its
 * second word. Else under all words with which it can begin. What begins with a gap or a number is
 * tried at every token; what begins with a list, a term or an entity begins where that does. A
 * group of such is tried where its gate is open (gates.c): filed under it, it would be put down for
 * every name in every item, whether or not anyone asks.
 */
struct begin {
	uint32_t atom, back;
};

struct begins {
	VEC(struct begin);
};

struct compiler {
	struct index *index;
	struct {
		VEC(struct expr_node);
	} nodes;
	struct filings filed;
	struct begins begins;
	uint32_t *homes; /* of expressions by id: of the `any` in whose unit it may be, + 1 */
};

/* --- numbers and atoms ------------------------------------------------------------------------ */

static void visit_sequence(struct compiler *compiler, struct sequence *sequence, bool match_case)
{
	for (size_t i = 0; i < sequence->len; i++) {
		struct element *element = &sequence->at[i];

		if (element->kind == ELEMENT_WORD || element->kind == ELEMENT_REGEX)
			element->atom = atoms_of(&compiler->index->atoms, element, match_case);
		for (size_t k = 0; k < element->alternative_count; k++)
			visit_sequence(compiler, &element->alternatives[k], match_case);
	}
}

struct around { /* what an expression inherits */
	const struct expr *above;
	bool match_case, shared;
};

static void visit(struct compiler *compiler, struct expr *expr, struct around around)
{
	struct around apart = {.shared = around.shared};

	if (!expr)
		return;
	expr->id = (uint32_t)compiler->nodes.len;
	vec_push(&compiler->nodes,
		 (struct expr_node){.expr = expr, .above = around.above, .shared = around.shared});
	around.match_case |= expr->match_case;
	if (expr->fields || expr->first)
		around.above = expr;
	if (expr->kind == EXPR_PATTERN)
		visit_sequence(compiler, &expr->pattern, around.match_case);
	for (size_t i = 0; i < expr->child_count; i++)
		visit(compiler, expr->children[i], around);
	visit(compiler, expr->except, apart);
	visit(compiler, expr->by, apart);
}

static void visit_rule(struct compiler *compiler, struct rule *rule)
{
	struct around around = {0};

	visit(compiler, rule->when, around);
	visit(compiler, rule->unless, around);
	visit(compiler, rule->unless_item, around);
	for (size_t i = 0; i < rule->adjust_count; i++)
		visit(compiler, rule->adjusts[i].when, around);
	for (size_t i = 0; i < rule->grab_count; i++)
		visit(compiler, rule->grabs[i].expr, around);
	for (size_t i = 0; i < rule->set_count; i++)
		for (size_t k = 0; k < rule->sets[i].case_count; k++)
			visit(compiler, rule->sets[i].cases[k].when, around);
}

static void visit_vocabulary(struct compiler *compiler, struct packs *packs)
{
	struct around shared = {.shared = true};

	for (uint32_t i = 0; i < packs->lists.len; i++) {
		struct list *list = packs->lists.at[i];

		list->id = i;
		for (size_t k = 0; k < list->entry_count; k++)
			visit(compiler, list->entries[k], shared);
	}
	for (uint32_t i = 0; i < packs->terms.len; i++) {
		packs->terms.at[i]->id = i;
		visit(compiler, packs->terms.at[i]->expr, shared);
	}
	for (uint32_t i = 0; i < packs->entities.len; i++) {
		struct entity *entity = packs->entities.at[i];

		entity->number = i;
		for (size_t k = 0; k < entity->name_count; k++)
			visit(compiler, entity->names[k], shared);
	}
	for (size_t i = 0; i < packs->cues.len; i++) {
		visit(compiler, packs->cues.at[i]->any, shared);
		visit(compiler, packs->cues.at[i]->pseudo, shared);
		visit(compiler, packs->cues.at[i]->stop, shared);
	}
}

/* --- where patterns begin --------------------------------------------------------------------- */

/* Exactly one token, decided by atoms alone. */
static bool is_single(const struct element *element)
{
	if (element->kind == ELEMENT_WORD || element->kind == ELEMENT_REGEX)
		return true;
	if (element->kind != ELEMENT_GROUP || element->optional)
		return false;
	for (size_t i = 0; i < element->alternative_count; i++)
		if (element->alternatives[i].len != 1 ||
		    !is_single(&element->alternatives[i].at[0]))
			return false;
	return element->alternative_count > 0;
}

/* The rarest of the single words at the begin; false when it does not begin with one. */
static bool begin_by_rarest(struct compiler *compiler, const struct sequence *sequence)
{
	const struct atom *atoms = compiler->index->atoms.list.at;
	struct begin best = {ATOM_NONE, 0};

	for (uint32_t i = 0; i < sequence->len && is_single(&sequence->at[i]); i++)
		if (best.atom == ATOM_NONE ||
		    atoms[sequence->at[i].atom].weight < atoms[best.atom].weight)
			best = (struct begin){sequence->at[i].atom, i};
	vec_reset(&compiler->begins);
	if (best.atom == ATOM_NONE)
		return false;
	vec_push(&compiler->begins, best);
	return true;
}

enum firsts { FIRSTS_UNKNOWN, FIRSTS_FOUND, FIRSTS_EMPTY };

/* Adds every word with which the sequence can begin; FIRSTS_EMPTY when it can also be nothing. */
static enum firsts begin_by_firsts(struct begins *begins, const struct sequence *sequence)
{
	for (size_t i = 0; i < sequence->len; i++) {
		const struct element *element = &sequence->at[i];
		bool empty = element->optional;

		if (element->kind == ELEMENT_GAP || element->kind == ELEMENT_REF)
			return FIRSTS_UNKNOWN;
		if (element->kind != ELEMENT_GROUP) {
			vec_push(begins, (struct begin){element->atom, 0});
			return FIRSTS_FOUND;
		}
		for (size_t k = 0; k < element->alternative_count; k++) {
			enum firsts firsts = begin_by_firsts(begins, &element->alternatives[k]);

			if (firsts == FIRSTS_UNKNOWN)
				return firsts;
			empty |= firsts == FIRSTS_EMPTY;
		}
		if (!empty)
			return FIRSTS_FOUND;
	}
	return FIRSTS_EMPTY;
}

static bool file_pattern(struct compiler *compiler, uint32_t unit, struct entry entry)
{
	const struct sequence *sequence = &entry.expr->pattern;
	struct index *index = compiler->index;
	uint32_t number = (uint32_t)index->entries.len;

	if (!begin_by_rarest(compiler, sequence)) {
		vec_reset(&compiler->begins);
		if (begin_by_firsts(&compiler->begins, sequence) != FIRSTS_FOUND)
			return false;
	}
	vec_push(&index->entries, entry);
	for (size_t i = 0; i < compiler->begins.len; i++) {
		struct begin begin = compiler->begins.at[i];

		vec_push(&compiler->filed, (struct filed){begin.atom, unit, number, begin.back});
	}
	return true;
}

static void file_lists(struct compiler *compiler, const struct packs *packs)
{
	struct index *index = compiler->index;

	index->lists = arena_array(index->arena, packs->lists.len, sizeof(*index->lists));
	for (size_t i = 0; i < packs->lists.len; i++) {
		const struct list *list = packs->lists.at[i];
		struct list_index *at = &index->lists[i];

		at->loose = arena_array(index->arena, list->entry_count, sizeof(struct expr *));
		for (size_t k = 0; k < list->entry_count; k++) {
			const struct expr *expr = list->entries[k];

			if (file_pattern(compiler, unit_of_list(list), (struct entry){expr, NULL}))
				index->nodes[expr->id].start = START_MEMBER;
			else
				at->loose[at->loose_count++] = expr;
		}
	}
}

static void file_entities(struct compiler *compiler, const struct packs *packs)
{
	struct index *index = compiler->index;
	struct {
		VEC(struct entry);
	} loose = {0};

	for (size_t i = 0; i < packs->entities.len; i++) {
		const struct entity *entity = packs->entities.at[i];

		for (size_t k = 0; k < entity->name_count; k++) {
			struct entry entry = {entity->names[k], entity};

			if (file_pattern(compiler, UNIT_MENTIONS, entry))
				index->nodes[entry.expr->id].start = START_MEMBER;
			else
				vec_push(&loose, entry);
		}
	}
	index->loose_names = arena_array(index->arena, loose.len, sizeof(struct entry));
	if (loose.len)
		memcpy((void *)index->loose_names, loose.at, loose.len * sizeof(struct entry));
	index->loose_name_count = loose.len;
	vec_fini(&loose);
}

static bool is_plain(const struct expr *expr)
{
	return expr->kind == EXPR_PATTERN && !expr->except && !expr->by && !expr->fields &&
	       !expr->first && !expr->is && !expr->is_not;
}

/* The plain patterns of an `any` share its unit, so that it costs as much as its hits. */
static void file_members(struct compiler *compiler, struct expr_node *node)
{
	struct index *index = compiler->index;

	for (size_t i = 0; i < node->expr->child_count; i++) {
		const struct expr *child = node->expr->children[i];

		if (!is_plain(child))
			continue;
		compiler->homes[child->id] = node->expr->id + 1;
		if (file_pattern(compiler, unit_of_expr(index, node->expr),
				 (struct entry){child, NULL}))
			index->nodes[child->id].start = START_MEMBER;
	}
}

static void sum_up_members(struct index *index, struct expr_node *node)
{
	for (size_t i = 0; i < node->expr->child_count; i++) {
		const struct expr_node *child = &index->nodes[node->expr->children[i]->id];

		if (expr_is_member(child))
			node->members = true;
		else
			node->loose = true;
	}
}

static bool begins_with_ref(const struct expr *expr)
{
	const struct element *first = expr->pattern.at;

	return expr->pattern.len > 0 && first->kind == ELEMENT_REF &&
	       (first->ref == REF_LIST || first->ref == REF_TERM || first->ref == REF_ENTITY ||
		first->ref == REF_TYPE);
}

static void file_single(struct compiler *compiler, struct expr_node *node)
{
	struct index *index = compiler->index;

	if (node->start != START_SCAN)
		return;
	if (begins_with_ref(node->expr))
		node->start = START_REF;
	else if (file_pattern(compiler, unit_of_expr(index, node->expr),
			      (struct entry){node->expr, NULL}))
		node->start = START_INDEXED;
}

/* In order of pattern, since they were found so. */
static void file_needed(struct compiler *compiler)
{
	struct index *index = compiler->index;
	struct filed filed = {.back = BACK_TO_SENTENCE};
	uint32_t last = UINT32_MAX;

	for (size_t i = 0; i < index->needed.len; i++) {
		struct pair pair = index->needed.at[i];
		struct expr_node *node = &index->nodes[pair.value];
		uint32_t home = compiler->homes[pair.value];

		if (pair.value != last) {
			filed.unit = unit_of_expr(index, node->expr);
			filed.entry = (uint32_t)index->entries.len;
			node->member = home != 0;
			if (home)
				filed.unit = index->unit_first_expr + home - 1;
			if (home)
				vec_push(&index->entries, (struct entry){node->expr, NULL});
		}
		last = pair.value;
		filed.atom = pair.atom;
		vec_push(&compiler->filed, filed);
	}
	vec_fini(&index->needed);
}

/* --- the whole -------------------------------------------------------------------------------- */

const struct expr *pattern_term(const struct expr *expr)
{
	const struct element *first = expr->pattern.at;

	return expr->kind == EXPR_PATTERN && expr->pattern.len == 1 && first->kind == ELEMENT_REF &&
			       first->ref == REF_TERM && !first->capture.ptr
		       ? first->target.term->expr
		       : NULL;
}

static bool sequence_anchored(const struct sequence *sequence)
{
	for (size_t i = 0; i < sequence->len; i++) {
		if (sequence->at[i].anchor)
			return true;
		for (size_t k = 0; k < sequence->at[i].alternative_count; k++)
			if (sequence_anchored(&sequence->at[i].alternatives[k]))
				return true;
	}
	return false;
}

static bool expr_anchored(const struct expr *expr, unsigned depth)
{
	const struct expr *term = pattern_term(expr);

	if (depth > 4 * EXPR_NESTING_MAX)
		return false;
	if (expr->kind == EXPR_PATTERN && sequence_anchored(&expr->pattern))
		return true;
	if (term)
		return expr_anchored(term, depth + 1);
	for (size_t i = 0; i < expr->child_count; i++)
		if (expr_anchored(expr->children[i], depth + 1))
			return true;
	return false;
}

static void take_nodes(struct compiler *compiler)
{
	struct index *index = compiler->index;
	size_t count = compiler->nodes.len;

	index->nodes = arena_array(index->arena, count, sizeof(*index->nodes));
	if (count)
		memcpy(index->nodes, compiler->nodes.at, count * sizeof(*index->nodes));
	index->expr_count = (uint32_t)count;
	index->packs->expr_count = index->expr_count;
	index->unit_first_expr = 1 + (uint32_t)index->packs->lists.len;
	index->unit_count = index->unit_first_expr + index->expr_count;
	for (size_t i = 0; i < count; i++)
		index->nodes[i].anchored = expr_anchored(index->nodes[i].expr, 0);
}

static void gate_patterns(struct index *index)
{
	struct {
		VEC(struct expr *);
	} patterns = {0};

	for (uint32_t i = 0; i < index->expr_count; i++)
		if (index->nodes[i].expr->kind == EXPR_PATTERN)
			vec_push(&patterns, (struct expr *)index->nodes[i].expr);
	index_gate(index, patterns.at, patterns.len);
	vec_fini(&patterns);
}

void index_build(struct index *index, struct packs *packs, struct arena *arena)
{
	struct compiler compiler = {.index = index};

	*index = (struct index){.arena = arena, .packs = packs};
	atoms_init(&index->atoms, arena);
	visit_vocabulary(&compiler, packs);
	for (size_t i = 0; i < packs->rules.len; i++)
		visit_rule(&compiler, packs->rules.at[i]);
	take_nodes(&compiler);
	gate_patterns(index);
	compiler.homes = xcalloc(index->expr_count + 1, sizeof(*compiler.homes));
	file_lists(&compiler, packs);
	file_entities(&compiler, packs);
	for (uint32_t i = 0; i < index->expr_count; i++)
		if (index->nodes[i].expr->kind == EXPR_ANY)
			file_members(&compiler, &index->nodes[i]);
	for (uint32_t i = 0; i < index->expr_count; i++)
		if (index->nodes[i].expr->kind == EXPR_PATTERN)
			file_single(&compiler, &index->nodes[i]);
	index_require(index);
	file_needed(&compiler);
	for (uint32_t i = 0; i < index->expr_count; i++)
		if (index->nodes[i].expr->kind == EXPR_ANY)
			sum_up_members(index, &index->nodes[i]);
	index_post(index, &compiler.filed);
	atoms_seal(&index->atoms);
	vec_fini(&compiler.nodes);
	vec_fini(&compiler.filed);
	vec_fini(&compiler.begins);
	free(compiler.homes);
}

void index_fini(struct index *index)
{
	atoms_fini(&index->atoms);
	vec_fini(&index->entries);
}
