#include "text/calendar.h"

#include "base/clock.h"

#include <stdlib.h>

static unsigned days_of_month(int year, unsigned month)
{
	return (unsigned)(clock_days(month == 12 ? year + 1 : year, month % 12 + 1, 1) -
			  clock_days(year, month, 1));
}

bool calendar_has(int year, unsigned month, int day)
{
	return month >= 1 && month <= 12 && day >= 1 && day <= (int)days_of_month(year, month);
}

void span_set(struct span *span, int64_t from, int64_t until)
{
	*span = (struct span){from, until, true};
}

void span_set_nearest(const struct dates *dates, struct span *span, unsigned month, int day)
{
	int64_t best = INT64_MAX;
	int year;
	unsigned unused;

	if (!dates->dated)
		return;
	clock_date(dates->today, &year, &unused, &unused);
	for (int i = year - 1; i <= year + 1; i++) {
		int64_t days = calendar_has(i, month, day) ? clock_days(i, month, (unsigned)day)
							   : 0;

		if (days && llabs(days - dates->today) < llabs(best - dates->today)) {
			best = days;
			span_set(span, days, days);
		}
	}
}

void span_set_date(const struct dates *dates, struct span *span, int year, unsigned month, int day)
{
	if (year < 0)
		span_set_nearest(dates, span, month, day);
	else if (calendar_has(year, month, day))
		span_set(span, clock_days(year, month, (unsigned)day),
			 clock_days(year, month, (unsigned)day));
}

void span_set_month(struct span *span, int year, unsigned month)
{
	int64_t first = clock_days(year, month, 1);

	span_set(span, first, first + days_of_month(year, month) - 1);
}

/* Monday 0 to Sunday 6; 1970-01-01 was a Thursday. */
static int64_t weekday_of(int64_t day)
{
	return ((day + 3) % 7 + 7) % 7;
}

void span_set_weekday(const struct dates *dates, struct span *span, double weekday, int direction,
		      bool strict)
{
	int64_t away;

	if (!dates->dated)
		return;
	away = ((int64_t)weekday - weekday_of(dates->today)) * direction;
	away = (away % 7 + 7) % 7;
	if (away == 0 && strict)
		away = 7;
	span_set(span, dates->today + away * direction, dates->today + away * direction);
}

static int64_t months_from(int64_t day, int64_t months)
{
	int year;
	unsigned month, unused;
	int64_t count;

	clock_date(day, &year, &month, &unused);
	count = (int64_t)year * 12 + month - 1 + months;
	return clock_days((int)(count / 12), (unsigned)(count % 12) + 1, 1);
}

void span_set_unit(const struct dates *dates, struct span *span, enum date_unit unit, int64_t count)
{
	int64_t monday = dates->today - weekday_of(dates->today);
	int year;
	unsigned month, unused;

	if (!dates->dated)
		return;
	clock_date(dates->today, &year, &month, &unused);
	switch (unit) {
	case UNIT_DAY:
		span_set(span, dates->today + count, dates->today + count);
		break;
	case UNIT_WEEK:
		span_set(span, monday + 7 * count, monday + 7 * count + 6);
		break;
	case UNIT_WEEKEND:
		span_set(span, monday + 7 * count + 5, monday + 7 * count + 6);
		break;
	case UNIT_MONTH:
		span_set(span, months_from(dates->today, count),
			 months_from(dates->today, count + 1) - 1);
		break;
	case UNIT_YEAR:
		span_set(span, clock_days(year + (int)count, 1, 1),
			 clock_days(year + (int)count, 12, 31));
		break;
	}
}

struct view calendar_text(int64_t day, struct arena *arena)
{
	int year;
	unsigned month, of;
	const char *text;

	clock_date(day, &year, &month, &of);
	text = arena_printf(arena, "%04d-%02u-%02u", year, month, of);
	return view_of(text);
}
