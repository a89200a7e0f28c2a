#include "rules/eval.h"

#include <check.h>

/*
 * Expressions against texts. A hit is written as its words; "@" and the anchor's words where a ^
 * was met; captures as name=words; evidence in parentheses; "-" is a hit without a span.
 */
static const char vocabulary[] =
	"newstag: 1\n"
	"entities:\n"
	"  UKR: {type: state, names: [Ukraine, Kyiv's government], adj: [Ukrainian]}\n"
	"  RUS: {type: state, names: [Russia, the Kremlin], adj: [Russian]}\n"
	"  SSD: {type: state, names: [South Sudan]}\n"
	"  SDN: {type: state, names: [Sudan]}\n"
	"  TUR: {type: state, names: [Turkey]}\n"
	"  WAL: {type: state, names: [=Wales]}\n"
	"  USA: {type: state, names: [==US, U.S., United States]}\n"
	"  zelensky: {type: person, of: UKR, names: [Zelensky, Volodymyr Zelensky]}\n"
	"  kyiv: {type: place, in: UKR, names: [Kyiv]}\n"
	"lists:\n"
	"  talks: [talk, negotiation, peace talk, round of talks]\n"
	"  fail: [collapse, (break|broke|broken) down, =ended without (agreement|a deal)]\n"
	"  power: {en: [power, electricity], uk: [світло]}\n"
	"  stop: [but, \";\"]\n"
	"  nested: [$fail at once, $talks]\n"
	"terms:\n"
	"  outage:\n"
	"    any: [blackout, (power|electricity) (cut|outage), lost <2> ^$power]\n"
	"    except: (media|news) blackout\n"
	"  together: {all: [$talks, $fail]}\n"
	"  slow: a <60> a <60> a <60> a <60> a <60> never\n"
	"  no_sport: {none: [football, league]}\n"
	"rules:\n"
	"  test.rule:\n"
	"    about: the expression under test\n"
	"    emit: {class: test}\n"
	"    scope: item\n"
	"    when: ";

static struct arena arena;
static struct matcher *matcher;
static struct ruleset *ruleset;
static struct diags diags;

static void setup(void)
{
	arena = (struct arena){0};
	diags = (struct diags){0};
	matcher = matcher_new(language_find(VIEW("en")));
	ruleset = NULL;
}

static void teardown(void)
{
	matcher_free(matcher);
	ruleset_free(ruleset);
	diags_fini(&diags);
	arena_fini(&arena);
}

static void read_expression(const char *expression)
{
	const char *text = arena_printf(&arena, "%s%s\n", vocabulary, expression);

	ruleset = ruleset_read("test.yaml", view_of(text), &diags);
	if (!ruleset)
		diags_print(&diags, false, stderr);
	ck_assert_msg(ruleset != NULL, "%s", expression);
}

static const struct expr *expression_of(const struct ruleset *from)
{
	return ruleset_packs(from)->rules.at[0]->when;
}

static void add_words(struct str *out, const struct match *match, uint32_t first, uint32_t end)
{
	str_add_view(out, document_words(match->document, first, end));
}

static void add_hit(struct str *out, const struct match *match, const struct hit *hit)
{
	if (hit->first == hit->end) {
		str_add_text(out, "-");
		return;
	}
	add_words(out, match, hit->first, hit->end);
	if (hit->anchored) {
		str_add_text(out, "@");
		add_words(out, match, hit->anchor, hit->anchor_end);
	}
	for (const struct capture *capture = hit->captures; capture; capture = capture->next) {
		str_printf(out, " %.*s=", VIEW_ARGS(capture->name));
		if (capture->value.kind == VALUE_ENTITY)
			str_add_view(out, capture->value.id);
		else
			add_words(out, match, capture->first, capture->end);
	}
	for (const struct hit *other = hit->evidence; other; other = other->next) {
		str_add_text(out, other == hit->evidence ? " (" : ", ");
		add_words(out, match, other->first, other->end);
		str_add_text(out, other->next ? "" : ")");
	}
}

static const char *shown(struct match *match, const struct hits *hits)
{
	struct str out = {0};
	const char *text;

	for (size_t i = 0; i < hits->len; i++) {
		str_add_text(&out, i ? " | " : "");
		add_hit(&out, match, &hits->at[i]);
	}
	text = arena_strndup(&arena, str_view(&out).ptr, out.len);
	str_fini(&out);
	return text;
}

