#include "rules/rule.h"

#include "base/hash.h"
#include "rules/read_rule.h"

/*
 * The reader of rules: one table of keys, and a reader for each kind of value. What only several
 * rules together can tell (names, supersedes, tests' fields) is checked when all are loaded.
 */

/* --- score, modal -------------------------------------------------------------------------------
 */

#define AT(member) offsetof(struct adjust, member)
static const struct read_key adjust_keys[] = {
	{"when", reader_expr, AT(when), true, SCHEMA_EXPR, "What adds the points.", 0, 0, NULL},
	{"add", reader_int, AT(add), true, NULL, "Points, also negative ones.", -SCORE_MAX,
	 SCORE_MAX, NULL},
};
#undef AT
const struct read_form adjust_form = READ_FORM("an adjust", adjust_keys);

static bool wants_list(struct reader *reader, const struct node *node, const char *what)
{
	if (node->kind != NODE_LIST)
		return !reader_wrong_type(reader, node, what);
	if (node->count > RULE_CASES_MAX)
		diags_add(reader->diags, DIAG_ERROR, "too-large", node->place,
			  "there are more than %d", RULE_CASES_MAX);
	return node->count > RULE_CASES_MAX;
}

static bool read_adjusts(struct reader *reader, const struct read_key *key, const struct node *node,
			 void *place)
{
	struct rule *rule = place;
	bool good = true;

	(void)key;
	if (wants_list(reader, node, "a list such as [{when: $state, add: 15}]"))
		return false;
	rule->adjusts = arena_array(reader->arena, node->count + 1, sizeof(*rule->adjusts));
	for (const struct node *child = node->first; child; child = child->next) {
		struct adjust *adjust = &rule->adjusts[rule->adjust_count];

		if (reader_form(reader, &adjust_form, child, child->place, adjust))
			rule->adjust_count++;
		else
			good = false;
	}
	return good;
}

static bool read_modal(struct reader *reader, const struct node *node, struct rule *rule)
{
	const char *names[MODALITY_NAMES];
	struct constant_list sets = {0};
	struct modal *modal;
	unsigned number = 0;
	bool good;

	for (unsigned i = 0; i < MODALITY_NAMES; i++)
		names[i] = modality_name(i);
	while (number < MODALITY_NAMES && !view_is(node->key->text, names[number]))
		number++;
	if (number == MODALITY_NAMES) {
		struct diag *diag = diags_add(reader->diags, DIAG_ERROR, "unknown-key",
					      node->key->place, "no cue says \"%.*s\"",
					      VIEW_ARGS(node->key->text));

		diag_hint(diag,
			  "negated, hypothetical, future, historical, averted, denied, quoted");
		reader_suggest(reader, diag, node->key->text, names, MODALITY_NAMES);
		return false;
	}
	modal = &rule->modals[number];
	modal->drop = node->kind == NODE_SCALAR && view_is(node->text, "drop");
	if (modal->drop)
		return true;
	if (node->kind != NODE_MAP)
		return reader_wrong_type(reader, node,
					 "\"drop\" or a mapping such as {status: risk}");
	good = constants_read(reader, node, false, &sets);
	READ_TAKE(reader, &sets, &modal->sets, &modal->set_count);
	return good;
}

static bool read_modals(struct reader *reader, const struct read_key *key, const struct node *node,
			void *place)
{
	bool good = true;

	(void)key;
	if (node->kind != NODE_MAP)
		return reader_wrong_type(reader, node, "a mapping such as {negated: drop}");
	for (const struct node *child = node->first; child; child = child->next)
		good &= read_modal(reader, child, place);
	return good;
}

/* --- emit, codes --------------------------------------------------------------------------------
 */

/* The two lists of a rule are filled by two keys in either order. */
struct rule_parts {
	struct rule rule;
	struct constant_list emits, codes;
};

