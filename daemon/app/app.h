#ifndef APP_APP_H
#define APP_APP_H

#include "app/intake.h"
#include "app/load.h"
#include "app/loader.h"
#include "app/pipeline.h"
#include "app/replay.h"
#include "app/sequencer.h"
#include "app/worker.h"
#include "http/server.h"

/*
 * The daemon: it loads configuration and rules, opens the sockets, starts the threads and then
 * waits for signals and for the operator:
 *
 *     starting → running → draining (TERM, INT or `drain`; what has come is still tagged and
 * published) → end
 */
struct app_options {
	const char *program;   /* argv[0]'s name, for messages before the log */
	const char *conf_path; /* NULL: defaults */
	const char *const *overrides;
	size_t override_count;
	bool check; /* load, say so, end */
};

/* Runs until it is told to end. Returns an exit status. */
int app_run(const struct app_options *options);

/* --- inside app/ */
struct control;

struct app {
	struct app_options options;
	struct conf *conf;
	struct log *log;
	char *logfile; /* NULL: the log goes to no file */
	struct holder holder;
	struct pipeline pipeline;
	struct bus *bus;
	struct intake *intake;
	struct workers *workers;
	struct sequencer *sequencer;
	struct loader *loader;
	struct control *control;
	struct guard *guard; /* NULL: everything is in clear */
	unsigned control_cuts;
	struct replay *replay; /* NULL: none */
	struct http *http;     /* NULL: none */
	struct wake told;      /* the loader has a verdict */
	int signals;	       /* a signalfd */
	size_t worker_count;
	int64_t started, started_at; /* monotonic, and clock_now */
	bool draining;
	struct { /* of the last reload */
		bool any, good;
		int64_t time;
		char sentence[512];
	} reloaded;
	struct { /* for any thread: how many, whether the last one was good, when it was */
		_Atomic uint64_t done, refused;
		atomic_bool good;
		_Atomic int64_t time;
	} reloads;
	struct { /* of the watchdog; `interval` also bounds what counts as healthy */
		bool wanted;
		int64_t interval;
		_Atomic int64_t last;
		uint64_t intake_turns, sequencer_turns, settled;
	} alive;
};

/* Begins to drain; once or more often. `why` for the log. */
void app_drain(struct app *app, const char *why);
/* "HEAD: received 10 = …" to the log. */
void app_log_counters(struct app *app, const char *head);
/* The members of the status, into an object that is open. */
void app_write_status(struct app *app, struct jsonw *json);

#endif
