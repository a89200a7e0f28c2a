#include "base/clock.h"
#include "text/calendar.h"

/*
 * Dates in words and in digits. Each form is a function that reads on from a token and tells the
 * days meant; of those that hold, the one that takes most tokens counts. What leaves the year or
 * the week open is resolved against the day of the report: a day of a month to the nearest such
 * day, a weekday to the next one when the sentence speaks of what is to come, else to the last one;
 * the day itself counts as both.
 */
#define DAY_NS (CLOCK_SECOND * 86400)

static const struct sense *sense(const struct dates *dates, uint32_t at, enum sense_kind kind)
{
	return phrase_sense(&dates->phrase, at, kind);
}

static bool is_inside(const struct dates *dates, uint32_t at)
{
	return at >= dates->phrase.begin && at < dates->phrase.end;
}

static struct view folded(const struct dates *dates, uint32_t at)
{
	return is_inside(dates, at) ? phrase_word(&dates->phrase, at)->folded : VIEW("");
}

/* The token's digits as a number, with an ordinal's ending (14th) when allowed; -1 when it is none.
 */
static int digits(struct view text, size_t least, size_t most, bool ordinal)
{
	size_t len = 0;
	int value = 0;

	for (; len < text.len && len < 8 && text.ptr[len] >= '0' && text.ptr[len] <= '9'; len++)
		value = value * 10 + (text.ptr[len] - '0');
	if (len < least || len > most)
		return -1;
	if (len == text.len)
		return value;
	text = view_slice(text, len, text.len);
	return ordinal && (view_is(text, "th") || view_is(text, "st") || view_is(text, "nd") ||
			   view_is(text, "rd"))
		       ? value
		       : -1;
}

static int day_number(const struct dates *dates, uint32_t at)
{
	int day = digits(folded(dates, at), 1, 2, true);

	return day >= 1 && day <= 31 ? day : -1;
}

static int year_number(const struct dates *dates, uint32_t at)
{
	int year = digits(folded(dates, at), 4, 4, false);

	return year >= 1700 && year <= 2200 ? year : -1;
}

/* Whether nothing but a hyphen or dash without spaces, or the mark given, stands before the token.
 */
static bool is_joined(const struct dates *dates, uint32_t at)
{
	return is_inside(dates, at) && at > dates->phrase.begin &&
	       !dates->phrase.document->tokens.at[at].space_before &&
	       dates->phrase.document->tokens.at[at].from >
		       dates->phrase.document->tokens.at[at - 1].to;
}

/* 2025-12-19 */
static uint32_t read_iso(const struct dates *dates, uint32_t at, struct span *span)
{
	int year = year_number(dates, at), month = digits(folded(dates, at + 1), 2, 2, false),
	    day = digits(folded(dates, at + 2), 2, 2, false);

	if (year < 0 || month < 0 || !is_joined(dates, at + 1) || !is_joined(dates, at + 2) ||
	    !calendar_has(year, (unsigned)month, day))
		return at;
	span_set_date(dates, span, year, (unsigned)month, day);
	return at + 3;
}

/* 19.12.2025, one token */
static uint32_t read_dotted(const struct dates *dates, uint32_t at, struct span *span)
{
	struct view text = folded(dates, at);
	int part[3], day;

	if (text.len != 10 || text.ptr[2] != '.' || text.ptr[5] != '.')
		return at;
	part[0] = digits(view_slice(text, 0, 2), 2, 2, false);
	part[1] = digits(view_slice(text, 3, 5), 2, 2, false);
	part[2] = digits(view_slice(text, 6, 10), 4, 4, false);
	day = part[0];
	if (part[1] < 0 || part[2] < 1700 || part[2] > 2200 ||
	    !calendar_has(part[2], (unsigned)part[1], day))
		return at;
	span_set_date(dates, span, part[2], (unsigned)part[1], day);
	return at + 1;
}

