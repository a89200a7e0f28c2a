#include "text/sense.h"

/* An amount with its currency before or behind it; the bound words in front belong to it. */
struct amount {
	double number;
	enum bound bound;
	const char *currency;
};

static bool is_adjacent(const struct phrase *phrase, uint32_t at)
{
	return at > phrase->begin && at < phrase->end &&
	       !phrase->document->tokens.at[at].space_before;
}

/* $5bn, US$5 million, UAH 300 */
static uint32_t read_before(const struct phrase *phrase, uint32_t at, struct amount *amount)
{
	const struct sense *country = phrase_sense(phrase, at, SENSE_COUNTRY);
	const struct sense *currency;
	uint32_t sign = at, end;

	if (country && is_adjacent(phrase, at + 1))
		sign = at + 1;
	currency = phrase_sense(phrase, sign, SENSE_CURRENCY);
	if (!currency)
		return at;
	end = number_read(phrase, sign + 1, &amount->number, &amount->bound);
	if (end == sign + 1)
		return at;
	amount->currency = sign > at ? country->text : currency->text;
	return end;
}

/* 5 million euros, 5 billion U.S. dollars, 500 грн */
static uint32_t read_behind(const struct phrase *phrase, uint32_t at, struct amount *amount)
{
	uint32_t end = number_read(phrase, at, &amount->number, &amount->bound);
	const struct sense *country, *currency;

	if (end == at)
		return at;
	country = phrase_sense(phrase, end, SENSE_COUNTRY);
	currency = phrase_sense(phrase, end + (country != NULL), SENSE_CURRENCY);
	if (!currency)
		return at;
	amount->currency = country ? country->text : currency->text;
	return end + 1 + (country != NULL);
}

static uint32_t read_amount(const struct phrase *phrase, uint32_t at, struct amount *amount)
{
	uint32_t end = read_before(phrase, at, amount);

	if (end > at)
		return end;
	if (number_holds(phrase, at) ||
	    (at > phrase->begin && phrase_sense(phrase, at - 1, SENSE_CURRENCY)))
		return at;
	return read_behind(phrase, at, amount);
}

uint32_t text_money(const struct document *document, uint32_t at, struct value *ret_value)
{
	struct phrase phrase = phrase_at(document, at);
	struct amount amount;
	enum bound words = BOUND_EXACT;
	uint32_t first = bound_read(&phrase, at, &words);
	uint32_t end = read_amount(&phrase, first, &amount);

	if (end == first && first > at) {
		first = at;
		end = read_amount(&phrase, at, &amount);
	}
	if (end == first)
		return at;
	if (first == at)
		words = bound_before(&phrase, at);
	*ret_value = (struct value){.kind = VALUE_QUANTITY,
				    .bound = bound_both(words, amount.bound),
				    .number = amount.number,
				    .unit = view_of(amount.currency),
				    .text = document_words(document, at, end)};
	return end;
}
