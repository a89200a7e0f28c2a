#include "app/load.h"

#include "app/exposed.h"
#include "app/safe.h"
#include "base/utf8.h"
#include "conf/locate.h"
#include "rules/report.h"
#include "text/language.h"

#include <stdio.h>

/* --- as JSON ------------------------------------------------------------------------------------
 */

void load_write_text(const char *text, struct jsonw *json)
{
	struct view view = view_of(text);
	struct str safe = {0};

	if (!text || utf8_valid(view) == view.len) {
		jsonw_string(json, text);
		return;
	}
	safe_add(view, view.len, &safe);
	jsonw_text(json, str_view(&safe));
	str_fini(&safe);
}

static void write_place(const struct place *place, struct jsonw *json)
{
	jsonw_key(json, "file");
	load_write_text(place->file, json);
	jsonw_key(json, "line");
	jsonw_int(json, place->line);
	jsonw_key(json, "column");
	jsonw_int(json, place->column);
}

void load_write_diags(const struct diags *diags, struct jsonw *json)
{
	jsonw_array(json);
	for (size_t i = 0; i < diags->len; i++) {
		const struct diag *diag = &diags->at[i];

		jsonw_object(json);
		write_place(&diag->place, json);
		jsonw_key(json, "severity");
		jsonw_string(json, diag->severity == DIAG_ERROR ? "error" : "warning");
		jsonw_key(json, "code");
		jsonw_string(json, diag->code);
		jsonw_key(json, "message");
		load_write_text(diag->message, json);
		jsonw_key(json, "hint");
		load_write_text(diag->hint, json);
		jsonw_object_end(json);
	}
	jsonw_array_end(json);
}

static void write_failures(const struct test_report *report, struct load *load)
{
	struct jsonw json = jsonw_begin(&load->failures);

	jsonw_array(&json);
	for (size_t i = 0; i < report->failures.len; i++) {
		const struct test_failure *failure = &report->failures.at[i];
		const struct place *place = &failure->test->place;

		jsonw_object(&json);
		jsonw_key(&json, "rule");
		jsonw_text(&json, failure->rule->id);
		write_place(place, &json);
		jsonw_key(&json, "kind");
		jsonw_string(&json, failure->test->hit ? "hit" : "miss");
		jsonw_key(&json, "reason");
		load_write_text(failure->reason, &json);
		jsonw_object_end(&json);
		str_printf(&load->sentences, "%s:%u:%u: test of %.*s failed: %s\n",
			   place->file ? place->file : "-", place->line, place->column,
			   VIEW_ARGS(failure->rule->id), failure->reason);
	}
	jsonw_array_end(&json);
}

/* --- steps --------------------------------------------------------------------------------------
 */

static bool pass_tests(struct load *load, const struct ruleset *ruleset, language fallback)
{
	struct test_report report = {0};

	ruleset_test(ruleset, fallback, false, &report);
	load->tests = report.run;
	load->failed = report.failures.len;
	write_failures(&report, load);
	test_report_fini(&report);
	if (load->failed)
		snprintf(load->sentence, sizeof(load->sentence), "%zu of %zu embedded tests failed",
			 load->failed, load->tests);
	return load->failed == 0;
}

static void load_rules(struct load *load)
{
	const struct conf *conf = load->conf;
	struct packs_options options = {
		.paths = conf->rules.paths.at,
		.path_count = conf->rules.paths.len,
		.enable = conf->rules.enable.at,
		.enable_count = conf->rules.enable.len,
		.disable = conf->rules.disable.at,
		.disable_count = conf->rules.disable.len,
	};
	language fallback = language_find(view_of(conf->rules.language));
	struct ruleset *ruleset = ruleset_load(&options, &load->diags);

	if (!ruleset)
		snprintf(load->sentence, sizeof(load->sentence), "the rules have %zu error%s",
			 load->diags.errors, load->diags.errors == 1 ? "" : "s");
	else if (conf->rules.test_gate && !pass_tests(load, ruleset, fallback))
		ruleset_free(ruleset);
	else
		load->generation = generation_new(ruleset, fallback, load->diags.warnings);
}

static void say_wrong(struct load *load)
{
	snprintf(load->sentence, sizeof(load->sentence), "the configuration has %zu error%s",
		 load->diags.errors, load->diags.errors == 1 ? "" : "s");
}

void load_run(const struct load_source *source, struct load *ret_load)
{
	*ret_load = (struct load){0};
	ret_load->conf = conf_load(source->conf_path, source->overrides, source->override_count,
				   &ret_load->diags);
	if (!ret_load->conf) {
		say_wrong(ret_load);
		return;
	}
	exposed_check(ret_load->conf, source->conf_path, &ret_load->diags);
	if (ret_load->diags.errors) {
		say_wrong(ret_load);
		return;
	}
	locate_rules(ret_load->conf);
	load_rules(ret_load);
}

static void tell_diag(const struct diag *diag, struct log *log)
{
	const struct place *place = &diag->place;
	bool error = diag->severity == DIAG_ERROR;
	struct str line = {0};

	str_printf(&line, "%s:%u:%u: %s[%s]: %s", place->file ? place->file : "-", place->line,
		   place->column, error ? "error" : "warning", diag->code, diag->message);
	if (diag->hint)
		str_printf(&line, "; %s", diag->hint);
	log_line(log, error ? LEVEL_ERROR : LEVEL_WARNING, "%s", line.ptr);
	str_fini(&line);
}

void load_tell(const struct load *load, struct log *log)
{
	const char *at = load->sentences.ptr, *end;

	for (size_t i = 0; i < load->diags.len; i++)
		tell_diag(&load->diags.at[i], log);
	for (; at && (end = strchr(at, '\n')); at = end + 1) {
		char *line = xstrndup(at, (size_t)(end - at));

		log_line(log, LEVEL_ERROR, "%s", line);
		free(line);
	}
}

void load_fini(struct load *load)
{
	conf_free(load->conf);
	generation_free(load->generation);
	diags_fini(&load->diags);
	str_fini(&load->failures);
	str_fini(&load->sentences);
}
