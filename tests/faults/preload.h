#ifndef TESTS_FAULTS_PRELOAD_H
#define TESTS_FAULTS_PRELOAD_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A library for LD_PRELOAD that stands between the daemon and the C library where files under one
 * folder are concerned (NEWSTAG_FAULTS_ROOT, absolute). calls.c has the calls; what is done with
 * them: record.c writes them down (NEWSTAG_FAULTS_LOG), inject.c lets them fail as a shared file
 * says (NEWSTAG_FAULTS_CONTROL).
 */
enum call_kind {
	CALL_WRITE = 1,
	CALL_SYNC = 2,
	CALL_TRUNCATE = 4,
	CALL_OPEN = 8,
	CALL_UNLINK = 16,
	CALL_RENAME = 32,
	CALL_MKDIR = 64
};

#define REAL(name)                                                                                 \
	__extension__({                                                                            \
		static __typeof__(&(name)) real_;                                                  \
		if (!real_)                                                                        \
			*(void **)&real_ = dlsym(RTLD_NEXT, #name);                                \
		real_;                                                                             \
	})

/* --- record.c: all do nothing when nothing is recorded -------------------------------------------
 */
void record_open(int fd, const char *path, int flags, bool made);
void record_close(int fd);
void record_write(int fd, uint64_t offset, const void *bytes, size_t length);
void record_size(int fd, uint64_t size);
void record_sync(int fd, bool ended);
void record_rename(const char *from, const char *to);
void record_unlink(const char *path);
void record_mkdir(const char *path);
void record_send(const void *socket, const void *bytes, size_t length, bool more);
void record_unknown(const char *name);

/* --- inject.c ------------------------------------------------------------------------------------
 */
/* The errno that the call is to fail with, or 0. The file, for the report: an fd, or a path. */
int inject_fault(enum call_kind kind, int fd, const char *path);
/* Likewise for a write that may take less than `length`, which is then made smaller. */
int inject_write(int fd, uint64_t offset, size_t *length);
/* So many bytes are free again. */
void inject_give_back(uint64_t bytes);

/* --- calls.c -------------------------------------------------------------------------------------
 */
/* Relative to the root, or NULL when it lies elsewhere. */
const char *root_relative(const char *path);

#endif
