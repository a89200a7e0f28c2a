#include "text/lexicon.h"

#include "base/hash.h"
#include "text/fold.h"
#include "text/reader.h"
#include "text/sense.h"
#include "text/speech.h"

#include <assert.h>
#include <libstemmer.h>

/*
 * An open-addressed table from surface and language to word. A slot carries the whole hash, so that
 * a look-up touches one slot and one entry; entries live in an arena, each with its surface right
 * behind, and never move until the lexicon forgets everything at once. The key is drawn once per
 * process: nobody outside can choose collisions.
 */
struct entry {
	struct word word;
	uint32_t len;
	char surface[];
};

struct slot {
	uint64_t hash;
	struct entry *entry; /* NULL is free */
};

struct lexicon {
	struct arena arena;
	struct slot *slots;
	size_t slot_count; /* a power of two, at least twice the words */
	uint32_t count;
	uint32_t words_max;
	uint64_t turn;
	uint64_t key;
	struct characters characters;
	struct table senses;
	struct arena senses_arena;
	struct sb_stemmer *stemmers[LANGUAGES_MAX];
};

#define SLOTS_MIN 4096

struct lexicon *lexicon_new(uint32_t words_max)
{
	struct lexicon *lexicon = xcalloc(1, sizeof(*lexicon));

	lexicon->words_max = words_max;
	lexicon->slot_count = SLOTS_MIN;
	lexicon->slots = xcalloc(lexicon->slot_count, sizeof(*lexicon->slots));
	lexicon->key = hash_key();
	senses_load(&lexicon->senses, &lexicon->senses_arena);
	return lexicon;
}

void lexicon_free(struct lexicon *lexicon)
{
	if (!lexicon)
		return;
	for (size_t i = 0; i < LANGUAGES_MAX; i++)
		sb_stemmer_delete(lexicon->stemmers[i]);
	characters_fini(&lexicon->characters);
	table_fini(&lexicon->senses);
	arena_fini(&lexicon->senses_arena);
	arena_fini(&lexicon->arena);
	free(lexicon->slots);
	free(lexicon);
}

static void grow(struct lexicon *lexicon)
{
	size_t count = lexicon->slot_count * 2;
	struct slot *slots = xcalloc(count, sizeof(*slots));

	for (size_t i = 0; i < lexicon->slot_count; i++) {
		size_t at = lexicon->slots[i].hash & (count - 1);

		if (!lexicon->slots[i].entry)
			continue;
		while (slots[at].entry)
			at = (at + 1) & (count - 1);
		slots[at] = lexicon->slots[i];
	}
	free(lexicon->slots);
	lexicon->slots = slots;
	lexicon->slot_count = count;
}

static struct sb_stemmer *stemmer_of(struct lexicon *lexicon, language lang)
{
	const char *name = language_stemmer(lang);

	if (name && !lexicon->stemmers[lang])
		lexicon->stemmers[lang] = sb_stemmer_new(name, NULL);
	return name ? lexicon->stemmers[lang] : NULL;
}

/* What stands behind an apostrophe by itself ('s, n't) is a word of grammar: it has no stem. */
static bool has_stem(const struct word *word)
{
	return word->kind == WORD_LETTERS && !memchr(word->folded.ptr, '.', word->folded.len) &&
	       !view_is(word->folded, "n't") && !view_is(word->folded, "'s");
}

static struct view stem_of(struct lexicon *lexicon, const struct word *word)
{
	struct sb_stemmer *stemmer = stemmer_of(lexicon, word->lang);
	struct view stem = VIEW_NONE;

	if (stemmer && has_stem(word)) {
		stem.ptr = (const char *)sb_stemmer_stem(
			stemmer, (const sb_symbol *)word->folded.ptr, (int)word->folded.len);
		stem.len = stem.ptr ? (size_t)sb_stemmer_length(stemmer) : 0;
	}
	if (stem.len == 0 || view_equal(stem, word->folded))
		return word->folded;
	return arena_view(&lexicon->arena, stem);
}

/* Cuts in front of the character that would not fit. */
static struct view bounded(struct view surface)
{
	size_t len = surface.len;

