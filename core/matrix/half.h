/*
 * IEEE 754 binary16, as uint16_t: no _Float16, for compilers differ in what they do with it.
 */
#ifndef SHMTOP_CORE_MATRIX_HALF_H
#define SHMTOP_CORE_MATRIX_HALF_H

#include <stdint.h>

/* Exact; a nan stays a nan. */
double half_to_double(uint16_t half);

/* Round to nearest, ties to even, once; overflow from 65520 on gives inf; subnormals are made; nan stays nan.
 */
uint16_t half_from_double(double value);

#endif
