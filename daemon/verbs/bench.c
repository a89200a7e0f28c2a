#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "verbs/load.h"
#include "verbs/terminal.h"
#include "verbs/verbs.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * What the core costs: bytes → item → events → bytes, one thread, no socket, no journal. All items
 * are in memory before anything is timed. A pass goes over all of them; the first finds every cache
 * empty and is told apart, of the others the median counts.
 *
 * A pass is timed by the processor's time, since others may use the machine too; what share of it
 * each stage had is told by a clock that is read between the stages of every item. The item scanner
 * has a pass of its own before each: it is what the whole is compared with, since both see the same
 * machine then.
 */
#define FILE_BYTES_MAX ((size_t)1 << 30)
#define PASSES_MAX 1000

enum stage { STAGE_DECODE, STAGE_TEXT, STAGE_MATCH, STAGE_JUDGE, STAGE_ENCODE, STAGES };

static const struct {
	const char *name, *about;
} stages[] = {
	[STAGE_DECODE] = {"decode", "JSON to item"},
	[STAGE_TEXT] = {"text", "language, words, sentences, quotations"},
	[STAGE_MATCH] = {"match", "rules worth a look"},
	[STAGE_JUDGE] = {"judge", "hits, cues, fields, resolution"},
	[STAGE_ENCODE] = {"encode", "events to JSON"},
};

struct pass {
	double stages[STAGES]; /* microseconds of the processor */
	double whole, scan;
};

struct bench {
	struct engine engine;
	struct matcher *matcher;
	struct wire_limits limits;
	struct str text;
	struct {
		VEC(struct view);
	} items;
	struct {
		VEC(struct pass);
	} passes;
	size_t bytes, rejected, events;
	int64_t now;
	struct arena arena;
	struct str encoded;
	struct progress progress;
	int64_t clock, spent[STAGES]; /* ns: when the last stage ended, and of each in this pass */
};

static double processor_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void end_stage(struct bench *bench, enum stage stage)
{
	int64_t now = clock_monotonic();

	bench->spent[stage] += now - bench->clock;
	bench->clock = now;
}

static void encode(struct bench *bench, const struct item *item, const struct events *events)
{
	const struct conf *conf = bench->engine.conf;
	struct encode_context context = {
		.instance = view_of(conf->instance),
		.prefix = view_of(conf->output.prefix),
		.ruleset = view_of(ruleset_hash(bench->engine.ruleset)),
		.language = events->language,
		.headline = events->texts ? events->texts[ITEM_HEADLINE] : VIEW_NONE,
	};
	struct encoded encoded;

	str_reset(&bench->encoded);
	for (size_t i = 0; i < events->len; i++)
		wire_encode(&context, item, &events->at[i], &bench->encoded, &encoded);
	bench->events += events->len;
}

static void take(struct bench *bench, struct view text)
{
	struct events events = {0};
	struct item item;

	bench->clock = clock_monotonic();
	arena_reset(&bench->arena);
	if (wire_decode(text, &bench->limits, &bench->arena, &item, NULL) != REJECT_NONE)
		return;
	end_stage(bench, STAGE_DECODE);
	matcher_read(bench->matcher, bench->engine.ruleset, &item, bench->now, &bench->arena);
	end_stage(bench, STAGE_TEXT);
	matcher_find(bench->matcher);
	end_stage(bench, STAGE_MATCH);
	matcher_decide(bench->matcher, &events);
	end_stage(bench, STAGE_JUDGE);
	encode(bench, &item, &events);
	end_stage(bench, STAGE_ENCODE);
}

static double scan_all(struct bench *bench)
{
	double begun = processor_time();

	for (size_t i = 0; i < bench->items.len; i++) {
		struct scan scan;
		size_t offset;

		arena_reset(&bench->arena);
		scan_json(bench->items.at[i], &bench->limits, &bench->arena, &scan, &offset);
	}
	return processor_time() - begun;
}

