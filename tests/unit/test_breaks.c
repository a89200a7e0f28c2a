#include "text_fixture.h"

#include "base/file.h"
#include "base/utf8.h"
#include "text/character.h"

#include <unicode/ubrk.h>

/*
 * Words and sentences against ICU over invented news in eleven languages and eight scripts. Every
 * boundary that one side has and the other has not must be one of the tailorings that token.c and
 * sentence.c state.
 */
static const char *const languages[] = {"en", "uk", "ru", "de", "el", "ar",
					"he", "hi", "ka", "zh", "th"};

struct oracle {
	const struct document *document;
	struct characters characters;
	struct view text;
	bool *icu;  /* per byte: ICU has a boundary there */
	bool *ours; /* likewise */
};

static void ask_icu(struct oracle *oracle, UBreakIteratorType type)
{
	UErrorCode code = U_ZERO_ERROR;
	UText *text = utext_openUTF8(NULL, oracle->text.ptr, (int64_t)oracle->text.len, &code);
	UBreakIterator *breaks = ubrk_open(type, "en", NULL, 0, &code);

	memset(oracle->icu, 0, oracle->text.len + 1);
	ubrk_setUText(breaks, text, &code);
	ck_assert(U_SUCCESS(code));
	for (int32_t at = ubrk_first(breaks); at != UBRK_DONE; at = ubrk_next(breaks))
		oracle->icu[at] = true;
	ubrk_close(breaks);
	utext_close(text);
}

static enum character class_at(struct oracle *oracle, size_t at)
{
	uint32_t code;

	if (at >= oracle->text.len)
		return CHAR_SPACE;
	utf8_decode(oracle->text.ptr + at, &code);
	return character_of(&oracle->characters, code);
}

static size_t before(const struct oracle *oracle, size_t at)
{
	do
		at--;
	while (((unsigned char)oracle->text.ptr[at] & 0xC0) == 0x80);
	return at;
}

static bool starts(const struct oracle *oracle, size_t at, const char *text)
{
	return view_starts(view_slice(oracle->text, at, oracle->text.len), view_of(text));
}

/* ICU joins what this room splits: 's, n't, and words of scripts that ICU has a dictionary for. */
static bool may_split(struct oracle *oracle, size_t at)
{
	size_t last = before(oracle, at);

	if (starts(oracle, at, "'s") || starts(oracle, at, "’s") || starts(oracle, at, "n't") ||
	    starts(oracle, at, "n’t"))
		return true;
	while (last > 0 && class_at(oracle, last) == CHAR_EXTEND)
		last = before(oracle, last);
	return class_at(oracle, at) == CHAR_SINGLE || class_at(oracle, last) == CHAR_SINGLE;
}

/* ICU splits what this room joins: a word and the stop of its abbreviation. */
static bool may_join(const struct oracle *oracle, size_t at)
{
	const struct document *document = oracle->document;

	for (size_t i = 0; i < document->tokens.len; i++) {
		const struct token *token = &document->tokens.at[i];

		if (token->from < at && token->to > at)
			return token->to == at + 1 && starts(oracle, at, ".");
	}
	return true; /* between white space, or around a hyphen: no token is cut */
}

static void check_words(struct oracle *oracle)
{
	memset(oracle->ours, 0, oracle->text.len + 1);
	for (size_t i = 0; i < oracle->document->tokens.len; i++) {
		oracle->ours[oracle->document->tokens.at[i].from] = true;
		oracle->ours[oracle->document->tokens.at[i].to] = true;
	}
	ask_icu(oracle, UBRK_WORD);
	for (size_t at = 1; at < oracle->text.len; at++) {
		bool fine = oracle->icu[at] == oracle->ours[at] ||
			    (oracle->ours[at] ? may_split(oracle, at) : may_join(oracle, at));

		ck_assert_msg(fine, "%s: word boundary before \"%.20s\"",
			      language_code(oracle->document->lang), oracle->text.ptr + at);
	}
}

static bool ends_abbreviation(const struct oracle *oracle, uint32_t token)
{
	const struct token *at = &oracle->document->tokens.at[token];

	return !at->punctuation && oracle->text.ptr[at->to - 1] == '.';
}

/* Abbreviations and initials end a sentence for ICU, a stop before a number does not. */
static bool may_differ(const struct oracle *oracle, uint32_t token, bool ours)
{
	const struct token *at = &oracle->document->tokens.at[token];

	return ours ? at->word->kind == WORD_DIGITS : ends_abbreviation(oracle, token - 1);
}

static void check_sentences(struct oracle *oracle)
{
	const struct document *document = oracle->document;

	ask_icu(oracle, UBRK_SENTENCE);
	for (uint32_t i = 1; i < document->tokens.len; i++) {
		const struct token *token = &document->tokens.at[i];
		bool ours = token->sentence != token[-1].sentence, icu = false;

		for (size_t at = token[-1].to; at <= token->from; at++)
			icu |= oracle->icu[at];
		ck_assert_msg(icu == ours || may_differ(oracle, i, ours),
			      "%s: sentence before \"%.20s\"", language_code(document->lang),
			      oracle->text.ptr + token->from);
	}
}

START_TEST(agrees_with_icu)
{
	const char *lang = languages[_i];
	struct fixture fixture = {0};
	struct oracle oracle = {.document = &fixture.document};
	struct str text = {0};
	struct err err;
	char path[512];

	snprintf(path, sizeof(path), "%s/tests/unit/breaks/%s.txt", SOURCE_FOLDER, lang);
	ck_assert_int_eq(file_read(path, 1 << 20, &text, &err), 0);
	fixture_read(&fixture, lang, text.ptr);
	ck_assert_uint_gt(fixture.document.sentences.len, 1);
	oracle.text = str_view(&text);
	oracle.icu = xcalloc(text.len + 1, 1);
	oracle.ours = xcalloc(text.len + 1, 1);
	check_words(&oracle);
	check_sentences(&oracle);
	free(oracle.icu);
	free(oracle.ours);
	characters_fini(&oracle.characters);
	str_fini(&text);
	fixture_fini(&fixture);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("breaks");
	TCase *tcase = tcase_create("breaks");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, agrees_with_icu, 0, sizeof(languages) / sizeof(languages[0]));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
