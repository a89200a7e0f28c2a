#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/str.h"

#include <stdint.h>

/*
 * Text → value, open addressing. Zero-initialised is empty. Keys are borrowed: they must live as
 * long as the table. Iteration by `entries` is in order of insertion; entries are never removed.
 */
struct table_entry {
	struct view key;
	void *value;
	uint64_t hash;
};

struct table {
	struct table_entry *entries;
	size_t len;
	size_t cap;
	uint32_t *slots; /* index into entries + 1; 0 is free */
	size_t slot_count;
};

void table_fini(struct table *table);
/* The value under the key, NULL if there is none. */
void *table_get(const struct table *table, struct view key);
/* The entry's place, valid until the next insertion; made with value NULL if there is none. */
struct table_entry *table_put(struct table *table, struct view key);
/* The entry's number in order of insertion, -1 if there is none. */
long table_find(const struct table *table, struct view key);

#endif
