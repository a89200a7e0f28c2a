#ifndef VERBS_SHOW_H
#define VERBS_SHOW_H

#include "client/newstag.h"
#include "verbs/row.h"
#include "verbs/verb.h"

/* Events to standard output: a table for people, or with --json one event a line. */
struct show {
	struct call *call;
	bool json;
	struct row_style style;
	struct str line;
	uint64_t count; /* events shown */
};

struct show show_begin(struct call *call);
void show_fini(struct show *show);
/* The table's head. */
void show_head(struct show *show);
/* False when it cannot be read, which is told. Not flushed. */
bool show_event(struct show *show, struct view payload);
/* The same of one that is read already. */
void show_read_event(struct show *show, struct view payload, const struct json *event);

/*
 * Asks page after page. `take` returns whether to go on; it gets each event in order, payload not
 * terminated. Returns an exit status; what the journal no longer holds is told.
 */
int read_pages(struct call *call, const char *endpoint, struct newstag_query *query,
	       bool (*take)(void *context, const struct newstag_message *message), void *context);

#endif
