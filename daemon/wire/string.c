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

/* The value of a hexadecimal digit + 1; 0 for every other byte. */
static const uint8_t hex_values[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* The four digits behind `\u`; -1 when they are not four digits. */
static inline long hex4(const char *at, const char *end)
{
	unsigned digits[4];

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++)
		digits[i] = hex_values[(unsigned char)at[i]];
	if (!digits[0] || !digits[1] || !digits[2] || !digits[3])
		return -1;
	return (long)((digits[0] - 1) << 12 | (digits[1] - 1) << 8 | (digits[2] - 1) << 4 |
		      (digits[3] - 1));
}

/* A `\u` escape at its backslash, with the second one of a pair. *ret_len is what it takes. */
static inline enum reject scan_unicode(const char *at, const char *end, uint32_t *ret_code,
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
static const char short_escapes[256] = {
	['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
	['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

/* An escape at its backslash. *ret_len is what it takes, *ret_plain what it gives. */
static inline enum reject scan_escape(const char *at, const char *end, size_t *ret_len,
				      size_t *ret_plain)
{
	enum reject reason;
	uint32_t code;

	if (end - at < 2)
		return REJECT_NOT_JSON;
	if (at[1] != 'u') {
		*ret_len = 2;
		*ret_plain = 1;
		return short_escapes[(unsigned char)at[1]] ? REJECT_NONE : REJECT_NOT_JSON;
	}
	reason = scan_unicode(at, end, &code, ret_len);
	if (reason == REJECT_NONE)
		*ret_plain = utf8_length(code);
	return reason;
}

/* A run of plain bytes from string->to; moves it behind the run, or to the fault. */
static enum reject scan_run(const char *end, struct scan_string *string)
{
	bool high = false;
	const char *stop = string_stop(string->to, end, &high);
	struct view run = {string->to, (size_t)(stop - string->to)};
	size_t valid = high ? utf8_check(run) : run.len;

	string->to += valid;
	string->plain_len += run.len;
	return valid < run.len ? REJECT_INVALID_UTF8 : REJECT_NONE;
}

enum reject string_scan(const char *at, const char *end, struct scan_string *ret_string)
{
	struct scan_string *string = ret_string;
	enum reject reason = REJECT_NONE;

	*string = (struct scan_string){at, at, 0};
	while (reason == REJECT_NONE) {
		size_t taken = 0, plain = 0;

		if (string->to < end && *string->to == '\\') {
			reason = scan_escape(string->to, end, &taken, &plain);
			string->to += reason == REJECT_NONE ? taken : 0;
			string->plain_len += plain;
			continue;
		}
		reason = scan_run(end, string);
		if (reason != REJECT_NONE)
			break;
		if (string->to < end && *string->to == '"')
			return REJECT_NONE;
		if (string->to == end || *string->to != '\\')
			return REJECT_NOT_JSON;
	}
	return reason;
}

/* Writes the character of the escape at `from`; returns what is behind the escape. */
static inline const char *unescape_one(const char *from, const char *to, char **plain)
{
	size_t taken = 2;
	uint32_t code = 0;

	if (from[1] != 'u') {
		*(*plain)++ = short_escapes[(unsigned char)from[1]];
		return from + 2;
	}
	scan_unicode(from, to, &code, &taken);
	if (code >= 0x80 && code < 0x800) {
		*(*plain)++ = (char)(0xC0 | code >> 6);
		*(*plain)++ = (char)(0x80 | (code & 0x3F));
	} else {
		*plain += utf8_encode(code, *plain);
	}
	return from + taken;
}

void string_unescape(const char *from, const char *to, char *ret_plain)
{
	char *plain = ret_plain;

	while (from < to) {
		const char *stop = memchr(from, '\\', (size_t)(to - from));
		size_t run = (size_t)((stop ? stop : to) - from);

		memcpy(plain, from, run);
		plain += run;
		if (!stop)
			return;
		from = stop;
		while (from < to && *from == '\\')
			from = unescape_one(from, to, &plain);
	}
}
