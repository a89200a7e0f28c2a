#include "support/made_event.h"

#include "base/clock.h"

static uint64_t state;

static size_t below(size_t limit)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (size_t)(state >> 33) % limit;
}

static struct view words(void)
{
	static const char *const texts[] = {
		"UKR", "more than 600,000", "Світло \"є\"", "a\\b\n\t\x01", "😀",
		"x",   "</script>",	    "\x7F"};

	return view_of(texts[below(sizeof(texts) / sizeof(*texts))]);
}

static struct view maybe(void)
{
	return below(2) ? words() : VIEW_NONE;
}

const struct encode_context made_context = {
	.instance = {"test \"1\"", 8},
	.prefix = {"event.", 6},
	.ruleset = {"sha256:00ff", 11},
	.language = {"en", 2},
	.recorded = INT64_C(1766135000) * INT64_C(1000000000),
};

void made_seed(uint64_t seed)
{
	state = seed;
}

static struct value make_value(void)
{
	static const double numbers[] = {0, 1, 600000, 1.5, -2, 1e21, 0.1};

	return (struct value){.kind = (enum value_kind)below(6),
			      .bound = (enum bound)below(4),
			      .number = numbers[below(7)],
			      .text = words(),
			      .id = words(),
			      .type = maybe(),
			      .name = maybe(),
			      .in = maybe(),
			      .qid = maybe(),
			      .unit = maybe(),
			      .from = maybe(),
			      .until = maybe()};
}

static void make_fields(struct made *made)
{
	static const char *const names[MADE_MOST] = {"parties", "customers", "when", "ключ"};

	made->event.fields = made->fields;
	made->event.field_count = below(MADE_MOST + 1);
	for (size_t i = 0; i < made->event.field_count; i++) {
		made->fields[i] = (struct event_field){.name = view_of(names[i]),
						       .list = below(2) != 0,
						       .values = made->values[i],
						       .count = below(MADE_MOST)};
		for (size_t k = 0; k < MADE_MOST; k++) {
			made->values[i][k] = make_value();
			if (i == 0) /* of parties */
				made->values[i][k].kind = below(2) ? VALUE_ENTITY : VALUE_TEXT;
		}
	}
}

static void make_codes(struct made *made)
{
	static const char *const names[MADE_MOST] = {"cameo", "medtop", "acled", "gdelt"};

	made->event.codes = made->codes;
	made->event.code_count = below(MADE_MOST + 1);
	for (size_t i = 0; i < MADE_MOST; i++) {
		made->code_values[i] = words();
		made->codes[i] = (struct event_code){view_of(names[i]), made->code_values,
						     below(MADE_MOST)};
	}
}

static void make_why(struct made *made)
{
	made->event.why = made->why;
	made->event.why_count = below(MADE_MOST + 1);
	for (size_t i = 0; i < MADE_MOST; i++)
		made->why[i] = (struct event_why){.rule = below(2) ? VIEW("neg.main") : words(),
						  .node = words(),
						  .field = (enum item_field)below(ITEM_FIELDS),
						  .from = (uint32_t)below(1000),
						  .to = (uint32_t)below(100000),
						  .text = words(),
						  .points = (int)below(20) - 10};
}

void made_event(struct made *ret_made)
{
	struct made *made = ret_made;

	*made = (struct made){
		.event = {.class = VIEW("negotiation"),
			  .status = maybe(),
			  .direction = below(2) ? VIEW("+") : VIEW_NONE,
			  .modality = (unsigned)(below(2) ? below(128) : 0),
			  .score = (int)below(300) - 100,
			  .confidence = (double)below(1001) / 1000 + 1e-5,
			  .rule = VIEW("neg.main"),
			  .rev = VIEW("0123456789ab"),
			  .merge_key = maybe(),
			  .attributed_to = maybe()},
		.item = {.uri = words(),
			 .version = maybe(),
			 .source = maybe(),
			 .url = maybe(),
			 .published = below(2) ? INT64_C(1766134800) * CLOCK_SECOND : CLOCK_NONE,
			 .modified = below(2) ? INT64_C(1766134900500) * 1000000 : CLOCK_NONE,
			 .embargo = CLOCK_NONE}};
	made->item.fields[ITEM_HEADLINE].text = maybe();
	make_fields(made);
	make_codes(made);
	make_why(made);
}
