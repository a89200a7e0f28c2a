#include "unit/tree_text.h"

#include <check.h>
#include <stdlib.h>

static struct arena arena;
static struct diags diags;
static struct str text;

static void setup(void)
{
	arena = (struct arena){0};
	diags = (struct diags){0};
	text = (struct str){0};
}

static void teardown(void)
{
	diags_fini(&diags);
	arena_fini(&arena);
	str_fini(&text);
}

/* The scalar as it is written in YAML, behind "- ". */
static int read_pattern(const char *written, struct sequence *ret_sequence)
{
	const struct node *list;
	struct str yaml = {0};

	diags_fini(&diags);
	str_reset(&text);
	str_printf(&yaml, "- %s", written);
	list = yaml_read("p.yaml", str_view(&yaml), &arena, &diags);
	str_fini(&yaml);
	ck_assert_msg(list && !diags.len, "%s is no YAML", written);
	return pattern_read(list->first, &arena, &diags, ret_sequence);
}

/* --- what is accepted ---------------------------------------------------------------------------
 */

static const struct {
	const char *written, *read;
} good[] = {
	{"peace talk", "peace talk"},
	{"'  peace   talk '", "peace talk"},
	{"=talks", "=talks"},
	{"==US", "==US"},
	{"negotiat*", "negotiat*"},
	{"переговор*", "переговор*"},
	{"Blackout", "Blackout"},
	{"no", "no"},
	{"1e3", "1e3"},
	{"164", "164"},
	{"600,000", "600,000"},
	{"load-shedding", "load shedding"},
	{"=load-shedding", "=load =shedding"},
	{"load-shed*", "load shed*"},
	{"^load-shedding", "^(load shedding)"},
	{"x=load-shedding", "x=(load shedding)"},
	{"U.S.", "U.S."},
	{"\"n't\"", "n't"},
	{"Kyiv's government", "Kyiv 's government"},
	{"don't", "do n't"},
	{"(a|b c)", "(a|b c)"},
	{"(a|b)? d", "(a|b)? d"},
	{"( a | b ) d", "(a|b) d"},
	{"((a|b) c|d)", "((a|b) c|d)"},
	{"a <3> b", "a <0-3> b"},
	{"a <1-3> b", "a <1-3> b"},
	{"a <60> b", "a <0-60> b"},
	{"(a <2> b|c)", "(a <0-2> b|c)"},
	{"(a|<2> b)", "(a|<0-2> b)"},
	{"$talks", "$talks"},
	{"$UKR_2", "$UKR_2"},
	{"$UKR-backed", "$UKR backed"},
	{"$UKR's army", "$UKR 's army"},
	{"$UKR\xE2\x80\x99s army", "$UKR \xE2\x80\x99s army"},
	{"(news|media)-like", "(news|media) like"},
	{"$num", "$num"},
	{"$num>=1000", "$num>=1000"},
	{"$num<2.5 a", "$num<2.5 a"},
	{"$num>3", "$num>3"},
	{"$num<=3", "$num<=3"},
	{"$num=3", "$num=3"},
	{"$num==3", "$num=3"},
	{"$money>=1000000 $date", "$money>=1e+06 $date"},
	{"users=$num", "users=$num"},
	{"who==US", "who==US"},
	{"who===US", "who===US"},
	{"x=(a|b)", "x=(a|b)"},
	{"^collapse", "^collapse"},
	{"$talks <6> ^$fail", "$talks <0-6> ^$fail"},
	{"^(walk|=walked) out", "^(walk|=walked) out"},
	{"(^a|^b) c", "(^a|^b) c"},
	{"^x=a", "^x=a"},
	{"x=^a", "^x=a"},
	{"/(19|20)\\d\\d/", "/(19|20)\\d\\d/"},
	{"\"(=in|=since) /(19|20)\\\\d\\\\d/\"", "(=in|=since) /(19|20)\\d\\d/"},
	{"/a\\/b/", "/a\\/b/"},
	{"\";\"", "=;"},
	{"\"?\"", "=?"},
	{"\"|\"", "=|"},
	{"'$'", "=$"},
	{"\"/\"", "=/"},
	{"and/or", "and / or"},
	{"peace , love", "peace , love"},
	{"\xD0\xBC\xD0\xB8\xD1\x80", "\xD0\xBC\xD0\xB8\xD1\x80"},
	{"停电", "停 电"},
};

