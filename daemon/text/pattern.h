#ifndef TEXT_PATTERN_H
#define TEXT_PATTERN_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A regular expression on one token's folded form (PCRE2, UTF, caseless, anchored at both ends, no
 * JIT, with match, depth and heap limits). Immutable once made; the scratch is per thread.
 */
#define TOKEN_REGEX_MAX 1024 /* bytes of an expression */

struct token_regex;
struct token_regex_scratch;

/* NULL with the reason in err, and the byte offset of the mistake in *ret_offset (may be NULL). */
struct token_regex *token_regex_new(struct view pattern, struct err *err, size_t *ret_offset);
void token_regex_free(struct token_regex *regex);
struct token_regex_scratch *token_regex_scratch_new(void);
void token_regex_scratch_free(struct token_regex_scratch *scratch);
/* 1 it matches, 0 it does not, -1 a limit was hit. */
int token_regex_match(const struct token_regex *regex, struct token_regex_scratch *scratch,
		      struct view text);

#endif
