#include "text/html.h"

#include "base/utf8.h"
#include "text/entity.h"

#include <stdbool.h>
#include <strings.h>

/*
 * Markup to text by the tokenizer of the HTML standard (WHATWG, 13.2.5), without its tree: text
 * needs none. It is linear in the input by construction: nothing nests, so nothing is searched for,
 * and no tag has to be balanced. libxml2's parser, which would do as well, takes half a minute over
 * a megabyte of opened <b> and closed <i>, and brings ICU into the daemon. The output is never
 * longer than the input but for a constant: a character reference is at least as long as what it
 * stands for, and every break comes from a tag longer than itself.
 */
struct extractor {
	struct view html;
	size_t at;
	char *out;
	size_t len;
	bool space;	  /* white space was seen since the last character */
	bool line;	  /* a block began or ended since */
	bool no_tags;	  /* no ">" stands in the rest */
	bool unclosed[2]; /* no ' or " in the rest */
	bool cdata;
};

/* Elements that end a paragraph where they begin and where they end. A space around each. */
static const char blocks[] =
	" address article aside blockquote body br caption center dd details dialog dir div dl dt "
	"fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr "
	"html "
	"legend li listing main menu nav ol optgroup option p plaintext pre search section select "
	"summary "
	"table tbody td tfoot th thead title tr ul ";
/* Elements whose content is not markup, or not for reading: dropped up to their end tag. */
static const char dropped[] =
	" iframe noembed noframes noscript script style template textarea title xmp ";

#define NAME_MAX 16

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

static bool is_alpha(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static char byte_at(const struct extractor *extractor, size_t at)
{
	return at < extractor->html.len ? extractor->html.ptr[at] : '\0';
}

static void put(struct extractor *extractor, const char *bytes, size_t len)
{
	if (extractor->len && extractor->line) {
		memcpy(extractor->out + extractor->len, "\n\n", 2);
		extractor->len += 2;
	} else if (extractor->len && extractor->space) {
		extractor->out[extractor->len++] = ' ';
	}
	extractor->line = extractor->space = false;
	memcpy(extractor->out + extractor->len, bytes, len);
	extractor->len += len;
}

static bool is_among(const char *names, struct view name)
{
	char wanted[NAME_MAX + 3] = " ";

	if (name.len == 0 || name.len > NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++)
		wanted[i + 1] = (char)(name.ptr[i] | (is_alpha(name.ptr[i]) ? 0x20 : 0));
	wanted[name.len + 1] = ' ';
	return strstr(names, wanted) != NULL;
}

/* Behind the needle at or after `from`; the end when it is not there. */
static size_t behind(const struct extractor *extractor, size_t from, struct view needle)
{
	const struct view html = extractor->html;
	const char *hit = from < html.len
				  ? memmem(html.ptr + from, html.len - from, needle.ptr, needle.len)
				  : NULL;

	return hit ? (size_t)(hit - html.ptr) + needle.len : html.len;
}

static struct view tag_name(const struct extractor *extractor, size_t at)
{
	size_t end = at;

	while (end < extractor->html.len && !is_space(byte_at(extractor, end)) &&
	       byte_at(extractor, end) != '/' && byte_at(extractor, end) != '>')
		end++;
	return view_slice(extractor->html, at, end);
}

/* Behind a quoted value that begins at `at`, or `at` where nothing is quoted or the quote never
 * ends. */
static size_t skip_value(struct extractor *extractor, size_t at)
{
	const char *hit;
	char quote;

	while (is_space(byte_at(extractor, at)))
		at++;
	quote = byte_at(extractor, at);
	if ((quote != '"' && quote != '\'') || extractor->unclosed[quote == '"'])
		return at;
	hit = memchr(extractor->html.ptr + at + 1, quote, extractor->html.len - at - 1);
	if (!hit) {
		extractor->unclosed[quote == '"'] = true;
		return at;
	}
	return (size_t)(hit - extractor->html.ptr) + 1;
}

/* Behind the tag's ">", which an attribute's quoted value may hold; 0 when the text has none. */
static size_t tag_end(struct extractor *extractor, size_t at)
{
	while (at < extractor->html.len) {
		char byte = extractor->html.ptr[at++];

		if (byte == '>')
			return at;
		if (byte == '=')
			at = skip_value(extractor, at);
	}
	return 0;
}

/* Behind the end tag of a dropped element; its content is not markup. */
static size_t content_end(struct extractor *extractor, size_t at, struct view name)
{
	size_t end;

	while ((at = behind(extractor, at, VIEW("</"))) < extractor->html.len) {
		struct view other = tag_name(extractor, at);

		if (other.len == name.len && strncasecmp(other.ptr, name.ptr, name.len) == 0) {
			end = tag_end(extractor, at);
			return end ? end : extractor->html.len;
		}
	}
	return extractor->html.len;
}

/* "<" and a letter, or "</" and one: a tag. False where it is only text. */
static bool read_tag(struct extractor *extractor, size_t name_at, bool opening)
{
	struct view name;
	size_t end;

	if (!is_alpha(byte_at(extractor, name_at)) || extractor->no_tags)
		return false;
	end = tag_end(extractor, name_at);
	if (!end) {
		extractor->no_tags = true;
		return false;
	}
	name = tag_name(extractor, name_at);
	extractor->line |= is_among(blocks, name);
	if (opening && is_among(dropped, name))
		end = content_end(extractor, end, name);
	extractor->at = end;
	return true;
}

static bool read_declaration(struct extractor *extractor)
{
	struct view rest = view_slice(extractor->html, extractor->at, extractor->html.len);

	if (view_starts(rest, VIEW("<!--"))) {
		/* "<!-->" is a whole comment */
		extractor->at = behind(extractor, extractor->at + 2, VIEW("-->"));
	} else if (view_starts(rest, VIEW("<![CDATA["))) {
		extractor->at += 9;
		extractor->cdata = true;
	} else {
		extractor->at = behind(extractor, extractor->at, VIEW(">"));
	}
	return true;
}

static bool read_markup(struct extractor *extractor)
{
	char next = byte_at(extractor, extractor->at + 1);

	if (next == '!' || next == '?')
		return read_declaration(extractor);
	if (next == '/' && byte_at(extractor, extractor->at + 2) == '>') {
		extractor->at += 3;
		return true;
	}
	if (next == '/')
		return read_tag(extractor, extractor->at + 2, false);
	return read_tag(extractor, extractor->at + 1, true);
}

/* What browsers read numbers of the C1 block as: Windows-1252. */
static const uint16_t c1[32] = {
	0x20AC, 0x81,	0x201A, 0x192,	0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,	0x2030, 0x160,
	0x2039, 0x152,	0x8D,	0x17D,	0x8F,	0x90,	0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
	0x2013, 0x2014, 0x2DC,	0x2122, 0x161,	0x203A, 0x153,	0x9D,	0x17E,	0x178,
};

static uint32_t allowed(uint32_t code)
{
	if (code >= 0x80 && code < 0xA0)
		return c1[code - 0x80];
	if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
		return 0xFFFD;
	return code < 0x20 ? ' ' : code;
}

static int digit_of(char byte, bool hex)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (hex && is_alpha(byte) && (byte | 0x20) <= 'f')
		return (byte | 0x20) - 'a' + 10;
	return -1;
}

