/*
 * The Python package SharedArray (PyPI SharedArray; field-guide.md §3.1): a packed struct array_meta, at the
 * beginning of the file in its first versions, behind the data since. Always C order.
 *
 * Which version wrote it is known only by where the magic stands and whether the numbers behind it agree: the
 * magic alone may be somebody's data, and one generation's struct read as another's gives nonsense. So each
 * place is tried, and the first whose numbers agree with each other and with the file's size counts; where
 * there is a magic but no such place it is damaged.
 */
#include <errno.h>
#include <string.h>

#include "core/layout/recogniser.h"
#include "core/sys/bytes.h"
#include "core/sys/checked.h"

#define MAGIC      "[SharedArray]\0\0" /* padded to 16 */
#define MAGIC_SIZE 16
#define DIM_SIZE   8

/* Offsets within the struct, whose magic stands at 0 and the bytes of data (u64) at 16. */
struct generation {
    bool behind;       /* the struct stands at the end of the file, the data at 0 */
    uint16_t size;     /* of the struct */
    uint8_t type;      /* i32 */
    uint8_t item_size; /* i32; 0: none */
    uint8_t rank;      /* i32 */
    uint8_t dims;      /* i64 each */
    uint8_t rank_max;
};

static const struct generation generations[] = {
    {true, 292, 24, 28, 32, 36, 32}, /* 3.1 and later, with numpy 1 */
    {true, 548, 24, 28, 32, 36, 64}, /* the same with numpy 2 */
    {true, 288, 24, 0, 28, 32, 32},  /* 2.0 to 3.0 */
    {true, 160, 24, 0, 28, 32, 16},  /* 0.4 to 1.x */
    {false, 160, 24, 0, 28, 32, 16}, /* before 0.4 */
};

/* The very first told no type: u32 rank at 16, u32 dims[16] at 20, then the data. */
#define FIRST_SIZE     84
#define FIRST_RANK_MAX 16

/* numpy's type numbers, NPY_TYPES of ndarraytypes.h, as far as their size is the same everywhere. */
static const struct {
    char kind;
    uint8_t size; /* 0: as the struct says */
} types[] = {
    [0] = {DTYPE_BOOL, 1},     [1] = {DTYPE_INT, 1},      [2] = {DTYPE_UINT, 1},      [3] = {DTYPE_INT, 2},
    [4] = {DTYPE_UINT, 2},     [5] = {DTYPE_INT, 4},      [6] = {DTYPE_UINT, 4},      [7] = {DTYPE_INT, 8},
    [8] = {DTYPE_UINT, 8},     [9] = {DTYPE_INT, 8},      [10] = {DTYPE_UINT, 8},     [11] = {DTYPE_FLOAT, 4},
    [12] = {DTYPE_FLOAT, 8},   [14] = {DTYPE_COMPLEX, 8}, [15] = {DTYPE_COMPLEX, 16}, [18] = {DTYPE_BYTES, 0},
    [19] = {DTYPE_UNICODE, 0}, [20] = {DTYPE_VOID, 0},    [23] = {DTYPE_FLOAT, 2},
};

static int refuse_type(int32_t number, struct error *error)
{
    if (number == 17)
        return error_set(error, EBADMSG,
                         "a SharedArray of Python objects, which mean nothing to another process");
    if (number == 13 || number == 16)
        return error_set(error, EBADMSG, "a SharedArray of long doubles, which are not supported");
    if (number == 21 || number == 22)
        return error_set(error, EBADMSG, "a SharedArray of times, whose unit it does not tell");
    return error_set(error, EBADMSG, "a SharedArray of type number %d, which is not known", number);
}

static int read_type(const uint8_t *at, const struct generation *generation, struct dtype *ret_dtype,
                     struct error *error)
{
    int32_t number = bytes_i32(at + generation->type);
    int32_t told = generation->item_size ? bytes_i32(at + generation->item_size) : 0;
    if (number < 0 || (size_t)number >= sizeof types / sizeof types[0] || types[number].kind == '\0' ||
        (types[number].size == 0 && told <= 0))
        return refuse_type(number, error);
    uint64_t size = types[number].size ? types[number].size : (uint64_t)told;
    if (generation->item_size && (uint64_t)told != size)
        return error_set(error, EBADMSG, "its SharedArray metadata tells of elements of %d bytes, not %llu",
                         told, (unsigned long long)size);
    return dtype_make((enum dtype_kind)types[number].kind, '=', size, NULL, ret_dtype, error);
}

