#include "journal/deadletter.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/utf8.h"
#include "verbs/identity.h"
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
	jsonw_key(&json, "attempts");
	jsonw_int(&json, letter->attempts);
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

/* --- reading the store --------------------------------------------------------------------------
 */

static int open_letters(struct call *call, size_t at, struct deadletters **ret_deadletters)
{
	const char *path = NULL;
	struct err err;
	int status;

	if (call->operand_count > at + 1)
		return call_misused(call, "too many operands");
	status = load_journal_path(call, call->operand_count > at ? call->operands[at] : NULL,
				   &path);
	if (status)
		return status;
	*ret_deadletters = deadletters_read(path, &err);
	return *ret_deadletters ? END_OK : call_fail(call, END_NO_INPUT, "%s", err.text);
}

static int run_list(struct call *call)
{
	OWNED(deadletters_close) struct deadletters *deadletters = NULL;
	int status = open_letters(call, 1, &deadletters);

	return status ? status : list(call, deadletters);
}

static int run_show(struct call *call)
{
	OWNED(deadletters_close) struct deadletters *deadletters = NULL;
	int64_t number = call->operand_count > 1 ? read_number(call->operands[1]) : 0;
	int status;

	if (number == 0)
		return call_misused(call, "show wants the number of a dead letter");
	status = open_letters(call, 2, &deadletters);
	return status ? status : show(call, deadletters, number);
}

/* --- asking the daemon --------------------------------------------------------------------------
 */

#define ASK_MS (5 * 60 * 1000)
#define NUMBERS_MAX 1000 /* as the daemon takes of one request */

static int write_numbers(struct call *call, struct jsonw *json)
{
	jsonw_key(json, "numbers");
	jsonw_array(json);
	for (size_t i = 1; i < call->operand_count; i++) {
		int64_t number = read_number(call->operands[i]);

		if (number == 0)
			return call_misused(call, "\"%s\" is no number of a dead letter",
					    call->operands[i]);
		jsonw_int(json, number);
	}
	jsonw_array_end(json);
	return END_OK;
}

/* {"verb": "deadletter", "act": …} by what stands on the command line. */
static int write_wish(struct call *call, struct str *request)
{
	struct jsonw json = jsonw_begin(request);
	const char *reason = call_value(call, "reason");
	int64_t older_ms;
	int status = call_duration(call, "older", 0, &older_ms);

	if (status)
		return status;
	if (call_flag(call, "all") == (call->operand_count > 1))
		return call_misused(call, "%s wants either numbers or --all", call->operands[0]);
	if (call->operand_count > NUMBERS_MAX + 1)
		return call_misused(call, "more than %d numbers; see --all", NUMBERS_MAX);
	jsonw_object(&json);
	jsonw_key(&json, "verb");
	jsonw_string(&json, "deadletter");
	jsonw_key(&json, "act");
	jsonw_string(&json, call->operands[0]);
	if (reason) {
		jsonw_key(&json, "reason");
		jsonw_string(&json, reason);
	}
	jsonw_key(&json, "older_ms");
	jsonw_int(&json, older_ms);
	if (!call_flag(call, "all"))
		status = write_numbers(call, &json);
	jsonw_object_end(&json);
	return status;
}

static unsigned long long count_of(const struct json *reply, const char *key)
{
	return (unsigned long long)json_number(json_get(reply, key), 0);
}

/* The reasons of those that stay: of rejected ones, and "missing" and "cut". */
static void tell_failed(struct call *call, const struct json *reply)
{
	const struct json *failed = json_get(reply, "failed");

	for (size_t i = 0; i < json_size(failed); i++) {
		const struct json *one = json_at(failed, i);
		const char *reason = answer_text(call, one, "reason");
		double number = json_number(json_get(one, "number"), 0);

		if (strcmp(reason, "missing") == 0)
			call_fail(call, END_OK, "there is no dead letter %.0f", number);
		else if (strcmp(reason, "cut") == 0)
			call_fail(call, END_OK, "of dead letter %.0f only the beginning is kept",
				  number);
		else
			call_fail(call, END_OK, "%.0f is rejected again: %s", number, reason);
	}
}

