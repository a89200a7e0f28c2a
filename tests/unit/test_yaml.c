#include "yaml/node.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

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

static const struct node *read_text(struct view text)
{
	return yaml_read("t.yaml", text, &arena, &diags);
}

/* "line:column code" of every diagnostic, joined by "; ", in order of reading. */
static const char *told(void)
{
	struct str out = {0};
	const char *text;

	for (size_t i = 0; i < diags.len; i++)
		str_printf(&out, "%s%u:%u %s", i ? "; " : "", diags.at[i].place.line,
			   diags.at[i].place.column, diags.at[i].code);
	text = arena_strndup(&arena, out.ptr, out.len);
	str_fini(&out);
	return text;
}

/* --- a printer, the oracle of the reader ------------------------------------------------------ */

static void print_quoted(struct view text, struct str *out)
{
	str_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			str_add_char(out, '\\');
		if ((unsigned char)text.ptr[i] < 0x20)
			str_printf(out, "\\x%02x", text.ptr[i]);
		else
			str_add_char(out, text.ptr[i]);
	}
	str_add_char(out, '"');
}

static void print_flow(const struct node *node, struct str *out)
{
	if (node->kind == NODE_SCALAR) {
		print_quoted(node->text, out);
		return;
	}
	str_add_char(out, node->kind == NODE_LIST ? '[' : '{');
	for (const struct node *child = node->first; child; child = child->next) {
		if (child->key) {
			print_quoted(child->key->text, out);
			str_add_text(out, ": ");
		}
		print_flow(child, out);
		if (child->next)
			str_add_text(out, ", ");
	}
	str_add_char(out, node->kind == NODE_LIST ? ']' : '}');
}

static void print_block(const struct node *node, int indent, struct str *out)
{
	if (node->kind == NODE_SCALAR || !node->first) {
		str_add_char(out, ' ');
		print_flow(node, out);
		str_add_char(out, '\n');
		return;
	}
	str_add_char(out, '\n');
	for (const struct node *child = node->first; child; child = child->next) {
		str_printf(out, "%*s", indent, "");
		if (child->key) {
			print_quoted(child->key->text, out);
			str_add_char(out, ':');
		} else {
			str_add_char(out, '-');
		}
		print_block(child, indent + 2, out);
	}
}

static const char *flow_of(const struct node *node)
{
	struct str out = {0};
	const char *text;

	print_flow(node, &out);
	text = arena_strndup(&arena, out.ptr, out.len);
	str_fini(&out);
	return text;
}

/* --- what is read ------------------------------------------------------------------------------
 */

static const struct {
	const char *text, *flow;
} accepted[] = {
	{"", "{}"},
	{"# nothing\n", "{}"},
	{"---\n", "{}"},
	{"\xEF\xBB\xBFkey: value\n", "{\"key\": \"value\"}"},
	{"---\nkey: value\n...\n\n# end\n", "{\"key\": \"value\"}"},
	{"a: no\nb: 0777\nc: 1e3\nd: 12:30\ne: ~\nf:\n",
	 "{\"a\": \"no\", \"b\": \"0777\", \"c\": \"1e3\", "
	 "\"d\": \"12:30\", \"e\": \"~\", \"f\": \"\"}"},
	{"- =talks\n- (a|b)? <1-3> $c ^d\n- negotiat*\n- '*x'\n- \"&y\"\n- a & b!\n",
	 "[\"=talks\", \"(a|b)? <1-3> $c ^d\", \"negotiat*\", \"*x\", \"&y\", \"a & b!\"]"},
	{"a: [1, {b: 2, c: [x, y]}]\r\nd:\r\n- e\r\n",
	 "{\"a\": [\"1\", {\"b\": \"2\", \"c\": [\"x\", \"y\"]}], "
	 "\"d\": [\"e\"]}"},
	{"a: |\n  one\n  two\nb: >-\n  one\n  two\n",
	 "{\"a\": \"one\\x0atwo\\x0a\", \"b\": \"one two\"}"},
	{"a: one\n  two\nb: \"one\n  two \\\n  three\"\n",
	 "{\"a\": \"one two\", \"b\": \"one two three\"}"},
	{"'it''s': \"\\u043c\\U0001F600\\x41\\n\"\n", "{\"it's\": \"м😀A\\x0a\"}"},
	{"? a\n: b\n? c\n", "{\"a\": \"b\", \"c\": \"\"}"},
	{"'<<': 1\n\"\": 2\n", "{\"<<\": \"1\", \"\": \"2\"}"},
	{"plain\n", "\"plain\""},
	{"%\n", NULL},
};

