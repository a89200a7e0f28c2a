#include "rules/eval.h"
#include "rules/reading.h"

/*
 * From the steps of a walk to a hit: the pieces consumed literally, the captures with their values,
 * the anchor. A gap leaves no step, so a cue word in it is in no piece.
 */
struct build {
	struct match *match;
	const struct step *at;
	size_t count;
	struct hit *hit;
	struct piece *piece;	  /* the last */
	struct capture **capture; /* where the next goes */
};

static void add_piece(struct build *build, uint32_t first, uint32_t end)
{
	struct piece *piece = build->piece;

	if (first == end)
		return;
	if (piece && piece->end == first) {
		piece->end = end;
		return;
	}
	piece = arena_alloc(build->match->arena, sizeof(*piece));
	*piece = (struct piece){.first = first, .end = end};
	if (build->piece)
		build->piece->next = piece;
	else
		build->hit->pieces = piece;
	build->piece = piece;
}

static struct capture *add_capture(struct build *build, struct view name)
{
	struct capture *capture = arena_zalloc(build->match->arena, sizeof(*capture));

	capture->name = name;
	*build->capture = capture;
	build->capture = (struct capture **)&capture->next;
	return capture;
}

static struct value entity_value(const struct entity *entity, struct view words)
{
	return (struct value){.kind = VALUE_ENTITY,
			      .id = entity->id,
			      .type = entity->type,
			      .name = entity->name,
			      .in = entity->in,
			      .qid = entity->qid,
			      .text = words};
}

/* What was asked for by name, or up `of:` the first of the type that was. */
static const struct entity *entity_meant(const struct step *step)
{
	const struct entity *named = step->is.mention->entity;

	return step->element->ref == REF_ENTITY ? step->element->target.entity
						: entity_as_type(named, step->element->target.type);
}

/* Of a list or term whose words are one entity's name. */
static const struct entity *entity_inside(const struct hit *hit)
{
	const struct entity *entity = expr_entity(hit->expr, hit->mention->entity);

	return entity ? entity : hit->mention->entity;
}

/* A number or an entity when the words are exactly one, else the words. */
static struct value value_of(const struct build *build, uint32_t first, uint32_t end)
{
	struct view words = document_words(build->match->document, first, end);

	for (size_t i = 0; i < build->count; i++) {
		const struct step *step = &build->at[i];

		if (step->first != first || step->end != end)
			continue;
		if (step->kind == STEP_VALUE)
			return *step->is.value;
		if (step->kind == STEP_MENTION)
			return entity_value(entity_meant(step), words);
		if (step->kind == STEP_HIT && step->is.hit->captures)
			return step->is.hit->captures->value;
		if (step->kind == STEP_HIT && step->is.hit->mention)
			return entity_value(entity_inside(step->is.hit), words);
	}
	return (struct value){.kind = VALUE_TEXT, .text = words};
}

static uint32_t end_of(const struct build *build, size_t from)
{
	const struct step *step = &build->at[from];

	if (step->kind != STEP_OPEN)
		return step->end;
	for (size_t i = from; i < build->count; i++)
		if (build->at[i].kind == STEP_CLOSE && build->at[i].element == step->element)
			return build->at[i].end;
	return step->end;
}

static void set_anchor(struct hit *hit, uint32_t first, uint32_t end)
{
	hit->anchor = first;
	hit->anchor_end = end;
	hit->anchored = true;
}

/* The first ^ of the pattern itself goes before one inside a list or term. */
static void find_anchor(struct build *build)
{
	struct hit *hit = build->hit;

	for (size_t i = 0; i < build->count && !hit->anchored; i++) {
		const struct step *step = &build->at[i];
		const struct hit *inner = step->kind == STEP_HIT ? step->is.hit : NULL;

		if (step->kind == STEP_CLOSE || !step->element->anchor)
			continue;
		if (inner && inner->anchored)
			set_anchor(hit, inner->anchor, inner->anchor_end);
		else
			set_anchor(hit, step->first, end_of(build, i));
	}
	for (size_t i = 0; i < build->count && !hit->anchored; i++)
		if (build->at[i].kind == STEP_HIT && build->at[i].is.hit->anchored)
			set_anchor(hit, build->at[i].is.hit->anchor,
				   build->at[i].is.hit->anchor_end);
	if (!hit->anchored) {
		hit->anchor = hit->first;
		hit->anchor_end = hit->end;
	}
}

static void add_inner(struct build *build, const struct step *step)
{
	const struct hit *inner = step->is.hit;

	for (const struct piece *piece = inner->pieces; piece; piece = piece->next)
		add_piece(build, piece->first, piece->end);
	for (const struct capture *capture = inner->captures; capture; capture = capture->next)
		*add_capture(build, capture->name) = (struct capture){
			capture->name, capture->first, capture->end, capture->value, NULL};
	if (step->first == build->hit->first && step->end == build->hit->end)
		build->hit->mention = inner->mention;
}

void hit_build(struct match *match, size_t base, struct hit *hit)
{
	struct build build = {
		.match = match,
		.at = match->matcher->steps.at + base,
		.count = match->matcher->steps.len - base,
		.hit = hit,
		.capture = (struct capture **)&hit->captures,
	};

	for (size_t i = 0; i < build.count; i++) {
		const struct step *step = &build.at[i];

		if (step->kind == STEP_HIT)
			add_inner(&build, step);
		else
			add_piece(&build, step->first, step->end);
		if (step->kind == STEP_MENTION && step->first == hit->first &&
		    step->end == hit->end)
			hit->mention = step->is.mention;
		if (step->element->capture.ptr && step->kind != STEP_CLOSE) {
			struct capture *capture = add_capture(&build, step->element->capture);

			capture->first = step->first;
			capture->end = end_of(&build, i);
			capture->value = value_of(&build, capture->first, capture->end);
		}
	}
	find_anchor(&build);
}

/* One after the other, in a list of their own when both have some. */
const struct capture *captures_join(struct match *match, const struct capture *a,
				    const struct capture *b)
{
	struct capture *first = NULL, **place = &first;

	if (!a || !b)
		return a ? a : b;
	for (const struct capture *capture = a; capture; capture = capture->next) {
		*place = arena_alloc(match->arena, sizeof(**place));
		**place = *capture;
		place = (struct capture **)&(*place)->next;
	}
	*place = (struct capture *)b;
	return first;
}
