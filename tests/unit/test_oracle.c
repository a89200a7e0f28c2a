#include "rules/ruleset.h"

#include <check.h>
#include <stdio.h>

/*
 * The pre-filter and the index against their oracle: random rules over a small vocabulary on random
 * texts must give the same events, told to the last byte, by matcher_run (with a matcher that has
 * seen everything before, and with a fresh one) and with every rule tried at every token.
 */
#define RULESETS 120
#define TEXTS 20

struct dice {
	uint64_t state;
};

/* splitmix64 (Sebastiano Vigna, public domain). */
static uint64_t roll(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static unsigned up_to(struct dice *dice, unsigned count)
{
	return (unsigned)(roll(dice) % count);
}

static bool once_in(struct dice *dice, unsigned count)
{
	return up_to(dice, count) == 0;
}

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define PICK(dice, table) ((table)[up_to((dice), COUNT(table))])

static const char *const words[] = {"talk",  "talks", "talked",	 "deal",  "deals",  "peace",
				    "power", "cut",   "broke",	 "down",  "out",    "the",
				    "not",   "could", "grid",	 "envoy", "envoys", "storm",
				    "will",  "no",    "restored"};
static const char *const names[] = {"Ukraine",	 "Russia", "Russian",  "South Sudan",
				    "Sudan",	 "Kyiv",   "Zelensky", "US",
				    "Ukrainian", "Turkey", "turkey",   "us"};
static const char *const marks[] = {",", ";", ".", ".", ".", "\n\n", ":", "-"};
static const char *const quotes[] = {"“", "”", "said", "told"};
static const char *const numbers[] = {"600,000",	"7",	   "2025",
				      "half a million", "a dozen", "Friday"};

/* --- rules --------------------------------------------------------------------------------------
 */

struct maker {
	struct dice *dice;
	struct str *out;
	unsigned lists, terms; /* that may be referred to */
};

static void put_expr(struct maker *maker, unsigned depth);

static void put_sequence(struct maker *maker, unsigned depth);

static void put_group(struct maker *maker, unsigned depth)
{
	unsigned count = 1 + up_to(maker->dice, 3);

	str_add_char(maker->out, '(');
	for (unsigned i = 0; i < count; i++) {
		str_add_text(maker->out, i ? "|" : "");
		put_sequence(maker, depth + 1);
	}
	str_add_text(maker->out, once_in(maker->dice, 3) ? ")?" : ")");
}

static void put_reference(struct maker *maker)
{
	static const char *const fixed[] = {"$state",  "$place", "$UKR",      "$RUS",
					    "$person", "$num",	 "$num>=100", "$date"};
	unsigned which = up_to(maker->dice, 3);

	if (which == 0 && maker->lists > 0)
		str_printf(maker->out, "$list%u", up_to(maker->dice, maker->lists));
	else if (which == 1 && maker->terms > 0)
		str_printf(maker->out, "$term%u", up_to(maker->dice, maker->terms));
	else
		str_add_text(maker->out, PICK(maker->dice, fixed));
}

static void put_word(struct maker *maker)
{
	static const char *const others[] = {"negotiat*", "tal*",   "/[tp].*k/",
					     "==US",	  "=talks", "==Russian",
					     "=us",	  "pow*",   "/(19|20)\\\\d\\\\d/"};

	str_add_text(maker->out, once_in(maker->dice, 4) ? PICK(maker->dice, others)
							 : PICK(maker->dice, words));
}

static void put_element(struct maker *maker, unsigned depth)
{
	unsigned which = up_to(maker->dice, 8);

	if (which == 0 && depth < 3)
		put_group(maker, depth);
	else if (which == 1)
		put_reference(maker);
	else
		put_word(maker);
}

static void put_sequence(struct maker *maker, unsigned depth)
{
	unsigned count = 1 + up_to(maker->dice, depth ? 2 : 4);

	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			str_add_char(maker->out, ' ');
		if (i > 0 && once_in(maker->dice, 3))
			str_printf(maker->out, "<%u> ", 1 + up_to(maker->dice, 5));
		put_element(maker, depth);
	}
}

