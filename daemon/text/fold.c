#include "text/fold.h"

#include "base/utf8.h"
#include "text/character.h"
#include "text/script.h"

#include <assert.h>
#include <utf8proc.h>

/*
 * Unicode work, done once per distinct surface. Works on an array of code points: a surface is cut
 * to WORD_SURFACE_MAX bytes first, and no character decomposes into more than 18, so the arrays on
 * the stack are large enough for any input; utf8proc is told their size all the same.
 */
#define CODES_MAX 4096

struct codes {
	int32_t at[CODES_MAX + 1]; /* one more for the terminator that utf8proc_reencode writes */
	size_t len;
};

struct pair {
	uint32_t from, to;
};

static const struct pair marks[] = {
	{0x00AB, '"'},	{0x00BB, '"'},	{0x02BC, '\''}, {0x2010, '-'}, {0x2011, '-'},
	{0x2012, '-'},	{0x2013, '-'},	{0x2014, '-'},	{0x2015, '-'}, {0x2018, '\''},
	{0x2019, '\''}, {0x201A, '\''}, {0x201B, '\''}, {0x201C, '"'}, {0x201D, '"'},
	{0x201E, '"'},	{0x201F, '"'},	{0x2032, '\''}, {0x2033, '"'}, {0x2039, '\''},
	{0x203A, '\''}, {0x2212, '-'},	{0x300C, '"'},	{0x300D, '"'}, {0x300E, '"'},
	{0x300F, '"'},	{0x301D, '"'},	{0x301E, '"'},	{0x301F, '"'}, {0xFE58, '-'},
	{0xFE63, '-'},	{0xFF02, '"'},	{0xFF07, '\''}, {0xFF0D, '-'},
};

