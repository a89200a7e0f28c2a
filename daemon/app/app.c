#include "app/app.h"

#include "app/control.h"
#include "app/logfile.h"
#include "app/notify.h"
#include "app/proof.h"
#include "app/signals.h"
#include "app/stores.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/exit.h"

#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

/*
 * Start and end. Everything is opened before the first thread starts, in an order in which a
 * failure leaves nothing half done, and closed in the opposite order; what was not opened is NULL.
 */
#define RING_SIZE 1024			   /* items in flight */
#define ALIVE_INTERVAL (20 * CLOCK_SECOND) /* when there is no watchdog to say */
#define LINGER_MS 2000			   /* that subscribers have to fetch the last events */
#define FUSE_LEAST                                                                                 \
	((size_t)16 << 20) /* bytes of a feed's frame that cut the peer; far above the limit that  \
			      rejects with a count */

/* --- opening ------------------------------------------------------------------------------------
 */

/* Measured: large messages otherwise go back to the system and come again, page by page. */
static void tune_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, 4 << 20);
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
	mallopt(M_TOP_PAD, 1 << 20);
}

static size_t count_workers(const struct conf *conf)
{
	cpu_set_t cpus;

	if (conf->workers)
		return (size_t)conf->workers;
	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
		return 1;
	return (size_t)CPU_COUNT(&cpus);
}

static struct feed *open_feed(struct app *app, size_t index, struct err *err)
{
	const struct conf_feed *feed = &app->conf->feeds[index];
	size_t limit = (size_t)app->conf->limits.message_bytes;
	struct bus_curve curve;
	struct feed_options options = {
		.name = feed->name,
		.endpoint = feed->endpoint,
		.pull = feed->pattern == FEED_PULL,
		.bind = feed->mode == MODE_BIND,
		.topics = feed->topics.at,
		.topic_count = feed->topics.len,
		.high_water = (int)feed->high_water,
		.curve = feed->mode == MODE_BIND
				 ? guard_serves(app->guard, ALLOW_FEED, feed->endpoint)
				 : guard_visits(app->guard, feed->server_key, &curve),
		.message_max = 2 * limit > FUSE_LEAST ? 2 * limit : FUSE_LEAST,
		.silence = feed->silence_ms * (CLOCK_SECOND / 1000),
		.times = {.reconnect = (int)feed->reconnect_ms,
			  .reconnect_max = (int)feed->reconnect_max_ms,
			  .handshake = (int)feed->handshake_ms,
			  .keepalive = (int)feed->keepalive_ms},
	};

	return feed_open(app->bus, &options, err);
}

static int open_feeds(struct app *app, struct err *err)
{
	for (size_t i = 0; i < app->conf->feed_count; i++) {
		app->pipeline.feeds[i] = open_feed(app, i, err);
		if (!app->pipeline.feeds[i])
			return -1;
	}
	return 0;
}

static int open_output(struct app *app, struct err *err)
{
	const char *endpoint = app->conf->output.endpoint;
	bool bind = app->conf->output.mode == MODE_BIND;
	struct bus_curve curve;
	struct output_options options = {
		.endpoint = endpoint,
		.bind = bind,
		.high_water = (int)app->conf->output.high_water,
		.curve = bind ? guard_serves(app->guard, ALLOW_EVENTS, endpoint)
			      : guard_visits(app->guard, app->conf->output.server_key, &curve),
		.linger_ms = LINGER_MS,
	};

	app->pipeline.output = output_open(app->bus, &options, err);
	return app->pipeline.output ? 0 : -1;
}

static int open_control(struct app *app, struct err *err)
{
	const char *endpoint = app->conf->control.endpoint;
	char sentence[sizeof(err->text)];

	if (!endpoint)
		return 0;
	app->control = control_open(app, err);
	if (app->control)
		return 0;
	snprintf(sentence, sizeof(sentence), "%s", err->text);
	return err_set(err,
		       "%.300s; another place: --set control.endpoint=ipc:///PATH, none: --set "
		       "control.endpoint=off",
		       sentence);
}