static struct hits hits_in(struct match *match)
{
	struct scope scope = {0, (uint32_t)match->document->sentences.len};
	struct hits hits;

	match_expr(match, expression_of(ruleset), scope, &hits);
	return hits;
}

static const struct {
	const char *expression, *text, *hits;
} cases[] = {
	/* words */
	{"talk", "Talks were talked about; a talk.", "Talks | talked | talk"},
	{"=talks", "Talks were talked about; talks.", "Talks | talks"},
	{"==US", "The US told us of US.", "US | US"},
	{"negotiat*", "Negotiators renegotiate negotiations", "Negotiators | negotiations"},
	{"/(19|20)\\d\\d/", "In 1999 and 2025, not 20255.", "1999 | 2025"},
	{"peace talk", "Peace talks; peace, talks; peace. Talks", "Peace talks"},
	{"load shedding", "Load-shedding and load shedding", "Load-shedding | load shedding"},
	{"\";\"", "a; b; c", "; | ;"},
	{"talk ;", "talks; and talks", "talks;"},
	{"{any: [Turkey], case: true}", "Turkey ate turkey", "Turkey"},
	/* alternatives and options */
	{"(break|broke) down", "They broke down and break down", "broke down | break down"},
	{"(a|an)? deal", "a deal", "a deal | deal"},
	{"(power (cut|outage)|blackout)", "power outage, blackout, power",
	 "power outage | blackout"},
	{"deal (of (the day)?)? peace", "deal of peace, deal peace, deal of the day peace",
	 "deal of peace | deal peace | deal of the day peace"},
	/* gaps */
	{"talk <2> collapse", "talks collapsed", "talks collapsed"},
	{"talk <2> collapse", "talks have now collapsed", "talks have now collapsed"},
	{"talk <2> collapse", "talks have by now collapsed", ""},
	{"talk <1-2> collapse", "talks collapsed", ""},
	{"talk <1-2> collapse", "talks have collapsed", "talks have collapsed"},
	{"talk <2> collapse", "talks, he said, collapsed", "talks, he said, collapsed"},
	{"talk <2> collapse", "talks. All collapsed", ""},
	{"talk <6> collapse", "talks collapsed and collapsed", "talks collapsed"},
	{"talk <6> collapse", "talks after talks collapsed",
	 "talks after talks collapsed | talks collapsed"},
	{"a <1> (b|c) <1> d", "a b c d", "a b c d"},
	{"a <3> ;", "a b; c", "a b;"},
	/* anchors */
	{"$talks <6> ^$fail", "The talks have broken down.", "talks have broken down@broken down"},
	{"^(walk|walked) out", "They walked out", "walked out@walked"},
	{"a (b ^c) d", "a b c d", "a b c d@c"},
	{"a ^(b|c d) e", "a c d e", "a c d e@c d"},
	/* lists and terms */
	{"$talks", "A round of talks, then peace talks",
	 "round of talks | talks | peace talks | talks"},
	{"$talks collapse", "peace talks collapsed", "peace talks collapsed | talks collapsed"},
	{"$power", "power, світло", "power"},
	{"$nested", "talks collapsed at once", "talks | collapsed at once"},
	{"$outage", "A blackout, a media blackout, power cuts", "blackout | power cuts"},
	{"$outage", "Homes lost all their power", "lost all their power@power"},
	{"^$outage", "blackout", "blackout@blackout"},
	{"the $outage", "Homes in the blackout", "the blackout"},
	{"$together", "talks here. All collapsed", "talks (collapsed)"},
	{"(so $together)", "so talks collapsed. So talks", "so talks"},
	{"$no_sport", "no ball", "-"},
	{"$no_sport", "football", ""},
	/* entities */
	{"$UKR", "Ukraine, Zelensky and the Ukrainians", "Ukraine | Zelensky | Ukrainians"},
	{"who=$state", "Volodymyr Zelensky met the Kremlin in Kyiv",
	 "Volodymyr Zelensky who=UKR | the Kremlin who=RUS"},
	{"$state", "South Sudan and Sudan", "South Sudan | Sudan"},
	{"$TUR", "Turkey; a turkey", "Turkey"},
	{"$WAL", "Wales and WALES; no wales; the Wale and Waled", "Wales | WALES"},
	{"$USA", "us in the US, the U.S. and the United States", "US | U.S. | United States"},
	{"$place", "Kyiv's government in Kyiv", "Kyiv | Kyiv"},
	{"$person <2> $state", "Zelensky left Russia", "Zelensky left Russia"},
	/* numbers */
	{"users=$num home", "600,000 homes and 7 homes",
	 "600,000 homes users=600,000 | 7 homes users=7"},
	{"$num>=1000", "600,000 homes and 7 homes", "600,000"},
	{"$num<10 <2> home", "600,000 homes and 7 cold homes", "7 cold homes"},
	/* any, all, none */
	{"[peace, peace talk, talk]", "peace talks", "peace | peace talks | talks"},
	{"{any: [talk, =talks]}", "talks", "talks"},
	{"{all: [talk, collapse]}", "talks. All collapsed", "talks (collapsed)"},
	{"{all: [talk, ^collapse]}", "talks. All collapsed", "collapsed@collapsed (talks)"},
	{"{all: [talk, collapse]}", "collapsed. Some fell. talks, collapsed", "talks (collapsed)"},
	{"{all: [talk, collapse]}", "talks", ""},
	{"{all: [talk, {none: [collapse]}]}", "talks", "talks"},
	{"{all: [talk, {none: [collapse]}]}", "talks collapsed", ""},
	{"{all: [{none: [talk]}, {none: [collapse]}]}", "peace", "-"},
	{"{none: [talk, collapse]}", "a talk", ""},
	/* counting */
	{"{atleast: {n: 2, of: [talk, peace, deal]}}", "a deal, more talks", "deal (talks)"},
	{"{atleast: {n: 2, of: [talk, peace, deal]}}", "talks and talks", ""},
	{"{count: {of: talk, min: 3}}", "talks, talks, talks", "talks (talks, talks)"},
	{"{count: {of: talk, min: 3}}", "talks, talks", ""},
	{"{sum: {min: 30, of: {blackout: 20, substation: 10, concert: -30}}}",
	 "blackout at a substation", "blackout (substation)"},
	{"{sum: {min: 30, of: {blackout: 20, substation: 10, concert: -30}}}",
	 "blackout at a substation at a concert", ""},
	{"{sum: {min: 30, of: {blackout: 20, substation: 10}}}", "blackout, blackout", ""},
	/* near */
	{"{near: {within: 2, of: [talk, collapse]}}", "talks have collapsed",
	 "talks have collapsed (talks, collapsed)"},
	{"{near: {within: 2, of: [talk, collapse]}}", "collapsed the talks",
	 "collapsed the talks (talks, collapsed)"},
	{"{near: {within: 2, order: given, of: [talk, collapse]}}", "collapsed the talks", ""},
	{"{near: {within: 1, of: [talk, collapse]}}", "talks have all collapsed", ""},
	{"{near: {within: 9, of: [talk, collapse]}}", "talks. All collapsed", ""},
	{"{near: {within: sentence, of: [talk, collapse]}}", "talks, a b c d e f, collapsed",
	 "talks, a b c d e f, collapsed (talks, collapsed)"},
	{"{near: {within: 2 sentences, of: [talk, collapse]}}", "Talks. All collapsed.",
	 "Talks. All collapsed (Talks, collapsed)"},
	{"{near: {within: 2 sentences, of: [talk, collapse]}}", "Talks. No. All collapsed.", ""},
	{"{near: {within: paragraph, of: [talk, collapse]}}", "Talks. No. All collapsed.",
	 "Talks. No. All collapsed (Talks, collapsed)"},
	{"{near: {within: paragraph, of: [talk, collapse]}}", "Talks.\n\nAll collapsed.", ""},
	{"{near: {within: 3, of: [talk, ^collapse, peace]}}", "peace talks now collapsed",
	 "peace talks now collapsed@collapsed (talks, collapsed, peace)"},
	{"{near: {within: 3, of: [peace talk, talk]}}", "peace talks", ""},
	/* modifiers */
	{"{any: [talk], except: [peace talk]}", "talks and peace talks", "talks"},
	{"{any: [talk], first: 3}", "a b talks talks", "talks"},
	{"{none: [talk], first: 3}", "a b c talks", "-"},
	{"{any: [talk], in: headline}", "talks", ""},
	{"{any: [talk], in: [body, headline]}", "talks", "talks"},
	{"{any: [talk], in: lede}", "Talks.\n\nMore talks.", "Talks"},
	{"{none: [talk], in: headline}", "talks", "-"},
	{"{all: [talk, {any: [deal], in: headline}]}", "talks, deal", ""},
	{"{any: [talk], lang: uk}", "talks", ""},
	{"{any: [talk], lang: [uk, en]}", "talks", "talks"},
	{"{any: [talk], is: [quoted]}", "talks and “more talks”", "talks"},
	{"{any: [talk], is: [not quoted]}", "more talks and “talks”", "talks"},
	{"{meta: {lang: en}}", "talks", "-"},
	{"{meta: {lang: uk}}", "talks", ""},
};

