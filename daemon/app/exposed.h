#ifndef APP_EXPOSED_H
#define APP_EXPOSED_H

#include "conf/conf.h"

/*
 * A TCP endpoint that other hosts reach, or that is on another host, is protected by security.curve
 * when it is bound, by that and a server_key when it is connected to. One that is not must be named
 * in security.unprotected, else it is an error: `output`, `replay`, `control`, or a feed's name
 * behind `feed.`. A name there that is none is one, too, and so is a server_key that cannot work.
 */
void exposed_check(const struct conf *conf, const char *file, struct diags *diags);

#endif