/* "&#8217;" and "&#x2019;" from behind the #; 0 when no digit stands there. */
static uint32_t numeric_reference(struct extractor *extractor, size_t at)
{
	bool hex = (byte_at(extractor, at) | 0x20) == 'x';
	uint32_t code = 0;
	size_t begin = at + hex;

	for (at = begin; digit_of(byte_at(extractor, at), hex) >= 0; at++) {
		if (code <= 0x10FFFF)
			code = code * (hex ? 16 : 10) +
			       (uint32_t)digit_of(byte_at(extractor, at), hex);
	}
	if (at == begin)
		return 0;
	extractor->at = at + (byte_at(extractor, at) == ';');
	return allowed(code);
}

/* "&amp;"; 0 when it is none. Five of them are read without the semicolon too, as browsers do. */
static uint32_t named_reference(struct extractor *extractor, size_t at)
{
	size_t end = at;
	uint32_t code;
	struct view name;

	while (end - at < ENTITY_NAME_MAX &&
	       (is_alpha(byte_at(extractor, end)) || digit_of(byte_at(extractor, end), false) >= 0))
		end++;
	name = view_slice(extractor->html, at, end);
	if (byte_at(extractor, end) != ';' && !is_among(" amp lt gt quot nbsp ", name))
		return 0;
	code = entity_code(name);
	if (code)
		extractor->at = end + (byte_at(extractor, end) == ';');
	return code;
}

static bool read_reference(struct extractor *extractor)
{
	size_t at = extractor->at + 1;
	uint32_t code = byte_at(extractor, at) == '#' ? numeric_reference(extractor, at + 1)
						      : named_reference(extractor, at);
	char bytes[4];

	if (!code)
		return false;
	if (code == ' ' || code == '\t' || code == '\n' ||
	    (code == 0xA0 && (extractor->space || extractor->line || !extractor->len)))
		extractor->space = true;
	else
		put(extractor, bytes, utf8_encode(code, bytes));
	return true;
}

static bool ends_cdata(const struct extractor *extractor)
{
	return extractor->cdata &&
	       view_starts(view_slice(extractor->html, extractor->at, extractor->html.len),
			   VIEW("]]>"));
}

/* A run of plain characters, or one that only looked like markup. */
static void read_text(struct extractor *extractor)
{
	size_t from = extractor->at++;

	while (extractor->at < extractor->html.len) {
		unsigned char byte = (unsigned char)extractor->html.ptr[extractor->at];

		if (byte <= ' ' || byte == '<' || byte == '&' || byte == ']')
			break;
		extractor->at++;
	}
	put(extractor, extractor->html.ptr + from, extractor->at - from);
}

struct view html_text(struct view html, struct arena *arena)
{
	struct extractor extractor = {.html = html};

	if (!html.ptr)
		return VIEW_NONE;
	extractor.out = arena_alloc(arena, html.len + 4);
	while (extractor.at < html.len) {
		unsigned char byte = (unsigned char)html.ptr[extractor.at];

		if (byte <= ' ') {
			extractor.space = true;
			extractor.at++;
		} else if (byte == ']' && ends_cdata(&extractor)) {
			extractor.at += 3;
			extractor.cdata = false;
		} else if (!(byte == '<' && read_markup(&extractor)) &&
			   !(byte == '&' && read_reference(&extractor))) {
			read_text(&extractor);
		}
	}
	return (struct view){extractor.out, extractor.len};
}
