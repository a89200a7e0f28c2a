#include "verbs/lines.h"

#include "base/own.h"

#include <check.h>
#include <stdio.h>
#include <unistd.h>

#define LIMIT 24

static const struct {
	const char *input;
	const char *texts; /* "line text|" each */
} cases[] = {
	{"", ""},
	{"\n \r\n\n", ""},
	{"{}", "1 {}|"},
	{"{\"a\":1}\n{\"b\":2}\n", "1 {\"a\":1}|2 {\"b\":2}|"},
	{"\n\n{\"a\":1}\r\n\n{\"b\":2}", "3 {\"a\":1}|5 {\"b\":2}|"},
	{"not json\n{}\n", "1 not json|2 {}|"},
	/* spread over lines */
	{"{\n \"a\": 1\n}\n", "1 {\n \"a\": 1\n}|"},
	{"{\n \"a\": [\n1]\n}\n{\n \"b\": 2\n}\n", "1 {\n \"a\": [\n1]\n}|5 {\n \"b\": 2\n}|"},
	{"{ \"a\": \"}\\\"{\",\n\"b\":1}\n\n{}", "1 { \"a\": \"}\\\"{\",\n\"b\":1}|4 {}|"},
	/* a cut first line swallows nothing */
	{"{\"a\": [\n{\"b\":2}\n{\"c\":3}\n", "1 {\"a\": [|2 {\"b\":2}|3 {\"c\":3}|"},
	{"{\"a\": [\n", "1 {\"a\": [|"},
	{"{\n \"a\":\n", "1 {\n \"a\":|"},
	/* once it is JSON Lines it stays so */
	{"{}\n{\"a\": [\n1]\n", "1 {}|2 {\"a\": [|3 1]|"},
	/* longer than the limit: one byte more tells */
	{"123456789012345678901234\n{}\n", "1 123456789012345678901234|2 {}|"},
	{"1234567890123456789012345678\n{}\n", "1 1234567890123456789012345|2 {}|"},
};

START_TEST(gives)
{
	struct lines *lines = xmalloc(sizeof(*lines));
	struct str came = {0};
	struct view text;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], cases[_i].input, strlen(cases[_i].input)),
			 (ssize_t)strlen(cases[_i].input));
	close(ends[1]);
	lines_open(lines, ends[0], LIMIT);
	while (lines_next(lines, &text))
		str_printf(&came, "%zu %.*s|", lines->line, VIEW_ARGS(text));
	ck_assert(!lines->failed);
	ck_assert_uint_eq(lines->bytes, strlen(cases[_i].input));
	ck_assert_str_eq(came.ptr ? came.ptr : "", cases[_i].texts);
	str_fini(&came);
	lines_fini(lines);
	free(lines);
	close(ends[0]);
}
END_TEST

/* A line longer than the buffer, a NUL in the middle of another. */
START_TEST(reads_any_bytes)
{
	struct lines *lines = xmalloc(sizeof(*lines));
	FILE *file = tmpfile();
	struct view text;

	for (int i = 0; i < LINES_BUFFER * 2 + 5; i++)
		fputc('x', file);
	fwrite("\na\0b\n", 1, 5, file);
	rewind(file);
	lines_open(lines, fileno(file), (size_t)1 << 20);
	ck_assert(lines_next(lines, &text));
	ck_assert_uint_eq(text.len, LINES_BUFFER * 2 + 5);
	ck_assert(lines_next(lines, &text));
	ck_assert_uint_eq(text.len, 3);
	ck_assert(!lines_next(lines, &text));
	lines_fini(lines);
	free(lines);
	fclose(file);
}
END_TEST

START_TEST(tells_what_cannot_be_read)
{
	struct lines *lines = xmalloc(sizeof(*lines));
	struct view text;

	lines_open(lines, -1, LIMIT);
	ck_assert(!lines_next(lines, &text));
	ck_assert(lines->failed);
	lines_fini(lines);
	free(lines);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lines");
	TCase *all = tcase_create("lines");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(all, gives, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(all, reads_any_bytes);
	tcase_add_test(all, tells_what_cannot_be_read);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
