#include "verbs/identity.h"
#include "verbs/talk.h"
#include "verbs/verbs.h"

#include <stdio.h>

#define TIMEOUT_MS 60000

static unsigned long number(const struct json *reply, const char *key)
{
	return (unsigned long)json_number(json_get(reply, key), 0);
}

static void show_good(struct call *call, const struct json *reply)
{
	const char *now = answer_text(call, reply, "ruleset");
	const char *before = answer_text(call, reply, "previous");
	const char *restart = answer_text(call, reply, "needs_restart");
	unsigned long rules = number(reply, "rules"), warnings = number(reply, "warnings");

	printf("reloaded: generation %lu, %lu rule%s, %lu warning%s\n", number(reply, "generation"),
	       rules, rules == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
	if (*before && strcmp(now, before) != 0)
		printf("ruleset:  %s, before %s\n", now, before);
	else
		printf("ruleset:  %s%s\n", now, *before ? ", the same as before" : "");
	if (*restart)
		printf("changed, but only a restart takes it over: %s\n", restart);
}

static int run(struct call *call)
{
	struct answer answer = {0};
	OWNED(json_free) struct json *reply = NULL;
	int64_t timeout_ms;
	bool good;
	int status = call_duration(call, "timeout", TIMEOUT_MS, &timeout_ms);

	if (!status)
		status = ask_daemon(call, "{\"verb\":\"reload\"}", timeout_ms, &answer);
	if (status)
		return status;
	reply = answer.json;
	good = json_bool(json_get(reply, "ok"), false);
	show_findings(reply);
	if (call_flag(call, "json"))
		printf("%.*s\n", VIEW_ARGS(answer.text));
	else if (good)
		show_good(call, reply);
	if (good)
		return END_OK;
	return call_fail(call, END_NO, "rejected: %s; generation %lu goes on",
			 answer_text(call, reply, "error"), number(reply, "generation"));
}

static const struct verb_option options[] = {OPTIONS_ASK("60s")};

const struct verb reload_verb = {
	.name = "reload",
	.operands = "",
	.about = "have the daemon load its configuration and rules anew",
	.help = "Asks the running daemon to read its configuration and rules again and waits for "
		"the verdict. New\n"
		"rules are taken only when they are free of errors and pass their own tests; else "
		"everything stays\n"
		"as it was, every mistake is shown with its place, and the status is 1. A daemon "
		"that is not reached\n"
		"or does not answer in time gives 69.\n",
	.examples = "  newstag reload\n"
		    "  newstag reload --control ipc:///run/newstagd/control --timeout 5m\n"
		    "  newstag reload --json | jq .ruleset\n",
	.options = options,
	.run = run,
};
