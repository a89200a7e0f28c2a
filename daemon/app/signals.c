#include "app/signals.h"

#include "app/logfile.h"
#include "base/exit.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int signals[] = {SIGHUP, SIGUSR1, SIGUSR2, SIGTERM, SIGINT};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

int signals_open(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(&set, signals[i]);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a full disk */
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	assert(fd >= 0);
	return fd;
}

static void on_reload(struct app *app)
{
	static const struct asker nobody;

	if (app->draining)
		log_line(app->log, LEVEL_WARNING, "no reload: the daemon is draining");
	else
		loader_ask(app->loader, &nobody);
}

static void on_reopen(struct app *app)
{
	struct err err;

	if (!app->logfile)
		log_line(app->log, LEVEL_INFO, "there is no log file to reopen");
	else if (logfile_reopen(app->logfile, &err) < 0)
		log_line(app->log, LEVEL_ERROR, "the log was not reopened: %s", err.text);
	else
		log_line(app->log, LEVEL_INFO, "the log was reopened");
}

static void on_counters(struct app *app)
{
	app_log_counters(app, "counters");
}

static void on_end(struct app *app)
{
	struct counts counts = counters_look(&app->pipeline.counters);

	if (!app->draining) {
		app_drain(app, "on a signal");
		return;
	}
	log_line(app->log, LEVEL_ERROR,
		 "exit at once on a second signal: %llu items in flight are abandoned, and what "
		 "subscribers have not fetched",
		 (unsigned long long)counts.in_flight);
	_exit(counts.in_flight ? END_TEMPORARY : END_OK);
}

static void (*const actions[])(struct app *app) = {on_reload, on_reopen, on_counters, on_end,
						   on_end};
_Static_assert(sizeof(actions) / sizeof(actions[0]) == SIGNALS, "an action each");

void signals_take(struct app *app)
{
	struct signalfd_siginfo info;

	while (read(app->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		for (size_t i = 0; i < SIGNALS; i++)
			if ((int)info.ssi_signo == signals[i])
				actions[i](app);
}

static void leave(int number)
{
	static const char text[] =
		"exit at once on a second signal: what subscribers have not fetched is abandoned\n";

	(void)number;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(END_IO);
	_exit(END_OK);
}

void signals_last(void)
{
	sigset_t set;

	signal(SIGTERM, leave);
	signal(SIGINT, leave);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