START_TEST(gives)
{
	struct match *match;
	struct hits hits;

	read_expression(cases[_i].expression);
	for (int unfiltered = 0; unfiltered < 2; unfiltered++) {
		match = matcher_begin_text(matcher, ruleset, view_of(cases[_i].text),
					   language_find(VIEW("en")), &arena);
		match->unfiltered = unfiltered;
		hits = hits_in(match);
		ck_assert_str_eq(shown(match, &hits), cases[_i].hits);
	}
}
END_TEST

/* --- pieces --------------------------------------------------------------------------------------
 */

static const struct {
	const char *expression, *text, *pieces;
} pieced[] = {
	{"peace talk", "peace talks", "peace talks"},
	{"$talks <6> ^$fail", "talks have not broken down", "talks / broken down"},
	{"no <1> sign <1> of", "no sign of", "no sign of"},
	{"so $outage", "so lost all power", "so lost / power"},
	{"{near: {within: 3, of: [talk, collapse]}}", "collapsed not talks", "collapsed / talks"},
};

START_TEST(keeps_pieces)
{
	struct str out = {0};
	struct match *match;
	struct hits hits;

	read_expression(pieced[_i].expression);
	match = matcher_begin_text(matcher, ruleset, view_of(pieced[_i].text),
				   language_find(VIEW("en")), &arena);
	hits = hits_in(match);
	ck_assert_uint_eq(hits.len, 1);
	for (const struct piece *piece = hits.at[0].pieces; piece; piece = piece->next) {
		str_add_text(&out, piece == hits.at[0].pieces ? "" : " / ");
		add_words(&out, match, piece->first, piece->end);
	}
	ck_assert_str_eq(str_view(&out).ptr, pieced[_i].pieces);
	str_fini(&out);
}
END_TEST

