#include "base/clock.h"
#include "base/file.h"
#include "base/utf8.h"
#include "rules/report.h"
#include "verbs/items.h"
#include "verbs/terminal.h"
#include "verbs/verbs.h"

#include <stdio.h>
#include <string.h>

OWNED_CLEANUP(struct matcher *, matcher_free);

struct explain {
	struct call *call;
	struct engine engine;
	struct matcher *matcher;
	struct explain_options options;
	size_t explained;
};

static int explain_item(struct explain *explain, const struct item *item)
{
	struct explain_options options = explain->options;
	struct str out = {0};
	struct err err;
	int result;

	options.item = item;
	result = ruleset_explain(explain->engine.ruleset, explain->matcher, &options, &out, &err);
	if (result < 0)
		return call_misused(explain->call, "%s", err.text);
	if (explain->explained++ && !explain->options.json)
		putchar('\n');
	print_str(&out);
	str_fini(&out);
	return END_OK;
}

static int explain_items(struct explain *explain)
{
	struct items *items = xmalloc(sizeof(*items));
	struct items_entry entry;
	int status = END_OK;
	bool rejected = false;

	items_open(items, explain->call, explain->engine.conf);
	while (!status && items_next(items, &entry)) {
		if (entry.reject) {
			items_tell_reject(&entry);
			rejected = true;
		} else {
			status = explain_item(explain, &entry.item);
		}
	}
	if (!status)
		status = items->status;
	if (!status && rejected)
		status = END_BAD_ITEM;
	if (!status && !explain->explained)
		status = call_fail(explain->call, END_NO_INPUT, "there is no item to explain");
	items_fini(items);
	free(items);
	return status;
}

/* Plain text as the body of an item. */
static int explain_text(struct explain *explain)
{
	struct call *call = explain->call;
	const char *path = call->operand_count ? call->operands[0] : "-";
	const char *title = call_value(call, "title"), *lang = call_value(call, "lang");
	struct str text = {0};
	struct err err;
	int status;
	struct item item = {.uri = VIEW("text"),
			    .language = view_of(lang),
			    .published = explain->options.now,
			    .modified = CLOCK_NONE,
			    .embargo = CLOCK_NONE};

	if (file_read(path, (size_t)explain->engine.conf->limits.message_bytes, &text, &err) < 0) {
		status = call_fail(call, END_NO_INPUT, "%s", err.text);
	} else if (utf8_valid(str_view(&text)) != text.len) {
		status = call_fail(call, END_BAD_ITEM, "%s is not UTF-8 from byte %zu on",
				   strcmp(path, "-") == 0 ? "stdin" : path,
				   utf8_valid(str_view(&text)));
	} else {
		item.fields[ITEM_HEADLINE].text = view_of(title);
		item.fields[ITEM_BODY].text = str_view(&text);
		status = explain_item(explain, &item);
	}
	str_fini(&text);
	return status;
}

static int explain_all(struct explain *explain)
{
	OWNED(matcher_free)
	struct matcher *matcher = matcher_new(engine_language(&explain->engine));

	explain->matcher = matcher;
	return call_flag(explain->call, "text") ? explain_text(explain) : explain_items(explain);
}

static int run(struct call *call)
{
	struct explain explain = {.call = call};
	int status;

	explain.options = (struct explain_options){.rule = call_value(call, "why-not"),
						   .all = call_flag(call, "all"),
						   .json = call_flag(call, "json"),
						   .colour = terminal_colour(stdout),
						   .unicode = terminal_unicode()};
	if (!load_now(call, CLOCK_NONE, &explain.options.now))
		return END_USAGE;
	if (!call_flag(call, "text") && (call_value(call, "title") || call_value(call, "lang")))
		return call_misused(call, "--title and --lang go with --text");
	status = engine_open(call, &explain.engine);
	if (!status)
		status = explain_all(&explain);
	engine_fini(&explain.engine);
	return status;
}

static const struct verb_option options[] = {
	{.name = "why-not",
	 .value = "RULE",
	 .help = "this rule alone; where it came nearest, if it has no hit"},
	{.name = "all", .help = "also rules without a hit"},
	{.name = "text", .help = "the input is plain text, not a JSON item"},
	{.name = "title", .value = "TEXT", .help = "with --text: the headline"},
	{.name = "lang", .value = "CODE", .help = "with --text: its language"},
	OPTION_JSON,
	OPTION_NOW,
	OPTION_RULES,
	OPTION_CONFIG,
	OPTION_SET,
	{.name = NULL},
};

const struct verb explain_verb = {
	.name = "explain",
	.operands = "[FILE]",
	.about = "shows for an item which rules fired and why, and what stopped the others",
	.help = "Reads an item (JSON, or plain text with --text) of FILE or standard input and "
		"shows each rule\n"
		"that was hit: its tree with what held and what did not, the words with field and "
		"bytes, the score,\n"
		"the cue or veto that stopped it, who won against it. --why-not shows for one rule "
		"the places where\n"
		"most of it held and what was missing there.\n",
	.examples = "  newstag explain item.json\n"
		    "  echo 'Peace talks between Ukraine and Russia collapsed.' | newstag explain "
		    "--text\n"
		    "  newstag explain --why-not negotiation.collapsed --text story.txt\n"
		    "  newstag explain --json item.json | jq '.rules[] | select(.fired) | .rule'\n",
	.options = options,
	.operands_most = 1,
	.run = run,
};
