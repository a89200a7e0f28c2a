#ifndef APP_METRICS_H
#define APP_METRICS_H

#include "app/app.h"

/*
 * The page for Prometheus, in its text format 0.0.4: every family with HELP and TYPE, also one that
 * has no series yet. Made from a table (metrics.c), which newstag-metrics(7) is checked against.
 * From any thread while the pipeline stands; waits for no other for longer than a copy takes.
 */
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"
void metrics_write(struct app *app, struct str *out);

#endif
