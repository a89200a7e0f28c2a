#ifndef CONF_ALLOW_H
#define CONF_ALLOW_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/table.h"
#include "conf/key_file.h"

#include <stdint.h>

/*
 * The public keys that are let in: one a line,
 *
 *     NAME  PUBLIC-KEY  FOR  [UNTIL]
 *
 * FOR is "*" or names of what it may use, joined by commas: events, replay, control, feed. UNTIL is
 * a date or time after which the key is refused; "-" or nothing: never. Lines that begin with "#"
 * are comments. A name and a key stand once each: one line is one client.
 */
enum allow_domain { ALLOW_EVENTS, ALLOW_REPLAY, ALLOW_CONTROL, ALLOW_FEED, ALLOW_DOMAINS };
extern const char *const allow_domain_names[]; /* by the enum, then NULL */

#define ALLOW_KEYS_MAX 10000
#define ALLOW_FILE_MAX ((size_t)4 << 20) /* bytes */
#define ALLOW_NAME_MAX 64		 /* bytes; letters, digits and - . _ */

struct allowed {
	struct view name, key;
	unsigned domains; /* bits by the enum */
	int64_t until;	  /* CLOCK_NONE: for ever */
	unsigned line;
};

struct allow_list {
	VEC(struct allowed);
	struct table keys, names;
	struct arena arena;
};

/* Reads the text of a file; every mistake goes to diags, which borrow `file`. NULL when there was
 * one. */
struct allow_list *allow_parse(const char *file, struct view text, struct diags *diags);
/* The same from disk. */
struct allow_list *allow_read(const char *path, struct diags *diags);
void allow_free(struct allow_list *list);

/* NULL when it is not on the list. `key` is Z85. */
const struct allowed *allow_find(const struct allow_list *list, struct view key);
const struct allowed *allow_named(const struct allow_list *list, struct view name);

/* "*", or names joined by commas: the bits; 0 when it is wrong. */
unsigned allow_domains_read(struct view text);
/* Adds the line of one key, as the file has it. */
void allow_write(const struct allowed *allowed, struct str *out);

#endif
