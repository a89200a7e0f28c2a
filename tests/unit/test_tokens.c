#include "text_fixture.h"

static const struct {
	const char *lang, *text, *tokens;
} cases[] = {
	/* words */
	{"en", "", ""},
	{"en", " \n ", ""},
	{"en", "Load-shedding and load‑shedding", "load shedding and load shedding"},
	{"en", "Kyiv–Moscow talks — off - on", "kyiv moscow talks - off - on"},
	{"en", "Ukraine's and Russia’s and U.S.'s", "ukraine 's and russia 's and u.s. 's"},
	{"en", "the rebels' demands, the F-16's", "the rebels 's demands , the f 16 's"},
	{"en", "They didn't and won’t, can't, DON'T", "they did n't and wo n't , ca n't , do n't"},
	{"en", "n't 's we'll they've o'clock", "n't 's we'll they've o'clock"},
	{"en", "1,200.50 and 600,000 and 5bn and 20th", "1,200.50 and 600,000 and 5bn and 20th"},
	{"en", "a 20-point plan, 16:30, 2025-12-19", "a 20 point plan , 16 : 30 , 2025 12 19"},
	{"en", "600\u202F000 homes", "600000 homes"},
	{"en", "$5 (50%) #Odesa @user me@example.org a:b",
	 "$ 5 ( 50 % ) # odesa @ user me@example.org a : b"},
	{"en", "co\u00ADoper\u200Bation", "cooperation"},
	{"en", "ﬁre ＮＡＴＯ Straße", "fire nato strasse"},
	{"en", "🇺🇦🇵🇱 👩‍🚀! ⚡️go", "🇺🇦 🇵🇱 👩🚀 ! | ⚡ go"},
	{"en", "U.S and U.S. forces, e.g. ours", "u.s. and u.s. forces , e.g. ours"},
	{"uk", "об'єднані обʼєднані об’єднані", "об'єднані об'єднані об'єднані"},
	{"uk", "Kиїв i cвiтло, Pосія", "київ i світло , росія"},
	{"en", "pоwer оutаge", "power outage"},
	{"ru", "Ёлка ещё", "елка еще"},
	{"uk", "ґанок ї", "ґанок ї"},
	{"he", "צה\"ל וגם ארה'", "צה\"ל וגם ארה'"},
	{"zh", "停电了。", "停 电 了 。"},
	{"ja", "東京で停電", "東 京 で 停 電"},
	{"th", "ไฟดับ", "ไ ฟ ดั บ"},
	{"ko", "정전 발생", "정전 발생"},
	{"hi", "बिजली गुल।", "बिजली गुल ।"},
	/* sentences */
	{"en", "Mr. Smith met Dr. Jones. They left.", "mr smith met dr jones . | they left ."},
	{"en", "J. K. Doe and George W. Bush met.", "j k doe and george w bush met ."},
	{"en", "He left the U.S. The talks ended.", "he left the u.s. | the talks ended ."},
	{"en", "The U.S. President spoke.", "the u.s. president spoke ."},
	{"en", "The U.S. and U.K. agreed at 5 p.m. In Kyiv it rained.",
	 "the u.s. and u.k. agreed at 5 p.m. | in kyiv it rained ."},
	{"en", "It rose 3.5 percent. No. 5 fell on Jan. 5. He said no.",
	 "it rose 3.5 percent . | no 5 fell on jan 5 . | he said no ."},
	{"en", "Power failed. 45 people died.", "power failed . | 45 people died ."},
	{"en", "\"Why?\" he asked. “Go!” She went.",
	 "\" why ? \" he asked . | \" go ! \" | she went ."},
	{"en", "He said (quietly.) Then left.", "he said ( quietly . ) | then left ."},
	{"en", "Wait... what? Yes!", "wait . . . what ? | yes !"},
	{"en", "in St. Petersburg, St. Mary's etc. and so on. The end.",
	 "in st petersburg , st mary 's etc and so on . | the end ."},
	{"en", "in the U.S. “The plan failed,” he said.",
	 "in the u.s. | \" the plan failed , \" he said ."},
	{"uk", "Вул. Лесі Українки, м. Київ і т. д. Це 5 млн. грн. за рік.",
	 "вул лесі українки , м київ і т д | це 5 млн грн за рік ."},
	{"uk", "В. О. Зеленський прибув. Він заявив.", "в о зеленський прибув . | він заявив ."},
	{"ru", "На ул. Ленина, т. е. в обл. центре. Это 10 тыс. человек.",
	 "на ул ленина , т е в обл центре . | это 10 тыс человек ."},
	{"zh", "停电了。修好了。", "停 电 了 。 | 修 好 了 。"},
	/* paragraphs and lines */
	{"en", "One.\n\nTwo.\r\n\r\nThree.", "one . || two . || three ."},
	{"en", "Outage in Kyiv\nPower is off\nWait", "outage in kyiv || power is off || wait"},
	{"en", "A\nB\n\nC", "a | b || c"},
	{"en", "the talks\nended today", "the talks ended today"},
	{"en", "⚡\nPower is off\n, they say\n— Really\n🙏",
	 "⚡ power is off , they say || - really || 🙏"},
	{"en",
	 "The first line of this message is as long as that of a typed letter\n"
	 "But the second one is a thought of its own, as messages have them\n",
	 "the first line of this message is as long as that of a typed letter || "
	 "but the second one is a thought of its own , as messages have them"},
	{"en",
	 "The first line of this typed paragraph is rather long and then\n"
	 "Moscow begins the second one, which is about as long as this.\n"
	 "The third ends.\n\nNext.",
	 "the first line of this typed paragraph is rather long and then moscow begins the second "
	 "one , "
	 "which is about as long as this . | the third ends . || next ."},
};