START_TEST(reads)
{
	const struct node *node = read_text(view_of(accepted[_i].text));

	if (!accepted[_i].flow) {
		ck_assert_str_eq(told(), "1:1 directive");
		return;
	}
	ck_assert_str_eq(told(), "");
	ck_assert_ptr_nonnull(node);
	ck_assert_str_eq(flow_of(node), accepted[_i].flow);
}
END_TEST

/* --- what is refused ---------------------------------------------------------------------------
 */

static const struct {
	struct view text;
	const char *told;
	const char *flow; /* what is left of the tree; NULL: nothing */
} refused[] = {
	{VIEW("a: &x 1\nb: *x\nc: 2\n"), "1:4 anchor; 2:4 alias", "{\"a\": \"1\", \"c\": \"2\"}"},
	{VIEW("мова: &x [*x]\n"), "1:7 anchor; 1:11 alias", "{\"мова\": []}"},
	{VIEW("&m\na: 1\n"), "1:1 anchor", "{\"a\": \"1\"}"},
	{VIEW("&k a: 1\n"), "1:1 anchor", "{\"a\": \"1\"}"},
	{VIEW("a: &x !!str b\n"), "1:4 anchor; 1:7 tag", "{\"a\": \"b\"}"},
	{VIEW("a: !!int 1\nb: ! c\nd: !e {f: !g }\n"), "1:4 tag; 2:4 tag; 3:4 tag; 3:11 tag",
	 "{\"a\": \"1\", \"b\": \"c\", \"d\": {\"f\": \"\"}}"},
	{VIEW("a: ! 'b'\nc: !x [d]\n"), "1:4 tag; 2:4 tag", "{\"a\": \"b\", \"c\": [\"d\"]}"},
	{VIEW("*x : 1\nb: 2\n"), "1:1 alias", "{\"b\": \"2\"}"},
	{VIEW("<<: {a: 1}\nb: 2\n"), "1:1 merge-key", "{\"b\": \"2\"}"},
	{VIEW("a:\n  <<: *x\n  b: 2\n"), "2:3 merge-key; 2:7 alias", "{\"a\": {\"b\": \"2\"}}"},
	{VIEW("a: 1\nb: 2\n'a': 3\n"), "3:1 duplicate-key", "{\"a\": \"1\", \"b\": \"2\"}"},
	{VIEW("a: {ключ: 1, ключ: {x: 1, x: 2}}\n"), "1:14 duplicate-key; 1:27 duplicate-key",
	 "{\"a\": {\"ключ\": \"1\"}}"},
	{VIEW("? {a: 1}\n: 2\n[b]: 3\nc: 4\n"), "1:3 bad-key; 3:1 bad-key", "{\"c\": \"4\"}"},
	{VIEW("? - a\n  - &b c\n: {d: *e}\nf: 1\n"), "1:3 bad-key; 2:5 anchor; 3:7 alias",
	 "{\"f\": \"1\"}"},
	{VIEW("?\n: 1\na: 2\n"), "1:2 bad-key", "{\"a\": \"2\"}"},
	{VIEW(": 1\na: 2\n"), "1:1 syntax", NULL},
	{VIEW("a: \"x\\0y\"\nb: 2\n"), "1:6 bad-character", "{\"b\": \"2\"}"},
	{VIEW("\"к\\x00\": 1\nb: [\"\\0\", 2]\n"), "1:3 bad-character; 2:6 bad-character",
	 "{\"b\": [\"2\"]}"},
	{VIEW("%YAML 1.1\n# c\n%TAG ! x\n---\na: 1\n"), "1:1 directive; 3:1 directive",
	 "{\"a\": \"1\"}"},
	{VIEW("a: 1\n---\nb: 2\n"), "2:1 second-document", "{\"a\": \"1\"}"},
	{VIEW("a: 1\n...\n# c\n%TAG ! x\n---\n"), "4:1 second-document", "{\"a\": \"1\"}"},
	{VIEW("a: 1\n...\nb: 2\n"), "3:1 second-document", "{\"a\": \"1\"}"},
	{VIEW("a: 1\n... b\n"), "2:5 second-document", "{\"a\": \"1\"}"},
	{VIEW("a: пп\xD0 x\n"), "1:6 bad-character", NULL},
	{VIEW("a: 1\nb: x\xED\xA0\x80\n"), "2:5 bad-character", NULL},
	{VIEW("a: 1\n\tb\0c"), "2:3 bad-character", NULL},
	{VIEW("a: \x01\n"), "1:4 bad-character", NULL},
	{VIEW("a: 1\rb: 2\n"), "1:5 bad-character", NULL},
	{VIEW("я: x\xE2\x80\xA8y\n"), "1:5 bad-character", NULL},
	{VIEW("a: x\xC2\x85\n"), "1:5 bad-character", NULL},
	{VIEW("a: x\xEF\xBB\xBFy\n"), "1:5 bad-character", NULL},
	{VIEW("a: 1\n\tb: 2\n"), "2:1 syntax", NULL},
	{VIEW("a: 1\n  b: 2\n"), "2:4 syntax", NULL},
	{VIEW("мир: @x\n"), "1:6 syntax", NULL},
	{VIEW("a: &x 1\nb: \"x\n"), "1:4 anchor; 3:1 syntax", NULL},
	{VIEW("a: [1, 2\nb: 3\n"), "2:2 syntax", NULL},
	{VIEW("a: \"\\uD800\"\n"), "1:7 syntax", NULL},
	{VIEW("a: \"\\q\"\n"), "1:5 syntax", NULL},
};

