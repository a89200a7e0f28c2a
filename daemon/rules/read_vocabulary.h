#ifndef RULES_READ_VOCABULARY_H
#define RULES_READ_VOCABULARY_H

#include "rules/read_expr.h"
#include "rules/vocabulary.h"

/*
 * Inside rules/: the readers of what a pack declares, from the value under its name. Never NULL:
 * what is wrong in it is told and left out, so that its name stays known.
 */
struct list *list_read(struct reader *reader, const struct node *node);
struct term *term_read(struct reader *reader, const struct node *node);
struct entity *entity_read(struct reader *reader, const struct node *node);
struct cue *cue_read(struct reader *reader, const struct node *node);

extern const struct read_form entity_form, cue_form;

#define LIST_ENTRIES_MAX 65536
#define CUE_WORDS_MAX 200

#endif
