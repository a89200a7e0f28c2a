#include "rules/read_rule.h"

/*
 * Constants: fields with the values that a rule gives them, or that a test expects.
 */

/* What an event says of itself: a rule cannot fill it. */
static const char *const reserved[] = {"modality", "score", "confidence", "attributed_to", "codes",
				       "item",	   "why",   "ruleset",	  "rule",	   "rev"};

bool field_read(struct reader *reader, const struct node *key)
{
	if (!reader_plain_name(key->text)) {
		diags_add(reader->diags, DIAG_ERROR, "bad-name", key->place,
			  "a field's name is letters, digits, \"_\", \"-\" and \".\", at most %d",
			  NAME_LENGTH_MAX);
		return false;
	}
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (!view_is(key->text, reserved[i]))
			continue;
		diags_add(reader->diags, DIAG_ERROR, "reserved-field", key->place,
			  "every event has \"%s\" by itself: a rule cannot set it", reserved[i]);
		return false;
	}
	return true;
}

/* Classes and statuses are parts of topics; the direction is one of three signs. */
static bool check_value(struct reader *reader, struct view field, const struct node *node)
{
	bool topic = view_is(field, "class") || view_is(field, "status");

	if (topic && !reader_plain_name(node->text)) {
		diags_add(reader->diags, DIAG_ERROR, "bad-name", node->place,
			  "a %.*s is letters, digits, \"_\", \"-\" and \".\", at most %d",
			  VIEW_ARGS(field), NAME_LENGTH_MAX);
		return false;
	}
	if (view_is(field, "direction") && !view_is(node->text, "+") && !view_is(node->text, "-") &&
	    !view_is(node->text, "0")) {
		diags_add(reader->diags, DIAG_ERROR, "bad-value", node->place,
			  "a direction is \"+\", \"0\" or \"-\"");
		return false;
	}
	if (node_plain_word(node) && !view_is(node->text, "true") && !view_is(node->text, "false"))
		diag_hint(diags_add(reader->diags, DIAG_WARNING, "plain-word", node->place,
				    "this is the text \"%.*s\"; other readers of YAML see no text",
				    VIEW_ARGS(node->text)),
			  "write it in quotes");
	return true;
}

static bool add_value(struct reader *reader, const struct node *node, struct constant *constant)
{
	struct view *value = &constant->values[constant->value_count];

	if (!reader_text(reader, NULL, node, value) || !check_value(reader, constant->field, node))
		return false;
	constant->value_count++;
	return true;
}

static bool read_values(struct reader *reader, const struct node *node, struct constant *constant)
{
	bool good = true;

	constant->list = node->kind == NODE_LIST;
	if (node->kind == NODE_MAP)
		return reader_wrong_type(reader, node, "a value or a list of values");
	if (node->count > RULE_VALUES_MAX) {
		diags_add(reader->diags, DIAG_ERROR, "too-large", node->place,
			  "a field has at most %d values", RULE_VALUES_MAX);
		return false;
	}
	if (constant->list &&
	    (view_is(constant->field, "class") || view_is(constant->field, "status") ||
	     view_is(constant->field, "direction")))
		return reader_wrong_type(reader, node, "one value");
	constant->values = arena_array(reader->arena, node->count + 1, sizeof(struct view));
	if (!constant->list)
		return add_value(reader, node, constant);
	for (const struct node *child = node->first; child; child = child->next)
		good &= add_value(reader, child, constant);
	return good;
}

bool constant_read(struct reader *reader, const struct node *node, bool any_field,
		   struct constant_list *list)
{
	struct constant constant = {.field = node->key->text, .place = node->key->place};

	if (!any_field && !field_read(reader, node->key))
		return false;
	if (!read_values(reader, node, &constant))
		return false;
	vec_push(list, constant);
	return true;
}

bool constants_read(struct reader *reader, const struct node *map, bool any_field,
		    struct constant_list *list)
{
	bool good = true;

	if (map->kind != NODE_MAP)
		return reader_wrong_type(reader, map, "a mapping of fields to values");
	if (map->count > RULE_FIELDS_MAX) {
		diags_add(reader->diags, DIAG_ERROR, "too-large", map->place,
			  "there are more than %d fields", RULE_FIELDS_MAX);
		return false;
	}
	for (const struct node *node = map->first; node; node = node->next)
		good &= constant_read(reader, node, any_field, list);
	return good;
}
