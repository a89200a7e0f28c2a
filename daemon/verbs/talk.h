#ifndef VERBS_TALK_H
#define VERBS_TALK_H

#include "bus/bus.h"
#include "verbs/verb.h"
#include "wire/json.h"

OWNED_CLEANUP(struct bus *, bus_close);
OWNED_CLEANUP(struct bus_socket *, bus_socket_close);
OWNED_CLEANUP(struct json *, json_free);

/* What the verbs share that talk to a daemon. Each returns an exit status, told where it is not 0.
 */

/* The options of a verb that asks the daemon once; `patience` is said of --timeout. */
#define OPTIONS_ASK(patience)                                                                      \
	OPTION_CONTROL, OPTION_KEY, OPTION_SERVER_KEY, OPTION_CONFIG, OPTION_SET,                  \
		{.name = "timeout",                                                                \
		 .value = "DURATION",                                                              \
		 .help = "how long to wait for the answer; " patience " when unsaid"},             \
		OPTION_JSON,                                                                       \
	{                                                                                          \
		.name = NULL                                                                       \
	}

/* A duration such as 5s in milliseconds; `fallback_ms` when the option was not given. */
int call_duration(const struct call *call, const char *option, int64_t fallback_ms,
		  int64_t *ret_ms);

/* A reply of the daemon: the text as it came, in the call's arena, and read. */
struct answer {
	struct view text;
	struct json *json; /* owned */
};

/*
 * Sends a request to the control endpoint (--control, else the configuration's) and waits for the
 * reply. END_UNREACHABLE when nobody serves the endpoint or no reply comes in time.
 */
int ask_daemon(struct call *call, const char *request, int64_t timeout_ms,
	       struct answer *ret_answer);
/* 69 or 77 by errno, when nobody listens there; 0 when somebody does. */
int find_listener(const struct call *call, const char *what, const char *endpoint);

/* "diagnostics" and "failures" of a reply to standard error, as the daemon's own start shows them.
 */
void show_findings(const struct json *reply);
/* The member's text, "" when it has none; in the call's arena. */
const char *answer_text(struct call *call, const struct json *object, const char *key);

/* Adds outside text for a terminal: control characters become spaces. */
void add_printable(struct str *out, struct view text);

#endif
