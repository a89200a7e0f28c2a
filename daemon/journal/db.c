#include "journal/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The thin layer over SQLite. Codes become results that the callers act on: a full disk is waited
 * for, damage sets a file aside, a failed fsync ends the file, since what of it is on disk is then
 * unknown (the kernel forgets the dirty pages and the next fsync succeeds).
 */
#define APPLICATION_ID 0x6e777374 /* "nwst" */
#define BUSY_MS 5000		  /* a checkpoint or somebody with the sqlite3 shell */
#define ASIDE_MAX 1000		  /* files of one name that were set aside */

static const char settings[] = "PRAGMA journal_mode=WAL;"
			       "PRAGMA synchronous=FULL;"
			       "PRAGMA secure_delete=OFF;"
			       "PRAGMA journal_size_limit=4194304;"
			       "PRAGMA wal_autocheckpoint=1000;";

/* --- results -------------------------------------------------------------------------------------
 */

/* Which codes say that the file would take it later. */
static const int full_codes[] = {
	SQLITE_FULL,	      SQLITE_BUSY,	     SQLITE_BUSY_RECOVERY, SQLITE_BUSY_SNAPSHOT,
	SQLITE_IOERR_WRITE,   SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_SHMMAP,
	SQLITE_IOERR_SHMOPEN, SQLITE_LOCKED,
};

static bool is_full(int code)
{
	for (size_t i = 0; i < sizeof(full_codes) / sizeof(full_codes[0]); i++)
		if (full_codes[i] == code)
			return true;
	return false;
}

int db_result(sqlite3 *db, int code, struct err *err)
{
	if (code == SQLITE_OK || code == SQLITE_DONE)
		return DB_OK;
	if (code == SQLITE_ROW)
		return DB_ROW;
	if (db)
		code = sqlite3_extended_errcode(db);
	err_set(err, "%s", db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
	if (is_full(code))
		return DB_FULL;
	if (code == SQLITE_IOERR_READ || code == SQLITE_IOERR_SHORT_READ ||
	    code == SQLITE_IOERR_CORRUPTFS)
		return DB_UNREADABLE;
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_SCHEMA:
		return DB_DAMAGED;
	default:
		return DB_FAILED;
	}
}

/* --- files ---------------------------------------------------------------------------------------
 */

static int open_as(const char *name, int flags, sqlite3 **ret_db, struct err *err)
{
	OWNED(db_close) sqlite3 *db = NULL;
	int result = db_result(db, sqlite3_open_v2(name, &db, flags | SQLITE_OPEN_NOMUTEX, NULL),
			       err);

	if (result != DB_OK)
		return result;
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_MS);
	/* What a file's schema says must not make this program do anything. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	result = db_exec(db, "PRAGMA cell_size_check=ON", err);
	*ret_db = result == DB_OK ? MOVE(db) : NULL;
	return result;
}

/* Whether SQLite failed to make its -shm, and the file has no log that it would be for. */
static bool lacks_room_beside(sqlite3 *db, const char *path)
{
	struct stat status;
	char log[4200];

	snprintf(log, sizeof(log), "%s-wal", path);
	switch (sqlite3_extended_errcode(db)) {
	case SQLITE_IOERR_SHMSIZE:
	case SQLITE_IOERR_SHMMAP:
	case SQLITE_IOERR_SHMOPEN:
	case SQLITE_READONLY_CANTINIT:
	case SQLITE_CANTOPEN:
		return stat(log, &status) < 0 || status.st_size == 0;
	default:
		return false;
	}
}

static void write_uri(const char *path, struct str *ret_uri)
{
	str_add_text(ret_uri, "file:");
	for (; *path; path++)
		if (strchr("%?#", *path))
			str_printf(ret_uri, "%%%02x", (unsigned char)*path);
		else
			str_add_char(ret_uri, *path);
	str_add_text(ret_uri, "?immutable=1");
}

/* A file in WAL cannot be read without a -shm, for which a full disk, or a folder that only
 * somebody else may write, has no room. One that is not written any more is then read as it stands.
 */
