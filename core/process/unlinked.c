#include "core/process/unlinked.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/process/creator.h"
#include "core/process/maps.h"
#include "core/process/procfs.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"

#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)
#define PLACE     (O_PATH | O_DIRECTORY | O_CLOEXEC)

/* What stood in the way; of several holders the last word is that which is nearest to the file. */
enum obstacle {
    OBSTACLE_NONE,
    OBSTACLE_PROCESS,  /* its descriptors and maps may not be read */
    OBSTACLE_MAP_ONLY, /* it is only mapped, and map_files may not be followed */
    OBSTACLE_LEASE,
    OBSTACLE_FILE, /* its mode */
};

struct reach {
    struct identity id;
    int flags;
    int dir; /* fd or map_files of the process at hand */
    int fd;  /* what was looked for, -1: not yet */
    enum obstacle obstacle;
};

static void meet(struct reach *reach, enum obstacle obstacle)
{
    if (reach->obstacle < obstacle)
        reach->obstacle = obstacle;
}

static bool is_refusal(int code)
{
    return code == -EACCES || code == -EPERM;
}

static int open_link(const struct reach *reach, const char *link)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    if (reach->flags & O_PATH)
        return fd_openat(reach->dir, link, O_PATH | O_CLOEXEC, 0);
    int fd = fd_openat(reach->dir, link, flags | O_NOATIME, 0);
    return fd == -EPERM ? fd_openat(reach->dir, link, flags, 0) : fd;
}

static bool is_it(const struct reach *reach, int fd)
{
    struct segment segment;
    if (segment_stat_opened(fd, "", &segment, NULL) < 0)
        return false;
    struct identity id = segment.id;
    if (reach->id.born == 0)
        id.born = 0;
    bool is = S_ISREG(segment.mode) && identity_equal(&id, &reach->id);
    segment_clear(&segment);
    return is;
}

/* Through a link of /proc, which goes to the file itself and resolves no name. Opens only what it leads to
 * now; it may lead elsewhere by then, so what was opened is looked at. */
static void try_link(struct reach *reach, const char *link, enum obstacle obstacle)
{
    struct statx st;
    if (sys.statx(reach->dir, link, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO | STATX_TYPE, &st) < 0) {
        if (is_refusal(-errno))
            meet(reach, obstacle);
        return;
    }
    if (st.stx_ino != reach->id.inode || makedev(st.stx_dev_major, st.stx_dev_minor) != reach->id.device ||
        !S_ISREG(st.stx_mode))
        return;
    int fd AUTO_CLOSE = open_link(reach, link);
    if (fd == -EAGAIN)
        meet(reach, OBSTACLE_LEASE);
    else if (is_refusal(fd))
        meet(reach, OBSTACLE_FILE);
    else if (fd >= 0 && is_it(reach, fd))
        reach->fd = fd_steal(&fd);
}

static int try_descriptor(void *context, unsigned number)
{
    struct reach *reach = context;
    char link[16];
    snprintf(link, sizeof link, "%u", number);
    try_link(reach, link, OBSTACLE_PROCESS);
    return reach->fd >= 0;
}

static void try_map(void *context, struct maps *maps)
{
    struct reach *reach = context;
    const struct map *map = &maps->map;
    char link[40];
    if (reach->fd >= 0 || map->inode != reach->id.inode || map->device != reach->id.device)
        return;
    snprintf(link, sizeof link, "%" PRIx64 "-%" PRIx64, map->start, map->end);
    try_link(reach, link, OBSTACLE_MAP_ONLY);
}

/* Descriptors first: following a map needs more. */
static void try_descriptors(struct reach *reach, int process)
{
    int dir AUTO_CLOSE = fd_openat(process, "fd", DIRECTORY, 0);
    if (dir < 0) {
        if (is_refusal(dir))
            meet(reach, OBSTACLE_PROCESS);
        return;
    }
    reach->dir = dir;
    procfs_each_number(dir, try_descriptor, reach);
}

static void try_maps(struct reach *reach, int process)
{
    int dir AUTO_CLOSE = fd_openat(process, "map_files", PLACE, 0);
    reach->dir = dir;
    bool any;
    int r = reach->fd >= 0 ? 0 : maps_each(process, try_map, reach, &any);
    if (is_refusal(r))
        meet(reach, OBSTACLE_PROCESS);
}

static void try_task(struct reach *reach, int proc, unsigned id)
{
    char name[16];
    snprintf(name, sizeof name, "%u", id);
    int process AUTO_CLOSE = fd_openat(proc, name, PLACE, 0);
    if (process < 0)
        return;
    try_descriptors(reach, process);
    try_maps(reach, process);
}

struct tasks {
    struct reach *reach;
    int proc;
    pid_t pid;
};

static int try_thread(void *context, unsigned tid)
{
    struct tasks *tasks = context;
    if ((pid_t)tid != tasks->pid)
        try_task(tasks->reach, tasks->proc, tid);
    return tasks->reach->fd >= 0;
}

/* A process whose first thread has ended shows nothing itself; its other threads do, each under its number.
 */
static void try_process(struct reach *reach, int proc, pid_t pid)
{
    char name[32];
    try_task(reach, proc, (unsigned)pid);
    if (reach->fd >= 0)
        return;
    snprintf(name, sizeof name, "%d/task", (int)pid);
    int dir AUTO_CLOSE = fd_openat(proc, name, DIRECTORY, 0);
    struct tasks tasks = {reach, proc, pid};
    if (dir >= 0)
        procfs_each_number(dir, try_thread, &tasks);
}

