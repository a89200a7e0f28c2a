#include "rules/reading.h"

/*
 * Cues: words that negate what others say, put it off, doubt it. Once per sentence, on demand,
 * every cue of the packs is looked for; each instance gets the tokens that it reaches:
 *
 *   - forward from its first word (a gap inside the cue is reached too), backward to its last;
 *   - as many words as its scope says; punctuation is not counted;
 *   - never beyond the sentence, a hit of its `stop` list, or the end of the speech it stands in;
 *     with `scope: clause` neither beyond ; : ( ) and a dash (a hyphen inside a word is no token).
 *
 * A hit of `pseudo` that overlaps a cue and is longer cancels it ("not only" against "not"). To
 * make a longer phrase reverse ("no longer"), list it among the cue's own words: overlapping
 * instances of one effect count as one, with the reach of both.
 *
 * An instance modifies a hit when its reach touches the anchor and the pattern consumed none of its
 * words literally. Double negation: an instance of negated, denied or averted directly in front of
 * another (at most one word and no mark between, and within reach) reverses it: "did not deny",
 * "was not averted", "no longer rejects" leave nothing. Farther apart they agree: "no power and no
 * water". The reversing one is spent on the other, unless the pattern consumed that.
 */
struct instance {
	struct cue_effect effect;
	const struct piece *pieces;
	uint32_t reach_first, reach_end;
	bool reversed_by_previous; /* the instance of a negation before it stands directly there */
	int previous;		   /* that instance's number; -1 */
};

struct sentence_cues {
	struct instance *at;
	size_t len;
};

#define REVERSING (MODALITY_NEGATED | MODALITY_DENIED | MODALITY_AVERTED)

bool match_aside(struct match *match, const struct expr *expr, struct scope scope,
		 struct hits *ret_hits)
{
	uint32_t steps = match->steps;
	bool finished;

	match->steps = 0;
	match_expr(match, expr, scope, ret_hits);
	finished = match->steps <= MATCH_STEPS_MAX;
	match->steps = steps;
	return finished;
}

bool languages_have(const struct languages *languages, language lang)
{
	for (size_t i = 0; i < languages->len; i++)
		if (languages->at[i] == lang)
			return true;
	return languages->len == 0;
}

struct cue_memo *cue_memo(struct match *match)
{
	if (!match->cues) {
		match->cues = arena_zalloc(match->arena, sizeof(*match->cues));
		match->cues->sentences = arena_array(match->arena, match->document->sentences.len,
						     sizeof(void *));
	}
	return match->cues;
}

/* --- how far a cue reaches --- */

static bool closes_clause(const struct token *token)
{
	static const char *const marks[] = {";", ":", "(", ")", "-"};

	if (!token->punctuation)
		return false;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (view_is(token->word->folded, marks[i]))
			return true;
	return false;
}

/* Whether the scope ends before this token. */
static bool ends_scope(const struct cue *cue, const struct token *token, uint8_t depth)
{
	return token->quote_depth < depth || (cue->scope == CUE_CLAUSE && closes_clause(token));
}

static uint32_t reach_forward(const struct match *match, const struct cue *cue, uint32_t from,
			      uint32_t limit)
{
	const struct token *tokens = match->document->tokens.at;
	unsigned left = cue->scope == CUE_WORDS ? cue->words : UINT32_MAX;
	uint8_t depth = tokens[from - 1].quote_depth;

	while (from < limit && !ends_scope(cue, &tokens[from], depth)) {
		if (!tokens[from].punctuation && left-- == 0)
			break;
		from++;
	}
	return from;
}

static uint32_t reach_backward(const struct match *match, const struct cue *cue, uint32_t from,
			       uint32_t limit)
{
	const struct token *tokens = match->document->tokens.at;
	unsigned left = cue->scope == CUE_WORDS ? cue->words : UINT32_MAX;
	uint8_t depth = tokens[from].quote_depth;

	while (from > limit && !ends_scope(cue, &tokens[from - 1], depth)) {
		if (!tokens[from - 1].punctuation && left-- == 0)
			break;
		from--;
	}
	return from;
}

