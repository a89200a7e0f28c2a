#include "base/file.h"
#include "support/made_event.h"
#include "wire/decode.h"
#include "wire/schema.h"

#include <stdio.h>
#include <string.h>

/* What wire_schema.py wants to know: schemas, emitted events, and what the decoder says of items.
 */
static void print_events(struct str *out)
{
	struct made made;
	struct encoded encoded;

	made_seed(1);
	for (int i = 0; i < 300; i++) {
		struct str event = {0};

		made_event(&made);
		wire_encode(&made_context, &made.item, &made.event, &event, &encoded);
		encoded_patch(event.ptr, &encoded, (uint64_t)i, 1,
			      "0123456789abcdef0123456789abcdef");
		str_add(out, event.ptr + encoded.payload, encoded.payload_len);
		str_add_char(out, '\n');
		str_fini(&event);
	}
}

static void print_retractions(struct str *out)
{
	static const struct withdrawn all[] = {
		{"0123456789abcdef0123456789abcdef", NULL},
		{"0123456789abcdef0123456789abcdef", "ffffffffffffffffffffffffffffffff"}};
	struct made made;
	struct encoded encoded;

	made_seed(2);
	for (int i = 0; i < 100; i++) {
		struct retraction retraction = {.canceled = i % 3 == 0,
						.version = i % 2 ? VIEW("7") : VIEW_NONE,
						.at = all,
						.count = 1 + (size_t)(i % 2)};
		struct str event = {0};

		made_event(&made);
		wire_encode_retraction(&made_context, &made.item, &retraction, &event, &encoded);
		str_add(out, event.ptr + encoded.payload, encoded.payload_len);
		str_add_char(out, '\n');
		str_fini(&event);
	}
}

/* One reason a line. */
static void print_reasons(const struct str *lines, struct str *out)
{
	const char *at = lines->ptr, *end = lines->ptr + lines->len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		struct view line = {at, (size_t)((newline ? newline : end) - at)};
		struct arena arena = {0};
		struct item item;

		str_add_text(out, reject_name(wire_decode(line, &WIRE_LIMITS_DEFAULT, &arena, &item,
							  NULL)));
		str_add_char(out, '\n');
		arena_fini(&arena);
		at += line.len + 1;
	}
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";
	struct str in = {0}, out = {0};
	struct err err;

	if (!strcmp(what, "item"))
		wire_write_item_schema(&out);
	else if (!strcmp(what, "event"))
		wire_write_event_schema(&out);
	else if (!strcmp(what, "retracted"))
		wire_write_retracted_schema(&out);
	else if (!strcmp(what, "events"))
		print_events(&out);
	else if (!strcmp(what, "retractions"))
		print_retractions(&out);
	else if (file_read("-", (size_t)16 << 20, &in, &err) == 0)
		print_reasons(&in, &out);
	fwrite(out.ptr, 1, out.len, stdout);
	str_fini(&in);
	str_fini(&out);
	return 0;
}
