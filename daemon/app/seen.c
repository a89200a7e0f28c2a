#include "app/seen.h"

#include "base/hash.h"
#include "base/own.h"

#include <string.h>

/*
 * Two sets. New digests go into the young one; when it is full it becomes the old one, and what was
 * old is forgotten. Open addressing at half load at most; a keyed hash, so that nobody outside can
 * choose what collides.
 */
#define SLOTS (2 * SEEN_LEAST)

struct half {
	size_t len;
	bool used[SLOTS];
	unsigned char digests[SLOTS][JOURNAL_DIGEST_SIZE];
};

struct seen {
	uint64_t key;
	struct half *young, *old;
};

struct seen *seen_new(void)
{
	struct seen *seen = xcalloc(1, sizeof(*seen));

	seen->key = hash_key();
	seen->young = xcalloc(1, sizeof(*seen->young));
	seen->old = xcalloc(1, sizeof(*seen->old));
	return seen;
}

void seen_free(struct seen *seen)
{
	if (!seen)
		return;
	free(seen->young);
	free(seen->old);
	free(seen);
}

/* The slot where it stands or would. */
static size_t find(const struct half *half, const unsigned char *digest, uint64_t hash)
{
	size_t at = hash & (SLOTS - 1);

	while (half->used[at] && memcmp(half->digests[at], digest, JOURNAL_DIGEST_SIZE) != 0)
		at = (at + 1) & (SLOTS - 1);
	return at;
}

static void grow_old(struct seen *seen)
{
	struct half *forgotten = seen->old;

	seen->old = seen->young;
	seen->young = forgotten;
	memset(forgotten->used, 0, sizeof(forgotten->used));
	forgotten->len = 0;
}

bool seen_add(struct seen *seen, const unsigned char digest[JOURNAL_DIGEST_SIZE])
{
	uint64_t hash = hash_bytes(digest, JOURNAL_DIGEST_SIZE, seen->key);
	size_t at = find(seen->young, digest, hash);
	bool known = seen->young->used[at] || seen->old->used[find(seen->old, digest, hash)];

	if (seen->young->used[at])
		return true;
	/* One that is only in the old half is young again. */
	if (seen->young->len == SEEN_LEAST) {
		grow_old(seen);
		at = find(seen->young, digest, hash);
	}
	seen->young->used[at] = true;
	memcpy(seen->young->digests[at], digest, JOURNAL_DIGEST_SIZE);
	seen->young->len++;
	return known;
}
