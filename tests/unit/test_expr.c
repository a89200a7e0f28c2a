#include "unit/tree_text.h"

#include <check.h>
#include <stdlib.h>

static struct arena arena;
static struct diags diags;

static void setup(void)
{
	arena = (struct arena){0};
	diags = (struct diags){0};
}

static void teardown(void)
{
	diags_fini(&diags);
	arena_fini(&arena);
}

static struct expr *read_expr(const char *written)
{
	const struct node *node = yaml_read("e.yaml", view_of(written), &arena, &diags);

	ck_assert_msg(node && !diags.len, "%s is no YAML", written);
	return expr_read(node, &arena, &diags);
}

static const char *told(void)
{
	struct str out = {0};
	const char *text;

	diags_text(&diags, &out);
	text = arena_strndup(&arena, out.ptr, out.len);
	str_fini(&out);
	return text;
}

/* --- what is accepted ---------------------------------------------------------------------------
 */

static const struct {
	const char *written, *read;
} good[] = {
	{"peace talk", "peace talk"},
	{"[a, b c]", "(any [a] [b c])"},
	{"- a\n- {all: [b, c]}\n", "(any [a] [(all [b] [c])])"},
	{"{any: a}", "(any [a])"},
	{"{any: {none: a}}", "(any [(none [a])])"},
	{"{all: [[a, b], c]}", "(all [(any [a] [b])] [c])"},
	{"{atleast: {n: 2, of: [a, b, c]}}", "(atleast 2 [a] [b] [c])"},
	{"{count: {of: [a, b], min: 3}}", "(count 3 [(any [a] [b])])"},
	{"{count: {of: a, min: 1}}", "(count 1 [a])"},
	{"{near: {within: 8, of: [a, b]}}", "(near 8 words [a] [b])"},
	{"{near: {within: 8 words, order: any, of: [a, b]}}", "(near 8 words [a] [b])"},
	{"{near: {within: 1 word, order: given, of: [a, b]}}", "(near 1 words given [a] [b])"},
	{"{near: {within: sentence, of: [a, b]}}", "(near 1 sentences [a] [b])"},
	{"{near: {within: 1 sentence, of: [a, b]}}", "(near 1 sentences [a] [b])"},
	{"{near: {within: 2 sentences, of: [a, b]}}", "(near 2 sentences [a] [b])"},
	{"{near: {within: paragraph, of: [a, b]}}", "(near 1 paragraph [a] [b])"},
	{"{sum: {min: 30, of: {blackout: 20, power cut: +15, concert: -30}}}",
	 "(sum 30 20[blackout] 15[power cut] -30[concert])"},
	{"{sum: {min: -5, of: {no: 0}}}", "(sum -5 0[no])"},
	{"{meta: {subjects: 'MedTop:2*', source: [AFP, Reuters]}}",
	 "(meta 0 medtop:2* 1 afp reuters)"},
	{"{meta: {urgency: <=3}}", "(meta 2 compare 2 3)"},
	{"{meta: {urgency: 3}}", "(meta 2 compare 3 3)"},
	{"{meta: {urgency: '> 5'}}", "(meta 2 compare 5 5)"},
	{"{meta: {urgency: '<9', lang: [uk, RU]}}", "(meta 2 compare 1 9 3 uk ru)"},
	{"{meta: {people: P, organisations: O, places: Л, uri: 'urn:*'}}",
	 "(meta 4 p 5 o 6 Л 7 urn:*)"},
	{"{any: [blackout], except: [media blackout]}",
	 "(any [blackout]) except (any [media blackout])"},
	{"{any: a, in: headline}", "(any [a]) in 0x1"},
	{"{any: a, in: [body, lede]}", "(any [a]) in 0x48"},
	{"{any: a, first: 60}", "(any [a]) first 60"},
	{"{any: a, is: quoted}", "(any [a]) is 0x40 not 0"},
	{"{any: a, is: [asserted, quoted, not historical]}", "(any [a]) is 0x40 not 0x3f"},
	{"{any: a, is: [not negated, denied]}", "(any [a]) is 0x20 not 0x1"},
	{"{any: [^$no_move], by: $state}", "(any [^$no_move]) by $state"},
	{"{any: a, lang: uk}", "(any [a]) uk"},
	{"{any: a, lang: [en, no]}", "(any [a]) en no"},
	{"{any: a, case: true}", "(any [a]) case"},
	{"{any: a, case: false}", "(any [a])"},
	{"{name: the label, any: a}", "(any [a]) name the label"},
};

