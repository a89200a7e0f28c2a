#ifndef VERBS_VERB_H
#define VERBS_VERB_H

#include "base/arena.h"
#include "base/exit.h"
#include "base/vec.h"

#include <stdbool.h>

/*
 * A verb of the operator's tool: one row of the table in newstag.c. Its options stand in a table;
 * --help is made from the row and understood by itself. Data goes to standard output, everything
 * else to standard error.
 */
struct verb_option {
	const char *name;  /* "json"; NULL ends the table */
	const char *value; /* "FILE": it takes a value; NULL: it takes none */
	const char *help;  /* one sentence, without the full stop */
	char letter;	   /* 'j' for -j, or 0 */
	bool (*more)(
		const char *word); /* whether a further word belongs to it: --rules a.yaml b.yaml */
};

struct call;

struct verb {
	const char *name;
	const char *operands; /* as in the usage line: "[FILE…]"; "" for none */
	const char *about;    /* one line for the list of verbs */
	const char *help;     /* paragraphs, wrapped, ending in a line feed */
	const char
		*examples; /* lines, each beginning with "  newstag" or two spaces and a comment */
	const struct verb_option *options;
	size_t operands_least, operands_most;
	int (*run)(struct call *call); /* returns an exit status */
};

#define OPERANDS_ANY SIZE_MAX

struct given {
	const struct verb_option *option;
	const char *value; /* NULL when it takes none */
};

/* One run of a verb: what stood on the command line. Words are borrowed from argv. */
struct call {
	const struct verb *verb;
	const char **operands;
	size_t operand_count;
	struct {
		VEC(struct given);
	} given;
	struct arena arena; /* until the end of the call */
};

/* Parses the words behind the verb's name, runs it (or prints its help) and returns its status. */
int verb_call(const struct verb *verb, int count, char **words);
void verb_help(const struct verb *verb);

/* The name must stand in the verb's table. */
bool call_flag(const struct call *call, const char *option);
/* The last one's value, NULL when it was not given. */
const char *call_value(const struct call *call, const char *option);
/* All of them in order; the array lives as long as the call. */
const char *const *call_values(struct call *call, const char *option, size_t *ret_count);
/* A whole number within bounds; `fallback` when not given. False after a complaint: end with
 * END_USAGE. */
bool call_number(const struct call *call, const char *option, long least, long most, long fallback,
		 long *ret_number);
/* "newstag VERB: sentence" to standard error. Returns `status`. */
int call_fail(const struct call *call, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same, with a line that points at --help. Returns END_USAGE. */
int call_misused(const struct call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Options that many verbs take; rows for their tables. */
#define OPTION_JSON                                                                                \
	{                                                                                          \
		.name = "json", .help = "JSON for programs"                                        \
	}
#define OPTION_CONFIG                                                                              \
	{                                                                                          \
		.name = "config", .value = "FILE",                                                 \
		.help = "the configuration instead of the installed one"                           \
	}
#define OPTION_SET                                                                                 \
	{                                                                                          \
		.name = "set", .value = "KEY=VALUE",                                               \
		.help = "overrides one key of the configuration"                                   \
	}
#define OPTION_RULES                                                                               \
	{                                                                                          \
		.name = "rules", .value = "PATH…",                                                 \
		.help = "rule files and folders instead of the configuration's",                   \
		.more = is_rules_path                                                              \
	}
#define OPTION_CONTROL                                                                             \
	{                                                                                          \
		.name = "control", .value = "ENDPOINT",                                            \
		.help = "where the daemon is reached, instead of the configuration's"              \
	}
/* For an endpoint that is encrypted: see verbs/identity.h. */
#define OPTION_KEY                                                                                 \
	{                                                                                          \
		.name = "key", .value = "FILE",                                                    \
		.help = "one's own NAME.key_secret, for an encrypted endpoint"                     \
	}
#define OPTION_SERVER_KEY                                                                          \
	{                                                                                          \
		.name = "server-key", .value = "KEY",                                              \
		.help = "the other side's public key, or its file; else from security.keys"        \
	}
/* Whether the verb's table has that option. */
bool call_knows(const struct call *call, const char *option);
/* A folder, or a name that ends in .yaml or .yml. */
bool is_rules_path(const char *word);

#endif
