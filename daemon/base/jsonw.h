#ifndef BASE_JSONW_H
#define BASE_JSONW_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Writes one JSON text into a buffer, compact. Commas are put by itself; a value inside an object
 * follows jsonw_key. Text must be well-formed UTF-8. Nesting up to JSONW_DEPTH_MAX (asserted).
 */
#define JSONW_DEPTH_MAX 64

struct jsonw {
	struct str *out;
	unsigned depth;
	bool after_key;
	bool filled[JSONW_DEPTH_MAX]; /* whether something stands in the container */
};

struct jsonw jsonw_begin(struct str *out);

void jsonw_object(struct jsonw *json);
void jsonw_object_end(struct jsonw *json);
void jsonw_array(struct jsonw *json);
void jsonw_array_end(struct jsonw *json);
void jsonw_key(struct jsonw *json, const char *key);
void jsonw_key_view(struct jsonw *json, struct view key);
void jsonw_text(struct jsonw *json, struct view text);
void jsonw_string(struct jsonw *json, const char *text); /* NULL: null */
void jsonw_int(struct jsonw *json, int64_t number);
/* The shortest form that reads back equal; whole numbers without a point; null when not finite. */
void jsonw_double(struct jsonw *json, double number);
void jsonw_bool(struct jsonw *json, bool value);
void jsonw_null(struct jsonw *json);
/* A JSON text made elsewhere, put in as it is. */
void jsonw_raw(struct jsonw *json, struct view text);

#endif