START_TEST(reads_cases)
{
	struct fixture fixture = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fixture_read(&fixture, cases[i].lang, cases[i].text);
		ck_assert_str_eq(fixture_tokens(&fixture), cases[i].tokens);
	}
	fixture_fini(&fixture);
}
END_TEST

/* The bytes of a token give its word again, and stand in the text in order. */
START_TEST(offsets_lead_back)
{
	struct fixture fixture = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct document *document = &fixture.document;
		uint32_t last = 0;

		fixture_read(&fixture, cases[i].lang, cases[i].text);
		for (uint32_t t = 0; t < document->tokens.len; t++) {
			const struct token *token = &document->tokens.at[t];
			struct view surface = document_words(document, t, t + 1);

			ck_assert_uint_ge(token->from, last);
			ck_assert_uint_gt(token->to, token->from);
			last = token->to;
			if (!view_is(token->word->folded, "'s"))
				ck_assert_ptr_eq(
					token->word,
					lexicon_word(fixture.lexicon, document->lang, surface));
		}
		ck_assert_uint_le(last, strlen(cases[i].text));
	}
	fixture_fini(&fixture);
}
END_TEST

static const struct {
	const char *lang, *text, *marked; /* quoted tokens between braces */
} quotes[] = {
	{"en", "He said \"yes\" twice.", "he said { \" yes \" } twice ."},
	{"en", "“We won’t,” he said.", "{ \" we wo n't , \" } he said ."},
	{"en", "\"So 'called' it\" was.", "{ \" so { ' called ' } it \" } was ."},
	{"en", "'Never,' the boys' coach said.", "{ ' never , ' } the boys 's coach said ."},
	{"en", "It's the '90s and ’tis rock 'n' roll.",
	 "it 's the ' 90s and ' tis rock { ' n ' } roll ."},
	{"en", "“One. Two. Three,” he said.", "{ \" one . | two . | three , \" } he said ."},
	{"en", "“One.\n\n“Two,” he said.", "{ \" one . || \" two , \" } he said ."},
	{"en", "He “left.\n\nNothing.\n\nThen “she” too.",
	 "he \" left . || nothing . || then { \" she \" } too ."},
	{"en", "A \"stray mark.\n\nNew text \"here\".",
	 "a \" stray mark . || new text { \" here \" } ."},
	{"uk", "Він: «Так. Ні». Далі.", "він : { \" так . | ні \" } . | далі ."},
	{"uk", "«Газета «День» пише», – сказав.",
	 "{ \" газета { \" день \" } пише \" } , - сказав ."},
	{"de", "Er sagte: „Nein“, und »ja« dann.",
	 "er sagte : { \" nein \" } , und { \" ja \" } dann ."},
	/* three paragraphs without a repeated mark, not four; eight deep, not nine */
	{"uk", "«А.\n\nБ.\n\nВ.\n\nГ».", "{ \" а . || б . || в . || г \" } ."},
	{"uk", "«А.\n\nБ.\n\nВ.\n\nГ.\n\nҐ».", "\" а . || б . || в . || г . || ґ \" ."},
	{"uk", "««««««««« а »»»»»»»»»",
	 "{ \" { \" { \" { \" { \" { \" { \" { \" \" а \" } \" } \" } \" } \" } \" } \" } \" } \""},
	{"sv", "Han sade ”nej” igen.", "han sade { \" nej \" } igen ."},
	{"en", "(\"quoted\") 5\" x", "( { \" quoted \" } ) 5 \" x"},
};

