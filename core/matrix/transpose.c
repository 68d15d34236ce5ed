#include "core/matrix/transpose.h"

#include <string.h>

#include "core/sys/checked.h"

#define WINDOW       64  /* elements a side, where the other side has as many */
#define WINDOW_LONG  512 /* where it has fewer */
#define WINDOW_SHORT 8   /* what is fewer */

/* Turns rows × columns elements: the one of row i and column j lies at from + row[i] + j × itemsize, and goes
 * to to + column[j] + i × itemsize. */
struct plane {
    const uint8_t *from;
    uint8_t *to;
    const size_t *row, *column;
    size_t rows, columns;
};

/* One by one, from row i0 and column j0 on; the inner loop is the longer one. */
static inline void turn_singly(const struct plane *plane, size_t i0, size_t j0, size_t i1, size_t j1,
                               size_t itemsize)
{
    const size_t *row = plane->row, *column = plane->column; /* which a byte that is written may not change */
    if (i1 - i0 > j1 - j0) {
        for (size_t j = j0; j < j1; j++) {
            const uint8_t *from = plane->from + j * itemsize;
            uint8_t *to = plane->to + column[j];
            for (size_t i = i0; i < i1; i++)
                memcpy(to + i * itemsize, from + row[i], itemsize);
        }
        return;
    }
    for (size_t i = i0; i < i1; i++) {
        const uint8_t *from = plane->from + row[i];
        uint8_t *to = plane->to + i * itemsize;
        for (size_t j = j0; j < j1; j++)
            memcpy(to + column[j], from + j * itemsize, itemsize);
    }
}

typedef uint8_t bytes_1 __attribute__((vector_size(16)));
typedef uint16_t bytes_2 __attribute__((vector_size(16)));
typedef uint32_t bytes_4 __attribute__((vector_size(16)));
typedef uint64_t bytes_8 __attribute__((vector_size(16)));

/* The elements of the first, or the second, halves of a and b by turns. */
#define LOW_1(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH_1(a, b)                                                                                         \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define LOW_2(a, b)  __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH_2(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define LOW_4(a, b)  __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH_4(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define LOW_8(a, b)  __builtin_shufflevector(a, b, 0, 2)
#define HIGH_8(a, b) __builtin_shufflevector(a, b, 1, 3)

/*
 * Squares of SIDE × SIDE elements, SIDE of them a vector: as often as SIDE can be halved, each vector of the
 * first half of the square is mixed with its fellow of the second one. What is left at the edges goes singly.
 */
#define DEFINE_TURN(SIZE)                                                                                    \
    static inline void turn_square_##SIZE(const struct plane *plane, size_t i, size_t j)                     \
    {                                                                                                        \
        enum { SIDE = 16 / SIZE };                                                                           \
        bytes_##SIZE v[SIDE], mixed[SIDE];                                                                   \
        _Pragma("GCC unroll 16") for (size_t k = 0; k < SIDE; k++)                                           \
            memcpy(&v[k], plane->from + plane->row[i + k] + j * (SIZE), sizeof v[k]);                        \
        _Pragma("GCC unroll 4") for (size_t n = 1; n < SIDE; n *= 2)                                         \
        {                                                                                                    \
            _Pragma("GCC unroll 8") for (size_t k = 0; k < SIDE / 2; k++)                                    \
            {                                                                                                \
                mixed[2 * k] = LOW_##SIZE(v[k], v[k + SIDE / 2]);                                            \
                mixed[2 * k + 1] = HIGH_##SIZE(v[k], v[k + SIDE / 2]);                                       \
            }                                                                                                \
            _Pragma("GCC unroll 16") for (size_t k = 0; k < SIDE; k++) v[k] = mixed[k];                      \
        }                                                                                                    \
        _Pragma("GCC unroll 16") for (size_t k = 0; k < SIDE; k++)                                           \
            memcpy(plane->to + plane->column[j + k] + i * (SIZE), &v[k], sizeof v[k]);                       \
    }                                                                                                        \
    static void turn_##SIZE(const struct plane *plane, size_t itemsize)                                      \
    {                                                                                                        \
        enum { SIDE = 16 / SIZE };                                                                           \
        size_t rows = plane->rows - plane->rows % SIDE, columns = plane->columns - plane->columns % SIDE;    \
        (void)itemsize;                                                                                      \
        for (size_t j = 0; j < columns; j += SIDE)                                                           \
            for (size_t i = 0; i < rows; i += SIDE)                                                          \
                turn_square_##SIZE(plane, i, j);                                                             \
        turn_singly(plane, rows, 0, plane->rows, columns, SIZE);                                             \
        turn_singly(plane, 0, columns, plane->rows, plane->columns, SIZE);                                   \
    }
