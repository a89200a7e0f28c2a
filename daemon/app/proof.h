#ifndef APP_PROOF_H
#define APP_PROOF_H

#include "app/app.h"

/*
 * Tries to get into every endpoint of ours that has keys, with a stranger's key and in clear. -1
 * when one lets either in, or when it cannot be told: the daemon then must not run.
 */
int proof_run(struct app *app, struct err *err);

#endif