/* Without a journal there is nothing to give again; the log says so. */
static int open_replay(struct app *app, struct err *err)
{
	const struct conf *conf = app->conf;
	struct replay_options options = {
		.bus = app->bus,
		.endpoint = conf->replay.endpoint,
		.journal = conf->journal.path,
		.head = &app->pipeline.head,
		.log = app->log,
		.guard = app->guard,
	};

	if (!options.endpoint)
		return 0;
	if (!*options.journal || conf->journal.durability == DURABILITY_OFF) {
		log_line(app->log, LEVEL_WARNING,
			 "no replay: %s, so no event is kept; subscribers can see what they "
			 "missed, but not get it",
			 *options.journal ? "journal.durability is off" : "journal.path is empty");
		return 0;
	}
	app->replay = replay_start(&options, err);
	return app->replay ? 0 : -1;
}

static int open_guard(struct app *app, struct err *err)
{
	struct guard_options options = {.bus = app->bus, .conf = app->conf, .log = app->log};

	if (guard_open(&options, &app->guard, err) < 0)
		return -1;
	app->pipeline.guard = app->guard;
	return 0;
}

static int open_all(struct app *app, struct err *err)
{
	struct pipeline *pipeline = &app->pipeline;

	pipeline->conf = app->conf;
	clock_cautious_init(&pipeline->clock, clock_now(), clock_monotonic());
	pipeline->log = app->log;
	pipeline->holder = &app->holder;
	pipeline->ring = ring_new(RING_SIZE, err);
	if (!pipeline->ring)
		return -1;
	counters_init(&pipeline->counters, pipeline->ring);
	if (wake_init(&pipeline->ended, err) < 0 || wake_init(&app->told, err) < 0)
		return -1;
	app->bus = bus_open(err);
	if (!app->bus || open_guard(app, err) < 0)
		return -1;
	if (stores_open(app, err) < 0 || open_control(app, err) < 0 || open_output(app, err) < 0 ||
	    open_replay(app, err) < 0)
		return -1;
	if (open_feeds(app, err) < 0 || proof_run(app, err) < 0)
		return -1;
	guard_begin(app->guard);
	return 0;
}

static int start_threads(struct app *app, struct err *err)
{
	struct loader_options loader = {
		.source = {.conf_path = app->options.conf_path,
			   .overrides = app->options.overrides,
			   .override_count = app->options.override_count},
		.running = app->conf,
		.holder = &app->holder,
		.log = app->log,
		.told = &app->told,
	};

	app->sequencer = sequencer_start(&app->pipeline, err);
	if (!app->sequencer)
		return -1;
	app->workers = workers_start(&app->pipeline, app->worker_count, err);
	if (!app->workers)
		return -1;
	app->loader = loader_start(&loader, err);
	if (!app->loader)
		return -1;
	app->intake = intake_start(&app->pipeline, err);
	return app->intake ? watch_start(app, err) : -1;
}

/* --- closing ------------------------------------------------------------------------------------
 */

static void take_verdicts(struct app *app)
{
	struct verdict verdict;

	while (app->loader && loader_take(app->loader, &verdict)) {
		control_tell(app->control, &verdict);
		app->reloaded.any = true;
		app->reloaded.good = verdict.good;
		app->reloaded.time = verdict.time;
		atomic_fetch_add(verdict.good ? &app->reloads.done : &app->reloads.refused, 1);
		atomic_store(&app->reloads.good, verdict.good);
		atomic_store(&app->reloads.time, verdict.time);
		memcpy(app->reloaded.sentence, verdict.sentence, sizeof(verdict.sentence));
		verdict_fini(&verdict);
	}
}

static void stop_threads(struct app *app)
{
	watch_stop(app);
	if (app->intake)
		intake_stop(app->intake);
	else if (app->pipeline.ring)
		ring_close(app->pipeline.ring);
	intake_join(app->intake);
	workers_join(app->workers);
	sequencer_join(app->sequencer);
	letters_end(app->pipeline.letters);
	control_answer_later(app->control);
	loader_stop(app->loader);
	take_verdicts(app);
	loader_free(app->loader);
}

