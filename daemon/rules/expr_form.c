#include "rules/expr_form.h"

#include <ctype.h>

/*
 * Modifiers of expressions, and `meta`.
 */

/* --- in, is -------------------------------------------------------------------------------------
 */

static bool read_words(struct reader *reader, const struct node *node, const char *what,
		       bool (*read)(struct reader *, const struct node *, void *), void *place)
{
	bool good = true;

	if (node->kind == NODE_MAP || (node->kind == NODE_SCALAR && node->empty) ||
	    (node->kind == NODE_LIST && !node->count))
		return reader_wrong_type(reader, node, what);
	if (node->kind == NODE_SCALAR)
		return read(reader, node, place);
	for (const struct node *child = node->first; child; child = child->next)
		good &= child->kind == NODE_SCALAR ? read(reader, child, place)
						   : reader_wrong_type(reader, child, what);
	return good;
}

static bool read_field(struct reader *reader, const struct node *node, void *place)
{
	const char *names[ITEM_FIELDS + 1] = {[ITEM_FIELDS] = "lede"};
	int field = item_field_find(node->text);
	struct diag *diag;

	if (view_is(node->text, "lede"))
		field = ITEM_FIELDS;
	if (field >= 0) {
		*(unsigned *)place |= 1U << field;
		return true;
	}
	for (int i = 0; i < ITEM_FIELDS; i++)
		names[i] = item_field_name((enum item_field)i);
	diag = diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
			 "there is no field \"%.*s\"", VIEW_ARGS(node->text));
	diag_hint(diag, "headline, subhead, summary, lede, body, caption or slugline");
	reader_suggest(reader, diag, node->text, names, ITEM_FIELDS + 1);
	return false;
}

bool expr_read_fields(struct reader *reader, const struct read_key *key, const struct node *node,
		      void *place)
{
	(void)key;
	return read_words(reader, node, "a field's name or a list of them", read_field, place);
}

static bool read_is(struct reader *reader, const struct node *node, void *place)
{
	struct expr *expr = place;
	bool refused = view_starts(node->text, VIEW("not "));
	struct view name = refused ? view_trim(view_slice(node->text, 4, node->text.len))
				   : node->text;
	const char *names[MODALITY_NAMES + 1] = {[MODALITY_NAMES] = "asserted"};
	const unsigned marks = (1U << MODALITY_NAMES) - 1;
	unsigned bits = modality_find(name);
	struct diag *diag;

	/* Quoted text may be asserted too: "asserted" speaks of the cues. */
	if (view_is(name, "asserted") && !refused) {
		expr->is_not |= marks & ~(unsigned)MODALITY_QUOTED;
		return true;
	}
	if (bits) {
		*(refused ? &expr->is_not : &expr->is) |= bits;
		return true;
	}
	for (unsigned i = 0; i < MODALITY_NAMES; i++)
		names[i] = modality_name(i);
	diag = diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
			 "\"%.*s\" is nothing that a cue says", VIEW_ARGS(node->text));
	diag_hint(diag, "asserted, negated, hypothetical, future, historical, averted, denied, "
			"quoted; all but the first also with \"not \"");
	reader_suggest(reader, diag, name, names, MODALITY_NAMES + 1);
	return false;
}

bool expr_read_is(struct reader *reader, const struct read_key *key, const struct node *node,
		  void *place)
{
	(void)key;
	return read_words(reader, node, "a word such as asserted, or a list of them", read_is,
			  place);
}

/* --- meta ---------------------------------------------------------------------------------------
 */

