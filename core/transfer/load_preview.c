#include "core/transfer/load_preview.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"

#define BLOCK      4096          /* elements at a time */
#define BLOCK_SIZE (BLOCK * 16u) /* no number has more than 16 bytes */

/* Numbers of one side as the widest of their kind, so that both can be compared. */
struct side {
    struct converter converter;
    enum dtype_kind kind; /* DTYPE_INT, DTYPE_UINT: 64 bits; else doubles */
    union {
        int64_t i[BLOCK];
        uint64_t u[BLOCK];
        double f[2 * BLOCK]; /* of complex numbers both parts */
    } values;
};

struct preview {
    struct source *source;
    struct converter converter;
    bool compares;
    bool to_integer; /* bool included */
    unsigned parts;  /* of an element, in the sides */
    struct side before, after;
    uint8_t from[BLOCK_SIZE], to[BLOCK_SIZE];
    struct load_preview result;
};

static int make_side(const struct dtype *dtype, bool is_complex, struct side *side, struct error *error)
{
    struct dtype widest;
    const char *name = is_complex                                               ? "c16"
                       : dtype->kind == DTYPE_INT                               ? "i8"
                       : dtype->kind == DTYPE_UINT || dtype->kind == DTYPE_BOOL ? "u8"
                                                                                : "f8";
    int r = dtype_parse(name, &widest, error);
    if (r < 0)
        return r;
    side->kind = widest.kind;
    return converter_make(dtype, &widest, CONVERT_BEST, &side->converter, error);
}

static int prepare(struct preview *preview, const struct dtype *to, struct error *error)
{
    const struct dtype *from = &preview->source->matrix.dtype;
    bool is_complex = to->kind == DTYPE_COMPLEX;
    int r = converter_make(from, to, CONVERT_BEST, &preview->converter, error);
    preview->compares = dtype_is_numeric(from) && dtype_is_numeric(to);
    preview->to_integer = to->kind == DTYPE_INT || to->kind == DTYPE_UINT || to->kind == DTYPE_BOOL;
    preview->parts = is_complex ? 2 : 1;
    if (r < 0 || !preview->compares)
        return r;
    r = make_side(from, is_complex, &preview->before, error);
    return r < 0 ? r : make_side(to, is_complex, &preview->after, error);
}

static void widen(struct side *side, const void *bytes, uint64_t n)
{
    struct convert_counts none = {0};
    converter_run(&side->converter, bytes, &side->values, n, &none);
}

static long double value_at(const struct side *side, uint64_t i)
{
    return side->kind == DTYPE_INT    ? (long double)side->values.i[i]
           : side->kind == DTYPE_UINT ? (long double)side->values.u[i]
                                      : (long double)side->values.f[i];
}

/* What was saturated or overflowed is counted, and no matter of precision. */
static void compare(struct preview *preview, uint64_t n)
{
    for (uint64_t i = 0; i < n * preview->parts; i++) {
        long double before = value_at(&preview->before, i), after = value_at(&preview->after, i);
        if (!isfinite(before) || !isfinite(after) || before == after)
            continue;
        long double lost = fabsl(before - after);
        if (preview->to_integer && lost >= 1)
            continue;
        double relative = (double)(lost / fabsl(before));
        if (relative > preview->result.worst)
            preview->result.worst = relative;
    }
}

/* The elements there are, at most n. The count or -code. */
static ssize_t read_elements(struct preview *preview, uint64_t n, struct error *error)
{
    struct source *source = preview->source;
    size_t size = (size_t)(n * preview->converter.from_size);
    ssize_t got =
        source->is_direct
            ? input_pread(&source->input, preview->from, size,
                          source->matrix.offset + preview->result.elements * preview->converter.from_size,
                          error)
            : source->ops->read(source, preview->from, size, error);
    return got < 0 ? got : (ssize_t)((uint64_t)got / preview->converter.from_size);
}

/* One block; *ret_more: whether there may be another. */
static int look_at_block(struct preview *preview, uint64_t n, bool *ret_more, struct error *error)
{
    ssize_t got = read_elements(preview, n, error);
    if (got < 0)
        return (int)got;
    converter_run(&preview->converter, preview->from, preview->to, (uint64_t)got, &preview->result.counts);
    if (preview->compares) {
        widen(&preview->before, preview->from, (uint64_t)got);
        widen(&preview->after, preview->to, (uint64_t)got);
        compare(preview, (uint64_t)got);
    }
    preview->result.elements += (uint64_t)got;
    *ret_more = (uint64_t)got == n;
    return 0;
}

static int look(struct preview *preview, uint64_t limit, struct progress *progress, struct error *error)
{
    uint64_t count = UINT64_MAX;
    bool more = true;
    int r = 0;
    if (!preview->source->is_open_ended && (r = matrix_count(&preview->source->matrix, &count, error)) < 0)
        return r;
    limit = min_u64(limit, count);
    while (r == 0 && more && preview->result.elements < limit) {
        if (progress_cancelled(progress))
            return error_set(error, ECANCELED, "stopped");
        r = look_at_block(preview, min_u64(BLOCK, limit - preview->result.elements), &more, error);
    }
    preview->result.whole = preview->result.elements == count || !more;
    return r;
}

/* Text and the like loses nothing, whatever its length. */
static int look_at_numbers(struct source *source, const struct dtype *as, uint64_t limit,
                           struct load_preview *ret_preview, struct progress *progress, struct error *error)
{
    struct preview *preview = calloc(1, sizeof *preview);
    if (!preview)
        return error_set_errno(error, ENOMEM, "cannot look at the values");
    preview->source = source;
    int r = prepare(preview, as, error);
    if (r == 0 && preview->compares)
        r = look(preview, limit, progress, error);
    if (r == 0)
        *ret_preview = preview->result;
    free(preview);
    return r;
}

/* What was lost before there was a value to convert: that is known when all was read. */
static int add_reading(struct source *source, struct convert_counts *counts, struct error *error)
{
    int r = source->ops->finish(source, error);
    if (r == 0)
        convert_counts_add(counts, &source->counts);
    return r;
}

int load_preview(const char *file, const struct source_options *options, const struct dtype *as,
                 uint64_t limit, struct load_preview *ret_preview, struct progress *progress,
                 struct error *error)
{
    struct source *source = NULL;
    if (!file || strcmp(file, "-") == 0)
        return error_set(error, EINVAL, "standard input can be read only once");
    int r = source_open(&source, file, options, error);
    if (r < 0)
        return r;
    r = look_at_numbers(source, as ? as : &source->matrix.dtype, limit, ret_preview, progress, error);
    if (r == 0 && ret_preview->whole && source->ops->finish)
        r = add_reading(source, &ret_preview->counts, error);
    source_close(source);
    return r;
}
