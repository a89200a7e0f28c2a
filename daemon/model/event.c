#include "model/event.h"

static const char *const modality_names[MODALITY_NAMES] = {
	"negated", "hypothetical", "future", "historical", "averted", "denied", "quoted",
};

static const char *const bound_names[] = {
	[BOUND_EXACT] = "exact",
	[BOUND_ABOUT] = "about",
	[BOUND_AT_LEAST] = "at_least",
	[BOUND_AT_MOST] = "at_most",
};

const char *modality_name(unsigned bit_number)
{
	return modality_names[bit_number];
}

unsigned modality_find(struct view name)
{
	for (unsigned i = 0; i < MODALITY_NAMES; i++)
		if (view_is(name, modality_names[i]))
			return 1U << i;
	return 0;
}

const char *bound_name(enum bound bound)
{
	return bound_names[bound];
}

const struct event_field *event_field(const struct event *event, struct view name)
{
	for (size_t i = 0; i < event->field_count; i++)
		if (view_equal(event->fields[i].name, name))
			return &event->fields[i];
	return NULL;
}
