#include "text/character.h"

#include "text/script.h"

#include <utf8proc.h>

struct range {
	uint32_t first, last;
	uint8_t class;
};

/* Where UAX #29 departs from the general category, and where this room departs from UAX #29; in
 * order. */
static const struct range exceptions[] = {
	{'\t', '\t', CHAR_SPACE},	   {'\n', '\n', CHAR_LINE},
	{'\r', '\r', CHAR_LINE},	   {'"', '"', CHAR_QUOTE},
	{'\'', '\'', CHAR_APOSTROPHE},	   {',', ',', CHAR_MID_NUMBER},
	{'-', '-', CHAR_HYPHEN},	   {'.', '.', CHAR_MID_BOTH},
	{';', ';', CHAR_MID_NUMBER},	   {0x85, 0x85, CHAR_LINE},
	{0xB7, 0xB7, CHAR_MID_LETTER},	   {0x37E, 0x37E, CHAR_MID_NUMBER},
	{0x387, 0x387, CHAR_MID_LETTER},   {0x55A, 0x55C, CHAR_LETTER},
	{0x55E, 0x55E, CHAR_LETTER},	   {0x55F, 0x55F, CHAR_MID_LETTER},
	{0x589, 0x589, CHAR_MID_NUMBER},   {0x5F3, 0x5F3, CHAR_LETTER},
	{0x5F4, 0x5F4, CHAR_MID_LETTER},   {0x600, 0x605, CHAR_DIGIT},
	{0x60C, 0x60D, CHAR_MID_NUMBER},   {0x66B, 0x66B, CHAR_DIGIT},
	{0x66C, 0x66C, CHAR_MID_NUMBER},   {0x6DD, 0x6DD, CHAR_DIGIT},
	{0x70F, 0x70F, CHAR_LETTER},	   {0x7F8, 0x7F8, CHAR_MID_NUMBER},
	{0xE00, 0xE2F, CHAR_SINGLE},	   {0xE30, 0xE30, CHAR_SINGLE},
	{0xE32, 0xE33, CHAR_SINGLE},	   {0xE40, 0xE46, CHAR_SINGLE},
	{0xE81, 0xEB0, CHAR_SINGLE},	   {0xEB2, 0xEB3, CHAR_SINGLE},
	{0xEBD, 0xEC6, CHAR_SINGLE},	   {0xEDC, 0xEDF, CHAR_SINGLE},
	{0x2010, 0x2011, CHAR_HYPHEN},	   {0x2013, 0x2013, CHAR_HYPHEN},
	{0x2018, 0x2019, CHAR_APOSTROPHE}, {0x2024, 0x2024, CHAR_MID_BOTH},
	{0x2027, 0x2027, CHAR_MID_LETTER}, {0x2028, 0x2029, CHAR_LINE},
	{0x202F, 0x202F, CHAR_NARROW},	   {0x2044, 0x2044, CHAR_MID_NUMBER},
	{0x3005, 0x3007, CHAR_SINGLE},	   {0x3021, 0x3029, CHAR_SINGLE},
	{0x3038, 0x303B, CHAR_SINGLE},	   {0xFE10, 0xFE10, CHAR_MID_NUMBER},
	{0xFE14, 0xFE14, CHAR_MID_NUMBER}, {0xFE50, 0xFE50, CHAR_MID_NUMBER},
	{0xFE52, 0xFE52, CHAR_MID_BOTH},   {0xFE54, 0xFE54, CHAR_MID_NUMBER},
	{0xFF07, 0xFF07, CHAR_APOSTROPHE}, {0xFF0C, 0xFF0C, CHAR_MID_NUMBER},
	{0xFF0E, 0xFF0E, CHAR_MID_BOTH},   {0xFF1B, 0xFF1B, CHAR_MID_NUMBER},
};

/* Letters of these are words by themselves: nothing but a dictionary would find longer ones. */
static const struct range spaceless[] = {
	{0x1000, 0x109F, 0},   {0x1780, 0x17DC, 0},   {0x1950, 0x19DF, 0},   {0x1A20, 0x1AAF, 0},
	{0x3040, 0x30FF, 0},   {0x31F0, 0x31FF, 0},   {0x3400, 0x4DBF, 0},   {0x4E00, 0x9FFF, 0},
	{0xA9E0, 0xA9FF, 0},   {0xAA60, 0xAADF, 0},   {0xF900, 0xFAFF, 0},   {0xFF66, 0xFF9D, 0},
	{0x11700, 0x1174F, 0}, {0x1AFF0, 0x1B16F, 0}, {0x20000, 0x3FFFF, 0},
};

static const struct range *range_find(const struct range *ranges, size_t count, uint32_t code)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = (low + count) / 2;

		if (code > ranges[middle].last)
			low = middle + 1;
		else if (code < ranges[middle].first)
			count = middle;
		else
			return &ranges[middle];
	}
	return NULL;
}

#define FIND(ranges, code) range_find(ranges, sizeof(ranges) / sizeof((ranges)[0]), code)

static enum character class_of_letter(uint32_t code)
{
	if (FIND(spaceless, code))
		return CHAR_SINGLE;
	return script_of(code) == SCRIPT_HEBREW ? CHAR_HEBREW : CHAR_LETTER;
}

