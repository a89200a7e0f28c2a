#include "rules/eval.h"

/*
 * The pre-filter. One pass over the tokens: a word whose atoms call rules puts each of them down
 * for the scope that the word stands in, once. Rules without any necessary atom are put down for
 * every scope. What comes out is in order of rule, then of scope, as if all had been tried.
 */
static uint32_t scope_begin(const struct rule *rule, uint32_t sentence, uint32_t paragraph)
{
	switch (rule->scope) {
	case SCOPE_SENTENCE:
		return sentence;
	case SCOPE_PARAGRAPH:
		return paragraph;
	case SCOPE_ITEM:
		break;
	}
	return 0;
}

static void call(struct match *match, uint32_t number, uint32_t sentence, uint32_t paragraph)
{
	struct matcher *matcher = match->matcher;
	const struct rule *rule = match->ruleset->packs->rules.at[number];
	uint32_t begin = scope_begin(rule, sentence, paragraph);

	if (matcher->last.at[number] == begin + 1)
		return;
	if (matcher->last.at[number] == 0)
		vec_push(&matcher->called, number);
	matcher->last.at[number] = begin + 1;
	vec_push(&matcher->candidates, (struct candidate){number, begin});
}

static void call_word(struct match *match, const struct word *word, uint32_t sentence,
		      uint32_t paragraph)
{
	struct dictionary *dictionary = &match->matcher->dictionary;
	const struct postings *rules = &match->ruleset->index.rules;
	const struct word_atoms *atoms = dictionary_word(dictionary, word);
	const uint32_t *at = dictionary->pool.at + atoms->at + atoms->asked;

	for (uint32_t i = 0; i < atoms->calling; i++)
		for (uint32_t k = rules->from[at[i]]; k < rules->from[at[i] + 1]; k++)
			call(match, rules->at[k], sentence, paragraph);
}

static int in_order(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;

	if (left->rule != right->rule)
		return left->rule < right->rule ? -1 : 1;
	return left->sentence < right->sentence ? -1 : left->sentence > right->sentence;
}

static void settle(struct match *match)
{
	struct matcher *matcher = match->matcher;

	for (size_t i = 0; i < matcher->called.len; i++)
		matcher->last.at[matcher->called.at[i]] = 0;
	vec_reset(&matcher->called);
	if (matcher->candidates.len > 1)
		qsort(matcher->candidates.at, matcher->candidates.len,
		      sizeof(*matcher->candidates.at), in_order);
}

/* Calls given rules in every scope. */
static void call_everywhere(struct match *match, const uint32_t *rules, size_t count)
{
	const struct document *document = match->document;
	uint32_t paragraph = 0;

	for (uint32_t i = 0; i < document->sentences.len && count > 0; i++) {
		if (document->sentences.at[i].paragraph !=
		    document->sentences.at[paragraph].paragraph)
			paragraph = i;
		for (size_t k = 0; k < count; k++)
			call(match, rules ? rules[k] : (uint32_t)k, i, paragraph);
	}
}

void candidates_find(struct match *match)
{
	const struct matcher *matcher = match->matcher;
	const struct index *index = &match->ruleset->index;
	const struct document *document = match->document;
	uint32_t paragraph = 0, sentence = 0;

	call_everywhere(match, index->always, index->always_count);
	for (size_t i = 0; i < matcher->calling.len; i++) {
		const struct token *token = &document->tokens.at[matcher->calling.at[i]];

		for (; sentence < token->sentence; sentence++)
			if (document->sentences.at[sentence + 1].paragraph !=
			    document->sentences.at[sentence].paragraph)
				paragraph = sentence + 1;
		call_word(match, token->word, sentence, paragraph);
	}
	settle(match);
}

void candidates_all(struct match *match)
{
	call_everywhere(match, NULL, match->ruleset->packs->rules.len);
	settle(match);
}

struct scope candidate_scope(const struct match *match, const struct candidate *candidate)
{
	const struct document *document = match->document;
	const struct rule *rule = match->ruleset->packs->rules.at[candidate->rule];
	struct scope scope = {candidate->sentence, candidate->sentence + 1};

	if (rule->scope == SCOPE_ITEM)
		return (struct scope){0, (uint32_t)document->sentences.len};
	while (rule->scope == SCOPE_PARAGRAPH && scope.end < document->sentences.len &&
	       document->sentences.at[scope.end].paragraph ==
		       document->sentences.at[scope.first].paragraph)
		scope.end++;
	return scope;
}
