#ifndef TEXT_SPEECH_H
#define TEXT_SPEECH_H

#include "text/language.h"
#include "text/script.h"

#include <stddef.h>

/* Inside text/: what else the table of languages tells. */

/* Snowball's name of the language, NULL when it has no stemmer. */
const char *language_stemmer(language lang);
/* The scripts that the language is written in, as bits of enum script; 0 for the unknown one. */
uint32_t language_scripts(language lang);
/* Rows of the table: languages are the numbers below it, 0 the unknown one. */
size_t language_count(void);

#endif
