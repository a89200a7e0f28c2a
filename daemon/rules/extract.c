#include "rules/reading.h"

/*
 * What is read around a hit for the fields of its event, nearest first: the sentence of the hit and
 * those of its evidence; the rest of the scope, if that is a paragraph (a whole item is not read:
 * actor, status and place of one event come from one place); then, one by one, `window` sentences
 * before and behind it, in the same field. A grab takes all values of the first of these that has
 * any, a `set` its first case that holds there, a case without `when` if none does anywhere.
 *
 * Values of a grab: the entity asked for, up `of:` (a state, not its president); numbers with their
 * bound, and as unit the last word behind them that the pattern consumed; dates; else the words of
 * the anchor. Entities and words make lists, numbers and dates single values.
 */

/* --- values --- */

static bool value_same(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == VALUE_ENTITY)
		return view_equal(a->id, b->id);
	if (a->kind == VALUE_TEXT || a->kind == VALUE_DATE)
		return view_equal(a->text, b->text) && view_equal(a->from, b->from);
	return a->number == b->number && a->bound == b->bound && view_equal(a->unit, b->unit);
}

void values_add(struct value *values, size_t *count, const struct value *value)
{
	for (size_t i = 0; i < *count; i++)
		if (value_same(&values[i], value))
			return;
	if (*count < VALUES_MAX)
		values[(*count)++] = *value;
}

static const struct entity *element_entity(const struct element *element,
					   const struct entity *entity);

static const struct entity *sequence_entity(const struct sequence *sequence,
					    const struct entity *entity)
{
	const struct entity *meant = NULL;

	for (size_t i = 0; i < sequence->len && !meant; i++)
		meant = element_entity(&sequence->at[i], entity);
	return meant;
}

static const struct entity *list_entity(const struct list *list, const struct entity *entity)
{
	const struct entity *meant = NULL;

	for (size_t i = 0; i < list->entry_count && !meant; i++)
		meant = expr_entity(list->entries[i], entity);
	return meant;
}

static const struct entity *element_entity(const struct element *element,
					   const struct entity *entity)
{
	const struct entity *meant = NULL;

	if (element->kind == ELEMENT_GROUP)
		for (size_t i = 0; i < element->alternative_count && !meant; i++)
			meant = sequence_entity(&element->alternatives[i], entity);
	if (element->kind != ELEMENT_REF)
		return meant;
	switch (element->ref) {
	case REF_TYPE:
		return entity_as_type(entity, element->target.type);
	case REF_ENTITY:
		return entity_belongs(entity, element->target.entity) ? element->target.entity
								      : NULL;
	case REF_TERM:
		return expr_entity(element->target.term->expr, entity);
	case REF_LIST:
		return list_entity(element->target.list, entity);
	default:
		return NULL;
	}
}

const struct entity *expr_entity(const struct expr *expr, const struct entity *entity)
{
	const struct entity *meant = NULL;

	if (expr->kind == EXPR_PATTERN)
		return sequence_entity(&expr->pattern, entity);
	if (expr->kind == EXPR_NONE)
		return NULL;
	for (size_t i = 0; i < expr->child_count && !meant; i++)
		meant = expr_entity(expr->children[i], entity);
	return meant;
}

static struct value entity_value(const struct match *match, const struct entity *entity,
				 uint32_t first, uint32_t end)
{
	return (struct value){
		.kind = VALUE_ENTITY,
		.id = entity->id,
		.type = entity->type,
		.name = entity->name,
		.in = entity->in,
		.qid = entity->qid,
		.text = document_words(match->document, first, end),
	};
}

static bool is_number(const struct value *value)
{
	return value->kind == VALUE_NUMBER || value->kind == VALUE_QUANTITY;
}

/* "more than 600,000 households": the number with what it counts, as far as the pattern says. */
static struct value quantity_value(const struct match *match, struct value value, uint32_t first,
				   struct hit counted)
{
	const struct piece *last = NULL;

	value.kind = VALUE_QUANTITY;
	for (const struct piece *piece = counted.pieces; piece; piece = piece->next)
		if (piece->end > counted.first && (!last || piece->end > last->end))
			last = piece;
	if (last) {
		value.unit = match->document->tokens.at[last->end - 1].word->folded;
		value.text = document_words(match->document, first, last->end);
	}
	return value;
}

/* A pattern that is nothing but $num, $money or $date, without a name. */
static bool read_bare_value(const struct match *match, const struct hit *hit, struct value *ret)
{
	const struct sequence *pattern = &hit->expr->pattern;

	if (hit->expr->kind != EXPR_PATTERN || pattern->len != 1 ||
	    pattern->at[0].kind != ELEMENT_REF)
		return false;
	switch (pattern->at[0].ref) {
	case REF_NUMBER:
		return text_number(match->document, hit->first, ret) > hit->first;
	case REF_MONEY:
		return text_money(match->document, hit->first, ret) > hit->first;
	case REF_DATE:
		return text_date(match->document, hit->first, match->arena, ret) > hit->first;
	default:
		return false;
	}
}

/* --- one grab --- */

struct grasp { /* the values of one grab in the making */
	struct reading *reading;
	const struct grab *grab;
	struct value *values;
	size_t count;
};

static bool is_left_out(const struct grasp *grasp, uint32_t first, uint32_t end)
{
	return grasp->grab->exclude_speaker && attribution_names(grasp->reading->match, first, end);
}

