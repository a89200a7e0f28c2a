#include "base/table.h"

#include "base/hash.h"
#include "base/own.h"
#include "base/vec.h"

void table_fini(struct table *table)
{
	free(table->entries);
	free(table->slots);
	*table = (struct table){0};
}

/* The slot that holds the key, or the free one where it would go. */
static uint32_t *slot_of(const struct table *table, struct view key, uint64_t hash)
{
	size_t mask = table->slot_count - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		uint32_t *slot = &table->slots[i];
		const struct table_entry *entry;

		if (*slot == 0)
			return slot;
		entry = &table->entries[*slot - 1];
		if (entry->hash == hash && view_equal(entry->key, key))
			return slot;
	}
}

long table_find(const struct table *table, struct view key)
{
	if (table->slot_count == 0)
		return -1;
	return (long)*slot_of(table, key, hash_bytes(key.ptr, key.len, hash_key())) - 1;
}

void *table_get(const struct table *table, struct view key)
{
	long number = table_find(table, key);

	return number < 0 ? NULL : table->entries[number].value;
}

static void grow(struct table *table)
{
	free(table->slots);
	table->slot_count = table->slot_count ? table->slot_count * 2 : 16;
	table->slots = xcalloc(table->slot_count, sizeof(*table->slots));
	for (size_t i = 0; i < table->len; i++) {
		const struct table_entry *entry = &table->entries[i];

		*slot_of(table, entry->key, entry->hash) = (uint32_t)i + 1;
	}
}

struct table_entry *table_put(struct table *table, struct view key)
{
	uint64_t hash = hash_bytes(key.ptr, key.len, hash_key());
	uint32_t *slot;

	if ((table->len + 1) * 2 > table->slot_count)
		grow(table);
	slot = slot_of(table, key, hash);
	if (*slot)
		return &table->entries[*slot - 1];
	if (table->len == table->cap) {
		table->cap = vec_grown(table->cap, table->len + 1);
		table->entries = xrealloc(table->entries, table->cap * sizeof(*table->entries));
	}
	table->entries[table->len] = (struct table_entry){.key = key, .hash = hash};
	*slot = (uint32_t)++table->len;
	return &table->entries[table->len - 1];
}
