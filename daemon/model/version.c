#include "model/version.h"

#include "base/clock.h"

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static struct view without_v(struct view text)
{
	bool marked = text.len > 1 && (*text.ptr == 'v' || *text.ptr == 'V');

	return marked ? view_slice(text, 1, text.len) : text;
}

/* Digits, and single signs between digits. */
static bool is_numbers(struct view text)
{
	static const char signs[] = ".:-_/+TZ ";

	for (size_t i = 0; i < text.len; i++) {
		bool sign = memchr(signs, text.ptr[i], sizeof(signs) - 1) != NULL;

		if (!is_digit(text.ptr[i]) &&
		    (!sign || i == 0 || !is_digit(text.ptr[i - 1]) || i + 1 == text.len))
			return false;
	}
	return text.len > 0;
}

/* The digits at the beginning, without leading zeros; moves `text` behind them and the sign. */
static struct view take_number(struct view *text)
{
	struct view number;
	size_t len = 0, zeros = 0;

	while (len < text->len && is_digit(text->ptr[len]))
		len++;
	while (zeros + 1 < len && text->ptr[zeros] == '0')
		zeros++;
	number = view_slice(*text, zeros, len);
	*text = view_slice(*text, len < text->len ? len + 1 : len, text->len);
	return number;
}

static int compare_numbers(struct view one, struct view other)
{
	int order = 0;

	while (order == 0 && one.len && other.len) {
		struct view left = take_number(&one), right = take_number(&other);

		order = left.len == right.len ? memcmp(left.ptr, right.ptr, left.len)
					      : (left.len > right.len) - (left.len < right.len);
	}
	return order ? order : (one.len > 0) - (other.len > 0);
}

static enum version_order sign(int64_t order)
{
	if (order == 0)
		return VERSION_SAME;
	return order > 0 ? VERSION_NEWER : VERSION_OLDER;
}

enum version_order version_order(const struct version *version, const struct version *known)
{
	struct view text = without_v(version->text), before = without_v(known->text);
	bool same = text.len && view_equal(version->text, known->text);
	int order = 0;

	if (!same && is_numbers(text) && is_numbers(before))
		order = compare_numbers(text, before);
	if (order)
		return sign(order);
	if (version->modified != CLOCK_NONE && known->modified != CLOCK_NONE)
		return sign((version->modified > known->modified) -
			    (version->modified < known->modified));
	return same ? VERSION_SAME : VERSION_UNKNOWN;
}

bool version_is_first(struct view text)
{
	struct view rest = without_v(text);
	unsigned sum = 0;

	if (!is_numbers(rest))
		return false;
	while (rest.len) {
		struct view number = take_number(&rest);

		sum += number.len > 1 ? 2 : (unsigned)(number.ptr[0] - '0');
	}
	return sum <= 1;
}
