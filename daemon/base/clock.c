#include "base/clock.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

#define JUMP_LEAST (2 * CLOCK_SECOND) /* less is what time services do all day */

void clock_cautious_init(struct clock_cautious *clock, int64_t wall, int64_t monotonic)
{
	atomic_init(&clock->ahead, wall - monotonic);
	clock->adjusted = monotonic;
	clock->wall = wall;
}

int64_t clock_cautious_adjust(struct clock_cautious *clock, int64_t wall, int64_t monotonic)
{
	int64_t passed = monotonic - clock->adjusted;
	int64_t most = atomic_load(&clock->ahead) + passed;
	int64_t jump = wall - clock->wall - passed;

	atomic_store(&clock->ahead, wall - monotonic < most ? wall - monotonic : most);
	clock->adjusted = monotonic;
	clock->wall = wall;
	return jump >= JUMP_LEAST || jump <= -JUMP_LEAST ? jump : 0;
}

int64_t clock_cautious_now(const struct clock_cautious *clock)
{
	int64_t wall = clock_now();
	int64_t most = clock_monotonic() + atomic_load(&clock->ahead) + JUMP_LEAST;

	return wall < most ? wall : most;
}

int64_t clock_days(int year, unsigned month, unsigned day)
{
	int64_t era;
	unsigned of_era, of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_era = (unsigned)(year - era * 400);
	of_year = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
	return era * 146097 + (int64_t)(of_era * 365 + of_era / 4 - of_era / 100 + of_year) -
	       719468;
}

void clock_date(int64_t days, int *ret_year, unsigned *ret_month, unsigned *ret_day)
{
	int64_t era;
	unsigned of_era, year, of_year, shifted;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = (unsigned)(days - era * 146097);
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	shifted = (5 * of_year + 2) / 153;
	*ret_day = of_year - (153 * shifted + 2) / 5 + 1;
	*ret_month = shifted < 10 ? shifted + 3 : shifted - 9;
	*ret_year = (int)(year + era * 400) + (*ret_month <= 2);
}

