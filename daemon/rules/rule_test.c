#include "base/clock.h"
#include "rules/read_rule.h"

/*
 * Embedded tests: texts, or items with what they should give.
 */

/* The text of an item, or a list of texts, each into a field of struct item. */
static bool read_item_text(struct reader *reader, const struct read_key *key,
			   const struct node *node, void *place)
{
	struct rule_test *test = place;

	return reader_text(reader, key, node, &test->item.fields[key->least].text);
}

static bool read_time(struct reader *reader, const struct read_key *key, const struct node *node,
		      void *place)
{
	struct view text;

	if (!reader_text(reader, key, node, &text))
		return false;
	if (clock_read(text, place))
		return true;
	diag_hint(diags_add(reader->diags, DIAG_ERROR, "bad-test", node->place,
			    "%s wants a date or a time", key->name),
		  "such as 2025-12-19T09:00:00Z");
	return false;
}

static bool read_test_lang(struct reader *reader, const struct read_key *key,
			   const struct node *node, void *place)
{
	language lang;

	(void)key;
	if (!reader_language(reader, node, &lang))
		return false;
	*(struct view *)place = node->text;
	return true;
}

static bool read_item_views(struct reader *reader, const struct read_key *key,
			    const struct node *node, void *place)
{
	struct item_views *views = place;
	struct views texts = {0};

	if (!reader_texts(reader, key, node, &texts))
		return false;
	*views = (struct item_views){texts.at, texts.len};
	return true;
}

/* A subject with a colon is a code, another a name. */
static bool read_subjects(struct reader *reader, const struct read_key *key,
			  const struct node *node, void *place)
{
	struct rule_test *test = place;
	struct views texts = {0};
	struct item_subject *subjects;

	if (!reader_texts(reader, key, node, &texts))
		return false;
	subjects = arena_array(reader->arena, texts.len + 1, sizeof(*subjects));
	for (size_t i = 0; i < texts.len; i++)
		*(memchr(texts.at[i].ptr, ':', texts.at[i].len) ? &subjects[i].uri
								: &subjects[i].name) = texts.at[i];
	test->item.subjects = subjects;
	test->item.subject_count = texts.len;
	return true;
}

static bool read_expect(struct reader *reader, const struct read_key *key, const struct node *node,
			void *place)
{
	struct rule_test *test = place;
	struct constant_list list = {0};
	bool good;

	(void)key;
	if (!test->hit) {
		diags_add(reader->diags, DIAG_ERROR, "bad-test", node->key->place,
			  "a miss gives no event, so it expects nothing of one");
		return false;
	}
	good = constants_read(reader, node, true, &list);
	READ_TAKE(reader, &list, &test->expect, &test->expect_count);
	return good;
}

#define AT(member) offsetof(struct rule_test, item.member)
/* clang-format off */
static const struct read_key test_keys[] = {
	{"text", read_item_text, 0, false, SCHEMA_TEXT, "The body.", ITEM_BODY, 0, NULL},
	{"title", read_item_text, 0, false, SCHEMA_TEXT, "The headline.", ITEM_HEADLINE, 0, NULL},
	{"subhead", read_item_text, 0, false, SCHEMA_TEXT, NULL, ITEM_SUBHEAD, 0, NULL},
	{"summary", read_item_text, 0, false, SCHEMA_TEXT, NULL, ITEM_SUMMARY, 0, NULL},
	{"caption", read_item_text, 0, false, SCHEMA_TEXT, NULL, ITEM_CAPTION, 0, NULL},
	{"slugline", read_item_text, 0, false, SCHEMA_TEXT, NULL, ITEM_SLUGLINE, 0, NULL},
	{"lang", read_test_lang, AT(language), false, "\"$ref\":\"#/$defs/language\"", "Its language; the rule's first when unsaid.", 0, 0, NULL},
	{"published", read_time, AT(published), false, SCHEMA_TEXT, "When it was published.", 0, 0, NULL},
	{"modified", read_time, AT(modified), false, SCHEMA_TEXT, "When it was last changed.", 0, 0, NULL},
	{"source", reader_text, AT(source), false, SCHEMA_TEXT, "Who published it.", 0, 0, NULL},
	{"uri", reader_text, AT(uri), false, SCHEMA_TEXT, "Its identifier.", 0, 0, NULL},
	{"url", reader_text, AT(url), false, SCHEMA_TEXT, "Its page.", 0, 0, NULL},
	{"urgency", reader_int, AT(urgency), false, NULL, "1 (highest) to 9.", 1, 9, NULL},
	{"subjects", read_subjects, 0, false, SCHEMA_TEXTS, "Codes (with a colon) or names.", 0, 0, NULL},
	{"people", read_item_views, AT(people), false, SCHEMA_TEXTS, NULL, 0, 0, NULL},
	{"organisations", read_item_views, AT(organisations), false, SCHEMA_TEXTS, NULL, 0, 0, NULL},
	{"places", read_item_views, AT(places), false, SCHEMA_TEXTS, NULL, 0, 0, NULL},
	{"expect", read_expect, 0, false, "\"$ref\":\"#/$defs/constants\"", "Fields of the event.", 0, 0, NULL},
};
/* clang-format on */
#undef AT
const struct read_form test_form = READ_FORM("a test", test_keys);

