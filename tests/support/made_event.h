#ifndef SUPPORT_MADE_EVENT_H
#define SUPPORT_MADE_EVENT_H

#include "wire/encode.h"

/* Events at random, of every kind of value, for tests of what is emitted. */
#define MADE_MOST 4

struct made {
	struct value values[MADE_MOST][MADE_MOST];
	struct event_field fields[MADE_MOST];
	struct view code_values[MADE_MOST];
	struct event_code codes[MADE_MOST];
	struct event_why why[MADE_MOST];
	struct event event;
	struct item item;
};

extern const struct encode_context made_context;
void made_seed(uint64_t seed);
void made_event(struct made *ret_made);

#endif
