/*
 * One pass over the processes. What is sought is in a hash by device and inode (holdings.h); each map and
 * each descriptor of a process asks it once (visit.h). A process's hits are appended to the holders of each
 * item as they are met, and who it is (describe.h) is read only then; if it ends meanwhile they are taken out
 * again.
 */
#include "core/process/sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/process/census.h"
#include "core/process/describe.h"
#include "core/process/holdings.h"
#include "core/process/visit.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"

#define INITIAL_PIDNS 0xEFFFFFFCu /* PROC_PID_INIT_INO, linux/proc_ns.h */
#define DIRECTORY     (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

struct sweeper {
    struct boot_clock clock;
    struct holdings holdings;
    struct census census;
    struct sweep sweep;
    pid_t self;
};

/* --- one process --- */

static bool is_gone(int rc)
{
    return rc == -ENOENT || rc == -ESRCH;
}

static void finish_process(struct sweeper *s, int process, bool gone)
{
    if (gone || !s->holdings.hits) {
        holdings_finish(&s->holdings, NULL);
        return;
    }
    struct holder who = holder_describe(process, &s->clock);
    holdings_finish(&s->holdings, &who);
    holder_clear(&who);
}

/* We are somebody's process and may bear a creator's number, but what we hold ourselves is no holder's. */
static void sweep_process(struct sweeper *s, int proc, pid_t pid)
{
    char name[16];
    snprintf(name, sizeof name, "%d", (int)pid);
    int process AUTO_CLOSE = sys.openat(proc, name, DIRECTORY, 0);
    int rc = process < 0 ? -errno : 0;
    if (is_gone(rc))
        return;
    int counted = census_take(&s->census, process, pid);
    if (pid == s->self)
        return;
    s->holdings.pid = pid;
    if (!rc)
        rc = visit_process(&s->holdings, process);
    if (!is_gone(rc)) {
        s->sweep.processes++;
        s->sweep.unread += rc || (counted && !is_gone(counted));
    }
    finish_process(s, process, is_gone(rc));
}

/* --- all of them --- */

struct pids {
    pid_t *list; /* owned */
    size_t count, capacity;
};

static int add_pid(void *context, unsigned number)
{
    struct pids *pids = context;
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

static int sweep_all(struct sweeper *s, int proc, struct progress *progress, struct error *error)
{
    struct pids pids = {0};
    s->self = read_self(proc);
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

/* NULL, or why processes may exist that are not listed. */
static const char *why_hidden(int proc)
{
    struct statx st;
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
    const char *hidden = why_hidden(proc);
    const char *why = sys.geteuid() != 0 ? "not root" : hidden;
    char unread[54] = "";
    if (sweep->unread)
        snprintf(unread, sizeof unread, "%" PRIu32 " of %" PRIu32 " processes could not be read",
                 sweep->unread, sweep->processes);
    snprintf(sweep->reason, sizeof sweep->reason, "%s%s%s", why ? why : "", why && *unread ? ": " : "",
             unread);
    sweep->complete = !sweep->reason[0];
    sweep->sees_all = !hidden;
}

int sweep_run(const char *proc_root, const struct sweep_scope *scope, struct sweep *ret_sweep,
              struct progress *progress, struct error *error)
{
    int proc AUTO_CLOSE = sys.openat(AT_FDCWD, proc_root, DIRECTORY, 0);
    if (proc < 0)
        return error_set_errno(error, errno == ENOTDIR ? ENOENT : errno, "cannot open %s", proc_root);
    struct sweeper s = {0};
    boot_clock_read(proc, &s.clock);
    holdings_start(&s.holdings, scope);
    census_start(&s.census, scope, &s.clock);
    int rc = sweep_all(&s, proc, progress, error);
    if (!rc) {
        holdings_deliver(&s.holdings, &s.sweep);
        census_deliver(&s.census, &s.sweep);
        judge(&s.sweep, proc);
        *ret_sweep = s.sweep;
    }
    holdings_clear(&s.holdings);
    census_clear(&s.census);
    return rc;
}

void sweep_clear(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->count; i++)
        holders_clear(&sweep->of[i]);
    for (size_t i = 0; i < sweep->other_count; i++) {
        holders_clear(&sweep->others[i].holders);
        free(sweep->others[i].path);
    }
    free(sweep->of);
    free(sweep->others);
    free(sweep->creators);
    free(sweep->owners);
    *sweep = (struct sweep){0};
}

const struct sweep_other *sweep_find_other(const struct sweep *sweep, uint64_t device, uint64_t inode)
{
    size_t low = 0, high = sweep->other_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sweep->others[middle].id.inode < inode)
            low = middle + 1;
        else
            high = middle;
    }
    const struct sweep_other *other = low < sweep->other_count ? &sweep->others[low] : NULL;
    return other && other->id.inode == inode && other->id.device == device ? other : NULL;
}

bool sweep_has_owner(const struct sweep *sweep, uid_t uid)
{
    return sweep->owner_count && bsearch(&uid, sweep->owners, sweep->owner_count, sizeof uid, uid_compare);
}
