#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };
enum log_format { FORMAT_AUTO, FORMAT_TEXT, FORMAT_JSON };

/*
 * The daemon's log; app/ alone writes it. One line is one write, so lines of threads never mix.
 * FORMAT_TEXT: `2026-01-31T12:00:00.123Z warning: sentence`; FORMAT_JSON: members time, level,
 * message; FORMAT_AUTO: the sentence behind "<4>" where the descriptor is systemd's journal
 * (JOURNAL_STREAM), else text. Control characters and broken UTF-8 in the sentence are shown as
 * escapes, so that what came from outside cannot forge a line; beyond LOG_SENTENCE_MAX bytes it is
 * cut.
 *
 * Repeats: of one format string (of "%s": of one text) at most LOG_BURST lines are written within
 * LOG_WINDOW; then one line tells how many were left out.
 */
#define LOG_SENTENCE_MAX 4096
#define LOG_BURST 10
#define LOG_WINDOW (INT64_C(10) * 1000000000)

struct log_options {
	int fd; /* borrowed */
	enum log_level level;
	enum log_format format;
	int64_t (*monotonic)(void); /* NULL: clock_monotonic */
};

/* Returns owned, never NULL. All functions but log_free may be called from any thread. */
struct log *log_new(const struct log_options *options);
/* Tells what was left out, first. */
void log_free(struct log *log);
/* A reload's change. */
void log_set(struct log *log, enum log_level level, enum log_format format);
/* Whether a line of that level would be written: spares the work of a debug line. */
bool log_wants(struct log *log, enum log_level level);
/* The format is a literal: it is what repeats are known by. */
void log_line(struct log *log, enum log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Tells what was left out in windows that are over; to be called about once a second. */
void log_turn(struct log *log);

#endif
