#include "base/file.h"
#include "support/item_oracle.h"
#include "wire/dialect.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * The item scanner against jansson: on items made at random in every dialect's shapes, on the same
 * with some bytes changed, and, where NEWSTAG_ITEMS names files of JSON Lines, on those.
 */
static uint64_t seed;

static size_t below(size_t limit)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (size_t)(seed >> 33) % limit;
}

static const char *pick(const char *const *words, size_t count)
{
	return words[below(count)];
}
#define PICK(words) pick(words, sizeof(words) / sizeof(*(words)))

static void add_space(struct str *out)
{
	static const char *const spaces[] = {"", "", "", "", " ", "\n", "\t\r", "  "};

	str_add_text(out, PICK(spaces));
}

static void add_string(struct str *out)
{
	static const char *const pieces[] = {"Talks",
					     " ",
					     "resumed in Geneva",
					     "\\n",
					     "\\u0414\\u0456",
					     "світло",
					     "\\ud83d\\ude00",
					     "\\\"",
					     "\\\\",
					     "\\/",
					     "<p>",
					     "<b>x</b>",
					     "&amp;",
					     "x < y",
					     "2025-12-19T09:00:00Z",
					     "Fri, 19 Dec 2025 09:00:00 GMT",
					     "1734600000",
					     "text/html",
					     "main",
					     "caption",
					     "subhead",
					     "canceled",
					     "withheld",
					     "stat:usable",
					     "5",
					     "urn:x:1",
					     "https://example.org/a",
					     "alternate",
					     "self",
					     "\\u00a0",
					     "\xE2\x80\x8B",
					     "é",
					     "text/plain",
					     "a,b",
					     "Person",
					     "\x7F"};
	size_t count = below(4);

	str_add_char(out, '"');
	for (size_t i = 0; i < count; i++)
		str_add_text(out, PICK(pieces));
	str_add_char(out, '"');
}

static void add_scalar(struct str *out)
{
	static const char *const scalars[] = {"null",
					      "null",
					      "true",
					      "false",
					      "0",
					      "-1",
					      "5",
					      "9",
					      "12",
					      "1734600000",
					      "1734600000123",
					      "1734600000.5",
					      "1e3",
					      "-0.0",
					      "9223372036854775807",
					      "1e308",
					      "1.25E-7"};

	if (below(3))
		add_string(out);
	else
		str_add_text(out, PICK(scalars));
}

static void add_key(struct str *out, size_t number)
{
	static const char *const keys[] = {
		"value",   "role",    "contentType", "#text", "_",    "$",	    "$t",
		"@type",   "type",    "name",	     "title", "href", "rel",	    "@href",
		"@rel",	   "uri",     "@id",	     "id",    "url",  "term",	    "label",
		"text",	   "content", "specversion", "data",  "time", "n\\u0061me", "@value",
		"__cdata", "literal", "code"};
	const struct member *member = member_at(below(110));

	if (below(40) == 0)
		str_printf(out, "\"x%zu\":", number);
	else if (below(3) == 0 && member)
		str_printf(out, "\"%s\":", member->name);
	else
		str_printf(out, "\"%s\":", PICK(keys));
}

static void add_value(struct str *out, size_t depth)
{
	size_t kind = depth ? below(5) : 4, count = below(4);

	if (kind > 1) {
		add_scalar(out);
		return;
	}
	str_add_char(out, kind ? '[' : '{');
	add_space(out);
	for (size_t i = 0; i < count; i++) {
		if (i)
			str_add_char(out, ',');
		add_space(out);
		if (!kind)
			add_key(out, i);
		add_value(out, depth - 1);
		add_space(out);
	}
	str_add_char(out, kind ? ']' : '}');
}

static void add_parts(struct str *out)
{
	static const char *const roles[] = {"main",  "caption", "subhead", "deck",
					    "short", "",	"summary"};
	size_t count = below(4);

	str_add_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		str_printf(out, "%s{\"role\":\"%s\",\"value\":", i ? "," : "", PICK(roles));
		add_string(out);
		str_add_text(out, below(2) ? ",\"contentType\":\"text/html\"}" : "}");
	}
	str_add_char(out, ']');
}

