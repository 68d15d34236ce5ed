#include "core/matrix/fit.h"

#include <errno.h>
#include <string.h>

#include "core/matrix/shape.h"
#include "core/sys/checked.h"

int fit_parse(const char *text, struct fit *ret_fit, struct error *error)
{
    struct fit fit = {.open = -1};
    int r = shape_parse_open(text, &fit.rank, fit.dims, &fit.open, error);
    if (r == 0 && fit.rank == 0)
        r = error_set(error, EINVAL, "a shape without dimensions");
    if (r == 0)
        *ret_fit = fit;
    return r;
}

static int find_open(const struct fit *fit, uint64_t room, const struct matrix *matrix, uint64_t *ret_dim,
                     struct error *error)
{
    uint64_t bytes = matrix->dtype.itemsize;
    for (int axis = 0; axis < fit->rank; axis++)
        if (axis != fit->open && checked_mul_u64(bytes, fit->dims[axis], &bytes))
            return error_set(error, EBADMSG, "the shape has more bytes than fit in 63 bits");
    if (room == 0 || bytes == 0 || room % bytes != 0)
        return error_set(error, EBADMSG,
                         "no dimension in place of -1 fits: there are %llu bytes, and each step takes %llu",
                         (unsigned long long)room, (unsigned long long)bytes);
    *ret_dim = room / bytes;
    return 0;
}

int fit_apply(const struct fit *fit, uint64_t size, struct matrix *matrix, struct error *error)
{
    uint64_t room = matrix->offset > size ? 0 : size - matrix->offset, bytes;
    struct matrix made = *matrix; /* borrows its dtype */
    made.rank = fit->rank;
    memcpy(made.shape, fit->dims, sizeof made.shape);
    int r = fit->open < 0 ? 0 : find_open(fit, room, &made, &made.shape[fit->open], error);
    if (r < 0 || (r = matrix_bytes(&made, &bytes, error)) < 0)
        return r;
    if (matrix->offset > size || bytes > room)
        return error_set(
            error, EBADMSG, "does not fit: %llu bytes from byte %llu on, but the segment has %llu",
            (unsigned long long)bytes, (unsigned long long)matrix->offset, (unsigned long long)size);
    if (made.rank < 2)
        made.order = 'C';
    *matrix = made;
    return 0;
}
