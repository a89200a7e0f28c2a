#include "conf/type.h"

#include "base/utf8.h"

#include <assert.h>
#include <ctype.h>

/*
 * The types of values: one row of `types` each. A reading function gets the text that was written
 * and says what is wrong with it, a writing function gives a text back from which the same value is
 * read. Ranges are checked here, where the number is known; the sentences are made in value.c.
 */
const char type_bad[] = "";
const char type_range[] = "";

#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
#define SOCKET_PATH_MAX 107 /* what sockaddr_un holds */

struct unit {
	const char *name;
	int64_t factor;
};

/* From the smallest; the first is what is stored. */
static const struct unit sizes[] = {
	{"B", 1},
	{"KiB", INT64_C(1) << 10},
	{"MiB", INT64_C(1) << 20},
	{"GiB", INT64_C(1) << 30},
	{"TiB", INT64_C(1) << 40},
	{NULL, 0},
};
static const struct unit durations[] = {
	{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0},
};

/* --- texts -------------------------------------------------------------------------------------
 */

static bool is_printable(struct view text)
{
	uint32_t code;

	for (size_t at = 0; at < text.len;) {
		at += utf8_decode(text.ptr + at, &code);
		if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 ||
		    code == 0x2029 || code == 0xFEFF || code == 0xFFFE || code == 0xFFFF)
			return false;
	}
	return true;
}

static const char *keep_text(const struct type_context *context, struct view text, void *ret_place)
{
	*(const char **)ret_place = arena_strndup(context->arena, text.ptr, text.len);
	return NULL;
}

static const char *read_text(const struct type_context *context, const struct key *key,
			     struct view text, void *ret_place)
{
	if (!is_printable(text))
		return "wants no control characters";
	if ((int64_t)text.len < key->least || (int64_t)text.len > key->most)
		return type_range;
	return keep_text(context, text, ret_place);
}

static const char *read_name(const struct type_context *context, const struct key *key,
			     struct view text, void *ret_place)
{
	for (size_t i = 0; i < text.len; i++)
		if (!text.ptr[i] || !strchr(NAME_CHARACTERS, text.ptr[i]))
			return type_bad;
	return read_text(context, key, text, ret_place);
}

static const char *read_path(const struct type_context *context, const struct key *key,
			     struct view text, void *ret_place)
{
	const char *problem = read_text(context, key, text, ret_place);

	if (!problem && text.len && text.ptr[0] != '/' && context->folder)
		*(const char **)ret_place = arena_printf(context->arena, "%s/%.*s", context->folder,
							 VIEW_ARGS(text));
	return problem;
}

static void write_text(const struct key *key, const void *place, struct str *out)
{
	const char *text = *(const char *const *)place;

	assert(text || key->flags & KEY_OFF);
	str_add_text(out, text ? text : "off");
}

/* --- endpoints ---------------------------------------------------------------------------------
 */

static bool is_port(struct view text, bool wildcard)
{
	long port = 0;

	if (wildcard && view_is(text, "*"))
		return true;
	if (text.len == 0 || text.len > 5)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!isdigit((unsigned char)text.ptr[i]))
			return false;
		port = port * 10 + (text.ptr[i] - '0');
	}
	return port <= 65535;
}

static bool is_host(struct view text)
{
	bool bracket = text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']';
	const char *allowed = bracket ? ":.%" NAME_CHARACTERS : NAME_CHARACTERS;

	if (view_is(text, "*"))
		return true;
	if (bracket)
		text = view_slice(text, 1, text.len - 1);
	for (size_t i = 0; i < text.len; i++)
		if (!text.ptr[i] || !strchr(allowed, text.ptr[i]))
			return false;
	return text.len > 0;
}

static bool is_host_and_port(struct view text, bool wildcard)
{
	size_t colon = text.len;

	while (colon > 0 && text.ptr[colon - 1] != ':')
		colon--;
	return colon > 0 && is_host(view_slice(text, 0, colon - 1)) &&
	       is_port(view_slice(text, colon, text.len), wildcard);
}

static const char *check_socket_path(struct view path)
{
	if (path.len == 0 || path.ptr[0] != '/' || !is_printable(path))
		return "wants an absolute path of a socket";
	return path.len > SOCKET_PATH_MAX ? "wants a path of a socket of at most 107 bytes" : NULL;
}

static const char *check_endpoint(struct view text)
{
	struct view tcp = VIEW("tcp://"), ipc = VIEW("ipc://");

	if (view_starts(text, ipc))
		return check_socket_path(view_slice(text, ipc.len, text.len));
	if (view_starts(text, VIEW("inproc://")))
		return "cannot be inproc://, which ends at the process's own border";
	if (!view_starts(text, tcp) || !is_host_and_port(view_slice(text, tcp.len, text.len), true))
		return type_bad;
	return NULL;
}

static const char *read_endpoint(const struct type_context *context, const struct key *key,
				 struct view text, void *ret_place)
{
	const char *problem;

	if (key->flags & KEY_OFF && view_is(text, "off")) {
		*(const char **)ret_place = NULL;
		return NULL;
	}
	problem = check_endpoint(text);
	return problem ? problem : keep_text(context, text, ret_place);
}

static const char *read_listen(const struct type_context *context, const struct key *key,
			       struct view text, void *ret_place)
{
	struct view socket = VIEW("unix:");
	const char *problem = NULL;

	(void)key;
	if (view_starts(text, socket))
		problem = check_socket_path(view_slice(text, socket.len, text.len));
	else if (!view_is(text, "off") && !is_host_and_port(text, false))
		problem = type_bad;
	return problem ? problem : keep_text(context, text, ret_place);
}

/* --- words and numbers --------------------------------------------------------------------------
 */

