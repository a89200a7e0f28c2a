#include "base/own.h"
#include "base/utf8.h"
#include "wire/scan.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The quick routines of the scanner against their plain twins. */
static uint64_t seed = 1;

static size_t below(size_t limit)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (size_t)(seed >> 33) % limit;
}

/* Well-formed text of characters of every length, in runs. */
static struct view make_text(char *bytes, size_t most)
{
	static const uint32_t from[] = {0x20,	0x80,	0x400,	 0x800,	  0xD700,
					0xE000, 0xFFF0, 0x10000, 0x10FFC0};
	uint32_t base = from[below(9)];
	size_t len = 0;

	while (len + 4 <= most) {
		if (below(12) == 0)
			base = from[below(9)];
		len += utf8_encode(base + (uint32_t)below(60), bytes + len);
	}
	return (struct view){bytes, len};
}

static void spoil(char *bytes, size_t len)
{
	static const unsigned char odd[] = {0x00, 0x22, 0x41, 0x5C, 0x80, 0x8F, 0x90, 0x9F, 0xA0,
					    0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF,
					    0xF0, 0xF1, 0xF4, 0xF5, 0xFF, 0x1F, 0x20, 0x7F};

	bytes[below(len)] = (char)odd[below(sizeof(odd))];
}

START_TEST(test_utf8)
{
	size_t bad = 0;

	if (!utf8_vectors())
		return;
	for (int i = 0; i < 60000; i++) {
		size_t most = 4 + below(200), valid;
		char *bytes = xmalloc(most);
		struct view text = make_text(bytes, most);

		for (size_t k = below(3); k > 0; k--)
			spoil(bytes, text.len);
		text.len -= below(4) % text.len;
		valid = utf8_valid(text);
		bad += valid < text.len;
		if (utf8_check_vector(text) != valid || utf8_check(text) != valid)
			ck_abort_msg("not %zu bytes of %zu", valid, text.len);
		free(bytes);
	}
	ck_assert_uint_gt(bad, 10000);
	ck_assert_uint_lt(bad, 50000);
}
END_TEST

/* Every pair of bytes, at every place around the border of two blocks, between good text. */
START_TEST(test_utf8_pairs)
{
	char bytes[72];
	size_t differing = 0;

	if (!utf8_vectors())
		return;
	for (unsigned pair = 0; pair < 65536; pair++)
		for (size_t at = 29; at < 34; at++) {
			struct view text = {bytes, sizeof(bytes)};

			memset(bytes, 'x', sizeof(bytes));
			memcpy(bytes + 20, "\xF0\x9F\x98\x80", 4);
			bytes[at] = (char)(pair >> 8);
			bytes[at + 1] = (char)pair;
			differing += utf8_check_vector(text) != utf8_valid(text);
		}
	ck_assert_uint_eq(differing, 0);
}
END_TEST

START_TEST(test_string_stop)
{
	for (int i = 0; i < 40000; i++) {
		size_t most = 4 + below(100), skip = below(4);
		char *bytes = xmalloc(most);
		struct view text = make_text(bytes, most);
		bool high = false, high_scalar = false;
		const char *end = bytes + text.len, *from;

		if (below(3))
			spoil(bytes, text.len);
		from = bytes + (skip < text.len ? skip : 0);
		if (string_stop(from, end, &high) != string_stop_scalar(from, end, &high_scalar) ||
		    high != high_scalar)
			ck_abort_msg("in %zu bytes", text.len);
		free(bytes);
	}
}
END_TEST

static const struct {
	const char *text;
	int length; /* -1: no number */
	bool real;
} numbers[] = {
	{"0", 1, false},
	{"-0", 2, false},
	{"10,", 2, false},
	{"9223372036854775807", 19, false},
	{"-9223372036854775808", 20, false},
	{"9223372036854775808", -1, false},
	{"-9223372036854775809", -1, false},
	{"18446744073709551616", -1, false},
	{"0.0", 3, true},
	{"0e99999999999999999999", 22, true},
	{"0.000e400", 9, true},
	{"1e-400", 6, true},
	{"1e308", 5, true},
	{"1E+308", 6, true},
	{"1e309", -1, true},
	{"-1e309", -1, true},
	{"1.7976931348623157e308", 22, true},
	{"1.7976931348623158e308", 22, true},
	{"1.7976931348623159e308", -1, true},
	{"17976931348623157e292", 21, true},
	{"17976931348623159e292", -1, true},
	{"0.00017976931348623157e312", 26, true},
	{"0.00017976931348623159e312", -1, true},
	{"100000000000000000000e-400", 26, true},
	{"1e99999999999999999999", -1, true},
	{"1e-99999999999999999999", 23, true},
	{"-", -1, false},
	{"", -1, false},
	{"x", -1, false},
	{"1.", -1, false},
	{"1.e5", -1, false},
	{"1e", -1, false},
	{"1e+", -1, false},
	{"00", 1, false},
};

START_TEST(test_number)
{
	const char *text = numbers[_i].text;
	bool real = false;
	const char *behind = number_scan(text, text + strlen(text), &real);

	if (numbers[_i].length < 0) {
		ck_assert_msg(!behind, "%s", text);
		return;
	}
	ck_assert_msg(behind == text + numbers[_i].length, "%s", text);
	ck_assert_int_eq(real, numbers[_i].real);
}
END_TEST

/* A number of many digits around the largest double: as strtod rounds it. */
START_TEST(test_number_edge)
{
	char text[420];

	for (int i = 0; i < 5000; i++) {
		size_t len = (size_t)snprintf(text, sizeof(text), "17976931348623157");
		bool real = false;
		const char *behind;

		while (len < 309 + below(30))
			text[len++] = (char)('0' + below(10));
		if (below(2)) /* begins like the border itself: 2^1024 - 2^970 */
			memcpy(text, "1797693134862315807937289714053", 31);
		snprintf(text + len, sizeof(text) - len, ".5e%d", 309 - (int)len);
		behind = number_scan(text, text + strlen(text), &real);
		ck_assert_msg((behind != NULL) == (isfinite(strtod(text, NULL)) != 0), "%s", text);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scan");
	TCase *tcase = tcase_create("scan");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_utf8);
	tcase_add_test(tcase, test_utf8_pairs);
	tcase_add_test(tcase, test_string_stop);
	tcase_add_loop_test(tcase, test_number, 0, sizeof(numbers) / sizeof(*numbers));
	tcase_add_test(tcase, test_number_edge);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
