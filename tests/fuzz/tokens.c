#include "fuzz.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "text/document.h"

#include <assert.h>

static void check_values(struct document *document, struct arena *arena)
{
	struct value value;

	for (uint32_t i = 0; i < document->tokens.len; i++) {
		uint32_t end = document->sentences.at[document->tokens.at[i].sentence].end;
		uint32_t number = text_number(document, i, &value);
		uint32_t money = text_money(document, i, &value);
		uint32_t date = text_date(document, i, arena, &value);

		assert(number >= i && number <= end && money >= i && money <= end && date >= i &&
		       date <= end);
	}
}

static void check_sentences(const struct document *document)
{
	uint32_t at = 0;

	for (size_t i = 0; i < document->sentences.len; i++) {
		const struct sentence *sentence = &document->sentences.at[i];

		assert(sentence->first == at && sentence->end > at);
		assert(i == 0 || sentence->paragraph - sentence[-1].paragraph <= 1);
		for (; at < sentence->end; at++)
			assert(document->tokens.at[at].sentence == i);
	}
	assert(at == document->tokens.len);
}

static void check_tokens(const struct document *document)
{
	for (uint32_t i = 0, last = 0; i < document->tokens.len; i++) {
		const struct token *token = &document->tokens.at[i];
		const struct word *word = token->word;
		uint8_t field = document->sentences.at[token->sentence].field;

		last = document->field_first[field] == i ? 0 : last;
		assert(i >= document->field_first[field] && i < document->field_end[field]);
		assert(token->from >= last && token->to > token->from &&
		       token->to <= document->texts[field].len);
		assert(utf8_valid(document_words(document, i, i + 1)) == token->to - token->from);
		assert(utf8_valid(word->folded) == word->folded.len && word->folded.len);
		assert(token->punctuation == (word->kind == WORD_PUNCTUATION));
		last = token->to;
	}
	for (size_t i = 0; i < document->quotations.len; i++) {
		const struct quotation *quotation = &document->quotations.at[i];

		assert(quotation->first + 1 < quotation->end &&
		       quotation->end <= document->tokens.len);
		assert(quotation->depth > 0 && document->tokens.at[quotation->first].punctuation);
		assert(i == 0 || quotation->first > quotation[-1].first);
	}
}

/*
 * The first byte chooses the language, and whether the rest, as far as it is well-formed, is read
 * as text or as an item whose summary is HTML.
 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const languages[] = {"en", "uk", "ru", "de", "ar", "he", "zh", "und"};
	static struct lexicon
		*lexicon; /* kept, as a worker keeps it, and made to forget now and then */
	struct view text = {(const char *)bytes + (len > 0), len - (len > 0)};
	struct view claim = view_of(languages[len ? bytes[0] % 8 : 0]);
	struct document document = {0};
	struct arena arena = {0};

	if (!lexicon)
		lexicon = lexicon_new(4096);
	lexicon_turn(lexicon);
	text.len = utf8_valid(text);
	if (len && bytes[0] & 8)
		document_read(&document,
			      &(struct item){.language = claim,
					     .modified = CLOCK_NONE,
					     .published = (int64_t)len * 86400 * CLOCK_SECOND,
					     .fields = {[ITEM_HEADLINE] = {text, false},
							[ITEM_SUMMARY] = {text, true}}},
			      lexicon, LANGUAGE_UNKNOWN, &arena);
	else
		document_read_text(&document, text, language_find(claim), lexicon, &arena);
	check_tokens(&document);
	check_sentences(&document);
	check_values(&document, &arena);
	document_fini(&document);
	arena_fini(&arena);
	return 0;
}
