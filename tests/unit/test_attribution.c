#include "rules_support.h"

#include <check.h>
#include <stdlib.h>

#define PEOPLE                                                                                     \
	"entities:\n"                                                                              \
	"  UKR: {type: state, names: [Ukraine], adj: [Ukrainian]}\n"                               \
	"  RUS: {type: state, names: [Russia, the Kremlin], adj: [Russian]}\n"                     \
	"  USA: {type: state, names: [U.S., Washington]}\n"                                        \
	"  zelenskiy: {type: person, of: UKR, names: [Zelenskiy]}\n"                               \
	"  putin: {type: person, of: RUS, names: [Putin]}\n"                                       \
	"  lavrov: {type: person, of: RUS, names: [Lavrov]}\n"                                     \
	"  guterres: {type: person, names: [Guterres]}\n"                                          \
	"  kyiv: {type: place, in: UKR, names: [Kyiv]}\n"                                          \
	"  geneva: {type: place, names: [Geneva]}\n"

struct row {
	const char *text, *line;
};

static void check_rows(const char *text, const struct row *rows, size_t count)
{
	struct bench bench = {0};

	bench_load(&bench, text);
	for (size_t i = 0; i < count; i++)
		bench_expect(&bench, rows[i].text, rows[i].line);
	bench_fini(&bench);
}

#define CHECK_ROWS(text, rows) check_rows((text), (rows), sizeof(rows) / sizeof((rows)[0]))

static const char pack[] = PEOPLE
	"lists:\n"
	"  say: [=said, =says, =told, =added, pointed out]\n"
	"rules:\n"
	"  fail: {about: talks, when: (talks <8> ^(collapse|failed)), emit: {class: fail}}\n"
	"  plain: {about: a word, when: blackout, emit: {class: dark}}\n";