DEFINE_TURN(1)
DEFINE_TURN(2)
DEFINE_TURN(4)
DEFINE_TURN(8)

static void turn_16(const struct plane *plane, size_t itemsize)
{
    (void)itemsize;
    turn_singly(plane, 0, 0, plane->rows, plane->columns, 16);
}

static void turn_any(const struct plane *plane, size_t itemsize)
{
    turn_singly(plane, 0, 0, plane->rows, plane->columns, itemsize);
}

typedef void turn_function(const struct plane *plane, size_t itemsize);

static turn_function *turn_of(size_t itemsize)
{
    switch (itemsize) {
    case 1:
        return turn_1;
    case 2:
        return turn_2;
    case 4:
        return turn_4;
    case 8:
        return turn_8;
    case 16:
        return turn_16;
    default:
        return turn_any;
    }
}

/* Axes of which one side lies together, the fastest first, and how far apart their elements are on the other
 * side. */
struct group {
    int axes;
    uint64_t count; /* of elements */
    uint64_t extent[MATRIX_RANK_MAX];
    size_t stride[MATRIX_RANK_MAX];
};

/* Takes one more axis, if its elements follow those that the group has. */
static bool group_add(struct group *group, uint64_t extent, size_t together, size_t apart, size_t itemsize)
{
    if (together != group->count * itemsize)
        return false;
    group->extent[group->axes] = extent;
    group->stride[group->axes++] = apart;
    group->count *= extent;
    return true;
}

/* The offset of the first element that has another index than index in any axis but the first. */
static size_t next_run(const struct group *group, uint64_t *index, size_t at)
{
    at -= (size_t)index[0] * group->stride[0];
    index[0] = 0;
    for (int i = 1; i < group->axes; i++) {
        at += group->stride[i];
        if (++index[i] < group->extent[i])
            break;
        at -= (size_t)group->extent[i] * group->stride[i];
        index[i] = 0;
    }
    return at;
}

/* Where n elements of the group from the first on lie on the other side. */
static void group_offsets(const struct group *group, uint64_t first, size_t n, size_t *ret_offsets)
{
    uint64_t index[MATRIX_RANK_MAX];
    size_t at = 0;
    for (int i = 0; i < group->axes; i++) {
        index[i] = first % group->extent[i];
        first /= group->extent[i];
        at += (size_t)index[i] * group->stride[i];
    }
    for (size_t k = 0; k < n;) {
        size_t run = group->axes ? (size_t)min_u64(n - k, group->extent[0] - index[0]) : n;
        size_t stride = group->axes ? group->stride[0] : 0;
        for (size_t i = 0; i < run; i++)
            ret_offsets[k + i] = at + i * stride;
        k += run;
        if (k < n)
            at = next_run(group, index, at);
    }
}

static size_t window_of(const struct group *group, const struct group *other)
{
    return (size_t)min_u64(group->count, other->count > WINDOW_SHORT ? WINDOW : WINDOW_LONG);
}

