#ifndef TEXT_LANGUAGE_H
#define TEXT_LANGUAGE_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Languages by ISO 639-1 code ("en"), a small number inside; LANGUAGE_UNKNOWN ("und") for whatever
 * the table does not hold. The table has at least every language of Snowball and of the gazetteers.
 */
typedef uint8_t language; /* an index, not a struct: passed by value everywhere */
#define LANGUAGE_UNKNOWN 0
#define LANGUAGES_MAX 128

/* Of a code or tag, any case: "en", "EN-gb", "uk_UA"; "ukr" and other 639-2 codes too. */
language language_find(struct view tag);
const char *language_code(language lang);
bool language_has_stemmer(language lang);
/*
 * The language to read a text in: the claim, unless the letters' scripts contradict it (Cyrillic
 * text that says "en"); else detected from script and, among languages of one script, from letters
 * and function words; LANGUAGE_UNKNOWN when nothing speaks for any. `claim` may be
 * LANGUAGE_UNKNOWN.
 */
language language_detect(struct view text, language claim);

#endif
