#include "base/jsonw.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct jsonw jsonw_begin(struct str *out)
{
	return (struct jsonw){.out = out};
}

static void before_value(struct jsonw *json)
{
	if (json->after_key) {
		json->after_key = false;
		return;
	}
	if (json->filled[json->depth])
		str_add_char(json->out, ',');
	json->filled[json->depth] = true;
}

static void open_container(struct jsonw *json, char byte)
{
	before_value(json);
	str_add_char(json->out, byte);
	assert(json->depth + 1 < JSONW_DEPTH_MAX);
	json->filled[++json->depth] = false;
}

static void close_container(struct jsonw *json, char byte)
{
	assert(json->depth > 0);
	json->depth--;
	str_add_char(json->out, byte);
}

void jsonw_object(struct jsonw *json)
{
	open_container(json, '{');
}

void jsonw_object_end(struct jsonw *json)
{
	close_container(json, '}');
}

void jsonw_array(struct jsonw *json)
{
	open_container(json, '[');
}

void jsonw_array_end(struct jsonw *json)
{
	close_container(json, ']');
}

static void escape(struct str *out, unsigned char byte)
{
	static const char names[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};

	if (byte == '"' || byte == '\\')
		str_printf(out, "\\%c", byte);
	else if (names[byte])
		str_printf(out, "\\%c", names[byte]);
	else
		str_printf(out, "\\u%04x", byte);
}

static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte != '"' && byte != '\\';
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* A bit in every byte that is zero, and maybe in others above one that is. */
static uint64_t zeros(uint64_t bytes)
{
	return (bytes - EACH(1)) & ~bytes & EACH(0x80);
}

/* How many bytes from `at` on need no escape; eight at a time. */
static size_t plain_bytes(struct view text, size_t at)
{
	size_t begin = at;

	for (; at + 8 <= text.len; at += 8) {
		uint64_t bytes;

		memcpy(&bytes, text.ptr + at, sizeof(bytes));
		if (zeros(bytes ^ EACH('"')) | zeros(bytes ^ EACH('\\')) |
		    zeros(bytes & EACH(0xE0)))
			break;
	}
	while (at < text.len && is_plain((unsigned char)text.ptr[at]))
		at++;
	return at - begin;
}

static void write_text(struct str *out, struct view text)
{
	str_add_char(out, '"');
	for (size_t at = 0; at < text.len; at++) {
		size_t plain = plain_bytes(text, at);

		str_add(out, text.ptr + at, plain);
		at += plain;
		if (at < text.len)
			escape(out, (unsigned char)text.ptr[at]);
	}
	str_add_char(out, '"');
}

void jsonw_key_view(struct jsonw *json, struct view key)
{
	before_value(json);
	write_text(json->out, key);
	str_add_char(json->out, ':');
	json->after_key = true;
}

void jsonw_key(struct jsonw *json, const char *key)
{
	jsonw_key_view(json, view_of(key));
}

void jsonw_text(struct jsonw *json, struct view text)
{
	before_value(json);
	write_text(json->out, text);
}

void jsonw_string(struct jsonw *json, const char *text)
{
	if (text)
		jsonw_text(json, view_of(text));
	else
		jsonw_null(json);
}

void jsonw_int(struct jsonw *json, int64_t number)
{
	uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
	char digits[20];
	size_t at = sizeof(digits);

	before_value(json);
	do
		digits[--at] = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (number < 0)
		str_add_char(json->out, '-');
	str_add(json->out, digits + at, sizeof(digits) - at);
}

void jsonw_double(struct jsonw *json, double number)
{
	char text[32];

	if (!isfinite(number)) {
		jsonw_null(json);
		return;
	}
	if (number == floor(number) && fabs(number) < 9e15 && (number != 0 || !signbit(number))) {
		jsonw_int(json, (int64_t)number);
		return;
	}
	before_value(json);
	if (number == 0) {
		str_add_text(json->out, "-0");
		return;
	}
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	str_add_text(json->out, text);
}

void jsonw_bool(struct jsonw *json, bool value)
{
	before_value(json);
	str_add_text(json->out, value ? "true" : "false");
}

void jsonw_null(struct jsonw *json)
{
	before_value(json);
	str_add_text(json->out, "null");
}

void jsonw_raw(struct jsonw *json, struct view text)
{
	before_value(json);
	str_add_view(json->out, text);
}
