#include "base/log.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/jsonw.h"
#include "base/own.h"
#include "base/str.h"
#include "base/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A table of a few kinds of lines remembers how often each was written in its window. When it is
 * full, the kind whose window began first makes room; what it left out is told at that moment, so
 * that no count is ever lost.
 */
#define KINDS_MAX 64

struct kind {
	uint64_t hash; /* 0: free */
	int64_t begun;
	unsigned written, left_out;
	enum log_level level;
	char text[160]; /* the last one left out */
};

struct log {
	pthread_mutex_t lock;
	int fd;
	enum log_level level;
	enum log_format format;
	bool journald;
	int64_t (*monotonic)(void);
	struct str sentence, line;
	struct kind kinds[KINDS_MAX];
};

static const struct {
	const char *name;
	int priority; /* of syslog(3) */
} levels[] = {
	[LEVEL_ERROR] = {"error", 3},
	[LEVEL_WARNING] = {"warning", 4},
	[LEVEL_INFO] = {"info", 6},
	[LEVEL_DEBUG] = {"debug", 7},
};

/* systemd names device and inode of the stream that it reads; what was redirected since is another.
 */
static bool is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat stat;

	return stream && sscanf(stream, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) == 2 &&
	       fstat(fd, &stat) == 0 && stat.st_dev == device && stat.st_ino == inode;
}

struct log *log_new(const struct log_options *options)
{
	struct log *log = xcalloc(1, sizeof(*log));

	pthread_mutex_init(&log->lock, NULL);
	log->fd = options->fd;
	log->level = options->level;
	log->format = options->format;
	log->journald = is_journal(options->fd);
	log->monotonic = options->monotonic ? options->monotonic : clock_monotonic;
	return log;
}

/* --- one line -----------------------------------------------------------------------------------
 */

/* Copies with control characters and bytes that are no UTF-8 as \xNN, at most LOG_SENTENCE_MAX. */
static void add_clean(struct str *out, struct view text)
{
	bool cut = text.len > LOG_SENTENCE_MAX;
	uint32_t code;

	text.len = cut ? LOG_SENTENCE_MAX : text.len;
	while (text.len) {
		struct view head = {text.ptr, text.len < 4 ? text.len : 4};
		size_t length = 1;

		if (utf8_valid(head) > 0)
			length = utf8_decode(text.ptr, &code);
		else
			code = 0;
		if (code < 0x20 || (code >= 0x7F && code < 0xA0)) {
			length = 1;
			str_printf(out, "\\x%02x", (unsigned char)*text.ptr);
		} else {
			str_add(out, text.ptr, length);
		}
		text = view_slice(text, length, text.len);
	}
	if (cut)
		str_add_text(out, " [cut]");
}

static void add_json(struct log *log, enum log_level level, const char *time)
{
	struct jsonw json = jsonw_begin(&log->line);

	jsonw_object(&json);
	jsonw_key(&json, "time");
	jsonw_string(&json, time);
	jsonw_key(&json, "level");
	jsonw_string(&json, levels[level].name);
	jsonw_key(&json, "message");
	jsonw_text(&json, str_view(&log->sentence));
	jsonw_object_end(&json);
}

static void write_all(int fd, struct view text)
{
	while (text.len) {
		ssize_t written = write(fd, text.ptr, text.len);

		if (written < 0 && errno != EINTR)
			return; /* there is nobody left to tell */
		if (written > 0)
			text = view_slice(text, (size_t)written, text.len);
	}
}

static void put(struct log *log, enum log_level level, struct view text)
{
	char time[CLOCK_TEXT_SIZE];

	str_reset(&log->sentence);
	str_reset(&log->line);
	add_clean(&log->sentence, text);
	clock_write(clock_now() / 1000000 * 1000000, time);
	if (log->format == FORMAT_JSON)
		add_json(log, level, time);
	else if (log->format == FORMAT_AUTO && log->journald)
		str_printf(&log->line, "<%d>%s", levels[level].priority,
			   str_view(&log->sentence).ptr);
	else
		str_printf(&log->line, "%s %s: %s", time, levels[level].name,
			   str_view(&log->sentence).ptr);
	str_add_char(&log->line, '\n');
	write_all(log->fd, str_view(&log->line));
}

/* --- repeats ------------------------------------------------------------------------------------
 */

static void settle(struct log *log, struct kind *kind)
{
	char text[sizeof(kind->text) + 64];

	if (kind->left_out) {
		snprintf(text, sizeof(text), "%u more like this were left out, the last: %s",
			 kind->left_out, kind->text);
		put(log, kind->level, view_of(text));
	}
	*kind = (struct kind){0};
}

static struct kind *find_kind(struct log *log, uint64_t hash)
{
	struct kind *oldest = &log->kinds[0];

	for (struct kind *kind = log->kinds; kind < log->kinds + KINDS_MAX; kind++) {
		if (kind->hash == hash)
			return kind;
		if (oldest->hash && (!kind->hash || kind->begun < oldest->begun))
			oldest = kind;
	}
	settle(log, oldest);
	oldest->hash = hash;
	oldest->begun = log->monotonic();
	return oldest;
}

/* True when the line may be written; else it is counted. */
static bool admit(struct log *log, enum log_level level, const char *format, const char *text)
{
	struct view name = view_of(strcmp(format, "%s") ? format : text);
	uint64_t hash = hash_bytes(name.ptr, name.len, hash_key()) | 1;
	struct kind *kind = find_kind(log, hash);

	if (log->monotonic() - kind->begun >= LOG_WINDOW) {
		settle(log, kind);
		kind = find_kind(log, hash);
	}
	if (kind->written < LOG_BURST) {
		kind->written++;
		return true;
	}
	kind->left_out++;
	kind->level = level;
	snprintf(kind->text, sizeof(kind->text), "%s", text);
	return false;
}

void log_line(struct log *log, enum log_level level, const char *format, ...)
{
	struct str text = {0};
	va_list arguments;

	if (!log_wants(log, level))
		return;
	va_start(arguments, format);
	str_vprintf(&text, format, arguments);
	va_end(arguments);
	pthread_mutex_lock(&log->lock);
	if (admit(log, level, format, text.ptr ? text.ptr : ""))
		put(log, level, str_view(&text));
	pthread_mutex_unlock(&log->lock);
	str_fini(&text);
}

void log_turn(struct log *log)
{
	pthread_mutex_lock(&log->lock);
	for (struct kind *kind = log->kinds; kind < log->kinds + KINDS_MAX; kind++)
		if (kind->hash && log->monotonic() - kind->begun >= LOG_WINDOW)
			settle(log, kind);
	pthread_mutex_unlock(&log->lock);
}

void log_set(struct log *log, enum log_level level, enum log_format format)
{
	pthread_mutex_lock(&log->lock);
	log->level = level;
	log->format = format;
	pthread_mutex_unlock(&log->lock);
}

bool log_wants(struct log *log, enum log_level level)
{
	bool wants;

	pthread_mutex_lock(&log->lock);
	wants = level <= log->level;
	pthread_mutex_unlock(&log->lock);
	return wants;
}

void log_free(struct log *log)
{
	if (!log)
		return;
	for (struct kind *kind = log->kinds; kind < log->kinds + KINDS_MAX; kind++)
		settle(log, kind);
	pthread_mutex_destroy(&log->lock);
	str_fini(&log->sentence);
	str_fini(&log->line);
	free(log);
}
