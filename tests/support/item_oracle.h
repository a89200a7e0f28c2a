#ifndef SUPPORT_ITEM_ORACLE_H
#define SUPPORT_ITEM_ORACLE_H

#include "base/arena.h"
#include "wire/decode.h"

#include <stdbool.h>

/*
 * What the item scanner is held against: jansson for the grammar, and a plain decoder on jansson's
 * tree for text, identifiers, links, dates and states. Slow and simple.
 */
enum oracle { ORACLE_REFUSED, ORACLE_BAD_FIELD, ORACLE_NO_TEXT, ORACLE_ITEM };

/* Fills *ret_item (lists excepted) for ORACLE_ITEM. Strings are in `arena`. */
enum oracle oracle_decode(struct view message, struct arena *arena, struct item *ret_item);

/*
 * Decodes both ways and compares. Returns NULL when they agree, else a sentence (static storage).
 * *ret_reason is what wire_decode said.
 */
const char *oracle_compare(struct view message, enum reject *ret_reason);

#endif
