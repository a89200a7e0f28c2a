#ifndef RULES_READ_EXPR_H
#define RULES_READ_EXPR_H

#include "rules/read.h"

/* Inside rules/: patterns and expressions for a reader; NULL or -1 when they are wrong (told). */
int pattern_read_in(struct reader *reader, const struct node *scalar,
		    struct sequence *ret_sequence);
struct expr *expr_read_in(struct reader *reader, const struct node *node);
struct expr *expr_new(struct reader *reader, enum expr_kind kind, const struct node *node);
/* One pattern of a list or an entity's names. */
struct expr *expr_pattern(struct reader *reader, const struct node *node);
/* An expression's mapping in which other keys stand too; `skip` names one to leave out, or NULL. */
struct expr *expr_read_skipping(struct reader *reader, const struct node *node, const char *skip);

/* Schemas of values that many keys share. */
#define SCHEMA_TEXT "\"$ref\":\"#/$defs/text\""
#define SCHEMA_TEXTS "\"$ref\":\"#/$defs/texts\""
#define SCHEMA_NAME "\"$ref\":\"#/$defs/name\""
#define SCHEMA_NAMES "\"$ref\":\"#/$defs/names\""
#define SCHEMA_LANGUAGES "\"$ref\":\"#/$defs/languages\""
#define SCHEMA_PATTERN "\"$ref\":\"#/$defs/pattern\""
#define SCHEMA_EXPR "\"$ref\":\"#/$defs/expression\""
#define SCHEMA_VALUES "\"$ref\":\"#/$defs/values\""
#define SCHEMA_CONSTANTS "\"$ref\":\"#/$defs/constants\""

#endif
