#include "base/utf8.h"

#include <stdbool.h>

static bool is_tail(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

/* The second byte's range depends on the first: no overlong forms, surrogates, or codes over
 * 10FFFF. */
static bool second_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xE0:
		return second >= 0xA0;
	case 0xED:
		return second <= 0x9F;
	case 0xF0:
		return second >= 0x90;
	case 0xF4:
		return second <= 0x8F;
	default:
		return true;
	}
}

static size_t length_of(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xC2 && first <= 0xDF)
		return 2;
	if (first >= 0xE0 && first <= 0xEF)
		return 3;
	return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

size_t utf8_valid(struct view view)
{
	const unsigned char *at = (const unsigned char *)view.ptr;
	size_t done = 0;

	while (done < view.len) {
		size_t length = length_of(at[done]);

		if (!length || length > view.len - done)
			return done;
		for (size_t i = 1; i < length; i++)
			if (!is_tail(at[done + i]))
				return done;
		if (length > 1 && !second_fits(at[done], at[done + 1]))
			return done;
		done += length;
	}
	return done;
}

size_t utf8_decode(const char *at, uint32_t *ret_code)
{
	const unsigned char *byte = (const unsigned char *)at;
	size_t length = length_of(byte[0]);
	uint32_t code = byte[0];

	if (length > 1)
		code &= 0xFFU >> (length + 1);
	for (size_t i = 1; i < length; i++)
		code = code << 6 | (byte[i] & 0x3FU);
	*ret_code = code;
	return length ? length : 1;
}

size_t utf8_encode(uint32_t code, char ret_bytes[4])
{
	if (code < 0x80) {
		ret_bytes[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		ret_bytes[0] = (char)(0xC0 | code >> 6);
		ret_bytes[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		ret_bytes[0] = (char)(0xE0 | code >> 12);
		ret_bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
		ret_bytes[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	ret_bytes[0] = (char)(0xF0 | code >> 18);
	ret_bytes[1] = (char)(0x80 | (code >> 12 & 0x3F));
	ret_bytes[2] = (char)(0x80 | (code >> 6 & 0x3F));
	ret_bytes[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

size_t utf8_count(struct view view)
{
	size_t count = 0;

	for (size_t i = 0; i < view.len; i++)
		count += !is_tail((unsigned char)view.ptr[i]);
	return count;
}
