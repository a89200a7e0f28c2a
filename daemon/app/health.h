#ifndef APP_HEALTH_H
#define APP_HEALTH_H

#include "app/app.h"

/*
 * Whether the daemon does its work (ready), and whether it would do it at all (healthy): sentences
 * that say why not, an element each of an array that is open. Return how many there are. From any
 * thread while the pipeline stands.
 */
size_t health_unready(struct app *app, struct jsonw *json);
size_t health_stuck(struct app *app, int64_t monotonic_now, struct jsonw *json);

#endif
