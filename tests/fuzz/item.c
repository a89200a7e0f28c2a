#include "fuzz.h"

#include "base/utf8.h"
#include "support/item_oracle.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* A view that the item gives is well-formed UTF-8; every byte of it is read, so that memory is
 * checked too. */
static void check_view(struct view view)
{
	assert(utf8_valid(view) == view.len);
	assert(view.len == 0 || memchr(view.ptr, '\0', view.len) == NULL);
}

static void check_views(struct item_views views)
{
	for (size_t i = 0; i < views.len; i++)
		check_view(views.at[i]);
}

static void check_item(const struct item *item)
{
	const struct view lines[] = {item->uri, item->version, item->language, item->source,
				     item->url};

	assert(item->uri.len);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		check_view(lines[i]);
	for (int i = 0; i < ITEM_FIELDS; i++)
		check_view(item->fields[i].text);
	for (size_t i = 0; i < item->subject_count; i++) {
		check_view(item->subjects[i].uri);
		check_view(item->subjects[i].name);
	}
	check_views(item->people);
	check_views(item->organisations);
	check_views(item->places);
}

/* Narrower bounds change nothing except that they are met. */
static void check_bounds(struct view message, enum reject wide)
{
	static const struct wire_limits narrow = {
		.message = 400, .depth = 4, .string = 24, .subjects = 2, .members = 14};
	struct arena arena = {0};
	struct item item;
	enum reject reason = wire_decode(message, &narrow, &arena, &item, NULL);

	assert(reason == wide || reason == REJECT_TOO_LARGE || reason == REJECT_TOO_DEEP ||
	       reason == REJECT_STRING_TOO_LONG || reason == REJECT_TOO_MANY_SUBJECTS ||
	       reason == REJECT_TOO_MANY_MEMBERS);
	arena_fini(&arena);
}

/* The scanner and jansson agree in verdict and fields, and what the item points to is sound. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct view message = {(const char *)bytes, len};
	struct arena arena = {0};
	struct item item;
	enum reject reason;
	const char *difference = oracle_compare(message, &reason);

	if (difference) {
		fprintf(stderr, "%s\n", difference);
		abort();
	}
	if (wire_decode(message, &WIRE_LIMITS_DEFAULT, &arena, &item, NULL) == REJECT_NONE)
		check_item(&item);
	check_bounds(message, reason);
	arena_fini(&arena);
	return 0;
}
