#include "text/pattern.h"

#include "base/own.h"
#include "base/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MATCH_LIMIT 20000 /* steps of PCRE2's matcher: well under a millisecond */
#define DEPTH_LIMIT 200
#define HEAP_LIMIT_KIB 1024
#define PARENS_LIMIT 50

struct token_regex {
	pcre2_code *code;
};

struct token_regex_scratch {
	pcre2_match_data *data;
	pcre2_match_context *context;
};

static int compile(struct view pattern, struct token_regex *regex, struct err *err,
		   size_t *ret_offset)
{
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_ANCHORED |
			   PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR message[256];
	PCRE2_SIZE offset = 0;
	int code = 0;

	pcre2_set_parens_nest_limit(context, PARENS_LIMIT);
	regex->code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, options, &code, &offset,
				    context);
	pcre2_compile_context_free(context);
	if (regex->code)
		return 0;
	if (ret_offset)
		*ret_offset = offset < pattern.len ? offset : pattern.len;
	pcre2_get_error_message(code, message, sizeof(message));
	return err_set(err, "%s", (const char *)message);
}

struct token_regex *token_regex_new(struct view pattern, struct err *err, size_t *ret_offset)
{
	struct token_regex *regex;
	size_t valid = utf8_valid(pattern);

	if (pattern.len > TOKEN_REGEX_MAX || valid < pattern.len) {
		if (ret_offset)
			*ret_offset = valid < pattern.len ? valid : TOKEN_REGEX_MAX;
		if (valid < pattern.len)
			err_set(err, "it is not well-formed UTF-8");
		else
			err_set(err, "it is longer than %d bytes", TOKEN_REGEX_MAX);
		return NULL;
	}
	regex = xcalloc(1, sizeof(*regex));
	if (compile(pattern, regex, err, ret_offset) < 0) {
		free(regex);
		return NULL;
	}
	return regex;
}

void token_regex_free(struct token_regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	free(regex);
}

struct token_regex_scratch *token_regex_scratch_new(void)
{
	struct token_regex_scratch *scratch = xcalloc(1, sizeof(*scratch));

	scratch->data = pcre2_match_data_create(1, NULL);
	scratch->context = pcre2_match_context_create(NULL);
	if (!scratch->data || !scratch->context)
		abort();
	pcre2_set_match_limit(scratch->context, MATCH_LIMIT);
	pcre2_set_depth_limit(scratch->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(scratch->context, HEAP_LIMIT_KIB);
	return scratch;
}

void token_regex_scratch_free(struct token_regex_scratch *scratch)
{
	if (!scratch)
		return;
	pcre2_match_data_free(scratch->data);
	pcre2_match_context_free(scratch->context);
	free(scratch);
}

int token_regex_match(const struct token_regex *regex, struct token_regex_scratch *scratch,
		      struct view text)
{
	int count = pcre2_match(regex->code, (PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, 0,
				PCRE2_NO_UTF_CHECK, scratch->data, scratch->context);

	if (count >= 0)
		return 1;
	return count == PCRE2_ERROR_NOMATCH ? 0 : -1;
}