static enum character class_of_mark(uint32_t code)
{
	switch (utf8proc_get_property((utf8proc_int32_t)code)->boundclass) {
	case UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR:
		return CHAR_REGIONAL;
	case UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC:
		return CHAR_PICTURE;
	case UTF8PROC_BOUNDCLASS_EXTEND:
	case UTF8PROC_BOUNDCLASS_E_MODIFIER:
		return CHAR_EXTEND;
	default:
		return CHAR_MARK;
	}
}

static enum character classify(uint32_t code)
{
	const struct range *exception = FIND(exceptions, code);

	if (exception)
		return (enum character)exception->class;
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_NL:
		return class_of_letter(code);
	case UTF8PROC_CATEGORY_ND:
		return CHAR_DIGIT;
	case UTF8PROC_CATEGORY_PC:
		return CHAR_CONNECTOR;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_CF:
		return CHAR_EXTEND;
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_CC:
		return CHAR_SPACE;
	default:
		return class_of_mark(code);
	}
}

void characters_fini(struct characters *characters)
{
	arena_fini(&characters->arena);
}

const uint8_t *characters_page(struct characters *characters, uint32_t code)
{
	uint8_t *page = arena_alloc(&characters->arena, 256);

	for (uint32_t i = 0; i < 256; i++)
		page[i] = (uint8_t)classify((code & ~UINT32_C(0xFF)) + i);
	characters->pages[code >> 8] = page;
	return page;
}

/* Sentence_Break of the marks that news has; brackets and quotes come from the category. */
static const struct range sentence_marks[] = {
	{'!', '!', SENTENCE_END},	    {'"', '"', SENTENCE_CLOSE},
	{'\'', '\'', SENTENCE_CLOSE},	    {',', '-', SENTENCE_GOES_ON},
	{'.', '.', SENTENCE_STOP},	    {':', ':', SENTENCE_GOES_ON},
	{'?', '?', SENTENCE_END},	    {0x55D, 0x55D, SENTENCE_GOES_ON},
	{0x589, 0x589, SENTENCE_END},	    {0x60C, 0x60D, SENTENCE_GOES_ON},
	{0x61D, 0x61F, SENTENCE_END},	    {0x6D4, 0x6D4, SENTENCE_END},
	{0x700, 0x702, SENTENCE_END},	    {0x7F8, 0x7F8, SENTENCE_GOES_ON},
	{0x7F9, 0x7F9, SENTENCE_END},	    {0x964, 0x965, SENTENCE_END},
	{0x104A, 0x104B, SENTENCE_END},	    {0x1362, 0x1362, SENTENCE_END},
	{0x1367, 0x1368, SENTENCE_END},	    {0x1802, 0x1802, SENTENCE_GOES_ON},
	{0x1803, 0x1803, SENTENCE_END},	    {0x1808, 0x1808, SENTENCE_GOES_ON},
	{0x1809, 0x1809, SENTENCE_END},	    {0x2013, 0x2014, SENTENCE_GOES_ON},
	{0x2018, 0x201F, SENTENCE_CLOSE},   {0x2024, 0x2024, SENTENCE_STOP},
	{0x203C, 0x203D, SENTENCE_END},	    {0x2047, 0x2049, SENTENCE_END},
	{0x275B, 0x2760, SENTENCE_CLOSE},   {0x2E2E, 0x2E2E, SENTENCE_END},
	{0x3001, 0x3001, SENTENCE_GOES_ON}, {0x3002, 0x3002, SENTENCE_END},
	{0xFE10, 0xFE11, SENTENCE_GOES_ON}, {0xFE13, 0xFE13, SENTENCE_GOES_ON},
	{0xFE31, 0xFE32, SENTENCE_GOES_ON}, {0xFE50, 0xFE51, SENTENCE_GOES_ON},
	{0xFE52, 0xFE52, SENTENCE_STOP},    {0xFE55, 0xFE55, SENTENCE_GOES_ON},
	{0xFE56, 0xFE57, SENTENCE_END},	    {0xFE58, 0xFE58, SENTENCE_GOES_ON},
	{0xFE63, 0xFE63, SENTENCE_GOES_ON}, {0xFF01, 0xFF01, SENTENCE_END},
	{0xFF0C, 0xFF0D, SENTENCE_GOES_ON}, {0xFF0E, 0xFF0E, SENTENCE_STOP},
	{0xFF1A, 0xFF1A, SENTENCE_GOES_ON}, {0xFF1F, 0xFF1F, SENTENCE_END},
	{0xFF61, 0xFF61, SENTENCE_END},	    {0xFF64, 0xFF64, SENTENCE_GOES_ON},
};

enum sentence_mark sentence_mark_of(uint32_t code)
{
	const struct range *range = FIND(sentence_marks, code);

	if (range)
		return (enum sentence_mark)range->class;
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_PS:
	case UTF8PROC_CATEGORY_PE:
	case UTF8PROC_CATEGORY_PI:
	case UTF8PROC_CATEGORY_PF:
		return SENTENCE_CLOSE;
	default:
		return SENTENCE_NONE;
	}
}

bool is_capital(uint32_t code)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code);

	return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
}

bool is_small(uint32_t code)
{
	return utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_LL;
}
