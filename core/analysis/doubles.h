/*
 * Elements of any numeric type as doubles, a piece at a time: integers of 64 bits rounded, complex numbers
 * their magnitude (as hypot: right to a last place, neither too large nor too small on the way; nan where
 * either part is, else inf where either is, and what no double holds is DBL_MAX).
 */
#ifndef SHMTOP_CORE_ANALYSIS_DOUBLES_H
#define SHMTOP_CORE_ANALYSIS_DOUBLES_H

#include "core/analysis/kernels.h"

/* A small value without owner. */
struct doubles {
    const struct analysis_kernels *kernels;
    uint64_t size; /* bytes of an element as stored */
    bool is_plain; /* doubles already */
    unsigned part; /* complex: bytes of a part; else 0 */
    struct converter converter;
};

/* False where the level is not there, or the type not numeric. */
bool doubles_make(const struct dtype *dtype, enum convert_level level, struct doubles *ret_doubles);

/* n ≤ KERNEL_PIECE elements, as stored, at any alignment. Returns buffer, of KERNEL_PIECE doubles, or where
 * they are. */
const f8_at *doubles_get(const struct doubles *doubles, const void *elements, size_t n, double *buffer);

#endif
