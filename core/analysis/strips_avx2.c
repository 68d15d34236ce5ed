/* AVX2: vectors of 32 bytes. */
#include "core/analysis/strips.h"

#if defined(__x86_64__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC optimize("O3")
#pragma GCC target("avx2")
#endif

#include "core/analysis/strips_loops.h"

const struct strip_kernels strips_avx2 = KERNELS;

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif
