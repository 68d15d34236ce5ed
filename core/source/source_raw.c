/*
 * Raw bytes: no header, what they are is said by the caller. Exactly that long, so that a type or shape told
 * wrong is seen at once.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/matrix/fit.h"
#include "core/source/source.h"
#include "core/sys/checked.h"
#include "core/sys/text.h"

static int find_dim(struct source *source, int axis, struct error *error)
{
    struct matrix *matrix = &source->matrix;
    struct fit fit = {.rank = matrix->rank, .open = axis};
    memcpy(fit.dims, matrix->shape, sizeof fit.dims);
    return fit_apply(&fit, source->input.size, matrix, error);
}

static int describe(struct source *source, const struct source_options *options, uint64_t *ret_bytes,
                    struct error *error)
{
    struct matrix *matrix = &source->matrix;
    if (!options->as)
        return error_set(error, EINVAL, "raw bytes need a type beside their shape");
    if (options->rank < 0 || options->rank > MATRIX_RANK_MAX)
        return error_set(error, EINVAL, "a shape has at most %d dimensions", MATRIX_RANK_MAX);
    if (options->finds_dim && source->input.is_stream)
        return error_set(error, EINVAL,
                         "-1 is found from a file's length, which a pipe has not: give all dimensions");
    matrix->dtype = dtype_dup(options->as);
    matrix->order = 'C';
    matrix->rank = options->rank;
    memcpy(matrix->shape, options->shape, (size_t)options->rank * sizeof matrix->shape[0]);
    snprintf(source->kind, sizeof source->kind, "raw bytes");
    int r = options->finds_dim ? find_dim(source, options->open, error) : 0;
    return r < 0 ? r : source_bytes(source, ret_bytes, error);
}

#define SIGNATURE 6

/* As --shape takes it. */
static void add_shape(struct text *text, int rank, const uint64_t *shape)
{
    for (int axis = 0; axis < rank; axis++) {
        text_add_string(text, axis ? "," : "");
        text_add_u64(text, shape[axis]);
    }
}

/* The first dimension is what people get wrong, or do not know. */
static bool fitting_rows(const struct matrix *matrix, uint64_t size, uint64_t *ret_rows)
{
    uint64_t row = matrix->dtype.itemsize;
    for (int axis = 1; axis < matrix->rank; axis++)
        if (checked_mul_u64(row, matrix->shape[axis], &row))
            return false;
    if (matrix->rank == 0 || row == 0 || size == 0 || size % row != 0)
        return false;
    *ret_rows = size / row;
    return true;
}

/* "float32 of shape 3,3 takes". */
static void add_matrix(struct text *text, const struct matrix *matrix)
{
    char name[DTYPE_NAME_MAX];
    dtype_name(&matrix->dtype, name);
    text_add_string(text, name);
    text_add_string(text, matrix->rank == 0 ? " alone" : " of shape ");
    add_shape(text, matrix->rank, matrix->shape);
    text_add_string(text, " takes");
}

/* Where somebody said too much of what says it itself. */
static bool begins_like_npy(const struct input *input)
{
    uint8_t head[SIGNATURE];
    ssize_t n = input->is_stream ? 0 : input_pread(input, head, sizeof head, 0, NULL);
    return n > 0 && npy_has_magic(head, (size_t)n);
}

static int refuse_length(const struct source *source, uint64_t size, uint64_t bytes, struct error *error)
{
    const struct matrix *matrix = &source->matrix;
    char buf[ERROR_TEXT_MAX];
    struct matrix fitting = {.rank = matrix->rank};
    struct text text;
    text_init(&text, buf, sizeof buf);
    text_add_u64(&text, size);
    text_add_string(&text, size == 1 ? " byte, where " : " bytes, where ");
    add_matrix(&text, matrix);
    text_add_char(&text, ' ');
    text_add_u64(&text, bytes);
    memcpy(fitting.shape, matrix->shape, sizeof fitting.shape);
    if (fitting_rows(matrix, size, &fitting.shape[0])) {
        text_add_string(&text, " (");
        add_shape(&text, fitting.rank, fitting.shape);
        text_add_string(&text, " would fit)");
    }
    if (begins_like_npy(&source->input))
        text_add_string(&text, "; it is a .npy file, which is read without --shape");
    return error_set(error, EBADMSG, "%s", buf);
}

static ssize_t read_data(struct source *source, void *buf, size_t size, struct error *error)
{
    uint64_t bytes, had = source->input.at;
    int r = source_bytes(source, &bytes, error);
    if (r < 0)
        return r;
    ssize_t n = input_read(&source->input, buf, (size_t)min_u64(size, bytes - min_u64(bytes, had)), error);
    if (n >= 0 && (size_t)n < size && source->input.at < bytes)
        return refuse_length(source, source->input.at, bytes, error);
    return n;
}

/* A stream must end where the data do. */
static int finish(struct source *source, struct error *error)
{
    char byte, buf[ERROR_TEXT_MAX];
    struct text text;
    if (!source->input.is_stream)
        return 0;
    ssize_t n = input_read(&source->input, &byte, 1, error);
    if (n <= 0)
        return (int)n;
    text_init(&text, buf, sizeof buf);
    add_matrix(&text, &source->matrix);
    return error_set(error, EBADMSG, "goes on after the %llu bytes that %s",
                     (unsigned long long)source->input.at - 1, buf);
}

int source_open_raw(struct source *source, const struct source_options *options, struct error *error)
{
    static const struct source_ops ops = {.read = read_data, .finish = finish};
    uint64_t bytes;
    int r = describe(source, options, &bytes, error);
    if (r < 0)
        return r;
    source->ops = &ops;
    source->is_direct = !source->input.is_stream;
    if (source->is_direct && source->input.size != bytes)
        return refuse_length(source, source->input.size, bytes, error);
    return 0;
}
