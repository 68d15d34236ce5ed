#include "core/process/exits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/process/procfs.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"

#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)
#define EVENTS    64 /* read at a time */

struct watched {
    struct process_id id;
    int fd; /* owned; -1: no longer */
};

struct exits {
    int proc, epoll;
    size_t room;
    struct watched *list; /* owned, ordered by pid */
    size_t count;
    struct process_id *ended; /* owned: not taken yet, then taken */
    size_t ended_count, ended_capacity;
    bool taken;
};

/* --- life --- */

size_t exits_room(void)
{
    struct rlimit limit;
    if (sys.getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 0;
    return limit.rlim_cur / 4 < EXITS_MAX ? (size_t)limit.rlim_cur / 4 : EXITS_MAX;
}

/* Whether its numbers are ours. */
static bool is_ours(int proc)
{
    char target[16];
    ssize_t n = sys.readlinkat(proc, "self", target, sizeof target - 1);
    if (n <= 0)
        return false;
    target[n] = '\0';
    return strtol(target, NULL, 10) == getpid();
}

int exits_new(struct exits **ret_exits, const char *proc_root, struct error *error)
{
    int proc AUTO_CLOSE = sys.openat(AT_FDCWD, proc_root, DIRECTORY, 0);
    if (proc < 0)
        return error_set_errno(error, errno, "cannot open %s", proc_root);
    if (!is_ours(proc))
        return error_set(error, ENOTSUP, "%s shows another PID namespace", proc_root);
    int probe AUTO_CLOSE = sys.pidfd_open(getpid(), 0);
    if (probe < 0)
        return error_set_errno(error, errno, "cannot watch processes");
    int epoll = sys.epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        return error_set_errno(error, errno, "cannot watch processes");
    struct exits *exits = memory_new(sizeof *exits);
    exits->proc = fd_steal(&proc);
    exits->epoll = epoll;
    exits->room = exits_room();
    *ret_exits = exits;
    return 0;
}

/* Another process may share our descriptors, so that closing it alone would leave it among those polled. */
static void let_go(struct exits *exits, struct watched *watched)
{
    if (watched->fd >= 0)
        sys.epoll_ctl(exits->epoll, EPOLL_CTL_DEL, watched->fd, NULL);
    fd_close(&watched->fd);
}

void exits_free(struct exits *exits)
{
    if (!exits)
        return;
    for (size_t i = 0; i < exits->count; i++)
        let_go(exits, &exits->list[i]);
    fd_close(&exits->epoll);
    fd_close(&exits->proc);
    free(exits->list);
    free(exits->ended);
    free(exits);
}

int exits_fd(const struct exits *exits)
{
    return exits->epoll;
}

size_t exits_count(const struct exits *exits)
{
    return exits->count;
}

static void add_ended(struct exits *exits, const struct process_id *id)
{
    if (exits->taken)
        exits->ended_count = 0;
    exits->taken = false;
    exits->ended =
        memory_grow(exits->ended, &exits->ended_capacity, exits->ended_count + 1, sizeof *exits->ended);
    exits->ended[exits->ended_count++] = *id;
}

/* --- watching --- */

/* 1: the process that bears this number now is the one that is meant; 0: it has ended; -errno. */
static int is_same(const struct exits *exits, const struct process_id *id)
{
    char path[32];
    struct process_stat stat;
    snprintf(path, sizeof path, "%d", (int)id->pid);
    int process AUTO_CLOSE = sys.openat(exits->proc, path, DIRECTORY, 0);
    int rc = process < 0 ? -errno : procfs_read_stat(process, &stat);
    if (rc == -ENOENT || rc == -ESRCH)
        return 0;
    return rc ? rc : stat.started == id->started;
}

/*
 * The descriptor comes first and the look at its start after it: if the number is still the same process's
 * then, so it was when it was opened. -ESRCH: it has ended.
 */
static int open_process(const struct exits *exits, const struct process_id *id)
{
    int fd AUTO_CLOSE = sys.pidfd_open(id->pid, 0);
    if (fd < 0)
        return -errno;
    int same = is_same(exits, id);
    if (same <= 0)
        return same ? same : -ESRCH;
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)id->pid};
    if (sys.epoll_ctl(exits->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        return -errno;
    return fd_steal(&fd);
}

static int compare_pids(const void *a, const void *b)
{
    pid_t x = ((const struct process_id *)a)->pid, y = ((const struct process_id *)b)->pid;
    return (x > y) - (x < y);
}

/* Those there is room for, by pid. Owned. */
static struct process_id *choose(const struct exits *exits, const struct process_id *processes, size_t *n)
{
    *n = *n < exits->room ? *n : exits->room;
    struct process_id *chosen = memory_new(*n * sizeof *chosen);
    if (*n) {
        memcpy(chosen, processes, *n * sizeof *chosen);
        qsort(chosen, *n, sizeof *chosen, compare_pids);
    }
    return chosen;
}

/* Lets go of all that are not among the chosen; leaves in list[i] the descriptor of chosen[i], or -1. */
static void keep_chosen(struct exits *exits, struct watched *list, const struct process_id *chosen, size_t n)
{
    size_t old = 0;
    for (size_t i = 0; i < n; i++) {
        for (; old < exits->count && exits->list[old].id.pid < chosen[i].pid; old++)
            let_go(exits, &exits->list[old]);
        list[i] = (struct watched){chosen[i], -1};
        if (old < exits->count && exits->list[old].id.pid == chosen[i].pid &&
            exits->list[old].id.started == chosen[i].started)
            list[i].fd = exits->list[old++].fd;
    }
    for (; old < exits->count; old++)
        let_go(exits, &exits->list[old]);
}

/* Drops what is not watched. */
static void close_up(struct exits *exits)
{
    size_t kept = 0;
    for (size_t i = 0; i < exits->count; i++)
        if (exits->list[i].fd >= 0)
            exits->list[kept++] = exits->list[i];
    exits->count = kept;
}

void exits_watch(struct exits *exits, const struct process_id *processes, size_t n)
{
    struct process_id *chosen = choose(exits, processes, &n);
    struct watched *list = memory_new(n * sizeof *list);
    keep_chosen(exits, list, chosen, n);
    free(exits->list);
    free(chosen);
    exits->list = list;
    exits->count = n;
    for (size_t i = 0; i < n; i++) {
        if (list[i].fd >= 0)
            continue;
        list[i].fd = open_process(exits, &list[i].id);
        if (list[i].fd == -ESRCH)
            add_ended(exits, &list[i].id);
        if (list[i].fd == -EMFILE || list[i].fd == -ENFILE)
            break; /* others need the last ones more */
    }
    close_up(exits);
}

/* --- who ended --- */

static void take_event(struct exits *exits, const struct epoll_event *event)
{
    struct process_id key = {.pid = (pid_t)event->data.u64};
    struct watched *watched =
        exits->count ? bsearch(&key, exits->list, exits->count, sizeof *exits->list, compare_pids) : NULL;
    if (!watched || watched->fd < 0)
        return;
    add_ended(exits, &watched->id);
    let_go(exits, watched);
}

size_t exits_take(struct exits *exits, const struct process_id **ret_ended)
{
    struct epoll_event events[EVENTS];
    int n;
    if (exits->taken)
        exits->ended_count = 0;
    do {
        n = sys.epoll_wait(exits->epoll, events, EVENTS, 0);
        for (int i = 0; i < n; i++)
            take_event(exits, &events[i]);
    } while (n == EVENTS);
    close_up(exits);
    exits->taken = true;
    *ret_ended = exits->ended;
    return exits->ended_count;
}
