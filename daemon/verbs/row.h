#ifndef VERBS_ROW_H
#define VERBS_ROW_H

#include "base/str.h"
#include "wire/json.h"

#include <stdbool.h>

/* Events as rows of a table for people: time, class, status, who and where, headline. */
struct row_style {
	unsigned columns;
	bool colour;
	bool unicode; /* cut texts end in "…", else "~" */
};

void row_head(const struct row_style *style, struct str *out);
/* `event` is a CloudEvent of ours; members that it lacks leave their column empty. One line. */
void row_write(const struct row_style *style, const struct json *event, struct str *out);

#endif