static void mark_quotes(struct fixture *fixture)
{
	const struct document *document = &fixture->document;

	str_reset(&fixture->out);
	for (uint32_t i = 0; i < document->tokens.len; i++) {
		const struct token *token = &document->tokens.at[i];
		const struct sentence *of = &document->sentences.at[token->sentence];

		if (i && of->first == i)
			str_add_text(&fixture->out,
				     of->paragraph == of[-1].paragraph ? " |" : " ||");
		for (size_t q = 0; q < document->quotations.len; q++)
			str_add_text(&fixture->out,
				     document->quotations.at[q].first == i ? " {" : "");
		str_printf(&fixture->out, " %.*s", VIEW_ARGS(token->word->folded));
		for (size_t q = 0; q < document->quotations.len; q++)
			str_add_text(&fixture->out,
				     document->quotations.at[q].end == i + 1 ? " }" : "");
	}
}

START_TEST(pairs_quotes)
{
	struct fixture fixture = {0};

	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		fixture_read(&fixture, quotes[i].lang, quotes[i].text);
		mark_quotes(&fixture);
		ck_assert_str_eq(fixture.out.ptr + 1, quotes[i].marked);
	}
	fixture_fini(&fixture);
}
END_TEST

START_TEST(knows_depths)
{
	struct fixture fixture = {0};
	static const int depths[] = {1, 1, 2, 2, 2, 1, 1, 0, 0};

	fixture_read(&fixture, "en", "\"So 'called' it\" was.");
	ck_assert_uint_eq(fixture.document.tokens.len, 9);
	for (size_t i = 0; i < 9; i++)
		ck_assert_int_eq(fixture.document.tokens.at[i].quote_depth, depths[i]);
	ck_assert_uint_eq(fixture.document.quotations.at[0].depth, 1);
	ck_assert_uint_eq(fixture.document.quotations.at[1].depth, 2);
	fixture_fini(&fixture);
}
END_TEST

START_TEST(reads_an_item)
{
	struct fixture fixture = {.lexicon = lexicon_new(LEXICON_WORDS_MAX)};
	const struct document *document = &fixture.document;
	struct item item = {
		.language = VIEW("uk-UA"),
		.published = 5,
		.modified = INT64_MIN,
		.fields = {[ITEM_HEADLINE] = {VIEW("Talks end"), false},
			   [ITEM_BODY] = {VIEW("<p>First one. And two.</p><p>Next</p>"), true}},
	};

	document_read(&fixture.document, &item, fixture.lexicon, LANGUAGE_UNKNOWN, &fixture.arena);
	ck_assert_str_eq(fixture_tokens(&fixture), "talks end || first one . | and two . || next");
	ck_assert_str_eq(language_code(document->lang), "en");
	ck_assert_uint_eq(document->field_end[ITEM_HEADLINE], 2);
	ck_assert_uint_eq(document->field_first[ITEM_BODY], 2);
	ck_assert(!document->sentences.at[0].lede && document->sentences.at[1].lede &&
		  document->sentences.at[2].lede && !document->sentences.at[3].lede);
	ck_assert_int_eq(document->reported, 5);
	ck_assert(view_is(document_words(document, 2, 4), "First one"));
	fixture_fini(&fixture);
}
END_TEST

/* More words than a document holds are cut, not refused. */
START_TEST(cuts_too_many)
{
	struct fixture fixture = {0};
	char *text = xmalloc(2 * DOCUMENT_TOKENS_MAX + 100);

	for (size_t i = 0; i < DOCUMENT_TOKENS_MAX + 49; i++)
		memcpy(text + 2 * i, i % 7 ? "a " : ". ", 2);
	text[2 * DOCUMENT_TOKENS_MAX + 98] = '\0';
	fixture_read(&fixture, "en", text);
	ck_assert_uint_le(fixture.document.tokens.len, DOCUMENT_TOKENS_MAX);
	ck_assert_uint_ge(fixture.document.tokens.len, DOCUMENT_TOKENS_MAX - 2);
	free(text);
	fixture_fini(&fixture);
}
END_TEST

int main(void)
{
	return RUN_SUITE("tokens", reads_cases, offsets_lead_back, pairs_quotes, knows_depths,
			 reads_an_item, cuts_too_many);
}