	if (len <= WORD_SURFACE_MAX)
		return surface;
	for (len = WORD_SURFACE_MAX; ((unsigned char)surface.ptr[len] & 0xC0) == 0x80;)
		len--;
	return view_slice(surface, 0, len);
}

static struct entry *entry_new(struct lexicon *lexicon, language lang, struct view surface)
{
	struct entry *entry = arena_zalloc(&lexicon->arena, sizeof(*entry) + surface.len);

	entry->len = (uint32_t)surface.len;
	if (surface.len)
		memcpy(entry->surface, surface.ptr, surface.len);
	surface.ptr = entry->surface;
	entry->word.id = lexicon->count++;
	entry->word.lang = lang;
	fold_word(&entry->word, bounded(surface), lang, &lexicon->arena);
	entry->word.stem = stem_of(lexicon, &entry->word);
	senses_find(&lexicon->senses, &entry->word);
	word_find_role(&entry->word);
	return entry;
}

/* Words are short: a call would cost more than the comparison. */
static bool is_surface(const struct entry *entry, struct view surface)
{
	const char *left = entry->surface, *right = surface.ptr;
	size_t len = surface.len;

	if (entry->len != len)
		return false;
	for (; len >= 8; len -= 8, left += 8, right += 8) {
		uint64_t a, b;

		memcpy(&a, left, sizeof(a));
		memcpy(&b, right, sizeof(b));
		if (a != b)
			return false;
	}
	for (; len > 0; len--)
		if (*left++ != *right++)
			return false;
	return true;
}

static uint64_t hash_of(const struct lexicon *lexicon, language lang, struct view surface)
{
	return hash_bytes(surface.ptr, surface.len, lexicon->key ^ lang);
}

static const struct word *find(struct lexicon *lexicon, language lang, struct view surface,
			       uint64_t hash)
{
	size_t at = hash & (lexicon->slot_count - 1);
	struct entry *made;

	for (; lexicon->slots[at].entry; at = (at + 1) & (lexicon->slot_count - 1)) {
		const struct entry *entry = lexicon->slots[at].entry;

		if (lexicon->slots[at].hash == hash && entry->word.lang == lang &&
		    is_surface(entry, surface))
			return &entry->word;
	}
	made = entry_new(lexicon, lang, surface);
	lexicon->slots[at] = (struct slot){hash, made};
	if ((size_t)lexicon->count * 2 > lexicon->slot_count)
		grow(lexicon);
	return &made->word;
}

const struct word *lexicon_word(struct lexicon *lexicon, language lang, struct view surface)
{
	return find(lexicon, lang, surface, hash_of(lexicon, lang, surface));
}

void lexicon_words(struct lexicon *lexicon, language lang, const struct view *surfaces,
		   size_t count, const struct word **ret_words)
{
	uint64_t hashes[LEXICON_BATCH];

	assert(count <= LEXICON_BATCH);
	for (size_t i = 0; i < count; i++) {
		hashes[i] = hash_of(lexicon, lang, surfaces[i]);
		__builtin_prefetch(&lexicon->slots[hashes[i] & (lexicon->slot_count - 1)]);
	}
	for (size_t i = 0; i < count; i++) {
		const struct entry *entry =
			lexicon->slots[hashes[i] & (lexicon->slot_count - 1)].entry;

		__builtin_prefetch(entry);
		__builtin_prefetch((const char *)entry + 64);
	}
	for (size_t i = 0; i < count; i++)
		ret_words[i] = find(lexicon, lang, surfaces[i], hashes[i]);
}

uint32_t lexicon_count(const struct lexicon *lexicon)
{
	return lexicon->count;
}

uint64_t lexicon_turn(struct lexicon *lexicon)
{
	if (lexicon->count <= lexicon->words_max)
		return lexicon->turn;
	free(lexicon->slots);
	lexicon->slot_count = SLOTS_MIN;
	lexicon->slots = xcalloc(lexicon->slot_count, sizeof(*lexicon->slots));
	lexicon->count = 0;
	arena_reset(&lexicon->arena);
	return ++lexicon->turn;
}

struct characters *lexicon_characters(struct lexicon *lexicon)
{
	return &lexicon->characters;
}
