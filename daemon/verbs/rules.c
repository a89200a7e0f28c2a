#include "base/jsonw.h"
#include "verbs/load.h"
#include "verbs/terminal.h"
#include "verbs/verbs.h"

#include <stdio.h>

/* What `rules` tells of a rule; both forms are made from it. */
struct row {
	const struct rule *rule;
	struct view class, status; /* that it emits; absent: none */
	const char *state;	   /* "stable", "test", "off", "disabled" */
	bool always;		   /* no word in it is necessary: it is tried in every sentence */
};

static const char *state(const struct rule *rule)
{
	static const char *const names[] = {
		[RULE_STABLE] = "stable", [RULE_TEST] = "test", [RULE_OFF] = "off"};

	if (rule->status != RULE_OFF && !rule->enabled)
		return "disabled";
	return names[rule->status];
}

static struct view emitted(const struct rule *rule, const char *field)
{
	for (size_t i = 0; i < rule->emit_count; i++)
		if (view_is(rule->emits[i].field, field) && rule->emits[i].value_count)
			return rule->emits[i].values[0];
	return VIEW_NONE;
}

static struct row make_row(const struct ruleset *ruleset, const struct rule *rule)
{
	return (struct row){.rule = rule,
			    .class = emitted(rule, "class"),
			    .status = emitted(rule, "status"),
			    .state = state(rule),
			    .always = ruleset_tries_always(ruleset, rule)};
}

static void add_json(struct jsonw *json, const struct row *row)
{
	const struct rule *rule = row->rule;
	const struct {
		const char *key;
		struct view text;
	} texts[] = {
		{"id", rule->id},
		{"about", rule->about},
		{"class", row->class},
		{"status", row->status},
		{"group", rule->group},
		{"rev", rule->rev},
		{"state", view_of(row->state)},
		{"file", view_of(rule->place.file)},
	};

	jsonw_object(json);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		jsonw_key(json, texts[i].key);
		if (texts[i].text.len)
			jsonw_text(json, texts[i].text);
		else
			jsonw_null(json);
	}
	jsonw_key(json, "line");
	jsonw_int(json, rule->place.line);
	jsonw_key(json, "languages");
	jsonw_array(json);
	for (size_t i = 0; i < rule->langs.len; i++)
		jsonw_string(json, language_code(rule->langs.at[i]));
	jsonw_array_end(json);
	jsonw_key(json, "tests");
	jsonw_int(json, (int64_t)rule->test_count);
	jsonw_key(json, "indexed");
	jsonw_bool(json, !row->always);
	jsonw_object_end(json);
}

static void print_json(const struct ruleset *ruleset)
{
	const struct packs *packs = ruleset_packs(ruleset);
	struct str out = {0};
	struct jsonw json = jsonw_begin(&out);

	jsonw_array(&json);
	for (size_t i = 0; i < packs->rules.len; i++) {
		struct row row = make_row(ruleset, packs->rules.at[i]);
		add_json(&json, &row);
	}
	jsonw_array_end(&json);
	str_add_char(&out, '\n');
	print_str(&out);
	str_fini(&out);
}

static void print_row(const struct row *row, int id_width)
{
	const struct rule *rule = row->rule;
	struct str event = {0};

	str_printf(&event, "%.*s%s%.*s", VIEW_ARGS(row->class), row->status.len ? "." : "",
		   VIEW_ARGS(row->status));
	printf("%-*.*s  %-32s %-8s %3zu test%s%s  %s:%u  %.*s\n", id_width, VIEW_ARGS(rule->id),
	       event.ptr, row->state, rule->test_count, rule->test_count == 1 ? " " : "s",
	       row->always ? "  [every sentence]" : "", rule->place.file ? rule->place.file : "-",
	       rule->place.line, VIEW_ARGS(rule->about));
	str_fini(&event);
}

static void print_table(const struct ruleset *ruleset)
{
	const struct packs *packs = ruleset_packs(ruleset);
	size_t width = 0, always = 0;

	for (size_t i = 0; i < packs->rules.len; i++)
		if (packs->rules.at[i]->id.len > width)
			width = packs->rules.at[i]->id.len;
	for (size_t i = 0; i < packs->rules.len; i++) {
		struct row row = make_row(ruleset, packs->rules.at[i]);
		print_row(&row, (int)width);
		always += row.always;
	}
	fprintf(stderr, "%zu rules, %s\n", packs->rules.len, ruleset_hash(ruleset));
	if (always)
		fprintf(stderr,
			"%zu marked [every sentence]: no word of theirs is necessary, so nothing "
			"spares "
			"trying them\n",
			always);
}

static int run(struct call *call)
{
	struct engine engine;
	int status = engine_open(call, &engine);

	if (!status && call_flag(call, "json"))
		print_json(engine.ruleset);
	else if (!status)
		print_table(engine.ruleset);
	engine_fini(&engine);
	return status;
}

static const struct verb_option options[] = {
	OPTION_JSON, OPTION_RULES, OPTION_CONFIG, OPTION_SET, {.name = NULL},
};

const struct verb rules_verb = {
	.name = "rules",
	.operands = "",
	.about = "lists the rules with what they emit and where they stand",
	.help = "Lists every rule: its id, the class and status that it emits, its state (stable, "
		"test, off,\n"
		"disabled by the configuration), how many tests it has, where it stands and what "
		"it is about.\n"
		"A rule marked [every sentence] has no word that must be there: it costs time on "
		"every item.\n",
	.examples = "  newstag rules\n"
		    "  newstag rules --rules my-rules.yaml config/entities\n"
		    "  newstag rules --json | jq -r '.[] | select(.tests == 0) | .id'\n",
	.options = options,
	.run = run,
};
