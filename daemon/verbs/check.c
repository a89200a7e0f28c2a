#include "base/jsonw.h"
#include "verbs/load.h"
#include "verbs/terminal.h"
#include "verbs/verbs.h"

#include <stdio.h>

static void add_diag(struct jsonw *json, const struct diag *diag)
{
	jsonw_object(json);
	jsonw_key(json, "severity");
	jsonw_string(json, diag->severity == DIAG_ERROR ? "error" : "warning");
	jsonw_key(json, "code");
	jsonw_string(json, diag->code);
	jsonw_key(json, "message");
	jsonw_string(json, diag->message);
	jsonw_key(json, "file");
	jsonw_string(json, diag->place.file);
	jsonw_key(json, "line");
	jsonw_int(json, diag->place.line);
	jsonw_key(json, "column");
	jsonw_int(json, diag->place.column);
	jsonw_key(json, "width");
	jsonw_int(json, diag->place.width ? diag->place.width : 1);
	jsonw_key(json, "hint");
	jsonw_string(json, diag->hint);
	jsonw_object_end(json);
}

static void print_json(const struct diags *diags)
{
	struct str out = {0};
	struct jsonw json = jsonw_begin(&out);

	jsonw_array(&json);
	for (size_t i = 0; i < diags->len; i++)
		add_diag(&json, &diags->at[i]);
	jsonw_array_end(&json);
	str_add_char(&out, '\n');
	print_str(&out);
	str_fini(&out);
}

static void add_count(struct str *out, size_t count, const char *one, const char *many)
{
	str_printf(out, "%s%zu %s", out->len ? ", " : "", count, count == 1 ? one : many);
}

static void tell_loaded(const struct packs *packs, FILE *file)
{
	struct str out = {0};
	size_t tests = 0;

	for (size_t i = 0; i < packs->rules.len; i++)
		tests += packs->rules.at[i]->test_count;
	add_count(&out, packs->rules.len, "rule", "rules");
	add_count(&out, tests, "test", "tests");
	add_count(&out, packs->lists.len, "list", "lists");
	add_count(&out, packs->terms.len, "term", "terms");
	add_count(&out, packs->entities.len, "entity", "entities");
	add_count(&out, packs->cues.len, "cue", "cues");
	fprintf(file, "%s in %zu %s\n", out.ptr, packs->file_count,
		packs->file_count == 1 ? "file" : "files");
	str_fini(&out);
}

static int answer(const struct call *call, const struct engine *engine)
{
	const struct diags *diags = &engine->diags;
	bool json = call_flag(call, "json");
	const struct packs *packs = engine->ruleset ? ruleset_packs(engine->ruleset) : NULL;

	if (json)
		print_json(diags);
	else
		diags_print(diags, terminal_colour(stderr), stderr);
	if (packs && !packs->file_count)
		return call_fail(call, END_NO_INPUT, "no *.yaml or *.yml file is there to check");
	if (packs)
		tell_loaded(packs, json ? stderr : stdout);
	if (diags->errors || diags->warnings)
		fprintf(stderr, "%zu error%s, %zu warning%s\n", diags->errors,
			diags->errors == 1 ? "" : "s", diags->warnings,
			diags->warnings == 1 ? "" : "s");
	if (!packs || (diags->warnings && call_flag(call, "deny-warnings")))
		return END_INVALID;
	return END_OK;
}

static int run(struct call *call)
{
	struct engine engine;
	int status = engine_load(call, true, &engine);

	if (!status)
		status = answer(call, &engine);
	engine_fini(&engine);
	return status;
}

static const struct verb_option options[] = {
	OPTION_JSON,  {.name = "deny-warnings", .help = "warnings end it with 78, too"},
	OPTION_RULES, OPTION_CONFIG,
	OPTION_SET,   {.name = NULL},
};

const struct verb check_verb = {
	.name = "check",
	.operands = "[PATH…]",
	.about = "reads rule packs and tells every mistake in them",
	.help = "Loads rule packs, files or folders (*.yaml, *.yml, read recursively), all of them "
		"together and\n"
		"nothing else; without PATH the configuration's. Every mistake in every file is "
		"told at once as\n"
		"FILE:LINE:COL: error[CODE]: message, with the line, a caret and a hint; --json "
		"prints a list of\n"
		"them. Without errors it says what was loaded. Status 78: errors; 66: nothing to "
		"check.\n",
	.examples = "  newstag check config/rules config/entities\n"
		    "  newstag check --deny-warnings my-rules.yaml config/entities\n"
		    "  newstag check --json my-rules.yaml | jq -r '.[].message'\n",
	.options = options,
	.operands_most = OPERANDS_ANY,
	.run = run,
};
