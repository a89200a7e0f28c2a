#ifndef CONF_SCHEMA_H
#define CONF_SCHEMA_H

#include "conf/conf.h"

/*
 * The table of keys. Everything about the configuration is derived from it: reading, defaults,
 * overrides, printing, the JSON Schema, and what a reload cannot change.
 */
enum key_type {
	KEY_NAME, /* letters, digits and - . _ */
	KEY_TEXT,
	KEY_PATH,     /* of a file or folder */
	KEY_ENDPOINT, /* of ZeroMQ */
	KEY_LISTEN,   /* of HTTP */
	KEY_WORD,     /* one of `words`, stored as its index in an enum */
	KEY_BOOLEAN,
	KEY_INTEGER,  /* with `words`: the first of them stands for 0 */
	KEY_SIZE,     /* bytes */
	KEY_DURATION, /* milliseconds */
	KEY_TEXTS,
	KEY_PATHS,
	KEY_FEEDS,
};

enum {
	KEY_RELOAD = 1,	  /* a reload changes it */
	KEY_REQUIRED = 8, /* there is no default */
	KEY_OFF = 16,	  /* an endpoint that may be "off", stored as NULL */
};

struct key {
	const char *path; /* as in "output.heartbeat"; of a feed's key as in "endpoint" */
	enum key_type type;
	unsigned flags;
	size_t offset;	      /* in struct conf, or in struct conf_feed */
	const char *standard; /* the default, written as for --set; NULL: there is none */
	int64_t least,
		most; /* a number's bounds; bytes of a text; of a list: entries, bytes of each */
	const char *const *words; /* ends with NULL */
	const char *help;
};

#define KEYS_MAX 64 /* rows of one table */

extern const struct key conf_keys[];
extern const size_t conf_key_count;
extern const struct key feed_keys[];
extern const size_t feed_key_count;

static inline void *key_place(const struct key *key, void *base)
{
	return (char *)base + key->offset;
}

static inline const void *key_value(const struct key *key, const void *base)
{
	return (const char *)base + key->offset;
}

#endif
