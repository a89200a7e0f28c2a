#include "base/utf8.h"
#include "text/reader.h"

/*
 * Words as UAX #29 (revision 41) breaks them, in one pass. Most characters of most items are ASCII
 * letters and digits, which run through a table of 128 classes; others are looked up by page. The
 * tailorings:
 *   - white space is no token, a hyphen (- ‐ ‑ –) between two words neither: it
 *     separates and joins;
 *   - 's and n't are tokens of their own, and so is, in English, the bare apostrophe of "workers'
 *     rights", which reads as 's, unless a single quotation mark is open;
 *   - U.S. keeps its last stop, and so do the abbreviations of abbreviation.c, and initials;
 *   - letters of scripts without spaces are one token each (UAX #29 leaves these to dictionaries);
 *   - a zero-width space does not break a word, a narrow no-break space joins digits only;
 *   - a colon never joins, and @ joins letters (as in CLDR since version 42).
 */
static const uint8_t ascii[128] = {
	[0x00 ... '\t'] = CHAR_SPACE,
	['\n'] = CHAR_LINE,
	['\v' ... '\f'] = CHAR_SPACE,
	['\r'] = CHAR_LINE,
	[0x0E ... ' '] = CHAR_SPACE,
	['!'] = CHAR_MARK,
	['"'] = CHAR_QUOTE,
	['#' ... '&'] = CHAR_MARK,
	['\''] = CHAR_APOSTROPHE,
	['(' ... '+'] = CHAR_MARK,
	[','] = CHAR_MID_NUMBER,
	['-'] = CHAR_HYPHEN,
	['.'] = CHAR_MID_BOTH,
	['/'] = CHAR_MARK,
	['0' ... '9'] = CHAR_DIGIT,
	[':'] = CHAR_MARK,
	[';'] = CHAR_MID_NUMBER,
	['<' ... '?'] = CHAR_MARK,
	['@'] = CHAR_MID_LETTER,
	['A' ... 'Z'] = CHAR_LETTER,
	['[' ... '^'] = CHAR_MARK,
	['_'] = CHAR_CONNECTOR,
	['`'] = CHAR_MARK,
	['a' ... 'z'] = CHAR_LETTER,
	['{' ... '~'] = CHAR_MARK,
	[0x7F] = CHAR_SPACE,
};

/* As reader_glyph; two bytes hold the letters of most alphabets. */
static inline struct glyph glyph_at(const struct reader *reader, size_t at)
{
	const unsigned char *bytes = (const unsigned char *)reader->text.ptr + at;
	struct glyph glyph = {CHAR_SPACE, 0, at};

	if (at >= reader->text.len)
		return glyph;
	if (bytes[0] < 0x80)
		return (struct glyph){(enum character)ascii[bytes[0]], bytes[0], at + 1};
	if (bytes[0] < 0xE0) {
		glyph.code = (bytes[0] & 0x1FU) << 6 | (bytes[1] & 0x3FU);
		glyph.end = at + 2;
	} else {
		glyph.end = at + utf8_decode(reader->text.ptr + at, &glyph.code);
	}
	glyph.class = character_of(reader->characters, glyph.code);
	return glyph;
}

struct glyph reader_glyph(const struct reader *reader, size_t at)
{
	return glyph_at(reader, at);
}

/* The character at `at`, or behind the invisible ones there. */
static struct glyph glyph_after(const struct reader *reader, size_t at)
{
	struct glyph glyph = glyph_at(reader, at);

	while (glyph.class == CHAR_EXTEND)
		glyph = glyph_at(reader, glyph.end);
	return glyph;
}

/* Whether `mark` between the two keeps them one word. */
static bool bridges(enum character before, enum character mark, enum character after)
{
	bool letters = (before == CHAR_LETTER || before == CHAR_HEBREW) &&
		       (after == CHAR_LETTER || after == CHAR_HEBREW);
	bool digits = before == CHAR_DIGIT && after == CHAR_DIGIT;

	switch (mark) {
	case CHAR_MID_LETTER:
		return letters;
	case CHAR_MID_NUMBER:
	case CHAR_NARROW:
		return digits;
	case CHAR_MID_BOTH:
	case CHAR_APOSTROPHE:
		return letters || digits;
	case CHAR_QUOTE:
		return before == CHAR_HEBREW && after == CHAR_HEBREW;
	default:
		return false;
	}
}

/* The end of the word that begins with a character of class `before`, which ends at `at`. */
static size_t word_end(const struct reader *reader, size_t at, enum character before)
{
	for (;;) {
		struct glyph glyph = glyph_at(reader, at);

		if (character_in_word(glyph.class) && glyph.class != CHAR_SINGLE) {
			before = glyph.class;
		} else if (glyph.class == CHAR_APOSTROPHE && before == CHAR_HEBREW) {
			before = CHAR_HEBREW; /* geresh, typed with what keyboards have */
		} else if (glyph.class != CHAR_EXTEND || glyph.end == at) {
			struct glyph after = glyph_after(reader, glyph.end);

			if (!bridges(before, glyph.class, after.class))
				return at;
			glyph.end = after.end;
			before = after.class;
		}
		at = glyph.end;
	}
}

