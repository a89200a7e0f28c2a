#include "rules/eval.h"

/*
 * The pattern walker: a sequence of elements against the tokens of one sentence, by backtracking.
 * What follows an element is a frame: the rest of its sequence, and behind that the frame of the
 * group around it. Every element tries its ways in a fixed order and hands each to what follows;
 * the first way on which the last frame ends is the hit.
 *
 * What was consumed lies on the matcher's stack of steps; an element that fails takes its own off
 * again. A walk costs a step for each element tried behind the first token, so that a pattern of
 * many gaps ends at MATCH_STEPS_MAX, and a pattern that fails at its first word costs none.
 */
struct walk {
	struct match *match;
	uint32_t begin, limit; /* its first token; the end of the sentence */
	uint32_t end;	       /* found */
};

struct frame {
	const struct sequence *sequence;
	size_t index;
	const struct frame *up;	     /* what follows the group, NULL: nothing */
	const struct element *group; /* that the sequence is an alternative of */
};

static bool walk_on(struct walk *walk, const struct frame *frame, uint32_t at);

static bool exhausted(const struct walk *walk)
{
	return walk->match->steps > MATCH_STEPS_MAX;
}

static void take_back(struct walk *walk)
{
	walk->match->matcher->steps.len--;
}

/* Goes on behind an element with the step pushed; takes it back when that fails. */
static bool consume(struct walk *walk, const struct frame *frame, struct step step)
{
	struct frame next = *frame;

	next.index++;
	step.element = &frame->sequence->at[frame->index];
	vec_push(&walk->match->matcher->steps, step);
	if (walk_on(walk, &next, step.end))
		return true;
	take_back(walk);
	return false;
}

static bool walk_word(struct walk *walk, const struct frame *frame, uint32_t at)
{
	const struct element *element = &frame->sequence->at[frame->index];

	return at < walk->limit && match_word(walk->match, at, element->atom) &&
	       consume(walk, frame, (struct step){.kind = STEP_WORD, .first = at, .end = at + 1});
}

/* Whether an element may begin here, as far as the word tells. */
static bool is_open(const struct walk *walk, const struct element *element, uint32_t at)
{
	return element->atom == ATOM_NONE || walk->match->unfiltered ||
	       (at < walk->limit && match_word(walk->match, at, element->atom));
}

static bool may_be_empty(const struct frame *frame)
{
	const struct element *element = &frame->sequence->at[frame->index];

	return frame->index == frame->sequence->len || element->kind == ELEMENT_GAP ||
	       element->optional;
}

static bool walk_gap(struct walk *walk, const struct frame *frame, uint32_t at)
{
	const struct element *element = &frame->sequence->at[frame->index];
	struct frame next = *frame;
	unsigned skipped = 0;
	bool any;

	next.index++;
	any = may_be_empty(&next);
	for (uint32_t to = at; !exhausted(walk); to++) {
		if (skipped >= element->least && (any || is_open(walk, element + 1, to)) &&
		    walk_on(walk, &next, to))
			return true;
		if (to >= walk->limit)
			break;
		skipped += !walk->match->document->tokens.at[to].punctuation;
		if (skipped > element->most)
			break;
	}
	return false;
}

/* Whether an alternative ends at its first word, which spares the way there. */
static bool is_shut(const struct walk *walk, const struct sequence *sequence, uint32_t at)
{
	return sequence->len > 0 && sequence->at[0].kind == ELEMENT_WORD &&
	       (at >= walk->limit || !match_word(walk->match, at, sequence->at[0].atom));
}

static bool walk_group(struct walk *walk, const struct frame *frame, uint32_t at)
{
	const struct element *element = &frame->sequence->at[frame->index];
	struct frame next = *frame;
	bool open = is_open(walk, element, at);

	next.index++;
	for (size_t i = 0; i < element->alternative_count && open; i++) {
		struct frame inside = {&element->alternatives[i], 0, &next, element};

		if (is_shut(walk, inside.sequence, at)) {
			walk->match->steps += at != walk->begin;
			continue;
		}
		vec_push(&walk->match->matcher->steps,
			 (struct step){
				 .kind = STEP_OPEN, .element = element, .first = at, .end = at});
		if (walk_on(walk, &inside, at))
			return true;
		take_back(walk);
	}
	return element->optional && walk_on(walk, &next, at);
}

/* --- references ------------------------------------------------------------------------------- */

static bool walk_list(struct walk *walk, const struct frame *frame, uint32_t at)
{
	const struct element *element = &frame->sequence->at[frame->index];
	const struct hit *hits;
	size_t count;

	hits = list_hits(walk->match, element->target.list, at, at + 1, &count);
	for (size_t i = 0; i < count; i++) {
		struct step step = {.kind = STEP_HIT, .first = at, .end = hits[i].end};

		step.is.hit = &hits[i];
		if (consume(walk, frame, step))
			return true;
	}
	return false;
}

static bool walk_term(struct walk *walk, const struct frame *frame, uint32_t at)
{
	const struct element *element = &frame->sequence->at[frame->index];
	uint32_t sentence = walk->match->document->tokens.at[at].sentence;
	struct hits hits;

	match_expr(walk->match, element->target.term->expr, (struct scope){sentence, sentence + 1},
		   &hits);
	for (size_t i = hits.len; i-- > 0;) {
		const struct hit *hit = &hits.at[i];
		struct step step = {.kind = STEP_HIT, .first = at, .end = hit->end};

		step.is.hit = hit;
		if (hit->first == at && hit->end > at && hit->end <= walk->limit &&
		    consume(walk, frame, step))
			return true;
	}
	return false;
}

