#include "base/str.h"

#include "base/own.h"

#include <stdint.h>
#include <stdio.h>

#define SUGGEST_LENGTH_MAX 64

int view_compare(struct view a, struct view b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.ptr, b.ptr, common) : 0;

	if (order)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

struct view view_trim(struct view view)
{
	while (view.len && is_blank(view.ptr[0])) {
		view.ptr++;
		view.len--;
	}
	while (view.len && is_blank(view.ptr[view.len - 1]))
		view.len--;
	return view;
}

void str_fini(struct str *str)
{
	free(str->ptr);
	*str = (struct str){0};
}

void str_reset(struct str *str)
{
	str->len = 0;
	if (str->ptr)
		str->ptr[0] = '\0';
}

void str_reserve(struct str *str, size_t more)
{
	size_t want = str->len + more + 1;
	size_t cap = str->cap ? str->cap : 64;

	if (want <= str->cap)
		return;
	while (cap < want)
		cap *= 2;
	str->ptr = xrealloc(str->ptr, cap);
	str->cap = cap;
}

void str_add(struct str *str, const char *text, size_t len)
{
	str_reserve(str, len);
	if (len)
		memcpy(str->ptr + str->len, text, len);
	str->len += len;
	str->ptr[str->len] = '\0';
}

void str_add_view(struct str *str, struct view view)
{
	str_add(str, view.ptr, view.len);
}

void str_add_text(struct str *str, const char *text)
{
	str_add(str, text, strlen(text));
}

void str_add_char(struct str *str, char byte)
{
	if (str->len + 2 > str->cap)
		str_reserve(str, 1);
	str->ptr[str->len++] = byte;
	str->ptr[str->len] = '\0';
}

void str_vprintf(struct str *str, const char *format, va_list arguments)
{
	va_list again;
	int need;

	va_copy(again, arguments);
	need = vsnprintf(NULL, 0, format, arguments);
	if (need > 0) {
		str_reserve(str, (size_t)need);
		vsnprintf(str->ptr + str->len, (size_t)need + 1, format, again);
		str->len += (size_t)need;
	}
	va_end(again);
}

void str_printf(struct str *str, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	str_vprintf(str, format, arguments);
	va_end(arguments);
}

char *str_detach(struct str *str)
{
	char *text = str->ptr ? str->ptr : xstrdup("");

	*str = (struct str){0};
	return text;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Rows of the distance matrix: the one being filled, the one above, the one above that. */
static size_t distance(struct view a, struct view b)
{
	size_t rows[3][SUGGEST_LENGTH_MAX + 1];
	size_t *now = rows[0], *above = rows[1], *higher = rows[2];

	for (size_t j = 0; j <= b.len; j++)
		above[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *spare = higher;

		now[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t change = above[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);

			now[j] = least(change, least(above[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
			    a.ptr[i - 2] == b.ptr[j - 1])
				now[j] = least(now[j], higher[j - 2] + 1);
		}
		higher = above;
		above = now;
		now = spare;
	}
	return above[b.len];
}

const char *str_suggest(struct view word, const char *const *words, size_t count)
{
	const char *best = NULL;
	size_t limit = word.len / 3 + 1;

	if (word.len == 0 || word.len > SUGGEST_LENGTH_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct view other = view_of(words[i]);
		size_t found;

		if (other.len > SUGGEST_LENGTH_MAX)
			continue;
		found = distance(word, other);
		if (found < limit) {
			limit = found;
			best = words[i];
		}
	}
	return best;
}
