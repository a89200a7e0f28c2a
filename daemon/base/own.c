#include "base/own.h"

#include <stdio.h>
#include <string.h>

static void *or_abort(void *block)
{
	if (!block) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return block;
}

void *xmalloc(size_t size)
{
	return or_abort(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
	return or_abort(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *block, size_t size)
{
	return or_abort(realloc(block, size ? size : 1));
}

char *xstrdup(const char *text)
{
	return or_abort(strdup(text));
}

char *xstrndup(const char *text, size_t length)
{
	return or_abort(strndup(text, length));
}
