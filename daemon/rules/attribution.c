#include "rules/reading.h"

/*
 * Who says what. Two kinds of ranges carry an attribution: direct speech by paired marks, which the
 * document has found and which may go on over several sentences, and text reported within one
 * sentence (speech.c). The speaker of direct speech is taken
 *
 *   - from the first verb of saying behind its end, in the sentence where it ends and before any
 *     further speech begins ("…," Putin said);
 *   - else from the last one before it, in the sentence where it begins (Putin said: "…");
 *   - else from the speech before it, where it goes on directly: the sentence begins with it, in
 * the same paragraph, and that speech ended in this sentence or the one before.
 *
 * Sentences and quotations are read once, on demand; the work for each is bounded by its length.
 */
struct speech {
	bool read;
	struct attribution said;
};

struct attribution_memo {
	struct sayings **sentences; /* by number; NULL: not read yet */
	struct speech *speeches;    /* by number of the quotation */
	int32_t *parents;	    /* the quotation around each; -1 */
};

#define SPEECH_NEAR 16 /* tokens between the end of a speech and its verb */

static void find_parents(const struct document *document, int32_t *parents)
{
	for (size_t i = 0; i < document->quotations.len; i++) {
		int32_t parent = (int32_t)i - 1;

		while (parent >= 0 &&
		       document->quotations.at[parent].end <= document->quotations.at[i].first)
			parent = parents[parent];
		parents[i] = parent;
	}
}

static struct attribution_memo *attribution_memo(struct match *match)
{
	const struct document *document = match->document;
	struct attribution_memo *memo = match->attributions;

	if (memo)
		return memo;
	memo = match->attributions = arena_zalloc(match->arena, sizeof(*memo));
	memo->sentences = arena_array(match->arena, document->sentences.len, sizeof(void *));
	memo->speeches = arena_array(match->arena, document->quotations.len,
				     sizeof(*memo->speeches));
	memo->parents = arena_array(match->arena, document->quotations.len, sizeof(int32_t));
	find_parents(document, memo->parents);
	return memo;
}

static const struct sayings *sayings_of(struct match *match, uint32_t sentence)
{
	struct sayings **place = &attribution_memo(match)->sentences[sentence];

	if (!*place) {
		*place = arena_zalloc(match->arena, sizeof(**place));
		speech_read(match, sentence, *place);
	}
	return *place;
}

/* --- direct speech --- */

static uint32_t sentence_of(const struct match *match, uint32_t token)
{
	return match->document->tokens.at[token].sentence;
}

/* Where the next speech that is not inside this one begins. */
static uint32_t next_speech(const struct document *document, size_t number)
{
	const struct quotation *at = document->quotations.at;
	uint32_t end = at[number].end;

	for (number++; number < document->quotations.len; number++)
		if (at[number].first >= end)
			return at[number].first;
	return UINT32_MAX;
}

static const struct saying *saying_behind(struct match *match, size_t number)
{
	const struct quotation *speech = &match->document->quotations.at[number];
	const struct sayings *sayings = sayings_of(match, sentence_of(match, speech->end - 1));

	for (size_t i = 0; i < sayings->len; i++) {
		const struct saying *saying = &sayings->at[i];

		if (saying->first < speech->end)
			continue;
		if (saying->first - speech->end > SPEECH_NEAR ||
		    saying->first > next_speech(match->document, number))
			return NULL;
		return saying;
	}
	return NULL;
}

static const struct saying *saying_before(struct match *match, size_t number)
{
	const struct quotation *speech = &match->document->quotations.at[number];
	const struct token *tokens = match->document->tokens.at;
	const struct sayings *sayings = sayings_of(match, sentence_of(match, speech->first));

	for (size_t i = sayings->len; i-- > 0;)
		if (sayings->at[i].end <= speech->first &&
		    tokens[sayings->at[i].first].quote_depth < speech->depth)
			return &sayings->at[i];
	return NULL;
}

/* Whether a speech without a verb of its own goes on with the one before it. */
static bool goes_on(const struct match *match, size_t number)
{
	const struct document *document = match->document;
	const struct quotation *at = document->quotations.at;
	uint32_t now = sentence_of(match, at[number].first), before;

	if (number == 0 || at[number - 1].end > at[number].first ||
	    document->sentences.at[now].first != at[number].first)
		return false;
	before = sentence_of(match, at[number - 1].end - 1);
	return now - before <= 1 &&
	       document->sentences.at[now].paragraph == document->sentences.at[before].paragraph;
}

