#include "text_fixture.h"

static const struct {
	const char *lang,
		*text; /* every number of the text, from left to right, as "words=value bound" */
	const char *numbers;
} numbers[] =
	{
		{"en", "more than 600,000 households", "more than 600,000=600000 at_least"},
		{"en", "left 1.2 million people", "1.2 million=1200000 exact"},
		{"en", "half a million and half-million",
		 "half a million=500000 exact; half-million=500000 exact"},
		{"en", "a dozen, two dozen, dozens",
		 "a dozen=12 exact; two dozen=24 exact; dozens=24 at_least"},
		{"en", "a 20-point plan on the F-16", "20=20 exact"},
		{"en", "In 2025 some 45 people", "2025=2025 exact; some 45=45 about"},
		{"en", "twenty-five or one hundred and fifty",
		 "twenty-five=25 exact; one hundred and fifty=150 exact"},
		{"en", "two hundred thousand three hundred and five",
		 "two hundred thousand three hundred and five=200305 exact"},
		{"en", "one and a half million homes", "one and a half million=1500000 exact"},
		{"en", "a quarter of a million", "a quarter of a million=250000 exact"},
		{"en", "hundreds of thousands, tens of thousands",
		 "hundreds of thousands=200000 at_least; tens of thousands=20000 at_least"},
		{"en", "several hundred, a couple of thousand, thousands of",
		 "several hundred=200 at_least; a couple of thousand=2000 at_least; thousands=2000 "
		 "at_least"},
		{"en", "no fewer than ten, up to 5m, nearly 3bn",
		 "no fewer than ten=10 at_least; up to 5m=5000000 at_most; nearly 3bn=3000000000 "
		 "about"},
		{"en", "the 20th, 330kV, 1970s, one", "one=1 exact"},
		{"en", "600\u00A0000 and 600 000",
		 "600\u00A0000=600000 exact; 600=600 exact; 000=0 exact"},
		{"en", "3.25 and 1,200.5 and 1,234,567",
		 "3.25=3.25 exact; 1,200.5=1200.5 exact; 1,234,567=1234567 exact"},
		{"en", "a man and a plan", ""},
		{"en", "over the hill at least once", ""},
		{"uk", "понад 600 тис. споживачів", "понад 600 тис.=600000 at_least"},
		{"uk", "близько 2 млн людей, 1,5 мільйона",
		 "близько 2 млн=2000000 about; 1,5 мільйона=1500000 exact"},
		{"uk", "600 000 осель і 600,000 осель",
		 "600 000=600000 exact; 600,000=600000 exact"},
		{"uk", "пів мільйона, півтора мільйона, дві тисячі",
		 "пів мільйона=500000 exact; півтора мільйона=1500000 exact; дві тисячі=2000 "
		 "exact"},
		{"uk", "тисячі людей, десятки тисяч, кілька сотень",
		 "тисячі=2000 at_least; десятки тисяч=20000 at_least; кілька сотень=200 at_least"},
		{"uk", "двадцять п’ять чи сто двадцять тисяч",
		 "двадцять п’ять=25 exact; сто двадцять тисяч=120000 exact"},
		{"uk", "не менше ніж 40 міст", "не менше ніж 40=40 at_least"},
		{"ru", "более 1,2 млн человек, до 30 тыс. домов",
		 "более 1,2 млн=1200000 at_least; до 30 тыс.=30000 at_most"},
		{"ru", "полтора миллиона, пятьсот, около тысячи",
		 "полтора миллиона=1500000 exact; пятьсот=500 exact; около тысячи=1000 about"},
		{"de", "1.200 Häuser, 1.234.567, 3,5",
		 "1.200=1200 exact; 1.234.567=1234567 exact; 3,5=3.5 exact"},
},
  amounts[] = {
	  {"en", "$5bn and $ 5 billion",
	   "$5bn=5000000000 exact USD; $ 5 billion=5000000000 exact USD"},
	  {"en", "more than 5 million euros", "more than 5 million euros=5000000 at_least EUR"},
	  {"en", "US$5m, A$3, €600,000",
	   "US$5m=5000000 exact USD; A$3=3 exact AUD; €600,000=600000 exact EUR"},
	  {"en", "5 billion U.S. dollars or 20 Canadian dollars",
	   "5 billion U.S. dollars=5000000000 exact USD; 20 Canadian dollars=20 exact CAD"},
	  {"en", "about UAH 300 million", "about UAH 300 million=300000000 about UAH"},
	  {"en", "$ signs and dollars and 5 apples", ""},
	  {"en", "a million dollars, millions of dollars", "a million dollars=1000000 exact USD"},
	  {"uk", "понад 5 млн грн і 20 тис. доларів",
	   "понад 5 млн грн=5000000 at_least UAH; 20 тис. доларів=20000 exact USD"},
	  {"ru", "около 500 рублей, 3 млрд евро",
	   "около 500 рублей=500 about RUB; 3 млрд евро=3000000000 exact EUR"},
};

static const char *list(struct fixture *fixture,
			uint32_t (*read)(const struct document *, uint32_t, struct value *))
{
	struct value value;

	str_reset(&fixture->out);
	str_add_text(&fixture->out, "");
	for (uint32_t at = 0; at < fixture->document.tokens.len;) {
		uint32_t end = read(&fixture->document, at, &value);

		if (end > at) {
			str_printf(&fixture->out, "%s%.*s=%.15g %s", fixture->out.len ? "; " : "",
				   VIEW_ARGS(value.text), value.number, bound_name(value.bound));
			if (value.unit.len)
				str_printf(&fixture->out, " %.*s", VIEW_ARGS(value.unit));
			ck_assert_int_eq(value.kind, VALUE_QUANTITY);
		}
		at = end > at ? end : at + 1;
	}
	return str_view(&fixture->out).ptr;
}

START_TEST(reads_numbers)
{
	struct fixture fixture = {0};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		fixture_read(&fixture, numbers[i].lang, numbers[i].text);
		ck_assert_str_eq(list(&fixture, text_number), numbers[i].numbers);
	}
	fixture_fini(&fixture);
}
END_TEST

START_TEST(reads_money)
{
	struct fixture fixture = {0};

	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		fixture_read(&fixture, amounts[i].lang, amounts[i].text);
		ck_assert_str_eq(list(&fixture, text_money), amounts[i].numbers);
	}
	fixture_fini(&fixture);
}
END_TEST

/* A number begins with its bound words or behind them, nowhere inside; the bound is kept either
 * way. */
START_TEST(begins_where_it_begins)
{
	static const uint32_t ends[] = {0, 5, 2, 5, 4};
	struct fixture fixture = {0};
	struct value value;

	fixture_read(&fixture, "en", "left more than 1.2 million homes");
	for (uint32_t at = 0; at < 5; at++)
		ck_assert_uint_eq(text_number(&fixture.document, at, &value), ends[at]);
	text_number(&fixture.document, 3, &value);
	ck_assert_int_eq(value.bound, BOUND_AT_LEAST);
	ck_assert(view_is(value.text, "1.2 million"));
	ck_assert_uint_eq(text_number(&fixture.document, 99, &value), 99);
	ck_assert_uint_eq(text_money(&fixture.document, 99, &value), 99);
	fixture_fini(&fixture);
}
END_TEST

int main(void)
{
	return RUN_SUITE("numbers", reads_numbers, reads_money, begins_where_it_begins);
}
