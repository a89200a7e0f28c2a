#include "base/utf8.h"
#include "wire/dialect.h"

#include <string.h>
#include <strings.h>

/* Elements that news copy is made of; `<` in front of one of these is a tag, "x < y" is none. */
static const char *const elements[] = {
	"a",	      "article", "aside", "b",	    "blockquote", "body",    "br",    "center",
	"cite",	      "code",	 "dd",	  "del",    "div",	  "dl",	     "dt",    "em",
	"figcaption", "figure",	 "font",  "footer", "h1",	  "h2",	     "h3",    "h4",
	"h5",	      "h6",	 "head",  "header", "hr",	  "html",    "i",     "iframe",
	"img",	      "ins",	 "li",	  "main",   "mark",	  "nav",     "ol",    "p",
	"picture",    "pre",	 "q",	  "s",	    "script",	  "section", "small", "span",
	"strong",     "style",	 "sub",	  "sup",    "table",	  "tbody",   "td",    "th",
	"thead",      "time",	 "tr",	  "u",	    "ul",	  "video",
};

static const char *const references[] = {
	"amp",	 "lt",	  "gt",	   "quot",  "apos",  "nbsp",  "mdash",	"ndash",
	"lsquo", "rsquo", "ldquo", "rdquo", "laquo", "raquo", "hellip",
};

#define LONGEST_ELEMENT 10
#define LONGEST_REFERENCE 8
#define CANDIDATES_MAX 256 /* `<` or `&` looked at: no text shall be slow */
#define LONGEST_TAG 1000   /* bytes behind its name that are looked through for its end */

static size_t word_length(struct view text)
{
	size_t len = 0;

	while (len < text.len && len <= LONGEST_ELEMENT &&
	       ((text.ptr[len] | 0x20) >= 'a' && (text.ptr[len] | 0x20) <= 'z'))
		len++;
	while (len < text.len && len <= LONGEST_ELEMENT && text.ptr[len] >= '0' &&
	       text.ptr[len] <= '9')
		len++;
	return len;
}

static bool is_one_of(struct view word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(words[i]) == word.len && strncasecmp(words[i], word.ptr, word.len) == 0)
			return true;
	return false;
}

/* Behind the name of a tag: its end, or attributes and then its end; "a <b and c> d" has none. */
static bool ends_tag(struct view rest)
{
	const char *end = memchr(rest.ptr, '>', rest.len < LONGEST_TAG ? rest.len : LONGEST_TAG);

	if (!end)
		return false;
	if (rest.ptr[0] == '>' || rest.ptr[0] == '/')
		return true;
	return strchr(" \t\r\n", rest.ptr[0]) && rest.ptr[0] &&
	       memchr(rest.ptr, '=', (size_t)(end - rest.ptr));
}

/* `text` begins behind a `<`. */
static bool is_tag(struct view text)
{
	struct view name;

	if (view_starts(text, VIEW("!--")) || view_starts(text, VIEW("![CDATA[")))
		return true;
	if (text.len && text.ptr[0] == '/')
		text = view_slice(text, 1, text.len);
	name = view_slice(text, 0, word_length(text));
	return is_one_of(name, elements, sizeof(elements) / sizeof(*elements)) &&
	       ends_tag(view_slice(text, name.len, text.len));
}

/* `text` begins behind an `&`. */
static bool is_reference(struct view text)
{
	const char *end = memchr(
		text.ptr, ';', text.len < LONGEST_REFERENCE + 1 ? text.len : LONGEST_REFERENCE + 1);
	struct view name;

	if (!end || end == text.ptr)
		return false;
	name = (struct view){text.ptr, (size_t)(end - text.ptr)};
	if (name.ptr[0] != '#')
		return is_one_of(name, references, sizeof(references) / sizeof(*references));
	for (size_t i = 1; i < name.len; i++)
		if (!strchr("0123456789abcdefABCDEFxX", name.ptr[i]) || !name.ptr[i])
			return false;
	return name.len > 1;
}

static bool any_behind(struct view text, char byte, bool (*test)(struct view))
{
	const char *at = text.ptr, *end = text.ptr + text.len;

	for (int i = 0; i < CANDIDATES_MAX && at < end; i++) {
		at = memchr(at, byte, (size_t)(end - at));
		if (!at)
			return false;
		at++;
		if (test((struct view){at, (size_t)(end - at)}))
			return true;
	}
	return false;
}

bool markup_guess(struct view text)
{
	if (!text.len)
		return false;
	if (any_behind(text, '<', is_tag))
		return true;
	return !memchr(text.ptr, '\n', text.len) && any_behind(text, '&', is_reference);
}

static bool is_blank_code(uint32_t code)
{
	static const struct {
		uint32_t from, to;
	} blanks[] = {{0x09, 0x0D},	{0x20, 0x20},	  {0x85, 0x85},	    {0xA0, 0xA0},
		      {0xAD, 0xAD},	{0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200F},
		      {0x2028, 0x202F}, {0x205F, 0x2064}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};

	for (size_t i = 0; i < sizeof(blanks) / sizeof(*blanks); i++)
		if (code >= blanks[i].from && code <= blanks[i].to)
			return true;
	return false;
}

bool text_blank(struct view text)
{
	if (text.len && text.ptr[0] > ' ' && text.ptr[0] < 0x7F)
		return false;
	for (size_t at = 0; at < text.len;) {
		uint32_t code;

		at += utf8_decode(text.ptr + at, &code);
		if (!is_blank_code(code))
			return false;
	}
	return true;
}