void clock_write(int64_t time, char ret_text[CLOCK_TEXT_SIZE])
{
	int64_t seconds = time / CLOCK_SECOND, nanos = time % CLOCK_SECOND, days, rest;
	unsigned month, day;
	int year, used;

	if (nanos < 0) {
		nanos += CLOCK_SECOND;
		seconds--;
	}
	days = seconds / 86400 - (seconds % 86400 < 0);
	rest = seconds - days * 86400;
	clock_date(days, &year, &month, &day);
	used = snprintf(ret_text, CLOCK_TEXT_SIZE, "%04d-%02u-%02uT%02d:%02d:%02d", year, month,
			day, (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
	if (nanos % 1000)
		used += snprintf(ret_text + used, CLOCK_TEXT_SIZE - (size_t)used, ".%09d",
				 (int)nanos);
	else if (nanos % 1000000)
		used += snprintf(ret_text + used, CLOCK_TEXT_SIZE - (size_t)used, ".%06d",
				 (int)(nanos / 1000));
	else if (nanos)
		used += snprintf(ret_text + used, CLOCK_TEXT_SIZE - (size_t)used, ".%03d",
				 (int)(nanos / 1000000));
	snprintf(ret_text + used, CLOCK_TEXT_SIZE - (size_t)used, "Z");
}

/* What is still to be read of a date. */
struct cursor {
	const char *at, *end;
};

struct parts {
	unsigned year, month, day, hour, minute, second;
	int64_t nanos;
	int offset; /* minutes east of UTC */
};

static bool take(struct cursor *cursor, char byte)
{
	if (cursor->at == cursor->end || *cursor->at != byte)
		return false;
	cursor->at++;
	return true;
}

static bool take_number(struct cursor *cursor, int least, int most, unsigned *ret_number)
{
	unsigned number = 0;
	int digits = 0;

	while (digits < most && cursor->at < cursor->end && isdigit((unsigned char)*cursor->at)) {
		number = number * 10 + (unsigned)(*cursor->at++ - '0');
		digits++;
	}
	*ret_number = number;
	return digits >= least;
}

static void take_spaces(struct cursor *cursor)
{
	while (take(cursor, ' '))
		;
}

static void take_fraction(struct cursor *cursor, struct parts *parts)
{
	int64_t unit = CLOCK_SECOND / 10;

	while (cursor->at < cursor->end && isdigit((unsigned char)*cursor->at)) {
		parts->nanos += (*cursor->at++ - '0') * unit;
		unit /= 10;
	}
}

static bool take_offset(struct cursor *cursor, struct parts *parts)
{
	int sign = take(cursor, '+') ? 1 : take(cursor, '-') ? -1 : 0;
	unsigned hours, minutes = 0;

	if (!sign)
		return false;
	if (!take_number(cursor, 2, 2, &hours))
		return false;
	take(cursor, ':');
	if (cursor->at < cursor->end && !take_number(cursor, 2, 2, &minutes))
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	parts->offset = sign * (int)(hours * 60 + minutes);
	return true;
}

static bool take_zone(struct cursor *cursor, struct parts *parts)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {{"UTC", 0},  {"GMT", 0},  {"UT", 0},   {"Z", 0},	 {"EST", -5}, {"EDT", -4},
		     {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
	size_t left = (size_t)(cursor->end - cursor->at);

	if (!left || take_offset(cursor, parts))
		return cursor->at == cursor->end;
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (strlen(zones[i].name) == left &&
		    strncasecmp(zones[i].name, cursor->at, left) == 0) {
			parts->offset = zones[i].hours * 60;
			return true;
		}
	return false;
}

static bool take_time(struct cursor *cursor, struct parts *parts)
{
	if (!take_number(cursor, 2, 2, &parts->hour) || !take(cursor, ':') ||
	    !take_number(cursor, 2, 2, &parts->minute))
		return false;
	if (take(cursor, ':')) {
		if (!take_number(cursor, 2, 2, &parts->second))
			return false;
		if (take(cursor, '.') || take(cursor, ','))
			take_fraction(cursor, parts);
	}
	return true;
}

static bool read_iso(struct cursor cursor, struct parts *parts)
{
	bool dashes;

	if (!take_number(&cursor, 4, 4, &parts->year))
		return false;
	dashes = take(&cursor, '-');
	if (!take_number(&cursor, 2, 2, &parts->month) || (dashes && !take(&cursor, '-')) ||
	    !take_number(&cursor, 2, 2, &parts->day))
		return false;
	if (cursor.at == cursor.end)
		return true;
	if (!take(&cursor, 'T') && !take(&cursor, 't') && !take(&cursor, ' '))
		return false;
	if (!take_time(&cursor, parts))
		return false;
	take_spaces(&cursor);
	return take_zone(&cursor, parts);
}

static bool take_month(struct cursor *cursor, unsigned *ret_month)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	if (cursor->end - cursor->at < 3)
		return false;
	for (unsigned i = 0; i < 12; i++)
		if (strncasecmp(names + 3 * (size_t)i, cursor->at, 3) == 0) {
			cursor->at += 3;
			*ret_month = i + 1;
			return true;
		}
	return false;
}

/* `Fri, 19 Dec 2025 09:00:00 +0000`, the week-day and the seconds optional */
static bool read_rfc822(struct cursor cursor, struct parts *parts)
{
	const char *comma = memchr(cursor.at, ',', (size_t)(cursor.end - cursor.at));

	if (comma)
		cursor.at = comma + 1;
	take_spaces(&cursor);
	if (!take_number(&cursor, 1, 2, &parts->day))
		return false;
	take_spaces(&cursor);
	if (!take_month(&cursor, &parts->month))
		return false;
	take_spaces(&cursor);
	if (!take_number(&cursor, 2, 4, &parts->year))
		return false;
	if (parts->year < 100)
		parts->year += parts->year < 70 ? 2000 : 1900;
	take_spaces(&cursor);
	if (cursor.at == cursor.end)
		return true;
	if (!take_time(&cursor, parts))
		return false;
	take_spaces(&cursor);
	return take_zone(&cursor, parts);
}

static bool parts_fit(const struct parts *parts)
{
	static const unsigned days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = parts->year % 4 == 0 && (parts->year % 100 != 0 || parts->year % 400 == 0);

	if (parts->year < 1678 || parts->year > 2261 || parts->month < 1 || parts->month > 12)
		return false;
	if (parts->day < 1 || parts->day > days[parts->month - 1])
		return false;
	if (parts->month == 2 && parts->day == 29 && !leap)
		return false;
	return parts->hour <= 24 && parts->minute <= 59 && parts->second <= 60;
}

bool clock_read(struct view text, int64_t *ret_time)
{
	struct parts parts = {0};
	struct cursor cursor;
	int64_t seconds;

	text = view_trim(text);
	cursor = (struct cursor){text.ptr, text.ptr + text.len};
	if (!text.len)
		return false;
	if (!read_iso(cursor, &parts)) {
		parts = (struct parts){0};
		if (!read_rfc822(cursor, &parts))
			return false;
	}
	if (!parts_fit(&parts))
		return false;
	seconds = clock_days((int)parts.year, parts.month, parts.day) * 86400 + parts.hour * 3600 +
		  parts.minute * 60 + parts.second - parts.offset * INT64_C(60);
	*ret_time = seconds * CLOCK_SECOND + parts.nanos;
	return true;
}
