/*
 * What a fuzz target gives: libFuzzer's entry, and the room of its corpus below tests/fuzz/corpus for the
 * replayer.
 */
#ifndef SHMTOP_TESTS_FUZZ_TARGET_H
#define SHMTOP_TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const char fuzz_corpus[];

#endif
