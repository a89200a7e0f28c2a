#ifndef APP_EXPOSED_H
#define APP_EXPOSED_H

#include "conf/conf.h"

/*
 * TCP endpoints that other hosts reach, or that are on other hosts, are neither encrypted nor
 * authenticated. Each must be named in security.unprotected, else it is an error: `output`,
 * `replay`, `control`, or a feed's name behind `feed.`. A name there that is none is one, too.
 */
void exposed_check(const struct conf *conf, const char *file, struct diags *diags);

#endif
