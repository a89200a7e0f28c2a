#include "base/clock.h"
#include "verbs/identity.h"
#include "verbs/talk.h"
#include "verbs/terminal.h"
#include "verbs/verbs.h"

#include <stdio.h>

#define TIMEOUT_MS 5000

static double number(const struct json *object, const char *key)
{
	return json_number(json_get(object, key), 0);
}

/* "2 d 3 h", "3 h 12 min", "12 min 5 s", "5 s" */
static void write_uptime(double seconds, char *out, size_t size)
{
	unsigned long s = (unsigned long)seconds, m = s / 60, h = m / 60;

	if (h >= 24)
		snprintf(out, size, "%lu d %lu h", h / 24, h % 24);
	else if (h)
		snprintf(out, size, "%lu h %lu min", h, m % 60);
	else if (m)
		snprintf(out, size, "%lu min %lu s", m, s % 60);
	else
		snprintf(out, size, "%lu s", s);
}

static void show_head(struct call *call, const struct json *reply, bool colour)
{
	const struct json *because = json_get(reply, "because");
	bool ready = json_bool(json_get(reply, "ready"), false);
	const char *tone = ready ? "\033[32m" : "\033[31m";
	char uptime[64];

	write_uptime(number(reply, "uptime_s"), uptime, sizeof(uptime));
	printf("%-11s newstagd %s, up %s\n", answer_text(call, reply, "instance"),
	       answer_text(call, reply, "version"), uptime);
	printf("ready       %s%s%s", colour ? tone : "", ready ? "yes" : "no",
	       colour ? "\033[0m" : "");
	for (size_t i = 0; i < json_size(because); i++) {
		struct str reason = {0};

		add_printable(&reason, json_text(json_at(because, i)));
		printf("%s%s", i ? "; " : ": ", str_view(&reason).ptr);
		str_fini(&reason);
	}
	printf("\nrules       %s, generation %.0f\n", answer_text(call, reply, "ruleset"),
	       number(reply, "generation"));
	printf("workers     %.0f\nstream      %s\n", number(reply, "workers"),
	       answer_text(call, reply, "stream"));
}

/* To the second: "2026-01-31T12:00:00Z", "none". */
static const char *last_item(struct call *call, const struct json *feed)
{
	struct view time = json_text(json_get(feed, "last_item"));

	if (!time.len)
		return "none";
	return arena_printf(&call->arena, "%.*sZ", time.len < 19 ? (int)time.len : 19,
			    answer_text(call, feed, "last_item"));
}

static void show_feeds(struct call *call, const struct json *feeds)
{
	printf("\n%-16s %-32s %-5s %12s %8s  %s\n", "feed", "endpoint", "up", "received", "revived",
	       "last item");
	for (size_t i = 0; i < json_size(feeds); i++) {
		const struct json *feed = json_at(feeds, i);

		printf("%-16s %-32s %-5s %12.0f %8.0f  %s\n", answer_text(call, feed, "name"),
		       answer_text(call, feed, "endpoint"),
		       json_bool(json_get(feed, "connected"), false) ? "yes" : "no",
		       number(feed, "received"), number(feed, "revived"), last_item(call, feed));
	}
}

static void show_output(struct call *call, const struct json *output)
{
	printf("\n%-16s %-32s %12s  %s\n", "output", "endpoint", "subscriptions", "sequence");
	printf("%-16s %-32s %12.0f  %.0f\n", "", answer_text(call, output, "endpoint"),
	       number(output, "subscriptions"), number(output, "sequence"));
}

static void show_replay(struct call *call, const struct json *replay)
{
	if (json_kind(replay) != JSON_KIND_OBJECT) {
		printf("%-16s none: no event can be asked for again\n", "replay");
		return;
	}
	printf("\n%-16s %-32s %12s  %s\n", "replay", "endpoint", "requests", "events");
	printf("%-16s %-32s %12.0f  %.0f\n", "", answer_text(call, replay, "endpoint"),
	       number(replay, "requests"), number(replay, "events"));
}

static void show_http(struct call *call, const struct json *reply)
{
	const struct json *http = json_get(reply, "http");

	printf("%-16s %s\n", "metrics",
	       json_text(http).len ? answer_text(call, reply, "http") : "none");
}

static void show_counters(const struct json *counters)
{
	static const char *const rows[] = {"received", "tagged",     "untagged", "filtered",
					   "stale",    "held",	     "released", "in_flight",
					   "events",   "retractions"};
	const struct json *rejected = json_get(counters, "rejected");
	double all = 0;

	printf("\n%-16s %12s\n", "items", "count");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		printf("%-16s %12.0f\n", rows[i], number(counters, rows[i]));
	for (size_t i = 0; i < json_size(rejected); i++)
		all += number(rejected, json_key_at(rejected, i));
	printf("%-16s %12.0f\n", "rejected", all);
	for (size_t i = 0; i < json_size(rejected); i++) {
		const char *reason = json_key_at(rejected, i);

		if (number(rejected, reason) > 0)
			printf("  %-14s %12.0f\n", reason, number(rejected, reason));
	}
}

static int run(struct call *call)
{
	struct answer answer = {0};
	OWNED(json_free) struct json *reply = NULL;
	int64_t timeout_ms;
	int status = call_duration(call, "timeout", TIMEOUT_MS, &timeout_ms);

	if (!status)
		status = ask_daemon(call, "{\"verb\":\"status\"}", timeout_ms, &answer);
	if (status)
		return status;
	reply = answer.json;
	if (call_flag(call, "json")) {
		printf("%.*s\n", VIEW_ARGS(answer.text));
	} else if (json_bool(json_get(reply, "ok"), false)) {
		show_head(call, reply, terminal_colour(stdout));
		show_feeds(call, json_get(reply, "feeds"));
		show_output(call, json_get(reply, "output"));
		show_replay(call, json_get(reply, "replay"));
		show_http(call, reply);
		show_counters(json_get(reply, "counters"));
	}
	if (json_bool(json_get(reply, "ok"), false))
		return END_OK;
	return call_fail(call, END_INTERNAL, "the daemon says: %s",
			 answer_text(call, reply, "error"));
}

static const struct verb_option options[] = {OPTIONS_ASK("5s")};

const struct verb status_verb = {
	.name = "status",
	.operands = "",
	.about = "how the running daemon is",
	.help = "Asks the running daemon how it is: whether it is ready and why not, its rules, "
		"its feeds, what it\n"
		"published, and what became of the items. The status is 0 whenever the daemon "
		"answers, 69 when it\n"
		"does not.\n",
	.examples = "  newstag status\n"
		    "  newstag status --control ipc:///run/newstagd/control\n"
		    "  newstag status --json | jq .counters\n",
	.options = options,
	.run = run,
};
