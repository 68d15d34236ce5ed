/*
 * Both ways by integer arithmetic on the bits: the C compiler's conversions go through float, which rounds
 * twice.
 */
#include "core/matrix/half.h"

#include <string.h>

#define DOUBLE_BIAS     1023
#define HALF_BIAS       15
#define FRACTION_SHIFT  42 /* 52 fraction bits of a double, 10 of a half */
#define DOUBLE_FRACTION ((UINT64_C(1) << 52) - 1)

double half_to_double(uint16_t half)
{
    uint64_t sign = (uint64_t)(half >> 15) << 63;
    uint64_t exponent = half >> 10 & 0x1f;
    uint64_t fraction = half & 0x3ff;
    uint64_t bits;
    if (exponent == 0x1f) {
        bits = sign | UINT64_C(0x7ff) << 52 | fraction << FRACTION_SHIFT;
    } else if (exponent > 0) {
        bits = sign | (exponent - HALF_BIAS + DOUBLE_BIAS) << 52 | fraction << FRACTION_SHIFT;
    } else {
        /* Subnormals are fraction · 2^-24, which a double holds exactly. */
        double magnitude = (double)fraction * 0x1p-24;
        return sign ? -magnitude : magnitude;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* value / 2^shift, to nearest, ties to even; 0 < shift < 64. */
static uint64_t shift_round(uint64_t value, int shift)
{
    uint64_t kept = value >> shift;
    uint64_t dropped = value & ((UINT64_C(1) << shift) - 1);
    uint64_t tie = UINT64_C(1) << (shift - 1);
    return kept + (dropped > tie || (dropped == tie && (kept & 1)));
}

uint16_t half_from_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint16_t sign = (uint16_t)(bits >> 48 & 0x8000);
    int exponent = (int)(bits >> 52 & 0x7ff);
    uint64_t fraction = bits & DOUBLE_FRACTION;
    if (exponent == 0x7ff) {
        uint16_t payload = (uint16_t)(fraction >> FRACTION_SHIFT);
        /* A nan whose payload lies in the lower bits alone must not become inf. */
        return sign | 0x7c00 | (fraction && !payload ? 1 : payload);
    }
    exponent += HALF_BIAS - DOUBLE_BIAS;
    if (exponent >= 0x1f)
        return sign | 0x7c00;
    /* A carry out of the fraction goes into the exponent as it should: to the next power of two, or inf. */
    if (exponent > 0)
        return sign | (uint16_t)shift_round((uint64_t)exponent << 52 | fraction, FRACTION_SHIFT);
    if (exponent < -10)
        return sign;
    return sign | (uint16_t)shift_round(UINT64_C(1) << 52 | fraction, FRACTION_SHIFT + 1 - exponent);
}
