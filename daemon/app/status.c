#include "app/health.h"
#include "base/clock.h"

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

static void write_number(struct jsonw *json, const char *key, uint64_t number)
{
	jsonw_key(json, key);
	jsonw_int(json, (int64_t)number);
}

static void write_text(struct jsonw *json, const char *key, const char *text)
{
	jsonw_key(json, key);
	load_write_text(text, json);
}

/* Whole milliseconds, so that the number is short. */
static double quiet_s(const struct feed_state *state)
{
	int64_t quiet_ms = 0;

	if (state->quiet_since != CLOCK_NONE)
		quiet_ms = (clock_monotonic() - state->quiet_since) / 1000000;
	return (double)quiet_ms / 1000;
}

static void write_feed(struct app *app, size_t index, struct jsonw *json)
{
	const struct conf_feed *feed = &app->conf->feeds[index];
	struct feed_look look = intake_look(app->intake, index);

	jsonw_object(json);
	write_text(json, "name", feed->name);
	write_text(json, "endpoint", feed_endpoint(app->pipeline.feeds[index]));
	write_text(json, "pattern", feed->pattern == FEED_PULL ? "pull" : "sub");
	write_text(json, "mode", feed->mode == MODE_BIND ? "bind" : "connect");
	jsonw_key(json, "connected");
	jsonw_bool(json, look.state.connected);
	jsonw_key(json, "silent");
	jsonw_bool(json, look.state.silent);
	jsonw_key(json, "peers");
	jsonw_int(json, look.state.peers);
	jsonw_key(json, "quiet_s");
	jsonw_double(json, quiet_s(&look.state));
	write_number(json, "received", look.state.received);
	write_number(json, "surplus_frames", look.surplus);
	write_number(json, "connects", look.state.connects);
	write_number(json, "disconnects", look.state.disconnects);
	write_number(json, "revived", look.state.revived);
	write_number(json, "renewed", look.state.renewed);
	write_number(json, "floods", look.state.floods);
	write_time(json, "last_item", look.state.last_item);
	write_text(json, "last_event", look.state.last_event);
	jsonw_object_end(json);
}

static void write_output(struct app *app, const struct counts *counts, struct jsonw *json)
{
	jsonw_object(json);
	write_text(json, "endpoint", output_endpoint(app->pipeline.output));
	write_number(json, "subscriptions", atomic_load(&app->pipeline.subscriptions));
	write_number(json, "sequence", counts->sequence);
	jsonw_object_end(json);
}

static void write_replay(struct app *app, struct jsonw *json)
{
	struct replay_look look;

	if (!app->replay) {
		jsonw_null(json);
		return;
	}
	look = replay_look(app->replay);
	jsonw_object(json);
	write_text(json, "endpoint", replay_endpoint(app->replay));
	write_number(json, "requests", look.requests);
	write_number(json, "refused", look.refused);
	write_number(json, "events", look.events);
	jsonw_object_end(json);
}

static void write_letters(struct app *app, struct jsonw *json)
{
	struct letters_look look = letters_look(app->pipeline.letters);

	jsonw_object(json);
	write_number(json, "retried", look.retried);
	write_number(json, "rejected_again", look.again);
	write_number(json, "dropped", look.dropped);
	jsonw_object_end(json);
}

static void write_reloaded(struct app *app, struct jsonw *json)
{
	if (!app->reloaded.any) {
		jsonw_null(json);
		return;
	}
	jsonw_object(json);
	jsonw_key(json, "ok");
	jsonw_bool(json, app->reloaded.good);
	write_time(json, "time", app->reloaded.time);
	write_text(json, "verdict", app->reloaded.sentence);
	jsonw_object_end(json);
}

static void write_rules(struct app *app, struct jsonw *json)
{
	struct generation *generation = holder_take(&app->holder);

	write_number(json, "generation", generation->number);
	write_text(json, "ruleset", ruleset_hash(generation->ruleset));
	write_number(json, "rules", generation->rules);
	write_number(json, "files", generation->files);
	write_number(json, "warnings", generation->warnings);
	holder_give(&app->holder, generation);
}

void app_write_status(struct app *app, struct jsonw *json)
{
	struct counts counts = counters_look(&app->pipeline.counters);
	int64_t uptime_ms = (clock_monotonic() - app->started) / 1000000;
	size_t reasons;

	write_text(json, "instance", app->conf->instance);
	write_text(json, "version", NEWSTAG_VERSION);
	write_text(json, "config", app->options.conf_path);
	write_rules(app, json);
	jsonw_key(json, "uptime_s");
	jsonw_double(json, (double)uptime_ms / 1000.0);
	jsonw_key(json, "because");
	jsonw_array(json);
	reasons = health_unready(app, json);
	jsonw_array_end(json);
	jsonw_key(json, "ready");
	jsonw_bool(json, reasons == 0);
	jsonw_key(json, "draining");
	jsonw_bool(json, app->draining);
	jsonw_key(json, "counters");
	counts_write(&counts, json);
	jsonw_key(json, "feeds");
	jsonw_array(json);
	for (size_t i = 0; i < app->conf->feed_count; i++)
		write_feed(app, i, json);
	jsonw_array_end(json);
	jsonw_key(json, "output");
	write_output(app, &counts, json);
	jsonw_key(json, "replay"); /* null: none */
	write_replay(app, json);
	jsonw_key(json, "security");
	jsonw_object(json);
	guard_write_status(app->guard, json);
	jsonw_object_end(json);
	jsonw_key(json, "deadletters");
	write_letters(app, json);
	write_text(json, "http", app->http ? http_place(app->http) : NULL);
	write_number(json, "workers", app->worker_count);
	write_text(json, "stream", journal_stream(app->pipeline.journal));
	jsonw_key(json, "reload");
	write_reloaded(app, json);
}