static int open_to_read(const char *path, bool sealed, sqlite3 **ret_db, struct err *err)
{
	OWNED(db_close) sqlite3 *db = NULL;
	struct str uri = {0};
	int result = open_as(path, SQLITE_OPEN_READONLY, &db, err);

	if (result == DB_OK)
		result = db_exec(db, "PRAGMA schema_version", err);
	if (db && result != DB_OK && sealed && lacks_room_beside(db, path)) {
		db_close(MOVE(db));
		write_uri(path, &uri);
		result = open_as(uri.ptr, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, &db, err);
		str_fini(&uri);
	}
	*ret_db = result == DB_OK ? MOVE(db) : NULL;
	return result;
}

/*
 * What the log has, written to the file and synced. A sync of the log may have failed before the
 * program ended: the kernel then has those pages as clean, gives them to whoever reads, and never
 * writes them again. Nothing may be shown that rests on them. A disk that is full takes it later.
 */
static int take_over_log(sqlite3 *db, struct err *err)
{
	int result = db_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", err);

	return result == DB_FULL ? DB_OK : result;
}

int db_open(const char *path, enum db_mode mode, sqlite3 **ret_db, struct err *err)
{
	OWNED(db_close) sqlite3 *db = NULL;
	int result;

	if (mode != DB_WRITE && access(path, F_OK) < 0 && errno == ENOENT) {
		err_set(err, "%s is not there", path);
		return DB_GONE;
	}
	if (mode != DB_WRITE)
		result = open_to_read(path, mode == DB_READ_SEALED, &db, err);
	else
		result = open_as(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &db, err);
	if (result == DB_OK && mode == DB_WRITE)
		result = db_exec(db, settings, err);
	if (result == DB_OK && mode == DB_WRITE)
		result = take_over_log(db, err);
	if (result != DB_OK) {
		err_wrap(err, "%s", path);
		return result;
	}
	*ret_db = MOVE(db);
	return DB_OK;
}

void db_close(sqlite3 *db)
{
	sqlite3_close(db);
}

int db_sync_folder(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = fd < 0 || fsync(fd) < 0;

	if (failed)
		err_set(err, "cannot sync the folder %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return failed ? DB_FAILED : DB_OK;
}

static const char *const beside[] = {"", "-wal", "-shm"};

void db_unlink(const char *path)
{
	char name[4200];

	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, beside[i]);
		unlink(name);
	}
}

/* A name that nothing has yet: PATH.damaged, PATH.damaged-2 … */
static void find_aside(const char *path, char *ret_name, size_t size)
{
	snprintf(ret_name, size, "%s.damaged", path);
	for (int i = 2; i < ASIDE_MAX && access(ret_name, F_OK) == 0; i++)
		snprintf(ret_name, size, "%s.damaged-%d", path, i);
}

int db_set_aside(const char *path, const char *why, struct str *findings, struct err *err)
{
	char to[4200], from[4200], name[4220];

	find_aside(path, to, sizeof(to));
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		snprintf(from, sizeof(from), "%s%s", path, beside[i]);
		snprintf(name, sizeof(name), "%s%s", to, beside[i]);
		if (rename(from, name) < 0 && errno != ENOENT)
			return err_set(err, "cannot set %s aside: %s", from, strerror(errno));
	}
	str_printf(findings, "%s is damaged and was renamed to %s: %s\n", path, to, why);
	return DB_OK;
}

/* --- statements ----------------------------------------------------------------------------------
 */

int db_exec(sqlite3 *db, const char *sql, struct err *err)
{
	return db_result(db, sqlite3_exec(db, sql, NULL, NULL, NULL), err);
}

void db_rollback(sqlite3 *db)
{
	if (db && !sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
}

int db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_statement, struct err *err)
{
	int code = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL);

	/* Our statements are right: what they name is missing from the file. */
	if (code == SQLITE_ERROR) {
		err_set(err, "%s", sqlite3_errmsg(db));
		return DB_DAMAGED;
	}
	return db_result(db, code, err);
}

int db_step(sqlite3_stmt *statement, struct err *err)
{
	return db_result(sqlite3_db_handle(statement), sqlite3_step(statement), err);
}

int db_run(sqlite3_stmt *statement, struct err *err)
{
	int result = db_step(statement, err);

	sqlite3_reset(statement);
	return result == DB_ROW ? DB_OK : result;
}

