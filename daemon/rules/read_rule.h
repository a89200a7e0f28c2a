#ifndef RULES_READ_RULE_H
#define RULES_READ_RULE_H

#include "rules/read_expr.h"
#include "rules/rule.h"

/*
 * Inside rules/: the reader of a rule, from the value under its id. Never NULL: what is wrong in it
 * is told and left out, so that its id stays known.
 */
struct rule *rule_read(struct reader *reader, const struct node *node);

VEC_TYPE(constant_list, struct constant);
/*
 * One field with its value or values, added to the list. Fields that events fill themselves are
 * refused unless `any_field`.
 */
bool constant_read(struct reader *reader, const struct node *node, bool any_field,
		   struct constant_list *list);
bool constants_read(struct reader *reader, const struct node *map, bool any_field,
		    struct constant_list *list);
/* A field's name that a rule may fill. */
bool field_read(struct reader *reader, const struct node *key);
/* `tests:` into struct rule. */
read_value tests_read;

extern const struct read_form rule_form, adjust_form, set_case_form, tests_form, test_form;

#define SCORE_MAX 10000
#define PRIORITY_MAX 10000
#define RULE_WINDOW_MAX 10
#define RULE_VALUES_MAX 256
#define RULE_FIELDS_MAX 256
#define RULE_CASES_MAX 4096
#define RULE_TESTS_MAX 4096
#define THRESHOLD_DEFAULT 50
#define SCORE_DEFAULT 50

#endif