static const struct row cases[] = {
	{"Talks collapsed.", "fail"},
	/* before, behind, around */
	{"The Kremlin said talks had collapsed.", "fail @RUS"},
	{"Talks collapsed, the Kremlin said.", "fail @RUS"},
	{"Talks collapsed, the Kremlin said on Monday.", "fail @RUS"},
	{"Talks collapsed, said the Kremlin.", "fail @RUS"},
	{"Talks collapsed, said Putin on Monday.", "fail @RUS"},
	{"Talks, the Kremlin said, have collapsed.", "fail @RUS"},
	{"According to the Kremlin, talks collapsed.", "fail @RUS"},
	{"Talks collapsed, according to Putin.", "fail @RUS"},
	{"Talks collapsed, a U.S. official said.", "fail @USA"},
	{"Lavrov pointed out that talks collapsed.", "fail @RUS"},
	/* whose words they are */
	{"Talks collapsed, Guterres said.", "fail @guterres"},
	{"Talks collapsed, the energy ministry said.", "fail @the energy ministry"},
	{"Kyiv said talks collapsed.", "fail @UKR"},
	{"Officials in Geneva said talks collapsed.", "fail @Officials in Geneva"},
	{"Russian envoy Lavrov said talks collapsed.", "fail @RUS"},
	{"Lavrov, the minister, said talks collapsed.", "fail @RUS"},
	{"The minister, Lavrov, said talks collapsed.", "fail @RUS"},
	{"The minister, Ivan Petrov, said talks collapsed.", "fail @Ivan Petrov"},
	{"Ivan de Groot, the envoy, said in Geneva that talks collapsed.", "fail @Ivan de Groot"},
	{"A source, who was tired, said talks collapsed.", "fail @A source"},
	{"Lavrov, who was late, said talks collapsed.", "fail @RUS"},
	{"Ivan Petrov, has also said talks collapsed.", "fail"},
	{"The Kremlin has also said talks collapsed.", "fail @RUS"},
	{"The envoy then said talks collapsed.", "fail @The envoy"},
	{"He never saw why they went, told them the talks collapsed.", "fail"},
	{"The long and the short of it which the men in the office of the old mayor of the town "
	 "said was that talks collapsed.",
	 "fail"},
	{"Talks collapsed, they waited, said Putin.", "fail @RUS"},
	{"Putin, who said talks collapsed, left.", "fail @RUS"},
	{"Putin met Guterres and said talks collapsed.", "fail @guterres"},
	{"Lavrov said Zelenskiy said talks collapsed.", "fail @UKR"},
	/* where it ends */
	{"Talks collapsed after Russia said it would leave.", "fail"},
	{"Talks collapsed. The Kremlin said it was sorry.", "fail"},
	{"Talks collapsed, and the Kremlin said it was sorry.", "fail"},
	/* pronouns */
	{"Putin spoke. He said talks collapsed.", "fail @RUS"},
	{"Putin met Zelenskiy. He said talks collapsed.", "fail"},
	{"He said talks collapsed.", "fail"},
	/* direct speech */
	{"\"Talks collapsed,\" Zelenskiy said.", "fail @UKR ~quoted"},
	{"\"Talks collapsed,\" said Zelenskiy.", "fail @UKR ~quoted"},
	{"Zelenskiy said: \"Talks collapsed.\"", "fail @UKR ~quoted"},
	{"Zelenskiy told reporters in Geneva: \"Talks collapsed.\"", "fail @UKR ~quoted"},
	{"\"We are done,\" Putin said. \"Talks collapsed.\"", "fail @RUS ~quoted"},
	{"\"We are done,\" Putin said, \"talks collapsed.\"", "fail @RUS ~quoted"},
	{"\"We are done. Talks collapsed,\" Putin said.", "fail @RUS ~quoted"},
	{"\"Talks collapsed. We are done,\" Putin said.", "fail @RUS ~quoted"},
	{"\"Talks collapsed.\"", "fail ~quoted"},
	{"\"We are done,\" Putin said.\n\n\"Talks collapsed.\"", "fail ~quoted"},
	{"\"Talks collapsed,\" he said. \"We are done,\" Putin said.", "fail ~quoted"},
	{"\"We stay,\" Putin said, and Zelenskiy said \"talks collapsed\".", "fail @UKR ~quoted"},
	{"Putin said the talks had \"collapsed\".", "fail @RUS ~quoted"},
	/* speech within speech attributes nothing outside of it */
	{"\"Zelenskiy said no,\" Putin said, as talks collapsed.", "fail @RUS"},
};

START_TEST(speakers)
{
	CHECK_ROWS(pack, cases);
}
END_TEST

static const char by_pack[] = PEOPLE
	"lists:\n"
	"  say: [=said, =told]\n"
	"  ours: [$UKR]\n"
	"rules:\n"
	"  rus: {about: by an entity, when: {any: [^red line], by: $RUS}, emit: {class: rus}}\n"
	"  state: {about: by a type, when: {any: [^red line], by: $state}, emit: {class: state}}\n"
	"  ours: {about: by a list, when: {any: [^red line], by: $ours}, emit: {class: ours}}\n"
	"  either: {about: by any, when: {any: [^red line], by: {any: [$USA, ($UKR|$RUS)]}},"
	" emit: {class: either}}\n";

static const struct row by_cases[] = {
	{"This is a red line.", ""},
	{"This is a red line for Russia.", ""},
	{"This is a red line, Guterres said.", ""},
	{"This is a red line, an official said.", ""},
	{"This is a red line, Putin said.", "either @RUS; rus @RUS; state @RUS"},
	{"\"This is a red line,\" the Kremlin said.",
	 "either @RUS ~quoted; rus @RUS ~quoted; state @RUS ~quoted"},
	{"\"A red line. We stay,\" said Zelenskiy.",
	 "either @UKR ~quoted; ours @UKR ~quoted; state @UKR ~quoted"},
	{"Putin spoke. This is a red line, he said.", "either @RUS; rus @RUS; state @RUS"},
};

START_TEST(spoken_by)
{
	CHECK_ROWS(by_pack, by_cases);
}
END_TEST

