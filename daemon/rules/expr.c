#include "rules/expr.h"

#include "rules/expr_form.h"

/*
 * Expressions: a text is a pattern, a list is `any`, a mapping has exactly one operator and any
 * number of modifiers. All mistakes in an expression are told; then it is NULL, and whoever asked
 * for it tells nothing more.
 */

struct expr *expr_new(struct reader *reader, enum expr_kind kind, const struct node *node)
{
	struct expr *expr = arena_zalloc(reader->arena, sizeof(*expr));

	expr->kind = kind;
	expr->place = node->place;
	return expr;
}

struct expr *expr_pattern(struct reader *reader, const struct node *node)
{
	struct sequence sequence;
	struct expr *expr;

	if (pattern_read_in(reader, node, &sequence) < 0)
		return NULL;
	expr = expr_new(reader, EXPR_PATTERN, node);
	expr->text = node->text;
	expr->pattern = sequence;
	return expr;
}

/* --- members ------------------------------------------------------------------------------------
 */

static bool add_child(struct reader *reader, const struct node *node, struct expr *expr)
{
	struct expr *child = expr_read_in(reader, node);

	if (child)
		expr->children[expr->child_count++] = child;
	return child != NULL;
}

/* One expression, or a list of them. */
static bool read_children(struct reader *reader, const struct read_key *key,
			  const struct node *node, void *place)
{
	struct expr *expr = place;
	bool good = true;

	(void)key;
	if (node->kind == NODE_LIST && (!node->count || node->count > EXPR_CHILDREN_MAX)) {
		diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
			  "an expression has 1 to %d members", EXPR_CHILDREN_MAX);
		return false;
	}
	expr->children = arena_array(reader->arena, node->count + 1, sizeof(struct expr *));
	if (node->kind != NODE_LIST)
		return add_child(reader, node, expr);
	for (const struct node *child = node->first; child; child = child->next)
		good &= add_child(reader, child, expr);
	return good;
}

/* A list of members, where one alone makes no sense. */
static bool read_members(struct reader *reader, const struct read_key *key, const struct node *node,
			 void *place)
{
	if (node->kind != NODE_LIST)
		return reader_wrong_type(reader, node, "a list of expressions");
	return read_children(reader, key, node, place);
}

static bool read_one(struct reader *reader, const struct read_key *key, const struct node *node,
		     void *place)
{
	struct expr *expr = place;

	(void)key;
	expr->children = arena_array(reader->arena, 1, sizeof(struct expr *));
	return add_child(reader, node, expr);
}

static bool read_weighted(struct reader *reader, const struct node *node, struct expr *expr)
{
	const struct read_key weight = {
		.name = "a weight", .least = -WEIGHT_MAX, .most = WEIGHT_MAX};
	struct expr *pattern = expr_pattern(reader, node->key);

	if (!reader_int(reader, &weight, node, &expr->weights[expr->child_count]) || !pattern)
		return false;
	expr->children[expr->child_count++] = pattern;
	return true;
}

/* {blackout: 20, concert: -30} */
static bool read_weights(struct reader *reader, const struct read_key *key, const struct node *node,
			 void *place)
{
	struct expr *expr = place;
	bool good = true;

	(void)key;
	if (node->kind != NODE_MAP || !node->count)
		return reader_wrong_type(reader, node, "a mapping of patterns to points");
	expr->children = arena_array(reader->arena, node->count, sizeof(struct expr *));
	expr->weights = arena_array(reader->arena, node->count, sizeof(int));
	for (const struct node *child = node->first; child; child = child->next)
		good &= read_weighted(reader, child, expr);
	return good;
}

/* --- operators ----------------------------------------------------------------------------------
 */

static bool read_atleast(struct reader *reader, const struct read_key *key, const struct node *node,
			 void *place)
{
	struct expr *expr = place;

	(void)key;
	if (!reader_form(reader, &atleast_form, node, node->key->place, expr))
		return false;
	if (expr->n <= expr->child_count)
		return true;
	diags_add(reader->diags, DIAG_ERROR, "bad-value", node_get(node, "n")->place,
		  "there are only %zu members", expr->child_count);
	return false;
}

