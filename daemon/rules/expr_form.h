#ifndef RULES_EXPR_FORM_H
#define RULES_EXPR_FORM_H

#include "rules/read_expr.h"

/* Inside the reading of expressions: the tables of their mappings, for the readers and the schema.
 */
extern const struct read_form expr_form; /* operators and modifiers */
extern const size_t expr_operator_count; /* the operators are the first keys of expr_form */
extern const struct read_form atleast_form, count_form, near_form, sum_form, meta_form;

/* The readers of modifiers: into struct expr. */
read_value expr_read_fields, expr_read_is, expr_read_meta;

#endif
