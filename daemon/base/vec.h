#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/own.h"

#include <stddef.h>

/*
 * A growing array of one type: `struct { VEC(struct token); } tokens`, or `VEC_TYPE(tokens, struct
 * token);` for a named one. Zero-initialised is empty. Elements move when it grows.
 */
#define VEC(type)                                                                                  \
	type *at;                                                                                  \
	size_t len;                                                                                \
	size_t cap

#define VEC_TYPE(name, type)                                                                       \
	struct name {                                                                              \
		VEC(type);                                                                         \
	}

/* Makes room for `more` elements behind the last. */
#define vec_reserve(vec, more)                                                                     \
	do {                                                                                       \
		size_t want_ = (vec)->len + (more);                                                \
		if (want_ > (vec)->cap) {                                                          \
			(vec)->cap = vec_grown((vec)->cap, want_);                                 \
			(vec)->at = xrealloc((vec)->at, (vec)->cap * sizeof(*(vec)->at));          \
		}                                                                                  \
	} while (0)

#define vec_push(vec, ...)                                                                         \
	do {                                                                                       \
		vec_reserve((vec), 1);                                                             \
		(vec)->at[(vec)->len++] = (__VA_ARGS__);                                           \
	} while (0)

#define vec_reset(vec) ((vec)->len = 0)

#define vec_fini(vec)                                                                              \
	do {                                                                                       \
		free((vec)->at);                                                                   \
		(vec)->at = NULL;                                                                  \
		(vec)->len = (vec)->cap = 0;                                                       \
	} while (0)

static inline size_t vec_grown(size_t cap, size_t want)
{
	cap = cap ? cap : 8;
	while (cap < want)
		cap *= 2;
	return cap;
}

#endif
