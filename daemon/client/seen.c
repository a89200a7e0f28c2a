#include "client/inside.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS ((size_t)2 * SEEN_IDS)

/* FNV-1a, twice with different beginnings: 128 bits that no two ids share by chance. */
static void hash_id(struct text id, uint64_t ret_hash[2])
{
	uint64_t a = UINT64_C(0xcbf29ce484222325), b = UINT64_C(0x9ae16a3b2f90404f);

	for (size_t i = 0; i < id.size; i++) {
		a = (a ^ (unsigned char)id.at[i]) * UINT64_C(0x100000001b3);
		b = (b ^ (unsigned char)id.at[i]) * UINT64_C(0x100000001b3);
		b ^= b >> 29;
	}
	ret_hash[0] = a;
	ret_hash[1] = b | 1; /* never the empty slot */
}

/* The slot that holds the hash, or the free one where it belongs. */
static uint64_t *find_slot(uint64_t (*table)[2], const uint64_t hash[2])
{
	size_t at = hash[0] % SLOTS;

	while (table[at][1] && (table[at][0] != hash[0] || table[at][1] != hash[1]))
		at = (at + 1) % SLOTS;
	return table[at];
}

bool client_seen_add(struct seen *seen, struct text id)
{
	uint64_t hash[2], *slot;

	if (!id.at || !id.size)
		return true;
	if (!seen->now) {
		seen->now = calloc(SLOTS, sizeof(*seen->now));
		seen->old = calloc(SLOTS, sizeof(*seen->old));
		if (!seen->now || !seen->old)
			abort();
	}
	hash_id(id, hash);
	slot = find_slot(seen->now, hash);
	if (slot[1] || find_slot(seen->old, hash)[1])
		return false;
	memcpy(slot, hash, sizeof(hash));
	if (++seen->count == SEEN_IDS) {
		uint64_t(*spare)[2] = seen->old;

		seen->old = seen->now;
		seen->now = memset(spare, 0, SLOTS * sizeof(*spare));
		seen->count = 0;
	}
	return true;
}

void client_seen_fini(struct seen *seen)
{
	free(seen->now);
	free(seen->old);
}
