#include "wire/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INT64_DIGITS 19
#define DOUBLE_DIGITS 800 /* no double needs more to be told from its neighbour (IEEE 754: 767) */
#define EXPONENT_MAX 100000000

static bool is_digit(const char *at, const char *end)
{
	return at < end && *at >= '0' && *at <= '9';
}

static const char *skip_digits(const char *at, const char *end)
{
	while (is_digit(at, end))
		at++;
	return at;
}

static bool integer_fits(const char *digits, size_t count, bool negative)
{
	const char *most = negative ? "9223372036854775808" : "9223372036854775807";

	return count < INT64_DIGITS ||
	       (count == INT64_DIGITS && memcmp(digits, most, INT64_DIGITS) <= 0);
}

/* Of a real number: its digits without the point, from the first that is not 0. */
struct significand {
	char digits[DOUBLE_DIGITS];
	size_t count;
	long power; /* of ten, of the first digit */
};

static void add_digits(struct significand *number, const char *at, const char *to)
{
	for (; at < to && number->count < DOUBLE_DIGITS; at++)
		if (*at != '.')
			number->digits[number->count++] = *at;
}

/* 308 is the power of ten of the largest double; only there must the digits be weighed. */
static bool finite_at_the_edge(const struct significand *number)
{
	char text[DOUBLE_DIGITS + 32];
	double value;

	memcpy(text, number->digits, number->count);
	snprintf(text + number->count, sizeof(text) - number->count, "e%ld",
		 number->power - (long)number->count + 1);
	value = strtod(text, NULL);
	return value <= 1.7976931348623157e308;
}

/* `from` is behind the sign, `mantissa_end` before the exponent. */
static bool real_fits(const char *from, const char *mantissa_end, long exponent)
{
	const char *point = memchr(from, '.', (size_t)(mantissa_end - from));
	const char *whole_end = point ? point : mantissa_end;
	const char *first = from;
	struct significand number = {.count = 0};

	while (first < mantissa_end && (*first == '0' || *first == '.'))
		first++;
	if (first == mantissa_end)
		return true;
	number.power = first < whole_end ? whole_end - first - 1 : whole_end - first;
	number.power += exponent;
	if (number.power != 308)
		return number.power < 308;
	add_digits(&number, first, mantissa_end);
	return finite_at_the_edge(&number);
}

static const char *scan_exponent(const char *at, const char *end, long *ret_exponent)
{
	bool negative = false;
	long exponent = 0;

	if (at < end && (*at == '+' || *at == '-'))
		negative = *at++ == '-';
	if (!is_digit(at, end))
		return NULL;
	for (; is_digit(at, end); at++)
		if (exponent < EXPONENT_MAX)
			exponent = exponent * 10 + (*at - '0');
	*ret_exponent = negative ? -exponent : exponent;
	return at;
}

const char *number_scan(const char *at, const char *end, bool *ret_real)
{
	bool negative = at < end && *at == '-';
	const char *digits = negative ? at + 1 : at;
	const char *mantissa_end;
	long exponent = 0;

	if (!is_digit(digits, end))
		return NULL;
	at = *digits == '0' ? digits + 1 : skip_digits(digits, end);
	*ret_real = at < end && (*at == '.' || *at == 'e' || *at == 'E');
	if (!*ret_real)
		return integer_fits(digits, (size_t)(at - digits), negative) ? at : NULL;
	if (*at == '.') {
		if (!is_digit(at + 1, end))
			return NULL;
		at = skip_digits(at + 1, end);
	}
	mantissa_end = at;
	if (at < end && (*at == 'e' || *at == 'E')) {
		at = scan_exponent(at + 1, end, &exponent);
		if (!at)
			return NULL;
	}
	return real_fits(digits, mantissa_end, exponent) ? at : NULL;
}
