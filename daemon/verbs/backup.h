#ifndef VERBS_BACKUP_H
#define VERBS_BACKUP_H

#include "verbs/verb.h"

/* Of `newstag journal`: the operands are its name and a folder. */
int run_backup(struct call *call);
int run_restore(struct call *call);

#endif