static void close_all(struct app *app)
{
	struct pipeline *pipeline = &app->pipeline;

	for (size_t i = 0; i < app->conf->feed_count; i++)
		feed_close(pipeline->feeds[i]);
	if (pipeline->ring) {
		ring_free(pipeline->ring);
		counters_fini(&pipeline->counters);
	}
	replay_stop(app->replay);
	output_close(pipeline->output);
	control_close(app->control);
	stores_close(app);
	guard_close(app->guard);
	if (app->bus)
		bus_close(app->bus);
	wake_fini(&app->told);
	wake_fini(&pipeline->ended);
}

/* --- running ------------------------------------------------------------------------------------
 */

void app_drain(struct app *app, const char *why)
{
	struct counts counts = counters_look(&app->pipeline.counters);

	if (app->draining)
		return;
	app->draining = true;
	notify_send("STOPPING=1\nSTATUS=draining");
	log_line(app->log, LEVEL_INFO,
		 "draining, %s: what has come is still tagged and published; %llu in flight", why,
		 (unsigned long long)counts.in_flight);
	intake_stop(app->intake);
}

/*
 * A sign of life is given only for progress: both threads that wait for sockets have turned, and
 * items in flight have moved.
 */
static void keep_alive(struct app *app, int64_t now)
{
	struct counts counts = counters_look(&app->pipeline.counters);
	uint64_t intake = atomic_load(&app->pipeline.intake_turns);
	uint64_t sequencer = atomic_load(&app->pipeline.sequencer_turns);
	uint64_t settled = counts.received - counts.in_flight;

	if (now - atomic_load(&app->alive.last) < app->alive.interval / 3)
		return;
	if ((intake == app->alive.intake_turns && !app->draining) ||
	    sequencer == app->alive.sequencer_turns ||
	    (counts.in_flight && settled == app->alive.settled &&
	     !atomic_load(&app->pipeline.events_stalled)))
		return;
	app->alive.intake_turns = intake;
	app->alive.sequencer_turns = sequencer;
	app->alive.settled = settled;
	atomic_store(&app->alive.last, now);
	if (app->alive.wanted)
		notify_send("WATCHDOG=1");
}

/* Returns whether the pipeline has ended. */
static bool wait_and_act(struct app *app, int timeout_ms)
{
	struct bus_wait waits[] = {
		{.fd = app->signals},
		{.fd = app->told.fd},
		{.fd = app->pipeline.ended.fd},
		{.socket = control_socket(app->control)},
	};
	size_t count = sizeof(waits) / sizeof(waits[0]) - (app->control ? 0 : 1);

	bus_wait(waits, count, timeout_ms, NULL);
	signals_take(app);
	if (waits[1].ready)
		wake_disarm(&app->told);
	take_verdicts(app);
	control_answer_later(app->control);
	control_turn(app->control);
	log_turn(app->log);
	keep_alive(app, clock_monotonic());
	return waits[2].ready;
}

static void say_started(struct app *app)
{
	struct generation *generation = holder_take(&app->holder);
	char where[512];

	snprintf(where, sizeof(where), "%s",
		 app->options.conf_path ? app->options.conf_path : "defaults");
	log_line(app->log, LEVEL_INFO,
		 "newstagd %s started: configuration %s; %zu rules in %zu files, %s; %zu feed%s, "
		 "%zu worker%s; events at %s, replay at %s, control at %s, metrics at %s",
		 NEWSTAG_VERSION, where, generation->rules, generation->files,
		 ruleset_hash(generation->ruleset), app->conf->feed_count,
		 app->conf->feed_count == 1 ? "" : "s", app->worker_count,
		 app->worker_count == 1 ? "" : "s", output_endpoint(app->pipeline.output),
		 app->replay ? replay_endpoint(app->replay) : "none",
		 app->control ? bus_socket_endpoint(control_socket(app->control)) : "none",
		 app->http ? http_place(app->http) : "none");
	notify_send("READY=1\nSTATUS=%zu rules in %zu files, %s", generation->rules,
		    generation->files, ruleset_hash(generation->ruleset));
	holder_give(&app->holder, generation);
}

