#ifndef TESTS_FAULTS_RECORD_H
#define TESTS_FAULTS_RECORD_H

#include <stdint.h>

/*
 * The log of what a daemon did to its state folder, in one global order: records of a fixed head
 * and `length` bytes behind it. Paths are relative to the recorded root. What was done stands there
 * once it is done; what was shown stands there before it is; a sync has a beginning and an end, and
 * covers what stands before its beginning. So at every place of the log, what can be seen from
 * outside is at least what the log says, and what is on disk at least what its syncs say.
 */
enum record_kind {
	RECORD_OPEN = 1, /* path; offset 1: it was made now; flags: as of open */
	RECORD_CLOSE,	 /* of fd */
	RECORD_WRITE,	 /* at offset, the bytes */
	RECORD_SIZE,	 /* the file has offset bytes now */
	RECORD_SYNC,	 /* of fd begins */
	RECORD_SYNCED,	 /* of fd by the same thread ended well */
	RECORD_RENAME,	 /* path, NUL, path */
	RECORD_UNLINK,	 /* path */
	RECORD_MKDIR,	 /* path */
	RECORD_SEND,	 /* a frame over a socket (offset); flags: 1 when more follow */
	RECORD_UNKNOWN	 /* a call, by its name, that the model does not have */
};

struct record {
	uint32_t kind, fd, thread, flags;
	uint64_t offset, length;
};

#endif
