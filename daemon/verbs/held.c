#include "journal/held.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/utf8.h"
#include "verbs/load.h"
#include "verbs/talk.h"
#include "verbs/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

OWNED_CLEANUP(struct held *, held_close);

#define TIMEOUT_MS 5000
#define NUMBERS_MAX 1000 /* as the daemon takes of one request */

/* --- printing -----------------------------------------------------------------------------------
 */

static void write_view(struct jsonw *json, const char *key, struct view text)
{
	jsonw_key(json, key);
	if (text.ptr && utf8_valid(text) == text.len)
		jsonw_text(json, text);
	else
		jsonw_null(json);
}

static void write_time(struct jsonw *json, const char *key, int64_t time)
{
	char text[CLOCK_TEXT_SIZE];

	jsonw_key(json, key);
	if (time == CLOCK_NONE) {
		jsonw_null(json);
		return;
	}
	clock_write(time, text);
	jsonw_string(json, text);
}

static void print_json(const struct held_item *item, bool payload)
{
	struct str line = {0};
	struct jsonw json = jsonw_begin(&line);

	jsonw_object(&json);
	jsonw_key(&json, "number");
	jsonw_int(&json, (int64_t)item->number);
	write_view(&json, "uri", item->uri);
	write_view(&json, "version", item->version);
	write_view(&json, "reason", item->reason);
	write_time(&json, "due", item->due);
	write_time(&json, "received", item->received);
	write_view(&json, "feed", item->feed);
	jsonw_key(&json, "size");
	jsonw_int(&json, (int64_t)item->payload.len);
	if (payload)
		write_view(&json, "payload", item->payload);
	jsonw_object_end(&json);
	printf("%s\n", line.ptr);
	str_fini(&line);
}

static void print_row(const struct held_item *item)
{
	struct str feed = {0}, uri = {0};
	char received[CLOCK_TEXT_SIZE], due[CLOCK_TEXT_SIZE] = "another version";

	clock_write(item->received - item->received % CLOCK_SECOND, received);
	if (item->due != CLOCK_NONE)
		clock_write(item->due - item->due % CLOCK_SECOND, due);
	add_printable(&feed, item->feed);
	add_printable(&uri, item->uri);
	printf("%8llu  %-20s  %-9.*s  %-20s  %-16s  %s\n", (unsigned long long)item->number,
	       received, VIEW_ARGS(item->reason), due, str_view(&feed).ptr, str_view(&uri).ptr);
	str_fini(&feed);
	str_fini(&uri);
}

/* --- reading the store --------------------------------------------------------------------------
 */

static int64_t read_number(const char *text)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	return errno || *end || number < 1 ? 0 : number;
}

static int open_held(struct call *call, size_t at, struct held **ret_held)
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
	*ret_held = held_read(path, &err);
	return *ret_held ? END_OK : call_fail(call, END_NO_INPUT, "%s", err.text);
}

static int run_list(struct call *call)
{
	OWNED(held_close) struct held *held = NULL;
	bool json = call_flag(call, "json");
	int status = open_held(call, 1, &held), got;
	struct held_item item;
	uint64_t from = 0;
	struct err err;

	if (status)
		return status;
	if (!json)
		printf("%8s  %-20s  %-9s  %-20s  %-16s  %s\n", "NUMBER", "SINCE", "REASON", "UNTIL",
		       "FEED", "ITEM");
	while ((got = held_next(held, from, &item, &err)) > 0) {
		from = item.number + 1;
		if (got == HELD_DAMAGED)
			call_fail(call, END_OK, "%s", err.text);
		else if (json)
			print_json(&item, false);
		else
			print_row(&item);
	}
	return got < 0 ? call_fail(call, END_IO, "%s", err.text) : END_OK;
}

static int show(struct call *call, struct held *held, uint64_t number)
{
	struct held_item item;
	struct err err;
	int got = held_next(held, number, &item, &err);

	if (got < 0 || (got == HELD_DAMAGED && item.number == number))
		return call_fail(call, END_IO, "%s", err.text);
	if (got == 0 || item.number != number)
		return call_fail(call, END_NO, "no item is held by the number %llu",
				 (unsigned long long)number);
	if (call_flag(call, "json"))
		print_json(&item, true);
	else
		fwrite(item.payload.ptr, 1, item.payload.len, stdout);
	return END_OK;
}

