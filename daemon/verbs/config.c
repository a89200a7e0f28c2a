#include "conf/conf.h"
#include "verbs/load.h"
#include "verbs/verbs.h"

#include <stdio.h>

OWNED_CLEANUP(struct conf *, conf_free);

static int run(struct call *call)
{
	OWNED(conf_free) struct conf *conf = NULL;
	const char *path = NULL;
	struct str out = {0};
	int status = load_conf(call, &conf, &path);

	if (status)
		return status;
	if (call_flag(call, "json")) {
		conf_write_json(conf, &out);
		str_add_char(&out, '\n');
	} else {
		conf_write(conf, !call_flag(call, "no-comments"), &out);
	}
	print_str(&out);
	str_fini(&out);
	fprintf(stderr, "newstag config: %s%s\n",
		path ? "read " : "no configuration file, all defaults", path ? path : "");
	return END_OK;
}

static const struct verb_option options[] = {
	OPTION_CONFIG,	OPTION_SET,
	OPTION_JSON,	{.name = "no-comments", .help = "the keys and values alone"},
	{.name = NULL},
};

const struct verb config_verb = {
	.name = "config",
	.operands = "",
	.about = "the configuration as it takes effect",
	.help = "Checks the configuration and prints all of it as it takes effect: defaults filled "
		"in, overrides\n"
		"applied, every key with its meaning. Keys that have no effect yet are marked. "
		"What is printed\n"
		"reads back as a configuration file. A mistake ends it with 78.\n",
	.examples = "  newstag config\n"
		    "  newstag config --config site.yaml --set workers=4 --no-comments\n"
		    "  newstag config --json | jq .rules.paths\n",
	.options = options,
	.run = run,
};