/* 19/12/2025; where both could be the month, it is no known day. */
static uint32_t read_slashed(const struct dates *dates, uint32_t at, struct span *span)
{
	int one = day_number(dates, at), two = day_number(dates, at + 2),
	    year = year_number(dates, at + 4);

	if (one < 0 || two < 0 || year < 0 || !view_is(folded(dates, at + 1), "/") ||
	    !view_is(folded(dates, at + 3), "/") || (one > 12 && two > 12))
		return at;
	if (one > 12 || one == two)
		span_set_date(dates, span, year, (unsigned)two, one);
	else if (two > 12)
		span_set_date(dates, span, year, (unsigned)one, two);
	return at + 5;
}

/* ", 2025" or "2025 року" behind a day and month; -1 and `at` unmoved without. */
static int read_year(const struct dates *dates, uint32_t *at)
{
	uint32_t next = *at + (view_is(folded(dates, *at), ",") ? 1 : 0);
	int year = year_number(dates, next);

	if (year < 0)
		return -1;
	*at = next + 1;
	if (sense(dates, *at, SENSE_YEAR))
		++*at;
	return year;
}

/* The second day of a range: 14-16, 14 – 16, 14 and 16, 14 to 16; -1 and `at` unmoved without. */
static int read_second_day(const struct dates *dates, uint32_t *at)
{
	static const char *const words[] = {"-", "and", "to", "і", "и", "й", "та", "до", "по"};
	int day;

	if (is_joined(dates, *at) && (day = day_number(dates, *at)) > 0) {
		++*at;
		return day;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (view_is(folded(dates, *at), words[i]) &&
		    (day = day_number(dates, *at + 1)) > 0) {
			*at += 2;
			return day;
		}
	}
	return -1;
}

/* Sets the days of one month from `day` to `second` (-1: the same). */
static void set_range(const struct dates *dates, struct span *span, const int ymd[3], int second)
{
	struct span last = {0};

	span_set_date(dates, span, ymd[0], (unsigned)ymd[1], ymd[2]);
	if (second < 0 || !span->known)
		return;
	span_set_date(dates, &last, ymd[0], (unsigned)ymd[1], second);
	span->known = last.known && last.until >= span->from;
	span->until = last.until;
}

/* A month is no verb: capitalised in English. */
static const struct sense *month_at(const struct dates *dates, uint32_t at)
{
	const struct sense *month = sense(dates, at, SENSE_MONTH);
	const struct word *word;

	if (!month)
		return NULL;
	word = phrase_word(&dates->phrase, at);
	return word->capital || strcmp(language_code(word->lang), "en") != 0 ? month : NULL;
}

/* 14 May 2025, the 14th of May, 14-16 травня */
static uint32_t read_day_month(const struct dates *dates, uint32_t at, struct span *span)
{
	uint32_t begin = at;
	const struct sense *month;
	int ymd[3], second;

	at += sense(dates, at, SENSE_THE) != NULL;
	ymd[2] = day_number(dates, at);
	if (ymd[2] < 0)
		return begin;
	at++;
	second = read_second_day(dates, &at);
	at += sense(dates, at, SENSE_OF) != NULL;
	month = month_at(dates, at);
	if (!month)
		return begin;
	at++;
	ymd[1] = (int)month->value;
	ymd[0] = read_year(dates, &at);
	set_range(dates, span, ymd, second);
	return at;
}

/* May 14, 2025; May 14-16 */
static uint32_t read_month_day(const struct dates *dates, uint32_t at, struct span *span)
{
	const struct sense *month = month_at(dates, at);
	uint32_t begin = at;
	int ymd[3], second;

	if (!month || (ymd[2] = day_number(dates, at + 1)) < 0)
		return begin;
	at += 2;
	second = read_second_day(dates, &at);
	ymd[1] = (int)month->value;
	ymd[0] = read_year(dates, &at);
	set_range(dates, span, ymd, second);
	return at;
}

/* May 2025; "May" alone where a preposition or "last" stands before it, or where no verb looks like
 * it. */
