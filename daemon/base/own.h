#ifndef BASE_OWN_H
#define BASE_OWN_H

#include <stdlib.h>

/*
 * Locals that own something. `OWNED(file_close) struct file *file = NULL;` is closed on every way
 * out of the block; `return MOVE(file)` hands it on instead. The release function takes the value
 * and accepts NULL; OWNED_CLEANUP(type, function) makes it usable once per type.
 */
#define OWNED(function) __attribute__((cleanup(own_##function)))

#define OWNED_CLEANUP(type, function)                                                              \
	static inline void own_##function(type *place)                                             \
	{                                                                                          \
		function(*place);                                                                  \
	}                                                                                          \
	_Static_assert(1, "wants a semicolon")

/* Takes the value out of a local, which is NULL from then on. */
#define MOVE(place)                                                                                \
	__extension__({                                                                            \
		__typeof__(place) moved_ = (place);                                                \
		(place) = NULL;                                                                    \
		moved_;                                                                            \
	})

OWNED_CLEANUP(char *, free);

/* Memory that outside input cannot enlarge beyond a named limit: failing to get it is fatal. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *block, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);

#endif