static int read_shape(const uint8_t *at, const struct generation *generation, struct matrix *matrix,
                      struct error *error)
{
    int32_t rank = bytes_i32(at + generation->rank);
    if (rank < 0 || rank > generation->rank_max)
        return error_set(error, EBADMSG, "its SharedArray metadata tells of %d dimensions (at most %d)", rank,
                         generation->rank_max);
    matrix->rank = rank;
    for (int axis = 0; axis < rank; axis++) {
        matrix->shape[axis] = bytes_u64(at + generation->dims + axis * DIM_SIZE);
        if (matrix->shape[axis] > INT64_MAX)
            return error_set(error, EBADMSG, "its SharedArray metadata tells of a negative dimension");
    }
    return 0;
}

/* The numbers agree: the shape has as many bytes as are told, and so many lie before or behind the struct. */
static int check_size(const struct layout_probe *probe, const struct generation *generation,
                      const uint8_t *at, const struct matrix *matrix, struct error *error)
{
    uint64_t told = bytes_u64(at + MAGIC_SIZE), bytes;
    int r = matrix_bytes(matrix, &bytes, error);
    if (r < 0)
        return r;
    if (bytes != told)
        return error_set(error, EBADMSG,
                         "its SharedArray metadata tells of a shape of %llu bytes, but of %llu bytes of data",
                         (unsigned long long)bytes, (unsigned long long)told);
    if (bytes > probe->size - generation->size)
        return error_set(error, EBADMSG,
                         "its SharedArray metadata tells of %llu bytes of data, but the file has %llu",
                         (unsigned long long)bytes, (unsigned long long)(probe->size - generation->size));
    return 0;
}

static int read_struct(const struct layout_probe *probe, const struct generation *generation,
                       const uint8_t *at, struct matrix *ret_matrix, struct error *error)
{
    struct matrix matrix = {.order = 'C', .offset = generation->behind ? 0 : generation->size};
    int r;
    if ((r = read_type(at, generation, &matrix.dtype, error)) < 0 ||
        (r = read_shape(at, generation, &matrix, error)) < 0 ||
        (r = check_size(probe, generation, at, &matrix, error)) < 0)
        return r;
    *ret_matrix = matrix;
    return 0;
}

/* Where the struct of a generation would stand, if its magic does; NULL: it does not. */
static const uint8_t *find_magic(const struct layout_probe *probe, const struct generation *generation)
{
    const uint8_t *at = probe->head;
    size_t there = generation->behind ? probe->tail_size : probe->head_size;
    if (there < generation->size)
        return NULL;
    if (generation->behind)
        at = probe->tail + probe->tail_size - generation->size;
    return memcmp(at, MAGIC, MAGIC_SIZE) == 0 ? at : NULL;
}

/* The first generation: nothing but the shape, so all of the file must be elements of one size. */
static bool is_first(const struct layout_probe *probe)
{
    const uint8_t *at = probe->head;
    uint32_t rank = bytes_u32(at + MAGIC_SIZE);
    uint64_t count = 1, bytes = probe->size - FIRST_SIZE;
    if (rank < 1 || rank > FIRST_RANK_MAX)
        return false;
    for (uint32_t axis = 0; axis < rank; axis++)
        if (checked_mul_u64(count, bytes_u32(at + 20 + 4 * axis), &count))
            return false;
    if (count == 0 || bytes % count != 0)
        return false;
    uint64_t size = bytes / count;
    return size == 1 || size == 2 || size == 4 || size == 8 || size == 16;
}

enum verdict sharedarray_recognise(const struct layout_probe *probe, struct layout_result *ret,
                                   size_t *ret_need, struct error *error)
{
    (void)ret_need;
    enum verdict verdict = VERDICT_NO;
    if (!probe->tail)
        return VERDICT_NEED_TAIL;
    for (size_t i = 0; i < sizeof generations / sizeof generations[0]; i++) {
        const uint8_t *at = find_magic(probe, &generations[i]);
        if (!at)
            continue;
        if (read_struct(probe, &generations[i], at, &ret->matrix, verdict == VERDICT_NO ? error : NULL) == 0)
            return VERDICT_YES;
        verdict = VERDICT_DAMAGED;
    }
    if (probe->head_size < FIRST_SIZE || memcmp(probe->head, MAGIC, MAGIC_SIZE) != 0)
        return verdict;
    if (is_first(probe)) {
        ret->payload = FIRST_SIZE;
        return VERDICT_BARE;
    }
    if (verdict == VERDICT_NO)
        error_set(error, EBADMSG, "its SharedArray metadata fits the file in no version");
    return VERDICT_DAMAGED;
}