START_TEST(accepts)
{
	struct expr *expr = read_expr(good[_i].written);
	struct str text = {0};

	ck_assert_msg(expr && !diags.len, "%s is refused: %s", good[_i].written,
		      diags.len ? diags.at[0].message : "");
	expr_text(expr, &text);
	ck_assert_str_eq(text.ptr, good[_i].read);
	str_fini(&text);
}
END_TEST

/* --- what is refused ----------------------------------------------------------------------------
 */

static const struct {
	const char *written, *told;
} bad[] = {
	{"[]", "1:1 bad-value"},
	{"{}", "1:1 missing-operator"},
	{"{any: }", "1:7 wrong-type"},
	{"{any: []}", "1:7 bad-value"},
	{"{any: [a, [], (b]}", "1:11 bad-value; 1:15 bad-pattern"},
	{"{name: x}", "1:1 missing-operator"},
	{"{in: headline}", "1:1 missing-operator"},
	{"{any: a, all: b}", "1:10+3 two-operators"},
	{"{anny: a}", "1:2+4 unknown-key"},
	{"{any: a, exept: b}", "1:10+5 unknown-key"},
	{"{any: (a, colour: red}", "1:7 bad-pattern; 1:11+6 unknown-key"},
	{"{any: (a, in: nowhere, first: 0, is: sad, lang: xx, case: yes}",
	 "1:7 bad-pattern; 1:15+7 bad-value; 1:31 bad-value; 1:38+3 bad-value; 1:49+2 "
	 "unknown-language; 1:59+3 bad-value"},
	{"{any: a, in: []}", "1:14 wrong-type"},
	{"{any: a, in: {a: b}}", "1:14 wrong-type"},
	{"{any: a, in: [[a]]}", "1:15 wrong-type"},
	{"{any: a, in: }", "1:14 wrong-type"},
	{"{any: a, first: x}", "1:17 bad-value"},
	{"{any: a, first: [1]}", "1:17 wrong-type"},
	{"{any: a, first: 1000001}", "1:17+7 bad-value"},
	{"{any: a, is: not asserted}", "1:14+12 bad-value"},
	{"{any: a, is: [quoted, quotd]}", "1:23+5 bad-value"},
	{"{any: a, lang: {en: a}}", "1:16 wrong-type"},
	{"{any: a, lang: [en, [uk]]}", "1:21 wrong-type"},
	{"{any: a, case: [true]}", "1:16 wrong-type"},
	{"{any: a, name: ''}", "1:16+2 bad-value"},
	{"{any: a, name: [x]}", "1:16 wrong-type"},
	{"{any: a, except: '(a', by: 'b)'}", "1:19 bad-pattern; 1:30 bad-pattern"},
	{"{atleast: 2}", "1:11 wrong-type"},
	{"{atleast: {of: [a]}}", "1:2+7 missing-key"},
	{"{atleast: {n: 2}}", "1:2+7 missing-key"},
	{"{atleast: {n: 0, of: [a]}}", "1:15 bad-value"},
	{"{atleast: {n: 3, of: [a, b]}}", "1:15 bad-value"},
	{"{atleast: {n: 1, of: a}}", "1:22 wrong-type"},
	{"{atleast: {n: 1, of: [a], min: 3}}", "1:27+3 unknown-key"},
	{"{count: {of: a}}", "1:2+5 missing-key"},
	{"{count: {min: 0, of: a}}", "1:15 bad-value"},
	{"{near: {of: [a, b]}}", "1:2+4 missing-key"},
	{"{near: {within: 8, of: [a]}}", "1:24 bad-value"},
	{"{near: {within: 8, of: a}}", "1:24 wrong-type"},
	{"{near: {within: 0, of: [a, b]}}", "1:17 bad-value"},
	{"{near: {within: 1001, of: [a, b]}}", "1:17+4 bad-value"},
	{"{near: {within: 21 sentences, of: [a, b]}}", "1:17+12 bad-value"},
	{"{near: {within: 2 paragraph, of: [a, b]}}", "1:17+11 bad-value"},
	{"{near: {within: 8 letters, of: [a, b]}}", "1:17+9 bad-value"},
	{"{near: {within: words, of: [a, b]}}", "1:17+5 bad-value"},
	{"{near: {within: [8], of: [a, b]}}", "1:17 wrong-type"},
	{"{near: {within: 8, order: givn, of: [a, b]}}", "1:27+4 bad-value"},
	{"{sum: {min: 3}}", "1:2+3 missing-key"},
	{"{sum: {min: 3, of: [a]}}", "1:20 wrong-type"},
	{"{sum: {min: 3, of: {}}}", "1:20 wrong-type"},
	{"{sum: {min: 3, of: {a: x, (b: 2, c: 10001}}}",
	 "1:24 bad-value; 1:27 bad-pattern; 1:37+5 bad-value"},
	{"{sum: {min: x, of: {a: 1}}}", "1:13 bad-value"},
	{"{meta: {}}", "1:8 wrong-type"},
	{"{meta: x}", "1:8 wrong-type"},
	{"{meta: {colour: red}}", "1:9+6 unknown-key"},
	{"{meta: {urgency: 10}}", "1:18+2 bad-value"},
	{"{meta: {urgency: [1]}}", "1:18 wrong-type"},
	{"{meta: {lang: xx}}", "1:15+2 unknown-language"},
	{"{meta: {lang: [en, xx]}}", "1:20+2 unknown-language"},
	{"{meta: {source: []}}", "1:17 wrong-type"},
	{"{meta: {source: {a: b}}}", "1:17 wrong-type"},
	{"{meta: {source: [a, '']}}", "1:21+2 bad-value"},
};

