#ifndef APP_WATCH_H
#define APP_WATCH_H

#include "app/app.h"

/*
 * Metrics and health over HTTP: /metrics, /-/healthy, /-/ready. Opens nothing when http.listen is
 * "off". To be started when the threads run, and stopped before the first of them is joined.
 */
int watch_start(struct app *app, struct err *err);
void watch_stop(struct app *app);

#endif
