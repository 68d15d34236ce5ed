/* AVX2: vectors of 32 bytes. */
#include "core/analysis/kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <string.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC optimize("O3")
#pragma GCC target("avx2")
#endif

#define VECTOR 32
#define HAS_LEAST_F8
#define least_f8(a, b)    ((vf8)_mm256_min_pd(a, b))
#define greatest_f8(a, b) ((vf8)_mm256_max_pd(a, b))
#include "core/analysis/kernels_loops.h"

const struct analysis_kernels analysis_avx2 = KERNELS;

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif
