#ifndef JOURNAL_BACKUP_H
#define JOURNAL_BACKUP_H

#include "base/err.h"
#include "base/str.h"
#include "journal/journal.h"

#include <stdbool.h>

/*
 * Backups of a journal's folder, made while a daemon writes to it: a folder of backups holds one
 * folder each, named by time and last sequence, complete in itself, that appears in one step when
 * all of it is on disk. A closed segment that the backup before has already is linked to that one.
 *
 * It has the events without a hole up to its head, and what was received by then and not yet judged
 * (the spool), so that it is judged after a restore.
 */
#define BACKUP_NOTE "backup.txt" /* makes a folder a backup: what it has, for people, too */
#define BACKUP_PATH_SIZE 4200

struct backup_progress {
	void (*turn)(void *context, uint64_t done, uint64_t total); /* bytes; may be NULL */
	void *context;
};

struct backup {
	char path[BACKUP_PATH_SIZE];
	char stream[JOURNAL_STREAM_SIZE];
	uint64_t oldest, head; /* sequences */
	uint64_t bytes;	       /* of all files */
	size_t files, linked;
	struct str findings; /* what is damaged or was left out, a line each; to be freed */
};

/* Makes one in the folder `to`, which is made when its parent is there. 0, also when a segment was
 * damaged, which is kept as it is and told in findings; -1. */
int backup_make(const char *path, const char *to, const struct backup_progress *progress,
		struct backup *ret_backup, struct err *err);

struct restore_options {
	const char *from; /* a backup, or the folder of backups: the newest */
	const char *to;	  /* the state folder, made when its parent is there */
	bool force; /* whatever is there is moved to a folder of its own in there; of a damaged
		       backup, what is good */
	/*
	 * A daemon may have published more behind the backup, and would now give the same numbers
	 * to other events: so the events get the name of a new stream, by which subscribers know to
	 * begin anew. When it had ended before the backup was made, the old name can stay.
	 */
	bool same_stream;
};
/* Verifies, copies, verifies again. 0, or -1: what was there is there still, or beside. */
int backup_restore(const struct restore_options *options, const struct backup_progress *progress,
		   struct backup *ret_backup, struct err *err);

#endif
