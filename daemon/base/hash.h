#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

#include <stdint.h>

/*
 * 64 bits over bytes, keyed, so that nobody outside can choose what collides. The mixing is
 * wyhash's multiply-and-fold (Wang Yi, public domain). Not for anything that leaves the process.
 */
uint64_t hash_bytes(const void *bytes, size_t len, uint64_t key);

/* A key drawn once per process from getrandom(2). */
uint64_t hash_key(void);

/* SHA-256 as 64 hex digits, terminated. For what leaves the process: event ids, rule-set hashes. */
struct sha256 {
	_Alignas(16) unsigned char state[256];
};
#define SHA256_HEX_SIZE 65
void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, struct view view);
/* Adds the length first, as 8 bytes, so that neighbouring parts cannot run into each other. */
void sha256_add_part(struct sha256 *sha, struct view view);
void sha256_hex(struct sha256 *sha, char ret_hex[SHA256_HEX_SIZE]);

#endif