/* Letters that look the same: Latin, Cyrillic; in order of the Latin one. */
static const struct pair twins[] = {
	{'A', 0x410}, {'B', 0x412}, {'C', 0x421},  {'E', 0x415},  {'H', 0x41D},	 {'I', 0x406},
	{'J', 0x408}, {'K', 0x41A}, {'M', 0x41C},  {'O', 0x41E},  {'P', 0x420},	 {'S', 0x405},
	{'T', 0x422}, {'X', 0x425}, {'Y', 0x423},  {'a', 0x430},  {'c', 0x441},	 {'e', 0x435},
	{'i', 0x456}, {'j', 0x458}, {'k', 0x43A},  {'o', 0x43E},  {'p', 0x440},	 {'s', 0x455},
	{'x', 0x445}, {'y', 0x443}, {0xCF, 0x407}, {0xEF, 0x457}, {0xCB, 0x401}, {0xEB, 0x451},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t unified(uint32_t code)
{
	size_t low = 0, high = COUNT(marks);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (marks[middle].from < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < COUNT(marks) && marks[low].from == code ? marks[low].to : code;
}

static uint32_t twin_of(uint32_t code, uint32_t script)
{
	for (size_t i = 0; i < COUNT(twins); i++) {
		if (script == SCRIPT_CYRILLIC && twins[i].from == code)
			return twins[i].to;
		if (script == SCRIPT_LATIN && twins[i].to == code)
			return twins[i].from;
	}
	return 0;
}

/* Whether every letter of the other script has a twin in this one. */
static bool can_become(const struct codes *codes, uint32_t script)
{
	for (size_t i = 0; i < codes->len; i++) {
		uint32_t own = script_of((uint32_t)codes->at[i]);

		if (own && own != script && !twin_of((uint32_t)codes->at[i], script))
			return false;
	}
	return true;
}

static void become(struct codes *codes, uint32_t script)
{
	for (size_t i = 0; i < codes->len; i++) {
		uint32_t own = script_of((uint32_t)codes->at[i]);

		if (own && own != script)
			codes->at[i] = (int32_t)twin_of((uint32_t)codes->at[i], script);
	}
}

/* A word of two scripts is one that somebody typed, or disguised, with the wrong keys. */
static void unmix(struct codes *codes)
{
	size_t latin = 0, cyrillic = 0;
	uint32_t more, less;

	for (size_t i = 0; i < codes->len; i++) {
		uint32_t script = script_of((uint32_t)codes->at[i]);

		latin += script == SCRIPT_LATIN;
		cyrillic += script == SCRIPT_CYRILLIC;
	}
	if (!latin || !cyrillic)
		return;
	more = latin > cyrillic ? SCRIPT_LATIN : SCRIPT_CYRILLIC;
	less = more ^ SCRIPT_LATIN ^ SCRIPT_CYRILLIC;
	if (can_become(codes, more))
		become(codes, more);
	else if (can_become(codes, less))
		become(codes, less);
}

static bool is_invisible(uint32_t code)
{
	return code == 0xAD || code == 0x34F || code == 0x61C ||
	       (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
	       (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF || code == 0x202F ||
	       (code >= 0xFE00 && code <= 0xFE0F) || code >= 0xE0000;
}

static void read_codes(struct view surface, struct codes *codes)
{
	uint32_t code;

	codes->len = 0;
	for (size_t at = 0; at < surface.len;) {
		at += utf8_decode(surface.ptr + at, &code);
		if (!is_invisible(code))
			codes->at[codes->len++] = (int32_t)unified(code);
	}
}

static bool is_letter_code(int32_t code)
{
	return utf8proc_category(code) <= UTF8PROC_CATEGORY_LO &&
	       utf8proc_category(code) >= UTF8PROC_CATEGORY_LU;
}

/* U.S. and U.S are one word; the stop of "Mr." only says that it is short. */
static void settle_stop(struct codes *codes)
{
	bool dotted = codes->len >= 3;

	if (codes->len < 2 || !is_letter_code(codes->at[0]))
		return;
	for (size_t i = 0; i < codes->len; i++)
		dotted = dotted && (i % 2 ? codes->at[i] == '.' : is_letter_code(codes->at[i]));
	if (dotted && codes->at[codes->len - 1] != '.')
		codes->at[codes->len++] = '.';
	else if (!dotted && codes->at[codes->len - 1] == '.')
		codes->len--;
}

struct cases {
	unsigned upper, lower, letters;
	bool first_upper;
};

/* Georgian letters have capitals in Unicode, which no text begins a sentence with. */
static bool is_caseless(int32_t code)
{
	return script_of((uint32_t)code) == SCRIPT_GEORGIAN;
}

static struct cases count_cases(const struct codes *codes)
{
	struct cases cases = {0};

	for (size_t i = 0; i < codes->len; i++) {
		utf8proc_category_t category = utf8proc_category(codes->at[i]);

		if (!is_letter_code(codes->at[i]))
			continue;
		if (!is_caseless(codes->at[i])) {
			cases.first_upper |= !cases.letters && i == 0 &&
					     (category == UTF8PROC_CATEGORY_LU ||
					      category == UTF8PROC_CATEGORY_LT);
			cases.upper += category == UTF8PROC_CATEGORY_LU;
			cases.lower += category == UTF8PROC_CATEGORY_LL;
		}
		cases.letters++;
	}
	return cases;
}

static uint8_t kind_of(const struct codes *codes, const struct cases *cases)
{
	utf8proc_category_t category;

	if (codes->len == 0)
		return WORD_PUNCTUATION;
	category = utf8proc_category(codes->at[0]);
	if (category == UTF8PROC_CATEGORY_ND)
		return WORD_DIGITS;
	if (cases->letters || category == UTF8PROC_CATEGORY_NL || category == UTF8PROC_CATEGORY_PC)
		return WORD_LETTERS;
	return WORD_PUNCTUATION;
}

static struct view encode(const struct codes *codes, struct arena *arena)
{
	char *bytes = arena_alloc(arena, codes->len * 4 + 1);
	size_t len = 0;

	for (size_t i = 0; i < codes->len; i++)
		len += utf8_encode((uint32_t)codes->at[i], bytes + len);
	return (struct view){bytes, len};
}

static void normalise(struct codes *codes, utf8proc_option_t how, struct arena *arena)
{
	utf8proc_option_t options = UTF8PROC_COMPOSE | UTF8PROC_STABLE | how;
	struct view bytes = encode(codes, arena);
	utf8proc_ssize_t len = utf8proc_decompose((const uint8_t *)bytes.ptr,
						  (utf8proc_ssize_t)bytes.len, codes->at, CODES_MAX,
						  options);

	assert(len >= 0 && len <= CODES_MAX);
	len = utf8proc_normalize_utf32(codes->at, len, options);
	assert(len >= 0);
	codes->len = (size_t)len;
}

/* NFKC makes a space of the narrow ones inside a number and around some marks. */
static void drop_spaces(struct codes *codes)
{
	size_t kept = 0;

	for (size_t i = 0; i < codes->len; i++) {
		if (codes->at[i] != ' ')
			codes->at[kept++] = codes->at[i];
	}
	codes->len = kept;
}

static void fold_russian(struct codes *codes)
{
	for (size_t i = 0; i < codes->len; i++) {
		if (codes->at[i] == 0x451)
			codes->at[i] = 0x435;
	}
}

static void fold_codes(struct word *word, struct codes *codes, language lang, struct arena *arena)
{
	struct cases cases;

	unmix(codes);
	settle_stop(codes);
	normalise(codes, 0, arena);
	cases = count_cases(codes);
	word->kind = kind_of(codes, &cases);
	word->capital = cases.first_upper;
	word->upper = cases.upper >= 2 && !cases.lower;
	word->uncased = cases.letters && !cases.upper && !cases.lower;
	word->exact = encode(codes, arena);
	normalise(codes, UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, arena);
	drop_spaces(codes);
	if (strcmp(language_code(lang), "ru") == 0)
		fold_russian(codes);
	word->folded = encode(codes, arena);
}

void fold_word(struct word *word, struct view surface, language lang, struct arena *arena)
{
	struct codes codes;

	read_codes(surface, &codes);
	fold_codes(word, &codes, lang, arena);
	if (word->folded.len == 0) /* nothing but invisible characters */
		word->folded = word->exact = surface;
}
