/*
 * Running a match: by a kernel, or element by element where there is none.
 */
#include <math.h>
#include <string.h>

#include "core/analysis/match_private.h"
#include "core/matrix/number.h"
#include "core/matrix/window.h"
#include "core/sys/checked.h"

/* Kernels tell places in 32 bits, and a complex number has two parts. */
static size_t run_either(const struct match *match, const uint8_t *elements, size_t n, uint32_t *places)
{
    enum { PARTS = 1024 };
    uint32_t parts[PARTS];
    size_t size = (size_t)match->dtype->itemsize, found = 0;
    for (size_t first = 0, m; first < n; first += m) {
        m = (size_t)min_u64(n - first, PARTS / 2);
        size_t of_parts = match->kernel(elements + first * size, 2 * m, match->range, parts);
        for (size_t i = 0; i < of_parts; i++)
            if (i == 0 || parts[i] / 2 != parts[i - 1] / 2)
                places[found++] = (uint32_t)first + parts[i] / 2;
    }
    return found;
}

/* A part's bits. */
static uint64_t load(const uint8_t *part, size_t size, bool swapped)
{
    uint32_t four;
    uint64_t eight;
    if (size == 4) {
        memcpy(&four, part, 4);
        return swapped ? __builtin_bswap32(four) : four;
    }
    memcpy(&eight, part, 8);
    return swapped ? __builtin_bswap64(eight) : eight;
}

static double value_of(uint64_t bits, size_t size)
{
    uint32_t four = (uint32_t)bits;
    float single;
    double value;
    if (size == 4) {
        memcpy(&single, &four, 4);
        return single;
    }
    memcpy(&value, &bits, 8);
    return value;
}

/* As the kernels do. */
static bool is_in(const struct match_range *range, uint64_t bits, uint64_t size)
{
    uint64_t key = bits ^ (bits & sign_of(size) ? ~sign_of(size) : 0);
    return (((key - range->low) & mask_of(size)) ^ sign_of(size)) <= (range->high ^ sign_of(size));
}

static size_t run_both(const struct match *match, const uint8_t *elements, size_t n, uint32_t *places)
{
    size_t size = (size_t)match->dtype->itemsize / 2, found = 0;
    bool swapped = dtype_is_swapped(match->dtype);
    for (size_t i = 0; i < n; i++, elements += 2 * size) {
        places[found] = (uint32_t)i;
        found += (is_in(&match->range[0], load(elements, size, swapped), size) &&
                  is_in(&match->range[1], load(elements + size, size, swapped), size)) != match->negated;
    }
    return found;
}

static bool magnitude_is_in(const struct match_range *range, double magnitude)
{
    uint64_t bits;
    memcpy(&bits, &magnitude, 8);
    return is_in(range, bits, 8);
}

/* hypot is slow: it is asked only where the root of the squares, which is off by less than the three last
 * places, lies so near to the end of the range, or may have lost more. */
static bool is_magnitude_in(const struct match_range *range, double a, double b)
{
    double root = sqrt(a * a + b * b), least = root * (1 - 0x1p-50), most = root * (1 + 0x1p-50);
    if (root > 0x1p-500 && root < 0x1p500) {
        bool is_met = magnitude_is_in(range, least);
        if (is_met == magnitude_is_in(range, most))
            return is_met;
    }
    return magnitude_is_in(range, hypot(a, b));
}

static size_t run_magnitude(const struct match *match, const uint8_t *elements, size_t n, uint32_t *places)
{
    size_t size = (size_t)match->dtype->itemsize / 2, found = 0;
    bool swapped = dtype_is_swapped(match->dtype);
    for (size_t i = 0; i < n; i++, elements += 2 * size) {
        places[found] = (uint32_t)i;
        found += is_magnitude_in(&match->range[0], value_of(load(elements, size, swapped), size),
                                 value_of(load(elements + size, size, swapped), size));
    }
    return found;
}

static size_t run_text(const struct match *match, const uint8_t *elements, size_t n, uint32_t *places)
{
    uint8_t native[MATCH_ITEM_MAX];
    char text[CONDITION_TEXT_MAX];
    size_t size = (size_t)match->dtype->itemsize, length = strlen(match->text), found = 0;
    bool swapped = dtype_is_swapped(match->dtype);
    for (size_t i = 0; i < n; i++, elements += size) {
        const uint8_t *element = elements;
        if (swapped) {
            memcpy(native, elements, size);
            window_swap(match->dtype, native, 1);
            element = native;
        }
        bool is_same = number_text(match->dtype, element, NUMBER_FULL, text, sizeof text) == length &&
                       memcmp(text, match->text, length) == 0;
        places[found] = (uint32_t)i;
        found += is_same != match->negated;
    }
    return found;
}

bool match_is_never(const struct match *match)
{
    return match->way == MATCH_NONE;
}

size_t match_run(const struct match *match, const void *elements, size_t n, uint32_t *ret_places)
{
    switch (match->way) {
    case MATCH_NONE:
        return 0;
    case MATCH_ALL:
        for (size_t i = 0; i < n; i++)
            ret_places[i] = (uint32_t)i;
        return n;
    case MATCH_RANGE:
        return match->kernel(elements, n, match->range, ret_places);
    case MATCH_EITHER:
        return run_either(match, elements, n, ret_places);
    case MATCH_BOTH:
        return run_both(match, elements, n, ret_places);
    case MATCH_MAGNITUDE:
        return run_magnitude(match, elements, n, ret_places);
    default:
        return run_text(match, elements, n, ret_places);
    }
}
