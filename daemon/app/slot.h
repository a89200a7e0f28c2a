#ifndef APP_SLOT_H
#define APP_SLOT_H

#include "app/ring.h"
#include "model/version.h"

/* What the sequencer reads of a slot that a worker is through with. */

static inline struct view slot_text(const struct slot *slot, size_t at, size_t len)
{
	return len ? view_slice(str_view(&slot->out), at, at + len) : VIEW_NONE;
}

static inline struct view slot_uri(const struct slot *slot)
{
	return slot_text(slot, slot->subject, slot->subject_len);
}

static inline struct version slot_version(const struct slot *slot)
{
	return (struct version){slot_text(slot, slot->version, slot->version_len), slot->reported};
}

/* What the id of an event is made of, beside the item. */
static inline void slot_kind(const struct slot *slot, size_t index, struct event *ret_event)
{
	const struct event_kind *kind = &slot->kinds.at[index];
	size_t status = kind->at + kind->class_len, key = status + kind->status_len;

	*ret_event = (struct event){
		.class = slot_text(slot, kind->at, kind->class_len),
		.status = slot_text(slot, status, kind->status_len),
		.merge_key = slot_text(slot, key, kind->key_len),
	};
}

/* Nothing of it is published. */
static inline void slot_filter(struct slot *slot)
{
	slot->outcome = OUTCOME_FILTERED;
	vec_reset(&slot->events);
}

#endif
