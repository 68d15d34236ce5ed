/*
 * Who holds a segment: a sweep of /proc, by device and inode, over maps and fd. Private file maps count too.
 */
#ifndef SHMTOP_CORE_PROCESS_SWEEP_H
#define SHMTOP_CORE_PROCESS_SWEEP_H

#include "core/segment/segment.h"

struct holder {
    pid_t pid;
    uid_t uid;        /* effective */
    char command[32]; /* raw comm: escape before showing */
    int64_t started;  /* ns since 1970; 0: not known */
    char *cmdline;    /* owned; NUL separators as blanks; raw, at most 4 KiB; NULL: not readable */
    uint32_t mapped;  /* maps of it */
    uint32_t open;    /* descriptors on it */
    bool writable;    /* a shared map that may be written, or a descriptor open for writing */
};

struct holders {
    size_t count;
    struct holder *list; /* owned, ordered by pid */
};

struct sweep {
    size_t count;       /* as many as asked for */
    struct holders *of; /* owned; of[i] answers ids[i] */
    uint32_t processes; /* seen, ourselves not counted */
    uint32_t unread;    /* of them, not readable */
    bool complete;      /* every process of the host could be read (product.md "Said, never guessed") */
    char reason[128];   /* why not complete; "" otherwise */
};

/*
 * Sweeps proc_root ("/proc") for the processes other than ourselves that map or have open any of n segments.
 * Processes that vanish are no error and hold nothing; what shares its maps and descriptors with others (a
 * thread) is looked at once. Kernel threads and zombies have neither and are never unread. progress counts
 * processes. -ECANCELED, -ENOENT where there is no proc_root.
 */
int sweep_run(const char *proc_root, const struct identity *ids, size_t n, struct sweep *ret_sweep,
              struct progress *progress, struct error *error);
void sweep_clear(struct sweep *sweep);

#endif
