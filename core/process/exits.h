/*
 * When processes end: a descriptor of each (pidfd_open, Linux 5.3), all behind one that is polled. It keeps
 * nothing of the process but its number, takes no permission, and is ready when the last thread has ended, by
 * when the kernel has let go of its maps and descriptors.
 *
 * A number is another process's as soon as the first has ended, so a process is known by when it started,
 * too.
 */
#ifndef SHMTOP_CORE_PROCESS_EXITS_H
#define SHMTOP_CORE_PROCESS_EXITS_H

#include "core/process/sweep.h"
#include "core/sys/error.h"

#define EXITS_MAX 512 /* and no more than a quarter of the descriptors that we may have (RLIMIT_NOFILE) */

struct exits;

/* -ENOSYS where the kernel cannot; -ENOTSUP where proc_root shows another PID namespace than ours, so that
 * its numbers name other processes here; -errno. proc_root ("/proc") is opened. */
int exits_new(struct exits **ret_exits, const char *proc_root, struct error *error);
void exits_free(struct exits *exits);
int exits_fd(const struct exits *exits); /* poll for POLLIN */

/*
 * Watches the first of these (each once) that there is room for, and nobody else; whoever is watched already
 * stays so. One who has ended by now is taken as ended now. What cannot be watched is passed over.
 */
void exits_watch(struct exits *exits, const struct process_id *processes, size_t n);
size_t exits_room(void);                       /* EXITS_MAX, or what the limit leaves */
size_t exits_count(const struct exits *exits); /* watched now */

/* Who ended since the last call, and is watched no more; valid until the next call of any of these. */
size_t exits_take(struct exits *exits, const struct process_id **ret_ended);

#endif
