#include "base/arena.h"

#include "base/own.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

#define BLOCK_SIZE ((size_t)32 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char bytes[];
};

void arena_fini(struct arena *arena)
{
	struct arena_block *block = arena->first;

	while (block) {
		struct arena_block *next = block->next;

		ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->size);
		free(block);
		block = next;
	}
	*arena = (struct arena){0};
}

void arena_reset(struct arena *arena)
{
	for (struct arena_block *block = arena->first; block; block = block->next) {
		block->used = 0;
		ASAN_POISON_MEMORY_REGION(block->bytes, block->size);
		if (block == arena->now)
			break;
	}
	arena->now = arena->first;
	arena->used = 0;
}

/* The next kept block that is large enough, else a new one behind the present one. */
static struct arena_block *next_block(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->now ? arena->now->next : arena->first;
	size_t want = size > BLOCK_SIZE ? size : BLOCK_SIZE;

	if (!block || block->size < size) {
		struct arena_block *fresh = xmalloc(sizeof(*fresh) + want);

		fresh->size = want;
		fresh->next = block;
		ASAN_POISON_MEMORY_REGION(fresh->bytes, want);
		if (arena->now)
			arena->now->next = fresh;
		else
			arena->first = fresh;
		block = fresh;
	}
	block->used = 0;
	arena->now = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t step = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	struct arena_block *block = arena->now;
	void *place;

	if (step < size)
		abort();
	if (!block || block->size - block->used < step)
		block = next_block(arena, step);
	place = block->bytes + block->used;
	block->used += step;
	arena->used += step;
	ASAN_UNPOISON_MEMORY_REGION(place, size);
	return place;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
	return memset(arena_alloc(arena, size), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		abort();
	return arena_zalloc(arena, total);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	if (length)
		memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

struct view arena_view(struct arena *arena, struct view view)
{
	return (struct view){arena_strndup(arena, view.ptr, view.len), view.len};
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments, again;
	char *text;
	int need;

	va_start(arguments, format);
	va_copy(again, arguments);
	need = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (need < 0)
		abort();
	text = arena_alloc(arena, (size_t)need + 1);
	vsnprintf(text, (size_t)need + 1, format, again);
	va_end(again);
	return text;
}