/* A pattern whose first element is a plain word, so that it is never wholly optional. */
static void put_pattern(struct maker *maker, bool anchors)
{
	str_add_char(maker->out, '"');
	if (once_in(maker->dice, 3))
		put_reference(maker);
	else if (once_in(maker->dice, 4))
		put_sequence(maker, 1);
	if (maker->out->ptr[maker->out->len - 1] != '"')
		str_add_text(maker->out, once_in(maker->dice, 2) ? " <3> " : " ");
	if (anchors && once_in(maker->dice, 4))
		str_add_char(maker->out, '^');
	put_word(maker);
	if (once_in(maker->dice, 2)) {
		str_add_char(maker->out, ' ');
		put_sequence(maker, 0);
	}
	str_add_char(maker->out, '"');
}

static void put_members(struct maker *maker, unsigned least, unsigned depth)
{
	unsigned count = least + up_to(maker->dice, 3);

	str_add_char(maker->out, '[');
	for (unsigned i = 0; i < count; i++) {
		str_add_text(maker->out, i ? ", " : "");
		put_expr(maker, depth + 1);
	}
	str_add_char(maker->out, ']');
}

static void put_near(struct maker *maker, unsigned depth)
{
	static const char *const within[] = {"2", "5", "sentence", "2 sentences", "paragraph"};

	str_printf(maker->out, "near: {within: %s, order: %s, of: ", PICK(maker->dice, within),
		   once_in(maker->dice, 3) ? "given" : "any");
	put_members(maker, 2, depth);
	str_add_char(maker->out, '}');
}

static void put_sum(struct maker *maker)
{
	str_printf(maker->out, "sum: {min: %u, of: {%s: 20, peace: 10, storm: -15, grid: 5}}",
		   10 + up_to(maker->dice, 20), once_in(maker->dice, 2) ? "talk" : "power");
}

static void put_operator(struct maker *maker, unsigned depth)
{
	static const char *const plain[] = {"any", "any", "all", "none"};
	unsigned which = up_to(maker->dice, 8);

	if (which == 0) {
		str_printf(maker->out, "atleast: {n: %u, of: ", 1 + up_to(maker->dice, 2));
		put_members(maker, 2, depth);
		str_add_char(maker->out, '}');
	} else if (which == 1) {
		str_add_text(maker->out, "count: {of: ");
		put_pattern(maker, true);
		str_printf(maker->out, ", min: %u}", 1 + up_to(maker->dice, 3));
	} else if (which == 2 || which == 5) {
		put_near(maker, depth);
	} else if (which == 3) {
		put_sum(maker);
	} else if (which == 4) {
		str_printf(maker->out, "meta: {urgency: <=%u}", 1 + up_to(maker->dice, 4));
	} else {
		str_printf(maker->out, "%s: ", PICK(maker->dice, plain));
		put_members(maker, 1, depth);
	}
}

static void put_modifiers(struct maker *maker, unsigned depth)
{
	static const char *const fixed[] = {
		", in: headline",      ", in: [body, lede]", ", first: 8",	 ", is: [quoted]",
		", is: [not negated]", ", case: true",	     ", lang: [en, uk]", ", by: $state"};

	if (once_in(maker->dice, 4))
		str_add_text(maker->out, PICK(maker->dice, fixed));
	if (once_in(maker->dice, 6)) {
		str_add_text(maker->out, ", except: ");
		put_expr(maker, depth + 2);
	}
}

static void put_expr(struct maker *maker, unsigned depth)
{
	if (depth > 0 && once_in(maker->dice, 3)) {
		str_printf(maker->out, "\"%s\"", PICK(maker->dice, words));
		return;
	}
	if (depth >= 3 || once_in(maker->dice, 3)) {
		put_pattern(maker, true);
		return;
	}
	str_add_char(maker->out, '{');
	put_operator(maker, depth);
	put_modifiers(maker, depth);
	str_add_char(maker->out, '}');
}

