#ifndef YAML_NODE_H
#define YAML_NODE_H

#include "base/arena.h"
#include "base/diag.h"

#include <stdbool.h>

/*
 * A YAML file as a tree with positions. No typing: a scalar is the text that was written. Refused,
 * each with its place: anchors, aliases, merge keys, tags, a second document, duplicate keys, NUL.
 */
enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	struct place place;		 /* where it begins; width of a scalar on one line */
	struct view text;		 /* scalar: its value */
	bool plain;			 /* scalar: written without quotes */
	bool empty;			 /* scalar: nothing was written at all (`key:`) */
	const struct node *key;		 /* in a map: the key's own node, else NULL */
	const struct node *first, *next; /* children of a list or map; siblings */
	size_t count;			 /* children */
	const char *raw; /* scalar on one line: as it was written, quotes and all; else NULL */
};

#define YAML_FILE_MAX ((size_t)1 << 20)	  /* bytes of one file */
#define YAML_TOTAL_MAX ((size_t)64 << 20) /* bytes of all files of one load */
#define YAML_DEPTH_MAX 16		  /* lists and mappings in each other */
#define YAML_EVENTS_MAX 500000		  /* texts, lists, mappings and their ends, per file */

/*
 * The tree of a text, in `arena`; NULL when it cannot be read at all (syntax, bounds: one
 * diagnostic). Duplicate keys and other refused things are diagnosed and left out, and reading goes
 * on. An empty text gives an empty map. `file` is borrowed by the places: keep it as long as tree
 * and diagnostics; `text` is copied. Codes: syntax, too-large, too-deep, bad-character, directive,
 * anchor, alias, tag, merge-key, duplicate-key, bad-key, second-document.
 */
const struct node *yaml_read(const char *file, struct view text, struct arena *arena,
			     struct diags *diags);
/* The same with the nodes themselves in an arena of their own, which may go before their texts do.
 */
const struct node *yaml_read_apart(const char *file, struct view text, struct arena *nodes,
				   struct arena *arena, struct diags *diags);

/* The value under a key, NULL if there is none or `map` is no map. */
const struct node *node_get(const struct node *map, const char *key);
/* "a text", "a list", "a mapping", "nothing" */
const char *node_kind_name(const struct node *node);
/*
 * Whether it is an unquoted word that other readers of YAML take for no text: yes, no, on, off,
 * true, false, null, ~ in any case. Where text is wanted it is that text, and worth a warning
 * "plain-word".
 */
bool node_plain_word(const struct node *node);
/*
 * Where the byte `offset` of a scalar's text stands in the file: quotes and escapes counted in, at
 * most the end. Of a scalar on several lines, where it begins. The width is left 0.
 */
struct place node_place_at(const struct node *scalar, size_t offset);

#endif
