#include "core/matrix/matrix.h"

#include <errno.h>

#include "core/sys/checked.h"
#include "core/sys/text.h"

void matrix_copy(const struct matrix *matrix, struct matrix *ret)
{
    *ret = *matrix;
    ret->dtype = dtype_dup(&matrix->dtype);
}

void matrix_clear(struct matrix *matrix)
{
    dtype_clear(&matrix->dtype);
}

/* The product of the dims that are not zero, times unit; whether one is zero. False on overflow of 2^63-1. */
static bool multiply_shape(const struct matrix *matrix, uint64_t unit, uint64_t *ret_product, bool *ret_empty)
{
    uint64_t product = unit > 0 ? unit : 1;
    bool empty = unit == 0;
    for (int axis = 0; axis < matrix->rank; axis++) {
        uint64_t dim = matrix->shape[axis];
        if (dim == 0)
            empty = true;
        else if (checked_mul_u64(product, dim, &product))
            return false;
    }
    if (product > INT64_MAX)
        return false;
    *ret_product = product;
    *ret_empty = empty;
    return true;
}

int matrix_count(const struct matrix *matrix, uint64_t *ret_count, struct error *error)
{
    uint64_t count;
    bool empty;
    if (!multiply_shape(matrix, 1, &count, &empty))
        return error_set(error, EBADMSG, "the shape has more elements than fit in 63 bits");
    *ret_count = empty ? 0 : count;
    return 0;
}

int matrix_bytes(const struct matrix *matrix, uint64_t *ret_bytes, struct error *error)
{
    uint64_t count, bytes;
    bool empty;
    int r = matrix_count(matrix, &count, error);
    if (r < 0)
        return r;
    if (!multiply_shape(matrix, matrix->dtype.itemsize, &bytes, &empty))
        return error_set(error, EBADMSG, "the shape has more bytes than fit in 63 bits");
    *ret_bytes = empty ? 0 : bytes;
    return 0;
}

size_t matrix_shape_text(int rank, const uint64_t *shape, bool ascii, char *buf, size_t size)
{
    struct text text;
    text_init(&text, buf, size);
    if (rank == 0)
        text_add_string(&text, "scalar");
    for (int axis = 0; axis < rank; axis++) {
        if (axis > 0)
            text_add_string(&text, ascii ? " x " : " × ");
        text_add_u64(&text, shape[axis]);
    }
    return text.length;
}
