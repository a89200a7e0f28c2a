#include "verbs/load.h"

#include "conf/locate.h"
#include "verbs/terminal.h"

#include <stdio.h>
#include <string.h>

OWNED_CLEANUP(struct conf *, conf_free);

static bool has_option(const struct verb *verb, const char *name)
{
	for (const struct verb_option *option = verb->options; option && option->name; option++)
		if (strcmp(option->name, name) == 0)
			return true;
	return false;
}

void print_str(const struct str *text)
{
	fwrite(text->ptr, 1, text->len, stdout);
}

/* In the call's arena, since places of diagnostics and the caller borrow it. */
static const char *conf_path(struct call *call)
{
	const char *path = has_option(call->verb, "config") ? call_value(call, "config") : NULL;
	OWNED(free) char *found = path ? NULL : locate_conf();

	return found ? arena_strndup(&call->arena, found, strlen(found)) : path;
}

int load_conf(struct call *call, struct conf **ret_conf, const char **ret_path)
{
	const char *path = conf_path(call);
	const char *const *sets = NULL;
	size_t count = 0;
	struct diags diags = {0};

	if (has_option(call->verb, "set"))
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
