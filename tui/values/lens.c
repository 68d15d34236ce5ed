#include "tui/values/lens.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/format.h"
#include "core/matrix/fit.h"
#include "core/sys/checked.h"
#include "core/sys/memory.h"
#include "core/sys/text.h"
#include "tui/values/lens_private.h"

struct lens *lens_new(bool may_record)
{
    struct lens *lens = memory_new(sizeof *lens);
    lens->may_record = may_record;
    lens->type = line_new(NULL);
    lens->shape = line_new(NULL);
    lens->offset = line_new(NULL);
    return lens;
}

void lens_free(struct lens *lens)
{
    if (!lens)
        return;
    line_free(lens->type);
    line_free(lens->shape);
    line_free(lens->offset);
    free(lens);
}

/* --- what is said --- */

static void say(struct lens *lens, const struct error *error)
{
    snprintf(lens->verdict, sizeof lens->verdict, "%s", error->text);
}

static bool read_type(struct lens *lens, struct dtype *ret_dtype)
{
    struct error error = {0};
    if (dtype_parse(line_text(lens->type), ret_dtype, &error) < 0)
        say(lens, &error);
    else if (ret_dtype->itemsize == 0)
        snprintf(lens->verdict, sizeof lens->verdict, "type: one of no bytes");
    else
        return true;
    return false;
}

static bool read_offset(struct lens *lens, uint64_t *ret_offset)
{
    const char *text = line_text(lens->offset);
    *ret_offset = 0;
    if (!*text || text_read_u64(text, strlen(text), INT64_MAX, ret_offset))
        return true;
    snprintf(lens->verdict, sizeof lens->verdict, "offset: a number of bytes is expected");
    return false;
}

/* As people and programs write it, "(1000, 768)" or "1000 x 768", in the form that fit_parse reads. */
static void plain_shape(const char *text, char *buf, size_t size)
{
    size_t n = 0;
    for (; *text && n + 1 < size; text++) {
        if (strchr(" ()[]\xc3", *text))
            continue;
        buf[n++] = *text == 'x' || *text == '\x97' ? ',' : *text; /* × is c3 97 */
    }
    n -= n > 1 && buf[n - 1] == ',';
    buf[n] = '\0';
}

static bool read_shape(struct lens *lens, struct fit *ret_fit)
{
    char text[LENS_TEXT_MAX];
    struct error error = {0};
    plain_shape(line_text(lens->shape), text, sizeof text);
    if (fit_parse(text, ret_fit, &error) == 0)
        return true;
    say(lens, &error);
    return false;
}

/* Bytes of the shape, the open dimension taken as 1; false beyond all measure. */
static bool shape_bytes(const struct fit *fit, const struct matrix *matrix, uint64_t *ret_bytes)
{
    struct matrix all = *matrix; /* borrows its dtype */
    all.rank = fit->rank;
    memcpy(all.shape, fit->dims, sizeof all.shape);
    if (fit->open >= 0)
        all.shape[fit->open] = 1;
    return matrix_bytes(&all, ret_bytes, NULL) == 0;
}

static void say_short(struct lens *lens, uint64_t bytes)
{
    char needs[FORMAT_BYTES_MAX], has[FORMAT_BYTES_MAX], lacks[FORMAT_BYTES_MAX];
    format_bytes(bytes, needs, sizeof needs);
    format_bytes(lens->size, has, sizeof has);
    format_bytes(bytes - lens->size, lacks, sizeof lacks);
    snprintf(lens->verdict, sizeof lens->verdict, "needs %s, the segment has %s: %s short", needs, has,
             lacks);
}

