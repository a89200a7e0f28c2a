#include "base/hash.h"

#include <pthread.h>
#include <sha2.h>
#include <string.h>
#include <sys/random.h>

#define MIX_A 0xa0761d6478bd642fULL
#define MIX_B 0xe7037ed1a0b428dbULL
#define MIX_C 0x8ebc6af09c88c6e3ULL

static uint64_t fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t read_8(const unsigned char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* Without a loop: two reads of four bytes overlap where there are fewer than eight. */
static uint64_t read_up_to_8(const unsigned char *at, size_t len)
{
	uint32_t first, last;

	if (len == 8)
		return read_8(at);
	if (len < 4)
		return at[0] | (uint64_t)at[len / 2] << 8 | (uint64_t)at[len - 1] << 16;
	memcpy(&first, at, sizeof(first));
	memcpy(&last, at + len - 4, sizeof(last));
	return first | (uint64_t)last << 32;
}

uint64_t hash_bytes(const void *bytes, size_t len, uint64_t key)
{
	const unsigned char *at = bytes;
	uint64_t seed = key ^ MIX_A;
	size_t left = len;

	while (left > 16) {
		seed = fold(read_8(at) ^ MIX_B, read_8(at + 8) ^ seed);
		at += 16;
		left -= 16;
	}
	if (left > 8)
		seed = fold(read_8(at) ^ MIX_B, read_8(at + left - 8) ^ seed);
	else if (left)
		seed = fold(read_up_to_8(at, left) ^ MIX_B, seed);
	return fold(seed ^ MIX_C, (uint64_t)len ^ MIX_B);
}

static uint64_t process_key;

static void draw_key(void)
{
	if (getrandom(&process_key, sizeof(process_key), 0) != sizeof(process_key))
		process_key = MIX_C;
}

uint64_t hash_key(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, draw_key);
	return process_key;
}

_Static_assert(sizeof(SHA2_CTX) <= sizeof(struct sha256), "room for libmd's state");

void sha256_init(struct sha256 *sha)
{
	SHA256Init((SHA2_CTX *)(void *)sha->state);
}

void sha256_add(struct sha256 *sha, struct view view)
{
	SHA256Update((SHA2_CTX *)(void *)sha->state, (const uint8_t *)view.ptr, view.len);
}

void sha256_add_part(struct sha256 *sha, struct view view)
{
	unsigned char length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (unsigned char)((uint64_t)view.len >> (56 - 8 * i));
	sha256_add(sha, (struct view){(const char *)length, sizeof(length)});
	sha256_add(sha, view);
}

void sha256_hex(struct sha256 *sha, char ret_hex[SHA256_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[SHA256_DIGEST_LENGTH];

	SHA256Final(digest, (SHA2_CTX *)(void *)sha->state);
	for (size_t i = 0; i < sizeof(digest); i++) {
		ret_hex[2 * i] = digits[digest[i] >> 4];
		ret_hex[2 * i + 1] = digits[digest[i] & 15];
	}
	ret_hex[SHA256_HEX_SIZE - 1] = '\0';
}
