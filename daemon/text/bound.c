#include "text/sense.h"

/* The words in front of a number that say how exact it is. */
static const struct {
	const char *langs;
	const char *words;
	enum bound bound;
} phrases[] = {
	{" en und ", "more than", BOUND_AT_LEAST},
	{" en und ", "well over", BOUND_AT_LEAST},
	{" en und ", "just over", BOUND_AT_LEAST},
	{" en und ", "over", BOUND_AT_LEAST},
	{" en und ", "above", BOUND_AT_LEAST},
	{" en und ", "beyond", BOUND_AT_LEAST},
	{" en und ", "exceeding", BOUND_AT_LEAST},
	{" en und ", "at least", BOUND_AT_LEAST},
	{" en und ", "upwards of", BOUND_AT_LEAST},
	{" en und ", "upward of", BOUND_AT_LEAST},
	{" en und ", "in excess of", BOUND_AT_LEAST},
	{" en und ", "no fewer than", BOUND_AT_LEAST},
	{" en und ", "no less than", BOUND_AT_LEAST},
	{" en und ", "not less than", BOUND_AT_LEAST},
	{" en und ", "greater than", BOUND_AT_LEAST},
	{" en und ", "larger than", BOUND_AT_LEAST},
	{" en und ", "less than", BOUND_AT_MOST},
	{" en und ", "fewer than", BOUND_AT_MOST},
	{" en und ", "just under", BOUND_AT_MOST},
	{" en und ", "well under", BOUND_AT_MOST},
	{" en und ", "under", BOUND_AT_MOST},
	{" en und ", "below", BOUND_AT_MOST},
	{" en und ", "up to", BOUND_AT_MOST},
	{" en und ", "at most", BOUND_AT_MOST},
	{" en und ", "no more than", BOUND_AT_MOST},
	{" en und ", "not more than", BOUND_AT_MOST},
	{" en und ", "as many as", BOUND_AT_MOST},
	{" en und ", "as much as", BOUND_AT_MOST},
	{" en und ", "a maximum of", BOUND_AT_MOST},
	{" en und ", "about", BOUND_ABOUT},
	{" en und ", "around", BOUND_ABOUT},
	{" en und ", "nearly", BOUND_ABOUT},
	{" en und ", "almost", BOUND_ABOUT},
	{" en und ", "approximately", BOUND_ABOUT},
	{" en und ", "some", BOUND_ABOUT},
	{" en und ", "roughly", BOUND_ABOUT},
	{" en und ", "close to", BOUND_ABOUT},
	{" en und ", "an estimated", BOUND_ABOUT},
	{" en und ", "estimated", BOUND_ABOUT},
	{" en und ", "circa", BOUND_ABOUT},
	{" en und ", "exactly", BOUND_EXACT},
	{" en und ", "another", BOUND_EXACT},
	{" uk ", "понад", BOUND_AT_LEAST},
	{" uk ", "більш ніж", BOUND_AT_LEAST},
	{" uk ", "більше ніж", BOUND_AT_LEAST},
	{" uk ", "більше як", BOUND_AT_LEAST},
	{" uk ", "більше", BOUND_AT_LEAST},
	{" uk ", "щонайменше", BOUND_AT_LEAST},
	{" uk ", "принаймні", BOUND_AT_LEAST},
	{" uk ", "мінімум", BOUND_AT_LEAST},
	{" uk ", "не менше ніж", BOUND_AT_LEAST},
	{" uk ", "не менше", BOUND_AT_LEAST},
	{" uk ", "не менш як", BOUND_AT_LEAST},
	{" uk ", "від", BOUND_AT_LEAST},
	{" uk ", "менш ніж", BOUND_AT_MOST},
	{" uk ", "менше ніж", BOUND_AT_MOST},
	{" uk ", "менше", BOUND_AT_MOST},
	{" uk ", "до", BOUND_AT_MOST},
	{" uk ", "щонайбільше", BOUND_AT_MOST},
	{" uk ", "максимум", BOUND_AT_MOST},
	{" uk ", "не більше ніж", BOUND_AT_MOST},
	{" uk ", "не більше", BOUND_AT_MOST},
	{" uk ", "майже", BOUND_ABOUT},
	{" uk ", "близько", BOUND_ABOUT},
	{" uk ", "приблизно", BOUND_ABOUT},
	{" uk ", "орієнтовно", BOUND_ABOUT},
	{" uk ", "біля", BOUND_ABOUT},
	{" uk ", "порядку", BOUND_ABOUT},
	{" ru ", "более чем", BOUND_AT_LEAST},
	{" ru ", "больше чем", BOUND_AT_LEAST},
	{" ru ", "более", BOUND_AT_LEAST},
	{" ru ", "больше", BOUND_AT_LEAST},
	{" ru ", "свыше", BOUND_AT_LEAST},
	{" ru ", "не менее чем", BOUND_AT_LEAST},
	{" ru ", "не менее", BOUND_AT_LEAST},
	{" ru ", "не меньше", BOUND_AT_LEAST},
	{" ru ", "как минимум", BOUND_AT_LEAST},
	{" ru ", "минимум", BOUND_AT_LEAST},
	{" ru ", "по меньшей мере", BOUND_AT_LEAST},
	{" ru ", "по крайней мере", BOUND_AT_LEAST},
	{" ru ", "от", BOUND_AT_LEAST},
	{" ru ", "менее чем", BOUND_AT_MOST},
	{" ru ", "менее", BOUND_AT_MOST},
	{" ru ", "меньше", BOUND_AT_MOST},
	{" ru ", "до", BOUND_AT_MOST},
	{" ru ", "максимум", BOUND_AT_MOST},
	{" ru ", "не более чем", BOUND_AT_MOST},
	{" ru ", "не более", BOUND_AT_MOST},
	{" ru ", "не больше", BOUND_AT_MOST},
	{" ru ", "около", BOUND_ABOUT},
	{" ru ", "почти", BOUND_ABOUT},
	{" ru ", "примерно", BOUND_ABOUT},
	{" ru ", "порядка", BOUND_ABOUT},
	{" ru ", "приблизительно", BOUND_ABOUT},
};
#define PHRASES (sizeof(phrases) / sizeof(phrases[0]))
#define PHRASE_WORDS_MAX 3