static void say_why_not(struct lens *lens, const struct fit *fit, const struct error *error)
{
    uint64_t bytes = 0, all = 0, offset = lens->matrix.offset;
    bool is_known =
        shape_bytes(fit, &lens->matrix, &bytes) && bytes > 0 && !checked_add_u64(bytes, offset, &all);
    if (offset > lens->size)
        snprintf(lens->verdict, sizeof lens->verdict, "offset: the segment ends at byte %" PRIu64,
                 lens->size);
    else if (is_known && all > lens->size)
        say_short(lens, all);
    else if (is_known && fit->open >= 0)
        snprintf(lens->verdict, sizeof lens->verdict,
                 "no number in place of -1: %" PRIu64 " bytes are no multiple of %" PRIu64,
                 lens->size - offset, bytes);
    else
        say(lens, error);
}

static void say_how(struct lens *lens)
{
    char type[DTYPE_NAME_MAX], shape[192], takes[FORMAT_BYTES_MAX], has[FORMAT_BYTES_MAX],
        left[64] = "all of it";
    uint64_t bytes = 0;
    matrix_bytes(&lens->matrix, &bytes, NULL);
    dtype_name(&lens->matrix.dtype, type);
    matrix_shape_text(lens->matrix.rank, lens->matrix.shape, false, shape, sizeof shape);
    uint64_t rest = lens->size - lens->matrix.offset - bytes;
    format_bytes(bytes, takes, sizeof takes);
    format_bytes(lens->size, has, sizeof has);
    if (rest > 0)
        snprintf(left, sizeof left, "%" PRIu64 " bytes behind it are left over", rest);
    else if (lens->matrix.offset > 0)
        snprintf(left, sizeof left, "to the last byte");
    snprintf(lens->verdict, sizeof lens->verdict, "%s %s: %s of %s, %s", type, shape, takes, has, left);
}

static void offer_shapes(struct lens *lens)
{
    uint64_t offset = lens->matrix.offset;
    lens->offered_count =
        lens->known && offset < lens->size
            ? factor_shapes(lens->size - offset, lens->matrix.dtype.itemsize, lens->offered, FACTORINGS_MAX)
            : 0;
}

void lens_read(struct lens *lens)
{
    struct fit fit;
    struct error error = {0};
    lens->is_right = false;
    lens->offered_count = 0;
    lens->matrix = (struct matrix){.order = lens->order ? 'F' : 'C'};
    if (!lens->known) {
        snprintf(lens->verdict, sizeof lens->verdict, "reading…");
        return;
    }
    if (!read_type(lens, &lens->matrix.dtype) || !read_offset(lens, &lens->matrix.offset))
        return;
    offer_shapes(lens);
    if (!read_shape(lens, &fit))
        return;
    if (fit_apply(&fit, lens->size, &lens->matrix, &error) < 0) {
        say_why_not(lens, &fit, &error);
        return;
    }
    lens->is_right = true;
    say_how(lens);
}

bool lens_matrix(const struct lens *lens, struct matrix *ret_matrix)
{
    if (lens->is_right)
        *ret_matrix = lens->matrix;
    return lens->is_right;
}

const char *lens_verdict(const struct lens *lens)
{
    return lens->verdict;
}

bool lens_know(struct lens *lens, uint64_t size, uint64_t payload, bool recorded)
{
    bool changed = !lens->known || lens->size != size;
    lens->known = true;
    lens->size = size;
    lens->payload = payload;
    lens->recorded = recorded;
    if (changed)
        lens_read(lens);
    return changed;
}

/* --- where one begins --- */

static void set_offset(struct lens *lens, uint64_t offset)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, offset);
    line_set(lens->offset, text);
}

