#include "base/clock.h"
#include "base/file.h"
#include "unit/tree_text.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "newstag: 1\n"
#define RULE "rules: {r: {about: x, when: a}}\n"

static struct arena arena;
static struct diags diags;
static struct packs *packs;
static char folder[32]; /* of the test's files; "" until there is one */

static void setup(void)
{
	arena = (struct arena){0};
	diags = (struct diags){0};
	packs = NULL;
	folder[0] = '\0';
}

static void reset(void)
{
	if (packs)
		packs_fini(packs);
	packs = NULL;
	diags_fini(&diags);
}

static void teardown(void)
{
	reset();
	if (folder[0])
		ck_assert_int_eq(system(arena_printf(&arena, "rm -r %s", folder)), 0);
	arena_fini(&arena);
}

static const char *told(void)
{
	struct str out = {0};
	const char *text;

	diags_text(&diags, &out);
	text = arena_strndup(&arena, out.ptr, out.len);
	str_fini(&out);
	return text;
}

static void read_pack(const char *text)
{
	reset();
	packs = packs_read("p.yaml", view_of(text), &arena, &diags);
	ck_assert_int_eq(packs != NULL, diags.errors == 0);
}

/* --- files --------------------------------------------------------------------------------------
 */

static void make_file(const char *name, const char *text)
{
	const char *path, *slash;
	FILE *file;

	if (!folder[0]) {
		strcpy(folder, "/tmp/test_pack.XXXXXX");
		ck_assert_ptr_nonnull(mkdtemp(folder));
	}
	path = slash = arena_printf(&arena, "%s/%s", folder, name);
	while ((slash = strchr(slash + 1, '/')))
		mkdir(arena_strndup(&arena, path, (size_t)(slash - path)), 0777);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void load_with(const char *const *paths, size_t count, const char *enable,
		      const char *disable)
{
	struct packs_options options = {.paths = paths,
					.path_count = count,
					.enable = &enable,
					.enable_count = enable != NULL,
					.disable = &disable,
					.disable_count = disable != NULL};

	reset();
	packs = packs_load(&options, &arena, &diags);
}

static void load_folder(void)
{
	const char *path = folder;

	load_with(&path, 1, NULL, NULL);
}

START_TEST(worked_packs_load)
{
	const char *const paths[] = {SOURCE_FOLDER "/tests/rules/worked"};
	const struct rule *rule;
	struct str text = {0};

	load_with(paths, 1, NULL, NULL);
	ck_assert_str_eq(told(), "");
	ck_assert_uint_eq(packs->file_count, 2);
	ck_assert_uint_eq(packs->rules.len, 3);
	ck_assert_uint_eq(packs->entities.len, 17);
	ck_assert_uint_eq(packs->cues.len, 5);
	rule = table_get(&packs->rule_names, VIEW("nego.collapsed"));
	expr_text(rule->when, &text);
	ck_assert_str_eq(text.ptr,
			 "(any [$list:talks <0-6> ^$list:fail] [^$list:fail <0-3> $list:talks] "
			 "[^(walk|=walked) (out|away) <0-2> (of|from) <0-3> $list:talks])");
	str_fini(&text);
	ck_assert_uint_eq(rule->emit_count, 2);
	ck_assert_uint_eq(rule->code_count, 3);
	ck_assert(rule->grabs[0].exclude_speaker && !rule->grabs[1].exclude_speaker);
	ck_assert_uint_eq(rule->test_count, 10);
	ck_assert_uint_eq(strlen(packs->hash), 71);
}
END_TEST

START_TEST(files_in_name_order)
{
	make_file("b/c/z.yml", HEAD "lists: {c: [x]}\n");
	make_file("a.yaml", HEAD "lists: {a: [x]}\n");
	make_file("b/y.yaml", HEAD "lists: {b: [x]}\n");
	make_file(".hidden.yaml", "(");
	make_file("note.txt", "(");
	load_folder();
	ck_assert_str_eq(told(), "");
	ck_assert_uint_eq(packs->file_count, 3);
	ck_assert_uint_eq(packs->lists.len, 3);
	ck_assert(view_is(packs->lists.at[0]->name, "a"));
	ck_assert(view_is(packs->lists.at[1]->name, "c"));
	ck_assert(view_is(packs->lists.at[2]->name, "b"));
}
END_TEST

START_TEST(unreadable_paths)
{
	const char *const paths[] = {"/nowhere/at/all", folder};

	make_file("a.yaml", HEAD "terms: {t: $missing}\n"); /* which may be there */
	load_with(paths, 2, NULL, NULL);
	ck_assert_ptr_null(packs);
	ck_assert_str_eq(told(), "0:0 unreadable");
	ck_assert_str_eq(diags.at[0].place.file, paths[0]);
}
END_TEST

START_TEST(folders_too_deep)
{
	make_file("1/2/3/4/5/6/7/8/a.yaml", HEAD);
	load_folder();
	ck_assert_str_eq(told(), "");
	make_file("1/2/3/4/5/6/7/8/9/a.yaml", HEAD);
	load_folder();
	ck_assert_str_eq(told(), "0:0 unreadable");
}
END_TEST

START_TEST(too_many_files)
{
	for (int i = 0; i < 4096; i++)
		make_file(arena_printf(&arena, "%d.yaml", i), HEAD);
	load_folder();
	ck_assert_str_eq(told(), "");
	ck_assert_uint_eq(packs->file_count, 4096);
	make_file("more.yaml", HEAD);
	make_file("most.yaml", HEAD);
	load_folder();
	ck_assert_str_eq(told(), "0:0 unreadable");
}
END_TEST

START_TEST(hash_of_contents_and_choice)
{
	const char *path = folder;
	char first[sizeof(packs->hash)];

	make_file("a.yaml", HEAD RULE);
	load_folder();
	memcpy(first, packs->hash, sizeof(first));
	load_folder();
	ck_assert_str_eq(packs->hash, first);
	load_with(&path, 1, "r", NULL);
	ck_assert_str_ne(packs->hash, first);
	load_with(&path, 1, NULL, "r");
	ck_assert_str_ne(packs->hash, first);
	make_file("a.yaml", HEAD RULE "# a remark\n");
	load_folder();
	ck_assert_str_ne(packs->hash, first);
}
END_TEST

START_TEST(enable_and_disable)
{
	const char *path = folder;

	make_file("a.yaml", HEAD "rules:\n  a.x: {about: x, when: a}\n"
				 "  a.y: {about: x, when: b, status: off}\n"
				 "  b.z: {about: x, when: c}\n");
	load_folder();
	ck_assert(packs->rules.at[0]->enabled && !packs->rules.at[1]->enabled);
	load_with(&path, 1, "a.*", "?.x");
	ck_assert_str_eq(told(), "");
	ck_assert(!packs->rules.at[0]->enabled && packs->rules.at[1]->enabled &&
		  packs->rules.at[2]->enabled);
	load_with(&path, 1, "c.*", "d");
	ck_assert_str_eq(told(), "0:0 no-such-rule; 0:0 no-such-rule");
	ck_assert_uint_eq(diags.errors, 0);
}
END_TEST

/* --- what is read -------------------------------------------------------------------------------
 */

START_TEST(reads_names)
{
	const struct entity *entity;
	struct str text = {0};

	read_pack(HEAD "entities:\n"
		       "  UKR: {type: state, names: {en: [Ukraine, Kyiv's government, ==US], uk: "
		       "Україн*}, adj: [Ukrainian, Чад, the 7]}\n"
		       "  p: {type: person, of: UKR, in: UKR, name: P. P., names: [Li U.N.]}\n"
		       "  q: {type: place, in: XYZ, names: [=x], qid: Q1}\n");
	ck_assert_str_eq(told(), "");
	entity = packs->entities.at[0];
	for (size_t i = 0; i < entity->name_count; i++) {
		str_add_text(&text, i ? "; " : "");
		expr_text(entity->names[i], &text);
	}
	ck_assert_str_eq(text.ptr, "~Ukraine en; ~=Kyiv ='s government en; ==US en; Україн* uk; "
				   "~Ukrainian; ~=Чад; the =7");
	ck_assert(view_is(entity->name, "Ukraine") && view_is(entity->type, "state"));
	entity = packs->entities.at[1];
	ck_assert_ptr_eq(entity->parent, packs->entities.at[0]);
	ck_assert_ptr_eq(entity->within, packs->entities.at[0]);
	ck_assert(view_is(entity->name, "P. P."));
	str_reset(&text);
	expr_text(entity->names[0], &text);
	ck_assert_str_eq(text.ptr, "~=Li ~=U.N.");
	entity = packs->entities.at[2];
	ck_assert_ptr_null(entity->within);
	ck_assert(view_is(entity->name, "x") && view_is(entity->in, "XYZ"));
	str_fini(&text);
}
END_TEST

START_TEST(reads_lists_and_cues)
{
	const struct list *list;
	const struct cue *cue;
	struct str text = {0};

	read_pack(HEAD "lists: {l: {en: [a, b], uk: [c]}, m: [d], n: e}\n"
		       "cues:\n"
		       "  x: {effect: denied, any: {en: [a], uk: [$m]}, scope: 6, dir: both}\n"
		       "  y: {effect: negated, any: no, pseudo: [not only], stop: $m, lang: "
		       "[en, uk], scope: sentence, dir: backward}\n"
		       "  z: {effect: averted, any: [$n, $l]}\n");
	ck_assert_str_eq(told(), "");
	list = packs->lists.at[0];
	for (size_t i = 0; i < list->entry_count; i++) {
		str_add_text(&text, i ? "; " : "");
		expr_text(list->entries[i], &text);
	}
	ck_assert_str_eq(text.ptr, "a en; b en; c uk");
	cue = packs->cues.at[0];
	ck_assert(cue->effect == MODALITY_DENIED && cue->dir == CUE_BOTH &&
		  cue->scope == CUE_WORDS && cue->words == 6);
	str_reset(&text);
	expr_text(cue->any, &text);
	ck_assert_str_eq(text.ptr, "(any [a en] [$list:m uk])");
	cue = packs->cues.at[1];
	ck_assert(cue->scope == CUE_SENTENCE && cue->dir == CUE_BACKWARD && cue->langs.len == 2);
	ck_assert(cue->pseudo->child_count == 1 && cue->stop->child_count == 1);
	cue = packs->cues.at[2];
	ck_assert(cue->scope == CUE_CLAUSE && cue->dir == CUE_FORWARD && !cue->pseudo &&
		  !cue->stop);
	str_fini(&text);
}
END_TEST

START_TEST(reads_a_rule)
{
	const struct rule *rule;
	const struct rule_test *test;

	read_pack(HEAD "rules:\n"
		       "  a.b:\n"
		       "    about: x\n"
		       "    status: test\n"
		       "    lang: [uk, en]\n"
		       "    scope: paragraph\n"
		       "    window: 2\n"
		       "    when: a\n"
		       "    unless: b\n"
		       "    unless_item: c\n"
		       "    score: 40\n"
		       "    threshold: 45\n"
		       "    priority: -3\n"
		       "    group: g\n"
		       "    adjust: [{when: d, add: 10}]\n"
		       "    modal: {negated: drop, future: {status: planned, list: [a, b]}}\n"
		       "    emit: {status: s, gdelt: G, codes: {cameo: '164'}, direction: '-'}\n"
		       "    codes: {plover: [A, B]}\n"
		       "    grab: {p: {any: a, speaker: exclude}, q: [a, b], r: {any: a, speaker: "
		       "include}}\n"
		       "    set: {cause: [{to: x, when: a}, {to: [y, z]}]}\n"
		       "    supersedes: ['a.*']\n"
		       "    merge: [p, class]\n"
		       "    max_age: 36h\n"
		       "    tests:\n"
		       "      hit:\n"
		       "        - {text: T, title: H, published: 2025-12-19, lang: ru, urgency: 3, "
		       "subjects: ['medtop:1', energy], people: P, expect: {cause: x, q: [1, 2]}}\n"
		       "      miss: [M]\n");
	ck_assert_str_eq(told(), "");
	rule = packs->rules.at[0];
	ck_assert(rule->status == RULE_TEST && rule->enabled && rule->scope == SCOPE_PARAGRAPH);
	ck_assert(rule->window == 2 && rule->score == 40 && rule->threshold == 45 &&
		  rule->priority == -3 && view_is(rule->group, "g"));
	ck_assert(rule->langs.len == 2 && rule->adjusts[0].add == 10);
	ck_assert(rule->modals[0].drop && rule->modals[2].set_count == 2 &&
		  rule->modals[2].sets[1].list && rule->modals[2].sets[1].value_count == 2);
	ck_assert_uint_eq(rule->emit_count, 3);
	ck_assert(view_is(rule->emits[2].field, "class") && view_is(rule->emits[2].values[0], "a"));
	ck_assert_uint_eq(rule->code_count, 3);
	ck_assert(rule->grabs[0].exclude_speaker && !rule->grabs[2].exclude_speaker);
	ck_assert(rule->grabs[1].expr->kind == EXPR_ANY);
	ck_assert(!rule->sets[0].cases[1].when && rule->sets[0].cases[1].to.list &&
		  view_is(rule->sets[0].cases[0].to.field, "cause"));
	ck_assert(rule->merge_count == 2 && rule->supersede_count == 1);
	ck_assert_int_eq(rule->max_age_ms, 36 * 3600 * 1000);
	ck_assert_uint_eq(rule->rev.len, 12);
	test = &rule->tests[0];
	ck_assert(test->hit && test->expect_count == 2 && test->expect[1].list);
	ck_assert(view_is(test->item.fields[ITEM_BODY].text, "T") &&
		  view_is(test->item.fields[ITEM_HEADLINE].text, "H"));
	ck_assert(test->item.urgency == 3 && view_is(test->item.language, "ru") &&
		  test->item.published == clock_days(2025, 12, 19) * 86400 * CLOCK_SECOND);
	ck_assert(view_is(test->item.subjects[0].uri, "medtop:1") &&
		  view_is(test->item.subjects[1].name, "energy"));
	test = &rule->tests[1];
	ck_assert(!test->hit && view_is(test->item.language, "uk") &&
		  test->item.published == CLOCK_NONE);
}
END_TEST

START_TEST(defaults_of_a_rule)
{
	const struct rule *rule;
	struct view rev;

	read_pack(HEAD "rules: {nego.x: {about: x, when: a, tests: {miss: [b]}}}\n");
	rule = packs->rules.at[0];
	rev = rule->rev;
	ck_assert(rule->score == 50 && rule->threshold == 50 && rule->window == 0 &&
		  rule->scope == SCOPE_SENTENCE && rule->status == RULE_STABLE && rule->enabled);
	ck_assert(rule->emit_count == 1 && view_is(rule->emits[0].values[0], "nego"));
	ck_assert(view_is(rule->tests[0].item.language, "en"));
	read_pack(HEAD "rules: {nego.x: {about: x, when: b, tests: {miss: [b]}}}\n");
	ck_assert(!view_equal(packs->rules.at[0]->rev, rev));
}
END_TEST

/* Rules by id, whatever the order of the files; every expression has a number of its own. */
static bool numbers_seen[64];

static void see_number(const struct expr *expr)
{
	ck_assert_uint_lt(expr->id, packs->expr_count);
	ck_assert(!numbers_seen[expr->id]);
	numbers_seen[expr->id] = true;
	for (size_t i = 0; i < expr->child_count; i++)
		see_number(expr->children[i]);
}

START_TEST(numbers)
{
	read_pack(HEAD "lists: {l: [a, b]}\n"
		       "rules: {b: {about: x, when: [/b+/, $l]}, a: {about: x, when: c}}\n");
	memset(numbers_seen, 0, sizeof(numbers_seen));
	ck_assert(view_is(packs->rules.at[0]->id, "a") && packs->rules.at[1]->number == 1);
	ck_assert_uint_eq(packs->expr_count, 6);
	for (size_t i = 0; i < 2; i++) {
		see_number(packs->lists.at[0]->entries[i]);
		see_number(packs->rules.at[i]->when);
	}
	ck_assert_uint_eq(packs->regexes.len, 1);
	ck_assert_ptr_eq(packs->rules.at[1]->when->children[0]->pattern.at[0].regex,
			 packs->regexes.at[0]);
}
END_TEST

/* --- overrides ----------------------------------------------------------------------------------
 */

#define BASE                                                                                       \
	HEAD "lists: {l: [a, b], m: {en: [a], uk: [b]}}\n"                                         \
	     "entities: {e: {type: t, names: [E]}}\n"                                              \
	     "cues: {c: {effect: negated, any: [no], scope: 6}}\n"                                 \
	     "rules: {r: {about: x, when: [$l, $m], score: 60}}\n"

static const struct {
	const char *override, *list, *other, *names, *cue, *when;
	int score;
} overrides[] = {
	{"[]", "a b", "a:en b:uk", "E", "no 6", "(any [$list:l] [$list:m])", 60},
	{"[{list: l, append: [c, a]}]", "a b c a", "a:en b:uk", "E", "no 6",
	 "(any [$list:l] [$list:m])", 60},
	{"[{list: l, append: c}, {list: l, append: [d]}]", "a b c d", "a:en b:uk", "E", "no 6",
	 "(any [$list:l] [$list:m])", 60},
	{"[{list: l, replace: [c]}]", "c", "a:en b:uk", "E", "no 6", "(any [$list:l] [$list:m])",
	 60},
	{"[{list: l, replace: {en: [c]}}]", "c:en", "a:en b:uk", "E", "no 6",
	 "(any [$list:l] [$list:m])", 60},
	{"[{list: l, disable: [b]}]", "a", "a:en b:uk", "E", "no 6", "(any [$list:l] [$list:m])",
	 60},
	{"[{list: l, disable: true}]", "", "a:en b:uk", "E", "no 6", "(any [$list:l] [$list:m])",
	 60},
	{"[{list: m, append: {uk: [c], ru: [d]}}]", "a b", "a:en b:uk c:uk d:ru", "E", "no 6",
	 "(any [$list:l] [$list:m])", 60},
	{"[{list: m, replace: {uk: [c]}}]", "a b", "a:en c:uk", "E", "no 6",
	 "(any [$list:l] [$list:m])", 60},
	{"[{list: m, disable: [b]}]", "a b", "a:en", "E", "no 6", "(any [$list:l] [$list:m])", 60},
	{"[{entity: e, append: {names: [F], adj: [G]}}]", "a b", "a:en b:uk", "E F G", "no 6",
	 "(any [$list:l] [$list:m])", 60},
	{"[{entity: e, replace: {names: [F]}}]", "a b", "a:en b:uk", "F", "no 6",
	 "(any [$list:l] [$list:m])", 60},
	{"[{entity: e, disable: true}]", "a b", "a:en b:uk", "", "no 6",
	 "(any [$list:l] [$list:m])", 60},
	{"[{cue: c, append: {any: [not]}}, {cue: c, replace: {scope: 8}}]", "a b", "a:en b:uk", "E",
	 "no not 8", "(any [$list:l] [$list:m])", 60},
	{"[{cue: c, disable: true}]", "a b", "a:en b:uk", "E", "off", "(any [$list:l] [$list:m])",
	 60},
	{"[{rule: r, replace: {score: 70, when: z}}]", "a b", "a:en b:uk", "E", "no 6", "z", 70},
	{"[{rule: r, append: {when: [z], unless: y}}]", "a b", "a:en b:uk", "E", "no 6",
	 "(any [$list:l] [$list:m] [z])", 60},
	{"[{rule: r, append: {when: z}}]", "a b", "a:en b:uk", "E", "no 6",
	 "(any [$list:l] [$list:m] [z])", 60},
	{"[{rule: r, disable: true}]", "a b", "a:en b:uk", "E", "no 6", "(any [$list:l] [$list:m])",
	 0},
};

static const char *entries_text(struct expr *const *entries, size_t count)
{
	struct str out = {0};
	const char *text;

	str_add_text(&out, "");
	for (size_t i = 0; i < count; i++)
		str_printf(&out, "%s%.*s%s%s", i ? " " : "", VIEW_ARGS(entries[i]->text),
			   entries[i]->langs.len ? ":" : "",
			   entries[i]->langs.len ? language_code(entries[i]->langs.at[0]) : "");
	text = arena_strndup(&arena, out.ptr, out.len);
	str_fini(&out);
	return text;
}

/* From a later file, and from one that comes before: names are known only when all are loaded. */
START_TEST(overrides_patch)
{
	const char *file = _i % 2 ? "a.yaml" : "z.yaml";
	const struct rule *rule;
	struct str text = {0};
	const char *cue;

	make_file("b.yaml", BASE);
	make_file(file, arena_printf(&arena, HEAD "override: %s\n", overrides[_i].override));
	load_folder();
	ck_assert_msg(packs, "%s: %s", overrides[_i].override, told());
	ck_assert_str_eq(entries_text(packs->lists.at[0]->entries, packs->lists.at[0]->entry_count),
			 overrides[_i].list);
	ck_assert_str_eq(entries_text(packs->lists.at[1]->entries, packs->lists.at[1]->entry_count),
			 overrides[_i].other);
	ck_assert_str_eq(
		entries_text(packs->entities.at[0]->names, packs->entities.at[0]->name_count),
		overrides[_i].names);
	cue = arena_printf(
		&arena, "%s %u",
		entries_text(packs->cues.at[0]->any->children, packs->cues.at[0]->any->child_count),
		packs->cues.at[0]->words);
	ck_assert_str_eq(packs->cues.at[0]->disabled ? "off" : cue, overrides[_i].cue);
	rule = packs->rules.at[0];
	expr_text(rule->when, &text);
	ck_assert_str_eq(text.ptr, overrides[_i].when);
	ck_assert_int_eq(rule->enabled ? rule->score : 0, overrides[_i].score);
	str_fini(&text);
}
END_TEST

/* --- mistakes -----------------------------------------------------------------------------------
 */

#define R(keys) HEAD "rules: {r: {about: x, when: a, " keys "}}\n"

static const struct {
	const char *text, *told;
} bad[] = {
	{"", "1:1 missing-key"},
	{"[]", "1:1 wrong-type"},
	{"newstag: 2\n", "1:10 bad-value"},
	{"newstag: [1]\n", "1:10 bad-value"},
	{"newstag: 1\nrule: {}\n", "2:1+4 unknown-key"},
	{"newstag: 1\nnewstag: 1\n", "2:1+7 duplicate-key"},
	{"newstag: 1\nrules: {r: {about: x, when: \"$y}}\n", "3:1 syntax"},
	{HEAD "namespace: a b\n", "2:12+3 bad-name"},
	{HEAD "lists: [a: [b]]\nterms: {t: $a}\n", "2:8 wrong-type"},
	{HEAD "lists: {1a: [b]}\nterms: {t: $1a}\n", "2:9+2 bad-name; 3:12+3 bad-pattern"},
	{HEAD "lists: {num: [b]}\n", "2:9+3 bad-name"},
	{HEAD "lists: {a: [b], c: [d]}\nterms: {a: b}\n", "3:9 duplicate-name"},
	{HEAD "lists: {a: [{any: b}, (c, d]}\n", "2:13 wrong-type; 2:23 bad-pattern"},
	{HEAD "lists: {a: {en: [b], xx: [c]}}\n", "2:22+2 unknown-language"},
	{HEAD "lists: {a: }\n", "2:12 wrong-type"},
	{HEAD "lists: {a: {en: {b: c}}}\n", "2:17 wrong-type"},
	{HEAD "terms: {t: $u}\n", "2:12+2 unresolved-name"},
	{HEAD "terms: {t: $t}\n", "2:12+2 circle"},
	{HEAD "terms: {t: a $u, u: [b, $v]}\nlists: {v: [(a|$t)]}\n", "2:25+2 circle"},
	{HEAD "lists: {l: [$m], m: [$l, $m]}\n", "2:22+2 circle; 2:26+2 circle"},
	{HEAD "entities: {a: {names: [A]}}\nterms: {t: $b}\n",
	 "2:12 missing-key; 3:12+2 unresolved-name"},
	{HEAD "rule: {a: {type: s}}\nterms: {t: $a $s, u: $b}\n",
	 "2:1+4 unknown-key; 3:22+2 unresolved-name"},
	{HEAD "lists: {a-b: [c], 'd-e' : [f]}\nterms: {t: $a-b, u: $d, v: $c}\n",
	 "2:9+3 bad-name; 2:19+5 bad-name; 3:28+2 unresolved-name"},
	{HEAD "lists: {a: [b]}\nlists: {c: [d]}\nterms: {t: $c, u: $d}\n",
	 "3:1+5 duplicate-key; 4:19+2 unresolved-name"},
	{HEAD "lists: {a: [b], a: [c]}\nterms: {t: $c}\n",
	 "2:17 duplicate-key; 3:12+2 unresolved-name"},
	{HEAD "lists: {a: &x [b], c: *x}\nterms: {t: $c, u: $d}\n",
	 "2:12+2 anchor; 2:23+2 alias; 3:19+2 unresolved-name"},
	{HEAD "entities: {a: {type: t}}\n", "2:12 missing-key"},
	{HEAD "entities: {a: {type: t-u, names: [A]}}\n", "2:22+3 bad-name"},
	{HEAD "entities: {a: {type: t, names: [A <3> b]}}\n", "2:35+3 bad-pattern"},
	{HEAD "entities: {a: {type: t, names: [^A]}}\n", "2:34 bad-pattern"},
	{HEAD "entities: {a: {type: t, names: [A], qid: 12}}\n", "2:42+2 bad-value"},
	{HEAD "entities: {a: {type: t, names: [A], of: b}}\n", "2:41 unresolved-name"},
	{HEAD "entities: {a: {type: t, names: [A], of: b}, b: {type: t, names: [B], of: a}}\n",
	 "2:41 circle"},
	{HEAD "entities: {a: {type: t, names: [A], of: a}}\n", "2:41 circle"},
	{HEAD "entities: {a: {type: b, names: [A]}}\nlists: {b: [c]}\n", "3:9 duplicate-name"},
	{HEAD "entities: {a: {type: a, names: [A]}}\n", "2:12 duplicate-name"},
	{HEAD "entities: {a: [A]}\n", "2:15 wrong-type"},
	{HEAD "cues: {c: {any: [no]}}\n", "2:8 missing-key"},
	{HEAD "cues: {c: {effect: negatd, any: [(no], dir: up, scope: 0}}\n",
	 "2:20+6 bad-value; 2:34 bad-pattern; 2:45+2 bad-value; 2:56 bad-value"},
	{HEAD "cues: {c: {effect: denied, any: [no], scope: [6]}}\n", "2:46 wrong-type"},
	{HEAD "cues: {c: {effect: denied, any: [no], scope: 201}}\n", "2:46+3 bad-value"},
	{HEAD "rules: {r: {}}\n", "2:9 missing-key; 2:9 missing-key"},
	{HEAD "rules: {a b: {about: x, when: a}}\n", "2:9+3 bad-name"},
	{HEAD "rules: {r: {about: '', when: a}}\n", "2:20+2 bad-value"},
	{HEAD "rules: {r: {about: x, wen: a}}\n", "2:23+3 unknown-key"},
	{HEAD "entities: {a: {tipe: t-u, names: [A]}}\n", "2:16+4 unknown-key"},
	{HEAD "rules: {r: {about: x, wen: $b, score: $c}}\n",
	 "2:23+3 unknown-key; 2:28+2 unresolved-name; 2:39+2 bad-value"},
	{R("unless: {any: [(b, $c, {all: $d, colour: red}]}, grab: {p: {any: $e, speaker: x}}"),
	 "2:47 bad-pattern; 2:51+2 unresolved-name; 2:61+2 unresolved-name; 2:65+6 unknown-key; "
	 "2:97+2 unresolved-name; "
	 "2:110 bad-value"},
	{R("status: on"), "2:40+2 bad-value"},
	{R("lang: [en, xx]"), "2:43+2 unknown-language"},
	{R("lang: []"), "2:38 wrong-type"},
	{R("scope: page"), "2:39+4 bad-value"},
	{R("window: 11"), "2:40+2 bad-value"},
	{R("score: high"), "2:39+4 bad-value"},
	{R("score: 1.5"), "2:39+3 bad-value"},
	{R("score: 10001"), "2:39+5 bad-value"},
	{R("score: [40]"), "2:39 wrong-type"},
	{R("priority: 10001"), "2:42+5 bad-value"},
	{R("unless: (a, unless_item: $b"), "2:40 bad-pattern; 2:57+2 unresolved-name"},
	{R("adjust: {when: a, add: 1}"), "2:40 wrong-type"},
	{R("adjust: [a]"), "2:41 wrong-type"},
	{R("adjust: [{when: a}, {add: 1}, {when: a, add: x}]"),
	 "2:41 missing-key; 2:52 missing-key; 2:77 bad-value"},
	{R("modal: {negatd: drop}"), "2:40+6 unknown-key"},
	{R("modal: {negated: dropp}"), "2:49+5 wrong-type"},
	{R("modal: drop"), "2:39+4 wrong-type"},
	{R("modal: {denied: {score: 1}}"), "2:49+5 reserved-field"},
	{R("emit: [a]"), "2:38 wrong-type"},
	{R("emit: {class: a b, status: [c], direction: up, modality: x, 'a b': c}"),
	 "2:46+3 bad-name; 2:59 wrong-type; 2:75+2 bad-value; 2:79+8 reserved-field; 2:92+5 "
	 "bad-name"},
	{R("emit: {a: {b: c}}"), "2:42 wrong-type"},
	{R("emit: {a: [b, [c]]}"), "2:46 wrong-type"},
	{R("emit: {a: }"), "2:42 wrong-type"},
	{R("codes: [a]"), "2:39 wrong-type"},
	{R("grab: [a]"), "2:38 wrong-type"},
	{R("grab: {class: a, score: b, c: (d}"),
	 "2:39+5 reserved-field; 2:49+5 reserved-field; 2:62 bad-pattern"},
	{R("grab: {c: {any: a, speaker: drop}}"), "2:60+4 bad-value"},
	{R("grab: {c: {speaker: exclude}}"), "2:42 missing-operator"},
	{R("set: [a]"), "2:37 wrong-type"},
	{R("set: {a: b}"), "2:41 wrong-type"},
	{R("set: {a: [b]}"), "2:42 wrong-type"},
	{R("set: {a: [{when: b}], score: []}"), "2:42 missing-key; 2:54+5 reserved-field"},
	{R("set: {status: [{to: a b}], class: [{to: [c]}]}"), "2:52+3 bad-name; 2:72 wrong-type"},
	{R("group: a b"), "2:39+3 bad-name"},
	{R("supersedes: [s, 'r*']"), "2:45 no-such-rule"},
	{R("supersedes: s"), "2:44 no-such-rule"},
	{R("supersedes: {a: b}"), "2:44 wrong-type"},
	{R("merge: [place], grab: {places: b}"), "2:40+5 unknown-field"},
	{R("merge: place"), "2:39+5 unknown-field"},
	{R("max_age: 12"), "2:41+2 bad-value"},
	{R("max_age: 0h"), "2:41+2 bad-value"},
	{R("max_age: [1h]"), "2:41 wrong-type"},
	{R("tests: [a]"), "2:39 wrong-type"},
	{R("tests: {hits: [a]}"), "2:40+4 unknown-key"},
	{R("tests: {hit: a}"), "2:45 wrong-type"},
	{R("tests: {hit: [[a]]}"), "2:46 wrong-type"},
	{R("tests: {hit: [{expect: {class: r}}]}"), "2:46 bad-test"},
	{R("tests: {miss: [{text: a, expect: {class: r}}]}"), "2:57+6 bad-test"},
	{R("tests: {hit: [{text: a, published: soon}]}"), "2:67+4 bad-test"},
	{R("tests: {hit: [{text: a, lang: xx, colour: red, urgency: 10}]}"),
	 "2:62+2 unknown-language; 2:66+6 unknown-key; 2:88+2 bad-value"},
	{R("tests: {hit: [{text: a, expect: {clas: r, status: [a]}}]}"),
	 "2:65+4 unknown-field; 2:82 wrong-type"},
	{R("tests: {hit: ['']}"), "2:46+2 bad-value"},
	{HEAD "override: {list: a}\n", "2:11 wrong-type"},
	{HEAD "override: [a]\n", "2:12 wrong-type"},
	{HEAD "override: [{list: a, append: [b]}]\n", "2:19 no-such-name"},
	{HEAD "override: [{list: [a], append: [b]}]\n", "2:19 wrong-type"},
	{HEAD "override: [{lst: a, append: [b]}]\n", "2:13+3 unknown-key"},
	{HEAD "lists: {a: [b]}\noverride: [{list: a, append: [(c], colour: red}]\n",
	 "3:31 bad-pattern; 3:36+6 unknown-key"},
	{HEAD "override: [{append: [b]}]\n", "2:12 bad-override"},
	{HEAD "lists: {a: [b]}\noverride: [{list: a}]\n", "3:12 bad-override"},
	{HEAD "lists: {a: [b]}\noverride: [{list: a, cue: c, disable: true}]\n",
	 "3:12 bad-override"},
	{HEAD "lists: {a: [b]}\noverride: [{list: a, append: [c], disable: true}]\n",
	 "3:12 bad-override"},
	{HEAD "lists: {a: [b]}\noverride: [{list: a, append: [(c]}]\n", "3:31 bad-pattern"},
	{HEAD "lists: {a: [b]}\noverride: [{list: a, disable: [c]}]\n", "3:32 no-such-entry"},
	{HEAD "lists: {a: [b]}\noverride: [{list: a, disable: false}]\n", "3:31+5 wrong-type"},
	{HEAD RULE "override: [{rule: r, append: [b]}]\n", "3:30 wrong-type"},
	{HEAD RULE "override: [{rule: r, disable: [b]}]\n", "3:31 wrong-type"},
	{HEAD RULE "override: [{rule: r, append: {score: 3, wen: c}}]\n", "3:41+3 unknown-key"},
	{HEAD RULE "override: [{rule: r, append: {when: {any: [b]}}}]\n", ""},
};

START_TEST(tells_mistakes)
{
	read_pack(bad[_i].text);
	ck_assert_msg(strcmp(told(), bad[_i].told) == 0, "%s: %s, not %s", bad[_i].text, told(),
		      bad[_i].told);
}
END_TEST

/* --- ten mistakes in two files, each told once --------------------------------------------------
 */

START_TEST(ten_mistakes)
{
	make_file("a.yaml", HEAD "lists:\n"
				 "  talks: [talk, (negotiation]\n"		      /* 3:17 */
				 "  fail: [collapse]\n"				      /* */
				 "  fail: [break down]\n"			      /* 5:3 */
				 "cues:\n"					      /* */
				 "  neg: {effect: negatd, any: [no]}\n");	      /* 7:17 */
	make_file("b.yaml", HEAD "rules:\n"					      /* */
				 "  r:\n"					      /* */
				 "    about: x\n"				      /* */
				 "    when: $talks <6> ^$fial\n"		      /* 5:23 */
				 "    treshold: 60\n"				      /* 6:5 */
				 "    score: high\n"				      /* 7:12 */
				 "    supersedes: [s]\n"			      /* 8:18 */
				 "    tests: {hit: [{text: a, expect: {clas: r}}]}\n" /* 9:38 */
				 "  s.t:\n"					      /* 10:3 */
				 "    about: y\n"				      /* */
				 "override: [{list: tlks, append: [parley]}]\n");     /* 12:19 */
	load_folder();
	ck_assert_ptr_null(packs);
	ck_assert_str_eq(told(), "3:17 bad-pattern; 5:3+4 duplicate-key; 7:17+6 bad-value; "
				 "5:23+5 unresolved-name; 6:5+8 unknown-key; 7:12+4 bad-value; "
				 "8:18 no-such-rule; 9:38+4 unknown-field; 10:3+3 missing-key; "
				 "12:19+4 no-such-name");
	ck_assert_uint_eq(diags.errors, 10);
	make_file("a.yaml", HEAD "lists:\n"
				 "  talks: [talk, (negotiation]\n"
				 "  fail: [collapse]\n"
				 "terms: {fail: a}\n" /* 5:9 */
				 "cues:\n"
				 "  neg: {effect: negatd, any: [no]}\n"); /* 7:17 */
	load_folder();
	ck_assert_str_eq(told(), "3:17 bad-pattern; 5:9+4 duplicate-name; 7:17+6 bad-value; "
				 "5:23+5 unresolved-name; 6:5+8 unknown-key; 7:12+4 bad-value; "
				 "8:18 no-such-rule; 9:38+4 unknown-field; 10:3+3 missing-key; "
				 "12:19+4 no-such-name");
	ck_assert_uint_eq(diags.errors, 10);
	for (size_t i = 0; i < diags.len; i++)
		ck_assert_ptr_nonnull(diags.at[i].source);
	ck_assert_str_eq(diags.at[3].hint, "did you mean \"fail\"?");
	ck_assert_str_eq(diags.at[4].hint, "did you mean \"threshold\"?");
	ck_assert_str_eq(diags.at[7].hint, "did you mean \"class\"?");
	ck_assert_str_eq(diags.at[9].hint, "did you mean \"talks\"?");
}
END_TEST

/* --- warnings -----------------------------------------------------------------------------------
 */

static const struct {
	const char *text, *told;
} warned[] = {
	{HEAD "lists: {a: [b]}\nterms: {t: b}\n", ""},
	{HEAD RULE "lists: {a: [b], say: [said]}\nterms: {t: b}\n",
	 "3:9 unused-list; 4:9 unused-term"},
	{HEAD "lists: {l: [a, b, a]}\n", "2:19 repeated-entry"},
	{HEAD "lists: {l: {en: [a], uk: [a]}}\n", ""},
	{R("score: 10, adjust: [{when: b, add: 30}, {when: c, add: -5}]"), "2:9 unreachable-rule"},
	{R("score: 10, adjust: [{when: b, add: 40}]"), ""},
	{R("threshold: 60"), "2:9 unreachable-rule"},
	{R("set: {f: [{to: a}, {to: b, when: c}]}"), "2:52+2 unreachable-case"},
	{HEAD "rules: {r: {about: x, when: (a)?}}\n", "2:29+4 matches-everything"},
	{HEAD "rules: {r: {about: x, when: ((a)?|b) (c)?}}\n", "2:29+13 matches-everything"},
	{HEAD "rules: {r: {about: x, when: (a)? b}}\n", ""},
	{HEAD "rules: {r: {about: x, when: {none: a}}}\n", "2:30+4 matches-everything"},
	{HEAD "rules: {r: {about: x, when: {all: [{none: a}, {meta: {source: b}}]}}}\n",
	 "2:30+3 matches-everything"},
	{HEAD "rules: {r: {about: x, when: {all: [{none: a}, b]}}}\n", ""},
	{HEAD "rules: {r: {about: x, when: {any: [{none: a}, b]}}}\n", "2:30+3 matches-everything"},
	{HEAD "rules: {r: {about: x, when: {sum: {min: 30, of: {a: 10, b: 10, c: -5}}}}}\n",
	 "2:30+3 never-matches"},
	{HEAD "rules: {r: {about: x, when: {any: a, is: [negated, not negated]}}}\n",
	 "2:30+3 never-matches"},
	{HEAD "rules: {r: {about: x, lang: en, when: {any: a, lang: [uk, ru]}}}\n",
	 "2:40+3 never-matches"},
	{HEAD "lists: {l: {uk: [a]}}\nrules: {r: {about: x, lang: [en, ru], when: $l}}\n",
	 "3:45+2 never-matches"},
	{HEAD "lists: {l: {uk: [a]}}\nrules: {r: {about: x, when: $l}}\n", ""},
	{HEAD "lists: {l: []}\nentities: {e: {type: t, names: []}}\n",
	 "2:9 never-matches; 3:12 never-matches"},
	{HEAD "lists: {l: []}\nentities: {e: {type: t, names: []}}\n"
	      "override: [{list: l, disable: true}, {entity: e, disable: true}]\n",
	 ""},
	{HEAD "lists: {l: ['/a b/', '/a+/']}\n", "2:14+5 never-matches"},
	{R("emit: {rolling: yes, cut: true}"), "2:48+3 plain-word"},
	{HEAD "rules:\n  r: {about: x, when: a, group: g, score: 60}\n"
	      "  s: {about: y, when: a, group: g}\n",
	 "4:3 shadowed-rule"},
	{HEAD "rules:\n  r: {about: x, when: a, group: g}\n"
	      "  s: {about: y, when: a, group: g, priority: 1}\n",
	 "3:3 shadowed-rule"},
	{HEAD "rules:\n  r: {about: x, when: a, group: g, unless: b}\n"
	      "  s: {about: y, when: a, group: g}\n",
	 ""},
	{HEAD "rules:\n  r: {about: x, when: a, group: g}\n  s: {about: y, when: a, group: h}\n"
	      "  t: {about: y, when: [a], group: g}\n",
	 ""},
	{HEAD "rules:\n  r: {about: x, when: a, group: g}\n"
	      "  s: {about: y, when: a, group: g, supersedes: r}\n",
	 ""},
};

START_TEST(warns)
{
	read_pack(warned[_i].text);
	ck_assert_uint_eq(diags.errors, 0);
	ck_assert_msg(strcmp(told(), warned[_i].told) == 0, "%s: %s, not %s", warned[_i].text,
		      told(), warned[_i].told);
}
END_TEST

/* --- limits -------------------------------------------------------------------------------------
 */

/* HEAD begin part… end, where each part is made by its number. */
static void read_many(const char *begin, const char *part, int count, const char *end)
{
	struct str text = {0};

	str_add_text(&text, HEAD);
	str_add_text(&text, begin);
	for (int i = 0; i < count; i++) {
		for (const char *at = part; *at; at++)
			if (*at == '#')
				str_printf(&text, "%d", i);
			else if (*at == '+')
				str_printf(&text, "%d", i + 1);
			else
				str_add_char(&text, *at);
	}
	str_add_text(&text, end);
	read_pack(text.ptr);
	str_fini(&text);
}

static const struct {
	const char *begin, *part, *end;
	int most;
	const char *code;
} limits[] = {
	{"lists: {l: [", "a#,", "]}\n", 65536, "too-large"},
	{"rules: {r: {about: x, when: a, tests: {miss: [", "a,", "]}}}\n", 4096, "too-large"},
	{"rules: {r: {about: x, when: a, adjust: [", "{when: a, add: 1},", "]}}\n", 4096,
	 "too-large"},
	{"rules: {r: {about: x, when: a, set: {f: [", "{to: a, when: b},", "]}}}\n", 4096,
	 "too-large"},
	{"rules: {r: {about: x, when: a, emit: {f: [", "a,", "]}}}\n", 256, "too-large"},
	{"rules: {r: {about: x, when: a, codes: {", "f#: a,", "}}}\n", 256, "too-large"},
	{"rules: {r: {about: ", "x", ", when: a}}\n", 8192, "bad-value"},
	{"rules: {r", "x", ": {about: x, when: a}}\n", 127, "bad-name"},
};

START_TEST(limits_hold)
{
	read_many(limits[_i].begin, limits[_i].part, limits[_i].most, limits[_i].end);
	ck_assert_uint_eq(diags.errors, 0);
	read_many(limits[_i].begin, limits[_i].part, limits[_i].most + 1, limits[_i].end);
	ck_assert_uint_eq(diags.errors, 1);
	ck_assert_str_eq(diags.at[0].code, limits[_i].code);
}
END_TEST

/* Lists in lists, written from the outermost inwards and the other way round. */
START_TEST(names_in_names)
{
	read_many("lists:\n", "  l#: [$l+]\n", 15, "  l15: [a]\n");
	ck_assert_uint_eq(diags.errors, 0);
	read_many("lists:\n", "  l#: [$l+]\n", 16, "  l16: [a]\n");
	ck_assert_str_eq(diags.at[0].code, "too-deep");
	ck_assert_uint_eq(diags.len, 1);
	read_many("lists:\n  l0: [a]\n", "  l+: [$l#]\n", 15, "");
	ck_assert_uint_eq(diags.errors, 0);
	read_many("lists:\n  l0: [a]\n", "  l+: [$l#]\n", 16, "");
	ck_assert_str_eq(diags.at[0].code, "too-deep");
	ck_assert_uint_eq(diags.len, 1);
}
END_TEST

START_TEST(entities_above_entities)
{
	const char *part = "  e+: {type: t, names: [a], of: e#}\n";

	read_many("entities:\n  e0: {type: t, names: [a]}\n", part, 16, "");
	ck_assert_uint_eq(diags.errors, 0);
	read_many("entities:\n  e0: {type: t, names: [a]}\n", part, 17, "");
	ck_assert_str_eq(told(), "20:34+3 too-deep");
}
END_TEST

/* Each override copies the list that it changes: many small ones are bounded together. */
START_TEST(overrides_that_copy_much)
{
	read_many("lists: {l: [a]}\noverride:\n", "- {list: l, append: b}\n", 1000, "");
	ck_assert_uint_eq(diags.errors, 0);
	read_many("lists: {l: [a]}\noverride:\n", "- {list: l, append: b}\n", 3000, "");
	ck_assert_uint_eq(diags.errors, 1);
	ck_assert_str_eq(diags.at[0].code, "too-large");
	read_many("lists: {l: {en: [a]}}\noverride: [{list: l, append: {", "k#: a,", 257, "}}]\n");
	ck_assert_str_eq(told(), "3:30 too-large");
	read_many("override: [", "a,", 65537, "]\n");
	ck_assert_str_eq(told(), "2:11 too-large");
}
END_TEST

START_TEST(too_many_bytes)
{
	const char *paths[65];
	struct str text = {0};

	str_add_text(&text, HEAD "# ");
	while (text.len < YAML_FILE_MAX)
		str_add_char(&text, 'x');
	make_file("a.yaml", text.ptr);
	for (size_t i = 0; i < 65; i++)
		paths[i] = arena_printf(&arena, "%s/a.yaml", folder);
	load_with(paths, 64, NULL, NULL);
	ck_assert_str_eq(told(), "");
	load_with(paths, 65, NULL, NULL);
	ck_assert_str_eq(told(), "0:0 unreadable");
	str_fini(&text);
}
END_TEST

START_TEST(a_file_too_large)
{
	struct str text = {0};

	str_add_text(&text, HEAD "# ");
	while (text.len <= YAML_FILE_MAX)
		str_add_char(&text, 'x');
	make_file("a.yaml", text.ptr);
	load_folder();
	ck_assert_str_eq(told(), "0:0 unreadable");
	read_pack(text.ptr);
	ck_assert_str_eq(diags.at[0].code, "too-large");
	str_fini(&text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pack");
	TCase *cases = tcase_create("pack");
	SRunner *runner;
	int failed;

	tcase_set_timeout(cases, 60);
	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, worked_packs_load);
	tcase_add_test(cases, files_in_name_order);
	tcase_add_test(cases, unreadable_paths);
	tcase_add_test(cases, folders_too_deep);
	tcase_add_test(cases, too_many_files);
	tcase_add_test(cases, hash_of_contents_and_choice);
	tcase_add_test(cases, enable_and_disable);
	tcase_add_test(cases, reads_names);
	tcase_add_test(cases, reads_lists_and_cues);
	tcase_add_test(cases, reads_a_rule);
	tcase_add_test(cases, defaults_of_a_rule);
	tcase_add_test(cases, numbers);
	tcase_add_test(cases, ten_mistakes);
	tcase_add_test(cases, names_in_names);
	tcase_add_test(cases, entities_above_entities);
	tcase_add_test(cases, a_file_too_large);
	tcase_add_test(cases, too_many_bytes);
	tcase_add_test(cases, overrides_that_copy_much);
	tcase_add_loop_test(cases, overrides_patch, 0, sizeof(overrides) / sizeof(overrides[0]));
	tcase_add_loop_test(cases, tells_mistakes, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_loop_test(cases, warns, 0, sizeof(warned) / sizeof(warned[0]));
	tcase_add_loop_test(cases, limits_hold, 0, sizeof(limits) / sizeof(limits[0]));
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
