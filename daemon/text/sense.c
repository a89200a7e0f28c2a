#include "text/sense.h"

/*
 * The tables of words, one row a meaning, become one hash table when a lexicon is made; after that
 * a word is looked up once, when it is first seen. The numbers of rows count from 1, through the
 * table of numbers and then that of dates, so that 0 ends a word's list.
 */
struct word_senses {
	uint16_t rows[WORD_SENSES * 3]; /* of all languages */
};

static const struct sense *row(size_t number)
{
	return number <= number_sense_count ? &number_senses[number - 1]
					    : &date_senses[number - 1 - number_sense_count];
}

static void load_word(struct table *table, struct arena *arena, struct view word, size_t number)
{
	struct table_entry *entry = table_put(table, word);
	struct word_senses *of;

	if (!entry->value)
		entry->value = arena_zalloc(arena, sizeof(struct word_senses));
	of = entry->value;
	for (size_t i = 0; i < WORD_SENSES * 3; i++) {
		if (!of->rows[i]) {
			of->rows[i] = (uint16_t)number;
			return;
		}
	}
}

void senses_load(struct table *table, struct arena *arena)
{
	for (size_t number = 1; number <= number_sense_count + date_sense_count; number++) {
		const char *at = row(number)->words;

		while (*at) {
			size_t len = strcspn(at, " ");

			load_word(table, arena, (struct view){at, len}, number);
			at += len + (at[len] == ' ');
		}
	}
}

static bool speaks(const struct sense *sense, const char *code)
{
	const char *at = sense->langs ? strstr(sense->langs, code) : code;

	return at && (!sense->langs || (at[-1] == ' ' && at[strlen(code)] == ' '));
}

void senses_find(const struct table *table, struct word *word)
{
	const struct word_senses *of = table_get(table, word->folded);
	size_t count = 0;

	for (size_t i = 0; of && i < WORD_SENSES * 3 && of->rows[i]; i++) {
		if (count < WORD_SENSES && speaks(row(of->rows[i]), language_code(word->lang)))
			word->senses[count++] = of->rows[i];
	}
}

const struct sense *sense_of(const struct word *word, enum sense_kind kind)
{
	for (size_t i = 0; i < WORD_SENSES && word->senses[i]; i++) {
		if (row(word->senses[i])->kind == kind)
			return row(word->senses[i]);
	}
	return NULL;
}

struct phrase phrase_at(const struct document *document, uint32_t token)
{
	const struct sentence *sentence;

	if (token >= document->tokens.len)
		return (struct phrase){document, token, token};
	sentence = &document->sentences.at[document->tokens.at[token].sentence];
	return (struct phrase){document, sentence->first, sentence->end};
}
