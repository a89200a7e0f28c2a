#include "base/clock.h"
#include "base/jsonw.h"
#include "verbs/talk.h"
#include "verbs/terminal.h"
#include "verbs/verbs.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>

/*
 * The status again and again, with what the counts rose by a second in between. On a terminal it is
 * a screen that is drawn anew; else a line each time, so that it can be kept and cut.
 */
#define TIMEOUT_MS 5000
#define INTERVAL_MS 1000
#define LINES_PER_HEAD 20
#define FEEDS_MAX 64
#define HOME "\033[H\033[J" /* to the first place, the rest wiped */

static const char *const names[] = {"received", "tagged",   "untagged",
				    "filtered", "rejected", "events"};
#define NAMES (sizeof(names) / sizeof(names[0]))

struct sample {
	double at, uptime; /* seconds; its own clock, and the daemon's */
	double counts[NAMES];
	double feeds[FEEDS_MAX];
};

struct view_of_top {
	const struct json *status;
	struct sample now, before;
	bool first; /* there is no rate yet */
};

static double number(const struct json *object, const char *key)
{
	return json_number(json_get(object, key), 0);
}

static double count(const struct json *counters, const char *name)
{
	const struct json *member = json_get(counters, name);
	double sum = 0;

	if (json_kind(member) != JSON_KIND_OBJECT)
		return json_number(member, 0);
	for (size_t i = 0; i < json_size(member); i++)
		sum += json_number(json_at(member, i), 0);
	return sum;
}

static void take(const struct json *status, struct sample *ret_sample)
{
	const struct json *feeds = json_get(status, "feeds");

	*ret_sample = (struct sample){
		.at = (double)clock_monotonic() / (double)CLOCK_SECOND,
		.uptime = number(status, "uptime_s"),
	};
	for (size_t i = 0; i < NAMES; i++)
		ret_sample->counts[i] = count(json_get(status, "counters"), names[i]);
	for (size_t i = 0; i < json_size(feeds) && i < FEEDS_MAX; i++)
		ret_sample->feeds[i] = number(json_at(feeds, i), "received");
}

/* A second; what a daemon that started anew counts begins again. */
static double rate(const struct view_of_top *top, const double *now, const double *before)
{
	double elapsed = top->now.at - top->before.at;

	if (top->first || top->now.uptime < top->before.uptime || elapsed <= 0)
		return 0;
	return (*now - *before) / elapsed;
}

static double rate_of(const struct view_of_top *top, size_t name)
{
	return rate(top, &top->now.counts[name], &top->before.counts[name]);
}

/* --- shown --------------------------------------------------------------------------------------
 */

static void show_reasons(const struct json *status)
{
	const struct json *because = json_get(status, "because");

	for (size_t i = 0; i < json_size(because); i++) {
		struct str reason = {0};

		add_printable(&reason, json_text(json_at(because, i)));
		printf("%s%s", i ? "; " : ": ", str_view(&reason).ptr);
		str_fini(&reason);
	}
}

static void show_screen(struct call *call, const struct view_of_top *top)
{
	const struct json *status = top->status, *feeds = json_get(status, "feeds");
	bool ready = json_bool(json_get(status, "ready"), false);

	printf(HOME "%s  newstagd %s  generation %.0f  ready %s",
	       answer_text(call, status, "instance"), answer_text(call, status, "version"),
	       number(status, "generation"), ready ? "yes" : "no");
	show_reasons(status);
	printf("\n\n%-12s %14s %12s\n", "items", "count", "a second");
	for (size_t i = 0; i < NAMES; i++)
		printf("%-12s %14.0f %12.1f\n", names[i], top->now.counts[i], rate_of(top, i));
	printf("%-12s %14.0f\n", "in flight", count(json_get(status, "counters"), "in_flight"));
	printf("%-12s %14.0f\n", "held", count(json_get(status, "counters"), "held"));
	printf("\n%-20s %-4s %14s %12s\n", "feed", "up", "received", "a second");
	for (size_t i = 0; i < json_size(feeds) && i < FEEDS_MAX; i++)
		printf("%-20s %-4s %14.0f %12.1f\n", answer_text(call, json_at(feeds, i), "name"),
		       json_bool(json_get(json_at(feeds, i), "connected"), false) ? "yes" : "no",
		       top->now.feeds[i], rate(top, &top->now.feeds[i], &top->before.feeds[i]));
}

