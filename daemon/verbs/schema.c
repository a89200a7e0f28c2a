#include "wire/schema.h"
#include "conf/conf.h"
#include "rules/pack.h"
#include "verbs/load.h"
#include "verbs/verbs.h"

#include <string.h>

static const struct {
	const char *name;
	void (*write)(struct str *out);
} schemas[] = {
	{"item", wire_write_item_schema},
	{"event", wire_write_event_schema},
	{"retracted", wire_write_retracted_schema},
	{"pack", packs_write_schema},
	{"config", conf_write_schema},
};

static int run(struct call *call)
{
	struct str out = {0};

	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
		if (strcmp(call->operands[0], schemas[i].name) != 0)
			continue;
		schemas[i].write(&out);
		str_add_char(&out, '\n');
		print_str(&out);
		str_fini(&out);
		return END_OK;
	}
	return call_misused(call, "there is no schema \"%s\"", call->operands[0]);
}

static const struct verb_option options[] = {OPTION_JSON, {.name = NULL}};

const struct verb schema_verb = {
	.name = "schema",
	.operands = "item|event|retracted|pack|config",
	.about = "the JSON Schema of an item, event, rule pack or configuration",
	.help = "Prints a JSON Schema (draft 2020-12): of the items that a feed may send, the "
		"events that are\n"
		"published, the retractions among them, a rule pack, or the configuration. Editors "
		"complete and check\n"
		"files with it. It is JSON with or without --json.\n",
	.examples =
		"  newstag schema event > event.schema.json\n"
		"  # yellow marks in an editor with a YAML language server, first line of a pack:\n"
		"  # yaml-language-server: $schema=pack.schema.json\n"
		"  newstag schema pack > pack.schema.json\n",
	.options = options,
	.operands_least = 1,
	.operands_most = 1,
	.run = run,
};
