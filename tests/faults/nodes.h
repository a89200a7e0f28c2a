#ifndef TESTS_FAULTS_NODES_H
#define TESTS_FAULTS_NODES_H

#include "disk.h"

/* Files and folders, from within: shared by disk.c and cut.c. */
struct change {
	enum { CHANGE_WRITE, CHANGE_SIZE, CHANGE_LINK, CHANGE_UNLINK, CHANGE_RENAME } kind;
	uint64_t offset, length;
	const char *bytes; /* borrowed from the log */
	char *name, *to;
	struct node *node;
};
VEC_TYPE(changes, struct change);

struct entry {
	char *name;
	struct node *node;
};
VEC_TYPE(entries, struct entry);

struct node {
	bool folder;
	struct str kept;	     /* a file's bytes that are surely on disk */
	struct entries kept_entries; /* a folder's */
	struct entries entries;	     /* and what it shows now */
	struct changes changes;	     /* since */
	uint64_t dropped;	     /* changes before those, all time */
	struct node *next;	     /* of all that ever were */
};

#define FDS_MAX 65536
#define THREADS_MAX 64

struct disk {
	struct node *root, *all;
	struct node *open[FDS_MAX];
	struct {
		uint32_t thread;
		struct node *node;
		uint64_t upto; /* changes of all time that the sync covers */
	} syncs[THREADS_MAX];
};

void set_entry(struct entries *entries, const char *name, struct node *node);
void free_entries(struct entries *entries);
void change_entries(struct entries *entries, const struct change *change);
void set_size(struct str *content, uint64_t size);
void set_bytes(struct str *content, uint64_t offset, const char *bytes, size_t length);
void change_content(struct str *content, const struct change *change);

#endif
