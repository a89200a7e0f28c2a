#include "text/sense.h"

#include <math.h>

/*
 * Numbers, in digits and in words. A number in digits may have groups of three behind it (600 000)
 * and multipliers (1.2 million); one in words is summed up to the hundreds and multiplied from
 * there. What only says "many" (thousands, several hundred) is two of them at least.
 */

/* Multipliers that stand right behind the digits: $5bn. */
static const struct {
	const char *suffix;
	double factor;
} suffixes[] = {
	{"k", 1e3},   {"m", 1e6},   {"mn", 1e6},  {"mln", 1e6}, {"bn", 1e9},   {"b", 1e9},
	{"tn", 1e12}, {"тис", 1e3}, {"тыс", 1e3}, {"млн", 1e6}, {"млрд", 1e9},
};

static bool has_decimal_comma(const struct word *word)
{
	return strcmp(language_code(word->lang), "en") != 0;
}

/* Whether the mark at `at` groups thousands: three digits behind it, and it is not the decimal one.
 */
static bool groups(struct view digits, size_t at, bool decimal_comma)
{
	size_t count = 0;
	char mark = digits.ptr[at];

	while (at + 1 + count < digits.len && digits.ptr[at + 1 + count] >= '0' &&
	       digits.ptr[at + 1 + count] <= '9')
		count++;
	if (mark == '\'')
		return true;
	if (count != 3 || at > 3 + (size_t)(digits.ptr[0] == '0'))
		return count == 3 && at > 3;
	if (mark == (decimal_comma ? ',' : '.')) /* 600,000 is no fraction in any language */
		return decimal_comma && memcmp(digits.ptr + at + 1, "000", 3) == 0;
	return true;
}

/* Digits with marks at the begin of a token; *ret_rest is what stands behind them. */
static double read_digits(const struct word *word, struct view *ret_rest)
{
	struct view text = word->folded;
	double value = 0, unit = 0;
	size_t at = 0;

	for (; at < text.len; at++) {
		char byte = text.ptr[at];

		if (byte >= '0' && byte <= '9') {
			value = unit > 0 ? value + (byte - '0') * unit : value * 10 + (byte - '0');
			unit /= 10;
		} else if ((byte == '.' || byte == ',') && at + 1 < text.len && unit == 0) {
			unit = groups(text, at, has_decimal_comma(word)) ? 0 : 0.1;
		} else if (byte != '\'' && !(byte == ',' || byte == '.')) {
			break;
		}
	}
	*ret_rest = view_slice(text, at, text.len);
	return value;
}

/* 1 for no suffix, 0 for one that makes it no number: 20th, 330kV. */
static double suffix_factor(struct view suffix)
{
	if (suffix.len == 0)
		return 1;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (view_is(suffix, suffixes[i].suffix))
			return suffixes[i].factor;
	}
	return 0;
}

static bool is_plain_group(const struct word *word, size_t least, size_t most)
{
	if (word->kind != WORD_DIGITS || word->folded.len < least || word->folded.len > most)
		return false;
	for (size_t i = 0; i < word->folded.len; i++) {
		if (word->folded.ptr[i] < '0' || word->folded.ptr[i] > '9')
			return false;
	}
	return true;
}

/* Whether a space that may group digits, and nothing else, stands before the token. */
static bool is_grouping_space(const struct phrase *phrase, uint32_t at)
{
	const struct token *tokens = phrase->document->tokens.at;
	struct view gap = document_words(phrase->document, at - 1, at + 1);
	size_t from = tokens[at - 1].to - tokens[at - 1].from;

	gap = view_slice(gap, from, gap.len - (tokens[at].to - tokens[at].from));
	if (view_is(gap, " "))
		return has_decimal_comma(tokens[at].word);
	return view_is(gap, "\u00A0") || view_is(gap, "\u2009") || view_is(gap, "\u202F");
}

/* The groups of three behind the first: 1 200 000. */
static uint32_t read_groups(const struct phrase *phrase, uint32_t at, double *value)
{
	if (!is_plain_group(phrase_word(phrase, at), 1, 3))
		return at + 1;
	for (at++; at < phrase->end; at++) {
		const struct word *word = phrase_word(phrase, at);
		struct view rest;

		if (!is_plain_group(word, 3, 3) || !is_grouping_space(phrase, at))
			break;
		*value = *value * 1000 + read_digits(word, &rest);
	}
	return at;
}

