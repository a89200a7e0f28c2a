#include "yaml/source.h"

#include "base/utf8.h"
#include "yaml/node.h"

static bool is_tail(char byte)
{
	return ((unsigned char)byte & 0xC0) == 0x80;
}

/*
 * YAML's own set, less what YAML 1.1 and 1.2 disagree on: a carriage return by itself, NEL and the
 * Unicode line separators are line breaks to libyaml and to nobody else.
 */
static bool is_allowed(uint32_t code, char next)
{
	if (code < 0x20)
		return code == '\t' || code == '\n' || (code == '\r' && next == '\n');
	return !(code >= 0x7F && code < 0xA0) && code != 0x2028 && code != 0x2029 &&
	       code != 0xFEFF && code != 0xFFFE && code != 0xFFFF;
}

static bool check_characters(const struct source *source, struct diags *diags)
{
	struct view text = {source->text, source->len};
	size_t good = utf8_valid(text);
	struct diag *diag;
	uint32_t code;

	for (size_t at = 0; at < good;) {
		size_t length = utf8_decode(text.ptr + at, &code);

		if (is_allowed(code, text.ptr[at + length])) {
			at += length;
			continue;
		}
		diag = diags_add(diags, DIAG_ERROR, "bad-character", source_place(source, at),
				 "the character U+%04X cannot stand in the file as it is", code);
		if (code)
			diag_hint(diag, "in double quotes it can be written as \"\\u%04X\"", code);
		return false;
	}
	if (good < text.len)
		diags_add(diags, DIAG_ERROR, "bad-character", source_place(source, good),
			  "the byte 0x%02X is not valid UTF-8", (unsigned char)text.ptr[good]);
	return good == text.len;
}

static size_t line_end(const struct source *source, size_t from)
{
	const char *stop = memchr(source->text + from, '\n', source->len - from);

	return stop ? (size_t)(stop - source->text) : source->len;
}

/*
 * Blanks out the directives in front of the document. libyaml compares every %TAG with all before
 * it, which takes a minute for a file of the allowed size.
 */
static void drop_directives(struct source *source, struct diags *diags)
{
	struct place place = {.file = source->file, .line = 1, .column = 1};
	size_t end;

	for (size_t at = 0; at < source->len; at = end + 1, place.line++) {
		size_t first = at;

		end = line_end(source, at);
		if (source->text[at] == '%') {
			diags_add(diags, DIAG_ERROR, "directive", place,
				  "directives are not supported");
			memset(source->text + at, ' ', end - at);
			continue;
		}
		while (first < end && strchr(" \t\r", source->text[first]))
			first++;
		if (first < end && source->text[first] != '#')
			return;
	}
}

bool source_open(struct source *source, struct view text, struct arena *arena, struct diags *diags)
{
	struct view mark = VIEW("\xEF\xBB\xBF");

	if (view_starts(text, mark))
		text = view_slice(text, mark.len, text.len);
	source->index = source->byte = 0;
	if (text.len > YAML_FILE_MAX) {
		diags_add(diags, DIAG_ERROR, "too-large", (struct place){.file = source->file},
			  "the file has %zu bytes, more than %zu", text.len, YAML_FILE_MAX);
		return false;
	}
	source->text = arena_strndup(arena, text.ptr, text.len);
	source->len = text.len;
	if (!check_characters(source, diags))
		return false;
	drop_directives(source, diags);
	return true;
}

size_t source_byte(struct source *source, size_t index)
{
	while (source->index < index && source->byte < source->len) {
		do
			source->byte++;
		while (is_tail(source->text[source->byte]));
		source->index++;
	}
	while (source->index > index) {
		do
			source->byte--;
		while (is_tail(source->text[source->byte]));
		source->index--;
	}
	return source->byte;
}

struct place source_place(const struct source *source, size_t byte)
{
	struct place place = {.file = source->file, .line = 1, .column = 1};

	for (size_t i = 0; i < byte; i++) {
		if (source->text[i] == '\n') {
			place.line++;
			place.column = 1;
		} else {
			place.column += !is_tail(source->text[i]);
		}
	}
	return place;
}

size_t source_content(const struct source *source, size_t from)
{
	while (from < source->len) {
		const char *at = source->text + from;

		if (*at == '#')
			from = line_end(source, from);
		else if (strncmp(at, "...", 3) == 0)
			from += 3;
		else if (strchr(" \t\r\n", *at))
			from++;
		else
			break;
	}
	return from;
}
