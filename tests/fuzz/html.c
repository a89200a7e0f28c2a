#include "fuzz.h"

#include "base/utf8.h"
#include "text/html.h"

#include <assert.h>

/* Text from any markup is well-formed, no longer than the markup, and has no white space to trim or
 * squeeze. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct view html = {(const char *)bytes, len};
	struct arena arena = {0};
	struct view text;

	html.len = utf8_valid(html);
	text = html_text(html, &arena);
	assert(text.len <= html.len && utf8_valid(text) == text.len);
	assert(view_trim(text).len == text.len);
	for (size_t i = 1; i < text.len; i++)
		assert(!(text.ptr[i] == ' ' && strchr(" \n", text.ptr[i - 1])) &&
		       !(text.ptr[i] == '\n' && text.ptr[i - 1] == ' '));
	assert(len == 0 || !memmem(text.ptr, text.len, "\n\n\n", 3));
	arena_fini(&arena);
	return 0;
}
