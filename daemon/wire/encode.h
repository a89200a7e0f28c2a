#ifndef WIRE_ENCODE_H
#define WIRE_ENCODE_H

#include "base/str.h"
#include "model/event.h"
#include "model/item.h"

#include <stdbool.h>
#include <stdint.h>

/* Event → topic and CloudEvents JSON. Sequence numbers are patched in afterwards: nothing is
 * encoded twice. */
struct encode_context {
	struct view instance; /* source is urn:newstagd:<instance> */
	struct view prefix;   /* of topics: "event." */
	struct view ruleset;  /* "sha256:…" */
	struct view language; /* that the item was read in */
	struct view headline; /* extracted text; absent: the item's own is written as it came */
	int64_t recorded;     /* when it was tagged */
};

#define EVENT_ID_SIZE 33 /* 32 hex digits, terminated */
#define SEQUENCE_DIGITS 20
#define STREAM_ID_SIZE 33
#define EVENT_SCHEMA "urn:newstagd:schema:event:v1" /* dataschema, and the schema's $id */
#define RETRACTED_SCHEMA "urn:newstagd:schema:retracted:v1"
#define RETRACTED "retracted" /* behind the prefix of topics, and in the type */

struct encoded {
	size_t topic, topic_len; /* offsets into the buffer it was written to */
	size_t payload, payload_len;
	size_t sequence, topic_sequence, stream_id; /* where the digits to be patched stand */
	char id[EVENT_ID_SIZE];
};

/*
 * Adds topic and payload to `out`. The places of the numbers hold zeros until encoded_patch. `time`
 * is when the item was reported: modified, else published, else `recorded`. A field of the event
 * that has the name of a member of `data` (event_member_reserved) is left out. `parties`, `issues`
 * and `places` are lists of objects with an `id`, also where the event has but words.
 */
void wire_encode(const struct encode_context *context, const struct item *item,
		 const struct event *event, struct str *out, struct encoded *ret_encoded);
/* Events of an older version of an item that a newer one, or its cancellation, takes back. */
struct withdrawn {
	const char *id;
	const char *successor; /* the event that stands in its place; NULL: none does */
};
struct retraction {
	bool canceled;	     /* else corrected */
	struct view version; /* the older one; may be absent */
	const struct withdrawn *at;
	size_t count;
};
/*
 * The same for a retraction: `item` is the newer version. Its id is that of an event of the class
 * "retracted", the status "corrected" or "canceled", and the older version and the ids as its merge
 * key.
 */
void wire_encode_retraction(const struct encode_context *context, const struct item *item,
			    const struct retraction *retraction, struct str *out,
			    struct encoded *ret_encoded);
/* `buffer` is what `out` pointed to. */
void encoded_patch(char *buffer, const struct encoded *encoded, uint64_t sequence,
		   uint64_t topic_sequence, const char stream_id[STREAM_ID_SIZE]);
/* SHA-256 over item uri, item version, class, status and merge key; 32 hex digits. */
void event_id(const struct item *item, const struct event *event, char ret_id[EVENT_ID_SIZE]);
/* Whether `data` has a member of its own of that name. */
bool event_member_reserved(struct view name);
/* {"time", "sequence", "streamid", "instance"}: the heartbeat's payload. */
void wire_heartbeat(struct view instance, uint64_t sequence, const char *stream_id, int64_t now,
		    struct str *out);

#endif
