#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* JSON of control messages and replies, read with jansson behind this small face. */
struct json;

/* NULL with the reason. Returns owned. Duplicate keys, more than 1 MiB and depth over 32 are
 * refused. */
struct json *json_read(struct view text, struct err *err);
/* The same up to so many bytes, of what comes from our own daemon. */
struct json *json_read_within(struct view text, size_t limit, struct err *err);
void json_free(struct json *json);

enum json_kind {
	JSON_KIND_NULL,
	JSON_KIND_BOOL,
	JSON_KIND_NUMBER,
	JSON_KIND_STRING,
	JSON_KIND_ARRAY,
	JSON_KIND_OBJECT
};

/* Borrowed from the root. All accept NULL and then answer NULL, 0, false or the fallback. */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_at(const struct json *array, size_t index);
size_t json_size(const struct json *json); /* members or elements */
const char *json_key_at(const struct json *object, size_t index);
enum json_kind json_kind(const struct json *json);
struct view json_text(const struct json *json); /* VIEW_NONE when it is no string */
double json_number(const struct json *json, double fallback);
bool json_bool(const struct json *json, bool fallback);

#endif