START_TEST(accepts)
{
	struct sequence sequence = {0};
	int result = read_pattern(good[_i].written, &sequence);

	sequence_text(&sequence, &text);
	ck_assert_msg(result == 0 && !diags.len, "%s is refused: %s", good[_i].written,
		      diags.len ? diags.at[0].message : "");
	ck_assert_str_eq(text.ptr, good[_i].read);
}
END_TEST

/* --- what is refused ----------------------------------------------------------------------------
 */

static const struct {
	const char *written, *told;
} bad[] = {
	{"", "1:2 wrong-type"},
	{"''", "1:4 bad-pattern"},
	{"[a]", "1:3 wrong-type"},
	{"{a: b}", "1:3 wrong-type"},
	{"(a|b", "1:3 bad-pattern"},
	{"a (b|(c d)", "1:5 bad-pattern"},
	{"a) b", "1:4 bad-pattern"},
	{"a ) b", "1:5 bad-pattern"},
	{"a | b", "1:5 bad-pattern"},
	{"()", "1:4 bad-pattern"},
	{"(a|)", "1:6 bad-pattern"},
	{"(|a)", "1:4 bad-pattern"},
	{"a? b", "1:4 bad-pattern"},
	{"ne*", "1:3+3 bad-pattern"},
	{"=negotiat*", "1:3+10 bad-pattern"},
	{"nego*tiat", "1:8 bad-pattern"},
	{"nego**", "1:8 bad-pattern"},
	{"a <0> b", "1:5+3 bad-pattern"},
	{"a <3-1> b", "1:5+5 bad-pattern"},
	{"a <61> b", "1:5+4 bad-pattern"},
	{"a <x> b", "1:5 bad-pattern"},
	{"a <3 b", "1:5+2 bad-pattern"},
	{"a <3><2> b", "1:8 bad-pattern"},
	{"a <3> <2> b", "1:9+3 bad-pattern"},
	{"<3> a", "1:3+3 bad-pattern"},
	{"a <3>", "1:5+3 bad-pattern"},
	{"a ^<3> b", "1:5 bad-pattern"},
	{"a <99999999999> b", "1:5+12 bad-pattern"},
	{"$", "1:3 bad-pattern"},
	{"$3", "1:3+2 bad-pattern"},
	{"$talks$fail", "1:9 bad-pattern"},
	{"$num>", "1:7 bad-pattern"},
	{"$num>=x", "1:7+2 bad-pattern"},
	{"$num>1.2.3", "1:7+6 bad-pattern"},
	{"$num>11111111111111111111111111", "1:7+27 bad-pattern"},
	{"$num<3> a", "1:9 bad-pattern"},
	{"users=", "1:3+6 bad-pattern"},
	{"users= $num", "1:3+6 bad-pattern"},
	{"a=b=c", "1:5 bad-pattern"},
	{"1a=b", "1:3+2 bad-pattern"},
	{"^", "1:3 bad-pattern"},
	{"^^a", "1:4 bad-pattern"},
	{"^a ^b", "1:6+2 bad-pattern"},
	{"^(a|^b)", "1:3+7 bad-pattern"},
	{"a^b", "1:4 bad-pattern"},
	{"=", "1:3 bad-pattern"},
	{"a = b", "1:5+2 bad-pattern"},
	{"=$talks", "1:3+2 bad-pattern"},
	{"====a", "1:3+3 bad-pattern"},
	{"/a", "1:3 bad-pattern"},
	{"/(/", "1:5 bad-regex"},
	{"//", "1:3+2 bad-regex"},
	{"a > b", "1:5 bad-pattern"},
	{"\"a \\\"b\\\" (c\"", "1:12 bad-pattern"},
	{"'it''s (c'", "1:10 bad-pattern"},
	{"\"\\u043c\\u0438\\u0440 )\"", "1:23 bad-pattern"},
};

