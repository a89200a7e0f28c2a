#include "app/watch.h"

#include "app/health.h"
#include "app/metrics.h"
#include "base/clock.h"

#include <stdio.h>

#define GOOD 200
#define UNAVAILABLE 503

static unsigned write_metrics(void *context, struct str *out)
{
	metrics_write(context, out);
	return GOOD;
}

/* {"because":["…"],"ready":false} */
static void end_verdict(struct jsonw *json, const char *key, bool good)
{
	jsonw_array_end(json);
	jsonw_key(json, key);
	jsonw_bool(json, good);
	jsonw_object_end(json);
	str_add_char(json->out, '\n');
}

static struct jsonw begin_verdict(struct str *out)
{
	struct jsonw json = jsonw_begin(out);

	jsonw_object(&json);
	jsonw_key(&json, "because");
	jsonw_array(&json);
	return json;
}

static unsigned write_healthy(void *context, struct str *out)
{
	struct jsonw json = begin_verdict(out);
	bool healthy = health_stuck(context, clock_monotonic(), &json) == 0;

	end_verdict(&json, "healthy", healthy);
	return healthy ? GOOD : UNAVAILABLE;
}

static unsigned write_ready(void *context, struct str *out)
{
	struct jsonw json = begin_verdict(out);
	bool ready = health_unready(context, &json) == 0;

	end_verdict(&json, "ready", ready);
	return ready ? GOOD : UNAVAILABLE;
}

static const struct http_page pages[] = {
	{"/metrics", METRICS_TYPE, write_metrics},
	{"/-/healthy", "application/json", write_healthy},
	{"/-/ready", "application/json", write_ready},
};

int watch_start(struct app *app, struct err *err)
{
	struct http_options options = {
		.listen = app->conf->http.listen,
		.pages = pages,
		.page_count = sizeof(pages) / sizeof(pages[0]),
		.context = app,
	};
	char sentence[sizeof(err->text)];

	if (strcmp(options.listen, "off") == 0)
		return 0;
	app->http = http_open(&options, err);
	if (!app->http) {
		snprintf(sentence, sizeof(sentence), "%s", err->text);
		return err_set(err,
			       "%.300s; another place: --set http.listen=HOST:PORT, none: --set "
			       "http.listen=off",
			       sentence);
	}
	if (!http_is_local(app->http))
		log_line(app->log, LEVEL_WARNING,
			 "metrics and health at %s can be read by other hosts: nobody is asked who "
			 "they are",
			 http_place(app->http));
	return http_serve(app->http, err);
}

void watch_stop(struct app *app)
{
	http_stop(app->http);
	app->http = NULL;
}
