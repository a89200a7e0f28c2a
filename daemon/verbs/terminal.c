#include "verbs/terminal.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REDRAW (CLOCK_SECOND / 10)
#define BAR 20 /* cells */

bool terminal_colour(FILE *file)
{
	const char *term = getenv("TERM");
	const char *no_colour = getenv("NO_COLOR");

	return isatty(fileno(file)) && term && strcmp(term, "dumb") != 0 &&
	       !(no_colour && *no_colour);
}

bool terminal_unicode(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

unsigned terminal_columns(FILE *file, unsigned fallback)
{
	struct winsize size = {0};

	if (isatty(fileno(file)) && ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return fallback;
}

void progress_begin(struct progress *progress, const char *unit, uint64_t total)
{
	*progress = (struct progress){.unit = unit, .total = total, .begun = clock_monotonic()};
	progress->drawn = progress->begun;
	progress->shown = isatty(STDERR_FILENO);
}

static void draw_bar(const struct progress *progress, uint64_t done)
{
	double part = done >= progress->total ? 1 : (double)done / (double)progress->total;
	int filled = (int)(part * BAR);

	fprintf(stderr, "[%.*s%*s] %3d %%  ", filled, "####################", BAR - filled, "",
		(int)(part * 100));
}

void progress_turn(struct progress *progress, uint64_t done, uint64_t count)
{
	int64_t now;

	if (!progress->shown)
		return;
	now = clock_monotonic();
	if (now - progress->drawn < REDRAW)
		return;
	progress->drawn = now;
	fputs("\r\033[K", stderr);
	if (progress->total)
		draw_bar(progress, done);
	fprintf(stderr, "%" PRIu64 " %s, %.0f/s", count, progress->unit,
		(double)count * (double)CLOCK_SECOND / (double)(now - progress->begun));
	fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->shown && progress->drawn != progress->begun)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