void app_log_counters(struct app *app, const char *head)
{
	struct counts counts = counters_look(&app->pipeline.counters);
	struct str text = {0};

	counts_describe(&counts, &text);
	log_line(app->log, LEVEL_INFO, "%s: %s", head, text.ptr);
	str_fini(&text);
}

/* Until what the spool held is with the workers; returns whether the pipeline has ended. */
static bool recover(struct app *app)
{
	bool ended = false;

	while (!ended && !atomic_load(&app->pipeline.recovered))
		ended = wait_and_act(app, 1);
	return ended;
}

static int run(struct app *app)
{
	struct err err;
	int status = END_CANNOT_CREATE;

	if (open_all(app, &err) < 0 || start_threads(app, &err) < 0) {
		log_line(app->log, LEVEL_ERROR, "cannot start: %s", err.text);
		stop_threads(app);
	} else {
		bool ended = recover(app);

		if (!ended)
			say_started(app);
		while (!ended)
			ended = wait_and_act(app, TURN_MS);
		stop_threads(app);
		app_log_counters(app, "ended");
		status = atomic_load(&app->pipeline.failed) ? END_IO : END_OK;
	}
	signals_last();
	close_all(app);
	return status;
}

/* --- from outside -------------------------------------------------------------------------------
 */

static void show_load(const struct app *app, const struct load *load)
{
	diags_print(&load->diags, isatty(STDERR_FILENO), stderr);
	if (load->sentences.len)
		fputs(load->sentences.ptr, stderr);
	if (!load->generation)
		fprintf(stderr, "%s: %s\n", app->options.program, load->sentence);
}

static int say_checked(const struct load *load, const char *conf_path)
{
	printf("%s is good: %zu rules in %zu files, %s", conf_path ? conf_path : "the default",
	       load->generation->rules, load->generation->files,
	       ruleset_hash(load->generation->ruleset));
	if (load->conf->rules.test_gate)
		printf(", %zu embedded tests passed", load->tests);
	printf("\n");
	return END_OK;
}

int app_run(const struct app_options *options)
{
	struct app app = {.options = *options,
			  .started = clock_monotonic(),
			  .started_at = clock_now(),
			  .signals = -1};
	struct load_source source = {options->conf_path, options->overrides,
				     options->override_count};
	struct load load;
	int status = END_INVALID;

	app.told.fd = app.pipeline.ended.fd = -1;
	tune_memory();
	if (!options->check) /* before anything takes long: an early HUP must not end us */
		app.signals = signals_open();
	load_run(&source, &load);
	if (options->check || !load.generation) {
		show_load(&app, &load);
		if (load.generation)
			status = say_checked(&load, options->conf_path);
		load_fini(&load);
		if (app.signals >= 0)
			close(app.signals);
		return status;
	}
	app.logfile = logfile_path();
	app.log = log_new(&(struct log_options){
		.fd = STDERR_FILENO,
		.level = load.conf->log.level,
		.format = load.conf->log.format,
	});
	load_tell(&load, app.log);
	app.conf = MOVE(load.conf);
	holder_init(&app.holder, MOVE(load.generation));
	load_fini(&load);
	malloc_trim(0); /* as after a reload: what loading needed is not kept */
	app.worker_count = count_workers(app.conf);
	app.alive.interval = notify_watchdog();
	app.alive.wanted = app.alive.interval > 0;
	app.alive.interval = app.alive.wanted ? app.alive.interval : ALIVE_INTERVAL;
	atomic_init(&app.alive.last, clock_monotonic());
	atomic_init(&app.reloads.good, true);
	atomic_init(&app.reloads.time, CLOCK_NONE);
	atomic_init(&app.pipeline.beat, CLOCK_NONE);
	status = run(&app);
	close(app.signals);
	holder_fini(&app.holder);
	conf_free(app.conf);
	log_free(app.log);
	free(app.logfile);
	return status;
}
