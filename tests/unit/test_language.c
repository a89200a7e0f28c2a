#include "text_fixture.h"

static const struct {
	const char *tag, *code;
	bool stemmer;
} tags[] = {
	{"en", "en", true},    {"EN-gb", "en", true},	    {"uk_UA", "uk", false},
	{"ukr", "uk", false},  {"ger", "de", true},	    {"deu", "de", true},
	{"iw", "he", false},   {" ru ", "ru", true},	    {"zz", "und", false},
	{"", "und", false},    {"e1", "und", false},	    {"und", "und", false},
	{"mul", "und", false}, {"abcdefghi", "und", false}, {"no", "no", true},
	{"nb-NO", "nb", true},
};

START_TEST(finds_tags)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		language lang = language_find(view_of(tags[i].tag));

		ck_assert_str_eq(language_code(lang), tags[i].code);
		ck_assert_int_eq(language_has_stemmer(lang), tags[i].stemmer);
	}
	ck_assert_str_eq(language_code(LANGUAGES_MAX), "und");
}
END_TEST

/* Every language that Snowball has is one that a text can be read in. */
START_TEST(knows_snowball)
{
	static const char *const codes[] = {"ar", "hy", "eu", "ca", "da", "nl", "en", "et",
					    "fi", "fr", "de", "el", "hi", "hu", "id", "ga",
					    "it", "lt", "ne", "no", "pt", "ro", "ru", "sr",
					    "es", "sv", "ta", "tr", "yi"};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		ck_assert_msg(language_has_stemmer(language_find(view_of(codes[i]))), "%s",
			      codes[i]);
}
END_TEST

static const struct {
	const char *claim, *text, *code;
} texts[] = {
	{"", "", "und"},
	{"fr", "2025: 300!", "fr"},
	{"en", "Переговори у Женеві завершилися без угоди, і це не все.", "uk"},
	{"en", "Переговоры в Женеве завершились, но это ещё не всё.", "ru"},
	{"uk", "The talks in Geneva have ended and there is no deal.", "en"},
	{"ru", "Переговори у Женеві", "ru"},
	{"", "Die Verhandlungen in Genf sind ohne Ergebnis und mit Streit beendet.", "de"},
	{"", "Les négociations de Genève se sont terminées sans accord pour les parties.", "fr"},
	{"",
	 "Las conversaciones de Ginebra terminaron sin acuerdo para las partes y los mediadores.",
	 "es"},
	{"", "Rozmowy w Genewie zakończyły się bez porozumienia i nie będą wznowione.", "pl"},
	{"", "Ελλάδα και Τουρκία", "el"},
	{"", "تعثرت المحادثات في جنيف بعد انقطاع التيار", "ar"},
	{"", "مذاکرات در ژنو با شکست روبرو شد و این", "fa"},
	{"", "השיחות בז'נבה הסתיימו ללא הסכם", "he"},
	{"", "जिनेवा में बातचीत के बाद बिजली गुल", "hi"},
	{"", "საქართველოს დედაქალაქში", "ka"},
	{"", "日内瓦谈判破裂", "zh"},
	{"", "ジュネーブでの交渉は決裂した", "ja"},
	{"", "제네바 회담이 결렬되었다", "ko"},
	{"", "การเจรจาล้มเหลว", "th"},
	{"", "Преговорите в Женева приключиха и ще се проведат отново след като", "bg"},
	{"", "Преговори у Женеви су завршени и није постигнут договор", "sr"},
	{"", "Перамовы ў Жэневе скончыліся, і гэта не ўсё", "be"},
	{"", "Xyzzy plugh", "und"},
};

START_TEST(detects)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		language lang = language_detect(view_of(texts[i].text),
						language_find(view_of(texts[i].claim)));

		ck_assert_msg(strcmp(language_code(lang), texts[i].code) == 0, "%s: %s",
			      texts[i].text, language_code(lang));
	}
}
END_TEST

int main(void)
{
	return RUN_SUITE("language", finds_tags, knows_snowball, detects);
}
