#include "verbs/talk.h"

#include "base/clock.h"
#include "base/diag.h"
#include "base/utf8.h"
#include "conf/type.h"
#include "verbs/identity.h"
#include "verbs/load.h"
#include "verbs/terminal.h"

#include <errno.h>
#include <stdio.h>

#define PROBE_MS 3000
#define REPLY_MAX ((size_t)64 << 20) /* a reload of large packs may find much to say */
#define DURATION_MOST (INT64_C(30) * 24 * 3600 * 1000)

int call_duration(const struct call *call, const char *option, int64_t fallback_ms, int64_t *ret_ms)
{
	const struct key key = {.path = option, .type = KEY_DURATION, .most = DURATION_MOST};
	const char *text = call_value(call, option);
	const char *wrong;

	*ret_ms = fallback_ms;
	if (!text)
		return END_OK;
	wrong = types[KEY_DURATION].read(&(struct type_context){0}, &key, view_of(text), ret_ms);
	if (!wrong)
		return END_OK;
	return call_misused(call, "--%s wants %s, not \"%s\"", option, types[KEY_DURATION].wanted,
			    text);
}

/* --- asking -------------------------------------------------------------------------------------
 */

int find_listener(const struct call *call, const char *what, const char *endpoint)
{
	struct err err;
	int found = bus_probe(endpoint, PROBE_MS, &err);

	if (found > 0)
		return END_OK;
	if (found < 0)
		return call_misused(call, "%s", err.text);
	return call_fail(call, errno == EACCES ? END_PERMISSION : END_UNREACHABLE,
			 "%s is not reached at %s", what, err.text);
}

/* Waits for the reply and keeps its text. */
static int await_reply(struct call *call, struct bus_socket *socket, int64_t timeout_ms,
		       struct view *ret_text)
{
	int64_t deadline = clock_monotonic() + timeout_ms * 1000000;
	struct bus_wait wait = {.socket = socket};
	struct bus_message message;
	struct err err;
	int got = 0;

	while (got == 0) {
		int64_t left_ms = (deadline - clock_monotonic()) / 1000000;

		if (left_ms <= 0)
			return call_fail(call, END_UNREACHABLE, "no answer from %s within %g s",
					 bus_socket_endpoint(socket), (double)timeout_ms / 1000);
		if (bus_wait(&wait, 1, left_ms > 1000 ? 1000 : (int)left_ms, &err) < 0)
			return call_fail(call, END_INTERNAL, "%s", err.text);
		got = bus_receive(socket, &message, &err);
	}
	if (got < 0)
		return call_fail(call, END_INTERNAL, "%s", err.text);
	*ret_text = arena_view(&call->arena, message.last);
	bus_message_fini(&message);
	return END_OK;
}

static int exchange(struct call *call, const char *endpoint, const char *request,
		    int64_t timeout_ms, struct view *ret_text)
{
	struct err err;
	OWNED(bus_close) struct bus *bus = bus_open(&err);
	OWNED(bus_socket_close) struct bus_socket *socket = NULL;
	struct identity identity;
	struct bus_options options = {.kind = BUS_REQ, .endpoint = endpoint, .high_water = 10};
	struct view frame = view_of(request);
	int status;

	if (!bus)
		return call_fail(call, END_INTERNAL, "%s", err.text);
	status = identity_find(call, &identity);
	if (status)
		return status;
	options.curve = identity.given ? &identity.curve : NULL;
	socket = bus_socket_open(bus, &options, &err);
	if (!socket || bus_send(socket, &frame, 1, &err) < 0)
		return call_fail(call, END_INTERNAL, "%s", err.text);
	return await_reply(call, socket, timeout_ms, ret_text);
}

int ask_daemon(struct call *call, const char *request, int64_t timeout_ms,
	       struct answer *ret_answer)
{
	const char *endpoint;
	struct err err;
	int status = load_control(call, &endpoint);

	if (!status)
		status = find_listener(call, "the daemon", endpoint);
	if (!status)
		status = exchange(call, endpoint, request, timeout_ms, &ret_answer->text);
	if (status)
		return status;
	ret_answer->json = json_read_within(ret_answer->text, REPLY_MAX, &err);
	if (ret_answer->json)
		return END_OK;
	return call_fail(call, END_INTERNAL, "the answer from %s cannot be read: %s", endpoint,
			 err.text);
}

/* --- replies ------------------------------------------------------------------------------------
 */

const char *answer_text(struct call *call, const struct json *object, const char *key)
{
	struct view text = json_text(json_get(object, key));
	struct str clean = {0};
	const char *kept;

	add_printable(&clean, text);
	kept = arena_strndup(&call->arena, str_view(&clean).ptr, clean.len);
	str_fini(&clean);
	return kept;
}

/* Adds one finding; `text` names the member with the sentence. */
static void add_finding(const struct json *finding, const char *text, struct diags *diags,
			struct arena *arena)
{
	struct view file = json_text(json_get(finding, "file"));
	struct view code = json_text(json_get(finding, "code"));
	struct view rule = json_text(json_get(finding, "rule"));
	struct view hint = json_text(json_get(finding, "hint"));
	struct view message = json_text(json_get(finding, text));
	struct place place = {
		.file = file.ptr ? arena_strndup(arena, file.ptr, file.len) : NULL,
		.line = (unsigned)json_number(json_get(finding, "line"), 0),
		.column = (unsigned)json_number(json_get(finding, "column"), 0),
	};
	bool warning = view_is(json_text(json_get(finding, "severity")), "warning");
	struct diag *diag;

	diag = diags_add(diags, warning ? DIAG_WARNING : DIAG_ERROR,
			 code.ptr ? arena_strndup(arena, code.ptr, code.len) : "test", place,
			 "%.*s%s%.*s", VIEW_ARGS(rule), rule.len ? ": " : "", VIEW_ARGS(message));
	if (hint.ptr)
		diag_hint(diag, "%.*s", VIEW_ARGS(hint));
}

void show_findings(const struct json *reply)
{
	const struct json *diagnostics = json_get(reply, "diagnostics");
	const struct json *failures = json_get(reply, "failures");
	struct diags diags = {0};
	struct arena arena = {0};

	for (size_t i = 0; i < json_size(diagnostics); i++)
		add_finding(json_at(diagnostics, i), "message", &diags, &arena);
	for (size_t i = 0; i < json_size(failures); i++)
		add_finding(json_at(failures, i), "reason", &diags, &arena);
	if (diags.errors + diags.warnings)
		diags_print(&diags, terminal_colour(stderr), stderr);
	diags_fini(&diags);
	arena_fini(&arena);
}

void add_printable(struct str *out, struct view text)
{
	size_t valid;
	uint32_t code;

	while (text.len) {
		struct view head = {text.ptr, text.len < 4 ? text.len : 4};
		size_t length = 1;

		valid = utf8_valid(head);
		code = 0;
		if (valid)
			length = utf8_decode(text.ptr, &code);
		if (code < 0x20 || (code >= 0x7F && code < 0xA0))
			str_add_char(out, ' ');
		else
			str_add(out, text.ptr, length);
		text = view_slice(text, length, text.len);
	}
}
