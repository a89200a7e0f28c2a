#ifndef RULES_EXPECT_H
#define RULES_EXPECT_H

#include "rules/rule.h"

/*
 * Inside rules/: whether an event is what an embedded test expects. Only the fields that `expect`
 * names are compared: class, status, direction, modality, score, attributed_to, codes by their
 * vocabulary, and the rule's own fields. A number compares with a number; an entity by its id; a
 * date by its text or its resolved begin; lists as sets; an empty expectation wants the field
 * absent.
 */
bool expect_holds(const struct constant *expect, const struct event *event);
/* The values that the event has for the field, joined by ", "; "nothing" when there are none. */
void expect_actual(struct view field, const struct event *event, struct str *out);
/* What is expected, likewise. */
void expect_wanted(const struct constant *expect, struct str *out);

#endif
