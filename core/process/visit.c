/*
 * Maps, then descriptors. A process whose first thread has ended keeps its memory, but /proc/PID shows none:
 * its maps are then those of another of its threads.
 */
#include "core/process/visit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/process/procfs.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"

#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

struct visit {
    const struct holdings *holdings;
    pid_t pid;
    struct hits *hits;
    int task;    /* the directory being read: the process's, or a thread's */
    int fd_dir;  /* while descriptors are listed */
    int unread;  /* -errno of a descriptor that could not be read */
    bool mapped; /* it has maps, of whatever */
};

static bool wants_facts(const struct visit *v, uint64_t device)
{
    return v->holdings->scope->device && v->holdings->scope->device == device;
}

static void take_map(void *context, struct maps *maps)
{
    struct visit *v = context;
    uint64_t device = maps->map.device;
    if (holdings_seeks(v->holdings, device, maps->map.inode))
        hits_add_map(v->hits, maps, v->task, wants_facts(v, device));
}

static void take_flags(void *context, char *line)
{
    bool *writes = context;
    if (strncmp(line, "flags:", 6) == 0)
        *writes = (strtoul(line + 6, NULL, 8) & O_ACCMODE) != O_RDONLY;
}

static bool descriptor_writes(int task, const char *name)
{
    char path[32];
    bool writes = false;
    snprintf(path, sizeof path, "fdinfo/%s", name);
    procfs_each_line(task, path, take_flags, &writes);
    return writes;
}

/* Failures that say that a descriptor was closed, or is on a dead network or user file system: nothing of
 * ours. */
static bool is_elsewhere(int code)
{
    return code == ENOENT || code == ESRCH || code == ENOTCONN || code == ESTALE || code == ETIMEDOUT ||
           code == EHOSTDOWN || code == EHOSTUNREACH;
}

/* Follows the link that the descriptor is to its file; no name is resolved on the way. */
static int take_descriptor(void *context, unsigned number)
{
    struct visit *v = context;
    char name[16];
    snprintf(name, sizeof name, "%u", number);
    struct statx st;
    if (sys.statx(v->fd_dir, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME,
                  &st) < 0) {
        if (!is_elsewhere(errno))
            v->unread = -errno;
        return 0;
    }
    uint64_t device = makedev(st.stx_dev_major, st.stx_dev_minor);
    if (holdings_seeks(v->holdings, device, st.stx_ino)) {
        hits_add_descriptor(v->hits, v->fd_dir, name, &st, wants_facts(v, device));
        v->hits->list[v->hits->count - 1].writable = descriptor_writes(v->task, name);
    }
    return 0;
}

/* Maps and descriptors below a directory of /proc, a process's or a thread's. 0 or -errno. */
static int take_task(struct visit *v, int task)
{
    v->task = task;
    int rc = maps_each(task, take_map, v, &v->mapped);
    if (rc && (rc != -ESRCH || v->mapped)) /* without memory: perhaps a thread has it */
        return rc;
    int fd_dir AUTO_CLOSE = sys.openat(task, "fd", DIRECTORY, 0);
    if (fd_dir < 0)
        return -errno;
    v->fd_dir = fd_dir;
    v->unread = 0;
    rc = procfs_each_number(fd_dir, take_descriptor, v);
    return rc ? rc : v->unread;
}

struct threads {
    struct visit *visit;
    int dir;
    int rc;
};

/* Stops at the first thread that has memory: they all have the same. */
static int take_thread(void *context, unsigned tid)
{
    struct threads *threads = context;
    if ((pid_t)tid == threads->visit->pid)
        return 0;
    char name[16];
    snprintf(name, sizeof name, "%u", tid);
    int task AUTO_CLOSE = sys.openat(threads->dir, name, DIRECTORY, 0);
    if (task < 0) {
        threads->rc = errno == ENOENT ? threads->rc : -errno;
        return 0;
    }
    threads->rc = take_task(threads->visit, task);
    return threads->visit->mapped;
}

static int take_threads(struct visit *v, int process)
{
    int dir AUTO_CLOSE = sys.openat(process, "task", DIRECTORY, 0);
    if (dir < 0)
        return -errno;
    struct threads threads = {.visit = v, .dir = dir};
    int rc = procfs_each_number(dir, take_thread, &threads);
    return rc < 0 ? rc : threads.rc;
}

int visit_process(const struct holdings *holdings, int process, pid_t pid, struct hits *hits)
{
    struct visit v = {.holdings = holdings, .pid = pid, .hits = hits};
    int rc = take_task(&v, process);
    struct process_stat stat;
    if ((rc == 0 && v.mapped) || procfs_read_stat(process, &stat) < 0)
        return rc;
    if (stat.flags & PROCESS_KERNEL_THREAD)
        return 0;
    if (stat.state == 'Z' || stat.state == 'X')
        return take_threads(&v, process);
    return rc;
}