static int explain(const struct reach *reach, struct error *error)
{
    switch (reach->obstacle) {
    case OBSTACLE_PROCESS:
        return error_set(error, EACCES,
                         "its name is gone, and through another user's process only root may reach it "
                         "(CAP_SYS_PTRACE)");
    case OBSTACLE_MAP_ONLY:
        return error_set(error, EACCES,
                         "its name is gone and it is only mapped, and only root may open what a process maps "
                         "(CAP_CHECKPOINT_RESTORE)");
    case OBSTACLE_LEASE:
        return error_set(error, EBUSY, "another process has a lease on it");
    case OBSTACLE_FILE:
        return error_set(error, EACCES, "no permission to read it");
    default:
        return error_set(error, ENOENT, "its name is gone, and nobody holds it any more");
    }
}

static int open_through(const char *proc_root, const struct identity *id, int flags, const pid_t *pids,
                        size_t count, struct error *error)
{
    int proc AUTO_CLOSE = fd_openat(AT_FDCWD, proc_root, PLACE, 0);
    if (proc < 0)
        return error_set_errno(error, proc == -ENOTDIR ? ENOENT : -proc, "cannot open %s", proc_root);
    struct reach reach = {.id = *id, .flags = flags, .dir = -1, .fd = -1};
    for (size_t i = 0; i < count && reach.fd < 0; i++)
        try_process(&reach, proc, pids[i]);
    return reach.fd >= 0 ? reach.fd : explain(&reach, error);
}

int unlinked_open(const char *proc_root, const struct identity *id, const pid_t *pids, size_t count,
                  struct error *error)
{
    return open_through(proc_root, id, O_RDONLY, pids, count, error);
}

int unlinked_open_held(const char *proc_root, const struct identity *id, const struct holders *holders,
                       int flags, struct error *error)
{
    pid_t *pids = memory_new(holders->count * sizeof *pids);
    for (size_t i = 0; i < holders->count; i++)
        pids[i] = holders->list[i].pid;
    int fd = open_through(proc_root, id, flags, pids, holders->count, error);
    free(pids);
    return fd;
}

static void fill(struct segment *segment, const struct sweep_other *other, const char *name)
{
    *segment = (struct segment){
        .name = memory_dup(name),
        .id = other->id,
        .size = other->size,
        .allocated = other->allocated,
        .created = other->created,
        .modified = other->modified,
        .uid = other->known ? other->uid : (uid_t)-1,
        .gid = other->known ? other->gid : (gid_t)-1,
        .mode = other->known ? other->mode : S_IFREG,
    };
}

static int not_found(const struct sweep *sweep, struct error *error)
{
    if (sweep->complete)
        return error_set(error, ENOENT, "no segment has this inode, not one whose name is gone either");
    return error_set(error, ENOENT,
                     "no segment has this inode; of one whose name is gone nothing is known (%s)",
                     sweep->reason);
}

int unlinked_find(const struct directory *directory, const char *proc_root, uint64_t inode,
                  struct unlinked *ret_unlinked, struct error *error)
{
    char root[PATH_MAX], name[NAME_PATH_MAX];
    uint64_t device = directory_device(directory);
    struct sweep_scope scope = {.device = device, .threads = sweep_threads()};
    struct sweep sweep;
    int r = directory_kernel_path(directory, root, sizeof root, error);
    if (r == 0)
        r = sweep_run(proc_root, &scope, &sweep, NULL, error);
    if (r < 0)
        return r;
    const struct sweep_other *other = sweep_find_other(&sweep, device, inode);
    if (!other || !other->deleted || !other->path ||
        !name_of_path(root, directory_is_whole(directory), other->path, name)) {
        r = not_found(&sweep, error);
        sweep_clear(&sweep);
        return r;
    }
    ret_unlinked->sweep = sweep;
    ret_unlinked->other = other; /* in an array of its own: it stays where it is */
    fill(&ret_unlinked->segment, other, name);
    return 0;
}

int unlinked_look(const struct directory *directory, int fd, const char *name,
                  const struct producers *producers, struct segment *ret_segment, struct error *error)
{
    *ret_segment = (struct segment){0};
    int r = segment_stat_opened(fd, name, ret_segment, error);
    if (r == 0)
        r = segment_recognise_opened(directory, ret_segment, fd, error);
    if (r < 0)
        segment_clear(ret_segment);
    else
        creator_read_opened(fd, ret_segment, producers);
    return r;
}

int unlinked_recognise(const struct directory *directory, struct unlinked *unlinked, const struct host *host,
                       struct error *error)
{
    struct segment *segment = &unlinked->segment, now;
    int fd AUTO_CLOSE =
        unlinked_open_held(host->proc_root, &segment->id, &unlinked->other->holders, O_RDONLY, error);
    segment->recognised = true;
    int r = fd < 0 ? fd : unlinked_look(directory, fd, segment->name, host->producers, &now, error);
    if (r < 0)
        return r;
    segment_clear(segment);
    *segment = now;
    return fd_steal(&fd);
}

void unlinked_clear(struct unlinked *unlinked)
{
    segment_clear(&unlinked->segment);
    sweep_clear(&unlinked->sweep);
    *unlinked = (struct unlinked){0};
}
