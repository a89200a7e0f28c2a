#include "text/language.h"

#include "text/speech.h"

#include <stdio.h>

static const struct row {
	const char *code;  /* what language_code gives */
	const char *three; /* ISO 639-2/T */
	const char *old;   /* ISO 639-2/B or withdrawn codes, with a space between */
	uint32_t scripts;
	const char *stemmer; /* Snowball's name */
} rows[] = {
	{"und", "mul", "zxx mis", 0, NULL},
	{"af", "afr", "", SCRIPT_LATIN, NULL},
	{"am", "amh", "", SCRIPT_ETHIOPIC, NULL},
	{"ar", "ara", "", SCRIPT_ARABIC, "arabic"},
	{"az", "aze", "", SCRIPT_LATIN | SCRIPT_CYRILLIC, NULL},
	{"be", "bel", "", SCRIPT_CYRILLIC, NULL},
	{"bg", "bul", "", SCRIPT_CYRILLIC, NULL},
	{"bn", "ben", "", SCRIPT_BENGALI, NULL},
	{"bs", "bos", "", SCRIPT_LATIN | SCRIPT_CYRILLIC, NULL},
	{"ca", "cat", "", SCRIPT_LATIN, "catalan"},
	{"cs", "ces", "cze", SCRIPT_LATIN, NULL},
	{"cy", "cym", "wel", SCRIPT_LATIN, NULL},
	{"da", "dan", "", SCRIPT_LATIN, "danish"},
	{"de", "deu", "ger", SCRIPT_LATIN, "german"},
	{"el", "ell", "gre", SCRIPT_GREEK, "greek"},
	{"en", "eng", "", SCRIPT_LATIN, "english"},
	{"eo", "epo", "", SCRIPT_LATIN, NULL},
	{"es", "spa", "", SCRIPT_LATIN, "spanish"},
	{"et", "est", "", SCRIPT_LATIN, "estonian"},
	{"eu", "eus", "baq", SCRIPT_LATIN, "basque"},
	{"fa", "fas", "per", SCRIPT_ARABIC, NULL},
	{"fi", "fin", "", SCRIPT_LATIN, "finnish"},
	{"fil", "fil", "", SCRIPT_LATIN, NULL},
	{"fo", "fao", "", SCRIPT_LATIN, NULL},
	{"fr", "fra", "fre", SCRIPT_LATIN, "french"},
	{"ga", "gle", "", SCRIPT_LATIN, "irish"},
	{"gl", "glg", "", SCRIPT_LATIN, NULL},
	{"gu", "guj", "", SCRIPT_GUJARATI, NULL},
	{"ha", "hau", "", SCRIPT_LATIN, NULL},
	{"he", "heb", "iw", SCRIPT_HEBREW, NULL},
	{"hi", "hin", "", SCRIPT_DEVANAGARI, "hindi"},
	{"hr", "hrv", "", SCRIPT_LATIN, NULL},
	{"hu", "hun", "", SCRIPT_LATIN, "hungarian"},
	{"hy", "hye", "arm", SCRIPT_ARMENIAN, "armenian"},
	{"id", "ind", "in", SCRIPT_LATIN, "indonesian"},
	{"is", "isl", "ice", SCRIPT_LATIN, NULL},
	{"it", "ita", "", SCRIPT_LATIN, "italian"},
	{"ja", "jpn", "", SCRIPT_KANA | SCRIPT_HAN, NULL},
	{"ka", "kat", "geo", SCRIPT_GEORGIAN, NULL},
	{"kk", "kaz", "", SCRIPT_CYRILLIC | SCRIPT_LATIN, NULL},
	{"km", "khm", "", SCRIPT_KHMER, NULL},
	{"kn", "kan", "", SCRIPT_KANNADA, NULL},
	{"ko", "kor", "", SCRIPT_HANGUL | SCRIPT_HAN, NULL},
	{"ku", "kur", "", SCRIPT_LATIN | SCRIPT_ARABIC, NULL},
	{"ky", "kir", "", SCRIPT_CYRILLIC, NULL},
	{"la", "lat", "", SCRIPT_LATIN, NULL},
	{"lb", "ltz", "", SCRIPT_LATIN, NULL},
	{"lo", "lao", "", SCRIPT_LAO, NULL},
	{"lt", "lit", "", SCRIPT_LATIN, "lithuanian"},
	{"lv", "lav", "", SCRIPT_LATIN, NULL},
	{"mk", "mkd", "mac", SCRIPT_CYRILLIC, NULL},
	{"ml", "mal", "", SCRIPT_MALAYALAM, NULL},
	{"mn", "mon", "", SCRIPT_CYRILLIC, NULL},
	{"mr", "mar", "", SCRIPT_DEVANAGARI, NULL},
	{"ms", "msa", "may", SCRIPT_LATIN, NULL},
	{"mt", "mlt", "", SCRIPT_LATIN, NULL},
	{"my", "mya", "bur", SCRIPT_MYANMAR, NULL},
	{"ne", "nep", "", SCRIPT_DEVANAGARI, "nepali"},
	{"nl", "nld", "dut", SCRIPT_LATIN, "dutch"},
	{"no", "nor", "", SCRIPT_LATIN, "norwegian"},
	{"nb", "nob", "", SCRIPT_LATIN, "norwegian"},
	{"nn", "nno", "", SCRIPT_LATIN, "norwegian"},
	{"pa", "pan", "", SCRIPT_GURMUKHI | SCRIPT_ARABIC, NULL},
	{"pl", "pol", "", SCRIPT_LATIN, NULL},
	{"ps", "pus", "", SCRIPT_ARABIC, NULL},
	{"pt", "por", "", SCRIPT_LATIN, "portuguese"},
	{"ro", "ron", "rum mo", SCRIPT_LATIN, "romanian"},
	{"ru", "rus", "", SCRIPT_CYRILLIC, "russian"},
	{"si", "sin", "", SCRIPT_SINHALA, NULL},
	{"sk", "slk", "slo", SCRIPT_LATIN, NULL},
	{"sl", "slv", "", SCRIPT_LATIN, NULL},
	{"so", "som", "", SCRIPT_LATIN, NULL},
	{"sq", "sqi", "alb", SCRIPT_LATIN, NULL},
	{"sr", "srp", "sh", SCRIPT_CYRILLIC | SCRIPT_LATIN, "serbian"},
	{"sv", "swe", "", SCRIPT_LATIN, "swedish"},
	{"sw", "swa", "", SCRIPT_LATIN, NULL},
	{"ta", "tam", "", SCRIPT_TAMIL, "tamil"},
	{"te", "tel", "", SCRIPT_TELUGU, NULL},
	{"tg", "tgk", "", SCRIPT_CYRILLIC, NULL},
	{"th", "tha", "", SCRIPT_THAI, NULL},
	{"ti", "tir", "", SCRIPT_ETHIOPIC, NULL},
	{"tk", "tuk", "", SCRIPT_LATIN, NULL},
	{"tl", "tgl", "", SCRIPT_LATIN, NULL},
	{"tr", "tur", "", SCRIPT_LATIN, "turkish"},
	{"tt", "tat", "", SCRIPT_CYRILLIC, NULL},
	{"ug", "uig", "", SCRIPT_ARABIC, NULL},
	{"uk", "ukr", "", SCRIPT_CYRILLIC, NULL},
	{"ur", "urd", "", SCRIPT_ARABIC, NULL},
	{"uz", "uzb", "", SCRIPT_LATIN | SCRIPT_CYRILLIC, NULL},
	{"vi", "vie", "", SCRIPT_LATIN, NULL},
	{"xh", "xho", "", SCRIPT_LATIN, NULL},
	{"yi", "yid", "ji", SCRIPT_HEBREW, "yiddish"},
	{"yo", "yor", "", SCRIPT_LATIN, NULL},
	{"zh", "zho", "chi", SCRIPT_HAN | SCRIPT_KANA, NULL},
	{"zu", "zul", "", SCRIPT_LATIN, NULL},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))
