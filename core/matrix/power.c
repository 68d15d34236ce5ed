#include "core/matrix/power.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

static struct power powers[POWER_MAX - POWER_MIN + 1];
static pthread_once_t powers_once = PTHREAD_ONCE_INIT;

/* A natural number of 44 · 32 bits, enough for 10^324 and for 2^1280, of which 10^-342 has 143 left. */
#define LIMBS 44

static void multiply_by_ten(uint32_t limb[LIMBS])
{
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)limb[i] * 10;
        limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void divide_by_ten(uint32_t limb[LIMBS])
{
    uint64_t rest = 0;
    for (int i = LIMBS - 1; i >= 0; i--) {
        rest = rest << 32 | limb[i];
        limb[i] = (uint32_t)(rest / 10);
        rest %= 10;
    }
}

/* The highest 128 bits, rounded up where anything lies below them (or did: inexact). */
static struct power leading_bits(const uint32_t limb[LIMBS], bool inexact)
{
    int top = LIMBS - 1;
    while (limb[top] == 0)
        top--;
    int shift = __builtin_clz(limb[top]);
    unsigned __int128 bits = 0;
    for (int i = 0; i < 4; i++)
        bits = bits << 32 | (top >= i ? limb[top - i] : 0);
    uint32_t next = top >= 4 ? limb[top - 4] : 0;
    bits = bits << shift | (shift ? next >> (32 - shift) : 0);
    inexact |= (uint32_t)(next << shift) != 0;
    for (int i = top - 5; i >= 0 && !inexact; i--)
        inexact = limb[i] != 0;
    bits += inexact;
    return (struct power){(uint64_t)(bits >> 64), (uint64_t)bits};
}

static void make_powers(void)
{
    uint32_t limb[LIMBS] = {1};
    for (int e = 0; e <= POWER_MAX; e++) {
        powers[e - POWER_MIN] = leading_bits(limb, false);
        multiply_by_ten(limb);
    }
    /* floor(floor(x / 10) / 10) is floor(x / 100), so the leading bits stay right. */
    memset(limb, 0, sizeof limb);
    limb[40] = 1;
    for (int e = -1; e >= POWER_MIN; e--) {
        divide_by_ten(limb);
        powers[e - POWER_MIN] = leading_bits(limb, true);
    }
}

const struct power *power_table(void)
{
    pthread_once(&powers_once, make_powers);
    return powers;
}