/* Looks up the words of the tokens that have none yet. */
static void look_up(struct reader *reader)
{
	struct token *tokens = reader->document->tokens.at + reader->known;
	size_t count = reader->document->tokens.len - reader->known;
	struct view surfaces[LEXICON_BATCH];
	const struct word *words[LEXICON_BATCH];

	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++)
		surfaces[i] = view_slice(reader->text, tokens[i].from, tokens[i].to);
	lexicon_words(reader->lexicon, reader->lang, surfaces, count, words);
	for (size_t i = 0; i < count; i++) {
		tokens[i].word = words[i];
		tokens[i].punctuation = words[i]->kind == WORD_PUNCTUATION;
	}
	reader->known += count;
}

static void push(struct reader *reader, size_t from, size_t to)
{
	struct token token = {
		.from = (uint32_t)from, .to = (uint32_t)to, .space_before = reader->space};

	reader->space = false;
	reader->at = to;
	vec_push(&reader->document->tokens, token);
	if (reader->document->tokens.len - reader->known == LEXICON_BATCH)
		look_up(reader);
}

/* The token at hand is written in another way than it is to be read. */
static void push_as(struct reader *reader, size_t to, struct view surface)
{
	struct token *token;

	push(reader, reader->at, to);
	look_up(reader);
	token = &reader->document->tokens.at[reader->known - 1];
	token->word = lexicon_word(reader->lexicon, reader->lang, surface);
	token->punctuation = token->word->kind == WORD_PUNCTUATION;
}

/* Whether s stands at `at` and no word goes on behind it; *ret_end then is behind it. */
static bool is_lone_s(const struct reader *reader, size_t at, size_t *ret_end)
{
	struct glyph glyph = glyph_at(reader, at);

	if (glyph.code != 's' && glyph.code != 'S')
		return false;
	*ret_end = glyph.end;
	return !character_in_word(glyph_after(reader, glyph.end).class);
}

/* Bytes at the word's end that are a token of their own: 's or n't. */
static size_t suffix_length(struct view word)
{
	static const struct {
		const char *text;
		bool negation;
	} suffixes[] = {
		{"'", false},
		{"\u2019", false},
		{"\u02BC", false},
		{"\uFF07", false},
	};

	if (word.len < 3 || !strchr("sStT", word.ptr[word.len - 1]))
		return 0;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t len = strlen(suffixes[i].text);
		const char *at = word.ptr + word.len - 1 - len;

		if (word.len < len + 2 || memcmp(at, suffixes[i].text, len) != 0)
			continue;
		if (strchr("sS", word.ptr[word.len - 1]))
			return len + 1;
		return strchr("nN", at[-1]) && word.len > len + 2 ? len + 2 : 0;
	}
	return 0;
}

/* U+0400 to U+047F, of two bytes each, are letters all of them. */
static bool is_cyrillic_lead(unsigned char byte)
{
	return (byte & 0xFE) == 0xD0;
}

/*
 * The end of a word that plainly ends behind its ASCII letters and digits and Cyrillic letters,
 * with nothing to look at there; 0 when it is not as plain as that.
 */
static size_t plain_end(const struct reader *reader, size_t at)
{
	const unsigned char *bytes = (const unsigned char *)reader->text.ptr;
	size_t len = reader->text.len;

	static const bool plain[256] = {
		['0' ... '9'] = true, ['A' ... 'Z'] = true, ['_'] = true, ['a' ... 'z'] = true};

	while (at < len) {
		if (plain[bytes[at]])
			at++;
		else if (is_cyrillic_lead(bytes[at]))
			at += 2;
		else
			break;
	}
	if (at == len)
		return at;
	if (bytes[at] >= 0x80 || bytes[at] == '.' || bytes[at] == '\'' || bytes[at] == '@')
		return 0;
	return bytes[at] != ',' || at + 1 == len || ascii[bytes[at + 1] & 0x7F] != CHAR_DIGIT ? at
											      : 0;
}

static void read_word(struct reader *reader, struct glyph glyph)
{
	size_t from = reader->at, end = glyph.end, suffix;
	bool begins = glyph.code < 0x80 || is_cyrillic_lead((unsigned char)reader->text.ptr[from]);
	size_t plain = begins ? plain_end(reader, end) : 0;

	if (plain) {
		push(reader, from, plain);
		return;
	}
	if (glyph.class == CHAR_SINGLE) {
		for (glyph = glyph_at(reader, end); glyph.class == CHAR_EXTEND;
		     glyph = glyph_at(reader, end))
			end = glyph.end;
		push(reader, from, end);
		return;
	}
	end = word_end(reader, end, glyph.class);
	suffix = suffix_length(view_slice(reader->text, from, end));
	if (suffix) {
		push(reader, from, end - suffix);
		push(reader, end - suffix, end);
	} else {
		push(reader, from, reader_with_stop(reader, from, end));
	}
}

