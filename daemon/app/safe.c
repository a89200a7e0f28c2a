#include "app/safe.h"

#include "base/utf8.h"

/* Bytes of the printable character at the front, 0 when it is none: C0, C1, DEL, not UTF-8. */
static size_t printable(struct view text)
{
	unsigned char first = (unsigned char)text.ptr[0];
	struct view head = {text.ptr, text.len < 4 ? text.len : 4};
	uint32_t code;
	size_t length;

	if (first < 0x80)
		return first >= 0x20 && first != 0x7f;
	for (length = 2; length <= head.len; length++)
		if (utf8_valid((struct view){head.ptr, length}) == length)
			break;
	if (length > head.len)
		return 0;
	utf8_decode(text.ptr, &code);
	/* nor what turns the direction of writing or parts lines */
	if (code < 0xa0 || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
		return 0;
	return length;
}

void safe_add(struct view text, size_t most, struct str *out)
{
	struct view rest = {text.ptr, text.len < most ? text.len : most};

	while (rest.len) {
		size_t length = printable(rest);

		if (length)
			str_add(out, rest.ptr, length);
		else
			str_printf(out, "\\x%02x", (unsigned char)rest.ptr[0]);
		rest = view_slice(rest, length ? length : 1, rest.len);
	}
}
