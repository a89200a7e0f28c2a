#include "rules_support.h"

#include "base/clock.h"

#include <check.h>
#include <stdio.h>

void bench_load(struct bench *bench, const char *pack)
{
	struct str text = {0};

	str_printf(&text, "newstag: 1\n%s", pack);
	bench->now = CLOCK_NONE;
	bench->matcher = matcher_new(language_find(VIEW("en")));
	bench->ruleset = ruleset_read("pack.yaml", str_view(&text), &bench->diags);
	if (!bench->ruleset)
		diags_print(&bench->diags, false, stderr);
	bench->pack = str_detach(&text);
	ck_assert_msg(bench->ruleset != NULL, "the pack is wrong");
}

void bench_fini(struct bench *bench)
{
	matcher_free(bench->matcher);
	ruleset_free(bench->ruleset);
	diags_fini(&bench->diags);
	arena_fini(&bench->arena);
	free(bench->pack);
	ck_assert_uint_eq(bench->failures, 0);
	*bench = (struct bench){0};
}

static void expect_line(struct bench *bench, const char *text, const char *wanted)
{
	const char *line = bench_text(bench, text);

	if (strcmp(line, wanted) == 0)
		return;
	if (bench->failures++ == 0)
		fprintf(stderr, "%s", bench->pack);
	fprintf(stderr, "%s%s\n  gives  %s\n  wanted %s\n", text,
		bench->unfiltered ? " (unfiltered)" : "", line, wanted);
}

void bench_expect(struct bench *bench, const char *text, const char *wanted)
{
	bool unfiltered = bench->unfiltered;

	bench->unfiltered = false;
	expect_line(bench, text, wanted);
	bench->unfiltered = true;
	expect_line(bench, text, wanted);
	bench->unfiltered = unfiltered;
}

struct item bench_item(const char *body, const char *lang)
{
	struct item item = {
		.uri = VIEW("urn:test"),
		.language = view_of(lang),
		.published = CLOCK_NONE,
		.modified = CLOCK_NONE,
		.embargo = CLOCK_NONE,
	};

	item.fields[ITEM_BODY].text = view_of(body);
	return item;
}

struct events bench_run(struct bench *bench, const struct item *item)
{
	struct events events;

	if (bench->unfiltered)
		matcher_run_unfiltered(bench->matcher, bench->ruleset, item, bench->now,
				       &bench->arena, &events);
	else
		matcher_run(bench->matcher, bench->ruleset, item, bench->now, &bench->arena,
			    &events);
	return events;
}

static void write_value(const struct value *value, struct str *out)
{
	static const char *const bounds[] = {[BOUND_EXACT] = "",
					     [BOUND_ABOUT] = "~",
					     [BOUND_AT_LEAST] = ">=",
					     [BOUND_AT_MOST] = "<="};

	switch (value->kind) {
	case VALUE_TEXT:
		str_add_view(out, value->text);
		break;
	case VALUE_BOOL:
		str_add_text(out, value->number != 0 ? "true" : "false");
		break;
	case VALUE_ENTITY:
		str_add_view(out, value->id);
		break;
	case VALUE_NUMBER:
	case VALUE_QUANTITY:
		str_printf(out, "%s%.15g", bounds[value->bound], value->number);
		if (value->unit.len > 0)
			str_printf(out, " %.*s", VIEW_ARGS(value->unit));
		break;
	case VALUE_DATE:
		str_printf(out, "%.*s{%.*s..%.*s}", VIEW_ARGS(value->text), VIEW_ARGS(value->from),
			   VIEW_ARGS(value->until));
		break;
	}
}

static void write_field(const struct event_field *field, struct str *out)
{
	str_printf(out, " %.*s=%s", VIEW_ARGS(field->name), field->list ? "[" : "");
	for (size_t i = 0; i < field->count; i++) {
		if (i > 0)
			str_add_char(out, ',');
		write_value(&field->values[i], out);
	}
	if (field->list)
		str_add_char(out, ']');
}

static void write_codes(const struct event *event, struct str *out)
{
	for (size_t i = 0; i < event->code_count; i++) {
		const struct event_code *code = &event->codes[i];

		str_printf(out, " %.*s:", VIEW_ARGS(code->vocabulary));
		for (size_t j = 0; j < code->count; j++)
			str_printf(out, "%s%.*s", j ? "," : "", VIEW_ARGS(code->values[j]));
	}
}

static void write_modality(unsigned modality, struct str *out)
{
	const char *before = " ~";

	for (unsigned i = 0; i < MODALITY_NAMES; i++) {
		if (!(modality & (1U << i)))
			continue;
		str_printf(out, "%s%s", before, modality_name(i));
		before = ",";
	}
}

static void write_whys(const struct event *event, struct str *out)
{
	for (size_t i = 0; i < event->why_count; i++)
		str_printf(out, " [%.*s:%.*s%+d]", VIEW_ARGS(event->why[i].node),
			   VIEW_ARGS(event->why[i].text), event->why[i].points);
}

static void write_event(const struct bench *bench, const struct event *event, struct str *out)
{
	str_printf(out, "%.*s", VIEW_ARGS(event->class));
	if (event->status.ptr)
		str_printf(out, "/%.*s", VIEW_ARGS(event->status));
	if (event->direction.ptr)
		str_printf(out, " %.*s", VIEW_ARGS(event->direction));
	for (size_t i = 0; i < event->field_count; i++)
		write_field(&event->fields[i], out);
	if (event->attributed_to.ptr)
		str_printf(out, " @%.*s", VIEW_ARGS(event->attributed_to));
	write_modality(event->modality, out);
	if (bench->codes)
		write_codes(event, out);
	if (bench->scores)
		str_printf(out, " (%d)", event->score);
	if (bench->whys)
		write_whys(event, out);
	if (bench->keys)
		str_printf(out, " #%.*s", VIEW_ARGS(event->merge_key));
}

const char *bench_line(struct bench *bench, const struct item *item)
{
	struct events events = bench_run(bench, item);
	struct str out = {0};
	const char *line;

	for (size_t i = 0; i < events.len; i++) {
		if (i > 0)
			str_add_text(&out, "; ");
		write_event(bench, &events.at[i], &out);
	}
	line = arena_strndup(&bench->arena, str_view(&out).ptr, out.len);
	str_fini(&out);
	return line;
}

const char *bench_text(struct bench *bench, const char *text)
{
	struct item item = bench_item(text, "en");

	return bench_line(bench, &item);
}

const char *bench_story(struct bench *bench, const char *headline, const char *body)
{
	struct item item = bench_item(body, "en");

	item.fields[ITEM_HEADLINE].text = view_of(headline);
	return bench_line(bench, &item);
}
