#ifndef JOURNAL_CHECKSUM_H
#define JOURNAL_CHECKSUM_H

#include "base/str.h"

#include <stdint.h>

/*
 * CRC-32C (Castagnoli, reflected 0x82f63b78, as of RFC 3720) over parts, the length of each before
 * it, so that neighbours cannot run into each other. SQLite itself has no checksums over rows.
 * `sum` is that of the parts before, 0 at first.
 */
uint32_t checksum_add(uint32_t sum, struct view part);
uint32_t checksum_add_number(uint32_t sum, uint64_t number);

#endif
