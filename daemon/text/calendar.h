#ifndef TEXT_CALENDAR_H
#define TEXT_CALENDAR_H

#include "base/arena.h"
#include "text/sense.h"

/* Inside text/: days that words mean, counted from 1970-01-01. */
struct span {
	int64_t from, until; /* days since 1970-01-01, the last one included */
	bool known;
};

struct dates { /* what a date is read from, and against */
	struct phrase phrase;
	int64_t today; /* of the report; only when `dated` */
	bool dated;
};

/* Whether the month has the day. */
bool calendar_has(int year, unsigned month, int day);
/* "2025-12-19" */
struct view calendar_text(int64_t day, struct arena *arena);

/* Each makes the span known, unless there is no such day or it would need the day of the report. */
void span_set(struct span *span, int64_t from, int64_t until);
void span_set_month(struct span *span, int year, unsigned month);
/* A day of a month, of the year that brings it nearest to the report. */
void span_set_nearest(const struct dates *dates, struct span *span, unsigned month, int day);
/* Likewise when the year is negative, else of that year. */
void span_set_date(const struct dates *dates, struct span *span, int year, unsigned month, int day);
/* The weekday (0 Monday) ahead (direction 1) or back (-1); the day itself counts unless strict. */
void span_set_weekday(const struct dates *dates, struct span *span, double weekday, int direction,
		      bool strict);
/* The whole unit that lies `count` of them from the report's. */
void span_set_unit(const struct dates *dates, struct span *span, enum date_unit unit,
		   int64_t count);

#endif