static bool is_quote(uint32_t code)
{
	return code == '"' || code == '\'' || code == 0xAB || code == 0xBB ||
	       (code >= 0x2018 && code <= 0x201F) || code == 0x2039 || code == 0x203A ||
	       (code >= 0x300C && code <= 0x300F) || code == 0xFF02 || code == 0xFF07;
}

/* A mark with what belongs to it: variation selectors, the rest of an emoji or of a flag. */
static size_t mark_end(const struct reader *reader, struct glyph glyph)
{
	struct glyph next = glyph_at(reader, glyph.end);
	bool joiner = false;

	if (glyph.class == CHAR_REGIONAL && next.class == CHAR_REGIONAL) {
		glyph = next;
		next = glyph_at(reader, glyph.end);
	}
	while (next.class == CHAR_EXTEND || (joiner && next.class == CHAR_PICTURE)) {
		joiner = next.code == 0x200D;
		glyph = next;
		next = glyph_at(reader, glyph.end);
	}
	return glyph.end;
}

static void read_mark(struct reader *reader, struct glyph glyph)
{
	enum sentence_mark mark = sentence_mark_of(glyph.code);

	if (mark == SENTENCE_STOP)
		reader_note(reader, TEXT_STOP, glyph.code);
	else if (mark == SENTENCE_END)
		reader_note(reader, TEXT_END, glyph.code);
	else if (is_quote(glyph.code))
		reader_note(reader, TEXT_QUOTE, glyph.code);
	push(reader, reader->at, mark_end(reader, glyph));
}

/* The token that ends right where the reader is, NULL when there is none or it is a mark. */
static const struct token *word_before(struct reader *reader)
{
	const struct document *document = reader->document;
	const struct token *last;

	if (reader->space || document->tokens.len == reader->first)
		return NULL;
	look_up(reader);
	last = &document->tokens.at[document->tokens.len - 1];
	return last->punctuation || last->to != reader->at ? NULL : last;
}

static void read_hyphen(struct reader *reader, struct glyph glyph)
{
	enum character next = glyph_after(reader, glyph.end).class;

	if (word_before(reader) && character_in_word(next))
		reader->at = glyph.end;
	else
		read_mark(reader, glyph);
}

/* The bare apostrophe of a plural in -s: "the rebels' demands". */
static bool is_bare_possessive(struct reader *reader, struct glyph glyph)
{
	const struct token *word = word_before(reader);

	return word && !reader->single_open && strchr("sSxXzZ", reader->text.ptr[word->to - 1]) &&
	       glyph.code != 0x2018 && strcmp(language_code(reader->lang), "en") == 0 &&
	       glyph_at(reader, glyph.end).class == CHAR_SPACE;
}

static void read_apostrophe(struct reader *reader, struct glyph glyph)
{
	struct glyph next = glyph_after(reader, glyph.end);
	size_t end;

	if ((reader->space || word_before(reader)) && is_lone_s(reader, glyph.end, &end)) {
		push(reader, reader->at, end);
		return;
	}
	if (is_bare_possessive(reader, glyph)) {
		push_as(reader, glyph.end, VIEW("'s"));
		return;
	}
	reader->single_open = !word_before(reader) &&
			      (next.class == CHAR_LETTER || glyph.code == 0x2018);
	read_mark(reader, glyph);
}

static void read_token(struct reader *reader, struct glyph glyph)
{
	switch (glyph.class) {
	case CHAR_SPACE:
	case CHAR_NARROW:
		reader->space = true;
		reader->at = glyph.end;
		break;
	case CHAR_EXTEND: /* with nothing to extend */
		reader->at = glyph.end;
		break;
	case CHAR_LINE:
		look_up(reader);
		reader_lines(reader, glyph);
		break;
	case CHAR_LETTER:
	case CHAR_HEBREW:
	case CHAR_DIGIT:
	case CHAR_CONNECTOR:
	case CHAR_SINGLE:
		read_word(reader, glyph);
		break;
	case CHAR_HYPHEN:
		read_hyphen(reader, glyph);
		break;
	case CHAR_APOSTROPHE:
		read_apostrophe(reader, glyph);
		break;
	default:
		read_mark(reader, glyph);
		break;
	}
}

void reader_tokens(struct reader *reader)
{
	reader->space = true;
	reader->at = 0;
	reader->wrapped_end = 0;
	reader->single_open = false;
	reader->first = (uint32_t)reader->document->tokens.len;
	reader->known = reader->first;
	reader->line_first = reader->first;
	vec_reset(&reader->document->marks);
	/* a step pushes two tokens at most */
	while (reader->at < reader->text.len &&
	       reader->document->tokens.len + 2 <= DOCUMENT_TOKENS_MAX) {
		if (reader->text.ptr[reader->at] == ' ') {
			reader->space = true;
			reader->at++;
		} else {
			read_token(reader, glyph_at(reader, reader->at));
		}
	}
	look_up(reader);
}