START_TEST(refuses)
{
	struct expr *expr = read_expr(bad[_i].written);

	diags_sort(&diags);
	ck_assert_msg(!expr, "%s is accepted", bad[_i].written);
	ck_assert_msg(strcmp(told(), bad[_i].told) == 0, "%s: %s, not %s", bad[_i].written, told(),
		      bad[_i].told);
}
END_TEST

/* --- limits, hints ------------------------------------------------------------------------------
 */

/* A list of lists of …; the innermost a pattern. YAML's own bound is above. */
static struct expr *read_nested(unsigned depth)
{
	struct str written = {0};
	struct expr *expr;

	diags_fini(&diags);
	for (unsigned i = 0; i < depth; i++)
		str_add_char(&written, '[');
	str_add_char(&written, 'a');
	for (unsigned i = 0; i < depth; i++)
		str_add_char(&written, ']');
	expr = read_expr(written.ptr);
	str_fini(&written);
	return expr;
}

START_TEST(nesting)
{
	ck_assert_ptr_nonnull(read_nested(EXPR_NESTING_MAX));
	ck_assert_ptr_null(read_nested(EXPR_NESTING_MAX + 1));
	ck_assert_str_eq(told(), "1:13 too-deep");
}
END_TEST

static struct expr *read_many(size_t count)
{
	struct str written = {0};
	struct expr *expr;

	diags_fini(&diags);
	for (size_t i = 0; i < count; i++)
		str_add_text(&written, i ? ",a" : "[a");
	str_add_char(&written, ']');
	expr = read_expr(written.ptr);
	str_fini(&written);
	return expr;
}

START_TEST(members)
{
	ck_assert_ptr_nonnull(read_many(EXPR_CHILDREN_MAX));
	ck_assert_ptr_null(read_many(EXPR_CHILDREN_MAX + 1));
	ck_assert_str_eq(told(), "1:1 bad-value");
}
END_TEST

static const struct {
	const char *written, *hint;
} hints[] = {
	{"{anny: a}", "did you mean \"any\"?"},
	{"{any: a, in: headlin}", "did you mean \"headline\"?"},
	{"{any: a, is: not negatd}", "did you mean \"negated\"?"},
	{"{near: {within: 8, order: givn, of: [a, b]}}", "did you mean \"given\"?"},
	{"{meta: {urgncy: 3}}", "did you mean \"urgency\"?"},
	{"a|b", "alternatives are written (a|b)"},
	{"(a|)", "an optional group is written (a|b)?"},
	{"word? b", "an optional word is written (word)?"},
	{"{any: a, all: b}", "put both into a list under any: or all:"},
};

START_TEST(hints_what_was_meant)
{
	ck_assert_ptr_null(read_expr(hints[_i].written));
	ck_assert_uint_eq(diags.len, 1);
	ck_assert_str_eq(diags.at[0].hint, hints[_i].hint);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("expr");
	TCase *cases = tcase_create("expr");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_loop_test(cases, accepts, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(cases, refuses, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_loop_test(cases, hints_what_was_meant, 0, sizeof(hints) / sizeof(hints[0]));
	tcase_add_test(cases, nesting);
	tcase_add_test(cases, members);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
