#include "core/matrix/factor.h"

#include <stdbool.h>

/* Widths of what lies in memory in practice, the commoner ones first. */
static const uint16_t widths[] = {
    768,  1024, 512,  256,  128, 1000, 100, 4096, 2048, 384, 1536, 3072, 64,    640,
    1280, 1920, 3840, 8192, 10,  3,    4,   8,    16,   32,  500,  200,  50,    20,
    12,   24,   60,   252,  365, 360,  720, 480,  224,  300, 2000, 5000, 10000,
};
#define WIDTHS (sizeof widths / sizeof widths[0])

/* How many of the common widths are offered, and of the nearly square ones. */
#define COMMON_MAX 6
#define SQUARE_MAX 4

/* Steps that a search of a divisor may take: below a millisecond. */
#define STEPS_MAX 200000

struct list {
    struct factoring *items;
    size_t count, max;
};

static bool has(const struct list *list, uint64_t rows)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].rank == 2 && list->items[i].dims[0] == rows)
            return true;
    return false;
}

static bool add(struct list *list, uint64_t rows, uint64_t columns)
{
    if (rows < 2 || columns < 2 || list->count == list->max || has(list, rows))
        return false;
    list->items[list->count++] = (struct factoring){.rank = 2, .dims = {rows, columns}};
    return true;
}

static void add_common(struct list *list, uint64_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < WIDTHS && found < COMMON_MAX; i++)
        if (count % widths[i] == 0)
            found += add(list, count / widths[i], widths[i]);
}

/* The square root, rounded down. */
static uint64_t root_of(uint64_t count)
{
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit; bit >>= 1)
        if (root + bit <= count / (root + bit))
            root += bit;
    return root;
}

/* From the root down: the divisors nearest to it. */
static void add_square(struct list *list, uint64_t count)
{
    size_t found = 0;
    uint64_t divisor = root_of(count);
    for (unsigned step = 0; divisor >= 2 && found < SQUARE_MAX && step < STEPS_MAX; divisor--, step++) {
        if (count % divisor != 0)
            continue;
        found += add(list, count / divisor, divisor);
        found += add(list, divisor, count / divisor);
    }
}

size_t factor_shapes(uint64_t bytes, uint64_t itemsize, struct factoring *ret, size_t max)
{
    struct list list = {.items = ret, .max = max};
    if (bytes == 0 || itemsize == 0 || bytes % itemsize != 0 || max == 0)
        return 0;
    uint64_t count = bytes / itemsize;
    ret[list.count++] = (struct factoring){.rank = 1, .dims = {count}};
    add_common(&list, count);
    add_square(&list, count);
    return list.count;
}