/* Turns all of two groups, window by window. */
static void turn_groups(const struct group *rows, const struct group *columns, size_t itemsize,
                        const uint8_t *from, uint8_t *to)
{
    size_t row[WINDOW_LONG], column[WINDOW_LONG];
    size_t height = window_of(rows, columns), width = window_of(columns, rows);
    turn_function *turn = turn_of(itemsize);
    for (uint64_t j = 0; j < columns->count; j += width) {
        struct plane plane = {.row = row, .column = column};
        plane.columns = (size_t)min_u64(width, columns->count - j);
        group_offsets(columns, j, plane.columns, column);
        for (uint64_t i = 0; i < rows->count; i += height) {
            plane.rows = (size_t)min_u64(height, rows->count - i);
            group_offsets(rows, i, plane.rows, row);
            plane.from = from + (size_t)j * itemsize;
            plane.to = to + (size_t)i * itemsize;
            turn(&plane, itemsize);
        }
    }
}

void transpose_make(int rank, const uint64_t *extent, size_t itemsize, struct transpose *ret)
{
    *ret = (struct transpose){.rank = rank, .itemsize = itemsize};
    size_t from = itemsize, to = itemsize;
    for (int i = 0; i < rank; i++) {
        int last = rank - 1 - i;
        ret->extent[i] = extent[i];
        ret->to_stride[i] = to;
        ret->from_stride[last] = from;
        to *= (size_t)extent[i];
        from *= (size_t)extent[last];
    }
}

/* Without the axes of length 1. False where nothing is to be copied. */
static bool without_ones(const struct transpose *transpose, struct transpose *ret)
{
    ret->itemsize = transpose->itemsize;
    ret->rank = 0;
    for (int i = 0; i < transpose->rank; i++) {
        if (transpose->extent[i] == 0)
            return false;
        if (transpose->extent[i] == 1)
            continue;
        ret->extent[ret->rank] = transpose->extent[i];
        ret->from_stride[ret->rank] = transpose->from_stride[i];
        ret->to_stride[ret->rank++] = transpose->to_stride[i];
    }
    return transpose->itemsize > 0;
}

/* Parts the axes: the first ones that lie together after, the last ones that lie together before, and between
 * them those from *ret_first to *ret_end. The shorter group takes the next axis. */
static void part_axes(const struct transpose *t, struct group *rows, struct group *columns, int *ret_first,
                      int *ret_end)
{
    int first = 0, end = t->rank;
    bool more_rows = true, more_columns = true;
    rows->axes = columns->axes = 0;
    rows->count = columns->count = 1;
    while (first < end && (more_rows || more_columns)) {
        if (more_rows && (!more_columns || rows->count <= columns->count)) {
            more_rows = rows->count < WINDOW && group_add(rows, t->extent[first], t->to_stride[first],
                                                          t->from_stride[first], t->itemsize);
            first += more_rows;
        } else {
            more_columns =
                columns->count < WINDOW && group_add(columns, t->extent[end - 1], t->from_stride[end - 1],
                                                     t->to_stride[end - 1], t->itemsize);
            end -= more_columns;
        }
    }
    *ret_first = first;
    *ret_end = end;
}

/* Steps to the next plane. False after the last. */
static bool next_plane(const struct transpose *t, int first, int end, uint64_t *index, size_t *from,
                       size_t *to)
{
    for (int axis = end - 1; axis >= first; axis--) {
        *from += t->from_stride[axis];
        *to += t->to_stride[axis];
        if (++index[axis] < t->extent[axis])
            return true;
        *from -= (size_t)t->extent[axis] * t->from_stride[axis];
        *to -= (size_t)t->extent[axis] * t->to_stride[axis];
        index[axis] = 0;
    }
    return false;
}

void transpose_run(const struct transpose *transpose, const void *from, void *to)
{
    struct transpose t;
    struct group rows, columns;
    uint64_t index[MATRIX_RANK_MAX] = {0};
    size_t from_at = 0, to_at = 0;
    int first, end;
    if (!without_ones(transpose, &t))
        return;
    part_axes(&t, &rows, &columns, &first, &end);
    do
        turn_groups(&rows, &columns, t.itemsize, (const uint8_t *)from + from_at, (uint8_t *)to + to_at);
    while (next_plane(&t, first, end, index, &from_at, &to_at));
}