static bool read_count(struct reader *reader, const struct read_key *key, const struct node *node,
		       void *place)
{
	(void)key;
	return reader_form(reader, &count_form, node, node->key->place, place);
}

/* 8, 8 words, 2 sentences, sentence, paragraph */
static bool read_within(struct reader *reader, const struct read_key *key, const struct node *node,
			void *place)
{
	struct expr *expr = place;
	struct view text = node->text, unit;
	size_t digits = 0;
	int number = 1;

	(void)key;
	if (node->kind != NODE_SCALAR || node->empty)
		return reader_wrong_type(reader, node,
					 "a number of words, \"sentence\" or \"paragraph\"");
	while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
		digits++;
	unit = view_trim(view_slice(text, digits, text.len));
	expr->unit = view_is(unit, "paragraph")				       ? NEAR_PARAGRAPH
		     : view_is(unit, "sentence") || view_is(unit, "sentences") ? NEAR_SENTENCES
									       : NEAR_WORDS;
	if ((digits && !reader_number(view_slice(text, 0, digits), &number)) || number < 1 ||
	    (expr->unit == NEAR_WORDS &&
	     (!digits || number > NEAR_WORDS_MAX ||
	      (unit.len && !view_is(unit, "words") && !view_is(unit, "word")))) ||
	    (expr->unit == NEAR_SENTENCES && number > NEAR_SENTENCES_WRITTEN_MAX) ||
	    (expr->unit == NEAR_PARAGRAPH && digits)) {
		diag_hint(diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
				    "within wants a distance"),
			  "such as 8 (words, at most %d), sentence, 2 sentences (at most %d), "
			  "paragraph",
			  NEAR_WORDS_MAX, NEAR_SENTENCES_WRITTEN_MAX);
		return false;
	}
	expr->within = (unsigned)number;
	return true;
}

static bool read_order(struct reader *reader, const struct read_key *key, const struct node *node,
		       void *place)
{
	unsigned choice;

	if (!reader_choice(reader, key, node, &choice))
		return false;
	*(bool *)place = choice == 1;
	return true;
}

static bool read_near(struct reader *reader, const struct read_key *key, const struct node *node,
		      void *place)
{
	struct expr *expr = place;

	(void)key;
	if (!reader_form(reader, &near_form, node, node->key->place, expr))
		return false;
	if (expr->child_count > 1)
		return true;
	diags_add(reader->diags, DIAG_ERROR, "bad-value", node_get(node, "of")->place,
		  "near wants at least two members");
	return false;
}

static bool read_sum(struct reader *reader, const struct read_key *key, const struct node *node,
		     void *place)
{
	(void)key;
	return reader_form(reader, &sum_form, node, node->key->place, place);
}

/* --- tables -------------------------------------------------------------------------------------
 */

#define AT(member) offsetof(struct expr, member)
#define SCHEMA_MEMBERS "\"$ref\":\"#/$defs/members\""
#define SCHEMA_LIST "\"type\":\"array\",\"minItems\":1,\"items\":{" SCHEMA_EXPR "}"
#define SCHEMA_WITHIN                                                                              \
	"\"anyOf\":[{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000},{\"type\":\"string\","   \
	"\"pattern\":\"^([0-9]+ ?words?|([0-9]+ ?)?sentences?|paragraph)$\"}]"

static const char *const orders[] = {"any", "given", NULL};

