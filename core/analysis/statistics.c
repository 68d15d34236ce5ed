#include "core/analysis/statistics.h"

#include <errno.h>

void statistics_clear(struct statistics *statistics)
{
    histogram_clear(&statistics->histogram);
    *statistics = (struct statistics){0};
}

int statistics_run(int fd, const struct matrix *matrix, const struct view *view,
                   const struct statistics_options *options, struct statistics *ret,
                   struct progress *progress, struct error *error)
{
    (void)fd, (void)matrix, (void)view, (void)options, (void)ret, (void)progress;
    return error_set(error, ENOTSUP, "XXX");
}

int statistics_by_place(int fd, const struct matrix *matrix, const struct view *view, int axis,
                        const struct statistics_options *options, struct statistics *list,
                        struct progress *progress, struct error *error)
{
    (void)fd, (void)matrix, (void)view, (void)axis, (void)options, (void)list, (void)progress;
    return error_set(error, ENOTSUP, "XXX");
}
