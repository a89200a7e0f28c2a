#include "rules/atoms.h"

/*
 * Atoms are interned by kind and text. The text is folded here once, by the same lexicon that reads
 * the items; a stem depends on the language of the text and is made by the dictionary when it first
 * meets that language.
 */
static const enum atom_kind kinds[] = {
	[MODE_STEM] = ATOM_STEM,
	[MODE_EXACT] = ATOM_EXACT,
	[MODE_CASE] = ATOM_CASE,
	[MODE_PREFIX] = ATOM_PREFIX,
	[MODE_CAPITAL_STEM] = ATOM_CAPITAL_STEM,
	[MODE_CAPITAL_EXACT] = ATOM_CAPITAL_EXACT,
};

void atoms_init(struct atoms *atoms, struct arena *arena)
{
	*atoms = (struct atoms){.arena = arena, .lexicon = lexicon_new(LEXICON_WORDS_MAX)};
}

void atoms_fini(struct atoms *atoms)
{
	lexicon_free(atoms->lexicon);
	vec_fini(&atoms->list);
	vec_fini(&atoms->stems);
	vec_fini(&atoms->regexes);
	table_fini(&atoms->interned);
	table_fini(&atoms->folded);
	table_fini(&atoms->exact);
	table_fini(&atoms->prefixes);
	table_fini(&atoms->exact_prefixes);
	*atoms = (struct atoms){0};
}

/* Short words are common, long ones rare: about what an English frequency list gives. */
static uint64_t weigh(const struct atom *atom)
{
	static const unsigned by_letters[] = {500, 400, 250, 100, 40, 20, 12, 8, 6, 4, 3, 2};
	size_t letters = 0;
	unsigned weight;

	if (atom->kind == ATOM_REGEX)
		return 200;
	for (size_t i = 0; i < atom->key.len; i++)
		letters += ((unsigned char)atom->key.ptr[i] & 0xc0) != 0x80;
	letters = letters < 12 ? letters : 11;
	weight = by_letters[letters];
	return atom->kind == ATOM_PREFIX || atom->kind == ATOM_CASE_PREFIX ? 2 * weight : weight;
}

static uint32_t intern(struct atoms *atoms, struct atom atom)
{
	char *name = arena_alloc(atoms->arena, atom.key.len + 1);
	struct table_entry *entry;

	name[0] = (char)('a' + atom.kind);
	if (atom.key.len)
		memcpy(name + 1, atom.key.ptr, atom.key.len);
	entry = table_put(&atoms->interned, (struct view){name, atom.key.len + 1});
	if (!entry->value) {
		atom.key = (struct view){name + 1, atom.key.len};
		atom.weight = weigh(&atom);
		vec_push(&atoms->list, atom);
		entry->value = (void *)(uintptr_t)
				       atoms->list.len; /* NOLINT(performance-no-int-to-ptr) */
	}
	return (uint32_t)(uintptr_t)entry->value - 1;
}

static enum atom_kind as_written(enum atom_kind kind)
{
	return kind == ATOM_PREFIX ? ATOM_CASE_PREFIX : ATOM_CASE;
}

uint32_t atoms_of(struct atoms *atoms, const struct element *element, bool match_case)
{
	struct atom atom = {.kind = ATOM_REGEX, .key = element->text, .regex = element->regex};
	const struct word *word;

	if (element->kind == ELEMENT_REGEX)
		return intern(atoms, atom);
	atom.kind = match_case ? as_written(kinds[element->mode]) : kinds[element->mode];
	word = lexicon_word(atoms->lexicon, LANGUAGE_UNKNOWN, element->text);
	atom.key = atom.kind == ATOM_CASE || atom.kind == ATOM_CASE_PREFIX ? word->exact
									   : word->folded;
	return intern(atoms, atom);
}

uint32_t atoms_class(struct atoms *atoms)
{
	vec_push(&atoms->list, (struct atom){.kind = ATOM_CLASS});
	return (uint32_t)atoms->list.len - 1;
}

uint32_t atoms_gate(struct atoms *atoms)
{
	vec_push(&atoms->list, (struct atom){.kind = ATOM_GATE});
	return (uint32_t)atoms->list.len - 1;
}

static void file_under(struct atoms *atoms, struct table *table, uint32_t number, struct view key)
{
	struct table_entry *entry = table_put(table, key);

	atoms->next[number] = (uint32_t)(uintptr_t)entry->value;
	entry->value = (void *)(uintptr_t)(number + 1); /* NOLINT(performance-no-int-to-ptr) */
}

static void file_prefix(struct atoms *atoms, struct table *table, bool *lengths, uint32_t number)
{
	struct view key = atoms->list.at[number].key;

	if (key.len > ATOM_PREFIX_BYTES_MAX)
		key.len = ATOM_PREFIX_BYTES_MAX;
	lengths[key.len] = true;
	file_under(atoms, table, number, key);
}

void atoms_seal(struct atoms *atoms)
{
	atoms->next = arena_array(atoms->arena, atoms->list.len, sizeof(*atoms->next));
	for (uint32_t i = 0; i < atoms->list.len; i++) {
		const struct atom *atom = &atoms->list.at[i];

		switch (atom->kind) {
		case ATOM_EXACT:
		case ATOM_CAPITAL_EXACT:
			file_under(atoms, &atoms->folded, i, atom->key);
			break;
		case ATOM_CASE:
			file_under(atoms, &atoms->exact, i, atom->key);
			break;
		case ATOM_PREFIX:
			file_prefix(atoms, &atoms->prefixes, atoms->prefix_length, i);
			break;
		case ATOM_CASE_PREFIX:
			file_prefix(atoms, &atoms->exact_prefixes, atoms->exact_prefix_length, i);
			break;
		case ATOM_STEM:
		case ATOM_CAPITAL_STEM:
			vec_push(&atoms->stems, i);
			break;
		case ATOM_REGEX:
			vec_push(&atoms->regexes, i);
			break;
		case ATOM_GATE:
		case ATOM_CLASS:
			break;
		}
	}
	lexicon_free(atoms->lexicon);
	atoms->lexicon = NULL;
}