static uint32_t read_month(const struct dates *dates, uint32_t at, struct span *span)
{
	const struct sense *month = month_at(dates, at);
	uint32_t end = at + 1;
	struct span middle = {0};
	int year;
	unsigned of, unused;

	if (!month)
		return at;
	year = read_year(dates, &end);
	if (year < 0 && (month->value == 3 || month->value == 5) &&
	    (at == dates->phrase.begin ||
	     (!sense(dates, at - 1, SENSE_AT) && !sense(dates, at - 1, SENSE_RELATIVE))))
		return at;
	if (year >= 0) {
		span_set_month(span, year, (unsigned)month->value);
		return end;
	}
	span_set_nearest(dates, &middle, (unsigned)month->value, 15);
	if (middle.known) {
		clock_date(middle.from, &year, &of, &unused);
		span_set_month(span, year, of);
	}
	return at + 1;
}

#define AHEAD_TOKENS_MAX 60 /* before and behind a weekday, where the verb is looked for */

static bool looks_ahead(const struct dates *dates, uint32_t around)
{
	uint32_t at = around - dates->phrase.begin > AHEAD_TOKENS_MAX ? around - AHEAD_TOKENS_MAX
								      : dates->phrase.begin;

	for (; at < dates->phrase.end && at <= around + AHEAD_TOKENS_MAX; at++) {
		if (sense(dates, at, SENSE_FUTURE) ||
		    (sense(dates, at, SENSE_DAY) && sense(dates, at, SENSE_DAY)->value > 0))
			return true;
	}
	return false;
}

static const struct sense *weekday_at(const struct dates *dates, uint32_t at)
{
	const struct sense *weekday = sense(dates, at, SENSE_WEEKDAY);
	const struct word *word;

	if (!weekday)
		return NULL;
	word = phrase_word(&dates->phrase, at);
	return word->capital || strcmp(language_code(word->lang), "en") != 0 ? weekday : NULL;
}

/* Friday; Friday, 14 May: the date then says which */
static uint32_t read_weekday(const struct dates *dates, uint32_t at, struct span *span)
{
	const struct sense *weekday = weekday_at(dates, at);
	uint32_t next, end;

	if (!weekday)
		return at;
	next = at + 1 + (view_is(folded(dates, at + 1), ",") ? 1 : 0);
	end = read_day_month(dates, next, span);
	if (end == next)
		end = read_month_day(dates, next, span);
	if (end > next)
		return end;
	span_set_weekday(dates, span, weekday->value, looks_ahead(dates, at) ? 1 : -1, false);
	return at + 1;
}

/* next week, last Friday, this month, the weekend, наступного тижня */
static uint32_t read_relative(const struct dates *dates, uint32_t at, struct span *span)
{
	const struct sense *relative = sense(dates, at, SENSE_RELATIVE);
	const struct sense *unit = sense(dates, at + 1, SENSE_UNIT);
	const struct sense *weekday = weekday_at(dates, at + 1);

	if (sense(dates, at, SENSE_THE) && unit && unit->value == UNIT_WEEKEND) {
		span_set_unit(dates, span, UNIT_WEEKEND, 0);
		return at + 2;
	}
	if (!relative || (!unit && !weekday))
		return at;
	if (weekday)
		span_set_weekday(dates, span, weekday->value, relative->value < 0 ? -1 : 1,
				 relative->value != 0);
	else
		span_set_unit(dates, span, (enum date_unit)unit->value, (int64_t)relative->value);
	return at + 2;
}

/* tomorrow; the day after tomorrow */
static uint32_t read_day_word(const struct dates *dates, uint32_t at, struct span *span)
{
	const struct sense *day = sense(dates, at, SENSE_DAY), *way;

	if (day) {
		span_set_unit(dates, span, UNIT_DAY, (int64_t)day->value);
		return at + 1;
	}
	if (!sense(dates, at, SENSE_THE) || !sense(dates, at + 1, SENSE_UNIT))
		return at;
	way = sense(dates, at + 2, SENSE_AFTER);
	way = way ? way : sense(dates, at + 2, SENSE_BEFORE);
	day = sense(dates, at + 3, SENSE_DAY);
	if (!way || !day || day->value != way->value ||
	    sense(dates, at + 1, SENSE_UNIT)->value != UNIT_DAY)
		return at;
	span_set_unit(dates, span, UNIT_DAY, (int64_t)(day->value + way->value));
	return at + 4;
}

