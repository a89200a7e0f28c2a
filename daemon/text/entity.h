#ifndef TEXT_ENTITY_H
#define TEXT_ENTITY_H

#include "base/str.h"

#include <stdint.h>

/*
 * Inside text/: named character references of HTML 4 and those of HTML 5 that stand for one mark of
 * ASCII or one letter of a European language. 0 when the name (without & and ;) is none of them.
 */
#define ENTITY_NAME_MAX 12
uint32_t entity_code(struct view name);

#endif