static bool read_own_speaker(struct match *match, size_t number, struct attribution *said)
{
	const struct saying *saying = saying_behind(match, number);

	if (!saying)
		saying = saying_before(match, number);
	if (!saying)
		return false;
	said->speaker = saying->said.speaker;
	said->speaker_first = saying->said.speaker_first;
	said->speaker_end = saying->said.speaker_end;
	return true;
}

static const struct attribution *speech_of(struct match *match, size_t number)
{
	struct speech *speeches = attribution_memo(match)->speeches;
	const struct quotation *at = match->document->quotations.at;
	size_t from = number;

	/* Back to where the chain of speeches that go on begins, then forward again. */
	while (!speeches[from].read) {
		struct speech *speech = &speeches[from];

		speech->read = true;
		speech->said.first = at[from].first;
		speech->said.end = at[from].end;
		speech->said.quoted = true;
		if (read_own_speaker(match, from, &speech->said) || !goes_on(match, from))
			break;
		from--;
	}
	for (; from < number; from++) {
		struct attribution *next = &speeches[from + 1].said;

		next->speaker = speeches[from].said.speaker;
		next->speaker_first = speeches[from].said.speaker_first;
		next->speaker_end = speeches[from].said.speaker_end;
	}
	return &speeches[number].said;
}

/* The innermost quotation over a token; -1. */
static int32_t quotation_at(struct match *match, uint32_t token)
{
	const struct quotation *at = match->document->quotations.at;
	const struct attribution_memo *memo = attribution_memo(match);
	size_t low = 0, high = match->document->quotations.len;
	int32_t found;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (at[middle].first <= token)
			low = middle + 1;
		else
			high = middle;
	}
	found = (int32_t)low - 1;
	while (found >= 0 && at[found].end <= token)
		found = memo->parents[found];
	return found;
}

/* --- both kinds --- */

static bool has_speaker(const struct attribution *attribution)
{
	return attribution->speaker || attribution->speaker_first < attribution->speaker_end;
}

static const struct attribution *inner(const struct attribution *a, const struct attribution *b)
{
	if (!a || !b)
		return a ? a : b;
	if (has_speaker(a) != has_speaker(b))
		return has_speaker(a) ? a : b;
	return b->end - b->first < a->end - a->first ? b : a;
}

const struct attribution *attribution_at(struct match *match, uint32_t token)
{
	const struct attribution *found = NULL;
	const struct sayings *sayings;

	if (token >= match->document->tokens.len)
		return NULL;
	for (int32_t at = quotation_at(match, token); at >= 0;
	     at = attribution_memo(match)->parents[at])
		found = inner(found, speech_of(match, (size_t)at));
	sayings = sayings_of(match, sentence_of(match, token));
	for (size_t i = 0; i < sayings->len; i++) {
		const struct attribution *said = &sayings->at[i].said;

		if (token >= said->first && token < said->end &&
		    (token < sayings->at[i].first || token >= sayings->at[i].end))
			found = inner(found, said);
	}
	return found;
}

bool attribution_by(struct match *match, const struct hit *hit, const struct expr *by)
{
	const struct attribution *attribution;

	if (hit->anchor == hit->anchor_end)
		return false;
	attribution = attribution_at(match, hit->anchor);
	return attribution && attribution->speaker && expr_entity(by, attribution->speaker);
}

bool attribution_names(struct match *match, uint32_t first, uint32_t end)
{
	const struct sayings *sayings;

	if (first >= end)
		return false;
	sayings = sayings_of(match, sentence_of(match, first));
	for (size_t i = 0; i < sayings->len; i++)
		if (first >= sayings->at[i].said.speaker_first &&
		    end <= sayings->at[i].said.speaker_end)
			return true;
	return false;
}

struct view attribution_speaker(const struct match *match, const struct attribution *attribution)
{
	const struct entity *entity = attribution->speaker;

	if (entity) {
		while (entity->parent)
			entity = entity->parent;
		return entity->id;
	}
	if (attribution->speaker_first == attribution->speaker_end)
		return VIEW_NONE;
	return document_words(match->document, attribution->speaker_first,
			      attribution->speaker_end);
}
