#include "rules/reading.h"

/*
 * The event of a hit that fired: constants of `emit`, what `grab` found, the case of `set` that
 * holds, what `modal` changes; later ones win over earlier ones of the same name. Modal comes last
 * since the cue stands at the very anchor, while the words of a `set` stand anywhere in the scope
 * or its window. "true" and "false" as constants are truth values.
 */
struct draft {
	struct match *match;
	struct event *event;
	struct event_field *fields;
	struct event_code *codes;
};

static void put_field(struct draft *draft, const struct event_field *field)
{
	for (size_t i = 0; i < draft->event->field_count; i++) {
		if (!view_equal(draft->fields[i].name, field->name))
			continue;
		draft->fields[i] = *field;
		return;
	}
	draft->fields[draft->event->field_count++] = *field;
}

static void put_code(struct draft *draft, const struct constant *constant)
{
	struct event_code code = {constant->field, constant->values, constant->value_count};
	size_t i = 0;

	while (i < draft->event->code_count &&
	       !view_equal(draft->codes[i].vocabulary, code.vocabulary))
		i++;
	draft->codes[i] = code;
	if (i == draft->event->code_count)
		draft->event->code_count++;
}

static struct value constant_value(struct view text)
{
	struct value value = {.kind = VALUE_TEXT, .text = text};

	if (view_is(text, "true") || view_is(text, "false")) {
		value.kind = VALUE_BOOL;
		value.number = view_is(text, "true");
	}
	return value;
}

static bool is_code(struct view name)
{
	return view_is(name, "plover") || view_is(name, "cameo") || view_is(name, "medtop") ||
	       view_is(name, "gdelt");
}

static void put_constant(struct draft *draft, const struct constant *constant)
{
	struct event_field field = {
		.name = constant->field, .list = constant->list, .count = constant->value_count};
	struct view first = constant->value_count > 0 ? constant->values[0] : VIEW_NONE;
	struct value *values;

	if (view_is(constant->field, "class")) {
		draft->event->class = first;
	} else if (view_is(constant->field, "status")) {
		draft->event->status = first;
	} else if (view_is(constant->field, "direction")) {
		draft->event->direction = first;
	} else if (is_code(constant->field)) {
		put_code(draft, constant);
	} else {
		values = arena_array(draft->match->arena, field.count, sizeof(*values));
		for (size_t i = 0; i < field.count; i++)
			values[i] = constant_value(constant->values[i]);
		field.values = values;
		put_field(draft, &field);
	}
}

/* The modal that comes later in this order wins. */
static void put_modals(struct draft *draft, const struct rule *rule, unsigned modality)
{
	static const unsigned order[] = {
		MODALITY_QUOTED, MODALITY_FUTURE,  MODALITY_HYPOTHETICAL, MODALITY_HISTORICAL,
		MODALITY_DENIED, MODALITY_NEGATED, MODALITY_AVERTED,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const struct modal *modal = &rule->modals[__builtin_ctz(order[i])];

		for (size_t j = 0; (modality & order[i]) && j < modal->set_count; j++)
			put_constant(draft, &modal->sets[j]);
	}
}

static size_t count_constants(const struct rule *rule)
{
	size_t count = rule->emit_count + rule->code_count + rule->grab_count + rule->set_count;

	for (size_t i = 0; i < MODALITY_NAMES; i++)
		count += rule->modals[i].set_count;
	return count;
}

static void put_all(struct draft *draft, const struct reading *reading, unsigned modality)
{
	const struct rule *rule = reading->rule;

	for (size_t i = 0; i < rule->emit_count; i++)
		put_constant(draft, &rule->emits[i]);
	for (size_t i = 0; i < draft->event->field_count; i++)
		draft->fields[i].general = true;
	for (size_t i = 0; i < rule->code_count; i++)
		put_code(draft, &rule->codes[i]);
	for (size_t i = 0; i < reading->found_count; i++)
		put_field(draft, &reading->found[i]);
	for (size_t i = 0; i < rule->set_count; i++)
		if (reading->chosen[i])
			put_constant(draft, reading->chosen[i]);
	put_modals(draft, rule, modality);
}

static struct view value_text(struct arena *arena, const struct value *value)
{
	if (value->kind == VALUE_ENTITY)
		return value->id;
	if (value->kind == VALUE_TEXT || value->kind == VALUE_DATE)
		return value->text;
	return view_of(arena_printf(arena, "%.17g", value->number));
}

static int compare_views(const void *left, const void *right)
{
	return view_compare(*(const struct view *)left, *(const struct view *)right);
}

/* Joined by commas, in byte order: the order in the text makes no difference. */
static void add_values(struct arena *arena, const struct event_field *field, struct str *out)
{
	struct view *texts = arena_array(arena, field->count, sizeof(*texts));

	for (size_t i = 0; i < field->count; i++)
		texts[i] = value_text(arena, &field->values[i]);
	if (field->count > 0)
		qsort(texts, field->count, sizeof(*texts), compare_views);
	for (size_t i = 0; i < field->count; i++) {
		if (i > 0)
			str_add_char(out, ',');
		str_add_view(out, texts[i]);
	}
}

/* "cause=attack.drone;places=kyiv,odesa": what the rule's `merge` names beside class and status. */
static struct view write_merge_key(const struct match *match, const struct rule *rule,
				   const struct event *event)
{
	struct str out = {0};
	struct view key;

	for (size_t i = 0; i < rule->merge_count; i++) {
		const struct event_field *field = event_field(event, rule->merge[i]);

		if (view_is(rule->merge[i], "class") || view_is(rule->merge[i], "status"))
			continue;
		str_printf(&out, "%s%.*s=", out.len > 0 ? ";" : "", VIEW_ARGS(rule->merge[i]));
		if (field)
			add_values(match->arena, field, &out);
	}
	key = arena_view(match->arena, str_view(&out));
	str_fini(&out);
	return key;
}

void extract_event(struct reading *reading, struct outcome *outcome)
{
	const struct rule *rule = reading->rule;
	struct match *match = reading->match;
	struct event *event = &outcome->event;
	struct draft draft = {.match = match, .event = event};
	size_t room = count_constants(rule);

	read_surroundings(reading, outcome->hit);
	event->modality = outcome->modality;
	event->score = outcome->score;
	event->confidence = outcome->score > 0
				    ? (double)outcome->score / ((double)outcome->score + 50)
				    : 0;
	event->rule = rule->id;
	event->rev = rule->rev;
	if (outcome->attribution)
		event->attributed_to = attribution_speaker(match, outcome->attribution);
	event->fields = draft.fields = arena_array(match->arena, room, sizeof(*draft.fields));
	event->codes = draft.codes = arena_array(match->arena, room, sizeof(*draft.codes));
	put_all(&draft, reading, outcome->modality);
	event->merge_key = write_merge_key(match, rule, event);
	why_write(match, outcome);
}