static void show_line(const struct view_of_top *top, long done)
{
	char time[CLOCK_TEXT_SIZE];

	if (done % LINES_PER_HEAD == 0) {
		printf("%-20s", "time");
		for (size_t i = 0; i < NAMES; i++)
			printf(" %8s/s", names[i]);
		printf(" %9s %5s\n", "in_flight", "ready");
	}
	clock_write(clock_now() / CLOCK_SECOND * CLOCK_SECOND, time);
	printf("%-20s", time);
	for (size_t i = 0; i < NAMES; i++)
		printf(" %10.1f", rate_of(top, i));
	printf(" %9.0f %5s\n", count(json_get(top->status, "counters"), "in_flight"),
	       json_bool(json_get(top->status, "ready"), false) ? "yes" : "no");
}

static void show_json(const struct view_of_top *top, struct view status)
{
	struct str text = {0};
	struct jsonw json = jsonw_begin(&text);

	jsonw_object(&json);
	jsonw_key(&json, "rates");
	jsonw_object(&json);
	for (size_t i = 0; i < NAMES; i++) {
		jsonw_key(&json, names[i]);
		jsonw_double(&json, rate_of(top, i));
	}
	jsonw_object_end(&json);
	jsonw_key(&json, "status");
	jsonw_raw(&json, view_trim(status));
	jsonw_object_end(&json);
	printf("%s\n", text.ptr);
	str_fini(&text);
}

/* --- again and again ----------------------------------------------------------------------------
 */

static int turn(struct call *call, struct view_of_top *top, long done)
{
	struct answer answer = {0};
	OWNED(json_free) struct json *reply = NULL;
	int status = ask_daemon(call, "{\"verb\":\"status\"}", TIMEOUT_MS, &answer);

	if (status)
		return status;
	reply = answer.json;
	if (!json_bool(json_get(reply, "ok"), false))
		return call_fail(call, END_INTERNAL, "the daemon says: %s",
				 answer_text(call, reply, "error"));
	top->status = reply;
	top->first = done == 0;
	top->before = top->now;
	take(reply, &top->now);
	if (call_flag(call, "json"))
		show_json(top, answer.text);
	else if (terminal_colour(stdout))
		show_screen(call, top);
	else
		show_line(top, done);
	top->status = NULL;
	return fflush(stdout) == EOF ? END_IO : END_OK;
}

static int run(struct call *call)
{
	struct view_of_top top = {0};
	int64_t interval_ms;
	long most;
	int status = call_duration(call, "interval", INTERVAL_MS, &interval_ms);

	if (!status && !call_number(call, "count", 1, 1000000000, 0, &most))
		status = END_USAGE;
	interval_ms = interval_ms < INT_MAX ? interval_ms : INT_MAX; /* what poll can wait */
	for (long done = 0; !status && (most == 0 || done < most); done++) {
		if (done)
			poll(NULL, 0, (int)interval_ms);
		status = turn(call, &top, done);
		arena_reset(&call->arena); /* what this turn said; there are no operands in it */
	}
	return status;
}

static const struct verb_option options[] = {
	OPTION_CONTROL,
	OPTION_CONFIG,
	OPTION_SET,
	{.name = "interval", .value = "DURATION", .help = "how often it looks; 1s when unsaid"},
	{.name = "count", .value = "N", .help = "ends after so many times"},
	OPTION_JSON,
	{.name = NULL},
};

const struct verb top_verb = {
	.name = "top",
	.operands = "",
	.about = "what the running daemon does, as it does it",
	.help = "Shows again and again what the running daemon does: items and events a second, "
		"what is "
		"in flight,\n"
		"its feeds, and why it is not ready. On a terminal a screen that is drawn anew, "
		"until "
		"Ctrl-C; else a\n"
		"line each time. A daemon that is not reached gives 69.\n",
	.examples = "  newstag top\n"
		    "  newstag top --interval 10s > load.txt\n"
		    "  newstag top --count 2 --json | tail -1 | jq .rates.events\n",
	.options = options,
	.run = run,
};
