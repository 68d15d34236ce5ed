#include "core/analysis/find.h"

#include <errno.h>

int find_next(int fd, const struct matrix *matrix, const struct view *view, const struct condition *condition,
              uint64_t from, bool backward, uint64_t *ret_number, bool *ret_wrapped,
              struct progress *progress, struct error *error)
{
    (void)fd, (void)matrix, (void)view, (void)condition, (void)from, (void)backward, (void)ret_number;
    (void)ret_wrapped, (void)progress;
    return error_set(error, ENOTSUP, "XXX");
}
