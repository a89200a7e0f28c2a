#ifndef TEXT_SCRIPT_H
#define TEXT_SCRIPT_H

#include <stdint.h>

/* Inside text/: the writing systems that tell languages apart, as bits. */
enum script {
	SCRIPT_LATIN = 1 << 0,
	SCRIPT_CYRILLIC = 1 << 1,
	SCRIPT_GREEK = 1 << 2,
	SCRIPT_ARABIC = 1 << 3,
	SCRIPT_HEBREW = 1 << 4,
	SCRIPT_ARMENIAN = 1 << 5,
	SCRIPT_GEORGIAN = 1 << 6,
	SCRIPT_DEVANAGARI = 1 << 7,
	SCRIPT_BENGALI = 1 << 8,
	SCRIPT_GURMUKHI = 1 << 9,
	SCRIPT_GUJARATI = 1 << 10,
	SCRIPT_TAMIL = 1 << 11,
	SCRIPT_TELUGU = 1 << 12,
	SCRIPT_KANNADA = 1 << 13,
	SCRIPT_MALAYALAM = 1 << 14,
	SCRIPT_SINHALA = 1 << 15,
	SCRIPT_THAI = 1 << 16,
	SCRIPT_LAO = 1 << 17,
	SCRIPT_MYANMAR = 1 << 18,
	SCRIPT_KHMER = 1 << 19,
	SCRIPT_ETHIOPIC = 1 << 20,
	SCRIPT_HANGUL = 1 << 21,
	SCRIPT_KANA = 1 << 22,
	SCRIPT_HAN = 1 << 23,
};
#define SCRIPTS 24

/* The script's bit of a letter; 0 for everything else and for scripts that no language here uses.
 */
uint32_t script_of(uint32_t code);

#endif
