#include "core/matrix/convert.h"

#include <errno.h>
#include <string.h>

static int refuse(const struct dtype *from, const struct dtype *to, const char *why, struct error *error)
{
    char from_name[DTYPE_NAME_MAX], to_name[DTYPE_NAME_MAX];
    dtype_name(from, from_name);
    dtype_name(to, to_name);
    return error_set(error, ENOTSUP, "cannot convert %s to %s: %s", from_name, to_name, why);
}

/* Alike but for the order of bytes, which is one for the whole element. */
static bool is_same_but_order(const struct dtype *from, const struct dtype *to)
{
    return from->kind == to->kind && from->kind != DTYPE_STRUCT && from->itemsize == to->itemsize &&
           strcmp(from->unit, to->unit) == 0;
}

int convert_check(const struct dtype *from, const struct dtype *to, struct error *error)
{
    if (dtype_equal(from, to) || is_same_but_order(from, to))
        return 0;
    if (from->kind == DTYPE_STRUCT || to->kind == DTYPE_STRUCT)
        return refuse(from, to, "structs stay as they are", error);
    bool is_time = from->kind == DTYPE_DATETIME || from->kind == DTYPE_TIMEDELTA;
    if (is_time && from->kind == to->kind)
        return refuse(from, to, "times keep their unit", error);
    if (!dtype_is_numeric(from) || !dtype_is_numeric(to))
        return refuse(from, to, "only numbers become other numbers", error);
    if (from->kind == DTYPE_COMPLEX && to->kind != DTYPE_COMPLEX)
        return refuse(from, to, "it would drop the imaginary part", error);
    return 0;
}
