/*
 * The level that every machine has.
 */
#include "core/analysis/match_kernels.h"

MAKE_KERNELS

const struct match_kernels match_portable = ALL_KERNELS;