static uint32_t read_multipliers(const struct phrase *phrase, uint32_t at, double *value)
{
	for (; at < phrase->end; at++) {
		const struct sense *sense = phrase_sense(phrase, at, SENSE_MULTIPLIER);

		if (!sense) /* дві тисячі, 3 тысячи */
			sense = phrase_sense(phrase, at, SENSE_PLURAL);
		if (!sense)
			break;
		*value *= sense->value;
	}
	return at;
}

/* F-16, Kh-101: a hyphen ties the digits to letters, and they name something. */
static bool is_tied(const struct phrase *phrase, uint32_t at)
{
	const struct token *token = &phrase->document->tokens.at[at];

	return at > phrase->begin && !token->space_before && token[-1].word->kind == WORD_LETTERS &&
	       !token[-1].word->senses[0] && token[-1].to < token->from;
}

static uint32_t read_in_digits(const struct phrase *phrase, uint32_t at, double *ret_value)
{
	struct view rest;
	double value = read_digits(phrase_word(phrase, at), &rest), factor = suffix_factor(rest);
	uint32_t end = at + 1;

	if (factor == 0 || is_tied(phrase, at))
		return at;
	if (factor == 1)
		end = read_multipliers(phrase, read_groups(phrase, at, &value), &value);
	*ret_value = value * factor;
	return end;
}

/* "and a half" behind a numeral. */
static uint32_t read_half(const struct phrase *phrase, uint32_t at, double *value)
{
	if (!phrase_sense(phrase, at, SENSE_AND) || !phrase_sense(phrase, at + 1, SENSE_ARTICLE) ||
	    !phrase_sense(phrase, at + 2, SENSE_HALF))
		return at;
	*value += phrase_sense(phrase, at + 2, SENSE_HALF)->value;
	return at + 3;
}

/* Whether a numeral goes on with a smaller one: twenty five, сто двадцять. */
static bool adds_up(double sum, double next)
{
	if (sum == 0)
		return true;
	for (int unit = 100; unit >= 10; unit /= 10) {
		if (next < unit && fmod(sum, unit) == 0)
			return next > 0 &&
			       !(unit == 10 && fmod(sum, 100) < 20 && fmod(sum, 100) > 0);
	}
	return false;
}

static uint32_t read_words(const struct phrase *phrase, uint32_t at, double *ret_value)
{
	double total = 0, sum = 0, scale = INFINITY;
	uint32_t begin = at, end = at;

	for (;; end = at) {
		const struct sense *sense = phrase_sense(phrase, at, SENSE_NUMERAL);

		if (!sense && end > begin && phrase_sense(phrase, at, SENSE_AND) &&
		    total + sum >= 100)
			sense = phrase_sense(phrase, ++at, SENSE_NUMERAL);
		if (sense && adds_up(sum, sense->value)) {
			sum += sense->value;
			at = read_half(phrase, at + 1, &sum);
			continue;
		}
		if (at != end || end == begin)
			break;
		sense = phrase_sense(phrase, at, SENSE_MULTIPLIER);
		sense = sense ? sense : phrase_sense(phrase, at, SENSE_PLURAL);
		if (!sense || sense->value >= scale)
			break;
		at++;
		if (sense->value < 1000) {
			sum = (sum > 0 ? sum : 1) * sense->value;
			continue;
		}
		total += (sum > 0 ? sum : 1) * sense->value;
		sum = 0;
		scale = sense->value;
	}
	if (end > begin)
		*ret_value = total + sum;
	return end;
}

