#include "journal/checksum.h"

#include <pthread.h>

#define POLYNOMIAL 0x82f63b78u

static uint32_t steps[256];
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void make(void)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t sum = byte;

		for (int bit = 0; bit < 8; bit++)
			sum = (sum >> 1) ^ (sum & 1 ? POLYNOMIAL : 0);
		steps[byte] = sum;
	}
}

static uint32_t add(uint32_t sum, const unsigned char *bytes, size_t len)
{
	sum = ~sum;
	for (size_t i = 0; i < len; i++)
		sum = (sum >> 8) ^ steps[(sum ^ bytes[i]) & 0xff];
	return ~sum;
}

uint32_t checksum_add_number(uint32_t sum, uint64_t number)
{
	unsigned char bytes[8];

	pthread_once(&made, make);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(number >> (8 * i));
	return add(sum, bytes, sizeof(bytes));
}

uint32_t checksum_add(uint32_t sum, struct view part)
{
	sum = checksum_add_number(sum, part.len);
	return add(sum, (const unsigned char *)part.ptr, part.len);
}
