#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Times are nanoseconds since 1970-01-01T00:00:00Z; CLOCK_NONE where there is none. */
#define CLOCK_NONE INT64_MIN
#define CLOCK_SECOND INT64_C(1000000000)
#define CLOCK_TEXT_SIZE 40

int64_t clock_now(void);
/* Never goes back, starts anywhere. */
int64_t clock_monotonic(void);

/*
 * The time for what must not happen too early because the wall clock is wrong for a while: to
 * delete what is old, to publish what is under embargo. It goes back as the wall clock does, and
 * forward no faster than twice as time passes: a jump needs its length to take effect. `ahead` is
 * what it is before clock_monotonic; any thread may read it, one adjusts it, every second or so.
 */
struct clock_cautious {
	_Atomic int64_t ahead;
	int64_t adjusted; /* monotonic */
	int64_t wall;	  /* then */
};
void clock_cautious_init(struct clock_cautious *clock, int64_t wall, int64_t monotonic);
/* Returns how far the wall clock has jumped since the last time: 0 when it only went on. */
int64_t clock_cautious_adjust(struct clock_cautious *clock, int64_t wall, int64_t monotonic);
/* The wall clock's time, but for a jump forward since (of which two seconds are let through). */
int64_t clock_cautious_now(const struct clock_cautious *clock);

/* `2025-12-19T09:00:00Z`, with a fraction (3, 6 or 9 digits) only where there is one. Terminated.
 */
void clock_write(int64_t time, char ret_text[CLOCK_TEXT_SIZE]);
/*
 * Reads an RFC 3339 time, an ISO 8601 date or date-time (basic offset, missing seconds or zone:
 * UTC), or an RFC 822/2822 date as RSS has it. False when it is none of these or lies outside the
 * years 1678–2261.
 */
bool clock_read(struct view text, int64_t *ret_time);

/* Days since 1970-01-01 of a date of the Gregorian calendar, and back (H. Hinnant,
 * chrono-compatible). */
int64_t clock_days(int year, unsigned month, unsigned day);
void clock_date(int64_t days, int *ret_year, unsigned *ret_month, unsigned *ret_day);

#endif
