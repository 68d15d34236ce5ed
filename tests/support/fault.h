/*
 * Faults: every entry of core's table of system calls (core/sys/calls.h) wrapped, so that the n-th call
 * fails, comes short, is interrupted or kills the process, and old kernels that lack a call.
 *
 *     static int run(void *context) { ... what core returned ... }
 *     static void check(void *context, int result) { ... the directory is as before, or as wanted ... }
 *     fault_each(FAULT_ERROR, EIO, run, check, context);
 *
 * Calls are counted over all threads; n is stable only where one works.
 */
#ifndef SHMTOP_TESTS_SUPPORT_FAULT_H
#define SHMTOP_TESTS_SUPPORT_FAULT_H

#include <stdbool.h>

#include "core/sys/calls.h"

/* FAULT_CALL_openat, … one for each entry of the table. */
enum fault_call {
#define FAULT_CALL_MEMBER(type, name, parameters, arguments) FAULT_CALL_##name,
    SYS_CALLS(FAULT_CALL_MEMBER)
#undef FAULT_CALL_MEMBER
        FAULT_CALL_ANY,
};

enum fault_kind {
    FAULT_NONE,  /* only count */
    FAULT_ERROR, /* fails with the given errno (close does its work all the same, as Linux does) */
    FAULT_SHORT, /* read, write, pread, pwrite, sendfile transfer half */
    FAULT_INTERRUPT, /* EINTR, from calls that can: read, write, pread, pwrite, openat, fallocate,
                        flock */
    FAULT_KILL,      /* SIGKILL instead of the call */
};

/* Kernels and limits to play, combined. fault_reset ends it. */
enum {
    FAULT_NO_BTIME = 1,             /* statx without birth time (before 5.18 on tmpfs) */
    FAULT_NO_HANDLES = 2,           /* name_to_handle_at: EOPNOTSUPP */
    FAULT_NO_PROCMAP_QUERY = 4,      /* map_queries: ENOTTY (before 6.11) */
    FAULT_NO_TMPFILE = 8,           /* O_TMPFILE: EOPNOTSUPP */
    FAULT_NO_LEASES = 16,           /* F_SETLEASE: EINVAL */
    FAULT_NO_INOTIFY = 32,          /* inotify_init1: ENOSYS */
    FAULT_NO_INOTIFY_INSTANCE = 64, /* inotify_init1: EMFILE */
    FAULT_NO_INOTIFY_WATCH = 128,   /* inotify_add_watch: ENOSPC */
    FAULT_INOTIFY_OVERFLOW = 256,   /* the next read of at least 4096 bytes brings one IN_Q_OVERFLOW */
    FAULT_NO_FALLOCATE = 512,       /* EOPNOTSUPP */
    FAULT_NO_SENDFILE = 1024,       /* EINVAL, as of a file system that has no splice */
    FAULT_NO_PIDFD = 2048,          /* pidfd_open: ENOSYS (before 5.3) */
    FAULT_NO_ATTRIBUTES = 4096,     /* user attributes: EOPNOTSUPP (before 6.6 on tmpfs) */
};
void fault_play(unsigned kernel);

/*
 * Wraps the table and makes the n-th call (from 1; of that call alone, or of FAULT_CALL_ANY that the kind can
 * strike) do so, once. Counting starts anew.
 */
void fault_arm(enum fault_call call, enum fault_kind kind, int error, unsigned long n);

bool fault_struck(void);                         /* since fault_arm */
unsigned long fault_count(enum fault_call call); /* calls since fault_arm */

/* The kernel's table again, nothing armed or played. */
void fault_reset(void);

typedef int fault_run(void *context);
typedef void fault_check(void *context, int result);

/*
 * run, check for n = 1, 2, … until a run comes to its end without having been struck. Between them nothing
 * strikes. Fails the test where a run leaves a descriptor open. With FAULT_KILL each run is a forked child,
 * and result is -EINTR where it was killed. What fault_play said stays. Returns how many runs were struck.
 */
unsigned long fault_each(enum fault_kind kind, int error, fault_run *run, fault_check *check, void *context);

#endif