START_TEST(refuses)
{
	struct sequence sequence = {0};
	int result = read_pattern(bad[_i].written, &sequence);
	struct str told = {0};

	diags_text(&diags, &told);
	ck_assert_msg(result == -1, "%s is accepted", bad[_i].written);
	ck_assert_msg(view_is(str_view(&told), bad[_i].told), "%s: %s, not %s", bad[_i].written,
		      told.ptr, bad[_i].told);
	str_fini(&told);
}
END_TEST

/* --- limits -------------------------------------------------------------------------------------
 */

static void fill(struct str *out, const char *part, size_t count)
{
	for (size_t i = 0; i < count; i++)
		str_add_text(out, part);
}

static int read_filled(const char *begin, const char *part, size_t count, const char *end,
		       size_t end_count)
{
	struct sequence sequence;
	struct str written = {0};
	int result;

	str_add_text(&written, begin);
	fill(&written, part, count);
	fill(&written, end, end_count);
	result = read_pattern(written.ptr, &sequence);
	str_fini(&written);
	return result;
}

START_TEST(limits)
{
	ck_assert_int_eq(read_filled("a", "b", PATTERN_LENGTH_MAX - 1, "", 0), 0);
	ck_assert_int_eq(read_filled("a", "b", PATTERN_LENGTH_MAX, "", 0), -1);
	ck_assert_uint_eq(diags.len, 1);
	ck_assert_int_eq(read_filled("", "(a ", PATTERN_NESTING_MAX, ")", PATTERN_NESTING_MAX), 0);
	ck_assert_int_eq(
		read_filled("", "(a ", PATTERN_NESTING_MAX + 1, ")", PATTERN_NESTING_MAX + 1), -1);
	ck_assert_uint_eq(diags.len, 1);
	ck_assert_int_eq(read_filled("", "a ", PATTERN_ELEMENTS_MAX, "", 0), 0);
	ck_assert_int_eq(read_filled("", "a ", PATTERN_ELEMENTS_MAX + 1, "", 0), -1);
	ck_assert_uint_eq(diags.len, 1);
	ck_assert_int_eq(read_filled("/", "a", TOKEN_REGEX_MAX, "/", 1), 0);
	ck_assert_int_eq(read_filled("/", "a", TOKEN_REGEX_MAX + 1, "/", 1), -1);
	ck_assert_uint_eq(diags.len, 1);
	ck_assert_int_eq(read_filled("$", "a", 128, "", 0), 0);
	ck_assert_int_eq(read_filled("$", "a", 129, "", 0), -1);
}
END_TEST

/* Every element knows where it was written, also behind quotes and escapes. */
START_TEST(places)
{
	struct sequence sequence = {0};

	ck_assert_int_eq(
		read_pattern("\"\\u043c\\u0438\\u0440 load-shedding (a|$b) =x\"", &sequence), 0);
	ck_assert_uint_eq(sequence.len, 5);
	ck_assert_uint_eq(sequence.at[0].place.column, 4);
	ck_assert_uint_eq(sequence.at[0].place.width, 18);
	ck_assert_uint_eq(sequence.at[1].place.column, 23);
	ck_assert_uint_eq(sequence.at[2].place.column, 28);
	ck_assert_uint_eq(sequence.at[2].place.width, 8);
	ck_assert_uint_eq(sequence.at[3].place.column, 37);
	ck_assert_uint_eq(sequence.at[3].alternatives[1].at[0].place.column, 40);
	ck_assert_uint_eq(sequence.at[4].place.column, 45);
	ck_assert_uint_eq(sequence.at[4].place.line, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pattern");
	TCase *cases = tcase_create("pattern");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_loop_test(cases, accepts, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(cases, refuses, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(cases, limits);
	tcase_add_test(cases, places);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