/* <=3, 3 */
static bool read_urgency(struct reader *reader, const struct node *node, struct meta *meta)
{
	static const struct {
		const char *sign;
		enum compare compare;
	} signs[] = {{">=", COMPARE_GE}, {"<=", COMPARE_LE}, {">", COMPARE_GT},
		     {"<", COMPARE_LT},	 {"=", COMPARE_EQ},  {"", COMPARE_EQ}};
	struct view text = node->text;

	if (node->kind != NODE_SCALAR || node->empty)
		return reader_wrong_type(reader, node, "a comparison such as <=3");
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (!view_starts(text, view_of(signs[i].sign)))
			continue;
		meta->compare = signs[i].compare;
		text = view_trim(view_slice(text, strlen(signs[i].sign), text.len));
		break;
	}
	if (text.len == 1 && text.ptr[0] >= '1' && text.ptr[0] <= '9') {
		meta->operand = text.ptr[0] - '0';
		return true;
	}
	diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
		  "an urgency is 1 to 9, such as 3 or <=3");
	return false;
}

static bool read_lang_value(struct reader *reader, const struct node *node)
{
	bool good = true;
	language lang;

	if (node->kind == NODE_SCALAR)
		return reader_language(reader, node, &lang);
	for (const struct node *child = node->first; child; child = child->next)
		good &= reader_language(reader, child, &lang);
	return good;
}

static struct view lower(struct reader *reader, struct view text)
{
	char *copy = arena_strndup(reader->arena, text.ptr, text.len);

	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)copy[i] < 0x80)
			copy[i] = (char)tolower((unsigned char)copy[i]);
	return (struct view){copy, text.len};
}

static bool read_meta_value(struct reader *reader, const struct read_key *key,
			    const struct node *node, void *place)
{
	struct expr *expr = place;
	struct meta *meta = &expr->metas[expr->meta_count];
	struct views values = {0};

	meta->key = (enum meta_key)key->least;
	expr->meta_count++;
	if (meta->key == META_URGENCY)
		return read_urgency(reader, node, meta);
	if (!reader_texts(reader, key, node, &values))
		return false;
	if (!values.len)
		return reader_wrong_type(reader, node, "a value or several");
	for (size_t i = 0; i < values.len; i++)
		values.at[i] = lower(reader, values.at[i]);
	meta->values = values.at;
	meta->value_count = values.len;
	return meta->key != META_LANG || read_lang_value(reader, node);
}

/* clang-format off */
static const struct read_key meta_keys[] = {
	{"subjects", read_meta_value, 0, false, SCHEMA_TEXTS, "Codes or names; * stands for any characters.", META_SUBJECTS, 0, NULL},
	{"source", read_meta_value, 0, false, SCHEMA_TEXTS, "The source's name.", META_SOURCE, 0, NULL},
	{"urgency", read_meta_value, 0, false, "\"$ref\":\"#/$defs/urgency\"", "1 (highest) to 9, with a comparison.", META_URGENCY, 0, NULL},
	{"lang", read_meta_value, 0, false, SCHEMA_LANGUAGES, "The language it is read in.", META_LANG, 0, NULL},
	{"people", read_meta_value, 0, false, SCHEMA_TEXTS, "Names of people.", META_PEOPLE, 0, NULL},
	{"organisations", read_meta_value, 0, false, SCHEMA_TEXTS, "Names of organisations.", META_ORGANISATIONS, 0, NULL},
	{"places", read_meta_value, 0, false, SCHEMA_TEXTS, "Names of places.", META_PLACES, 0, NULL},
	{"uri", read_meta_value, 0, false, SCHEMA_TEXTS, "The item's identifier.", META_URI, 0, NULL},
};
/* clang-format on */
const struct read_form meta_form = READ_FORM("meta", meta_keys);

bool expr_read_meta(struct reader *reader, const struct read_key *key, const struct node *node,
		    void *place)
{
	struct expr *expr = place;

	(void)key;
	if (node->kind == NODE_MAP && !node->count)
		return reader_wrong_type(reader, node, "a mapping such as {urgency: <=3}");
	expr->metas = arena_array(reader->arena, sizeof(meta_keys) / sizeof(meta_keys[0]),
				  sizeof(*expr->metas));
	return reader_form(reader, &meta_form, node, node->key->place, expr);
}
