#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include "app/app.h"

/*
 * HUP reload · USR1 reopen the log · USR2 counters to the log · TERM, INT drain; a second one: exit
 * now, saying what is abandoned.
 */

/* Blocks them, for threads started from now on too, and returns a signalfd. */
int signals_open(void);
/* Acts on those that have come. */
void signals_take(struct app *app);
/*
 * Once all is published and only subscribers are waited for, nobody reads the signalfd any more:
 * TERM and INT end the process at once from here on.
 */
void signals_last(void);

#endif
