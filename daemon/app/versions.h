#ifndef APP_VERSIONS_H
#define APP_VERSIONS_H

#include "model/version.h"
#include "wire/encode.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What is known of the items of late: of each its newest version and the events of it that count.
 * At least the last VERSIONS_LEAST items and at most twice as many. What the journal has of an item
 * can be known to be there and not be read yet. It belongs to one thread.
 */
#define VERSIONS_LEAST 32768
#define VERSION_TEXT_MAX 256	/* bytes; an item of a longer version is not remembered */
#define VERSION_EVENTS_MAX 1024 /* of one item; further ones are not withdrawn */

struct versions;
struct versions *versions_new(void);
void versions_free(struct versions *versions);

struct version_state {
	bool unread;   /* see the journal; nothing below holds */
	bool canceled; /* at this version */
	struct version version;
	const char (*ids)[EVENT_ID_SIZE];
	size_t count;
};
/* What is known of it, good until the next call; NULL: nothing. */
const struct version_state *versions_find(struct versions *versions, struct view uri);
/* Remembers it in place of what was known; copies. */
void versions_put(struct versions *versions, struct view uri, const struct version_state *state);

#endif
