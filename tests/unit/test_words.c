#include "text_fixture.h"

static const struct {
	const char *lang, *surface, *folded, *exact, *stem;
	enum word_kind kind;
	const char *flags; /* c capital, u upper, n without case */
} cases[] = {
	{"en", "Talks", "talks", "Talks", "talk", WORD_LETTERS, "c"},
	{"en", "NATO", "nato", "NATO", "nato", WORD_LETTERS, "cu"},
	{"en", "iPhone", "iphone", "iPhone", "iphon", WORD_LETTERS, ""},
	{"en", "600,000", "600,000", "600,000", "600,000", WORD_DIGITS, ""},
	{"en", "20th", "20th", "20th", "20th", WORD_DIGITS, ""},
	{"en", "’s", "'s", "'s", "'s", WORD_LETTERS, ""},
	{"en", "N’T", "n't", "N'T", "n't", WORD_LETTERS, "cu"},
	{"en", "U.S", "u.s.", "U.S.", "u.s.", WORD_LETTERS, "cu"},
	{"en", "Mr.", "mr", "Mr", "mr", WORD_LETTERS, "c"},
	{"en", "—", "-", "-", "-", WORD_PUNCTUATION, ""},
	{"en", "«", "\"", "\"", "\"", WORD_PUNCTUATION, ""},
	{"en", "\u00AD", "\u00AD", "\u00AD", "\u00AD", WORD_PUNCTUATION, ""},
	{"en", "e\u0301lite", "élite", "élite", "élite", WORD_LETTERS, ""},
	{"uk", "Переговори", "переговори", "Переговори", "переговори", WORD_LETTERS, "c"},
	{"ru", "Переговоров", "переговоров", "Переговоров", "переговор", WORD_LETTERS, "c"},
	{"ru", "Зелёный", "зеленый", "Зелёный", "зелен", WORD_LETTERS, "c"},
	{"de", "Straßen", "strassen", "Straßen", "strass", WORD_LETTERS, "c"},
	{"ka", "ომი", "ომი", "ომი", "ომი", WORD_LETTERS, "n"},
	{"zh", "电", "电", "电", "电", WORD_LETTERS, "n"},
	{"tr", "İstanbul", "i̇stanbul", "İstanbul", "i̇stanbul", WORD_LETTERS, "c"},
};

START_TEST(knows_words)
{
	struct lexicon *lexicon = lexicon_new(LEXICON_WORDS_MAX);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct word *word = lexicon_word(
			lexicon, language_find(view_of(cases[i].lang)), view_of(cases[i].surface));
		char flags[8];

		snprintf(flags, sizeof(flags), "%s%s%s", word->capital ? "c" : "",
			 word->upper ? "u" : "", word->uncased ? "n" : "");
		ck_assert_msg(view_is(word->folded, cases[i].folded), "%s", cases[i].surface);
		ck_assert_msg(view_is(word->exact, cases[i].exact), "%s", cases[i].surface);
		ck_assert_msg(view_is(word->stem, cases[i].stem), "%s: %.*s", cases[i].surface,
			      VIEW_ARGS(word->stem));
		ck_assert_int_eq(word->kind, cases[i].kind);
		ck_assert_str_eq(flags, cases[i].flags);
		ck_assert_uint_eq(word->id, i);
	}
	lexicon_free(lexicon);
}
END_TEST

START_TEST(remembers_and_forgets)
{
	struct lexicon *lexicon = lexicon_new(10000);
	uint64_t turn = lexicon_turn(lexicon);
	const struct word *first = lexicon_word(lexicon, LANGUAGE_UNKNOWN, VIEW("w0"));
	char text[16];

	for (int i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "w%d", i % 10001);
		lexicon_word(lexicon, LANGUAGE_UNKNOWN, view_of(text));
		if (i < 10000)
			ck_assert_uint_eq(lexicon_turn(lexicon), turn);
	}
	ck_assert_uint_eq(lexicon_count(lexicon), 10001);
	ck_assert_ptr_eq(lexicon_word(lexicon, LANGUAGE_UNKNOWN, VIEW("w0")), first);
	ck_assert_uint_ne(lexicon_turn(lexicon), turn);
	ck_assert_uint_eq(lexicon_count(lexicon), 0);
	ck_assert_uint_eq(lexicon_word(lexicon, LANGUAGE_UNKNOWN, VIEW("w7"))->id, 0);
	lexicon_free(lexicon);
}
END_TEST

START_TEST(cuts_long_surfaces)
{
	struct lexicon *lexicon = lexicon_new(LEXICON_WORDS_MAX);
	char *text = xmalloc(9000);
	const struct word *word;

	for (size_t i = 0; i < 3000; i++)
		memcpy(text + 3 * i, "\uFDFA", 3); /* 18 characters each in NFKC */
	word = lexicon_word(lexicon, language_find(VIEW("ar")), (struct view){text, 9000});
	ck_assert_uint_le(word->exact.len, WORD_SURFACE_MAX);
	ck_assert_uint_gt(word->folded.len, 1000);
	free(text);
	lexicon_free(lexicon);
}
END_TEST

int main(void)
{
	return RUN_SUITE("words", knows_words, remembers_and_forgets, cuts_long_surfaces);
}
