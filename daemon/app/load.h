#ifndef APP_LOAD_H
#define APP_LOAD_H

#include "app/generation.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "conf/conf.h"

/*
 * One attempt to read the configuration and the rules, at the start and at each reload. All
 * mistakes are collected; when there is one, there is no generation and nothing has changed.
 */
struct load_source {
	const char *conf_path; /* NULL: defaults and overrides alone */
	const char *const *overrides;
	size_t override_count;
};

struct load {
	struct conf *conf;	       /* owned; NULL when it is wrong */
	struct generation *generation; /* owned; NULL when anything is wrong */
	struct diags diags;
	struct str failures;  /* JSON: an array of the embedded tests that failed; empty: not run */
	struct str sentences; /* the same for people, a line each */
	size_t tests, failed;
	char sentence[256]; /* why there is no generation */
};

void load_run(const struct load_source *source, struct load *ret_load);
/* Every diagnostic and failed test to the log. */
void load_tell(const struct load *load, struct log *log);
/* Frees what nobody has moved out. */
void load_fini(struct load *load);
/* [{"file","line","column","severity","code","message","hint"}] */
void load_write_diags(const struct diags *diags, struct jsonw *json);
/* Text of any bytes: those that are no UTF-8 are escaped. */
void load_write_text(const char *text, struct jsonw *json);

#endif
