#include "base/clock.h"
#include "base/file.h"
#include "base/vec.h"
#include "wire/decode.h"
#include "wire/scan.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Items of a JSON Lines file: scanning alone, decoding, and jansson's parsing, turn by turn in one
 * run, so that the ratios hold on a noisy machine. Prints the best round of each.
 */
#define ROUNDS 9

VEC_TYPE(lines, struct view);

static struct arena arena;

static void scan(struct view line)
{
	struct scan scanned;
	size_t offset;

	arena_reset(&arena);
	scan_json(line, &WIRE_LIMITS_DEFAULT, &arena, &scanned, &offset);
}

static size_t accepted;

static void decode(struct view line)
{
	struct item item;

	arena_reset(&arena);
	accepted += wire_decode(line, &WIRE_LIMITS_DEFAULT, &arena, &item, NULL) == REJECT_NONE;
}

static void parse(struct view line)
{
	json_decref(json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES, NULL));
}

static struct measure {
	const char *name;
	void (*run)(struct view line);
	double best; /* ns for the whole file */
} measures[] = {{"scan", scan, 0}, {"decode", decode, 0}, {"jansson", parse, 0}};
#define MEASURES (sizeof(measures) / sizeof(*measures))

static void measure(struct measure *measure, const struct lines *lines)
{
	int64_t began = clock_monotonic();
	double took;

	for (size_t i = 0; i < lines->len; i++)
		measure->run(lines->at[i]);
	took = (double)(clock_monotonic() - began);
	if (measure->best == 0 || took < measure->best)
		measure->best = took;
}

static void split(const struct str *text, struct lines *lines)
{
	const char *at = text->ptr, *end = text->ptr + text->len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		struct view line = {at, (size_t)((newline ? newline : end) - at)};

		vec_push(lines, line);
		at += line.len + 1;
	}
}

int main(int argc, char **argv)
{
	struct str text = {0};
	struct lines lines = {0};
	struct err err;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FILE.jsonl\n", argv[0]);
		return 64;
	}
	if (file_read(argv[1], (size_t)1 << 30, &text, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 74;
	}
	split(&text, &lines);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < MEASURES; i++)
			measure(&measures[i], &lines);
	printf("%zu items, %zu bytes, %zu accepted\n", lines.len, text.len, accepted / ROUNDS);
	for (size_t i = 0; i < MEASURES; i++)
		printf("%-8s %6.3f ns/byte %8.3f us/item %6.1f times as fast as jansson\n",
		       measures[i].name, measures[i].best / (double)text.len,
		       measures[i].best / 1e3 / (double)lines.len,
		       measures[MEASURES - 1].best / measures[i].best);
	vec_fini(&lines);
	str_fini(&text);
	arena_fini(&arena);
	return 0;
}
