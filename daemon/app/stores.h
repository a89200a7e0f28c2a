#ifndef APP_STORES_H
#define APP_STORES_H

#include "app/app.h"

/* What is on disk, by the configuration: journal, dead letters, spool. What is found damaged is
 * told to the log. */
int stores_open(struct app *app, struct err *err);
/* The pipeline's threads have ended. What was not opened is fine. */
void stores_close(struct app *app);

#endif
