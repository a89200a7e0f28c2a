#include "base/utf8.h"
#include "text/reader.h"

/* Lines of one block, as "\n" ends them: whether all but the last are as long as a typist makes
 * them. */
static bool is_wrapped_block(const struct reader *reader, size_t from, size_t *ret_end)
{
	const char *text = reader->text.ptr;
	size_t lines = 0;
	bool even = true;

	for (;;) {
		const char *stop = memchr(text + from, '\n', reader->text.len - from);
		size_t to = stop ? (size_t)(stop - text) : reader->text.len;
		struct view line = view_trim(view_slice(reader->text, from, to));
		size_t width = line.len <= 512 ? utf8_count(line) : line.len;

		*ret_end = to;
		if (line.len == 0 || !stop)
			return even && lines >= 2;
		from = to + 1;
		if (from < reader->text.len && text[from] != '\n' && text[from] != '\r') {
			lines++;
			even = even && width >= 50 && width <= 100;
		}
	}
}

/*
 * Whether the line at hand, or the one that `next` begins, is no line of its own: messages put an
 * emoji or the rest of some markup on one, and begin one with the comma that belongs to the last.
 */
static bool is_scrap(const struct reader *reader, struct glyph next)
{
	const struct document *document = reader->document;
	enum sentence_mark mark = sentence_mark_of(next.code);

	if (mark == SENTENCE_STOP || mark == SENTENCE_END ||
	    (mark == SENTENCE_GOES_ON && next.class != CHAR_HYPHEN && next.code != 0x2014))
		return true;
	for (size_t i = reader->line_first; i < document->tokens.len; i++) {
		if (!document->tokens.at[i].punctuation)
			return false;
	}
	return true;
}

/* Whether the line break at `at` only wraps a sentence, as typed text and old wires have it. */
static bool line_is_wrapped(struct reader *reader, size_t at, struct glyph next)
{
	size_t from = at;
	struct view before;

	while (at > 0 && strchr(" \t\r", reader->text.ptr[at - 1]) && reader->text.ptr[at - 1])
		at--;
	before = view_slice(reader->text, 0, at);
	if (before.len && !strchr(".!?:;", before.ptr[before.len - 1]) && is_small(next.code))
		return true;
	if (reader->wrapped_end <= from) {
		while (from > 0 && reader->text.ptr[from - 1] != '\n')
			from--;
		reader->wrapped = is_wrapped_block(reader, from, &reader->wrapped_end);
	}
	return reader->wrapped;
}

void reader_lines(struct reader *reader, struct glyph glyph)
{
	size_t begin = reader->at;
	unsigned breaks = 0;
	uint32_t before = 0;

	for (; glyph.end > reader->at && (glyph.class == CHAR_LINE || glyph.class == CHAR_SPACE);
	     glyph = reader_glyph(reader, reader->at)) {
		if (glyph.class == CHAR_LINE && !(glyph.code == '\n' && before == '\r'))
			breaks += glyph.code == 0x2029 ? 2 : 1;
		before = glyph.code;
		reader->at = glyph.end;
	}
	reader->space = true;
	if (reader->at == reader->text.len || reader->document->tokens.len == reader->first)
		return;
	if (breaks > 1) {
		reader->single_open = false;
		reader_note(reader, TEXT_PARAGRAPH, 0);
	} else if (!is_scrap(reader, glyph) && !line_is_wrapped(reader, begin, glyph)) {
		reader_note(reader, TEXT_LINE, 0);
	} else {
		return;
	}
	reader->line_first = (uint32_t)reader->document->tokens.len;
}
