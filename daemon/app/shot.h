#ifndef APP_SHOT_H
#define APP_SHOT_H

#include "app/app.h"

/*
 * The daemon at an instant, as the page of metrics wants it: numbers, and times in ns since 1970
 * (CLOCK_NONE: never). The rules' counts are read where they are, of the generation that it holds.
 */
struct feed_shot {
	const char *name;
	uint64_t connected, peers, silent;
	uint64_t messages, surplus, connects, disconnects, revived, renewed, floods;
	int64_t last_item;
};

struct shot {
	struct app *app;
	struct counts counts;
	struct feed_shot feeds[CONF_FEEDS_MAX];
	size_t feed_count;
	struct generation *generation;
	uint64_t ready, healthy, start_ns;
	uint64_t generation_number, rules, rule_files, rule_warnings;
	uint64_t reloads_done, reloads_refused, reload_good;
	int64_t reload_time;
	uint64_t head, segments, bytes;
	uint64_t events_stalled, items_stalled;
	uint64_t subscriptions, heartbeats;
	int64_t beat;
	struct replay_look replay;
	struct letters_look letters;
	struct http_look http;
	uint64_t workers, memory_bytes, cpu_ns, fds, fds_most;
};

/* Takes the generation; shot_fini gives it back. */
void shot_take(struct app *app, struct shot *ret_shot);
void shot_fini(struct shot *shot);

#endif