/* 1 when not all of it was done. */
static int tell_done(struct call *call, const struct json *reply)
{
	bool drop = strcmp(call->operands[0], "drop") == 0;
	unsigned long long again = count_of(reply, "again"), missing = count_of(reply, "missing"),
			   cut = count_of(reply, "cut");

	tell_failed(call, reply);
	if (!json_bool(json_get(reply, "ok"), false))
		return call_fail(call, END_TEMPORARY, "the daemon says: %s",
				 answer_text(call, reply, "error"));
	if (!call_flag(call, "json") && drop)
		printf("%llu dropped\n", count_of(reply, "done"));
	else if (!call_flag(call, "json"))
		printf("%llu accepted, %llu rejected again, %llu cut, %llu missing\n",
		       count_of(reply, "done"), again, cut, missing);
	return again + missing + cut ? END_NO : END_OK;
}

static int run_ask(struct call *call)
{
	struct str request = {0};
	OWNED(json_free) struct json *reply = NULL;
	struct answer answer = {0};
	int status = write_wish(call, &request);

	if (!status)
		status = ask_daemon(call, request.ptr, ASK_MS, &answer);
	str_fini(&request);
	if (status)
		return status;
	reply = answer.json;
	if (call_flag(call, "json"))
		printf("%.*s\n", VIEW_ARGS(answer.text));
	return tell_done(call, reply);
}

/* --- the verb -----------------------------------------------------------------------------------
 */

static const struct {
	const char *name;
	int (*run)(struct call *call);
} acts[] = {{"list", run_list}, {"show", run_show}, {"retry", run_ask}, {"drop", run_ask}};

static int run(struct call *call)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(call->operands[0], acts[i].name) == 0)
			return acts[i].run(call);
	return call_misused(call, "there is no \"%s\"; there are list, show, retry and drop",
			    call->operands[0]);
}

static const struct verb_option options[] = {
	{.name = "all", .help = "retry, drop: all of them, or all that --reason and --older leave"},
	{.name = "reason", .value = "REASON", .help = "retry, drop: only of that reason"},
	{.name = "older", .value = "DURATION", .help = "retry, drop: only what came longer ago"},
	OPTION_CONTROL,
	OPTION_KEY,
	OPTION_SERVER_KEY,
	OPTION_CONFIG,
	OPTION_SET,
	OPTION_JSON,
	{.name = NULL},
};

const struct verb deadletter_verb = {
	.name = "deadletter",
	.operands = "list [FOLDER]|show NUMBER [FOLDER]|retry NUMBER…|drop NUMBER…",
	.operands_least = 1,
	.operands_most = OPERANDS_ANY,
	.about = "the items that were rejected, and why",
	.help = "list prints the rejected items that the daemon kept in FOLDER, else in the "
		"configuration's journal.path:\n"
		"when each came, from which feed, the reason and how it begins. show prints the "
		"bytes of one as they\n"
		"came; at most the first 64 KiB are kept. The status of show is 1 when there is "
		"none of that number.\n"
		"retry has the running daemon judge items once more, after its limits were "
		"changed for instance; they\n"
		"count as received anew. What is accepted is removed, what is rejected again stays "
		"with its attempts\n"
		"counted. drop removes items. Both end with 1 when not everything asked for was "
		"done.\n",
	.examples = "  newstag deadletter list\n"
		    "  newstag deadletter show 17 > item.json\n"
		    "  newstag deadletter list /var/lib/newstagd --json | jq .reason\n"
		    "  newstag deadletter retry 17 18\n"
		    "  newstag deadletter retry --all --reason too_many_subjects\n"
		    "  newstag deadletter drop --all --older 7d\n",
	.options = options,
	.run = run,
};
