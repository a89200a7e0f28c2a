#include "rules/eval.h"

#include "rules/judge.h"

/*
 * A run: read the item, find the candidates, judge them rule by rule, resolve. What is by item
 * lives in the item's arena or is dropped here at the begin; the vectors keep their memory, so that
 * a matcher stops allocating once it has seen its largest item.
 */
struct matcher *matcher_new(language fallback)
{
	struct matcher *matcher = xcalloc(1, sizeof(*matcher));

	matcher->fallback = fallback;
	matcher->lexicon = lexicon_new(LEXICON_WORDS_MAX);
	return matcher;
}

void matcher_free(struct matcher *matcher)
{
	if (!matcher)
		return;
	dictionary_fini(&matcher->dictionary);
	document_fini(&matcher->document);
	starts_fini(&matcher->starts);
	memo_fini(&matcher->memo);
	lexicon_free(matcher->lexicon);
	vec_fini(&matcher->outcomes);
	vec_fini(&matcher->words);
	vec_fini(&matcher->atoms);
	vec_fini(&matcher->calling);
	vec_fini(&matcher->beginning);
	vec_fini(&matcher->hits);
	vec_fini(&matcher->steps);
	vec_fini(&matcher->mentions);
	vec_fini(&matcher->candidates);
	vec_fini(&matcher->called);
	vec_fini(&matcher->last);
	free(matcher);
}

#define AHEAD 8 /* tokens whose words are fetched while others are at hand */

static void fetch_ahead(const struct matcher *matcher, uint32_t token)
{
	const struct document *document = &matcher->document;
	const struct dictionary *dictionary = &matcher->dictionary;

	if (token + AHEAD < document->tokens.len)
		__builtin_prefetch(dictionary->words.at +
				   document->tokens.at[token + AHEAD].word->id);
}

/* One pass over the tokens, for all that is done by token. */
static void read_words(struct matcher *matcher)
{
	const struct document *document = &matcher->document;
	uint32_t words = 0, count = (uint32_t)document->tokens.len;

	vec_reset(&matcher->calling);
	vec_reset(&matcher->beginning);
	vec_reserve(&matcher->words, count + 1);
	vec_reserve(&matcher->atoms, count);
	for (uint32_t i = 0; i < count; i++) {
		const struct token *token = &document->tokens.at[i];
		const struct word_atoms *atoms = dictionary_word(&matcher->dictionary, token->word);

		fetch_ahead(matcher, i);
		matcher->atoms.at[i] = *atoms;
		matcher->words.at[i] = words;
		words += !token->punctuation;
		if (atoms->calling > 0)
			vec_push(&matcher->calling, i);
		if (atoms->beginning > 0)
			vec_push(&matcher->beginning, i);
	}
	matcher->words.at[count] = words;
}

/* Everything for an item but the item's words: what was found in the last one is gone. */
static void begin(struct matcher *matcher, const struct ruleset *ruleset, struct arena *arena)
{
	dictionary_use(&matcher->dictionary, ruleset, lexicon_turn(matcher->lexicon));
	starts_begin(&matcher->starts, &ruleset->index);
	memo_begin(&matcher->memo, &ruleset->index);
	vec_reset(&matcher->outcomes);
	vec_reset(&matcher->candidates);
	while (matcher->last.len < ruleset->packs->rules.len)
		vec_push(&matcher->last, 0);
	matcher->match = (struct match){
		.ruleset = ruleset,
		.document = &matcher->document,
		.arena = arena,
		.matcher = matcher,
		.memo = &matcher->memo,
	};
}

static void judge(struct matcher *matcher)
{
	struct match *match = &matcher->match;
	uint32_t rule = UINT32_MAX;

	for (size_t i = 0; i < matcher->candidates.len; i++) {
		const struct candidate *candidate = &matcher->candidates.at[i];

		if (candidate->rule != rule)
			match->steps = 0;
		rule = candidate->rule;
		decide_rule(match, match->ruleset->packs->rules.at[rule],
			    candidate_scope(match, candidate), &matcher->outcomes);
	}
	match->steps = 0;
	decide_resolve(match, &matcher->outcomes);
}

static void read_item(struct matcher *matcher, const struct item *item, int64_t now)
{
	matcher->match.item = item;
	matcher->match.now = now;
	document_read(&matcher->document, item, matcher->lexicon, matcher->fallback,
		      matcher->match.arena);
	read_words(matcher);
}

void matcher_read(struct matcher *matcher, const struct ruleset *ruleset, const struct item *item,
		  int64_t now, struct arena *arena)
{
	begin(matcher, ruleset, arena);
	read_item(matcher, item, now);
}

void matcher_find(struct matcher *matcher)
{
	candidates_find(&matcher->match);
}

void matcher_decide(struct matcher *matcher, struct events *ret_events)
{
	judge(matcher);
	decide_events(&matcher->match, &matcher->outcomes, ret_events);
}

void matcher_run(struct matcher *matcher, const struct ruleset *ruleset, const struct item *item,
		 int64_t now, struct arena *arena, struct events *ret_events)
{
	matcher_read(matcher, ruleset, item, now, arena);
	matcher_find(matcher);
	matcher_decide(matcher, ret_events);
}

void matcher_run_unfiltered(struct matcher *matcher, const struct ruleset *ruleset,
			    const struct item *item, int64_t now, struct arena *arena,
			    struct events *ret_events)
{
	begin(matcher, ruleset, arena);
	read_item(matcher, item, now);
	matcher->match.unfiltered = true;
	candidates_all(&matcher->match);
	judge(matcher);
	decide_events(&matcher->match, &matcher->outcomes, ret_events);
}

void matcher_judge(struct matcher *matcher, const struct ruleset *ruleset,
		   struct judgement *judgement)
{
	begin(matcher, ruleset, judgement->arena);
	read_item(matcher, judgement->item, judgement->now);
	matcher->match.probe = judgement->probe;
	candidates_all(&matcher->match);
	judge(matcher);
	decide_events(&matcher->match, &matcher->outcomes, &judgement->events);
	judgement->match = &matcher->match;
	judgement->outcomes = &matcher->outcomes;
}

struct match *matcher_begin_text(struct matcher *matcher, const struct ruleset *ruleset,
				 struct view text, language lang, struct arena *arena)
{
	static const struct item nothing;

	begin(matcher, ruleset, arena);
	matcher->match.item = &nothing;
	document_read_text(&matcher->document, text, lang, matcher->lexicon, arena);
	read_words(matcher);
	return &matcher->match;
}