/* Words of the phrase when it stands at `at`, else 0. */
static uint32_t stands_at(const struct phrase *phrase, uint32_t at, size_t number)
{
	const char *words = phrases[number].words;
	uint32_t count = 0;

	while (*words) {
		size_t len = strcspn(words, " ");

		if (at + count >= phrase->end ||
		    !view_equal(phrase_word(phrase, at + count)->folded, (struct view){words, len}))
			return 0;
		count++;
		words += len + (words[len] == ' ');
	}
	return count;
}

uint32_t bound_read(const struct phrase *phrase, uint32_t at, enum bound *ret_bound)
{
	uint32_t most = 0, count;

	if (!phrase_sense(phrase, at, SENSE_BOUND))
		return at;
	for (size_t i = 0; i < PHRASES; i++) {
		const char *code = strstr(phrases[i].langs,
					  language_code(phrase_word(phrase, at)->lang));

		count = code ? stands_at(phrase, at, i) : 0;
		if (count <= most)
			continue;
		most = count;
		*ret_bound = phrases[i].bound;
	}
	return at + most;
}

enum bound bound_before(const struct phrase *phrase, uint32_t at)
{
	enum bound bound = BOUND_EXACT;

	for (uint32_t back = PHRASE_WORDS_MAX; back > 0; back--) {
		if (at >= phrase->begin + back && bound_read(phrase, at - back, &bound) == at)
			return bound;
	}
	return BOUND_EXACT;
}

enum bound bound_both(enum bound words, enum bound number)
{
	return words == BOUND_EXACT ? number : words;
}
