#include "verbs/load.h"

#include "base/clock.h"
#include "conf/locate.h"
#include "verbs/terminal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

OWNED_CLEANUP(struct conf *, conf_free);

void print_str(const struct str *text)
{
	if (text->len)
		fwrite(text->ptr, 1, text->len, stdout);
}

/* In the call's arena, since places of diagnostics and the caller borrow it. */
static const char *conf_path(struct call *call)
{
	const char *path = call_knows(call, "config") ? call_value(call, "config") : NULL;
	OWNED(free) char *found = path ? NULL : locate_conf();

	return found ? arena_strndup(&call->arena, found, strlen(found)) : path;
}

int load_conf(struct call *call, struct conf **ret_conf, const char **ret_path)
{
	const char *path = conf_path(call);
	const char *const *sets = NULL;
	size_t count = 0;
	struct diags diags = {0};

	if (call_knows(call, "set"))
		sets = call_values(call, "set", &count);
	*ret_conf = conf_load(path, sets, count, &diags);
	if (*ret_conf)
		locate_rules(*ret_conf);
	else
		diags_print(&diags, terminal_colour(stderr), stderr);
	if (ret_path)
		*ret_path = path;
	diags_fini(&diags);
	return *ret_conf ? END_OK : END_INVALID;
}

int load_control(struct call *call, const char **ret_endpoint)
{
	OWNED(conf_free) struct conf *conf = NULL;
	const char *endpoint = call_value(call, "control");
	int status;

	if (!endpoint) {
		status = load_conf(call, &conf, NULL);
		if (status)
			return status;
		endpoint = conf->control.endpoint;
		if (!endpoint)
			return call_fail(call, END_UNREACHABLE,
					 "the configuration has control.endpoint: off; name one "
					 "with --control");
	}
	*ret_endpoint = arena_strndup(&call->arena, endpoint, strlen(endpoint));
	return END_OK;
}

int load_journal_path(struct call *call, const char *path, const char **ret_path)
{
	OWNED(conf_free) struct conf *conf = NULL;
	int status;

	if (!path) {
		status = load_conf(call, &conf, NULL);
		if (status)
			return status;
		path = conf->journal.path;
	}
	if (!*path)
		return call_fail(call, END_NO_INPUT,
				 "the configuration keeps no journal; name a folder");
	*ret_path = arena_strndup(&call->arena, path, strlen(path));
	return END_OK;
}

/* --- rules ---------------------------------------------------------------------------------------
 */

void engine_fini(struct engine *engine)
{
	ruleset_free(engine->ruleset);
	diags_fini(&engine->diags);
	conf_free(engine->conf);
	*engine = (struct engine){0};
}

static const char *missing(const struct engine *engine)
{
	for (size_t i = 0; i < engine->path_count; i++)
		if (access(engine->paths[i], F_OK) < 0)
			return engine->paths[i];
	return NULL;
}

/* The paths that were named; false when none were. */
static bool named_paths(struct call *call, bool operands, struct engine *engine)
{
	if (operands && call->operand_count) {
		engine->paths = call->operands;
		engine->path_count = call->operand_count;
	} else if (call_knows(call, "rules")) {
		engine->paths = call_values(call, "rules", &engine->path_count);
	}
	return engine->path_count > 0;
}

static int engine_conf(struct call *call, bool named, struct engine *engine)
{
	if (named && !call_value(call, "config") && !call_value(call, "set")) {
		engine->conf = conf_load(NULL, NULL, 0, &engine->diags);
		return engine->conf ? END_OK : END_INTERNAL;
	}
	return load_conf(call, &engine->conf, NULL);
}

int engine_load(struct call *call, bool operands, struct engine *ret_engine)
{
	bool named;
	int status;
	struct packs_options options;

	*ret_engine = (struct engine){0};
	named = named_paths(call, operands, ret_engine);
	status = engine_conf(call, named, ret_engine);
	if (status)
		return status;
	if (!named) {
		ret_engine->paths = ret_engine->conf->rules.paths.at;
		ret_engine->path_count = ret_engine->conf->rules.paths.len;
	}
	if (missing(ret_engine))
		return call_fail(call, END_NO_INPUT, "%s: there is no such file or folder",
				 missing(ret_engine));
	options = (struct packs_options){
		.paths = ret_engine->paths,
		.path_count = ret_engine->path_count,
		.enable = ret_engine->conf->rules.enable.at,
		.enable_count = ret_engine->conf->rules.enable.len,
		.disable = ret_engine->conf->rules.disable.at,
		.disable_count = ret_engine->conf->rules.disable.len,
	};
	ret_engine->ruleset = ruleset_load(&options, &ret_engine->diags);
	diags_sort(&ret_engine->diags);
	return END_OK;
}

int engine_open(struct call *call, struct engine *ret_engine)
{
	int status = engine_load(call, false, ret_engine);

	if (status || ret_engine->ruleset)
		return status;
	diags_print(&ret_engine->diags, terminal_colour(stderr), stderr);
	return END_INVALID;
}

language engine_language(const struct engine *engine)
{
	return language_find(view_of(engine->conf->rules.language));
}

bool load_now(const struct call *call, int64_t fallback, int64_t *ret_now)
{
	const char *text = call_value(call, "now");

	*ret_now = fallback;
	if (!text || clock_read(view_of(text), ret_now))
		return true;
	call_misused(call, "--now wants a time such as 2025-12-19T09:00:00Z, not \"%s\"", text);
	return false;
}