static bool walk_entity(struct walk *walk, const struct frame *frame, uint32_t at)
{
	const struct element *element = &frame->sequence->at[frame->index];
	const struct mention *mentions;
	size_t count;

	mentions = mentions_in(walk->match, at, at + 1, &count);
	for (size_t i = 0; i < count; i++) {
		struct step step = {.kind = STEP_MENTION, .first = at, .end = mentions[i].end};

		step.is.mention = &mentions[i];
		if (mention_means(&mentions[i], element) && consume(walk, frame, step))
			return true;
	}
	return false;
}

static bool compare_holds(const struct element *element, double number)
{
	switch (element->compare) {
	case COMPARE_LT:
		return number < element->operand;
	case COMPARE_LE:
		return number <= element->operand;
	case COMPARE_EQ:
		return number == element->operand;
	case COMPARE_GE:
		return number >= element->operand;
	case COMPARE_GT:
		return number > element->operand;
	case COMPARE_NONE:
		break;
	}
	return true;
}

static uint32_t read_value(const struct match *match, const struct element *element, uint32_t at,
			   struct value *ret_value)
{
	switch (element->ref) {
	case REF_NUMBER:
		return text_number(match->document, at, ret_value);
	case REF_MONEY:
		return text_money(match->document, at, ret_value);
	case REF_DATE:
		return text_date(match->document, at, match->arena, ret_value);
	default:
		return at;
	}
}

static bool walk_value(struct walk *walk, const struct frame *frame, uint32_t at)
{
	const struct element *element = &frame->sequence->at[frame->index];
	struct step step = {.kind = STEP_VALUE, .first = at};
	struct value value = {0}, *kept;

	step.end = read_value(walk->match, element, at, &value);
	if (step.end <= at || step.end > walk->limit || !compare_holds(element, value.number))
		return false;
	kept = arena_alloc(walk->match->arena, sizeof(*kept));
	*kept = value;
	step.is.value = kept;
	return consume(walk, frame, step);
}

static bool walk_ref(struct walk *walk, const struct frame *frame, uint32_t at)
{
	static bool (*const by_ref[])(struct walk *, const struct frame *, uint32_t) = {
		[REF_LIST] = walk_list,	  [REF_TERM] = walk_term,    [REF_ENTITY] = walk_entity,
		[REF_TYPE] = walk_entity, [REF_NUMBER] = walk_value, [REF_DATE] = walk_value,
		[REF_MONEY] = walk_value,
	};
	enum ref_kind ref = frame->sequence->at[frame->index].ref;

	return at < walk->limit && by_ref[ref] &&
	       is_open(walk, &frame->sequence->at[frame->index], at) &&
	       by_ref[ref](walk, frame, at);
}

static bool leave(struct walk *walk, const struct frame *frame, uint32_t at)
{
	if (!frame->up) {
		walk->end = at;
		return at > walk->begin;
	}
	vec_push(
		&walk->match->matcher->steps,
		(struct step){.kind = STEP_CLOSE, .element = frame->group, .first = at, .end = at});
	if (walk_on(walk, frame->up, at))
		return true;
	take_back(walk);
	return false;
}

static bool walk_on(struct walk *walk, const struct frame *frame, uint32_t at)
{
	static bool (*const by_kind[])(struct walk *, const struct frame *, uint32_t) = {
		[ELEMENT_WORD] = walk_word,   [ELEMENT_REGEX] = walk_word, [ELEMENT_GAP] = walk_gap,
		[ELEMENT_GROUP] = walk_group, [ELEMENT_REF] = walk_ref,
	};

	walk->match->steps += at != walk->begin;
	if (exhausted(walk))
		return false;
	if (frame->index == frame->sequence->len)
		return leave(walk, frame, at);
	return by_kind[frame->sequence->at[frame->index].kind](walk, frame, at);
}

/* Walks a sequence; what it consumed lies on the stack from *ret_base on, for the caller to drop.
 */
static bool walk_sequence(struct match *match, const struct sequence *sequence, uint32_t at,
			  uint32_t *ret_end)
{
	const struct document *document = match->document;
	struct walk walk = {.match = match, .begin = at};
	struct frame frame = {.sequence = sequence};

	walk.limit = document->sentences.at[document->tokens.at[at].sentence].end;
	if (!walk_on(&walk, &frame, at))
		return false;
	*ret_end = walk.end;
	return true;
}

uint32_t walk_element(struct match *match, const struct element *element, uint32_t at)
{
	struct element alone = *element;
	struct sequence sequence = {&alone, 1};
	size_t base = match->matcher->steps.len;
	uint32_t end = at;

	walk_sequence(match, &sequence, at, &end);
	match->matcher->steps.len = base;
	return end;
}

bool walk_pattern(struct match *match, const struct expr *expr, uint32_t at, struct hit *ret_hit)
{
	size_t base = match->matcher->steps.len;
	uint32_t end;

	if (!walk_sequence(match, &expr->pattern, at, &end))
		return false;
	*ret_hit = (struct hit){
		.expr = expr,
		.first = at,
		.end = end,
		.sentence = match->document->tokens.at[at].sentence,
	};
	hit_build(match, base, ret_hit);
	match->matcher->steps.len = base;
	return true;
}
