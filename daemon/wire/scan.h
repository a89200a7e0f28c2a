#ifndef WIRE_SCAN_H
#define WIRE_SCAN_H

#include "wire/decode.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Inside wire/: JSON text → a flat array of its values. A node is followed by what it holds; `next`
 * leads past that, so that a value nobody wants is skipped in one step.
 */
enum scan_kind {
	SCAN_NULL,
	SCAN_FALSE,
	SCAN_TRUE,
	SCAN_INTEGER,
	SCAN_REAL,
	SCAN_STRING,
	SCAN_ARRAY,
	SCAN_OBJECT
};

struct scan_node {
	const char *key;  /* unescaped; of members of an object */
	const char *text; /* a string between its quotes as written, a number's characters, a
			     container's bracket */
	uint32_t key_len;
	uint32_t text_len;
	uint32_t plain_len; /* of a string: bytes once unescaped */
	uint32_t next;
	uint32_t count; /* members or elements of a container */
	uint8_t kind;
};

struct scan {
	const struct scan_node *nodes; /* the first is the root */
	size_t len;
};

/* Nodes and unescaped keys are in `arena`. Any root is accepted. *ret_offset is set on rejection.
 */
enum reject scan_json(struct view message, const struct wire_limits *limits, struct arena *arena,
		      struct scan *ret_scan, size_t *ret_offset);

/* The string's text: of the message itself, or in the arena when it has escapes. */
struct view scan_text(const struct scan_node *node, struct arena *arena);

/* --- string.c ----------------------------------------------------------------------------------
 */
struct scan_string {
	const char *from, *to; /* between the quotes */
	size_t plain_len;
};

/*
 * Reads a string from behind its opening quote to its closing one. On rejection ret_string->to is
 * where the reason stands.
 */
enum reject string_scan(const char *at, const char *end, struct scan_string *ret_string);
/* Writes plain_len bytes. The string was accepted by string_scan. */
void string_unescape(const char *from, const char *to, char *ret_plain);
/* The first quote, backslash or control character, or `end`; *high when a byte ≥ 0x80 came before.
 */
const char *string_stop(const char *at, const char *end, bool *high);
/* The same byte by byte: what the vector form must equal. */
const char *string_stop_scalar(const char *at, const char *end, bool *high);

/* --- utf8.c ------------------------------------------------------------------------------------
 */
/* The longest prefix that is well-formed, as utf8_valid: with vectors where the processor has them.
 */
size_t utf8_check(struct view text);
/* The vector form; only where utf8_vectors. */
size_t utf8_check_vector(struct view text);
bool utf8_vectors(void);

/* --- number.c ----------------------------------------------------------------------------------
 */
/* Behind the number at `at`, NULL when none stands there or int64 or double cannot hold it. */
const char *number_scan(const char *at, const char *end, bool *ret_real);

#endif