static void set_shape(struct lens *lens, int rank, const uint64_t *dims)
{
    char text[LENS_TEXT_MAX];
    size_t n = 0;
    for (int i = 0; i < rank && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%" PRIu64, i ? "," : "", dims[i]);
    line_set(lens->shape, rank ? text : "1");
}

/* As dtype_parse reads it; a struct's bytes. */
static void set_type(struct lens *lens, const struct dtype *dtype)
{
    char text[64];
    if (dtype->kind == DTYPE_STRUCT)
        snprintf(text, sizeof text, "V%" PRIu64, dtype->itemsize);
    else if (dtype_is_numeric(dtype) && !dtype_is_swapped(dtype))
        dtype_name(dtype, text);
    else
        dtype_descr(dtype, text, sizeof text);
    line_set(lens->type, text);
}

static void want(struct lens *lens, int rank, const uint64_t *dims)
{
    lens->chosen = rank > 0;
    lens->wanted_rank = rank;
    memcpy(lens->wanted, dims, (size_t)rank * sizeof *dims);
}

/* The whole of it as one row: what is not known is not made up. */
static void begin_with_likely(struct lens *lens)
{
    uint64_t bytes = lens->payload < lens->size ? lens->size - lens->payload : 0;
    line_set(lens->type, bytes % 2 == 0 ? "float16" : "uint8");
    set_offset(lens, lens->payload);
    line_set(lens->shape, bytes ? "-1" : "0");
    lens_read(lens);
    if (!lens->is_right)
        return;
    want(lens, 1, lens->matrix.shape);
    set_shape(lens, 1, lens->matrix.shape);
}

/* A shape that fills the segment goes on to do so. */
static void begin_with(struct lens *lens, const struct matrix *matrix)
{
    uint64_t bytes = 0;
    set_type(lens, &matrix->dtype);
    set_offset(lens, matrix->offset);
    set_shape(lens, matrix->rank, matrix->shape);
    lens->order = matrix->order == 'F';
    bool fills = matrix_bytes(matrix, &bytes, NULL) == 0 && matrix->offset + bytes == lens->size;
    want(lens, fills ? matrix->rank : 0, matrix->shape);
}

void lens_begin(struct lens *lens, const struct matrix *matrix)
{
    if (matrix)
        begin_with(lens, matrix);
    else
        begin_with_likely(lens);
    lens_read(lens);
}

/* --- shapes --- */

static bool is_offered(const struct factoring *offered, const struct matrix *matrix)
{
    return offered->rank == matrix->rank &&
           memcmp(offered->dims, matrix->shape, (size_t)offered->rank * sizeof offered->dims[0]) == 0;
}

int lens_offered_now(const struct lens *lens)
{
    for (size_t i = 0; lens->is_right && i < lens->offered_count; i++)
        if (is_offered(&lens->offered[i], &lens->matrix))
            return (int)i;
    return -1;
}

/* What would fill the segment with all but the first dimension as they are wanted; false where none does. */
static bool fill_as_wanted(const struct lens *lens, uint64_t *ret_first)
{
    uint64_t step = lens->matrix.dtype.itemsize, room = lens->size - lens->matrix.offset;
    for (int i = 1; i < lens->wanted_rank; i++)
        if (checked_mul_u64(step, lens->wanted[i], &step))
            return false;
    if (step == 0 || room % step != 0)
        return false;
    *ret_first = room / step;
    return true;
}

/* A shape that was not typed goes on to fill the segment, whatever the type. */
void lens_refill(struct lens *lens)
{
    uint64_t dims[MATRIX_RANK_MAX];
    lens_read(lens);
    if (!lens->chosen || lens->offered_count == 0)
        return;
    memcpy(dims, lens->wanted, sizeof dims);
    if (fill_as_wanted(lens, &dims[0]))
        set_shape(lens, lens->wanted_rank, dims);
    else
        set_shape(lens, lens->offered[0].rank, lens->offered[0].dims);
    lens_read(lens);
}

void lens_pick(struct lens *lens, int by)
{
    int count = (int)lens->offered_count, now = lens_offered_now(lens);
    if (count == 0)
        return;
    int next = now < 0 ? (by > 0 ? 0 : count - 1) : (now + by + count) % count;
    want(lens, lens->offered[next].rank, lens->offered[next].dims);
    set_shape(lens, lens->wanted_rank, lens->wanted);
    lens_read(lens);
}
