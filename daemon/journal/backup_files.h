#ifndef JOURNAL_BACKUP_FILES_H
#define JOURNAL_BACKUP_FILES_H

#include "base/vec.h"
#include "journal/backup.h"
#include "journal/db.h"

/* What making a backup and restoring one share. All return 0 or -1. */
struct names {
	VEC(char *);
};
void names_fini(struct names *names);
/* The databases of the folder but its segments: spool.db first, and whatever else there is. */
int backup_other_files(const char *folder, struct names *ret_names, struct err *err);
/* The newest backup in the folder, or the folder itself when it is one; "" when there is none. */
int backup_find(const char *folder, char ret_path[BACKUP_PATH_SIZE], struct err *err);

/* Stream, oldest and head as they were when it was made. */
int backup_write_note(const struct backup *backup, const char *folder, struct err *err);
int backup_read_note(const char *folder, struct backup *ret_backup, struct err *err);

/* Flushed to disk. */
int backup_sync(const char *path, struct err *err);
/* Bytes as they are, flushed to disk, with that owner (where we may) and mode. */
struct backup_owner {
	unsigned user, group, mode;
};
int backup_copy(const char *from, const char *to, const struct backup_owner *owner,
		uint64_t *ret_bytes, struct err *err);
/* Removes the folder and the files in it; none is fine. */
void backup_remove(const char *folder);
/* flock on FOLDER/lock, as the daemon takes it: its descriptor, -1 when somebody has it. */
int backup_lock(const char *folder, const char *whose, struct err *err);
/* "20260131T120000Z" */
void backup_stamp(char ret_stamp[20]);

#endif
