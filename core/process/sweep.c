/*
 * One pass over the processes. The segments asked for are in a hash by device and inode; each line of maps
 * and each descriptor of a process asks it once. A process's hits are appended to the holders of each segment
 * as they are met, and its name and command line are read only then; if it ends meanwhile they are taken out
 * again.
 *
 * A process whose first thread has ended keeps its memory, but /proc/PID shows none: its maps are then those
 * of another of its threads.
 */
#include "core/process/sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/process/procfs.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/lookup.h"
#include "core/sys/memory.h"

#define CMDLINE_MAX   4096
#define INITIAL_PIDNS 0xEFFFFFFCu /* PROC_PID_INIT_INO, linux/proc_ns.h */
#define SECOND        INT64_C(1000000000)
#define DIRECTORY     (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

struct sweeper {
    const struct identity *ids;
    size_t n;
    struct lookup by_inode;
    size_t *capacities; /* owned: of sweep->of[i].list */
    uint32_t *hit;      /* owned: the segments that the process at hand holds, n at most */
    size_t hits;
    struct sweep sweep;
    int64_t booted; /* ns since 1970; 0: not known */
    int64_t tick;   /* ns */
    pid_t pid;      /* at hand */
    int fd_dir;     /* of the process at hand, while its descriptors are listed */
    int fdinfo;
    int unread;  /* -errno of something of the process that could not be read */
    bool mapped; /* it has maps, of whatever */
};

/* --- the segments --- */

static uint32_t inode_hash(uint64_t device, uint64_t inode)
{
    uint64_t words[] = {device, inode};
    return lookup_hash(words, sizeof words);
}

static struct holder *holder_of(struct sweeper *s, uint32_t index)
{
    struct holders *holders = &s->sweep.of[index];
    if (holders->count && holders->list[holders->count - 1].pid == s->pid)
        return &holders->list[holders->count - 1];
    holders->list =
        memory_grow(holders->list, &s->capacities[index], holders->count + 1, sizeof *holders->list);
    holders->list[holders->count] = (struct holder){.pid = s->pid};
    s->hit[s->hits++] = index;
    return &holders->list[holders->count++];
}

/* The next segment asked for that is this inode, or NULL; *cursor is 0 at first. */
static struct holder *next_holder(struct sweeper *s, uint64_t device, uint64_t inode, uint32_t *cursor)
{
    uint32_t index;
    while ((index = lookup_next(&s->by_inode, inode_hash(device, inode), cursor)) != LOOKUP_NONE)
        if (s->ids[index].device == device && s->ids[index].inode == inode)
            return holder_of(s, index);
    return NULL;
}

/* --- one process --- */

static void take_map(void *context, char *line)
{
    struct sweeper *s = context;
    struct map_line map;
    s->mapped = true;
    if (!procfs_parse_map(line, &map) || !map.inode)
        return;
    uint32_t cursor = 0;
    struct holder *holder;
    while ((holder = next_holder(s, map.device, map.inode, &cursor))) {
        holder->mapped++;
        holder->writable = holder->writable || map.writable;
    }
}

static void take_flags(void *context, char *line)
{
    bool *writes = context;
    if (strncmp(line, "flags:", 6) == 0)
        *writes = (strtoul(line + 6, NULL, 8) & O_ACCMODE) != O_RDONLY;
}

static bool descriptor_writes(struct sweeper *s, const char *name)
{
    bool writes = false;
    if (s->fdinfo >= 0)
        procfs_each_line(s->fdinfo, name, take_flags, &writes);
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
    struct sweeper *s = context;
    char name[16];
    snprintf(name, sizeof name, "%u", number);
    struct statx st;
    if (sys.statx(s->fd_dir, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO, &st) < 0) {
        if (!is_elsewhere(errno))
            s->unread = -errno;
        return 0;
    }
    uint32_t cursor = 0;
    struct holder *holder;
    uint64_t device = makedev(st.stx_dev_major, st.stx_dev_minor);
    while ((holder = next_holder(s, device, st.stx_ino, &cursor))) {
        holder->open++;
        holder->writable = holder->writable || descriptor_writes(s, name);
    }
    return 0;
}

/* Maps and descriptors below a directory of /proc, a process's or a thread's. 0 or -errno. */
static int take_task(struct sweeper *s, int task)
{
    s->mapped = false;
    int rc = procfs_each_line(task, "maps", take_map, s);
    if (rc && rc != -ESRCH)
        return rc;
    int fd_dir AUTO_CLOSE = sys.openat(task, "fd", DIRECTORY, 0);
    if (fd_dir < 0)
        return -errno;
    int fdinfo AUTO_CLOSE = sys.openat(task, "fdinfo", DIRECTORY, 0);
    s->fd_dir = fd_dir;
    s->fdinfo = fdinfo;
    s->unread = 0;
    rc = procfs_each_number(fd_dir, take_descriptor, s);
    return rc ? rc : s->unread;
}

struct threads {
    struct sweeper *sweeper;
    int dir;
    int rc;
};

/* Stops at the first thread that has memory: they all have the same. */
static int take_thread(void *context, unsigned tid)
{
    struct threads *threads = context;
    if ((pid_t)tid == threads->sweeper->pid)
        return 0;
    char name[16];
    snprintf(name, sizeof name, "%u", tid);
    int task AUTO_CLOSE = sys.openat(threads->dir, name, DIRECTORY, 0);
    if (task < 0)
        return 0;
    threads->rc = take_task(threads->sweeper, task);
    return threads->sweeper->mapped;
}

static int take_threads(struct sweeper *s, int process)
{
    int dir AUTO_CLOSE = sys.openat(process, "task", DIRECTORY, 0);
    if (dir < 0)
        return -errno;
    struct threads threads = {.sweeper = s, .dir = dir};
    int rc = procfs_each_number(dir, take_thread, &threads);
    return rc < 0 ? rc : threads.rc;
}

static bool read_stat(int process, struct process_stat *ret_stat)
{
    char text[1024];
    return procfs_read(process, "stat", text, sizeof text) > 0 && procfs_parse_stat(text, ret_stat);
}

static int take_process(struct sweeper *s, int process)
{
    int rc = take_task(s, process);
    struct process_stat stat;
    if ((rc == 0 && s->mapped) || !read_stat(process, &stat))
        return rc;
    if (stat.flags & PROCESS_KERNEL_THREAD)
        return 0;
    if (stat.state == 'Z' || stat.state == 'X')
        return take_threads(s, process);
    return rc;
}

/* --- who it is --- */

static void take_uid(void *context, char *line)
{
    uid_t *uid = context;
    unsigned real, effective;
    if (sscanf(line, "Uid: %u %u", &real, &effective) == 2)
        *uid = effective;
}

static uid_t read_uid(int process)
{
    struct statx st;
    uid_t uid = (uid_t)-1;
    if (procfs_each_line(process, "status", take_uid, &uid) == 0 && uid != (uid_t)-1)
        return uid;
    return sys.statx(process, "", AT_EMPTY_PATH, STATX_UID, &st) == 0 ? st.stx_uid : (uid_t)-1;
}

