#include "core/process/reach.h"

#include <errno.h>
#include <stdlib.h>

#include "core/sys/fd.h"
#include "core/sys/memory.h"

void reach_make(const char *name, const struct identity *id, bool unlinked, const pid_t *pids,
                size_t pid_count, struct reach *ret)
{
    *ret = (struct reach){.name = memory_dup(name), .id = *id, .unlinked = unlinked};
    if (!unlinked)
        return;
    ret->pids = memory_new(pid_count * sizeof *pids);
    ret->pid_count = pid_count;
    for (size_t i = 0; i < pid_count; i++)
        ret->pids[i] = pids[i];
}

void reach_copy(const struct reach *reach, struct reach *ret)
{
    reach_make(reach->name, &reach->id, reach->unlinked, reach->pids, reach->pid_count, ret);
}

void reach_clear(struct reach *reach)
{
    free(reach->name);
    free(reach->pids);
    *reach = (struct reach){.name = NULL};
}

/* The name that it had may be another's by now. */
static int open_unlinked(const struct reach *reach, const struct directory *directory, const char *proc_root,
                         struct segment *segment, struct error *error)
{
    int fd = unlinked_open(proc_root, &reach->id, reach->pids, reach->pid_count, error);
    if (fd < 0)
        return fd;
    int r = segment_stat_opened(fd, reach->name, segment, error);
    if (r == 0)
        r = segment_recognise_opened(directory, segment, fd, error);
    if (r == 0)
        return fd;
    fd_close(&fd);
    return r;
}

int reach_open(const struct reach *reach, const struct directory *directory, const char *proc_root,
               struct segment *ret_segment, struct error *error)
{
    *ret_segment = (struct segment){.name = NULL};
    if (reach->unlinked)
        return open_unlinked(reach, directory, proc_root, ret_segment, error);
    int r = segment_stat(directory, reach->name, ret_segment, error);
    if (r < 0)
        return r;
    if (!identity_equal(&ret_segment->id, &reach->id))
        return error_set(error, ESTALE, "another segment has this name now");
    r = segment_recognise(directory, ret_segment, error);
    if (r < 0)
        return r;
    return segment_open(directory, reach->name, &reach->id, error);
}
