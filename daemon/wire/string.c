#include "base/utf8.h"
#include "wire/scan.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/*
 * Strings of JSON. Most text has no escapes and is plain bytes up to the quote, so the search for
 * what ends such a run is the loop that the speed of the whole scanner hangs on: 16 bytes at a time
 * where the processor has SSE2. UTF-8 is checked run by run, and only where a byte ≥ 0x80 was seen.
 *
 * Two escapes are grammar and yet no text: half a surrogate pair cannot be written as UTF-8, and
 * U+0000 would end the text for everyone who reads terminated strings.
 */
const char *string_stop_scalar(const char *at, const char *end, bool *high)
{
	unsigned char seen = 0;

	for (; at < end; at++) {
		unsigned char byte = (unsigned char)*at;

		if (byte < 0x20 || byte == '"' || byte == '\\')
			break;
		seen |= byte;
	}
	*high |= seen >= 0x80;
	return at;
}

#if defined(__SSE2__)
const char *string_stop(const char *at, const char *end, bool *high)
{
	const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
	const __m128i control = _mm_set1_epi8(0x1F);
	unsigned seen = 0;

	for (; end - at >= 16; at += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
		__m128i stops = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote),
							  _mm_cmpeq_epi8(bytes, backslash)),
					     _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
		unsigned mask = (unsigned)_mm_movemask_epi8(stops);
		unsigned highs = (unsigned)_mm_movemask_epi8(bytes);

		if (mask) {
			int before = __builtin_ctz(mask);

			*high |= (seen | (highs & ((1U << before) - 1))) != 0;
			return at + before;
		}
		seen |= highs;
	}
	*high |= seen != 0;
	return string_stop_scalar(at, end, high);
}
#else
const char *string_stop(const char *at, const char *end, bool *high)
{
	return string_stop_scalar(at, end, high);
}
#endif

static int hex_value(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

/* The four digits behind `\u`; -1 when they are not four digits. */
static long hex4(const char *at, const char *end)
{
	long code = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_value(at[i]);

		if (digit < 0)
			return -1;
		code = code << 4 | digit;
	}
	return code;
}

/* A `\u` escape at its backslash, with the second one of a pair. *ret_len is what it takes. */
static enum reject scan_unicode(const char *at, const char *end, uint32_t *ret_code,
				size_t *ret_len)
{
	long code = hex4(at + 2, end), low;

	if (code <= 0)
		return REJECT_NOT_JSON;
	*ret_len = 6;
	*ret_code = (uint32_t)code;
	if (code < 0xD800 || code > 0xDFFF)
		return REJECT_NONE;
	if (code > 0xDBFF)
		return REJECT_INVALID_UTF8;
	if (end - at < 12 || at[6] != '\\' || at[7] != 'u')
		return REJECT_INVALID_UTF8;
	low = hex4(at + 8, end);
	if (low < 0xDC00 || low > 0xDFFF)
		return low < 0 ? REJECT_NOT_JSON : REJECT_INVALID_UTF8;
	*ret_len = 12;
	*ret_code = 0x10000 + (((uint32_t)code & 0x3FF) << 10) + ((uint32_t)low & 0x3FF);
	return REJECT_NONE;
}

static size_t utf8_length(uint32_t code)
{
	return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/* What the byte behind a backslash stands for; 0 when it is no short escape. */
static char short_escape(char byte)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found = byte ? strchr(from, byte) : NULL;

	return found ? to[found - from] : '\0';
}

/* An escape at its backslash. *ret_len is what it takes, *ret_plain what it gives. */
static enum reject scan_escape(const char *at, const char *end, size_t *ret_len, size_t *ret_plain)
{
	enum reject reason;
	uint32_t code;

	if (end - at < 2)
		return REJECT_NOT_JSON;
	if (at[1] != 'u') {
		*ret_len = 2;
		*ret_plain = 1;
		return short_escape(at[1]) ? REJECT_NONE : REJECT_NOT_JSON;
	}
	reason = scan_unicode(at, end, &code, ret_len);
	if (reason == REJECT_NONE)
		*ret_plain = utf8_length(code);
	return reason;
}

enum reject string_scan(const char *at, const char *end, struct scan_string *ret_string)
{
	struct scan_string *string = ret_string;

	*string = (struct scan_string){at, at, 0};
	for (;;) {
		bool high = false;
		const char *stop = string_stop(at, end, &high);
		struct view run = {at, (size_t)(stop - at)};
		size_t valid = high ? utf8_valid(run) : run.len, taken, plain;
		enum reject reason;

		string->to = at + valid;
		string->plain_len += run.len;
		if (valid < run.len)
			return REJECT_INVALID_UTF8;
		if (stop < end && *stop == '"')
			return REJECT_NONE;
		if (stop == end || *stop != '\\')
			return REJECT_NOT_JSON;
		reason = scan_escape(stop, end, &taken, &plain);
		if (reason != REJECT_NONE)
			return reason;
		string->plain_len += plain;
		at = stop + taken;
	}
}

void string_unescape(const char *from, const char *to, char *ret_plain)
{
	char *plain = ret_plain;

	while (from < to) {
		const char *stop = memchr(from, '\\', (size_t)(to - from));
		size_t run = (size_t)((stop ? stop : to) - from), taken = 2;
		uint32_t code;

		memcpy(plain, from, run);
		plain += run;
		if (!stop)
			return;
		if (stop[1] != 'u') {
			*plain++ = short_escape(stop[1]);
		} else {
			scan_unicode(stop, to, &code, &taken);
			plain += utf8_encode(code, plain);
		}
		from = stop + taken;
	}
}
