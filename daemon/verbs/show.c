#include "verbs/show.h"

#include "verbs/identity.h"

#include "verbs/load.h"
#include "verbs/talk.h"
#include "verbs/terminal.h"

#include <inttypes.h>
#include <stdio.h>

#define COLUMNS 120 /* where standard output is no terminal */
#define ASK_MS 30000

struct show show_begin(struct call *call)
{
	return (struct show){
		.call = call,
		.json = call_flag(call, "json"),
		.style = {.columns = terminal_columns(stdout, COLUMNS),
			  .colour = terminal_colour(stdout),
			  .unicode = terminal_unicode()},
	};
}

void show_fini(struct show *show)
{
	str_fini(&show->line);
}

void show_head(struct show *show)
{
	if (show->json)
		return;
	str_reset(&show->line);
	row_head(&show->style, &show->line);
	print_str(&show->line);
	fflush(stdout);
}

/* One line of JSON: between tokens a line feed is white space, within texts it cannot stand. */
static void write_json(struct str *out, struct view payload)
{
	for (size_t i = 0; i < payload.len; i++)
		str_add_char(out, payload.ptr[i] == '\n' || payload.ptr[i] == '\r'
					  ? ' '
					  : payload.ptr[i]);
	str_add_char(out, '\n');
}

void show_read_event(struct show *show, struct view payload, const struct json *event)
{
	str_reset(&show->line);
	if (show->json)
		write_json(&show->line, payload);
	else
		row_write(&show->style, event, &show->line);
	print_str(&show->line);
	show->count++;
}

bool show_event(struct show *show, struct view payload)
{
	struct err err;
	OWNED(json_free) struct json *event = json_read(payload, &err);

	if (event)
		show_read_event(show, payload, event);
	else
		call_fail(show->call, END_OK, "an event that cannot be read: %s", err.text);
	return event != NULL;
}

/* --- pages --------------------------------------------------------------------------------------
 */

static void tell_lost(struct call *call, const struct newstag_query *query,
		      const struct newstag_page *page)
{
	if (query->from && page->oldest > query->from && !query->latest)
		call_fail(call, END_OK,
			  "the journal no longer holds sequence %" PRIu64 " to %" PRIu64,
			  query->from, page->oldest - 1);
	for (size_t i = 0; i < page->missing_count; i++)
		call_fail(call, END_OK,
			  "sequence %" PRIu64 " to %" PRIu64
			  " cannot be read any more: damaged in the journal",
			  page->missing[i].first, page->missing[i].last);
}

/* Whether to go on. */
static bool take_page(struct newstag_replay *replay, const struct newstag_page *page,
		      bool (*take)(void *context, const struct newstag_message *message),
		      void *context)
{
	struct newstag_message message;

	for (size_t i = 0; i < page->count; i++) {
		newstag_replay_event(replay, i, &message);
		if (!take(context, &message))
			return false;
	}
	return page->more;
}

/* The latest of each subject come from the newest back: the next page is what is older. */
static bool turn_page(const struct newstag_page *page, struct newstag_query *query)
{
	if (query->latest)
		query->until = page->until;
	else
		query->from = page->next;
	return !query->latest || query->until;
}

OWNED_CLEANUP(struct newstag_replay *, newstag_replay_close);

int read_pages(struct call *call, const char *endpoint, struct newstag_query *query,
	       bool (*take)(void *context, const struct newstag_message *message), void *context)
{
	struct identity identity;
	int status = identity_find(call, &identity);
	OWNED(newstag_replay_close) struct newstag_replay *replay = NULL;
	struct newstag_page page;
	int got;

	if (!status)
		status = find_listener(call, "the daemon's replay", endpoint);
	if (status)
		return status;
	replay = newstag_replay_open(endpoint, identity.given ? &identity.keys : NULL);
	if (!replay)
		return call_misused(call, "\"%s\" is no endpoint", endpoint);
	do {
		got = newstag_replay_ask(replay, query, ASK_MS, &page);
		if (got < 0)
			return call_fail(call, END_INTERNAL, "the daemon says: %s",
					 newstag_replay_error(replay));
		if (got == 0)
			return call_fail(call, END_UNREACHABLE, "no answer from %s", endpoint);
		tell_lost(call, query, &page);
	} while (take_page(replay, &page, take, context) && turn_page(&page, query));
	return END_OK;
}
