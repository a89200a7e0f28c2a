#include "app/shot.h"

#include "app/health.h"
#include "base/clock.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static void take_feeds(struct app *app, struct shot *shot)
{
	shot->feed_count = app->conf->feed_count;
	for (size_t i = 0; i < shot->feed_count; i++) {
		struct feed_look look = intake_look(app->intake, i);

		shot->feeds[i] = (struct feed_shot){
			.name = app->conf->feeds[i].name,
			.connected = look.state.connected,
			.peers = (uint64_t)(look.state.peers > 0 ? look.state.peers : 0),
			.silent = look.state.silent,
			.messages = look.state.received,
			.surplus = look.surplus,
			.connects = look.state.connects,
			.disconnects = look.state.disconnects,
			.revived = look.state.revived,
			.renewed = look.state.renewed,
			.floods = look.state.floods,
			.last_item = look.state.last_item,
		};
	}
}

static void take_health(struct app *app, struct shot *shot)
{
	struct str text = {0};
	struct jsonw json = jsonw_begin(&text);

	jsonw_array(&json);
	shot->ready = health_unready(app, &json) == 0;
	shot->healthy = health_stuck(app, clock_monotonic(), &json) == 0;
	jsonw_array_end(&json);
	str_fini(&text);
}

static void take_rules(struct app *app, struct shot *shot)
{
	shot->generation = holder_take(&app->holder);
	shot->generation_number = shot->generation->number;
	shot->rules = shot->generation->rules;
	shot->rule_files = shot->generation->files;
	shot->rule_warnings = shot->generation->warnings;
	shot->reloads_done = atomic_load(&app->reloads.done);
	shot->reloads_refused = atomic_load(&app->reloads.refused);
	shot->reload_good = atomic_load(&app->reloads.good);
	shot->reload_time = atomic_load(&app->reloads.time);
}

static void take_pipeline(struct app *app, struct shot *shot)
{
	struct pipeline *pipeline = &app->pipeline;

	shot->counts = counters_look(&pipeline->counters);
	shot->head = atomic_load(&pipeline->journal_look.head);
	shot->segments = atomic_load(&pipeline->journal_look.segments);
	shot->bytes = atomic_load(&pipeline->journal_look.bytes);
	shot->events_stalled = atomic_load(&pipeline->events_stalled);
	shot->items_stalled = atomic_load(&pipeline->items_stalled);
	shot->subscriptions = atomic_load(&pipeline->subscriptions);
	shot->heartbeats = atomic_load(&pipeline->heartbeats);
	shot->beat = atomic_load(&pipeline->beat);
	if (app->replay)
		shot->replay = replay_look(app->replay);
	shot->letters = letters_look(pipeline->letters);
	shot->http = http_look(app->http);
	shot->workers = app->worker_count;
}

/* --- the process --------------------------------------------------------------------------------
 */

static uint64_t resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long all = 0, resident = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	fclose(file);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Without ".", ".." and the one that reads them. */
static uint64_t open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	uint64_t count = 0;

	if (!folder)
		return 0;
	while (readdir(folder))
		count++;
	closedir(folder);
	return count > 3 ? count - 3 : 0;
}

static uint64_t time_ns(struct timeval time)
{
	return (uint64_t)time.tv_sec * (uint64_t)CLOCK_SECOND + (uint64_t)time.tv_usec * 1000;
}

static void take_process(struct app *app, struct shot *shot)
{
	struct rusage usage;
	struct rlimit limit;

	shot->start_ns = (uint64_t)app->started_at;
	shot->memory_bytes = resident_bytes();
	shot->fds = open_files();
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		shot->cpu_ns = time_ns(usage.ru_utime) + time_ns(usage.ru_stime);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		shot->fds_most = limit.rlim_cur;
}

void shot_take(struct app *app, struct shot *ret_shot)
{
	*ret_shot = (struct shot){.app = app};
	take_feeds(app, ret_shot);
	take_health(app, ret_shot);
	take_rules(app, ret_shot);
	take_pipeline(app, ret_shot);
	take_process(app, ret_shot);
}

void shot_fini(struct shot *shot)
{
	holder_give(&shot->app->holder, shot->generation);
}
