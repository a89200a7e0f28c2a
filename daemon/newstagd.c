#include "app/app.h"
#include "base/exit.h"
#include "base/own.h"
#include "base/vec.h"
#include "conf/locate.h"

#include <getopt.h>
#include <stdio.h>

/* The daemon's main: arguments → app_run() → exit status. */

static const char help[] =
	"usage: newstagd [--config FILE] [--set KEY=VALUE]… [--check]\n"
	"\n"
	"Subscribes to ZeroMQ feeds of news items, tags what they say by rules, and publishes\n"
	"classified events. Runs in the foreground until SIGTERM; logs to standard error.\n"
	"\n"
	"  --config FILE    the configuration; without it /etc/newstagd/newstagd.yaml, or from "
	"the\n"
	"                   build tree the repository's config/newstagd.yaml\n"
	"  --set KEY=VALUE  overrides one key, as in feed.0.endpoint=tcp://127.0.0.1:7000\n"
	"  --check          loads configuration and rules, says whether they are good, and ends\n"
	"  --version        prints the version\n"
	"  --help           prints this\n"
	"\n"
	"signals: HUP reload · USR1 reopen the log · USR2 counters to the log · TERM, INT drain "
	"and\n"
	"end, a second one ends at once\n"
	"exit status: 0 ended as asked · 64 usage · 73 a socket cannot be made · 74 events cannot "
	"be\n"
	"kept · 75 ended at once with items in flight · 78 configuration or rules are wrong\n"
	"\n"
	"examples:\n"
	"  newstagd --config /etc/newstagd/newstagd.yaml --check\n"
	"  newstagd --set feed.0.endpoint=tcp://127.0.0.1:5556 --set "
	"control.endpoint=ipc:///tmp/n\n";

static const struct option options[] = {
	{"config", required_argument, NULL, 'c'}, {"set", required_argument, NULL, 's'},
	{"check", no_argument, NULL, 'k'},	  {"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},	  {NULL, 0, NULL, 0},
};

struct arguments {
	const char *conf_path;
	struct {
		VEC(const char *);
	} sets;
	bool check;
};

/* Returns -1 to go on, else the exit status. */
static int read_arguments(int count, char **words, struct arguments *arguments)
{
	int option;

	while ((option = getopt_long(count, words, "c:h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			arguments->conf_path = optarg;
			break;
		case 's':
			vec_push(&arguments->sets, optarg);
			break;
		case 'k':
			arguments->check = true;
			break;
		case 'V':
			printf("newstagd %s\n", NEWSTAG_VERSION);
			return END_OK;
		case 'h':
			fputs(help, stdout);
			return END_OK;
		default:
			fprintf(stderr, "newstagd: `newstagd --help` tells the usage\n");
			return END_USAGE;
		}
	}
	if (optind == count)
		return -1;
	fprintf(stderr, "newstagd: %s: there are no operands; `newstagd --help` tells the usage\n",
		words[optind]);
	return END_USAGE;
}

int main(int count, char **words)
{
	struct arguments arguments = {0};
	int status = read_arguments(count, words, &arguments);
	OWNED(free) char *found = NULL;

	if (status < 0 && !arguments.conf_path) {
		found = locate_conf();
		arguments.conf_path = found;
	}
	if (status < 0)
		status = app_run(&(struct app_options){
			.program = "newstagd",
			.conf_path = arguments.conf_path,
			.overrides = arguments.sets.at,
			.override_count = arguments.sets.len,
			.check = arguments.check,
		});
	vec_fini(&arguments.sets);
	return status;
}