/* --- bounds --------------------------------------------------------------------------------------
 */

static struct view repeated(const char *word, size_t times, const char *end)
{
	struct str out = {0};
	struct view text;

	for (size_t i = 0; i < times; i++)
		str_add_text(&out, word);
	str_add_text(&out, end);
	text = arena_view(&arena, str_view(&out));
	str_fini(&out);
	return text;
}

START_TEST(bounds_backtracking)
{
	struct match *match;
	struct hits hits;

	read_expression("a <60> a <60> a <60> a <60> a <60> a <60> never");
	match = matcher_begin_text(matcher, ruleset, repeated("a ", 400, "b"),
				   language_find(VIEW("en")), &arena);
	hits = hits_in(match);
	ck_assert_uint_eq(hits.len, 0);
	ck_assert_uint_gt(match->steps, MATCH_STEPS_MAX);
	ck_assert_uint_lt(match->steps, 2 * MATCH_STEPS_MAX);
}
END_TEST

START_TEST(bounds_terms_by_themselves)
{
	struct match *match;
	struct hits hits;

	read_expression("[b, $slow]");
	match = matcher_begin_text(matcher, ruleset, repeated("a ", 400, "b"),
				   language_find(VIEW("en")), &arena);
	hits = hits_in(match);
	ck_assert_str_eq(shown(match, &hits), "b");
	ck_assert_uint_lt(match->steps, MATCH_STEPS_MAX);
}
END_TEST