/* half a million, a dozen, пів мільйона, a quarter of a million */
static uint32_t read_part(const struct phrase *phrase, uint32_t at, double *ret_value)
{
	const struct sense *part = phrase_sense(phrase, at, SENSE_HALF);
	uint32_t begin = at, end;
	double value = 1;

	if (phrase_sense(phrase, at, SENSE_ARTICLE) &&
	    (part = phrase_sense(phrase, at + 1, SENSE_HALF)))
		at++;
	if (part)
		at += 1 + (phrase_sense(phrase, at + 1, SENSE_OF) != NULL);
	at += phrase_sense(phrase, at, SENSE_ARTICLE) != NULL;
	if (at == begin && !phrase_sense(phrase, at, SENSE_MULTIPLIER))
		return begin;
	end = read_multipliers(phrase, at, &value);
	if (end == at)
		return begin;
	*ret_value = value * (part ? part->value : 1);
	return end;
}

/* thousands, hundreds of thousands, several dozen, a couple of hundred, кілька тисяч */
static uint32_t read_many(const struct phrase *phrase, uint32_t at, double *ret_value)
{
	double value = 2;
	uint32_t begin = at, end;
	bool few;

	at += phrase_sense(phrase, at, SENSE_ARTICLE) != NULL;
	few = phrase_sense(phrase, at, SENSE_FEW) != NULL;
	if (!few && (at > begin || !phrase_sense(phrase, at, SENSE_PLURAL)))
		return begin;
	/* the genitive behind a preposition looks like a plural: около тысячи */
	if (!few && has_decimal_comma(phrase_word(phrase, at)) &&
	    bound_before(phrase, at) != BOUND_EXACT)
		value = 1;
	at += few;
	at += few && phrase_sense(phrase, at, SENSE_OF);
	end = read_multipliers(phrase, at, &value);
	if (end > at && phrase_sense(phrase, end, SENSE_OF) &&
	    phrase_sense(phrase, end + 1, SENSE_PLURAL))
		end = read_multipliers(phrase, end + 1, &value);
	if (end == at)
		return begin;
	*ret_value = value;
	return end;
}

static uint32_t read_any(const struct phrase *phrase, uint32_t at, double *ret_value,
			 enum bound *ret_bound)
{
	uint32_t end;

	if (phrase_word(phrase, at)->kind == WORD_DIGITS)
		return read_in_digits(phrase, at, ret_value);
	if (!phrase_word(phrase, at)->senses[0])
		return at;
	end = read_words(phrase, at, ret_value);
	if (end == at)
		end = read_part(phrase, at, ret_value);
	if (end > at)
		return end;
	*ret_bound = BOUND_AT_LEAST;
	return read_many(phrase, at, ret_value);
}

#define NUMBER_TOKENS_MAX                                                                          \
	12 /* so that reading on from every token of a run of digits stays linear */

uint32_t number_read(const struct phrase *phrase, uint32_t at, double *ret_value,
		     enum bound *ret_bound)
{
	struct phrase near = *phrase;

	*ret_bound = BOUND_EXACT;
	if (at < phrase->begin || at >= phrase->end)
		return at;
	if (near.end - at > NUMBER_TOKENS_MAX)
		near.end = at + NUMBER_TOKENS_MAX;
	return read_any(&near, at, ret_value, ret_bound);
}

#define NUMBER_BACK 6 /* tokens that a number's begin is looked for before one inside it */

bool number_holds(const struct phrase *phrase, uint32_t at)
{
	double value;
	enum bound bound;

	for (uint32_t back = 1; back <= NUMBER_BACK && at >= phrase->begin + back; back++) {
		if (number_read(phrase, at - back, &value, &bound) > at)
			return true;
	}
	return false;
}

uint32_t text_number(const struct document *document, uint32_t at, struct value *ret_value)
{
	struct phrase phrase = phrase_at(document, at);
	enum bound words = BOUND_EXACT, own;
	uint32_t first = bound_read(&phrase, at, &words), end;
	double number;

	end = number_read(&phrase, first, &number, &own);
	if (end == first && first > at) { /* "a dozen" begins like "a maximum of" */
		first = at;
		end = number_read(&phrase, at, &number, &own);
	}
	if (end == first || number_holds(&phrase, first))
		return at;
	if (first == at)
		words = bound_before(&phrase, at);
	*ret_value = (struct value){.kind = VALUE_QUANTITY,
				    .bound = bound_both(words, own),
				    .number = number,
				    .text = document_words(document, at, end)};
	return end;
}
