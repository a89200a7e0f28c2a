#ifndef TESTS_FAULTS_DISK_H
#define TESTS_FAULTS_DISK_H

#include "base/str.h"
#include "base/vec.h"
#include "record.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What a disk can hold after a power cut, by a log of writes and syncs. A file or folder has what
 * is surely on disk, since it was synced, and what was done to it since, in order: of that, a power
 * cut leaves nothing, everything, a beginning, or any part, writes by sectors of SECTOR bytes.
 * Names belong to the folder: a file is there when the folder's entry is.
 */
#define SECTOR 512

struct disk;
/* Of the same state as the folder, all of it on disk. Ends the program when it cannot be read. */
struct disk *disk_new(const char *folder);
void disk_free(struct disk *disk);
/* Does what the record says; its bytes stay borrowed. False: the log does not fit together. */
bool disk_apply(struct disk *disk, const struct record *record, const char *bytes);
/* Writes a state that a power cut now can leave to `folder`, which is there and empty. */
void disk_rebuild(const struct disk *disk, uint64_t *random, const char *folder);

/* A small generator (splitmix64), so that a point can be had again. */
uint64_t draw(uint64_t *random);
bool chance(uint64_t *random, unsigned percent);

#endif
