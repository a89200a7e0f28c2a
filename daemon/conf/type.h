#ifndef CONF_TYPE_H
#define CONF_TYPE_H

#include "conf/schema.h"

/* What reading a value needs beside it. */
struct type_context {
	struct arena *arena; /* for the values */
	const char *folder;  /* of relative paths; NULL: they stay as they are */
};

/* The two mistakes that are told from the key: it wants something else, or something in its bounds.
 */
extern const char type_bad[];
extern const char type_range[];

/* A scalar type, also of the elements of a list. */
struct type {
	const char *wanted; /* "a size such as …"; NULL: one of the key's words */
	/* Writes the place and returns NULL; else what is wrong: one of the two above or a
	 * sentence. */
	const char *(*read)(const struct type_context *context, const struct key *key,
			    struct view text, void *ret_place);
	/* The text from which the same value is read. */
	void (*write)(const struct key *key, const void *place, struct str *out);
	const char *pattern; /* of the text, for the JSON Schema; "": any; NULL: it is no text */
	bool list;
};

extern const struct type types[]; /* by enum key_type */

#endif
