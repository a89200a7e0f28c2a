#include "verbs/row.h"

#include "base/utf8.h"
#include "verbs/talk.h"

#define TIME_WIDTH 8
#define CLASS_WIDTH 12
#define STATUS_WIDTH 20
#define WHO_WIDTH 24
#define HEADLINE_LEAST 20
#define GAP_WIDTH 1

/* At most `width` characters of outside text, then spaces up to it where it is not the last column.
 */
static void add_cell(const struct row_style *style, struct view text, unsigned width,
		     struct str *out)
{
	struct str clean = {0};
	size_t count, at = 0;
	uint32_t code;

	add_printable(&clean, text);
	text = view_trim(str_view(&clean));
	count = utf8_count(text);
	if (count <= width) {
		str_add_view(out, text);
	} else {
		for (size_t i = 0; i + 1 < width; i++)
			at += utf8_decode(text.ptr + at, &code);
		str_add(out, text.ptr, at);
		str_add_text(out, style->unicode ? "…" : "~");
		count = width;
	}
	for (; count < width + GAP_WIDTH; count++)
		str_add_char(out, ' ');
	str_fini(&clean);
}

/* "UKR, USA": names where objects have them, else ids. */
static void add_names(const struct json *list, struct str *out)
{
	for (size_t i = 0; i < json_size(list); i++) {
		const struct json *one = json_at(list, i);
		struct view name = json_text(one);

		if (!name.ptr)
			name = json_text(json_get(one, "id"));
		if (!name.ptr)
			name = json_text(json_get(one, "name"));
		if (name.len && out->len)
			str_add_text(out, ", ");
		str_add_view(out, name);
	}
}

static void add_who(const struct row_style *style, const struct json *data, struct str *out)
{
	struct str who = {0};

	add_names(json_get(data, "parties"), &who);
	add_names(json_get(data, "places"), &who);
	add_cell(style, str_view(&who), WHO_WIDTH, out);
	str_fini(&who);
}

static unsigned headline_width(const struct row_style *style)
{
	unsigned before = TIME_WIDTH + CLASS_WIDTH + STATUS_WIDTH + WHO_WIDTH + 4 * GAP_WIDTH;

	return style->columns < before + HEADLINE_LEAST ? HEADLINE_LEAST : style->columns - before;
}

/* The line's end, without the spaces that filled its last cells. */
static void end_line(struct str *out)
{
	while (out->len && out->ptr[out->len - 1] == ' ')
		out->len--;
	str_add_char(out, '\n');
}

void row_head(const struct row_style *style, struct str *out)
{
	add_cell(style, VIEW("TIME"), TIME_WIDTH, out);
	add_cell(style, VIEW("CLASS"), CLASS_WIDTH, out);
	add_cell(style, VIEW("STATUS"), STATUS_WIDTH, out);
	add_cell(style, VIEW("WHO, WHERE"), WHO_WIDTH, out);
	add_cell(style, VIEW("HEADLINE"), headline_width(style), out);
	end_line(out);
}

/* The clock of an RFC 3339 time. */
static struct view clock_of(const struct json *event)
{
	struct view time = json_text(json_get(event, "recordedtime"));

	if (!time.ptr)
		time = json_text(json_get(event, "time"));
	return time.len >= 19 ? view_slice(time, 11, 19) : time;
}

static const char *tone_of(const struct json *data)
{
	struct view direction = json_text(json_get(data, "direction"));

	if (view_is(direction, "+"))
		return "\033[32m";
	return view_is(direction, "-") ? "\033[31m" : "\033[33m";
}

void row_write(const struct row_style *style, const struct json *event, struct str *out)
{
	const struct json *data = json_get(event, "data");
	struct view class = json_text(json_get(data, "class"));
	struct view status = json_text(json_get(data, "status"));

	if (!class.ptr) { /* a retraction */
		class = VIEW("retracted");
		status = json_text(json_get(data, "reason"));
	}
	add_cell(style, clock_of(event), TIME_WIDTH, out);
	add_cell(style, class, CLASS_WIDTH, out);
	if (style->colour)
		str_add_text(out, tone_of(data));
	add_cell(style, status, STATUS_WIDTH, out);
	if (style->colour)
		str_add_text(out, "\033[0m");
	add_who(style, data, out);
	add_cell(style, json_text(json_get(json_get(data, "item"), "headline")),
		 headline_width(style), out);
	end_line(out);
}
