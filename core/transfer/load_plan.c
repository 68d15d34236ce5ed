/*
 * What a load will write.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/layout/npy.h"
#include "core/sys/checked.h"
#include "core/transfer/load_private.h"
#include "core/transfer/reorder.h"

static char wanted_order(const struct matrix *matrix, enum load_order order)
{
    if (matrix->rank < 2 || order == LOAD_ORDER_KEEP)
        return matrix->order;
    return order == LOAD_ORDER_F ? 'F' : 'C';
}

/* One character of a text type: its order of bytes is all that can change. */
static struct dtype unit_of(const struct dtype *dtype)
{
    struct dtype unit = *dtype; /* borrows */
    if (unit.kind == DTYPE_UNICODE && unit.itemsize > 0)
        unit.itemsize = 4;
    return unit;
}

static int plan_conversion(struct plan *plan, const struct dtype *from, struct error *error)
{
    const struct dtype *to = &plan->target.dtype;
    int r = convert_check(from, to, error);
    if (r < 0)
        return r;
    plan->unit_from = plan->unit_to = 1;
    if (dtype_equal(from, to) || from->itemsize == 0)
        return 0;
    struct dtype unit_from = unit_of(from), unit_to = unit_of(to);
    r = converter_make(&unit_from, &unit_to, CONVERT_BEST, &plan->converter, error);
    if (r < 0 || plan->converter.is_copy)
        return r;
    plan->converts = true;
    plan->unit_from = unit_from.itemsize;
    plan->unit_to = unit_to.itemsize;
    return 0;
}

static int plan_size(struct plan *plan, struct error *error)
{
    uint64_t data;
    int r = matrix_bytes(&plan->target, &data, error);
    if (r < 0)
        return r;
    plan->units = data / plan->unit_to;
    if (checked_add_u64(plan->header_size, data, &plan->bytes))
        return error_set(error, EFBIG, "no file can be that large");
    return 0;
}

static int fill(struct plan *plan, const struct load *load, const struct load_options *options,
                struct error *error)
{
    const struct matrix *matrix = &load->source->matrix;
    struct matrix *target = &plan->target;
    if (options->layout != LAYOUT_NPY && options->layout != LAYOUT_RAW)
        return error_set(error, EINVAL, "segments are written as npy or raw");
    matrix_copy(matrix, target);
    target->order = wanted_order(matrix, options->order);
    if (options->as) {
        dtype_clear(&target->dtype);
        target->dtype = dtype_dup(options->as);
    }
    int r = plan_conversion(plan, &matrix->dtype, error);
    if (r == 0 && options->layout == LAYOUT_NPY)
        r = npy_write_header(target, &plan->header, &plan->header_size, error);
    target->offset = plan->header_size;
    plan->grows = load->source->is_open_ended;
    plan->reorders = target->order != matrix->order && reorder_is_needed(matrix);
    return r < 0 ? r : plan_size(plan, error);
}

int plan_make(const struct load *load, const struct load_options *options, struct plan *ret_plan,
              struct error *error)
{
    struct plan plan = {0};
    int r = fill(&plan, load, options, error);
    if (r < 0)
        plan_clear(&plan);
    else
        *ret_plan = plan;
    return r;
}

void plan_clear(struct plan *plan)
{
    matrix_clear(&plan->target);
    free(plan->header);
    *plan = (struct plan){0};
}

uint64_t plan_block(const struct plan *plan)
{
    return LOAD_BLOCK / max_u64(plan->unit_from, plan->unit_to);
}

int load_room_needed(const struct load *load, const struct load_options *options, uint64_t *ret_bytes,
                     struct error *error)
{
    struct plan plan;
    int r = plan_make(load, options, &plan, error);
    if (r < 0)
        return r;
    *ret_bytes = plan.bytes;
    plan_clear(&plan);
    return 0;
}
