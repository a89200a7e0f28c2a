#include "text_fixture.h"

#include "base/clock.h"

/* Every date of the text, left to right, as "words=from/until", or "words=?" when it cannot be
 * resolved. */
static const struct {
	const char *lang, *reported, *text, *dates;
} cases[] = {
	/* reported on a Friday */
	{"en", "2025-12-19", "on Friday, talks will begin", "Friday=2025-12-19/2025-12-19"},
	{"en", "2025-12-19", "Envoys will meet on Monday.", "Monday=2025-12-22/2025-12-22"},
	{"en", "2025-12-19", "Envoys met on Monday.", "Monday=2025-12-15/2025-12-15"},
	{"en", "2025-12-19", "last Friday and next Friday",
	 "last Friday=2025-12-12/2025-12-12; next Friday=2025-12-26/2025-12-26"},
	{"en", "2025-12-19", "on 14 May and May 14, 2025",
	 "14 May=2026-05-14/2026-05-14; May 14, 2025=2025-05-14/2025-05-14"},
	{"en", "2025-12-19", "Friday, 19 December 2025 is",
	 "Friday, 19 December 2025=2025-12-19/2025-12-19"},
	{"en", "2025-12-19", "the 14th of May, Jan. 5, Dec 31",
	 "the 14th of May=2026-05-14/2026-05-14; Jan. 5=2026-01-05/2026-01-05; Dec "
	 "31=2025-12-31/2025-12-31"},
	{"en", "2025-12-19", "14-16 May 2026, May 14–16",
	 "14-16 May 2026=2026-05-14/2026-05-16; May 14–16=2026-05-14/2026-05-16"},
	{"en", "2025-12-19", "They may march in May or in March 2024",
	 "May=2026-05-01/2026-05-31; March 2024=2024-03-01/2024-03-31"},
	{"en", "2025-12-19", "next week, last month, this year",
	 "next week=2025-12-22/2025-12-28; last month=2025-11-01/2025-11-30; this "
	 "year=2025-01-01/2025-12-31"},
	{"en", "2025-12-19", "at the weekend, tomorrow",
	 "the weekend=2025-12-20/2025-12-21; tomorrow=2025-12-20/2025-12-20"},
	{"en", "2025-12-19", "the day after tomorrow, the day before yesterday",
	 "the day after tomorrow=2025-12-21/2025-12-21; the day before "
	 "yesterday=2025-12-17/2025-12-17"},
	{"en", "2025-12-19", "two weeks ago, in three days, a month ago",
	 "two weeks ago=2025-12-05/2025-12-05; in three days=2025-12-22/2025-12-22; a month "
	 "ago=2025-11-01/2025-11-30"},
	{"en", "2025-12-19", "2025-12-19, 2025-13-40, 19.12.2025",
	 "2025-12-19=2025-12-19/2025-12-19; 19.12.2025=2025-12-19/2025-12-19"},
	{"en", "2025-12-19", "19/12/2025, 12/19/2025, 5/6/2025",
	 "19/12/2025=2025-12-19/2025-12-19; 12/19/2025=2025-12-19/2025-12-19; 5/6/2025=?"},
	{"en", "2025-12-19", "since 2014, 2014 people, 30 February",
	 "2014=2014-01-01/2014-12-31; 30 February=?"},
	{"en", "2026-01-02", "on 30 December", "30 December=2025-12-30/2025-12-30"},
	{"en", "2024-02-28", "on 29 February and tomorrow",
	 "29 February=2024-02-29/2024-02-29; tomorrow=2024-02-29/2024-02-29"},
	{"en", "", "on Friday, 14 May 2025, next week",
	 "Friday, 14 May 2025=2025-05-14/2025-05-14; next week=?"},
	{"en", "1969-12-31", "today and on Monday",
	 "today=1969-12-31/1969-12-31; Monday=1969-12-29/1969-12-29"},
	{"en", "2025-12-19", "the sun sat on a friday", ""},
	{"uk", "2025-12-19", "у п’ятницю, 19 грудня 2025 року",
	 "п’ятницю, 19 грудня 2025 року=2025-12-19/2025-12-19"},
	{"uk", "2025-12-19", "зустріч відбудеться у понеділок", "понеділок=2025-12-22/2025-12-22"},
	{"uk", "2025-12-19", "наступного тижня, завтра, позавчора",
	 "наступного тижня=2025-12-22/2025-12-28; завтра=2025-12-20/2025-12-20; "
	 "позавчора=2025-12-17/2025-12-17"},
	{"uk", "2025-12-19", "14 травня, у 2022 році, у травні",
	 "14 травня=2026-05-14/2026-05-14; 2022 році=2022-01-01/2022-12-31; "
	 "травні=2026-05-01/2026-05-31"},
	{"uk", "2025-12-19", "два дні тому, через тиждень",
	 "два дні тому=2025-12-17/2025-12-17; через тиждень=2025-12-26/2025-12-26"},
	{"ru", "2025-12-19", "на следующей неделе, 9 мая 2025 года",
	 "следующей неделе=2025-12-22/2025-12-28; 9 мая 2025 года=2025-05-09/2025-05-09"},
	{"ru", "2025-12-19", "в среду состоялась, три дня назад",
	 "среду=2025-12-17/2025-12-17; три дня назад=2025-12-16/2025-12-16"},
	{"ru", "2025-12-19", "с 14 по 16 мая", "14 по 16 мая=2026-05-14/2026-05-16"},
};

static const char *list(struct fixture *fixture)
{
	struct value value;

	str_reset(&fixture->out);
	str_add_text(&fixture->out, "");
	for (uint32_t at = 0; at < fixture->document.tokens.len;) {
		uint32_t end = text_date(&fixture->document, at, &fixture->arena, &value);

		if (end > at) {
			ck_assert_int_eq(value.kind, VALUE_DATE);
			str_printf(&fixture->out, "%s%.*s=", fixture->out.len ? "; " : "",
				   VIEW_ARGS(value.text));
			if (value.from.len)
				str_printf(&fixture->out, "%.*s/%.*s", VIEW_ARGS(value.from),
					   VIEW_ARGS(value.until));
			else
				str_add_text(&fixture->out, "?");
		}
		at = end > at ? end : at + 1;
	}
	return str_view(&fixture->out).ptr;
}

START_TEST(reads_dates)
{
	struct fixture fixture = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fixture_read(&fixture, cases[i].lang, cases[i].text);
		if (*cases[i].reported)
			ck_assert(
				clock_read(view_of(cases[i].reported), &fixture.document.reported));
		ck_assert_str_eq(list(&fixture), cases[i].dates);
	}
	fixture_fini(&fixture);
}
END_TEST

/* A date is found at its first token only. */
START_TEST(begins_where_it_begins)
{
	static const uint32_t ends[] = {0, 5, 2, 3, 4};
	struct fixture fixture = {0};
	struct value value;

	fixture_read(&fixture, "en", "on Friday 14 May 2025");
	for (uint32_t at = 0; at < 5; at++)
		ck_assert_uint_eq(text_date(&fixture.document, at, &fixture.arena, &value),
				  ends[at]);
	ck_assert_uint_eq(text_date(&fixture.document, 99, &fixture.arena, &value), 99);
	fixture_fini(&fixture);
}
END_TEST

int main(void)
{
	return RUN_SUITE("dates", reads_dates, begins_where_it_begins);
}