static bool has_text(const struct item *item)
{
	for (int i = 0; i < ITEM_FIELDS; i++)
		if (item->fields[i].text.len)
			return true;
	return false;
}

static bool read_test(struct reader *reader, const struct node *node, struct rule_test *test)
{
	struct item *item = &test->item;

	test->place = node->place;
	item->published = item->modified = item->embargo = CLOCK_NONE;
	if (node->kind == NODE_SCALAR)
		return reader_text(reader, NULL, node, &item->fields[ITEM_BODY].text);
	if (node->kind != NODE_MAP)
		return reader_wrong_type(reader, node, "a text or a mapping such as {text: …}");
	if (!reader_form(reader, &test_form, node, node->place, test))
		return false;
	if (has_text(item))
		return true;
	diags_add(reader->diags, DIAG_ERROR, "bad-test", node->place, "a test wants a text");
	return false;
}

struct test_target {
	struct rule_test *tests;
	size_t count;
};

static bool read_test_list(struct reader *reader, const struct read_key *key,
			   const struct node *node, void *place)
{
	struct test_target *target = place;
	bool good = true;

	if (node->kind != NODE_LIST)
		return reader_wrong_type(reader, node, "a list of tests");
	for (const struct node *child = node->first; child; child = child->next) {
		struct rule_test *test = &target->tests[target->count];

		*test = (struct rule_test){.hit = key->least};
		if (read_test(reader, child, test))
			target->count++;
		else
			good = false;
	}
	return good;
}

#define SCHEMA_TESTS                                                                               \
	"\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"string\"},{\"$ref\":\"#/$defs/"      \
	"test\"}]}"
static const struct read_key tests_keys[] = {
	{"hit", read_test_list, 0, false, SCHEMA_TESTS, "Texts in which it gives an event.", true,
	 0, NULL},
	{"miss", read_test_list, 0, false, SCHEMA_TESTS, "Texts in which it gives none.", false, 0,
	 NULL},
};
const struct read_form tests_form = READ_FORM("tests", tests_keys);

bool tests_read(struct reader *reader, const struct read_key *key, const struct node *node,
		void *place)
{
	struct rule *rule = place;
	struct test_target target = {0};
	size_t most = 0;
	bool good;

	(void)key;
	if (node->kind == NODE_MAP)
		for (const struct node *child = node->first; child; child = child->next)
			most += child->count;
	if (most > RULE_TESTS_MAX) {
		diags_add(reader->diags, DIAG_ERROR, "too-large", node->key->place,
			  "a rule has at most %d tests", RULE_TESTS_MAX);
		return false;
	}
	target.tests = arena_array(reader->arena, most + 1, sizeof(*target.tests));
	good = reader_form(reader, &tests_form, node, node->key->place, &target);
	rule->tests = target.tests;
	rule->test_count = target.count;
	return good;
}