/* clang-format off */
static const struct read_key atleast_keys[] = {
	{"n", reader_int, AT(n), true, NULL, "How many different members.", 1, EXPR_CHILDREN_MAX, NULL},
	{"of", read_members, 0, true, SCHEMA_LIST, "The members.", 0, 0, NULL},
};
static const struct read_key count_keys[] = {
	{"of", read_one, 0, true, SCHEMA_EXPR, "What is counted.", 0, 0, NULL},
	{"min", reader_int, AT(n), true, NULL, "How many occurrences.", 1, 10000, NULL},
};
static const struct read_key near_keys[] = {
	{"within", read_within, 0, true, SCHEMA_WITHIN, "8 (words), sentence, 2 sentences, paragraph.", 0, 0, NULL},
	{"order", read_order, AT(order_given), false, NULL, "Whether the members stand in the order given.", 0, 0, orders},
	{"of", read_members, 0, true, "\"type\":\"array\",\"minItems\":2,\"items\":{" SCHEMA_EXPR "}", "The members.", 0, 0, NULL},
};
static const struct read_key sum_keys[] = {
	{"min", reader_int, AT(min), true, NULL, "The points to reach.", -WEIGHT_MAX, WEIGHT_MAX, NULL},
	{"of", read_weights, 0, true, "\"type\":\"object\",\"minProperties\":1,\"additionalProperties\":"
	 "{\"type\":\"integer\",\"minimum\":-10000,\"maximum\":10000}", "Patterns and their points.", 0, 0, NULL},
};
static const struct read_key expr_keys[] = {
	{"any", read_children, 0, false, SCHEMA_MEMBERS, "One of these.", 0, 0, NULL},
	{"all", read_children, 0, false, SCHEMA_MEMBERS, "All of these.", 0, 0, NULL},
	{"none", read_children, 0, false, SCHEMA_MEMBERS, "None of these.", 0, 0, NULL},
	{"atleast", read_atleast, 0, false, "\"$ref\":\"#/$defs/atleast\"", "Several different ones of these.", 0, 0, NULL},
	{"count", read_count, 0, false, "\"$ref\":\"#/$defs/count\"", "Several occurrences.", 0, 0, NULL},
	{"near", read_near, 0, false, "\"$ref\":\"#/$defs/near\"", "Near each other.", 0, 0, NULL},
	{"sum", read_sum, 0, false, "\"$ref\":\"#/$defs/sum\"", "Weighted words.", 0, 0, NULL},
	{"meta", expr_read_meta, 0, false, "\"$ref\":\"#/$defs/meta\"", "The item's metadata.", 0, 0, NULL},
	{"except", reader_expr, AT(except), false, SCHEMA_EXPR, "Drops hits that overlap these.", 0, 0, NULL},
	{"in", expr_read_fields, AT(fields), false, "\"$ref\":\"#/$defs/fields\"", "Only in these fields.", 0, 0, NULL},
	{"first", reader_int, AT(first), false, NULL, "Only in the first words.", 1, EXPR_FIRST_MAX, NULL},
	{"is", expr_read_is, 0, false, "\"$ref\":\"#/$defs/is\"", "What cues and quotes say of the anchor.", 0, 0, NULL},
	{"by", reader_expr, AT(by), false, SCHEMA_EXPR, "In speech of these, or in text attributed to them.", 0, 0, NULL},
	{"lang", reader_languages, AT(langs), false, SCHEMA_LANGUAGES, "Only in these languages.", 0, 0, NULL},
	{"case", reader_bool, AT(match_case), false, "\"type\":\"boolean\"", "Every word as written.", 0, 0, NULL},
	{"name", reader_text, AT(name), false, SCHEMA_TEXT, "Shown in explanations.", 0, 0, NULL},
};
/* clang-format on */

const struct read_form atleast_form = READ_FORM("atleast", atleast_keys);
const struct read_form count_form = READ_FORM("count", count_keys);
const struct read_form near_form = READ_FORM("near", near_keys);
const struct read_form sum_form = READ_FORM("sum", sum_keys);
const struct read_form expr_form = READ_FORM("an expression", expr_keys);
const size_t expr_operator_count = 8;

static const enum expr_kind operator_kinds[] = {EXPR_ANY,   EXPR_ALL,  EXPR_NONE, EXPR_ATLEAST,
						EXPR_COUNT, EXPR_NEAR, EXPR_SUM,  EXPR_META};

