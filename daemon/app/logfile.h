#ifndef APP_LOGFILE_H
#define APP_LOGFILE_H

#include "base/err.h"

/*
 * Standard error, where the log goes, may be a file that somebody moves away (logrotate). Its name
 * must be taken down before that. NULL when it is no file. Returns owned.
 */
char *logfile_path(void);
/* Opens the path anew in the place of standard error. -1 when that fails. */
int logfile_reopen(const char *path, struct err *err);

#endif
