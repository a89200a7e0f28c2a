#include "verbs/lines.h"

#include <errno.h>
#include <unistd.h>

void lines_open(struct lines *lines, int fd, size_t limit)
{
	memset(lines, 0, offsetof(struct lines, buffer));
	lines->fd = fd;
	lines->limit = limit;
}

void lines_fini(struct lines *lines)
{
	str_fini(&lines->text);
	str_fini(&lines->ahead);
}

static void keep(struct str *text, const char *bytes, size_t length, size_t limit)
{
	size_t room = text->len > limit ? 0 : limit + 1 - text->len;

	str_add(text, bytes, length < room ? length : room);
}

static bool refill(struct lines *lines)
{
	ssize_t length;

	do {
		length = read(lines->fd, lines->buffer, LINES_BUFFER);
	} while (length < 0 && errno == EINTR);
	lines->at = 0;
	lines->end = length > 0 ? (size_t)length : 0;
	lines->failed = length < 0;
	lines->error = length < 0 ? errno : 0;
	return length > 0;
}

/* One line with its line feed, cut to the limit; false at the end of the file. */
static bool read_line(struct lines *lines, struct str *text)
{
	bool any = false, whole = false;

	str_reset(text);
	while (!whole && (lines->at < lines->end || refill(lines))) {
		const char *from = lines->buffer + lines->at;
		const char *feed = memchr(from, '\n', lines->end - lines->at);
		size_t length = feed ? (size_t)(feed - from) + 1 : lines->end - lines->at;
		keep(text, from, length, lines->limit);
		lines->at += length;
		lines->bytes += length;
		any = true;
		whole = feed != NULL;
	}
	lines->read += any;
	return any;
}

static bool is_blank(const struct str *text)
{
	return view_trim(str_view(text)).len == 0;
}

/* How many brackets are open behind the text, strings left out. */
static long open_brackets(struct view text)
{
	long open = 0;
	bool string = false;

	for (size_t i = 0; i < text.len; i++) {
		char byte = text.ptr[i];
		if (string && byte == '\\')
			i++;
		else if (byte == '"')
			string = !string;
		else if (!string)
			open += (byte == '{' || byte == '[') - (byte == '}' || byte == ']');
	}
	return open;
}

static void decide(struct lines *lines)
{
	lines->decided = true;
	if (open_brackets(str_view(&lines->text)) <= 0)
		return;
	lines->has_ahead = read_line(lines, &lines->ahead);
	lines->spread = lines->has_ahead && lines->ahead.ptr[0] != '{';
}

/* Adds lines until every bracket is closed, or the file ends. */
static void gather(struct lines *lines)
{
	long open = open_brackets(str_view(&lines->text));

	while (open > 0) {
		if (!lines->has_ahead && !read_line(lines, &lines->ahead))
			return;
		lines->has_ahead = false;
		open += open_brackets(str_view(&lines->ahead));
		keep(&lines->text, lines->ahead.ptr, lines->ahead.len, lines->limit);
	}
}

bool lines_next(struct lines *lines, struct view *ret_text)
{
	do {
		if (lines->has_ahead) {
			struct str swap = lines->text;
			lines->text = lines->ahead;
			lines->ahead = swap;
			lines->has_ahead = false;
		} else if (!read_line(lines, &lines->text)) {
			return false;
		}
	} while (is_blank(&lines->text));
	lines->line = lines->read;
	if (!lines->decided)
		decide(lines);
	if (lines->spread)
		gather(lines);
	*ret_text = view_trim(str_view(&lines->text));
	return true;
}
