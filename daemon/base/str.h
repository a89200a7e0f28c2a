#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Text that belongs to somebody else: not terminated, may hold any byte. {NULL, 0} is absent. */
struct view {
	const char *ptr;
	size_t len;
};

#define VIEW_NONE ((struct view){NULL, 0})
#define VIEW(literal) ((struct view){(literal), sizeof(literal) - 1})
/* for printf's "%.*s" */
#define VIEW_ARGS(view) (int)(view).len, (view).ptr ? (view).ptr : ""

static inline struct view view_of(const char *text)
{
	return (struct view){text, text ? strlen(text) : 0};
}

static inline struct view view_slice(struct view view, size_t from, size_t to)
{
	return (struct view){view.ptr + from, to - from};
}

static inline bool view_equal(struct view a, struct view b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool view_is(struct view view, const char *text)
{
	return view_equal(view, view_of(text));
}

static inline bool view_starts(struct view view, struct view prefix)
{
	return view.len >= prefix.len &&
	       (prefix.len == 0 || memcmp(view.ptr, prefix.ptr, prefix.len) == 0);
}

/* Byte order; a prefix comes first. As qsort wants it: <0, 0, >0. */
int view_compare(struct view a, struct view b);

/* Without white space (space, tab, CR, LF) at both ends. */
struct view view_trim(struct view view);

/* A growing buffer. Zero-initialised is empty; ptr is always terminated once anything was added. */
struct str {
	char *ptr;
	size_t len;
	size_t cap;
};

void str_fini(struct str *str);
/* Empties, keeps the memory. */
void str_reset(struct str *str);
void str_reserve(struct str *str, size_t more);
void str_add(struct str *str, const char *text, size_t len);
void str_add_view(struct str *str, struct view view);
void str_add_text(struct str *str, const char *text);
void str_add_char(struct str *str, char byte);
void str_printf(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_vprintf(struct str *str, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static inline struct view str_view(const struct str *str)
{
	return (struct view){str->ptr ? str->ptr : "", str->len};
}

/* Returns owned the terminated text ("" when empty) and leaves the buffer empty. */
char *str_detach(struct str *str);

/*
 * The word of `words` (count of them) that `word` most likely means: the least edit distance
 * (Damerau–Levenshtein, optimal string alignment), at most a third of its length; NULL if none is
 * near.
 */
const char *str_suggest(struct view word, const char *const *words, size_t count);

#endif
