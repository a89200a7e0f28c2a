#include "base/jsonw.h"
#include "verbs/load.h"
#include "verbs/verbs.h"

#include <stdio.h>

static int run(struct call *call)
{
	struct str out = {0};
	struct jsonw json;

	if (!call_flag(call, "json")) {
		puts("newstag " NEWSTAG_VERSION);
		return END_OK;
	}
	json = jsonw_begin(&out);
	jsonw_object(&json);
	jsonw_key(&json, "program");
	jsonw_string(&json, "newstag");
	jsonw_key(&json, "version");
	jsonw_string(&json, NEWSTAG_VERSION);
	jsonw_object_end(&json);
	str_add_char(&out, '\n');
	print_str(&out);
	str_fini(&out);
	return END_OK;
}

static const struct verb_option options[] = {OPTION_JSON, {.name = NULL}};

const struct verb version_verb = {
	.name = "version",
	.operands = "",
	.about = "the version of the tool",
	.help = "Prints the version. newstag --version does the same.\n",
	.examples = "  newstag version\n"
		    "  newstag version --json\n",
	.options = options,
	.run = run,
};
