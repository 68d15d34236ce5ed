/*
 * A /proc of our own making: "proc" in a private directory, with processes that say what a test lets them.
 */
#ifndef SHMTOP_TESTS_SUPPORT_PROCDIR_H
#define SHMTOP_TESTS_SUPPORT_PROCDIR_H

#include "core/process/sweep.h"
#include "tests/support/tmpdir.h"

/* proc, booted at PROCDIR_BOOTED, without a process. */
#define PROCDIR_BOOTED 1700000000 /* s since 1970 */
void procdir_make(const struct tmpdir *dir);

/* A process that holds nothing: python3 of user 1001 (real 1000), started 250 ticks after boot. */
void procdir_process(const struct tmpdir *dir, int pid);

/* proc/PID/FILE anew. */
void procdir_write(const struct tmpdir *dir, int pid, const char *file, const char *text);

/* A line of maps, of 4096 bytes at START: a file of the directory mapped, under that path (NULL: its own). */
void procdir_map_line(const struct tmpdir *dir, const char *name, const char *perms, uint64_t start,
                      const char *path, char *buf, size_t size);

/* proc/PID/fd/NUMBER leads to target, with that text in fdinfo. */
void procdir_open(const struct tmpdir *dir, int pid, int number, const char *target, const char *flags);

/* A real process in it. */
void procdir_link(const struct tmpdir *dir, int pid);

struct identity procdir_identity(const struct tmpdir *dir, const char *name);

#endif
