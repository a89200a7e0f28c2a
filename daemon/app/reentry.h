#ifndef APP_REENTRY_H
#define APP_REENTRY_H

#include "app/pipeline.h"

/*
 * Items that come into the ring a second time, from a store of ours: dead letters that are to be
 * judged again. Intake's thread alone calls this, with nothing filled that is not published. They
 * have no place in the spool, since their store keeps them until they are settled.
 */
/* Fills what is due, some at most, and hands it to the workers; how many. */
size_t reentry_fill(struct pipeline *pipeline);
/* Milliseconds until the next one is due by the wall clock; `most` when it is later or none. */
int reentry_rest_ms(const struct pipeline *pipeline, int most);

#endif
