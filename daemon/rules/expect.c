#include "rules/expect.h"

#include "rules/reason.h"

#include <stdlib.h>

/*
 * Every field of an event is seen as a row of values here, so that one comparison serves the fixed
 * members (class, status …), the codes and the rule's own fields.
 */
#define NUMBER_TEXT_MAX 63

struct row {
	VEC(struct value);
};

static void push_text(struct row *row, struct view text)
{
	if (text.len)
		vec_push(row, (struct value){.kind = VALUE_TEXT, .text = text});
}

static void push_number(struct row *row, double number)
{
	vec_push(row, (struct value){.kind = VALUE_NUMBER, .number = number});
}

static void push_modality(struct row *row, const struct event *event)
{
	if (!event->modality)
		push_text(row, VIEW("asserted"));
	for (unsigned bit = 0; bit < MODALITY_NAMES; bit++)
		if (event->modality & 1U << bit)
			push_text(row, view_of(modality_name(bit)));
}

/* The members that every event has; true when `field` is one. */
static bool fixed_row(struct row *row, struct view field, const struct event *event)
{
	const struct {
		const char *name;
		struct view text;
	} texts[] = {
		{"class", event->class},	 {"status", event->status},
		{"direction", event->direction}, {"attributed_to", event->attributed_to},
		{"rule", event->rule},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (view_is(field, texts[i].name)) {
			push_text(row, texts[i].text);
			return true;
		}
	if (view_is(field, "modality")) {
		push_modality(row, event);
		return true;
	}
	if (view_is(field, "score")) {
		push_number(row, event->score);
		return true;
	}
	return false;
}

static void fill_row(struct row *row, struct view field, const struct event *event)
{
	const struct event_field *own;

	if (fixed_row(row, field, event))
		return;
	own = event_field(event, field);
	for (size_t i = 0; own && i < own->count; i++)
		vec_push(row, own->values[i]);
	for (size_t i = 0; !own && i < event->code_count; i++)
		if (view_equal(event->codes[i].vocabulary, field))
			for (size_t k = 0; k < event->codes[i].count; k++)
				push_text(row, event->codes[i].values[k]);
}

static bool number_is(double number, struct view wanted)
{
	char text[NUMBER_TEXT_MAX + 1];
	char *end;

	if (!wanted.len || wanted.len > NUMBER_TEXT_MAX)
		return false;
	memcpy(text, wanted.ptr, wanted.len);
	text[wanted.len] = '\0';
	return strtod(text, &end) == number && *end == '\0';
}

static bool value_is(const struct value *value, struct view wanted)
{
	switch (value->kind) {
	case VALUE_TEXT:
		return view_equal(value->text, wanted);
	case VALUE_BOOL:
		return view_is(wanted, value->number != 0 ? "true" : "false");
	case VALUE_NUMBER:
	case VALUE_QUANTITY:
		return number_is(value->number, wanted);
	case VALUE_ENTITY:
		return view_equal(value->id, wanted);
	case VALUE_DATE:
		return view_equal(value->text, wanted) ||
		       (value->from.len && view_equal(value->from, wanted));
	}
	return false;
}

static bool expected(const struct constant *expect, const struct value *value)
{
	for (size_t i = 0; i < expect->value_count; i++)
		if (value_is(value, expect->values[i]))
			return true;
	return false;
}

static bool came(const struct row *row, struct view wanted)
{
	if (!wanted.len)
		return row->len == 0;
	for (size_t i = 0; i < row->len; i++)
		if (value_is(&row->at[i], wanted))
			return true;
	return false;
}

bool expect_holds(const struct constant *expect, const struct event *event)
{
	struct row row = {0};
	bool holds = true;

	fill_row(&row, expect->field, event);
	for (size_t i = 0; i < expect->value_count && holds; i++)
		holds = came(&row, expect->values[i]);
	for (size_t i = 0; i < row.len && holds; i++)
		holds = expected(expect, &row.at[i]);
	vec_fini(&row);
	return holds;
}

void expect_actual(struct view field, const struct event *event, struct str *out)
{
	struct row row = {0};

	fill_row(&row, field, event);
	for (size_t i = 0; i < row.len; i++) {
		str_add_text(out, i ? ", " : "");
		reason_value(&row.at[i], out);
	}
	if (!row.len)
		str_add_text(out, "nothing");
	vec_fini(&row);
}

void expect_wanted(const struct constant *expect, struct str *out)
{
	size_t before = out->len;

	for (size_t i = 0; i < expect->value_count; i++) {
		str_add_text(out, i ? ", " : "");
		str_add_view(out, expect->values[i]);
	}
	if (out->len == before)
		str_add_text(out, "nothing");
}