START_TEST(refuses)
{
	const struct node *node = read_text(refused[_i].text);

	ck_assert_str_eq(told(), refused[_i].told);
	ck_assert_uint_eq(diags.errors, diags.len);
	if (refused[_i].flow) {
		ck_assert_ptr_nonnull(node);
		ck_assert_str_eq(flow_of(node), refused[_i].flow);
	} else {
		ck_assert_ptr_null(node);
	}
}
END_TEST

START_TEST(names_both_lines)
{
	read_text(VIEW("a: 1\n\nb: 2\na: 3\n"));
	ck_assert_uint_eq(diags.len, 1);
	ck_assert_str_eq(diags.at[0].message, "the key \"a\" stands in line 1 already");
	ck_assert_str_eq(diags.at[0].source, "a: 3");
	ck_assert_uint_eq(diags.at[0].place.line, 4);
}
END_TEST

/* --- bounds ------------------------------------------------------------------------------------
 */

#define HOSTILE_MS_MAX 2000 /* far above what is needed, far below what a square would take */

static const struct {
	const char *begin, *unit;
	size_t count;
	const char *code;
} hostile[] = {
	{"", "[", 16, "syntax"},
	{"", "[", 17, "too-deep"},
	{"", "[", 100000, "too-deep"},
	{"", "{a: ", 100000, "too-deep"},
	{"", "- ", 100000, "too-deep"},
	{"", "[\n", 100000, "too-deep"},
	{"", "? ", 100000, "bad-key"},
	{"", "[{", 100000, "bad-key"},
	{"", "%TAG !a! b\n", 90000, "directive"},
	{"a: 1\n...\n", "%TAG !a! b\n", 90000, "second-document"},
	{"a: ", "[[[[]]]],", 100000, NULL},
	{"", "a: 1\n", 200000, "duplicate-key"},
	{"[", "a: ,", 262000, "too-large"},
	{"x: [", "a,", 490000, "syntax"},
	{"# ", "x", YAML_FILE_MAX - 2, NULL},
	{"# ", "x", YAML_FILE_MAX - 1, "too-large"},
	{"", "&a ", 300000, NULL},
	{"\"", "\\0", 500000, NULL},
	{"", "'", 1000001, NULL},
};

