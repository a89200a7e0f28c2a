#include "text_fixture.h"

#include "text/pattern.h"

static const struct {
	const char *pattern, *text;
	int match;
} cases[] = {
	{"(19|20)\\d\\d", "2025", 1},
	{"(19|20)\\d\\d", "12025", 0},
	{"(19|20)\\d\\d", "20251", 0},
	{"a|ab", "ab", 1},
	{"КИЇВ", "київ", 1},
	{"\\w+ськ", "донецьк", 0},
	{"\\w+цьк", "донецьк", 1},
	{".", "я", 1},
	{"x*", "", 1},
	{"(a+)+[^c]", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", -1},
};

START_TEST(matches)
{
	struct token_regex_scratch *scratch = token_regex_scratch_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err;
		struct token_regex *regex = token_regex_new(view_of(cases[i].pattern), &err, NULL);

		ck_assert_ptr_nonnull(regex);
		ck_assert_int_eq(token_regex_match(regex, scratch, view_of(cases[i].text)),
				 cases[i].match);
		token_regex_free(regex);
	}
	token_regex_scratch_free(scratch);
	token_regex_free(NULL);
	token_regex_scratch_free(NULL);
}
END_TEST

START_TEST(refuses)
{
	char text[TOKEN_REGEX_MAX + 2];
	struct err err;
	size_t offset = 99;

	ck_assert_ptr_null(token_regex_new(VIEW("ab(c"), &err, &offset));
	ck_assert_uint_eq(offset, 4);
	ck_assert_str_eq(err.text, "missing closing parenthesis");
	ck_assert_ptr_null(token_regex_new(VIEW("a\xFF"), &err, &offset));
	ck_assert_uint_eq(offset, 1);
	memset(text, 'x', sizeof(text));
	ck_assert_ptr_null(
		token_regex_new((struct view){text, TOKEN_REGEX_MAX + 1}, &err, &offset));
	ck_assert_uint_eq(offset, TOKEN_REGEX_MAX);
	ck_assert_ptr_null(token_regex_new(VIEW("\\C"), &err, NULL));
}
END_TEST

int main(void)
{
	return RUN_SUITE("token_regex", matches, refuses);
}
