#include "base/clock.h"
#include "base/file.h"
#include "rules/ruleset.h"
#include "wire/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/*
 * What the core costs: bytes → item → events, one thread, no socket. Reads a file of items, one
 * JSON object a line, and passes over them several times; prints microseconds per item and per 3 KB
 * of JSON of each pass: first the decoding alone, then everything.
 *
 *   bench_core ITEMS.jsonl [-n PASSES] RULES…
 *   bench_core ITEMS.jsonl --oracle RULES…     the events with the filter off must be the same
 */
#define FILE_MAX ((size_t)1 << 30)

struct lines {
	VEC(struct view);
};

struct tally {
	size_t items, bytes, events;
};

/* Time of the processor, since others may use it too. */
static double microseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static struct lines split(struct view text)
{
	struct lines lines = {0};
	const char *at = text.ptr, *end = text.ptr + text.len;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop ? stop : end;
		if (stop > at)
			vec_push(&lines, (struct view){at, (size_t)(stop - at)});
		at = stop + 1;
	}
	return lines;
}

/* Decodes every item, and judges it when there is a matcher. */
static double pass(const struct lines *lines, struct matcher *matcher,
		   const struct ruleset *ruleset, struct tally *ret_tally)
{
	struct wire_limits limits = WIRE_LIMITS_DEFAULT;
	double begun = microseconds();
	struct tally tally = {0};
	struct arena arena = {0};

	for (size_t i = 0; i < lines->len; i++) {
		struct events events = {0};
		struct item item;

		arena_reset(&arena);
		if (wire_decode(lines->at[i], &limits, &arena, &item, NULL) != REJECT_NONE)
			continue;
		if (matcher)
			matcher_run(matcher, ruleset, &item, CLOCK_NONE, &arena, &events);
		tally.items++;
		tally.bytes += lines->at[i].len;
		tally.events += events.len;
	}
	arena_fini(&arena);
	*ret_tally = tally;
	return microseconds() - begun;
}

static void tell(struct str *out, const struct events *events)
{
	for (size_t i = 0; i < events->len; i++) {
		const struct event *event = &events->at[i];

		str_printf(out, "%.*s %d %u", VIEW_ARGS(event->rule), event->score,
			   event->modality);
		for (size_t k = 0; k < event->why_count; k++)
			str_printf(out, " %.*s %u-%u", VIEW_ARGS(event->why[k].node),
				   event->why[k].from, event->why[k].to);
		str_add_char(out, '\n');
	}
}

/* The number of items in which the filter changes something. */
static size_t compare(const struct lines *lines, struct matcher *matcher,
		      const struct ruleset *ruleset)
{
	struct wire_limits limits = WIRE_LIMITS_DEFAULT;
	struct str filtered = {0}, naive = {0};
	struct arena arena = {0};
	size_t differ = 0;

	for (size_t i = 0; i < lines->len; i++) {
		struct events events = {0};
		struct item item;

		arena_reset(&arena);
		str_reset(&filtered);
		str_reset(&naive);
		if (wire_decode(lines->at[i], &limits, &arena, &item, NULL) != REJECT_NONE)
			continue;
		matcher_run(matcher, ruleset, &item, CLOCK_NONE, &arena, &events);
		tell(&filtered, &events);
		matcher_run_unfiltered(matcher, ruleset, &item, CLOCK_NONE, &arena, &events);
		tell(&naive, &events);
		if (view_equal(str_view(&filtered), str_view(&naive)))
			continue;
		printf("%.*s\n--- filtered\n%.*s--- naive\n%.*s", VIEW_ARGS(lines->at[i]),
		       VIEW_ARGS(str_view(&filtered)), VIEW_ARGS(str_view(&naive)));
		differ++;
	}
	str_fini(&filtered);
	str_fini(&naive);
	arena_fini(&arena);
	return differ;
}

static void print(const char *name, const struct tally *tally, double time)
{
	printf("%-7s %8.2f us per item of %.0f B  %8.2f us per 3 KB  %zu events\n", name,
	       time / (double)tally->items, (double)tally->bytes / (double)tally->items,
	       time * 3072 / (double)tally->bytes, tally->events);
}

static struct ruleset *load(char **paths, size_t count)
{
	struct packs_options options = {.paths = (const char *const *)paths, .path_count = count};
	struct diags diags = {0};
	double begun = microseconds();
	struct ruleset *ruleset = ruleset_load(&options, &diags);

	if (diags.errors)
		diags_print(&diags, false, stderr);
	diags_fini(&diags);
	if (ruleset)
		printf("loaded %zu rules in %.1f ms\n", ruleset_packs(ruleset)->rules.len,
		       (microseconds() - begun) / 1e3);
	return ruleset;
}

int main(int argc, char **argv)
{
	int passes = 3, first = 2;
	struct matcher *matcher;
	struct ruleset *ruleset;
	struct str text = {0};
	struct lines lines;
	struct err err;

	if (argc > 3 && strcmp(argv[2], "--oracle") == 0) {
		passes = 0;
		first = 3;
	} else if (argc > 4 && strcmp(argv[2], "-n") == 0) {
		passes = atoi(argv[3]);
		first = 4;
	}
	if (argc <= first || file_read(argv[1], FILE_MAX, &text, &err) < 0) {
		fprintf(stderr, "usage: bench_core ITEMS.jsonl [-n PASSES] RULES...\n%s\n",
			argc <= first ? "" : err.text);
		return 64;
	}
	ruleset = load(argv + first, (size_t)(argc - first));
	if (!ruleset)
		return 78;
	lines = split(str_view(&text));
	matcher = matcher_new(LANGUAGE_UNKNOWN);
	if (passes == 0)
		printf("%zu items differ\n", compare(&lines, matcher, ruleset));
	for (int i = 0; i < passes; i++) {
		struct tally tally;
		double time = pass(&lines, NULL, NULL, &tally);

		print("decode", &tally, time);
		time = pass(&lines, matcher, ruleset, &tally);
		print(i == 0 ? "cold" : "warm", &tally, time);
	}
	matcher_free(matcher);
	ruleset_free(ruleset);
	vec_fini(&lines);
	str_fini(&text);
	return 0;
}