static void take_capture(struct grasp *grasp, const struct hit *hit, const struct capture *capture)
{
	const struct match *match = grasp->reading->match;
	struct hit counted = *hit;
	struct value value = capture->value;

	if (is_left_out(grasp, capture->first, capture->end))
		return;
	counted.first = capture->end;
	if (is_number(&value) && !value.unit.ptr)
		value = quantity_value(match, value, capture->first, counted);
	values_add(grasp->values, &grasp->count, &value);
}

static void take_hit(struct grasp *grasp, const struct hit *hit)
{
	const struct match *match = grasp->reading->match;
	const struct mention *mention = hit->mention;
	const struct entity *entity = NULL;
	struct value value = {0};

	if (hit->first == hit->end || is_left_out(grasp, hit->first, hit->end))
		return;
	if (mention) {
		entity = expr_entity(hit->expr, mention->entity);
		entity = entity ? entity : mention->entity;
		value = entity_value(match, entity, mention->first, mention->end);
	} else if (read_bare_value(match, hit, &value)) {
		value.kind = value.kind == VALUE_NUMBER ? VALUE_QUANTITY : value.kind;
	} else {
		value.text = document_words(match->document, hit->anchor, hit->anchor_end);
	}
	values_add(grasp->values, &grasp->count, &value);
}

static void grasp_in(struct grasp *grasp, struct scope scope)
{
	struct hits hits;

	match_expr(grasp->reading->match, grasp->grab->expr, scope, &hits);
	for (size_t i = 0; i < hits.len; i++) {
		const struct hit *hit = &hits.at[i];

		if (!hit->captures)
			take_hit(grasp, hit);
		for (const struct capture *at = hit->captures; at; at = at->next)
			take_capture(grasp, hit, at);
	}
}

static void read_grab(struct reading *reading, const struct grab *grab, const struct rings *rings)
{
	struct value values[VALUES_MAX];
	struct grasp grasp = {reading, grab, values, 0};
	struct event_field *field = &reading->found[reading->found_count];
	bool single;

	for (size_t i = 0; i < rings->len && grasp.count == 0; i++)
		grasp_in(&grasp, rings->at[i]);
	if (grasp.count == 0)
		return;
	single = is_number(&values[0]) || values[0].kind == VALUE_DATE;
	field->name = grab->field;
	field->list = !single;
	field->count = single ? 1 : grasp.count;
	field->values = memcpy(arena_array(reading->match->arena, field->count, sizeof(*values)),
			       values, field->count * sizeof(*values));
	reading->found_count++;
}

/* --- what is read for a hit --- */

static void add_ring(struct rings *rings, uint32_t first, uint32_t end)
{
	for (size_t i = 0; i < rings->len; i++)
		if (rings->at[i].first == first && rings->at[i].end == end)
			return;
	if (rings->len < RINGS_MAX)
		rings->at[rings->len++] = (struct scope){first, end};
}

void rings_find(const struct match *match, const struct rule *rule, struct scope scope,
		const struct hit *hit, struct rings *ret_rings)
{
	const struct document *document = match->document;
	const struct sentence *sentences = document->sentences.at;
	struct scope core = {hit->sentence, hit->sentence + 1};
	uint8_t field = sentences[core.first].field;

	ret_rings->len = 0;
	add_ring(ret_rings, core.first, core.end);
	for (const struct hit *member = hit->evidence; member; member = member->next)
		add_ring(ret_rings, member->sentence, member->sentence + 1);
	if (rule->scope != SCOPE_ITEM) {
		core = scope;
		add_ring(ret_rings, core.first, core.end);
	}
	for (uint32_t away = 1; away <= rule->window; away++) {
		uint32_t behind = core.end + away - 1;

		if (core.first >= away && sentences[core.first - away].field == field)
			add_ring(ret_rings, core.first - away, core.first - away + 1);
		if (behind < document->sentences.len && sentences[behind].field == field)
			add_ring(ret_rings, behind, behind + 1);
	}
}

static const struct constant *choose_case(struct reading *reading, const struct set *set,
					  const struct rings *rings)
{
	const struct constant *otherwise = NULL;
	size_t count = 0;

	while (count < set->case_count && set->cases[count].when)
		count++;
	if (count < set->case_count)
		otherwise = &set->cases[count].to;
	for (size_t ring = 0; ring < rings->len; ring++) {
		for (size_t i = 0; i < count; i++) {
			struct hits hits;

			match_expr(reading->match, set->cases[i].when, rings->at[ring], &hits);
			if (hits.holds)
				return &set->cases[i].to;
		}
	}
	return otherwise;
}

void read_surroundings(struct reading *reading, const struct hit *hit)
{
	const struct rule *rule = reading->rule;
	struct rings rings;

	if (reading->sentence == hit->sentence && rule->scope == SCOPE_SENTENCE)
		return;
	reading->sentence = hit->sentence;
	rings_find(reading->match, rule, reading->scope, hit, &rings);
	reading->found = arena_array(reading->match->arena, rule->grab_count,
				     sizeof(*reading->found));
	reading->found_count = 0;
	for (size_t i = 0; i < rule->grab_count; i++)
		read_grab(reading, &rule->grabs[i], &rings);
	reading->chosen = arena_array(reading->match->arena, rule->set_count,
				      sizeof(*reading->chosen));
	for (size_t i = 0; i < rule->set_count; i++)
		reading->chosen[i] = choose_case(reading, &rule->sets[i], &rings);
}
