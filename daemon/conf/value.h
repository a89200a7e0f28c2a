#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include "base/jsonw.h"
#include "conf/type.h"
#include "yaml/node.h"

/*
 * Reads a value of any type but KEY_FEEDS into its place. `name` is the key's name in messages.
 * False after a diagnostic; the place is then as before.
 */
bool value_read(const struct type_context *context, const struct key *key, const char *name,
		const struct node *node, struct diags *diags, void *ret_place);
/* The tree of a value as --set has it: a scalar, or a list parted by commas. `place` goes into it.
 */
const struct node *value_node(const struct key *key, struct view text, struct place place,
			      struct arena *arena);
/* As JSON; 1MiB, 5s and the like are texts. */
void value_write_json(const struct key *key, const void *place, struct jsonw *json);
/* As YAML on one line. */
void value_write_yaml(const struct key *key, const void *place, struct str *out);
bool value_equal(const struct key *key, const void *a, const void *b);
/* The members of its JSON Schema, into an object that is open. */
void value_write_schema(const struct key *key, struct jsonw *json);

#endif