static int run_show(struct call *call)
{
	OWNED(held_close) struct held *held = NULL;
	int64_t number = call->operand_count > 1 ? read_number(call->operands[1]) : 0;
	int status;

	if (number == 0)
		return call_misused(call, "show wants the number of a held item");
	status = open_held(call, 2, &held);
	return status ? status : show(call, held, (uint64_t)number);
}

/* --- asking the daemon --------------------------------------------------------------------------
 */

static int write_request(struct call *call, struct str *request)
{
	struct jsonw json = jsonw_begin(request);

	if (call->operand_count < 2 || call->operand_count > NUMBERS_MAX + 1)
		return call_misused(call, "%s wants the numbers of held items, %d at most",
				    call->operands[0], NUMBERS_MAX);
	jsonw_object(&json);
	jsonw_key(&json, "verb");
	jsonw_string(&json, "held");
	jsonw_key(&json, "act");
	jsonw_string(&json, call->operands[0]);
	jsonw_key(&json, "numbers");
	jsonw_array(&json);
	for (size_t i = 1; i < call->operand_count; i++) {
		int64_t number = read_number(call->operands[i]);

		if (number == 0)
			return call_misused(call, "\"%s\" is no number of a held item",
					    call->operands[i]);
		jsonw_int(&json, number);
	}
	jsonw_array_end(&json);
	jsonw_object_end(&json);
	return END_OK;
}

static int tell_done(struct call *call, const struct json *reply)
{
	const struct json *missing = json_get(reply, "missing");
	bool drop = strcmp(call->operands[0], "drop") == 0;

	if (!json_bool(json_get(reply, "ok"), false))
		return call_fail(call, END_TEMPORARY, "the daemon says: %s",
				 answer_text(call, reply, "error"));
	for (size_t i = 0; i < json_size(missing); i++)
		call_fail(call, END_OK, "no item is held by the number %.0f",
			  json_number(json_at(missing, i), 0));
	if (!call_flag(call, "json"))
		printf("%.0f %s\n", json_number(json_get(reply, "done"), 0),
		       drop ? "dropped" : "released");
	return json_size(missing) ? END_NO : END_OK;
}

static int run_ask(struct call *call)
{
	struct str request = {0};
	OWNED(json_free) struct json *reply = NULL;
	struct answer answer = {0};
	int status = write_request(call, &request);

	if (!status)
		status = ask_daemon(call, request.ptr, TIMEOUT_MS, &answer);
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
} acts[] = {{"list", run_list}, {"show", run_show}, {"release", run_ask}, {"drop", run_ask}};

static int run(struct call *call)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(call->operands[0], acts[i].name) == 0)
			return acts[i].run(call);
	return call_misused(call, "there is no \"%s\"; there are list, show, release and drop",
			    call->operands[0]);
}

static const struct verb_option options[] = {
	OPTION_CONTROL, OPTION_CONFIG, OPTION_SET, OPTION_JSON, {.name = NULL},
};

const struct verb held_verb = {
	.name = "held",
	.operands = "list [FOLDER]|show NUMBER [FOLDER]|release NUMBER…|drop NUMBER…",
	.operands_least = 1,
	.operands_most = OPERANDS_ANY,
	.about = "the items under embargo or withheld",
	.help = "list prints the items that the daemon holds back, from FOLDER, else from the "
		"configuration's journal.path:\n"
		"since when, why and until when. One under embargo is published when its time has "
		"come, a withheld one\n"
		"when a later version of it is usable. show prints the bytes of one as they came. "
		"release has the\n"
		"running daemon publish items now, whatever they say; drop has it forget them. The "
		"status is 1 when\n"
		"there is none of a number.\n",
	.examples = "  newstag held list\n"
		    "  newstag held list /var/lib/newstagd --json | jq .due\n"
		    "  newstag held show 17 > item.json\n"
		    "  newstag held release 17 18\n",
	.options = options,
	.run = run,
};