static bool is_vocabulary(struct view name)
{
	static const char *const names[] = {"plover", "cameo", "medtop", "gdelt"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (view_is(name, names[i]))
			return true;
	return false;
}

static bool read_codes(struct reader *reader, const struct read_key *key, const struct node *node,
		       void *place)
{
	struct rule_parts *parts = place;

	(void)key;
	return constants_read(reader, node, false, &parts->codes);
}

static bool read_emit(struct reader *reader, const struct read_key *key, const struct node *node,
		      void *place)
{
	struct rule_parts *parts = place;
	bool good = true;

	if (node->kind != NODE_MAP)
		return reader_wrong_type(reader, node, "a mapping such as {class: blackout}");
	for (const struct node *child = node->first; child; child = child->next) {
		if (view_is(child->key->text, "codes"))
			good &= read_codes(reader, key, child, place);
		else
			good &= constant_read(reader, child, false,
					      is_vocabulary(child->key->text) ? &parts->codes
									      : &parts->emits);
	}
	return good;
}

/* --- grab, set ----------------------------------------------------------------------------------
 */

static bool read_speaker(struct reader *reader, const struct node *node, bool *ret_exclude)
{
	static const char *const words[] = {"include", "exclude", NULL};
	const struct read_key key = {.name = "speaker", .words = words};
	unsigned choice;

	if (!reader_choice(reader, &key, node, &choice))
		return false;
	*ret_exclude = choice == 1;
	return true;
}

static bool read_grab(struct reader *reader, const struct node *node, struct grab *grab)
{
	const struct node *speaker = node_get(node, "speaker");
	bool good = field_read(reader, node->key);

	grab->field = node->key->text;
	grab->place = node->key->place;
	if (good && (view_is(grab->field, "class") || view_is(grab->field, "status") ||
		     view_is(grab->field, "direction"))) {
		diags_add(reader->diags, DIAG_ERROR, "reserved-field", grab->place,
			  "%.*s comes from emit, set or modal, not from the text",
			  VIEW_ARGS(grab->field));
		good = false;
	}
	if (speaker)
		good &= read_speaker(reader, speaker, &grab->exclude_speaker);
	grab->expr = speaker ? expr_read_skipping(reader, node, "speaker")
			     : expr_read_in(reader, node);
	return good && grab->expr;
}

static bool read_grabs(struct reader *reader, const struct read_key *key, const struct node *node,
		       void *place)
{
	struct rule *rule = place;
	bool good = true;

	(void)key;
	if (node->kind != NODE_MAP)
		return reader_wrong_type(reader, node, "a mapping such as {parties: $state}");
	rule->grabs = arena_array(reader->arena, node->count + 1, sizeof(*rule->grabs));
	for (const struct node *child = node->first; child; child = child->next)
		if (read_grab(reader, child, &rule->grabs[rule->grab_count]))
			rule->grab_count++;
		else
			good = false;
	return good;
}

struct case_target { /* what a case is read into; the field is known from its owner */
	struct set_case set_case;
	struct view field;
};

static bool read_to(struct reader *reader, const struct read_key *key, const struct node *node,
		    void *place)
{
	struct case_target *target = place;
	struct node named = *node, name = *node->key;
	struct constant_list list = {0};
	bool good;

	(void)key;
	name.text = target->field;
	named.key = &name;
	good = constant_read(reader, &named, true, &list);
	if (good)
		target->set_case.to = list.at[0];
	vec_fini(&list);
	return good;
}

static const struct read_key set_case_keys[] = {
	{"to", read_to, 0, true, SCHEMA_VALUES, "The value.", 0, 0, NULL},
	{"when", reader_expr, offsetof(struct case_target, set_case.when), false, SCHEMA_EXPR,
	 "When it holds; always when unsaid.", 0, 0, NULL},
};
const struct read_form set_case_form = READ_FORM("a case", set_case_keys);

static bool read_cases(struct reader *reader, const struct node *node, struct set *set)
{
	bool good = true;

	set->field = node->key->text;
	if (!field_read(reader, node->key) ||
	    wants_list(reader, node, "a list such as [{to: VALUE, when: PATTERN}]"))
		return false;
	set->cases = arena_array(reader->arena, node->count + 1, sizeof(*set->cases));
	for (const struct node *child = node->first; child; child = child->next) {
		struct case_target target = {.field = set->field};

		good &= reader_form(reader, &set_case_form, child, child->place, &target);
		if (good)
			set->cases[set->case_count++] = target.set_case;
	}
	return good;
}

static bool read_sets(struct reader *reader, const struct read_key *key, const struct node *node,
		      void *place)
{
	struct rule *rule = place;
	bool good = true;

	(void)key;
	if (node->kind != NODE_MAP)
		return reader_wrong_type(reader, node, "a mapping of fields to cases");
	rule->sets = arena_array(reader->arena, node->count + 1, sizeof(*rule->sets));
	for (const struct node *child = node->first; child; child = child->next)
		good &= read_cases(reader, child, &rule->sets[rule->set_count++]);
	return good;
}

/* --- the rest -----------------------------------------------------------------------------------
 */

static bool read_supersedes(struct reader *reader, const struct read_key *key,
			    const struct node *node, void *place)
{
	struct rule *rule = place;
	struct views views = {0};
	bool good = reader_texts(reader, key, node, &views);

	rule->supersedes = views.at;
	rule->supersede_count = good ? views.len : 0;
	return good;
}

static bool read_merge(struct reader *reader, const struct read_key *key, const struct node *node,
		       void *place)
{
	struct rule *rule = place;
	struct views views = {0};
	bool good = reader_texts(reader, key, node, &views);

	rule->merge = views.at;
	rule->merge_count = good ? views.len : 0;
	return good;
}

static bool read_max_age(struct reader *reader, const struct read_key *key, const struct node *node,
			 void *place)
{
	(void)key;
	if (node->kind != NODE_SCALAR || node->empty)
		return reader_wrong_type(reader, node, "a duration such as 12h");
	if (reader_duration(node->text, place) && *(int64_t *)place > 0)
		return true;
	diag_hint(diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
			    "max_age wants a duration"),
		  "such as 30m, 12h, 7d");
	return false;
}

