#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer and the replayer call; always 0. A finding is an abort. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#endif
