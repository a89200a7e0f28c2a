#ifndef RULES_LOADER_H
#define RULES_LOADER_H

#include "rules/pack.h"
#include "rules/read_expr.h"

/*
 * Inside rules/: a load at work. Files become trees; what they declare is collected as nodes;
 * overrides patch the nodes; then all is read, names are resolved and the whole is checked.
 */
enum declared_kind {
	DECLARED_LIST,
	DECLARED_TERM,
	DECLARED_ENTITY,
	DECLARED_CUE,
	DECLARED_RULE,
	DECLARED_KINDS,
};

struct declaration {
	const struct node *node; /* the value; its key is the name. Overrides replace it. */
	bool disabled;
};

struct source_file {
	const char *name; /* in the arena */
	struct str text;
	bool doubtful; /* mistakes that were told hide names in it */
};

struct loader {
	struct reader reader;
	struct packs *packs;
	struct arena nodes; /* what was written; gone when all is read */
	struct {
		VEC(struct source_file);
	} files;
	size_t bytes; /* of all files */
	struct {
		VEC(struct declaration *);
	} declared[DECLARED_KINDS];
	struct table names[DECLARED_KINDS]; /* to struct declaration */
	struct {
		VEC(const struct node *);
	} overrides;	 /* each entry */
	size_t copies;	 /* of nodes, by overrides */
	size_t errors;	 /* that were told before */
	bool unreadable; /* a file could not be read at all */
	unsigned sought; /* names looked for in doubtful files */
};

#define PACK_FILES_MAX 4096
#define PACK_FOLDERS_DEEP 8 /* folders in folders */
#define OVERRIDES_MAX 65536
#define OVERRIDE_COPIES_MAX 1000000 /* entries and keys that all overrides together copy */
#define OVERRIDE_KEYS_MAX 256	    /* of one patch */
#define GROUP_COMPARED_MAX 500	    /* rules of a group that are compared with each other */
#define NAMES_DEEP 16		    /* lists and terms in each other, entities above each other */

#define LIST_SAY "say" /* the list that attribution reads without being told */

/* "list", "rule" …, as messages and overrides name them. */
const char *declared_name(enum declared_kind kind);
/* Adds the files of the paths in order; what cannot be read is told. */
void loader_find_files(struct loader *loader, const struct packs_options *options);
/*
 * Whether a name that is missing may be one that a mistake hides: then it is not told. In files
 * that could not be read anything may stand; in doubtful ones what stands there as a key or a type.
 */
bool loader_lost(struct loader *loader, struct view name);
#define LOST_NAMES_SOUGHT_MAX 200 /* searching is slow: further names count as hidden */
/* Applies `override:` to the declarations. */
void loader_override(struct loader *loader);
/* Resolves every name, of what has been read without mistakes. */
void loader_resolve(struct loader *loader);
/* What only the whole can tell: fields of tests and of merge, supersedes. */
void loader_check(struct loader *loader);

/* Warnings; only of packs without mistakes. */
void loader_warn(struct loader *loader);

extern const struct read_form pack_form, override_form;

#endif
