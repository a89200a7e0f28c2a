#include "app/versions.h"

#include "base/hash.h"
#include "base/own.h"

/*
 * Two halves, as of known.c: what is put goes into the young one; when it is full it becomes the
 * old one, and what was old is forgotten. Identifiers stand as 128 bits of a keyed hash: nobody
 * outside can choose two that are taken for one.
 */
#define CHAINS VERSIONS_LEAST

struct entry {
	uint64_t key[2];
	struct entry *chain;
	struct version_state state; /* points behind the entry */
};

struct half {
	size_t len;
	struct entry *chains[CHAINS];
};

struct versions {
	uint64_t keys[2];
	struct half *young, *old;
};

struct versions *versions_new(void)
{
	struct versions *versions = xcalloc(1, sizeof(*versions));

	versions->keys[0] = hash_key();
	versions->keys[1] = hash_key() ^ 0x9e3779b97f4a7c15;
	versions->young = xcalloc(1, sizeof(*versions->young));
	versions->old = xcalloc(1, sizeof(*versions->old));
	return versions;
}

static void empty(struct half *half)
{
	for (size_t i = 0; i < CHAINS && half->len; i++)
		while (half->chains[i]) {
			struct entry *entry = half->chains[i];

			half->chains[i] = entry->chain;
			half->len--;
			free(entry);
		}
}

void versions_free(struct versions *versions)
{
	if (!versions)
		return;
	empty(versions->young);
	empty(versions->old);
	free(versions->young);
	free(versions->old);
	free(versions);
}

static void key_of(const struct versions *versions, struct view uri, uint64_t ret_key[2])
{
	for (int i = 0; i < 2; i++)
		ret_key[i] = hash_bytes(uri.ptr, uri.len, versions->keys[i]);
}

/* The link to it, or to where it would be. */
static struct entry **find(struct half *half, const uint64_t key[2])
{
	struct entry **link = &half->chains[key[0] % CHAINS];

	while (*link && ((*link)->key[0] != key[0] || (*link)->key[1] != key[1]))
		link = &(*link)->chain;
	return link;
}

const struct version_state *versions_find(struct versions *versions, struct view uri)
{
	struct entry *entry;
	uint64_t key[2];

	key_of(versions, uri, key);
	entry = *find(versions->young, key);
	if (!entry)
		entry = *find(versions->old, key);
	return entry ? &entry->state : NULL;
}

static struct entry *make_entry(const uint64_t key[2], const struct version_state *state)
{
	size_t ids = state->count * sizeof(*state->ids), text = state->version.text.len;
	struct entry *entry = xcalloc(1, sizeof(*entry) + ids + text);
	char *to = (char *)(entry + 1);

	entry->key[0] = key[0];
	entry->key[1] = key[1];
	entry->state = *state;
	if (ids)
		memcpy(to, state->ids, ids);
	entry->state.ids = (const char(*)[EVENT_ID_SIZE])to;
	if (text) {
		memcpy(to + ids, state->version.text.ptr, text);
		entry->state.version.text.ptr = to + ids;
	}
	return entry;
}

static void take_out(struct half *half, const uint64_t key[2])
{
	struct entry **link = find(half, key), *entry = *link;

	if (!entry)
		return;
	*link = entry->chain;
	half->len--;
	free(entry);
}

static void grow_old(struct versions *versions)
{
	struct half *forgotten = versions->old;

	versions->old = versions->young;
	versions->young = forgotten;
	empty(forgotten);
}

void versions_put(struct versions *versions, struct view uri, const struct version_state *state)
{
	struct entry *entry, **link;
	uint64_t key[2];

	key_of(versions, uri, key);
	entry = make_entry(key, state); /* before what it may point into is freed */
	take_out(versions->young, key);
	take_out(versions->old, key);
	if (versions->young->len == VERSIONS_LEAST)
		grow_old(versions);
	link = find(versions->young, key);
	*link = entry;
	versions->young->len++;
}