static char *read_cmdline(int process)
{
    char text[CMDLINE_MAX + 1];
    ssize_t n = procfs_read(process, "cmdline", text, sizeof text);
    if (n < 0)
        return NULL;
    while (n > 0 && text[n - 1] == '\0')
        n--;
    for (ssize_t i = 0; i < n; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    return memory_dup(text);
}

static struct holder describe(const struct sweeper *s, int process)
{
    struct holder holder = {.uid = read_uid(process)};
    ssize_t n = procfs_read(process, "comm", holder.command, sizeof holder.command);
    holder.command[n > 0 ? strcspn(holder.command, "\n") : 0] = '\0';
    struct process_stat stat;
    if (s->booted && read_stat(process, &stat) && stat.started < (uint64_t)(INT64_MAX / 2 / s->tick))
        holder.started = s->booted + (int64_t)stat.started * s->tick;
    holder.cmdline = read_cmdline(process);
    return holder;
}

/* Completes the holders that the process became; gone: takes them out again. */
static void finish_process(struct sweeper *s, int process, bool gone)
{
    struct holder who = {0};
    if (s->hits && !gone)
        who = describe(s, process);
    for (size_t i = 0; i < s->hits; i++) {
        struct holders *holders = &s->sweep.of[s->hit[i]];
        struct holder *holder = &holders->list[holders->count - 1];
        if (gone) {
            holders->count--;
            continue;
        }
        holder->uid = who.uid;
        holder->started = who.started;
        memcpy(holder->command, who.command, sizeof who.command);
        holder->cmdline = who.cmdline ? memory_dup(who.cmdline) : NULL;
    }
    free(who.cmdline);
    s->hits = 0;
}

static void sweep_process(struct sweeper *s, int proc, pid_t pid)
{
    char name[16];
    snprintf(name, sizeof name, "%d", (int)pid);
    int process AUTO_CLOSE = sys.openat(proc, name, DIRECTORY, 0);
    int rc = process < 0 ? -errno : 0;
    s->pid = pid;
    if (!rc)
        rc = take_process(s, process);
    bool gone = rc == -ENOENT || rc == -ESRCH;
    if (!gone) {
        s->sweep.processes++;
        s->sweep.unread += rc != 0;
    }
    finish_process(s, process, gone);
}

/* --- all of them --- */

struct pids {
    pid_t *list; /* owned */
    size_t count, capacity;
    pid_t self;
};

static int add_pid(void *context, unsigned number)
{
    struct pids *pids = context;
    if ((pid_t)number == pids->self)
        return 0;
    pids->list = memory_grow(pids->list, &pids->capacity, pids->count + 1, sizeof *pids->list);
    pids->list[pids->count++] = (pid_t)number;
    return 0;
}

static int compare_pids(const void *a, const void *b)
{
    return (*(const pid_t *)a > *(const pid_t *)b) - (*(const pid_t *)a < *(const pid_t *)b);
}

static pid_t read_self(int proc)
{
    char target[16];
    ssize_t n = sys.readlinkat(proc, "self", target, sizeof target - 1);
    if (n <= 0)
        return 0;
    target[n] = '\0';
    return (pid_t)strtol(target, NULL, 10);
}

static void take_boot(void *context, char *line)
{
    int64_t *booted = context;
    if (strncmp(line, "btime ", 6) == 0)
        *booted = strtoll(line + 6, NULL, 10);
}

static int sweep_all(struct sweeper *s, int proc, struct progress *progress, struct error *error)
{
    struct pids pids = {.self = read_self(proc)};
    int rc = procfs_each_number(proc, add_pid, &pids);
    if (rc) {
        error_set_errno(error, -rc, "cannot list the processes");
        goto out;
    }
    if (pids.count)
        qsort(pids.list, pids.count, sizeof *pids.list, compare_pids);
    progress_set_total(progress, pids.count);
    for (size_t i = 0; i < pids.count; i++) {
        if (progress_cancelled(progress)) {
            rc = error_set(error, ECANCELED, "stopped");
            break;
        }
        sweep_process(s, proc, pids.list[i]);
        progress_add(progress, 1);
    }
out:
    free(pids.list);
    return rc;
}

/* --- whether that was everyone --- */

/* A mount of proc with hidepid other than 0. Source: proc(5), "Mount options"; /proc/mounts as fstab(5). */
static void take_mount(void *context, char *line)
{
    bool *hides = context;
    char *rest, *field[4];
    for (int i = 0; i < 4; i++)
        if (!(field[i] = strtok_r(i ? NULL : line, " ", &rest)))
            return;
    if (strcmp(field[2], "proc") != 0)
        return;
    for (char *option = strtok_r(field[3], ",", &rest); option; option = strtok_r(NULL, ",", &rest))
        if (strncmp(option, "hidepid=", 8) == 0 && strcmp(option + 8, "0") != 0 &&
            strcmp(option + 8, "off") != 0)
            *hides = true;
}

/* NULL, or why processes may exist that are not listed or not read. */
static const char *why_incomplete(int proc)
{
    struct statx st;
    if (sys.geteuid() != 0)
        return "not root";
    if (sys.statx(proc, "self/ns/pid", 0, STATX_INO, &st) < 0)
        return "the PID namespace cannot be known";
    if (st.stx_ino != INITIAL_PIDNS)
        return "processes outside this PID namespace (container) cannot be seen";
    bool hides = false;
    if (procfs_each_line(proc, "self/mounts", take_mount, &hides) < 0)
        return "whether /proc hides processes cannot be known";
    return hides ? "/proc hides processes (hidepid)" : NULL;
}

static void judge(struct sweep *sweep, int proc)
{
    const char *why = why_incomplete(proc);
    char unread[54] = "";
    if (sweep->unread)
        snprintf(unread, sizeof unread, "%" PRIu32 " of %" PRIu32 " processes could not be read",
                 sweep->unread, sweep->processes);
    snprintf(sweep->reason, sizeof sweep->reason, "%s%s%s", why ? why : "", why && *unread ? ": " : "",
             unread);
    sweep->complete = !sweep->reason[0];
}

static void sweeper_start(struct sweeper *s, int proc)
{
    s->sweep.count = s->n;
    s->sweep.of = memory_new(s->n * sizeof *s->sweep.of);
    s->capacities = memory_new(s->n * sizeof *s->capacities);
    s->hit = memory_new(s->n * sizeof *s->hit);
    for (size_t i = 0; i < s->n; i++)
        lookup_add(&s->by_inode, inode_hash(s->ids[i].device, s->ids[i].inode), (uint32_t)i);
    long ticks = sysconf(_SC_CLK_TCK);
    s->tick = SECOND / (ticks > 0 ? ticks : 100);
    procfs_each_line(proc, "stat", take_boot, &s->booted);
    s->booted = s->booted > 0 && s->booted < INT64_MAX / 2 / SECOND ? s->booted * SECOND : 0;
}

int sweep_run(const char *proc_root, const struct sweep_scope *scope, struct sweep *ret_sweep,
              struct progress *progress, struct error *error)
{
    int proc AUTO_CLOSE = sys.openat(AT_FDCWD, proc_root, DIRECTORY, 0);
    if (proc < 0)
        return error_set_errno(error, errno == ENOTDIR ? ENOENT : errno, "cannot open %s", proc_root);
    struct sweeper s = {.ids = scope->ids, .n = scope->n};
    sweeper_start(&s, proc);
    int rc = sweep_all(&s, proc, progress, error);
    if (rc) {
        sweep_clear(&s.sweep);
    } else {
        judge(&s.sweep, proc);
        *ret_sweep = s.sweep;
    }
    lookup_clear(&s.by_inode);
    free(s.capacities);
    free(s.hit);
    return rc;
}

void sweep_clear(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->count; i++) {
        for (size_t j = 0; j < sweep->of[i].count; j++)
            free(sweep->of[i].list[j].cmdline);
        free(sweep->of[i].list);
    }
    free(sweep->of);
    *sweep = (struct sweep){0};
}
