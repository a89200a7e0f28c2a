#ifndef JOURNAL_DB_H
#define JOURNAL_DB_H

#include "base/err.h"
#include "base/own.h"
#include "base/str.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* SQLite as this room uses it: every file in WAL, synchronous=FULL, with our application_id. */
enum db_result {
	DB_OK = 0,
	DB_FULL = 1, /* the disk takes no more, or somebody else writes: may be tried again */
	DB_FAILED = -1,
	DB_DAMAGED = -2,    /* what stands in the file cannot be right */
	DB_GONE = -3,	    /* no such file */
	DB_NEWER = -4,	    /* written by a newer version */
	DB_UNREADABLE = -5, /* the medium does not give its bytes */
	DB_FRESH = 2,	    /* db_version: nothing was written yet */
	DB_OLDER = 3,	    /* db_version: may be read as it is, and brought up to date */
};

enum db_mode {
	DB_READ,
	DB_READ_SEALED, /* nobody writes it any more: it can be read on a full disk, too */
	DB_WRITE
};

/* What a SQLite code means, with the sentence. */
int db_result(sqlite3 *db, int code, struct err *err);
/* DB_OK, or what went wrong; *ret_db is written on success alone. A file is made for DB_WRITE. */
int db_open(const char *path, enum db_mode mode, sqlite3 **ret_db, struct err *err);
void db_close(sqlite3 *db);

/*
 * One kind of file: its schema and how older ones become that. Whoever changes the schema raises
 * `version`, adds the step, and keeps a file of the version before as SQL (tests/unit/formats):
 * what any version wrote is read and brought up to date by all later ones. A step may add, never
 * change what readers of older files rely on: they read such a file while it waits for its step.
 */
struct db_format {
	int version;		  /* `user_version` of what this program writes, from 1 on */
	const char *schema;	  /* of that version */
	const char *const *steps; /* SQL: steps[n] makes version n + 2 of n + 1 */
};
/* DB_OK when it has that format, DB_OLDER, DB_FRESH when it is empty, DB_NEWER, DB_DAMAGED;
 * DB_FAILED. */
int db_version(sqlite3 *db, const struct db_format *format, struct err *err);
/* The same for who reads alone: older ones are good. */
int db_readable(sqlite3 *db, const struct db_format *format, struct err *err);
/* Brings an older file up to date, in one transaction: after a crash it is older still, or done. */
int db_migrate(sqlite3 *db, const struct db_format *format, struct err *err);
/* The version that stands in the file. */
int db_stored_version(sqlite3 *db, int *ret_version, struct err *err);
/* Makes the schema and sets the version, in one transaction that `fill` may add to. */
int db_create(sqlite3 *db, const struct db_format *format,
	      int (*fill)(sqlite3 *db, void *context, struct err *err), void *context,
	      struct err *err);
int db_exec(sqlite3 *db, const char *sql, struct err *err);
/* Ends the transaction that is open, if one is. */
void db_rollback(sqlite3 *db);
int db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_statement, struct err *err);
/* DB_ROW, DB_OK at the end, or what went wrong. */
#define DB_ROW 100
int db_step(sqlite3_stmt *statement, struct err *err);
/* Runs a statement to its end and resets it: DB_OK or a result. */
int db_run(sqlite3_stmt *statement, struct err *err);
/* The first column of the first row; `fallback` when there is no row or it is NULL. */
int db_number(sqlite3 *db, const char *sql, int64_t fallback, int64_t *ret_number, struct err *err);
/* quick_check: structure of tables and indexes. */
int db_check(sqlite3 *db, struct err *err);

/* Binds borrow until the statement is reset. */
void db_bind_view(sqlite3_stmt *statement, int at, struct view view);
struct view db_column(sqlite3_stmt *statement, int at);

/* Renames the file and what SQLite keeps beside it to *.damaged and tells it in `findings`. */
int db_set_aside(const char *path, const char *why, struct str *findings, struct err *err);
/* Unlinks them; what is not there is fine. */
void db_unlink(const char *path);
/* Has the folder's entries on disk. */
int db_sync_folder(const char *path, struct err *err);

OWNED_CLEANUP(sqlite3 *, db_close);
static inline void db_finalize(sqlite3_stmt *statement)
{
	sqlite3_finalize(statement);
}
OWNED_CLEANUP(sqlite3_stmt *, db_finalize);

#endif