static const char *const statuses[] = {"stable", "test", "off", NULL};
static const char *const scopes[] = {"sentence", "paragraph", "item", NULL};

#define AT(member) offsetof(struct rule_parts, rule.member)
/* clang-format off */
static const struct read_key rule_keys[] = {
	{"about", reader_text, AT(about), true, SCHEMA_TEXT, "What it finds, in words.", 0, 0, NULL},
	{"status", reader_choice, AT(status), false, NULL, "Whether it is used.", 0, 0, statuses},
	{"lang", reader_languages, AT(langs), false, SCHEMA_LANGUAGES, "Its languages; all when unsaid.", 0, 0, NULL},
	{"scope", reader_choice, AT(scope), false, NULL, "Where all of it must stand.", 0, 0, scopes},
	{"window", reader_int, AT(window), false, NULL, "Sentences on both sides that extraction may read.", 0, RULE_WINDOW_MAX, NULL},
	{"when", reader_expr, AT(when), true, SCHEMA_EXPR, "What it looks for.", 0, 0, NULL},
	{"unless", reader_expr, AT(unless), false, SCHEMA_EXPR, "What forbids it in its scope.", 0, 0, NULL},
	{"unless_item", reader_expr, AT(unless_item), false, SCHEMA_EXPR, "What forbids it anywhere in the item.", 0, 0, NULL},
	{"score", reader_int, AT(score), false, NULL, "Points of a hit; 50 when unsaid.", -SCORE_MAX, SCORE_MAX, NULL},
	{"adjust", read_adjusts, 0, false, "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/adjust\"}", "Points for what else stands there.", 0, 0, NULL},
	{"threshold", reader_int, AT(threshold), false, NULL, "Points that it needs; 50 when unsaid.", -SCORE_MAX, SCORE_MAX, NULL},
	{"modal", read_modals, 0, false, "\"$ref\":\"#/$defs/modal\"", "What a cue does to it.", 0, 0, NULL},
	{"emit", read_emit, 0, false, "\"$ref\":\"#/$defs/emit\"", "Constant fields of its event.", 0, 0, NULL},
	{"codes", read_codes, 0, false, SCHEMA_CONSTANTS, "Codes of other vocabularies.", 0, 0, NULL},
	{"grab", read_grabs, 0, false, "\"$ref\":\"#/$defs/grab\"", "Fields from the text.", 0, 0, NULL},
	{"set", read_sets, 0, false, "\"type\":\"object\",\"additionalProperties\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/set_case\"}}", "Fields by cases: the first that holds.", 0, 0, NULL},
	{"group", reader_name, AT(group), false, SCHEMA_NAME, "Rules of a group compete.", 0, 0, NULL},
	{"priority", reader_int, AT(priority), false, NULL, "Wins within its group.", -PRIORITY_MAX, PRIORITY_MAX, NULL},
	{"supersedes", read_supersedes, 0, false, SCHEMA_TEXTS, "Ids of rules that it wins over; * and ? stand for any characters.", 0, 0, NULL},
	{"merge", read_merge, 0, false, SCHEMA_NAMES, "Fields by which two hits are one event.", 0, 0, NULL},
	{"max_age", read_max_age, AT(max_age_ms), false, "\"type\":\"string\",\"pattern\":\"^[0-9]+(ms|s|m|h|d)$\"", "Items older than this are left alone.", 0, 0, NULL},
	{"tests", tests_read, 0, false, "\"$ref\":\"#/$defs/tests\"", "What must hit and what must miss.", 0, 0, NULL},
};
/* clang-format on */
#undef AT
const struct read_form rule_form = READ_FORM("a rule", rule_keys);