/* The number of hits that begin before the token. */
static size_t begun_before(const struct hits *hits, uint32_t token)
{
	size_t low = 0, high = hits->len;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (hits->at[middle].first < token)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Narrows [first, end), a sentence, to what lies between the stops around the cue. */
static void keep_between_stops(const struct cue_effect *cue, const struct hits *stops,
			       struct cue_effect *bounds)
{
	size_t next, last;

	if (stops->len == 0)
		return;
	next = begun_before(stops, cue->end);
	last = begun_before(stops, cue->first);
	if (next < stops->len)
		bounds->end = stops->at[next].first;
	if (last > 0)
		bounds->first = stops->at[last - 1].end;
	if (bounds->first > cue->first)
		bounds->first = cue->first;
}

static void set_reach(const struct match *match, struct instance *instance,
		      const struct hits *stops, const struct sentence *sentence)
{
	const struct cue *cue = instance->effect.cue;
	struct cue_effect bounds = {cue, sentence->first, sentence->end, NULL};
	uint32_t first = instance->effect.first, end = instance->effect.end;

	keep_between_stops(&instance->effect, stops, &bounds);
	instance->reach_first = first;
	instance->reach_end = end;
	if (cue->dir != CUE_BACKWARD)
		instance->reach_end = reach_forward(match, cue, end, bounds.end);
	if (cue->dir != CUE_FORWARD)
		instance->reach_first = reach_backward(match, cue, first, bounds.first);
}

/* --- the cues of a sentence --- */

/* "No longer", in the languages whose packs may take it for a pseudo-cue. */
static bool says_ended(const struct match *match, const struct hit *hit)
{
	static const char *const phrases[][2] = {
		{"no", "longer"}, {"no", "more"}, {"not", "anymore"}, {"больше", "не"},
		{"більше", "не"}, {"уже", "не"},  {"вже", "не"},      {"nicht", "mehr"},
	};
	const struct token *tokens = match->document->tokens.at;

	if (hit->end - hit->first != 2)
		return false;
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (view_is(tokens[hit->first].word->folded, phrases[i][0]) &&
		    view_is(tokens[hit->first + 1].word->folded, phrases[i][1]))
			return true;
	return false;
}

static bool is_cancelled(const struct match *match, const struct hit *hit,
			 const struct hits *pseudos)
{
	for (size_t i = 0; i < pseudos->len && pseudos->at[i].first < hit->end; i++) {
		const struct hit *pseudo = &pseudos->at[i];

		if (pseudo->end > hit->first &&
		    pseudo->end - pseudo->first > hit->end - hit->first &&
		    !says_ended(match, pseudo))
			return true;
	}
	return false;
}

VEC_TYPE(instances, struct instance);

static void read_cue(struct match *match, const struct cue *cue, uint32_t number,
		     struct instances *instances)
{
	struct scope scope = {number, number + 1};
	struct hits hits, pseudos = {0}, stops = {0};

	match_aside(match, cue->any, scope, &hits);
	if (hits.len == 0)
		return;
	if (cue->pseudo)
		match_aside(match, cue->pseudo, scope, &pseudos);
	if (cue->stop)
		match_aside(match, cue->stop, scope, &stops);
	for (size_t i = 0; i < hits.len; i++) {
		const struct hit *hit = &hits.at[i];
		struct instance instance = {
			.effect = {cue, hit->first, hit->end, NULL},
			.pieces = hit->pieces,
			.previous = -1,
		};

		if (hit->first == hit->end || is_cancelled(match, hit, &pseudos))
			continue;
		set_reach(match, &instance, &stops, &match->document->sentences.at[number]);
		vec_push(instances, instance);
	}
}

static int compare_instances(const void *left, const void *right)
{
	const struct instance *a = left, *b = right;

	if (a->effect.first != b->effect.first)
		return a->effect.first < b->effect.first ? -1 : 1;
	if (a->effect.end != b->effect.end)
		return a->effect.end > b->effect.end ? -1 : 1;
	return view_compare(a->effect.cue->name, b->effect.cue->name);
}

/* One instance of two that overlap and have the same effect: the longer, with the reach of both. */
static bool absorb(struct instance *kept, const struct instance *other)
{
	uint32_t first = kept->reach_first, end = kept->reach_end;

	if (kept->effect.cue->effect != other->effect.cue->effect ||
	    kept->effect.end <= other->effect.first)
		return false;
	if (other->effect.end - other->effect.first > kept->effect.end - kept->effect.first)
		*kept = *other;
	kept->reach_first = first < other->reach_first ? first : other->reach_first;
	kept->reach_end = end > other->reach_end ? end : other->reach_end;
	return true;
}

static size_t unite_instances(struct instance *at, size_t len)
{
	int last[MODALITY_NAMES]; /* kept instance by effect */
	size_t kept = 0;

	for (size_t i = 0; i < MODALITY_NAMES; i++)
		last[i] = -1;
	for (size_t i = 0; i < len && kept < CUES_MAX; i++) {
		int *before = &last[__builtin_ctz(at[i].effect.cue->effect)];

		if (*before >= 0 && absorb(&at[*before], &at[i]))
			continue;
		*before = (int)kept;
		at[kept++] = at[i];
	}
	return kept;
}

static bool stands_directly_before(const struct match *match, const struct instance *a,
				   const struct instance *b)
{
	unsigned words = 0;

	if (b->effect.first < a->effect.end || b->effect.first >= a->reach_end)
		return false;
	for (uint32_t i = a->effect.end; i < b->effect.first; i++, words++)
		if (match->document->tokens.at[i].punctuation || words == 1)
			return false;
	return true;
}

static void find_reversals(const struct match *match, struct sentence_cues *cues)
{
	int before = -1;

	for (size_t i = 0; i < cues->len; i++) {
		struct instance *instance = &cues->at[i];

		if (!(instance->effect.cue->effect & REVERSING))
			continue;
		if (before >= 0 && stands_directly_before(match, &cues->at[before], instance)) {
			instance->reversed_by_previous = true;
			instance->previous = before;
		}
		before = (int)i;
	}
}

static const struct sentence_cues *sentence_cues(struct match *match, uint32_t number)
{
	const struct packs *packs = ruleset_packs(match->ruleset);
	struct sentence_cues **place = &cue_memo(match)->sentences[number];
	struct sentence_cues *cues = *place;
	struct instances found = {0};

	if (cues)
		return cues;
	for (size_t i = 0; i < packs->cues.len; i++) {
		const struct cue *cue = packs->cues.at[i];

		if (!cue->disabled && languages_have(&cue->langs, match->document->lang))
			read_cue(match, cue, number, &found);
	}
	cues = arena_zalloc(match->arena, sizeof(*cues));
	if (found.len > 0) {
		qsort(found.at, found.len, sizeof(*found.at), compare_instances);
		cues->len = unite_instances(found.at, found.len);
		cues->at = arena_array(match->arena, cues->len, sizeof(*cues->at));
		memcpy(cues->at, found.at, cues->len * sizeof(*cues->at));
		find_reversals(match, cues);
	}
	vec_fini(&found);
	return *place = cues;
}

/* --- what reaches a hit --- */

static bool pieces_meet(const struct piece *a, const struct piece *others)
{
	for (; a; a = a->next)
		for (const struct piece *b = others; b; b = b->next)
			if (a->first < b->end && b->first < a->end)
				return true;
	return false;
}

static bool is_consumed(const struct instance *instance, const struct hit *hit)
{
	return instance->effect.first < hit->end && hit->first < instance->effect.end &&
	       pieces_meet(instance->pieces, hit->pieces);
}

enum reach { REACH_NOT, REACH_YES, REACH_REVERSED };

/* How each cue of the sentence reaches the anchor; an instance that is spent on another: not. */
static void find_reaches(const struct sentence_cues *cues, const struct hit *hit,
			 uint8_t reaches[CUES_MAX])
{
	bool reversed[CUES_MAX] = {0}; /* by an odd number of those before it */

	for (size_t i = 0; i < cues->len; i++) {
		const struct instance *instance = &cues->at[i];
		int previous = instance->previous;
		bool consumed = is_consumed(instance, hit);
		bool touches = hit->anchor < instance->reach_end &&
			       hit->anchor_end > instance->reach_first;

		reaches[i] = REACH_NOT;
		if (consumed)
			continue;
		if (instance->reversed_by_previous && !is_consumed(&cues->at[previous], hit))
			reversed[i] = !reversed[previous];
		if (!touches)
			continue;
		reaches[i] = reversed[i] ? REACH_REVERSED : REACH_YES;
		if (instance->reversed_by_previous)
			reaches[previous] = REACH_NOT;
	}
}

unsigned cue_modality(struct match *match, const struct hit *hit,
		      const struct cue_effect **ret_cues)
{
	const struct cue_effect *effects = NULL;
	const struct sentence_cues *cues;
	const struct token *token;
	uint8_t reaches[CUES_MAX];
	unsigned modality = 0;

	if (ret_cues)
		*ret_cues = NULL;
	if (hit->anchor == hit->anchor_end)
		return 0;
	token = &match->document->tokens.at[hit->anchor];
	if (token->quote_depth > 0)
		modality |= MODALITY_QUOTED;
	cues = sentence_cues(match, token->sentence);
	find_reaches(cues, hit, reaches);
	for (size_t i = cues->len; i-- > 0;) {
		struct cue_effect *effect;

		if (reaches[i] != REACH_YES)
			continue;
		modality |= cues->at[i].effect.cue->effect;
		if (!ret_cues)
			continue;
		effect = arena_alloc(match->arena, sizeof(*effect));
		*effect = cues->at[i].effect;
		effect->next = effects;
		effects = effect;
	}
	if (ret_cues)
		*ret_cues = effects;
	return modality;
}
