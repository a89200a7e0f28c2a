#include "app/known.h"

#include "base/hash.h"
#include "base/own.h"

#include <string.h>

/*
 * Two sets. New digests go into the young one; when it is full it becomes the old one, and what was
 * old is forgotten. Open addressing at half load at most; a keyed hash, so that nobody outside can
 * choose what collides.
 */
#define SLOTS (2 * KNOWN_LEAST)

struct half {
	size_t len;
	bool used[SLOTS];
	unsigned char digests[SLOTS][JOURNAL_DIGEST_SIZE];
};

struct known {
	uint64_t key;
	struct half *young, *old;
};

struct known *known_new(void)
{
	struct known *known = xcalloc(1, sizeof(*known));

	known->key = hash_key();
	known->young = xcalloc(1, sizeof(*known->young));
	known->old = xcalloc(1, sizeof(*known->old));
	return known;
}

void known_free(struct known *known)
{
	if (!known)
		return;
	free(known->young);
	free(known->old);
	free(known);
}

/* The slot where it stands or would. */
static size_t find(const struct half *half, const unsigned char *digest, uint64_t hash)
{
	size_t at = hash & (SLOTS - 1);

	while (half->used[at] && memcmp(half->digests[at], digest, JOURNAL_DIGEST_SIZE) != 0)
		at = (at + 1) & (SLOTS - 1);
	return at;
}

static void grow_old(struct known *known)
{
	struct half *forgotten = known->old;

	known->old = known->young;
	known->young = forgotten;
	memset(forgotten->used, 0, sizeof(forgotten->used));
	forgotten->len = 0;
}

bool known_add(struct known *known, const unsigned char digest[JOURNAL_DIGEST_SIZE])
{
	uint64_t hash = hash_bytes(digest, JOURNAL_DIGEST_SIZE, known->key);
	size_t at = find(known->young, digest, hash);
	bool there = known->young->used[at] || known->old->used[find(known->old, digest, hash)];

	if (known->young->used[at])
		return true;
	/* One that is only in the old half is young again. */
	if (known->young->len == KNOWN_LEAST) {
		grow_old(known);
		at = find(known->young, digest, hash);
	}
	known->young->used[at] = true;
	memcpy(known->young->digests[at], digest, JOURNAL_DIGEST_SIZE);
	known->young->len++;
	return there;
}