START_TEST(stays_within_bounds)
{
	struct str text = {0};
	clock_t start = clock(); /* of the processor: others may have the machine */

	str_add_text(&text, hostile[_i].begin);
	for (size_t i = 0; i < hostile[_i].count; i++)
		str_add_text(&text, hostile[_i].unit);
	read_text(str_view(&text));
	str_fini(&text);
	ck_assert_int_lt((clock() - start) / (CLOCKS_PER_SEC / 1000), HOSTILE_MS_MAX);
	if (hostile[_i].code) {
		ck_assert_uint_gt(diags.len, 0);
		ck_assert_str_eq(diags.at[0].code, hostile[_i].code);
	}
}
END_TEST

START_TEST(cuts_at_the_depth)
{
	read_text(VIEW("a:\n [[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]\n"));
	ck_assert_str_eq(told(), "2:17 too-deep");
}
END_TEST

/* --- places ------------------------------------------------------------------------------------
 */

static const struct {
	const char *text;
	size_t offset;
	unsigned line, column, width;
} places[] = {
	/* of the value of the first key */
	{"a: word", 0, 1, 4, 4},
	{"мова: слово друге\n", 11, 1, 13, 11},
	{"\"a\"\t: \tb\n", 0, 1, 8, 1},
	{"a: 'it''s'", 4, 1, 10, 7},
	{"a: 'it''s'", 3, 1, 9, 7},
	{"a: 'it''s'", 2, 1, 7, 7},
	{"a: \"x\"", 0, 1, 5, 3},
	{"a: \"x\"", 1, 1, 6, 3},
	{"a: \"x\"", 9, 1, 6, 3},
	{"a: \"\\\"\\ty\"", 2, 1, 9, 7},
	{"a: \"\\u043cy\"", 2, 1, 11, 9},
	{"a: \"\\u043cy\"", 1, 1, 5, 9},
	{"a: \"\\U0001F600y\"", 4, 1, 15, 13},
	{"a: \"\\u20ACy\"", 3, 1, 11, 9},
	{"a: \"\\x41\\xe9y\"", 3, 1, 13, 11},
	{"a: \"\\N\\_\\L\\Py\"", 10, 1, 13, 11},
	{"a: \"мир дім\"", 7, 1, 9, 9},
	{"a:\n  - |\n   one\n   two\n", 4, 2, 3, 0},
	{"a: |\n  one\n", 1, 1, 4, 0},
	{"a: one\n  two", 4, 1, 4, 0},
	{"a: \"one\n  two\"", 1, 1, 4, 0},
	{"a:\nb: 1", 0, 1, 3, 0},
	{"a: [x]", 0, 1, 4, 0},
	{"a:\n   b: 1", 0, 2, 4, 0},
};

START_TEST(places_nodes)
{
	const struct node *root = read_text(view_of(places[_i].text));
	struct place place;

	ck_assert_str_eq(told(), "");
	ck_assert_uint_eq(root->first->place.width, places[_i].width);
	ck_assert_str_eq(root->first->place.file, "t.yaml");
	place = node_place_at(root->first, places[_i].offset);
	ck_assert_uint_eq(place.line, places[_i].line);
	ck_assert_uint_eq(place.column, places[_i].column);
}
END_TEST

