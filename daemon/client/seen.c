#include "client/inside.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS ((size_t)2 * SEEN_IDS)
#define GONE 2 /* in place of the odd half of a hash */

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

/* The slot stays taken, by what no id has. */
static void forget(struct seen *seen, struct text id)
{
	uint64_t hash[2], *slots[2];

	hash_id(id, hash);
	slots[0] = find_slot(seen->now, hash);
	slots[1] = find_slot(seen->old, hash);
	for (int i = 0; i < 2; i++)
		if (slots[i][1])
			slots[i][1] = GONE;
}

static bool is_retraction(const struct newstag_message *message)
{
	static const char end[] = "retracted";
	size_t size = sizeof(end) - 1;

	return message->topic_size >= size &&
	       memcmp(message->topic + message->topic_size - size, end, size) == 0;
}

void client_seen_given(struct seen *seen, const struct newstag_message *message)
{
	struct wanted data = {.key = "data"}, list = {.key = "withdrawn"};
	struct text payload = {message->payload, message->payload_size}, id;
	const char *at, *end;

	if (!seen->now || !is_retraction(message))
		return;
	client_scan_object(payload, &data, 1);
	client_scan_object(data.value, &list, 1);
	at = list.value.at;
	end = at + list.value.size;
	while (at && (at = memmem(at, (size_t)(end - at), "\"id\"", 4))) {
		id.at = memchr(at + 4, '"', (size_t)(end - at - 4));
		at = id.at ? memchr(id.at + 1, '"', (size_t)(end - id.at - 1)) : NULL;
		if (!at)
			return;
		id.size = (size_t)(at - ++id.at);
		forget(seen, id);
		at++;
	}
}

void client_seen_fini(struct seen *seen)
{
	free(seen->now);
	free(seen->old);
}
