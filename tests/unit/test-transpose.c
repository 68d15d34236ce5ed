#include "tests/support/test.h"

#include "core/matrix/transpose.h"

static uint64_t random_state = 1;

static uint64_t random_below(uint64_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % n;
}

static uint64_t count_of(const struct transpose *t)
{
    uint64_t n = 1;
    for (int i = 0; i < t->rank; i++)
        n *= t->extent[i];
    return n;
}

/* Element by element. */
static void transpose_slowly(const struct transpose *t, const uint8_t *from, uint8_t *to)
{
    uint64_t count = count_of(t);
    for (uint64_t n = 0; n < count; n++) {
        size_t at = 0, to_at = 0;
        uint64_t rest = n;
        for (int i = 0; i < t->rank; i++) {
            at += (size_t)(rest % t->extent[i]) * t->from_stride[i];
            to_at += (size_t)(rest % t->extent[i]) * t->to_stride[i];
            rest /= t->extent[i];
        }
        memcpy(to + to_at, from + at, t->itemsize);
    }
}

/* Bytes that a side reaches. */
static size_t reach(const struct transpose *t, const size_t *stride)
{
    size_t end = t->itemsize;
    for (int i = 0; i < t->rank; i++)
        end += (size_t)(t->extent[i] - 1) * stride[i];
    return count_of(t) ? end : 0;
}

/* Both places are allocated as large as they are reached, and what lies between the elements must stay. */
static void check(const struct transpose *t, size_t misaligned)
{
    size_t from_size = reach(t, t->from_stride) + misaligned, to_size = reach(t, t->to_stride) + misaligned;
    uint8_t *from = malloc(from_size + 1), *to = malloc(to_size + 1), *want = malloc(to_size + 1);
    for (size_t i = 0; i < from_size; i++)
        from[i] = (uint8_t)(i * 2654435761u >> 11);
    memset(to, 0xee, to_size + 1);
    memset(want, 0xee, to_size + 1);
    transpose_slowly(t, from + misaligned, want + misaligned);
    transpose_run(t, from + misaligned, to + misaligned);
    assert_memory_equal(to, want, to_size + 1);
    free(from);
    free(to);
    free(want);
}

static const size_t itemsizes[] = {1, 2, 3, 4, 7, 8, 16, 24, 100};

#define ITEMSIZES (sizeof itemsizes / sizeof itemsizes[0])

static void check_all(int rank, const uint64_t *extent)
{
    for (size_t i = 0; i < ITEMSIZES; i++) {
        struct transpose t;
        transpose_make(rank, extent, itemsizes[i], &t);
        check(&t, 0);
        check(&t, i + 1);
    }
}

static void planes_of_every_size_are_turned(void **state)
{
    (void)state;
    for (uint64_t rows = 1; rows <= 19; rows++)
        for (uint64_t columns = 1; columns <= 35; columns++)
            check_all(2, (const uint64_t[]){rows, columns});
    check_all(2, (const uint64_t[]){64, 64});
    check_all(2, (const uint64_t[]){65, 130});
    check_all(2, (const uint64_t[]){3, 1030});
    check_all(2, (const uint64_t[]){1030, 3});
    check_all(2, (const uint64_t[]){8, 513});
    check_all(2, (const uint64_t[]){513, 9});
}

static void few_or_no_axes_are_copied(void **state)
{
    (void)state;
    check_all(0, NULL);
    check_all(1, (const uint64_t[]){1});
    check_all(1, (const uint64_t[]){100});
    check_all(3, (const uint64_t[]){1, 100, 1});
    check_all(4, (const uint64_t[]){1, 5, 1, 7});
}

static void nothing_is_copied_of_nothing(void **state)
{
    (void)state;
    uint8_t to = 7;
    struct transpose t;
    transpose_make(3, (const uint64_t[]){4, 0, 3}, 1, &t);
    transpose_run(&t, NULL, &to);
    transpose_make(2, (const uint64_t[]){4, 3}, 0, &t);
    transpose_run(&t, NULL, &to);
    assert_int_equal(to, 7);
}

static void tiny_axes_are_turned(void **state)
{
    (void)state;
    uint64_t twos[20], threes[9];
    for (int i = 0; i < 20; i++)
        twos[i] = 2;
    for (int i = 0; i < 9; i++)
        threes[i] = 3;
    for (size_t i = 0; i < ITEMSIZES; i++) {
        struct transpose t;
        transpose_make(itemsizes[i] > 16 ? 12 : 17, twos, itemsizes[i], &t);
        check(&t, 0);
        transpose_make(9, threes, itemsizes[i], &t);
        check(&t, 0);
    }
    struct transpose t;
    transpose_make(20, twos, 8, &t);
    check(&t, 0);
}

static void random_shapes_are_turned(void **state)
{
    (void)state;
    for (int n = 0; n < 300; n++) {
        uint64_t extent[8];
        int rank = (int)random_below(8) + 1;
        uint64_t most = rank < 3 ? 100 : rank < 5 ? 12 : 5;
        for (int i = 0; i < rank; i++)
            extent[i] = random_below(most) + 1;
        struct transpose t;
        transpose_make(rank, extent, itemsizes[random_below(ITEMSIZES)], &t);
        check(&t, random_below(16));
    }
}

/* A part of a larger array on either side, and gaps anywhere. */
static void gaps_are_left_alone(void **state)
{
    (void)state;
    for (int n = 0; n < 300; n++) {
        struct transpose t = {.rank = (int)random_below(5) + 1,
                              .itemsize = itemsizes[random_below(ITEMSIZES)]};
        size_t from = t.itemsize, to = t.itemsize;
        for (int i = 0; i < t.rank; i++)
            t.extent[i] = random_below(t.rank < 3 ? 70 : 9) + 1;
        for (int i = 0; i < t.rank; i++) {
            int last = t.rank - 1 - i;
            from += random_below(3) ? 0 : random_below(9);
            to += random_below(3) ? 0 : random_below(9);
            t.to_stride[i] = to;
            t.from_stride[last] = from;
            to *= (size_t)t.extent[i];
            from *= (size_t)t.extent[last];
        }
        check(&t, random_below(16));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planes_of_every_size_are_turned), cmocka_unit_test(few_or_no_axes_are_copied),
        cmocka_unit_test(nothing_is_copied_of_nothing),    cmocka_unit_test(tiny_axes_are_turned),
        cmocka_unit_test(random_shapes_are_turned),        cmocka_unit_test(gaps_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
