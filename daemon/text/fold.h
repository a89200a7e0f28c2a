#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include "base/arena.h"
#include "text/lexicon.h"

/*
 * Inside text/: the forms of one surface. Fills kind, folded, exact, capital, upper and uncased;
 * the views point into the arena, or at `surface` itself, which must live there. What is done, in
 * order: apostrophes, quotes and dashes unified, invisible characters dropped, Latin letters inside
 * a Cyrillic word turned into the Cyrillic ones that look like them (and the reverse), the stop
 * behind an abbreviation of letters ("Mr.") dropped and behind a dotted one (U.S) supplied, the
 * narrow space inside a number dropped; then NFC for `exact`, NFKC with case folding for `folded`,
 * ё as е in Russian.
 */
void fold_word(struct word *word, struct view surface, language lang, struct arena *arena);

#endif
