#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

#include <stdint.h>

/* The longest prefix that is well-formed UTF-8 (Unicode 15, table 3-7); all of it: view.len. */
size_t utf8_valid(struct view view);
/* Decodes one character of well-formed UTF-8; returns its length, 1 to 4 bytes. */
size_t utf8_decode(const char *at, uint32_t *ret_code);
/* Writes one character; returns its length. The code is a scalar value. */
size_t utf8_encode(uint32_t code, char ret_bytes[4]);
/* Characters in well-formed text. */
size_t utf8_count(struct view view);

#endif