#define AWAY_MAX 1000 /* units that a date lies away */

/* two weeks ago, in three days, через два тижні, дві години тому is none */
static uint32_t read_away(const struct dates *dates, uint32_t at, struct span *span)
{
	bool ahead = sense(dates, at, SENSE_WITHIN) != NULL;
	uint32_t number_at = at + ahead;
	double count = 1;
	enum bound bound;
	const struct sense *unit;
	uint32_t end = number_read(&dates->phrase, number_at, &count, &bound);

	if (end == number_at && sense(dates, end, SENSE_ARTICLE))
		end++;
	unit = sense(dates, end, SENSE_UNIT);
	if (!unit || (!ahead && !sense(dates, end + 1, SENSE_AGO)) || count > AWAY_MAX || count < 0)
		return at;
	if (unit->value == UNIT_WEEK)
		count *= 7;
	if (!ahead)
		count = -count;
	span_set_unit(dates, span,
		      unit->value == UNIT_WEEK ? UNIT_DAY : (enum date_unit)unit->value,
		      (int64_t)count);
	return end + 1 + !ahead;
}

/* in 2025, 2025 року */
static uint32_t read_year_alone(const struct dates *dates, uint32_t at, struct span *span)
{
	int year = year_number(dates, at);
	bool word = sense(dates, at + 1, SENSE_YEAR) != NULL;

	if (year < 0 || (!word && (at == dates->phrase.begin || !sense(dates, at - 1, SENSE_AT))))
		return at;
	span_set(span, clock_days(year, 1, 1), clock_days(year, 12, 31));
	return at + 1 + word;
}

static uint32_t (*const forms[])(const struct dates *, uint32_t, struct span *) = {
	read_iso,     read_dotted,   read_slashed,  read_day_month, read_month_day,  read_month,
	read_weekday, read_relative, read_day_word, read_away,	    read_year_alone,
};

static bool may_begin(const struct word *word)
{
	return word->kind == WORD_DIGITS || word->senses[0];
}

static uint32_t longest(const struct dates *dates, uint32_t at, struct span *ret_span)
{
	uint32_t best = at;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct span span = {0};
		uint32_t end = forms[i](dates, at, &span);

		if (end <= best || end > dates->phrase.end)
			continue;
		best = end;
		*ret_span = span;
	}
	return best;
}

/* Whether a date that begins earlier goes on over the token: "May" of "14 May". */
static bool is_held(const struct dates *dates, uint32_t at)
{
	struct span span;

	for (uint32_t back = 1; back <= 4 && at >= dates->phrase.begin + back; back++) {
		if (may_begin(phrase_word(&dates->phrase, at - back)) &&
		    longest(dates, at - back, &span) > at)
			return true;
	}
	return false;
}

uint32_t text_date(const struct document *document, uint32_t at, struct arena *arena,
		   struct value *ret_value)
{
	struct dates dates = {.phrase = phrase_at(document, at),
			      .dated = document->reported != CLOCK_NONE};
	struct span span = {0};
	uint32_t end;

	if (at >= dates.phrase.end || !may_begin(phrase_word(&dates.phrase, at)))
		return at;
	if (dates.dated) /* rounded down before 1970 too */
		dates.today = (document->reported - (document->reported < 0 ? DAY_NS - 1 : 0)) /
			      DAY_NS;
	end = longest(&dates, at, &span);
	if (end == at || is_held(&dates, at))
		return at;
	*ret_value = (struct value){.kind = VALUE_DATE, .text = document_words(document, at, end)};
	if (span.known) {
		ret_value->from = calendar_text(span.from, arena);
		ret_value->until = calendar_text(span.until, arena);
	}
	return end;
}
