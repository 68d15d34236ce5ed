/*
 * Who holds a segment: a sweep of /proc, by device and inode, over maps and fd. Private file maps count too.
 */
#ifndef SHMTOP_CORE_PROCESS_SWEEP_H
#define SHMTOP_CORE_PROCESS_SWEEP_H

#include "core/segment/segment.h"

/* A process, told from a later one that bears its number. */
struct process_id {
    pid_t pid;
    uint64_t started; /* clock ticks after boot, as its stat says, proc_pid_stat(5); 0: not known */
};

struct holder {
    pid_t pid;
    uid_t uid;        /* effective */
    char command[32]; /* raw comm: escape before showing */
    int64_t started;  /* ns since 1970; 0: not known */
    uint64_t ticks;   /* the same as process_id says it */
    char *cmdline;    /* owned; NUL separators as blanks; raw, at most 4 KiB; NULL: not readable */
    char *unit;       /* owned: systemd unit or container, from its cgroup ("nginx.service",
                         "docker:1234567890ab"); raw; NULL: none, or not readable */
    uint32_t mapped;  /* maps of it */
    uint32_t open;    /* descriptors on it */
    bool writable;    /* a shared map that may be written, or a descriptor open for writing */
};

struct holders {
    size_t count;
    struct holder *list; /* owned, ordered by pid */
};

/*
 * Whether the process that made a segment lives: any process (we too) that bears its number at any level of
 * its NSpid and is not younger than the segment by more than two seconds, as far as the ages can be known.
 * One that has ended, and waits for its parent to take note, does not live. Where the host's clock was set
 * forward since, a creator looks younger than it is, and may count as gone.
 * Where sweep.complete is false CREATOR_GONE is "dead here": it may live elsewhere.
 */
enum creator {
    CREATOR_UNKNOWN, /* no pid was given */
    CREATOR_ALIVE,
    CREATOR_GONE,
};

struct creator_query {
    pid_t pid;
    int64_t born; /* of the segment, ns since 1970: a process that is younger did not make it; 0: not known */
};

/* What a sweep is to find. */
struct sweep_scope {
    const struct identity *ids; /* borrowed: segments asked for one by one; their born is not looked at */
    size_t n;
    uint64_t device; /* 0: none; else whatever lies on this device and is held is found too: sweep.others */
    const struct creator_query *creators; /* borrowed */
    size_t creator_count;
    const uid_t *owners; /* borrowed: users of whom sweep_lacks_owner is to be known */
    size_t owner_count;
    unsigned
        threads; /* that share the work (parallel_ranges); 0: one, as a sweep that nobody waits for has */
};

/* As many as are of use here, for one that somebody waits for. */
unsigned sweep_threads(void);

/*
 * Something on scope.device that is held and is not among scope.ids. Its facts come from statx through
 * /proc/PID/fd, or of what bears the kernel's mark " (deleted)" through map_files, which only root
 * (CAP_CHECKPOINT_RESTORE) may follow.
 */
struct sweep_other {
    struct identity id; /* born 0 unless `known` */
    struct holders holders;
    char *path;    /* owned: as the kernel shows it to us, raw, without the mark of what is deleted; NULL: not
                      told */
    bool deleted;  /* its name is gone: the link count is 0 where it is known, else every path of it bears the
                      mark */
    bool known;    /* the facts below were had */
    uint64_t size; /* not known: the furthest that a map of it reaches into it, 0 without maps */
    uint64_t allocated;
    int64_t created, modified; /* ns since 1970; created 0: not known */
    uid_t uid;
    gid_t gid;
    mode_t mode; /* with the file type */
};

struct sweep {
    size_t count;       /* as many as asked for */
    struct holders *of; /* owned; of[i] answers ids[i] */
    size_t other_count;
    struct sweep_other *others; /* owned, ordered by inode */
    enum creator *creators;     /* owned; creators[i] answers scope.creators[i] */
    struct process_id *bearers; /* owned: whose end is the end of creators[i]; pid 0: it does not live, or
                                   several processes may be it */
    uid_t *ownerless;           /* owned, ordered: of scope.owners, who has no process */
    size_t ownerless_count;
    int64_t took;       /* ns; core has no clock: filled by the caller that has one */
    bool sees_all;      /* no process of the host is hidden from us, though some may not be readable */
    uint32_t processes; /* seen, ourselves not counted */
    uint32_t unread;    /* of them, not readable */
    bool complete;      /* every process of the host could be read (product.md "Said, never guessed") */
    char reason[128];   /* why not complete; "" otherwise */
};

/* Each frees what it holds, zeroes it. */
void holder_clear(struct holder *holder);
void holders_clear(struct holders *holders);

/*
 * Sweeps proc_root ("/proc") for the processes other than ourselves that map or have open what scope asks
 * for. Processes that vanish are no error and hold nothing; what shares its maps and descriptors with others
 * (a thread) is looked at once. Kernel threads and zombies have neither and are never unread. progress counts
 * processes. -ECANCELED, -ENOENT where there is no proc_root.
 */
int sweep_run(const char *proc_root, const struct sweep_scope *scope, struct sweep *ret_sweep,
              struct progress *progress, struct error *error);
void sweep_clear(struct sweep *sweep);

/* NULL where it is not held, or was asked for by id. Borrowed. */
const struct sweep_other *sweep_find_other(const struct sweep *sweep, uint64_t device, uint64_t inode);

/* Whether a user was asked for and none of the processes seen is theirs, really or effectively. */
bool sweep_lacks_owner(const struct sweep *sweep, uid_t uid);

#endif