static void run_pass(struct bench *bench)
{
	struct pass pass = {.scan = scan_all(bench)};
	size_t before = bench->passes.len * bench->items.len;
	double begun = processor_time();
	int64_t spent = 0;

	bench->events = 0;
	memset(bench->spent, 0, sizeof(bench->spent));
	for (size_t i = 0; i < bench->items.len; i++) {
		take(bench, bench->items.at[i]);
		progress_turn(&bench->progress, before + i, before + i);
	}
	pass.whole = processor_time() - begun;
	for (size_t i = 0; i < STAGES; i++)
		spent += bench->spent[i];
	for (size_t i = 0; i < STAGES; i++)
		pass.stages[i] = pass.whole * (double)bench->spent[i] / (double)(spent + !spent);
	vec_push(&bench->passes, pass);
}

/* --- the result ---------------------------------------------------------------------------------
 */

static int ascending(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return a < b ? -1 : a > b;
}

/* The median over the passes of the double at `offset` in each; the first pass counts only alone.
 */
static double median(const struct bench *bench, size_t offset)
{
	size_t from = bench->passes.len > 1, count = bench->passes.len - from;
	double values[PASSES_MAX] = {0}, middle;

	for (size_t i = 0; i < count; i++)
		memcpy(&values[i], (const char *)&bench->passes.at[from + i] + offset,
		       sizeof(values[i]));
	qsort(values, count, sizeof(values[0]), ascending);
	middle = values[count / 2];
	return count % 2 ? middle : (middle + values[count / 2 - 1]) / 2;
}

struct result { /* microseconds per item, but for the last two */
	double stages[STAGES], whole, first, scan;
	double per_second, to_scan;
};

static struct result result_of(const struct bench *bench)
{
	double items = (double)bench->items.len;
	struct result result = {
		.whole = median(bench, offsetof(struct pass, whole)) / items,
		.scan = median(bench, offsetof(struct pass, scan)) / items,
		.first = bench->passes.at[0].whole / items,
	};

	for (size_t i = 0; i < STAGES; i++)
		result.stages[i] = median(bench,
					  offsetof(struct pass, stages) + i * sizeof(double)) /
				   items;
	result.per_second = 1e6 / result.whole;
	result.to_scan = result.whole / result.scan;
	return result;
}

static void print_table(const struct bench *bench, const struct result *result)
{
	double per_kilobytes = 3072 * (double)bench->items.len / (double)bench->bytes;

	printf("%zu items of %zu bytes, %zu rules, %zu events\n\n", bench->items.len,
	       bench->bytes / bench->items.len, ruleset_packs(bench->engine.ruleset)->rules.len,
	       bench->events);
	printf("stage     us per item  us per 3 KB  share\n");
	for (size_t i = 0; i < STAGES; i++)
		printf("%-8s  %11.2f  %11.2f  %4.0f %%  %s\n", stages[i].name, result->stages[i],
		       result->stages[i] * per_kilobytes, 100 * result->stages[i] / result->whole,
		       stages[i].about);
	printf("whole     %11.2f  %11.2f         %.0f items/s; first pass %.2f us per item\n",
	       result->whole, result->whole * per_kilobytes, result->per_second, result->first);
	printf("scan      %11.2f  %11.2f         the item scanner alone; whole is %.1f times it\n",
	       result->scan, result->scan * per_kilobytes, result->to_scan);
}

static void add_number(struct jsonw *json, const char *key, double number)
{
	jsonw_key(json, key);
	jsonw_double(json, number);
}

static void print_json(const struct bench *bench, const struct result *result)
{
	const struct packs *packs = ruleset_packs(bench->engine.ruleset);
	struct str out = {0};
	struct jsonw json = jsonw_begin(&out);

	jsonw_object(&json);
	add_number(&json, "items", (double)bench->items.len);
	add_number(&json, "bytes", (double)bench->bytes);
	add_number(&json, "rejected", (double)bench->rejected);
	add_number(&json, "events", (double)bench->events);
	add_number(&json, "passes", (double)bench->passes.len);
	add_number(&json, "rules", (double)packs->rules.len);
	jsonw_key(&json, "ruleset");
	jsonw_string(&json, ruleset_hash(bench->engine.ruleset));
	jsonw_key(&json, "stages_us");
	jsonw_object(&json);
	for (size_t i = 0; i < STAGES; i++)
		add_number(&json, stages[i].name, result->stages[i]);
	jsonw_object_end(&json);
	add_number(&json, "item_us", result->whole);
	add_number(&json, "item_first_us", result->first);
	add_number(&json, "scan_us", result->scan);
	add_number(&json, "item_to_scan", result->to_scan);
	add_number(&json, "items_per_second", result->per_second);
	jsonw_object_end(&json);
	str_add_char(&out, '\n');
	print_str(&out);
	str_fini(&out);
}

