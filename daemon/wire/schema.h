#ifndef WIRE_SCHEMA_H
#define WIRE_SCHEMA_H

#include "base/str.h"

/* JSON Schemas (draft 2020-12) of what the wire accepts and what the daemon emits. */
void wire_write_item_schema(struct str *out);
void wire_write_event_schema(struct str *out);
/* Of retractions, which are told from events by type and dataschema. */
void wire_write_retracted_schema(struct str *out);

#endif