int db_number(sqlite3 *db, const char *sql, int64_t fallback, int64_t *ret_number, struct err *err)
{
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	int result = db_prepare(db, sql, &statement, err);

	if (result == DB_OK)
		result = db_step(statement, err);
	if (result != DB_OK && result != DB_ROW)
		return result;
	*ret_number = fallback;
	if (result == DB_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*ret_number = sqlite3_column_int64(statement, 0);
	return DB_OK;
}

void db_bind_view(sqlite3_stmt *statement, int at, struct view view)
{
	if (view.ptr)
		sqlite3_bind_text(statement, at, view.ptr, (int)view.len, SQLITE_STATIC);
	else
		sqlite3_bind_null(statement, at);
}

struct view db_column(sqlite3_stmt *statement, int at)
{
	const char *text = sqlite3_column_blob(statement, at);

	return (struct view){text, text ? (size_t)sqlite3_column_bytes(statement, at) : 0};
}

/* --- format --------------------------------------------------------------------------------------
 */

int db_stored_version(sqlite3 *db, int *ret_version, struct err *err)
{
	int64_t version;
	int result = db_number(db, "PRAGMA user_version", 0, &version, err);

	if (result == DB_OK)
		*ret_version = (int)version;
	return result;
}

int db_version(sqlite3 *db, const struct db_format *format, struct err *err)
{
	int64_t tables, id;
	int version, result = db_number(db, "SELECT count(*) FROM sqlite_master", 0, &tables, err);

	if (result == DB_OK)
		result = db_number(db, "PRAGMA application_id", 0, &id, err);
	if (result == DB_OK)
		result = db_stored_version(db, &version, err);
	if (result != DB_OK)
		return result;
	if (tables == 0 && id == 0 && version == 0)
		return DB_FRESH;
	if (id == APPLICATION_ID && version > 0 && version <= format->version)
		return version == format->version ? DB_OK : DB_OLDER;
	if (id == APPLICATION_ID && version > format->version) {
		err_set(err,
			"has format %d, written by a newer newstagd; this one knows format %d: "
			"run the newer one, or move the file away",
			version, format->version);
		return DB_NEWER;
	}
	err_set(err, "is none of newstagd's files (application_id %lld, user_version %d)",
		(long long)id, version);
	return DB_DAMAGED;
}

int db_readable(sqlite3 *db, const struct db_format *format, struct err *err)
{
	int result = db_version(db, format, err);

	return result == DB_OLDER ? DB_OK : result;
}

static int set_version(sqlite3 *db, int version, struct err *err)
{
	char marks[100];

	snprintf(marks, sizeof(marks), "PRAGMA application_id=%d; PRAGMA user_version=%d",
		 APPLICATION_ID, version);
	return db_exec(db, marks, err);
}

/* Ends the transaction well, or not at all. */
static int commit(sqlite3 *db, int result, struct err *err)
{
	if (result == DB_OK)
		result = db_exec(db, "COMMIT", err);
	if (result != DB_OK)
		db_rollback(db);
	return result;
}

int db_migrate(sqlite3 *db, const struct db_format *format, struct err *err)
{
	int version, result = db_exec(db, "BEGIN IMMEDIATE", err);

	if (result == DB_OK)
		result = db_stored_version(db, &version, err);
	while (result == DB_OK && version < format->version) {
		result = db_exec(db, format->steps[version - 1], err);
		version++;
	}
	if (result == DB_OK)
		result = set_version(db, version, err);
	return commit(db, result, err);
}

int db_create(sqlite3 *db, const struct db_format *format,
	      int (*fill)(sqlite3 *db, void *context, struct err *err), void *context,
	      struct err *err)
{
	int result = db_exec(db, "BEGIN IMMEDIATE", err);

	if (result == DB_OK)
		result = db_exec(db, format->schema, err);
	if (result == DB_OK)
		result = set_version(db, format->version, err);
	if (result == DB_OK && fill)
		result = fill(db, context, err);
	return commit(db, result, err);
}

int db_check(sqlite3 *db, struct err *err)
{
	OWNED(db_finalize) sqlite3_stmt *statement = NULL;
	int result = db_prepare(db, "PRAGMA quick_check(1)", &statement, err);
	struct view found;

	if (result == DB_OK)
		result = db_step(statement, err);
	if (result != DB_ROW)
		return result == DB_OK ? DB_DAMAGED : result;
	found = db_column(statement, 0);
	if (view_is(found, "ok"))
		return DB_OK;
	err_set(err, "%.*s", VIEW_ARGS(found));
	return DB_DAMAGED;
}