/* --- the run -------------------------------------------------------------------------------------
 */

/* One line, unless it is no item. */
static void add_item(struct bench *bench, struct view line)
{
	struct item item;

	arena_reset(&bench->arena);
	if (wire_decode(line, &bench->limits, &bench->arena, &item, NULL) != REJECT_NONE) {
		bench->rejected++;
		return;
	}
	vec_push(&bench->items, line);
	bench->bytes += line.len;
}

static int read_items(struct call *call, struct bench *bench)
{
	const struct conf *conf = bench->engine.conf;
	const char *at, *end;
	struct err err;

	bench->limits = (struct wire_limits){.message = (size_t)conf->limits.message_bytes,
					     .depth = (size_t)conf->limits.depth,
					     .string = (size_t)conf->limits.string_bytes,
					     .subjects = (size_t)conf->limits.subjects,
					     .members = (size_t)conf->limits.members};
	if (file_read(call->operands[0], FILE_BYTES_MAX, &bench->text, &err) < 0)
		return call_fail(call, END_NO_INPUT, "%s", err.text);
	at = bench->text.ptr;
	end = at + bench->text.len;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop ? stop : end;
		if (stop > at)
			add_item(bench, (struct view){at, (size_t)(stop - at)});
		at = stop + 1;
	}
	if (bench->rejected)
		fprintf(stderr, "newstag bench: %zu line%s left out: no item\n", bench->rejected,
			bench->rejected == 1 ? "" : "s");
	if (bench->items.len)
		return END_OK;
	return call_fail(call, END_BAD_ITEM, "%s holds no item, one a line", call->operands[0]);
}

static int measure(struct call *call, struct bench *bench)
{
	struct result result;
	long repeat;
	int status;

	if (!call_number(call, "repeat", 1, PASSES_MAX, 6, &repeat) ||
	    !load_now(call, CLOCK_NONE, &bench->now))
		return END_USAGE;
	status = engine_open(call, &bench->engine);
	if (!status)
		status = read_items(call, bench);
	if (status)
		return status;
	bench->matcher = matcher_new(engine_language(&bench->engine));
	progress_begin(&bench->progress, "items", bench->items.len * (size_t)repeat);
	for (long i = 0; i < repeat; i++)
		run_pass(bench);
	progress_end(&bench->progress);
	result = result_of(bench);
	if (call_flag(call, "json"))
		print_json(bench, &result);
	else
		print_table(bench, &result);
	return END_OK;
}

static int run(struct call *call)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));
	int status = measure(call, bench);

	matcher_free(bench->matcher);
	engine_fini(&bench->engine);
	vec_fini(&bench->items);
	vec_fini(&bench->passes);
	arena_fini(&bench->arena);
	str_fini(&bench->text);
	str_fini(&bench->encoded);
	free(bench);
	return status;
}

static const struct verb_option options[] = {
	{.name = "repeat",
	 .value = "COUNT",
	 .help = "passes over the file, 6 without it; the first is told apart"},
	OPTION_NOW,
	OPTION_JSON,
	OPTION_RULES,
	OPTION_CONFIG,
	OPTION_SET,
	{.name = NULL},
};

const struct verb bench_verb = {
	.name = "bench",
	.operands = "FILE",
	.about = "measures the core alone on a file of items",
	.help = "Passes over the items of a file (JSON Lines, \"-\" is standard input) several "
		"times "
		"with the engine\n"
		"of the daemon, on one thread and without feed, journal or output, and prints the "
		"processor's time\n"
		"per item, stage by stage: the median of all passes but the first, whose caches "
		"are "
		"empty. Lines\n"
		"that are no item are counted and left out. The item scanner alone is measured in "
		"the same run,\n"
		"as what to compare with on another machine.\n",
	.examples =
		"  newstag bench items.jsonl\n"
		"  newstag bench --repeat 21 --rules config/rules config/entities -- items.jsonl\n"
		"  newstag bench --json items.jsonl | jq .item_us\n",
	.options = options,
	.operands_least = 1,
	.operands_most = 1,
	.run = run,
};