/* A value that the member is likely to take. */
static void add_fitting(struct str *out, enum shape shape)
{
	static const char *const wraps[][2] = {{"", ""},
					       {"", ""},
					       {"", ""},
					       {"[", "]"},
					       {"{\"#text\":", "}"},
					       {"{\"value\":", "}"},
					       {"{\"name\":", "}"},
					       {"[{\"href\":", "}]"},
					       {"[null,", ",\"more\"]"}};
	static const char *const states[] = {"\"usable\"", "\"withheld\"", "\"stat:canceled\"",
					     "null"};
	static const char *const urgencies[] = {"1", "\"5\"", "0", "\" \"", "null"};
	static const char *const times[] = {
		"\"2025-12-19T09:00:00.5Z\"",	       "1734600000", "1734600000123.4", "\"NaN\"",
		"\"Fri, 19 Dec 2025 09:00:00 +0200\"", "\"\"",	     "\"1734600000\""};
	const char *const *wrap = wraps[below(9)];

	if (shape == SHAPE_PARTS) {
		add_parts(out);
	} else if (shape == SHAPE_URGENCY) {
		str_add_text(out, PICK(urgencies));
	} else {
		str_add_text(out, wrap[0]);
		if (shape == SHAPE_STATE)
			str_add_text(out, PICK(states));
		else if (shape == SHAPE_TIME)
			str_add_text(out, PICK(times));
		else
			add_string(out);
		str_add_text(out, wrap[1]);
	}
}

static void add_member(struct str *out)
{
	const struct member *member = member_at(below(110));

	if (!member) {
		add_key(out, below(9));
		add_value(out, 3);
		return;
	}
	str_printf(out, "\"%s\":", member->name);
	if (below(12))
		add_fitting(out, (enum shape)member->shape);
	else
		add_value(out, 3);
}

static void add_item(struct str *out)
{
	size_t count = 1 + below(9);

	str_add_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i)
			str_add_char(out, ',');
		add_space(out);
		add_member(out);
		add_space(out);
	}
	str_add_char(out, '}');
}

static void add_envelope(struct str *out)
{
	str_add_text(out, "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"urn:feed\",");
	if (below(2))
		str_add_text(out, "\"time\":\"2025-12-19T09:00:00Z\",");
	str_add_text(out, "\"data\":");
	add_item(out);
	str_add_char(out, '}');
}

static void change(struct str *text)
{
	static const char bytes[] = "\"\\{}[]:,0-eutf\x01\x80\xC3\xFF\xED 1";
	size_t count = 1 + below(3);

	for (size_t i = 0; i < count && text->len; i++) {
		size_t at = below(text->len);

		if (below(3))
			text->ptr[at] = bytes[below(sizeof(bytes) - 1)];
		else
			text->len = at;
	}
}

#define ROUNDS 10000

START_TEST(test_made_items)
{
	size_t seen[REJECT_REASONS] = {0};

	seed = (uint64_t)_i + 1;
	for (size_t i = 0; i < ROUNDS; i++) {
		struct str text = {0};
		enum reject reason;
		const char *difference;

		if (below(8))
			add_item(&text);
		else
			add_envelope(&text);
		if (_i % 2 && below(2))
			change(&text);
		difference = oracle_compare(str_view(&text), &reason);
		if (difference)
			ck_abort_msg("%s in %.*s", difference, (int)text.len, text.ptr);
		seen[reason]++;
		str_fini(&text);
	}
	ck_assert_uint_gt(seen[REJECT_NONE], ROUNDS / 20);
	ck_assert_uint_gt(seen[REJECT_BAD_FIELD], ROUNDS / 50);
	ck_assert_uint_gt(seen[REJECT_NOT_JSON] + 1, _i % 2 ? ROUNDS / 20 : 0);
}
END_TEST

static size_t compare_lines(const char *path, size_t most)
{
	struct str text = {0};
	struct err err;
	const char *at, *end;
	size_t count = 0;

	ck_assert_msg(file_read(path, (size_t)512 << 20, &text, &err) == 0, "%s", err.text);
	at = text.ptr;
	end = text.ptr + text.len;
	while (at < end && count < most) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		struct view line = {at, (size_t)((newline ? newline : end) - at)};
		enum reject reason;
		const char *difference = oracle_compare(line, &reason);

		if (difference)
			ck_abort_msg("%s in %s, line %zu", difference, path, count + 1);
		at += line.len + 1;
		count++;
	}
	str_fini(&text);
	return count;
}

/* NEWSTAG_ITEMS: paths, separated by colons. */
START_TEST(test_real_items)
{
	const char *paths = getenv("NEWSTAG_ITEMS");
	char *list, *path, *rest = NULL;

	if (!paths)
		return;
	list = strdup(paths);
	for (path = strtok_r(list, ":", &rest); path; path = strtok_r(NULL, ":", &rest))
		printf("%s: %zu items\n", path, compare_lines(path, 20000));
	free(list);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("item_oracle");
	TCase *tcase = tcase_create("oracle");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 110);
	tcase_add_loop_test(tcase, test_made_items, 0, 8);
	tcase_add_test(tcase, test_real_items);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
