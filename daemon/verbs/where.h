#ifndef VERBS_WHERE_H
#define VERBS_WHERE_H

#include "verbs/verb.h"

#include <stdint.h>

/* Where the daemon's events are: for the verbs that follow or read them. */
struct where {
	const char *output; /* NULL: not asked for */
	const char *replay; /* NULL: there is none */
	const char *prefix; /* of every event's topic */
};

/*
 * By --output and --replay, else by the daemon at --control, else by the configuration; a port that
 * the system chose is known to the daemon alone, which is asked. `output` false: the replay alone
 * is wanted, and its absence is a failure. Returns an exit status.
 */
int find_events(struct call *call, bool output, struct where *ret_where);

/*
 * The time of an option as RFC 3339, in the call's arena; NULL when it was not given. A duration
 * such as 2h is that long ago. Returns an exit status.
 */
int call_time(struct call *call, const char *option, const char **ret_time);
/* A sequence from 1 on; 0 when it was not given. Returns an exit status. */
int call_sequence(struct call *call, const char *option, uint64_t *ret_sequence);

#define OPTION_REPLAY                                                                              \
	{                                                                                          \
		.name = "replay", .value = "ENDPOINT",                                             \
		.help = "where events are asked for again; \"off\": nowhere"                       \
	}
#define OPTION_TOPIC                                                                               \
	{                                                                                          \
		.name = "topic", .value = "PREFIX",                                                \
		.help = "only topics that begin so; may be given again"                            \
	}
#define OPTION_FROM                                                                                \
	{                                                                                          \
		.name = "from", .value = "SEQUENCE", .help = "from that sequence on"               \
	}
#define OPTION_SINCE                                                                               \
	{                                                                                          \
		.name = "since", .value = "TIME",                                                  \
		.help = "what was recorded since, such as 2026-01-31T12:00:00Z or 2h (ago)"        \
	}

#endif