/* --- expressions --------------------------------------------------------------------------------
 */

static long operator_of(const struct node *child)
{
	for (size_t i = 0; i < expr_operator_count; i++)
		if (view_is(child->key->text, expr_keys[i].name))
			return (long)i;
	return -1;
}

static bool tell_unknown(struct reader *reader, const struct node *node)
{
	bool unknown = false;

	for (const struct node *child = node->first; child; child = child->next) {
		bool known = false;

		for (size_t i = 0; i < expr_form.count; i++)
			known |= view_is(child->key->text, expr_keys[i].name);
		if (!known)
			reader_unknown_key(reader, child->key, &expr_form);
		unknown |= !known;
	}
	return unknown;
}

/*
 * The one operator of a mapping; NULL when there is none or a second, which is told. Of a mapping
 * with one, unknown keys are told when it is read.
 */
static const struct node *find_operator(struct reader *reader, const struct node *node)
{
	const struct node *found = NULL, *second = NULL;

	for (const struct node *child = node->first; child; child = child->next) {
		if (operator_of(child) < 0)
			continue;
		second = found ? child : NULL;
		if (second)
			break;
		found = child;
	}
	if (found && !second)
		return found;
	if (second)
		diag_hint(diags_add(reader->diags, DIAG_ERROR, "two-operators", second->key->place,
				    "an expression has one operator, and there is \"%.*s\"",
				    VIEW_ARGS(found->key->text)),
			  "put both into a list under any: or all:");
	if (!tell_unknown(reader, node) && !found)
		diag_hint(diags_add(reader->diags, DIAG_ERROR, "missing-operator", node->place,
				    "an expression has an operator"),
			  "any, all, none, atleast, count, near, sum or meta");
	return NULL;
}

static struct expr *read_map(struct reader *reader, const struct node *node)
{
	const struct node *op = find_operator(reader, node);
	struct expr *expr;

	if (!op)
		return NULL;
	expr = expr_new(reader, operator_kinds[operator_of(op)], op->key);
	expr->text = op->key->text;
	return reader_form(reader, &expr_form, node, op->key->place, expr) ? expr : NULL;
}

static struct expr *read_list(struct reader *reader, const struct node *node)
{
	struct expr *expr = expr_new(reader, EXPR_ANY, node);

	expr->text = VIEW("any");
	return read_children(reader, NULL, node, expr) ? expr : NULL;
}

struct expr *expr_read_in(struct reader *reader, const struct node *node)
{
	struct expr *expr;

	if (node->kind == NODE_SCALAR)
		return expr_pattern(reader, node);
	if (reader->nesting == EXPR_NESTING_MAX) {
		diags_add(reader->diags, DIAG_ERROR, "too-deep", node->place,
			  "expressions nest deeper than %d", EXPR_NESTING_MAX);
		return NULL;
	}
	reader->nesting++;
	expr = node->kind == NODE_LIST ? read_list(reader, node) : read_map(reader, node);
	reader->nesting--;
	return expr;
}

struct expr *expr_read_skipping(struct reader *reader, const struct node *node, const char *skip)
{
	struct node *map = arena_zalloc(reader->arena, sizeof(*map));
	const struct node **next = &map->first;

	*map = *node;
	map->first = NULL;
	map->count = 0;
	for (const struct node *child = node->first; child; child = child->next) {
		struct node *copy;

		if (view_is(child->key->text, skip))
			continue;
		copy = arena_zalloc(reader->arena, sizeof(*copy));
		*copy = *child;
		copy->next = NULL;
		*next = copy;
		next = &copy->next;
		map->count++;
	}
	return expr_read_in(reader, map);
}

struct expr *expr_read(const struct node *node, struct arena *arena, struct diags *diags)
{
	struct reader reader;
	struct expr *expr;

	reader_init(&reader, arena, diags);
	expr = expr_read_in(&reader, node);
	reader_fini(&reader);
	return expr;
}
