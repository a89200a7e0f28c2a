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
	struct place place; /* where it begins; width of a scalar on one line */
	struct view text;   /* scalar: its value */
	bool plain;	    /* scalar: written without quotes */
	bool empty;	    /* scalar: nothing was written at all (`key:`) */
	const struct node *key; /* in a map: the key's own node, else NULL */
	const struct node *first, *next; /* children of a list or map; siblings */
	size_t count;			 /* children */
};

#define YAML_FILE_MAX ((size_t)1 << 20)	 /* bytes of one file */
#define YAML_TOTAL_MAX ((size_t)64 << 20) /* bytes of all files of one load */
#define YAML_DEPTH_MAX 16
#define YAML_EVENTS_MAX 2000000 /* per file */

/*
 * The tree of a text, in `arena`; NULL when it cannot be read at all (syntax, bounds: one diagnostic).
 * Duplicate keys and other refused things are diagnosed and left out, and reading goes on. An empty
 * text gives an empty map. `file` is borrowed by the places: keep it as long as tree and diagnostics.
 */
const struct node *yaml_read(const char *file, struct view text, struct arena *arena,
			     struct diags *diags);

/* The value under a key, NULL if there is none or `map` is no map. */
const struct node *node_get(const struct node *map, const char *key);
/* "a text", "a list", "a mapping", "nothing" */
const char *node_kind_name(const struct node *node);
/* Where column `offset` bytes into a one-line scalar's text stands in the file (quotes counted in). */
struct place node_place_at(const struct node *scalar, size_t offset);

#endif