static const char parties_pack[] = PEOPLE
	"lists:\n"
	"  say: [=said, =told]\n"
	"rules:\n"
	"  fail:\n"
	"    about: talks\n"
	"    when: ^(talks collapsed)\n"
	"    emit: {class: fail}\n"
	"    grab: {parties: {any: $state, speaker: exclude}, named: $state}\n";

static const struct row parties_cases[] = {
	{"Talks collapsed, a U.S. official said.", "fail named=[USA] @USA"},
	{"Talks collapsed between Russia and Ukraine, Washington said.",
	 "fail parties=[RUS,UKR] named=[RUS,UKR,USA] @USA"},
	{"Talks collapsed with Russia, the Kremlin said.", "fail parties=[RUS] named=[RUS] @RUS"},
	{"\"Talks collapsed,\" Zelenskiy said.", "fail named=[UKR] @UKR ~quoted"},
	{"According to Putin, talks collapsed in Russia.", "fail parties=[RUS] named=[RUS] @RUS"},
};

START_TEST(speakers_are_no_parties)
{
	CHECK_ROWS(parties_pack, parties_cases);
}
END_TEST

/* Ukrainian and Russian put the verb before its subject, and a dash before the verb. */
static const char slavic_pack[] =
	"entities:\n"
	"  UKR: {type: state, names: [Україна]}\n"
	"  RUS: {type: state, names: [Росія, Россия, Кремль]}\n"
	"  zelenskiy: {type: person, of: UKR, names: [Зеленський, Зеленський*]}\n"
	"  putin: {type: person, of: RUS, names: [Путін*, Путин*]}\n"
	"lists:\n"
	"  say: {uk: [=заявив, =сказав], ru: [=заявил, =сообщил]}\n"
	"rules:\n"
	"  r: {about: a, when: ^(зірвал*|сорвал*), emit: {class: x}}\n";

static const struct {
	const char *lang, *text, *line;
} slavic[] = {
	{"uk", "Переговори зірвалися, заявив Зеленський.", "x @UKR"},
	{"uk", "«Переговори зірвалися», — сказав Зеленський.", "x @UKR ~quoted"},
	{"uk", "Зеленський заявив, що переговори зірвалися.", "x @UKR"},
	{"uk", "За словами Путіна, переговори зірвалися.", "x @RUS"},
	{"ru", "Переговоры сорвались, сообщил Кремль.", "x @RUS"},
	{"ru", "Путин заявил, что переговоры сорвались.", "x @RUS"},
	{"ru", "По словам Путина, переговоры сорвались.", "x @RUS"},
	{"ru", "Переговоры сорвались.", "x"},
};

START_TEST(slavic_speakers)
{
	struct bench bench = {0};

	bench_load(&bench, slavic_pack);
	for (size_t i = 0; i < sizeof(slavic) / sizeof(slavic[0]); i++) {
		struct item item = bench_item(slavic[i].text, slavic[i].lang);

		ck_assert_msg(strcmp(bench_line(&bench, &item), slavic[i].line) == 0,
			      "%s\n  gives  %s", slavic[i].text, bench_line(&bench, &item));
	}
	bench_fini(&bench);
}
END_TEST

/* Without a list `say` only sources and marks speak. */
START_TEST(packs_without_verbs)
{
	struct bench bench = {0};

	bench_load(&bench,
		   PEOPLE "rules:\n"
			  "  plain: {about: a word, when: blackout, emit: {class: dark}}\n");
	ck_assert_str_eq(bench_text(&bench, "Putin said a blackout came."), "dark");
	ck_assert_str_eq(bench_text(&bench, "\"A blackout,\" Putin said."), "dark ~quoted");
	ck_assert_str_eq(bench_text(&bench, "According to Putin a blackout came."), "dark @RUS");
	bench_fini(&bench);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attribution");
	TCase *tcase = tcase_create("attribution");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, speakers);
	tcase_add_test(tcase, spoken_by);
	tcase_add_test(tcase, speakers_are_no_parties);
	tcase_add_test(tcase, slavic_speakers);
	tcase_add_test(tcase, packs_without_verbs);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
