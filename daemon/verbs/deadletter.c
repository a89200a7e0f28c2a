#include "journal/deadletter.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/utf8.h"
#include "verbs/load.h"
#include "verbs/talk.h"
#include "verbs/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

OWNED_CLEANUP(struct deadletters *, deadletters_close);

#define BEGINNING_MAX 40 /* bytes of an item in the table */

static void write_view(struct jsonw *json, const char *key, struct view text)
{
	jsonw_key(json, key);
	if (text.ptr && utf8_valid(text) == text.len)
		jsonw_text(json, text);
	else
		jsonw_null(json);
}

static void write_hex(struct jsonw *json, const char *key, struct view bytes)
{
	struct str hex = {0};

	for (size_t i = 0; i < bytes.len; i++)
		str_printf(&hex, "%02x", (unsigned char)bytes.ptr[i]);
	jsonw_key(json, key);
	jsonw_text(json, str_view(&hex));
	str_fini(&hex);
}

/* `payload` is null, and `payload_hex` is there, when the bytes are no UTF-8. */
static void print_json(const struct deadletter *letter, bool payload)
{
	struct str line = {0};
	struct jsonw json = jsonw_begin(&line);
	char time[CLOCK_TEXT_SIZE];

	clock_write(letter->time, time);
	jsonw_object(&json);
	jsonw_key(&json, "number");
	jsonw_int(&json, letter->number);
	jsonw_key(&json, "time");
	jsonw_string(&json, time);
	write_view(&json, "feed", letter->feed);
	write_view(&json, "reason", letter->reason);
	write_view(&json, "member", letter->member);
	jsonw_key(&json, "offset");
	jsonw_int(&json, (int64_t)letter->offset);
	jsonw_key(&json, "size");
	jsonw_int(&json, (int64_t)letter->size);
	if (payload) {
		write_view(&json, "payload", letter->payload);
		if (utf8_valid(letter->payload) != letter->payload.len)
			write_hex(&json, "payload_hex", letter->payload);
	}
	jsonw_object_end(&json);
	printf("%s\n", line.ptr);
	str_fini(&line);
}

static void print_row(const struct deadletter *letter)
{
	struct str feed = {0}, reason = {0}, beginning = {0};
	struct view payload = letter->payload;
	char time[CLOCK_TEXT_SIZE];

	payload.len = payload.len < BEGINNING_MAX ? payload.len : BEGINNING_MAX;
	clock_write(letter->time - letter->time % CLOCK_SECOND, time);
	add_printable(&feed, letter->feed);
	add_printable(&reason, letter->reason);
	add_printable(&beginning, payload);
	printf("%8lld  %-20s  %-16s  %-17s %9llu  %s\n", (long long)letter->number, time,
	       str_view(&feed).ptr, str_view(&reason).ptr, (unsigned long long)letter->size,
	       str_view(&beginning).ptr);
	str_fini(&feed);
	str_fini(&reason);
	str_fini(&beginning);
}

static int list(struct call *call, struct deadletters *deadletters)
{
	bool json = call_flag(call, "json");
	struct deadletter letter;
	int64_t from = 0;
	struct err err;
	int got;

	if (!json)
		printf("%8s  %-20s  %-16s  %-17s %9s  %s\n", "NUMBER", "TIME", "FEED", "REASON",
		       "SIZE", "IT BEGINS");
	while ((got = deadletters_next(deadletters, from, &letter, &err)) > 0) {
		if (json)
			print_json(&letter, false);
		else
			print_row(&letter);
		from = letter.number + 1;
	}
	return got < 0 ? call_fail(call, END_IO, "%s", err.text) : END_OK;
}

static int show(struct call *call, struct deadletters *deadletters, int64_t number)
{
	struct deadletter letter;
	struct err err;
	int got = deadletters_next(deadletters, number, &letter, &err);

	if (got < 0)
		return call_fail(call, END_IO, "%s", err.text);
	if (got == 0 || letter.number != number)
		return call_fail(call, END_NO, "there is no dead letter %lld", (long long)number);
	if (call_flag(call, "json")) {
		print_json(&letter, true);
		return END_OK;
	}
	fwrite(letter.payload.ptr, 1, letter.payload.len, stdout);
	if (letter.payload.len < letter.size)
		fprintf(stderr, "newstag deadletter: the first %zu of %llu bytes\n",
			letter.payload.len, (unsigned long long)letter.size);
	return END_OK;
}

static int64_t read_number(const char *text)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	return errno || *end || number < 1 ? 0 : number;
}

static int run(struct call *call)
{
	OWNED(deadletters_close) struct deadletters *deadletters = NULL;
	bool shows = strcmp(call->operands[0], "show") == 0;
	size_t at = shows ? 2 : 1;
	int64_t number = 0;
	const char *path = NULL;
	struct err err;
	int status;

	if (!shows && strcmp(call->operands[0], "list") != 0)
		return call_misused(call, "there is no \"%s\"; there are list and show",
				    call->operands[0]);
	if (shows && call->operand_count > 1)
		number = read_number(call->operands[1]);
	if (shows && number == 0)
		return call_misused(call, "show wants the number of a dead letter");
	if (call->operand_count > at + 1)
		return call_misused(call, "too many operands");
	status = load_journal_path(call, call->operand_count > at ? call->operands[at] : NULL,
				   &path);
	if (status)
		return status;
	deadletters = deadletters_read(path, &err);
	if (!deadletters)
		return call_fail(call, END_NO_INPUT, "%s", err.text);
	return shows ? show(call, deadletters, number) : list(call, deadletters);
}

static const struct verb_option options[] = {
	OPTION_CONFIG,
	OPTION_SET,
	OPTION_JSON,
	{.name = NULL},
};

const struct verb deadletter_verb = {
	.name = "deadletter",
	.operands = "list|show NUMBER [FOLDER]",
	.operands_least = 1,
	.operands_most = 3,
	.about = "the items that were rejected, and why",
	.help = "list prints the rejected items that the daemon kept in FOLDER, else in the "
		"configuration's journal.path:\n"
		"when each came, from which feed, the reason and how it begins. show prints the "
		"bytes of one as they\n"
		"came; at most the first 64 KiB are kept. The status of show is 1 when there is "
		"none of that number.\n",
	.examples = "  newstag deadletter list\n"
		    "  newstag deadletter show 17 > item.json\n"
		    "  newstag deadletter list /var/lib/newstagd --json | jq .reason\n",
	.options = options,
	.run = run,
};