/* --- rules --------------------------------------------------------------------------------------
 */

static void hash_node(struct sha256 *sha, const struct node *node)
{
	static const char *const kinds[] = {"s", "l", "m"};

	sha256_add_part(sha, view_of(kinds[node->kind]));
	sha256_add_part(sha, node->kind == NODE_SCALAR ? node->text : VIEW(""));
	for (const struct node *child = node->first; child; child = child->next) {
		if (child->key)
			sha256_add_part(sha, child->key->text);
		hash_node(sha, child);
	}
	sha256_add_part(sha, VIEW("end"));
}

static struct view make_rev(struct reader *reader, const struct node *node)
{
	char hex[SHA256_HEX_SIZE];
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add_part(&sha, node->key->text);
	hash_node(&sha, node);
	sha256_hex(&sha, hex);
	return (struct view){arena_strndup(reader->arena, hex, 12), 12};
}

/* A rule that names no class gives events of the class that its id begins with. */
static void add_class(struct reader *reader, struct rule_parts *parts)
{
	struct view id = parts->rule.id;
	const char *dot = memchr(id.ptr, '.', id.len);
	struct constant constant = {
		.field = VIEW("class"), .value_count = 1, .place = parts->rule.place};

	for (size_t i = 0; i < parts->emits.len; i++)
		if (view_is(parts->emits.at[i].field, "class"))
			return;
	constant.values = arena_array(reader->arena, 1, sizeof(*constant.values));
	constant.values[0] = view_slice(id, 0, dot ? (size_t)(dot - id.ptr) : id.len);
	vec_push(&parts->emits, constant);
}

struct rule *rule_read(struct reader *reader, const struct node *node)
{
	struct rule *rule = arena_zalloc(reader->arena, sizeof(*rule));
	struct rule_parts parts = {.rule = {.id = node->key->text,
					    .place = node->key->place,
					    .score = SCORE_DEFAULT,
					    .threshold = THRESHOLD_DEFAULT}};

	reader_form(reader, &rule_form, node, node->key->place, &parts);
	add_class(reader, &parts);
	READ_TAKE(reader, &parts.emits, &parts.rule.emits, &parts.rule.emit_count);
	READ_TAKE(reader, &parts.codes, &parts.rule.codes, &parts.rule.code_count);
	*rule = parts.rule;
	rule->enabled = rule->status != RULE_OFF;
	rule->rev = make_rev(reader, node);
	for (size_t i = 0; i < rule->test_count; i++)
		if (!rule->tests[i].item.language.ptr)
			rule->tests[i].item.language = view_of(
				rule->langs.len ? language_code(rule->langs.at[0]) : "en");
	return rule;
}
