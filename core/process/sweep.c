/*
 * One pass over the processes, on as many threads as asked for. Each takes the next few, reads without the
 * others what a process holds of what is sought (visit.h), and who it is (describe.h) only where it holds
 * something; then joins that to what all found (holdings.h, census.h). What ended meanwhile leaves nothing.
 */
#include "core/process/sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
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
#include "core/sys/workers.h"

#define INITIAL_PIDNS 0xEFFFFFFCu /* PROC_PID_INIT_INO, linux/proc_ns.h */
#define DIRECTORY     (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

#define GRAIN       16 /* processes that a thread takes at a time */
#define THREADS_MAX 4

struct pids {
    pid_t *list; /* owned */
    size_t count, capacity;
};

struct sweeper {
    int proc;
    const struct sweep_scope *scope;
    struct boot_clock clock;
    struct pids pids;
    pid_t self;
    struct progress *progress;
    struct holdings holdings;
    pthread_mutex_t lock; /* of what follows, and of all of holdings but what is sought */
    struct census census;
    struct sweep sweep;
};

/* --- one process --- */

static bool is_gone(int rc)
{
    return rc == -ENOENT || rc == -ESRCH;
}

/* What was read of it. */
struct catch
{
    pid_t pid;
    int rc;      /* of its maps and descriptors */
    int counted; /* of the census */
    struct citizen citizen;
    struct hits hits;
    struct holder who;
};

/* We are somebody's process and may bear a creator's number, but what we hold ourselves is no holder's. */
static void join(struct sweeper *s, struct catch *c)
{
    pthread_mutex_lock(&s->lock);
    census_add(&s->census, &c->citizen);
    if (c->pid != s->self && !is_gone(c->rc)) {
        s->sweep.processes++;
        s->sweep.unread += c->rc || (c->counted && !is_gone(c->counted));
        holdings_add(&s->holdings, &c->who, &c->hits);
    }
    pthread_mutex_unlock(&s->lock);
}

static void sweep_process(struct sweeper *s, struct catch *c)
{
    char name[16];
    snprintf(name, sizeof name, "%d", (int)c->pid);
    int process AUTO_CLOSE = sys.openat(s->proc, name, DIRECTORY, 0);
    c->rc = process < 0 ? -errno : 0;
    if (is_gone(c->rc))
        return;
    c->counted = citizen_read(&s->census, process, c->pid, &c->citizen);
    if (!c->rc && c->pid != s->self)
        c->rc = visit_process(&s->holdings, process, c->pid, &c->hits);
    if (c->hits.count && !is_gone(c->rc))
        c->who = holder_describe(process, &s->clock);
    c->who.pid = c->pid;
    join(s, c);
    holder_clear(&c->who);
    hits_clear(&c->hits);
}

static int sweep_range(void *context, uint64_t first, uint64_t count, struct error *error)
{
    struct sweeper *s = context;
    struct catch c = {0};
    int rc = 0;
    for (uint64_t i = first; i < first + count && !rc; i++) {
        c.pid = s->pids.list[i];
        sweep_process(s, &c);
        progress_add(s->progress, 1);
        if (progress_cancelled(s->progress))
            rc = error_set(error, ECANCELED, "stopped");
    }
    hits_free(&c.hits);
    return rc;
}

/* --- all of them --- */

static int add_pid(void *context, unsigned number)
{
    struct pids *pids = context;
    pids->list = memory_grow(pids->list, &pids->capacity, pids->count + 1, sizeof *pids->list);
    pids->list[pids->count++] = (pid_t)number;
    return 0;
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

static int sweep_all(struct sweeper *s, struct error *error)
{
    s->self = read_self(s->proc);
    int rc = procfs_each_number(s->proc, add_pid, &s->pids);
    if (rc)
        return error_set_errno(error, -rc, "cannot list the processes");
    progress_set_total(s->progress, s->pids.count);
    return parallel_ranges(s->pids.count, GRAIN, s->scope->threads, sweep_range, s, s->progress, error);
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

unsigned sweep_threads(void)
{
    return workers_useful_threads(THREADS_MAX);
}

int sweep_run(const char *proc_root, const struct sweep_scope *scope, struct sweep *ret_sweep,
              struct progress *progress, struct error *error)
{
    int proc AUTO_CLOSE = sys.openat(AT_FDCWD, proc_root, DIRECTORY, 0);
    if (proc < 0)
        return error_set_errno(error, errno == ENOTDIR ? ENOENT : errno, "cannot open %s", proc_root);
    struct sweeper s = {
        .proc = proc, .scope = scope, .progress = progress, .lock = PTHREAD_MUTEX_INITIALIZER};
    boot_clock_read(proc, &s.clock);
    holdings_start(&s.holdings, scope);
    census_start(&s.census, scope, &s.clock);
    int rc = sweep_all(&s, error);
    if (!rc) {
        holdings_deliver(&s.holdings, &s.sweep);
        census_deliver(&s.census, &s.sweep);
        judge(&s.sweep, proc);
        *ret_sweep = s.sweep;
    }
    holdings_clear(&s.holdings);
    census_clear(&s.census);
    free(s.pids.list);
    pthread_mutex_destroy(&s.lock);
    return rc;
}

void holders_clear(struct holders *holders)
{
    for (size_t i = 0; i < holders->count; i++)
        holder_clear(&holders->list[i]);
    free(holders->list);
    *holders = (struct holders){0};
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
    free(sweep->bearers);
    free(sweep->ownerless);
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

bool sweep_lacks_owner(const struct sweep *sweep, uid_t uid)
{
    return sweep->ownerless_count &&
           bsearch(&uid, sweep->ownerless, sweep->ownerless_count, sizeof uid, uid_compare);
}
