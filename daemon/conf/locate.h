#ifndef CONF_LOCATE_H
#define CONF_LOCATE_H

#include "conf/conf.h"

/*
 * What both programs use when nobody names a configuration: /etc/newstagd/newstagd.yaml where it is
 * installed. A program that runs from its build tree (build/PRESET/bin) uses the repository's
 * config/ instead, so that it works right after building.
 */

/* The repository's config/ of a program that runs from its build tree, else NULL. Returns owned. */
char *locate_source_config(void);
/* The file to read without --config; NULL: there is none, defaults hold. Returns owned. */
char *locate_conf(void);
/*
 * From the build tree, rule paths left at their default become the repository's config/rules and
 * config/entities, as far as they exist. Else nothing changes.
 */
void locate_rules(struct conf *conf);

#endif