static void put_vocabulary(struct maker *maker)
{
	str_add_text(
		maker->out,
		"newstag: 1\n"
		"entities:\n"
		"  UKR: {type: state, names: [Ukraine], adj: [Ukrainian]}\n"
		"  RUS: {type: state, names: [Russia, the Russian power], adj: [Russian]}\n"
		"  SSD: {type: state, names: [South Sudan]}\n"
		"  SDN: {type: state, names: [Sudan, Turkey]}\n"
		"  USA: {type: state, names: [==US]}\n"
		"  kyiv: {type: place, in: UKR, names: [Kyiv]}\n"
		"  zelensky: {type: person, of: UKR, names: [Zelensky, envoy Zelensky]}\n"
		"cues:\n"
		"  no: {effect: negated, dir: forward, scope: 4, any: [=not, =no], stop: [\";\"]}\n"
		"  may: {effect: hypothetical, dir: both, scope: clause, any: [could, will]}\n"
		"lists:\n");
	for (maker->lists = 0; maker->lists < 3; maker->lists++) {
		unsigned count = 1 + up_to(maker->dice, 5);

		str_printf(maker->out, "  list%u: [", maker->lists);
		for (unsigned i = 0; i < count; i++) {
			str_add_text(maker->out, i ? ", " : "");
			put_pattern(maker, false);
		}
		str_add_text(maker->out, "]\n");
	}
	str_add_text(maker->out, "terms:\n");
	for (maker->terms = 0; maker->terms < 3; maker->terms++) {
		str_printf(maker->out, "  term%u: ", maker->terms);
		put_expr(maker, 0);
		str_add_char(maker->out, '\n');
	}
	str_add_text(maker->out, "rules:\n");
}

static void put_rule(struct maker *maker, unsigned number)
{
	static const char *const scopes[] = {"sentence", "sentence", "paragraph", "item"};
	static const char *const optional[] = {"unless", "unless_item"};

	str_printf(maker->out,
		   "  made.rule%u:\n    about: made by chance\n    scope: %s\n    window: %u\n"
		   "    emit: {class: c%u, status: s%u}\n    score: 55\n    when: ",
		   number, PICK(maker->dice, scopes), up_to(maker->dice, 2), number % 3,
		   number % 2);
	put_expr(maker, 0);
	for (size_t i = 0; i < COUNT(optional); i++)
		if (once_in(maker->dice, 4)) {
			str_printf(maker->out, "\n    %s: ", optional[i]);
			put_expr(maker, 1);
		}
	str_add_text(maker->out, "\n    adjust: [{add: 10, when: ");
	put_expr(maker, 1);
	str_add_text(maker->out, "}]\n    grab: {who: $state, what: ");
	put_expr(maker, 2);
	str_add_text(maker->out, "}\n");
	if (once_in(maker->dice, 2))
		str_add_text(maker->out,
			     "    modal: {negated: drop, hypothetical: {status: risk}}\n");
	if (once_in(maker->dice, 3))
		str_add_text(maker->out, "    group: g\n");
}

static struct ruleset *make_ruleset(struct dice *dice, struct str *text)
{
	struct maker maker = {.dice = dice, .out = text};
	struct diags diags = {0};
	struct ruleset *ruleset;

	str_reset(text);
	put_vocabulary(&maker);
	for (unsigned i = 0; i < 6; i++)
		put_rule(&maker, i);
	ruleset = ruleset_read("made.yaml", str_view(text), &diags);
	if (!ruleset) {
		diags_print(&diags, false, stderr);
		fputs(text->ptr, stderr);
	}
	diags_fini(&diags);
	return ruleset;
}

/* --- texts --------------------------------------------------------------------------------------
 */

static void put_text(struct dice *dice, struct str *out, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned which = up_to(dice, 12);

		str_add_text(out, which == 0   ? PICK(dice, marks)
				  : which == 1 ? PICK(dice, quotes)
				  : which == 2 ? PICK(dice, numbers)
				  : which <= 4 ? PICK(dice, names)
					       : PICK(dice, words));
		str_add_char(out, ' ');
	}
}

static struct item make_item(struct dice *dice, struct arena *arena)
{
	struct item item = {
		.uri = VIEW("urn:made"),
		.language = VIEW("en"),
		.published = 1700000000000000000,
		.modified = 1700000000000000000,
		.urgency = 1 + (int)up_to(dice, 5),
	};
	struct str out = {0};

	put_text(dice, &out, 4 + up_to(dice, 8));
	item.fields[ITEM_HEADLINE].text = arena_view(arena, str_view(&out));
	str_reset(&out);
	put_text(dice, &out, 20 + up_to(dice, 120));
	item.fields[ITEM_BODY].text = arena_view(arena, str_view(&out));
	str_fini(&out);
	return item;
}

/* --- events -------------------------------------------------------------------------------------
 */

