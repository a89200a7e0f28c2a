#include "rules/dictionary.h"

/*
 * A word's direct atoms come from four tables by its folded, written and stemmed form and by the
 * prefixes of the lengths in use, and from the regular expressions, each asked once. The classes
 * that they imply are added. Kept are those that the walker may ask for, in order; those that call
 * a rule; those at which some pattern begins.
 *
 * Stems: the words of all patterns are stemmed when a language is first met, with a lexicon of its
 * own so that the reader's stays small. Languages without a stemmer share one table, that of the
 * folded forms.
 */
struct stems {
	struct arena arena;
	struct table table; /* stem → number + 1 of its first atom */
	struct view *texts; /* by place in atoms.stems */
	uint32_t *next;	    /* likewise: number + 1 of the next atom of that stem */
	uint32_t *places;   /* by atom: its place in atoms.stems */
};

static void stems_free(struct stems *stems)
{
	if (!stems)
		return;
	table_fini(&stems->table);
	arena_fini(&stems->arena);
	free(stems);
}

static void forget(struct dictionary *dictionary)
{
	vec_reset(&dictionary->words);
	vec_reset(&dictionary->pool);
}

static void forget_ruleset(struct dictionary *dictionary)
{
	forget(dictionary);
	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		stems_free(dictionary->stems[i]);
		dictionary->stems[i] = NULL;
	}
	vec_reset(&dictionary->seen);
}

void dictionary_fini(struct dictionary *dictionary)
{
	forget_ruleset(dictionary);
	vec_fini(&dictionary->words);
	vec_fini(&dictionary->pool);
	vec_fini(&dictionary->found);
	vec_fini(&dictionary->seen);
	token_regex_scratch_free(dictionary->regexes);
	*dictionary = (struct dictionary){0};
}

void dictionary_use(struct dictionary *dictionary, const struct ruleset *ruleset, uint64_t turn)
{
	size_t atoms = ruleset->index.atoms.list.len;

	/* The address alone would not do: another rule set may have been made in the same place. */
	if (dictionary->index != &ruleset->index ||
	    strcmp(dictionary->hash, ruleset->packs->hash) != 0) {
		forget_ruleset(dictionary);
		dictionary->index = &ruleset->index;
		snprintf(dictionary->hash, sizeof(dictionary->hash), "%s", ruleset->packs->hash);
		vec_reserve(&dictionary->seen, atoms + 1);
		memset(dictionary->seen.at, 0, atoms * sizeof(*dictionary->seen.at));
	}
	if (dictionary->turn != turn)
		forget(dictionary);
	dictionary->turn = turn;
	if (!dictionary->regexes)
		dictionary->regexes = token_regex_scratch_new();
}

/* --- stems ------------------------------------------------------------------------------------ */

static struct stems *stems_new(const struct atoms *atoms, language lang)
{
	struct stems *stems = xcalloc(1, sizeof(*stems));
	struct lexicon *lexicon = lexicon_new(LEXICON_WORDS_MAX);

	stems->texts = arena_array(&stems->arena, atoms->stems.len, sizeof(*stems->texts));
	stems->next = arena_array(&stems->arena, atoms->stems.len, sizeof(*stems->next));
	stems->places = arena_array(&stems->arena, atoms->list.len, sizeof(*stems->places));
	for (uint32_t i = 0; i < atoms->stems.len; i++) {
		uint32_t atom = atoms->stems.at[i];
		const struct word *word = lexicon_word(lexicon, lang, atoms->list.at[atom].key);
		struct table_entry *entry;

		stems->texts[i] = arena_view(&stems->arena, word->stem);
		stems->places[atom] = i;
		entry = table_put(&stems->table, stems->texts[i]);
		stems->next[i] = (uint32_t)(uintptr_t)entry->value;
		entry->value = (void *)(uintptr_t)(atom +
						   1); /* NOLINT(performance-no-int-to-ptr) */
	}
	lexicon_free(lexicon);
	return stems;
}

static const struct stems *stems_of(struct dictionary *dictionary, language lang)
{
	if (!language_has_stemmer(lang))
		lang = LANGUAGE_UNKNOWN;
	if (!dictionary->stems[lang])
		dictionary->stems[lang] = stems_new(&dictionary->index->atoms, lang);
	return dictionary->stems[lang];
}

/* --- looking a word up ------------------------------------------------------------------------ */

static void find(struct dictionary *dictionary, uint32_t atom)
{
	if (dictionary->seen.at[atom])
		return;
	dictionary->seen.at[atom] = true;
	vec_push(&dictionary->found, atom);
}

static void find_chain(struct dictionary *dictionary, const struct table *table, struct view text,
		       const struct word *word)
{
	const struct atoms *atoms = &dictionary->index->atoms;

	for (uint32_t at = atoms_first(table, text); at != 0; at = atoms->next[at - 1])
		if (atom_capital(&atoms->list.at[at - 1], word))
			find(dictionary, at - 1);
}