START_TEST(bounds_hits)
{
	struct match *match;
	struct hits hits;

	read_expression("{any: [a, {any: [=a], name: x}]}");
	match = matcher_begin_text(matcher, ruleset, repeated("a ", HITS_MAX + 9, ""),
				   language_find(VIEW("en")), &arena);
	hits = hits_in(match);
	ck_assert_uint_eq(hits.len, HITS_MAX);
}
END_TEST

START_TEST(bounds_near)
{
	struct match *match;
	struct hits hits;

	read_expression("{near: {within: paragraph, of: [start, finish]}}");
	match = matcher_begin_text(
		matcher, ruleset,
		arena_view(&arena, view_of(arena_printf(
					   &arena, "Start. %s Finish.",
					   repeated("More. ", NEAR_SENTENCES_MAX - 2, "").ptr))),
		language_find(VIEW("en")), &arena);
	hits = hits_in(match);
	ck_assert_uint_eq(hits.len, 1);
	match = matcher_begin_text(
		matcher, ruleset,
		arena_view(&arena, view_of(arena_printf(
					   &arena, "Start. %s Finish.",
					   repeated("More. ", NEAR_SENTENCES_MAX - 1, "").ptr))),
		language_find(VIEW("en")), &arena);
	hits = hits_in(match);
	ck_assert_uint_eq(hits.len, 0);
}
END_TEST

/* The memo's rounds are 32 bits; an item after they begin anew must not see hits of long ago. */
START_TEST(survives_the_last_round)
{
	static const char *const texts[] = {"a talk", "peace", "talks and a talk", "b", "talk"};
	static const char *const expected[] = {"talk", "", "talks | talk", "", "talk"};
	struct match *match;
	struct hits hits;

	read_expression("[$talks, never]");
	for (size_t i = 0; i < 5; i++) {
		match = matcher_begin_text(matcher, ruleset, view_of(texts[i]),
					   language_find(VIEW("en")), &arena);
		hits = hits_in(match);
		ck_assert_str_eq(shown(match, &hits), expected[i]);
		if (i == 1)
			matcher->memo.round = UINT32_MAX;
	}
	ck_assert_uint_eq(matcher->memo.round, 3);
}
END_TEST

/* --- entities ------------------------------------------------------------------------------------
 */

START_TEST(names_entities)
{
	const struct entity *zelensky, *ukraine, *kyiv;
	const struct packs *packs;

	read_expression("talk");
	packs = ruleset_packs(ruleset);
	zelensky = table_get(&packs->entity_names, VIEW("zelensky"));
	ukraine = table_get(&packs->entity_names, VIEW("UKR"));
	kyiv = table_get(&packs->entity_names, VIEW("kyiv"));
	ck_assert(entity_belongs(zelensky, ukraine));
	ck_assert(!entity_belongs(ukraine, zelensky));
	ck_assert(!entity_belongs(kyiv, ukraine));
	ck_assert_ptr_eq(entity_as_type(zelensky, VIEW("state")), ukraine);
	ck_assert_ptr_eq(entity_as_type(zelensky, VIEW("person")), zelensky);
	ck_assert_ptr_null(entity_as_type(ukraine, VIEW("person")));
}
END_TEST

START_TEST(finds_mentions)
{
	struct match *match;
	const struct mention *mentions;
	size_t count;

	read_expression("talk");
	match = matcher_begin_text(matcher, ruleset,
				   VIEW("Ukraine. Kyiv's government met South Sudan."),
				   language_find(VIEW("en")), &arena);
	mentions = match_mentions(match, 1, &count);
	ck_assert_uint_eq(count, 3);
	ck_assert(view_is(mentions[0].entity->id, "UKR"));
	ck_assert(view_is(mentions[1].entity->id, "kyiv"));
	ck_assert(view_is(mentions[2].entity->id, "SSD"));
	match_mentions(match, 0, &count);
	ck_assert_uint_eq(count, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("match");
	TCase *tcase = tcase_create("match");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, gives, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(tcase, keeps_pieces, 0, sizeof(pieced) / sizeof(pieced[0]));
	tcase_add_test(tcase, bounds_backtracking);
	tcase_add_test(tcase, bounds_terms_by_themselves);
	tcase_add_test(tcase, bounds_hits);
	tcase_add_test(tcase, bounds_near);
	tcase_add_test(tcase, survives_the_last_round);
	tcase_add_test(tcase, names_entities);
	tcase_add_test(tcase, finds_mentions);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
