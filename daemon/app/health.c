#include "app/health.h"

#include "base/clock.h"

static size_t feeds_away(struct app *app, struct jsonw *json)
{
	size_t away = 0;
	struct str reason = {0};

	for (size_t i = 0; i < app->conf->feed_count; i++) {
		if (intake_look(app->intake, i).state.connected)
			continue;
		str_reset(&reason);
		str_printf(&reason, "feed %s is not connected", app->conf->feeds[i].name);
		jsonw_text(json, str_view(&reason));
		away++;
	}
	str_fini(&reason);
	return away;
}

size_t health_unready(struct app *app, struct jsonw *json)
{
	const struct {
		bool holds;
		const char *sentence;
	} reasons[] = {
		{!atomic_load(&app->pipeline.recovered), "items of the last run are judged first"},
		{atomic_load(&app->pipeline.draining), "draining"},
		{atomic_load(&app->pipeline.events_stalled), "the journal takes no events now"},
		{atomic_load(&app->pipeline.items_stalled), "the spool takes no items now"},
		{atomic_load(&app->pipeline.failed), "the journal cannot keep events"},
	};
	size_t count = feeds_away(app, json);

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!reasons[i].holds)
			continue;
		jsonw_string(json, reasons[i].sentence);
		count++;
	}
	return count;
}

size_t health_stuck(struct app *app, int64_t monotonic_now, struct jsonw *json)
{
	int64_t since = monotonic_now - atomic_load(&app->alive.last);
	struct str reason = {0};

	if (since <= app->alive.interval)
		return 0;
	str_printf(&reason, "no progress for %lld s", (long long)(since / CLOCK_SECOND));
	jsonw_text(json, str_view(&reason));
	str_fini(&reason);
	return 1;
}