static void find_stems(struct dictionary *dictionary, const struct word *word)
{
	const struct atoms *atoms = &dictionary->index->atoms;
	const struct stems *stems = stems_of(dictionary, word->lang);

	for (uint32_t at = atoms_first(&stems->table, word->stem); at != 0;
	     at = stems->next[stems->places[at - 1]])
		if (atom_capital(&atoms->list.at[at - 1], word))
			find(dictionary, at - 1);
}

static void find_prefixes(struct dictionary *dictionary, const struct table *table,
			  const bool *lengths, struct view text)
{
	const struct atoms *atoms = &dictionary->index->atoms;
	size_t most = text.len < ATOM_PREFIX_BYTES_MAX ? text.len : ATOM_PREFIX_BYTES_MAX;

	for (size_t len = 1; table->len > 0 && len <= most; len++) {
		uint32_t at = lengths[len] ? atoms_first(table, view_slice(text, 0, len)) : 0;

		for (; at != 0; at = atoms->next[at - 1])
			if (view_starts(text, atoms->list.at[at - 1].key))
				find(dictionary, at - 1);
	}
}

static void find_regexes(struct dictionary *dictionary, const struct word *word)
{
	const struct atoms *atoms = &dictionary->index->atoms;

	for (size_t i = 0; i < atoms->regexes.len; i++) {
		uint32_t atom = atoms->regexes.at[i];

		if (token_regex_match(atoms->list.at[atom].regex, dictionary->regexes,
				      word->folded) == 1)
			find(dictionary, atom);
	}
}

static int ascending(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static void find_direct(struct dictionary *dictionary, const struct word *word)
{
	const struct atoms *atoms = &dictionary->index->atoms;

	find_chain(dictionary, &atoms->folded, word->folded, word);
	find_chain(dictionary, &atoms->exact, word->exact, word);
	find_stems(dictionary, word);
	find_prefixes(dictionary, &atoms->prefixes, atoms->prefix_length, word->folded);
	find_prefixes(dictionary, &atoms->exact_prefixes, atoms->exact_prefix_length, word->exact);
	find_regexes(dictionary, word);
}

/* Classes imply further ones: what is found grows while it is gone through. */
static void find_implied(struct dictionary *dictionary)
{
	const struct postings *implied = &dictionary->index->implied;

	for (size_t i = 0; i < dictionary->found.len; i++) {
		uint32_t atom = dictionary->found.at[i];

		for (uint32_t k = implied->from[atom]; k < implied->from[atom + 1]; k++)
			find(dictionary, implied->at[k]);
	}
}

static bool is_asked(const struct index *index, uint32_t atom)
{
	return index->atoms.list.at[atom].kind != ATOM_CLASS;
}

static bool calls(const struct index *index, uint32_t atom)
{
	return index->rules.from[atom + 1] > index->rules.from[atom];
}

static bool begins(const struct index *index, uint32_t atom)
{
	return index->begins[atom];
}

static uint32_t keep(struct dictionary *dictionary, bool (*wanted)(const struct index *, uint32_t))
{
	size_t before = dictionary->pool.len;

	for (size_t i = 0; i < dictionary->found.len; i++)
		if (wanted(dictionary->index, dictionary->found.at[i]))
			vec_push(&dictionary->pool, dictionary->found.at[i]);
	return (uint32_t)(dictionary->pool.len - before);
}

void dictionary_look_up(struct dictionary *dictionary, const struct word *word)
{
	struct word_atoms atoms = {.at = (uint32_t)dictionary->pool.len};

	while (dictionary->words.len <= word->id)
		vec_push(&dictionary->words, (struct word_atoms){.at = UINT32_MAX});
	vec_reset(&dictionary->found);
	find_direct(dictionary, word);
	find_implied(dictionary);
	if (dictionary->found.len > 1)
		qsort(dictionary->found.at, dictionary->found.len, sizeof(uint32_t), ascending);
	atoms.asked = keep(dictionary, is_asked);
	atoms.calling = keep(dictionary, calls);
	atoms.beginning = keep(dictionary, begins);
	for (size_t i = 0; i < dictionary->found.len; i++)
		dictionary->seen.at[dictionary->found.at[i]] = false;
	dictionary->words.at[word->id] = atoms;
}

bool dictionary_ask(struct dictionary *dictionary, const struct word *word, uint32_t number)
{
	const struct atom *atom = &dictionary->index->atoms.list.at[number];
	const struct stems *stems;

	switch (atom->kind) {
	case ATOM_EXACT:
	case ATOM_CAPITAL_EXACT:
		return view_equal(word->folded, atom->key) && atom_capital(atom, word);
	case ATOM_CASE:
		return view_equal(word->exact, atom->key);
	case ATOM_PREFIX:
		return view_starts(word->folded, atom->key);
	case ATOM_CASE_PREFIX:
		return view_starts(word->exact, atom->key);
	case ATOM_STEM:
	case ATOM_CAPITAL_STEM:
		stems = stems_of(dictionary, word->lang);
		return view_equal(word->stem, stems->texts[stems->places[number]]) &&
		       atom_capital(atom, word);
	case ATOM_REGEX:
		return token_regex_match(atom->regex, dictionary->regexes, word->folded) == 1;
	case ATOM_GATE: /* the oracle asks for none */
	case ATOM_CLASS:
		break;
	}
	return false;
}
