#ifndef TEXT_HTML_H
#define TEXT_HTML_H

#include "base/arena.h"
#include "base/str.h"

/*
 * Markup to text, in the arena: block elements and <br> become paragraph breaks ("\n\n"), white
 * space runs one space, character references are decoded, script, style, template and comments
 * vanish. Any bytes of well-formed UTF-8 are accepted; nothing is fetched, no entity of the
 * document's own expands.
 */
struct view html_text(struct view html, struct arena *arena);

#endif