static void tell_value(struct str *out, const struct value *value)
{
	str_printf(out, " %d/%d/%g/%.*s/%.*s/%.*s", value->kind, value->bound, value->number,
		   VIEW_ARGS(value->text), VIEW_ARGS(value->id), VIEW_ARGS(value->from));
}

static void tell_event(struct str *out, const struct event *event)
{
	str_printf(out, "%.*s %.*s %.*s %u %d %.*s %.*s\n", VIEW_ARGS(event->class),
		   VIEW_ARGS(event->status), VIEW_ARGS(event->rule), event->modality, event->score,
		   VIEW_ARGS(event->merge_key), VIEW_ARGS(event->attributed_to));
	for (size_t i = 0; i < event->field_count; i++) {
		str_printf(out, "  %.*s:", VIEW_ARGS(event->fields[i].name));
		for (size_t k = 0; k < event->fields[i].count; k++)
			tell_value(out, &event->fields[i].values[k]);
		str_add_char(out, '\n');
	}
	for (size_t i = 0; i < event->why_count; i++) {
		const struct event_why *why = &event->why[i];

		str_printf(out, "  why %.*s %.*s %d %u-%u %d\n", VIEW_ARGS(why->rule),
			   VIEW_ARGS(why->node), why->field, why->from, why->to, why->points);
	}
}

typedef void run_function(struct matcher *, const struct ruleset *, const struct item *, int64_t,
			  struct arena *, struct events *);

static void tell_run(run_function *run, struct matcher *matcher, const struct ruleset *ruleset,
		     const struct item *item, struct str *out)
{
	struct arena arena = {0};
	struct events events;

	str_reset(out);
	str_add_text(out, "");
	run(matcher, ruleset, item, 1700000000000000000, &arena, &events);
	for (size_t i = 0; i < events.len; i++)
		tell_event(out, &events.at[i]);
	arena_fini(&arena);
}

static size_t compare(const struct ruleset *ruleset, const struct item *item, struct matcher *used,
		      const char *source)
{
	struct matcher *fresh = matcher_new(LANGUAGE_UNKNOWN);
	struct str filtered = {0}, again = {0}, oracle = {0};
	size_t len;

	tell_run(matcher_run, used, ruleset, item, &filtered);
	tell_run(matcher_run, fresh, ruleset, item, &again);
	tell_run(matcher_run_unfiltered, fresh, ruleset, item, &oracle);
	if (filtered.len != oracle.len || memcmp(filtered.ptr, oracle.ptr, oracle.len) != 0 ||
	    again.len != oracle.len || memcmp(again.ptr, oracle.ptr, oracle.len) != 0) {
		struct view head = item->fields[ITEM_HEADLINE].text,
			    body = item->fields[ITEM_BODY].text;

		fprintf(stderr,
			"%s\nheadline: %.*s\nbody: %.*s\n--- filtered\n%s--- fresh\n%s--- "
			"oracle\n%s",
			source, VIEW_ARGS(head), VIEW_ARGS(body), filtered.ptr, again.ptr,
			oracle.ptr);
		ck_abort_msg("the filter changes the events");
	}
	len = oracle.len;
	str_fini(&filtered);
	str_fini(&again);
	str_fini(&oracle);
	matcher_free(fresh);
	return len;
}

START_TEST(agrees)
{
	struct matcher *used = matcher_new(LANGUAGE_UNKNOWN);
	struct str source = {0};
	size_t told = 0, some = 0;

	for (unsigned i = 0; i < RULESETS; i++) {
		struct dice dice = {.state = (uint64_t)_i * 1000 + i};
		struct ruleset *ruleset = make_ruleset(&dice, &source);
		struct arena arena = {0};

		ck_assert_ptr_nonnull(ruleset);
		for (unsigned k = 0; k < TEXTS; k++) {
			struct item item = make_item(&dice, &arena);
			size_t len = compare(ruleset, &item, used, source.ptr);

			told += len;
			some += len > 0;
		}
		arena_fini(&arena);
		ruleset_free(ruleset);
	}
	/* The comparison is worth something only where rules both fire and do not. */
	ck_assert_uint_gt(some, (size_t)RULESETS * TEXTS / 4);
	ck_assert_uint_gt(told, some * 50);
	str_fini(&source);
	matcher_free(used);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("oracle");
	TCase *tcase = tcase_create("oracle");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, agrees, 0, 2);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
