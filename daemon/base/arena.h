#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

#include <stddef.h>

/*
 * Memory of one lifetime, freed or reset in one call. Zero-initialised is empty. After a reset the
 * blocks are kept, so that a worker stops allocating once it has seen its largest item. Blocks
 * never move: pointers into the arena are good until arena_reset or arena_fini.
 */
struct arena_block;

struct arena {
	struct arena_block *first;
	struct arena_block *now;
	size_t used; /* bytes handed out since the last reset */
};

void arena_fini(struct arena *arena);
void arena_reset(struct arena *arena);

/* Aligned for any type, not zeroed. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_zalloc(struct arena *arena, size_t size);
/* count * size with overflow checked (aborts). Zeroed. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A terminated copy. */
char *arena_strndup(struct arena *arena, const char *text, size_t length);
struct view arena_view(struct arena *arena, struct view view);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
