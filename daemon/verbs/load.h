#ifndef VERBS_LOAD_H
#define VERBS_LOAD_H

#include "conf/conf.h"
#include "rules/ruleset.h"
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

/* The folder of the journal: `path` when it is given, else the configuration's; lives as long
 * as the call. */
int load_journal_path(struct call *call, const char *path, const char **ret_path);

/* What a verb works on that needs rules. */
struct engine {
	struct conf *conf;
	struct ruleset *ruleset; /* NULL when there was an error */
	struct diags diags;	 /* sorted; errors and warnings of the rules */
	const char *const *paths;
	size_t path_count;
};
void engine_fini(struct engine *engine);
/*
 * Loads the rules of the operands (where `operands` says that they are paths), else of --rules,
 * else of the configuration. Where paths are given, no configuration is read unless --config names
 * one. Returns END_OK also when the rules hold errors: see `ruleset` and `diags`.
 */
int engine_load(struct call *call, bool operands, struct engine *ret_engine);
/* The same, of --rules or the configuration; errors of the rules are told and give END_INVALID. */
int engine_open(struct call *call, struct engine *ret_engine);
/* The language for items when nothing tells theirs. */
language engine_language(const struct engine *engine);

/* A time as --now gives it, `fallback` when it was not given. False after a complaint. */
bool load_now(const struct call *call, int64_t fallback, int64_t *ret_now);
#define OPTION_NOW                                                                                 \
	{                                                                                          \
		.name = "now", .value = "TIME",                                                    \
		.help = "the time to judge ages and embargoes by, such as 2025-12-19T09:00:00Z"    \
	}

/* Prints what a str holds to standard output. */
void print_str(const struct str *text);

#endif