static const struct {
	const char *text, *kind;
	bool plain, word;
} words[] = {
	{"a: no", "a text", true, true},      {"a: 'no'", "a text", false, false},
	{"a: ~", "a text", true, true},	      {"a: Off", "a text", true, true},
	{"a: nope", "a text", true, false},   {"a:", "nothing", true, false},
	{"a: ''", "a text", false, false},    {"a: []", "a list", false, false},
	{"a: {}", "a mapping", false, false},
};

START_TEST(names_kinds)
{
	const struct node *root = read_text(view_of(words[_i].text));

	ck_assert_ptr_eq(node_get(root, "a"), root->first);
	ck_assert_ptr_null(node_get(root, "b"));
	ck_assert_ptr_null(node_get(root->first, "a"));
	ck_assert_ptr_null(node_get(NULL, "a"));
	ck_assert_str_eq(node_kind_name(root->first), words[_i].kind);
	ck_assert_int_eq(root->first->plain, words[_i].plain);
	ck_assert_int_eq(node_plain_word(root->first), words[_i].word);
}
END_TEST

/* --- print → read round trip of random trees ---------------------------------------------------
 */

static uint32_t dice(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525U + 1013904223U;
	return (*seed >> 8) % sides;
}

static struct view random_text(uint32_t *seed)
{
	static const char *const parts[] = {"a",  "слово", " ", "\"", "\\", "'", ": ", "#",
					    "\n", "\t",	   "[", "}",  "😀",  "-", "*",  "&"};
	struct str out = {0};
	struct view text;

	for (uint32_t i = dice(seed, 6); i > 0; i--)
		str_add_text(&out, parts[dice(seed, sizeof(parts) / sizeof(parts[0]))]);
	text = arena_view(&arena, str_view(&out));
	str_fini(&out);
	return text;
}

static struct node *random_tree(uint32_t *seed, unsigned depth)
{
	struct node *node = arena_zalloc(&arena, sizeof(*node)), *last = NULL;

	node->kind = depth ? (enum node_kind)dice(seed, 3) : NODE_SCALAR;
	if (node->kind == NODE_SCALAR) {
		node->text = random_text(seed);
		return node;
	}
	for (uint32_t i = 0, count = dice(seed, 5); i < count; i++) {
		struct node *child = random_tree(seed, depth - 1);

		if (node->kind == NODE_MAP) {
			struct node *key = arena_zalloc(&arena, sizeof(*key));
			struct view text = random_text(seed);

			key->text = view_of(arena_printf(&arena, "%u %.*s", i, VIEW_ARGS(text)));
			child->key = key;
		}
		if (last)
			last->next = child;
		else
			node->first = child;
		last = child;
	}
	return node;
}

START_TEST(round_trips)
{
	uint32_t seed = (uint32_t)_i;
	const struct node *tree = random_tree(&seed, 5);
	const char *flow = flow_of(tree);
	const struct node *again = read_text(view_of(flow));
	struct str block = {0};

	ck_assert_msg(!diags.len, "%s: %s", told(), flow);
	ck_assert_str_eq(flow_of(again), flow);
	print_block(tree, 0, &block);
	again = read_text(str_view(&block));
	ck_assert_msg(!diags.len, "%s: %s", told(), flow);
	ck_assert_str_eq(flow_of(again), flow);
	str_fini(&block);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("yaml");
	TCase *tcase = tcase_create("yaml");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, reads, 0, COUNT(accepted));
	tcase_add_loop_test(tcase, refuses, 0, COUNT(refused));
	tcase_add_test(tcase, names_both_lines);
	tcase_add_loop_test(tcase, stays_within_bounds, 0, COUNT(hostile));
	tcase_add_test(tcase, cuts_at_the_depth);
	tcase_add_loop_test(tcase, places_nodes, 0, COUNT(places));
	tcase_add_loop_test(tcase, names_kinds, 0, COUNT(words));
	tcase_add_loop_test(tcase, round_trips, 0, 200);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
