#ifndef UNIT_TREE_TEXT_H
#define UNIT_TREE_TEXT_H

#include "rules/pack.h"

/* Patterns and expressions written in one way only, and diagnostics in short: what tests compare.
 */

static inline void sequence_text(const struct sequence *sequence, struct str *out);

static inline void word_text(const struct element *element, struct str *out)
{
	static const char *const before[] = {"", "=", "==", "", "~", "~="};

	str_printf(out, "%s%.*s%s", before[element->mode], VIEW_ARGS(element->text),
		   element->mode == MODE_PREFIX ? "*" : "");
}

static inline void ref_text(const struct element *element, struct str *out)
{
	static const char *const kinds[] = {"", "list:", "term:", "entity:", "type:", "", "", ""};
	static const char *const signs[] = {"", "<", "<=", "=", ">=", ">"};

	str_printf(out, "$%s%.*s", kinds[element->ref], VIEW_ARGS(element->text));
	if (element->compare)
		str_printf(out, "%s%g", signs[element->compare], element->operand);
}

static inline void group_text(const struct element *element, struct str *out)
{
	for (size_t i = 0; i < element->alternative_count; i++) {
		str_add_char(out, i ? '|' : '(');
		sequence_text(&element->alternatives[i], out);
	}
	str_add_text(out, element->optional ? ")?" : ")");
}

static inline void element_text(const struct element *element, struct str *out)
{
	if (element->anchor)
		str_add_char(out, '^');
	if (element->capture.ptr)
		str_printf(out, "%.*s=", VIEW_ARGS(element->capture));
	switch (element->kind) {
	case ELEMENT_WORD:
		word_text(element, out);
		break;
	case ELEMENT_GAP:
		str_printf(out, "<%u-%u>", element->least, element->most);
		break;
	case ELEMENT_GROUP:
		group_text(element, out);
		break;
	case ELEMENT_REF:
		ref_text(element, out);
		break;
	case ELEMENT_REGEX:
		str_printf(out, "/%.*s/", VIEW_ARGS(element->text));
		break;
	}
}

static inline void sequence_text(const struct sequence *sequence, struct str *out)
{
	for (size_t i = 0; i < sequence->len; i++) {
		if (i)
			str_add_char(out, ' ');
		element_text(&sequence->at[i], out);
	}
}

static inline void modifiers_text(const struct expr *expr, struct str *out);
static inline void expr_text(const struct expr *expr, struct str *out);

static inline void meta_text(const struct meta *meta, struct str *out)
{
	str_printf(out, " %d", (int)meta->key);
	if (meta->compare)
		str_printf(out, " compare %d %d", (int)meta->compare, meta->operand);
	for (size_t i = 0; i < meta->value_count; i++)
		str_printf(out, " %.*s", VIEW_ARGS(meta->values[i]));
}

/* (all talk (none deal)), with the numbers of an operator behind its name. */
static inline void operator_text(const struct expr *expr, struct str *out)
{
	static const char *const names[] = {"",	     "any",  "all", "none", "atleast",
					    "count", "near", "sum", "meta"};
	static const char *const units[] = {"words", "sentences", "paragraph"};

	str_printf(out, "(%s", names[expr->kind]);
	if (expr->kind == EXPR_ATLEAST || expr->kind == EXPR_COUNT)
		str_printf(out, " %u", expr->n);
	if (expr->kind == EXPR_NEAR)
		str_printf(out, " %u %s%s", expr->within, units[expr->unit],
			   expr->order_given ? " given" : "");
	if (expr->kind == EXPR_SUM)
		str_printf(out, " %d", expr->min);
	for (size_t i = 0; i < expr->child_count; i++) {
		str_add_text(out, expr->kind == EXPR_SUM ? " " : " [");
		if (expr->kind == EXPR_SUM)
			str_printf(out, "%d[", expr->weights[i]);
		expr_text(expr->children[i], out);
		str_add_char(out, ']');
	}
	for (size_t i = 0; i < expr->meta_count; i++)
		meta_text(&expr->metas[i], out);
	str_add_char(out, ')');
}

static inline void expr_text(const struct expr *expr, struct str *out)
{
	if (expr->kind == EXPR_PATTERN)
		sequence_text(&expr->pattern, out);
	else
		operator_text(expr, out);
	modifiers_text(expr, out);
}

static inline void modifiers_text(const struct expr *expr, struct str *out)
{
	if (expr->except) {
		str_add_text(out, " except ");
		expr_text(expr->except, out);
	}
	if (expr->by) {
		str_add_text(out, " by ");
		expr_text(expr->by, out);
	}
	if (expr->fields)
		str_printf(out, " in %#x", expr->fields);
	if (expr->first)
		str_printf(out, " first %u", expr->first);
	if (expr->is || expr->is_not)
		str_printf(out, " is %#x not %#x", expr->is, expr->is_not);
	for (size_t i = 0; i < expr->langs.len; i++)
		str_printf(out, " %s", language_code(expr->langs.at[i]));
	if (expr->match_case)
		str_add_text(out, " case");
	if (expr->name.ptr)
		str_printf(out, " name %.*s", VIEW_ARGS(expr->name));
}

/* "line:column code" of every diagnostic, with "+width" where it is not 1; joined by "; ". */
static inline void diags_text(const struct diags *diags, struct str *out)
{
	str_add_text(out, "");
	for (size_t i = 0; i < diags->len; i++) {
		const struct diag *diag = &diags->at[i];

		str_printf(out, "%s%u:%u", i ? "; " : "", diag->place.line, diag->place.column);
		if (diag->place.width > 1)
			str_printf(out, "+%u", diag->place.width);
		str_printf(out, " %s", diag->code);
	}
}

#endif
