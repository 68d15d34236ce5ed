#include "core/analysis/map.h"

#include <errno.h>
#include <stdlib.h>

void map_clear(struct map *map)
{
    free(map->blocks);
    *map = (struct map){0};
}

int map_run(int fd, const struct matrix *matrix, const struct view *plane, const struct map_options *options,
            struct map *ret_map, struct progress *progress, struct error *error)
{
    (void)fd, (void)matrix, (void)plane, (void)options, (void)ret_map, (void)progress;
    return error_set(error, ENOTSUP, "XXX");
}