static const char *read_word(const struct type_context *context, const struct key *key,
			     struct view text, void *ret_place)
{
	(void)context;
	for (unsigned i = 0; key->words[i]; i++) {
		if (view_is(text, key->words[i])) {
			*(unsigned *)ret_place = i;
			return NULL;
		}
	}
	return type_bad;
}

static void write_word(const struct key *key, const void *place, struct str *out)
{
	str_add_text(out, key->words[*(const unsigned *)place]);
}

/* `curve: off` is how one says it; the others are what programs write. */
static const char *read_boolean(const struct type_context *context, const struct key *key,
				struct view text, void *ret_place)
{
	(void)context;
	(void)key;
	if (view_is(text, "true") || view_is(text, "on"))
		*(bool *)ret_place = true;
	else if (view_is(text, "false") || view_is(text, "off"))
		*(bool *)ret_place = false;
	else
		return type_bad;
	return NULL;
}

static void write_boolean(const struct key *key, const void *place, struct str *out)
{
	(void)key;
	str_add_text(out, *(const bool *)place ? "true" : "false");
}

static bool factor_of(const struct unit *units, struct view name, int64_t *ret_factor)
{
	for (; units->name; units++) {
		if (view_is(name, units->name)) {
			*ret_factor = units->factor;
			return true;
		}
	}
	return false;
}

/* Digits and a unit; without units, digits alone. What is too large for int64_t is out of range. */
static const char *read_number(const struct key *key, const struct unit *units, struct view text,
			       int64_t *ret_number)
{
	int64_t number = 0, factor = 1;
	size_t digits = 0;
	bool over = false;
	struct view unit;

	for (; digits < text.len && isdigit((unsigned char)text.ptr[digits]); digits++)
		over |= __builtin_mul_overflow(number, 10, &number) ||
			__builtin_add_overflow(number, text.ptr[digits] - '0', &number);
	unit = view_slice(text, digits, text.len);
	if (digits && units == sizes && unit.len == 2 && unit.ptr[1] == 'B')
		return "wants KiB, MiB or GiB, which are powers of 1024, or plain bytes";
	if (digits == 0 || (unit.len && (!units || !factor_of(units, unit, &factor))))
		return type_bad;
	if (units == durations && !unit.len && (number || over))
		return "wants a unit: ms, s, m, h or d";
	over |= __builtin_mul_overflow(number, factor, &number);
	if (over || number < key->least || number > key->most)
		return type_range;
	*ret_number = number;
	return NULL;
}

static void write_number(const struct unit *units, int64_t number, struct str *out)
{
	const struct unit *best = units;

	for (; number && units->name && number % units->factor == 0; units++)
		best = units;
	str_printf(out, "%lld", (long long)(number / best->factor));
	if (number)
		str_add_text(out, best->name);
}

static const char *read_integer(const struct type_context *context, const struct key *key,
				struct view text, void *ret_place)
{
	(void)context;
	if (key->words && view_is(text, key->words[0])) {
		*(int64_t *)ret_place = 0;
		return NULL;
	}
	return read_number(key, NULL, text, ret_place);
}

static void write_integer(const struct key *key, const void *place, struct str *out)
{
	int64_t number = *(const int64_t *)place;

	if (key->words && number == 0)
		str_add_text(out, key->words[0]);
	else
		str_printf(out, "%lld", (long long)number);
}

static const char *read_size(const struct type_context *context, const struct key *key,
			     struct view text, void *ret_place)
{
	(void)context;
	return read_number(key, sizes, text, ret_place);
}

static void write_size(const struct key *key, const void *place, struct str *out)
{
	(void)key;
	write_number(sizes, *(const int64_t *)place, out);
}

static const char *read_duration(const struct type_context *context, const struct key *key,
				 struct view text, void *ret_place)
{
	(void)context;
	return read_number(key, durations, text, ret_place);
}

static void write_duration(const struct key *key, const void *place, struct str *out)
{
	(void)key;
	write_number(durations, *(const int64_t *)place, out);
}

/* --- the types ----------------------------------------------------------------------------------
 */

const struct type types[] = {
	[KEY_NAME] = {"a name of letters, digits and - . _", read_name, write_text,
		      "^[-._A-Za-z0-9]+$", false},
	[KEY_TEXT] = {"a text", read_text, write_text, "", false},
	[KEY_PATH] = {"a path", read_path, write_text, "", false},
	[KEY_ENDPOINT] = {"an endpoint: tcp://HOST:PORT or ipc:///PATH", read_endpoint, write_text,
			  "^(tcp://[^ ]+:([0-9]{1,5}|[*])|ipc:///.+)$", false},
	[KEY_LISTEN] = {"HOST:PORT, unix:/PATH or \"off\"", read_listen, write_text,
			"^(off|unix:/.+|[^/ ]+:[0-9]{1,5})$", false},
	[KEY_WORD] = {NULL, read_word, write_word, NULL, false},
	[KEY_BOOLEAN] = {"true or false", read_boolean, write_boolean, NULL, false},
	[KEY_INTEGER] = {"a whole number", read_integer, write_integer, NULL, false},
	[KEY_SIZE] = {"a size such as 512B, 256KiB, 16MiB, 10GiB or plain bytes", read_size,
		      write_size, "^[0-9]+(B|KiB|MiB|GiB|TiB)?$", false},
	[KEY_DURATION] = {"a duration such as 500ms, 5s, 10m, 2h or 30d", read_duration,
			  write_duration, "^(0|[0-9]+(ms|s|m|h|d))$", false},
	[KEY_TEXTS] = {"a list of texts", read_text, write_text, "", true},
	[KEY_PATHS] = {"a list of paths", read_path, write_text, "", true},
	[KEY_FEEDS] = {"a list of feeds", NULL, NULL, NULL, true},
};
