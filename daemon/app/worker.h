#ifndef APP_WORKER_H
#define APP_WORKER_H

#include "app/pipeline.h"

/* The threads that turn messages into encoded events, as many as the ring is asked by. */
struct workers;
struct workers *workers_start(struct pipeline *pipeline, size_t count, struct err *err);
/* Waits until all have ended, which they do when the ring is closed and empty. NULL is fine. */
void workers_join(struct workers *workers);

#endif
