#ifndef VERBS_LOAD_H
#define VERBS_LOAD_H

#include "conf/conf.h"
#include "verbs/verb.h"

/*
 * What verbs need before they can begin. Each returns an exit status; after a failure everything
 * has been told on standard error.
 */

/*
 * The configuration by --config (else the installed one, else defaults) and --set; options that the
 * verb's table does not hold count as not given. Returns owned. `path` in ret_path (may be NULL):
 * the file that was read, NULL when there was none; lives as long as the call.
 */
int load_conf(struct call *call, struct conf **ret_conf, const char **ret_path);
/* The daemon's control endpoint by --control, else by the configuration; lives as long as the call.
 */
int load_control(struct call *call, const char **ret_endpoint);

/* Prints what a str holds to standard output. */
void print_str(const struct str *text);

#endif
