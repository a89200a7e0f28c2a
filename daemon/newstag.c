#include "verbs/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The operator's tool: a table of verbs. */
static const struct verb *const verbs[] = {
	&check_verb,	  &test_verb,	&explain_verb, &classify_verb, &rules_verb,  &publish_verb,
	&tail_verb,	  &replay_verb, &history_verb, &status_verb,   &top_verb,    &reload_verb,
	&deadletter_verb, &held_verb,	&journal_verb, &bench_verb,    &keygen_verb, &keys_verb,
	&config_verb,	  &schema_verb, &version_verb,
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

static void print_verbs(FILE *file)
{
	fputs("usage: newstag VERB [OPTION…] [OPERAND…]\n\n"
	      "The operator's tool of newstagd, which tags news about negotiations and "
	      "blackouts.\n\n"
	      "verbs:\n",
	      file);
	for (size_t i = 0; i < VERB_COUNT; i++)
		fprintf(file, "  %-10s %s\n", verbs[i]->name, verbs[i]->about);
	fputs("  help       this list; help VERB: all about a verb, with examples\n\n"
	      "exit status:\n"
	      "  0 done · 1 ran, and the answer is no · 64 wrong usage · 65 bad item · 66 nothing "
	      "to read\n"
	      "  69 daemon not reached · 70 internal · 73 cannot create · 74 cannot read or write\n"
	      "  75 try again · 77 not allowed · 78 configuration or rules invalid\n\n"
	      "example: newstag help classify\n",
	      file);
}

static int unknown_verb(const char *name)
{
	const char *names[VERB_COUNT];
	const char *near;

	for (size_t i = 0; i < VERB_COUNT; i++)
		names[i] = verbs[i]->name;
	near = str_suggest(view_of(name), names, VERB_COUNT);
	fprintf(stderr, "newstag: there is no verb \"%s\"", name);
	if (near)
		fprintf(stderr, "; did you mean \"%s\"?", near);
	fputs("\nsee: newstag help\n", stderr);
	return END_USAGE;
}

static int help(const char *name)
{
	const struct verb *verb;

	if (!name || strcmp(name, "help") == 0) {
		print_verbs(stdout);
		return END_OK;
	}
	verb = find_verb(name);
	if (!verb)
		return unknown_verb(name);
	verb_help(verb);
	return END_OK;
}

static int run(int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2) {
		print_verbs(stderr);
		return END_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(argc > 2 ? argv[2] : NULL);
	if (strcmp(argv[1], "--version") == 0)
		argv[1] = "version";
	verb = find_verb(argv[1]);
	return verb ? verb_call(verb, argc - 2, argv + 2) : unknown_verb(argv[1]);
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);

	/* A full disk shows itself here at the latest: silence would pass for success. */
	if (fflush(stdout) == EOF || ferror(stdout)) {
		fprintf(stderr, "newstag: cannot write to standard output: %s\n", strerror(errno));
		return END_IO;
	}
	return status;
}
