#include "core/matrix/fit.h"

#include <errno.h>
#include <string.h>

#include "core/sys/checked.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int take_number(const char **at, uint64_t *ret_number, struct error *error)
{
    uint64_t number = 0;
    if (!is_digit(**at))
        return error_set(error, EINVAL, "a shape is numbers with commas between, as in 1000,768");
    for (; is_digit(**at); ++*at)
        if (checked_mul_u64(number, 10, &number) ||
            checked_add_u64(number, (uint64_t)(**at - '0'), &number) || number > INT64_MAX)
            return error_set(error, EINVAL, "a dimension above 2^63-1");
    *ret_number = number;
    return 0;
}

static int take_dim(const char **at, struct fit *fit, struct error *error)
{
    if (fit->rank == MATRIX_RANK_MAX)
        return error_set(error, EINVAL, "a shape has at most %d dimensions", MATRIX_RANK_MAX);
    if (strncmp(*at, "-1", 2) != 0 || is_digit((*at)[2])) {
        int r = **at == '-' ? error_set(error, EINVAL, "a negative dimension (only -1 has a meaning)")
                            : take_number(at, &fit->dims[fit->rank], error);
        fit->rank += r == 0;
        return r;
    }
    if (fit->open >= 0)
        return error_set(error, EINVAL, "only one dimension may be -1");
    *at += 2;
    fit->open = fit->rank;
    fit->dims[fit->rank++] = 0;
    return 0;
}

int fit_parse(const char *text, struct fit *ret_fit, struct error *error)
{
    struct fit shape = {.open = -1};
    int r = take_dim(&text, &shape, error);
    while (r == 0 && *text == ',') {
        text++;
        r = take_dim(&text, &shape, error);
    }
    if (r == 0 && *text)
        r = error_set(error, EINVAL, "a shape is numbers with commas between, as in 1000,768");
    if (r == 0)
        *ret_fit = shape;
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
