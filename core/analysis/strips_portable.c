/* The level that every machine has. */
#if !defined(__clang__) /* which does it anyway */
#pragma GCC optimize("O3")
#endif

#include "core/analysis/strips_loops.h"

const struct strip_kernels strips_portable = KERNELS;