_Static_assert(ROWS <= LANGUAGES_MAX, "a language is a small number");

#define SUBTAG_MAX 8

static size_t read_subtag(struct view tag, char ret_code[SUBTAG_MAX + 1])
{
	size_t len = 0;

	for (; len < tag.len && tag.ptr[len] != '-' && tag.ptr[len] != '_'; len++) {
		char byte = tag.ptr[len];

		if (byte >= 'A' && byte <= 'Z')
			byte = (char)(byte + 'a' - 'A');
		if (len == SUBTAG_MAX || byte < 'a' || byte > 'z')
			return 0;
		ret_code[len] = byte;
	}
	ret_code[len] = '\0';
	return len;
}

static bool is_among(const char *codes, const char *code)
{
	const char *at = strstr(codes, code);

	return at && (at == codes || at[-1] == ' ') && (at[strlen(code)] & ~' ') == 0;
}

language language_find(struct view tag)
{
	char code[SUBTAG_MAX + 1];

	if (!read_subtag(view_trim(tag), code))
		return LANGUAGE_UNKNOWN;
	for (size_t i = 1; i < ROWS; i++) {
		if (strcmp(code, rows[i].code) == 0 || strcmp(code, rows[i].three) == 0 ||
		    is_among(rows[i].old, code))
			return (language)i;
	}
	return LANGUAGE_UNKNOWN;
}

static const struct row *row_of(language lang)
{
	return &rows[lang < ROWS ? lang : LANGUAGE_UNKNOWN];
}

const char *language_code(language lang)
{
	return row_of(lang)->code;
}

bool language_has_stemmer(language lang)
{
	return language_stemmer(lang) != NULL;
}

const char *language_stemmer(language lang)
{
	return row_of(lang)->stemmer;
}

uint32_t language_scripts(language lang)
{
	return row_of(lang)->scripts;
}

size_t language_count(void)
{
	return ROWS;
}
