/*
 * The app's effects done on worker threads, and what they found as events.
 *
 * Each job opens the directory by its path anew: a job that runs while the directory is replaced sees the new
 * one, and no two threads share a descriptor.
 */
#ifndef SHMTOP_TUI_APP_JOBS_H
#define SHMTOP_TUI_APP_JOBS_H

#include "core/process/host.h"
#include "tui/app/event.h"

struct jobs;

/* path and host are copied; what host points to stays until the program ends. */
int jobs_new(struct jobs **ret_jobs, const char *path, bool read_only, const struct host *host,
             struct error *error);

/*
 * Cancels everything. Waits for the user's own jobs (a load takes its unnamed file back) and for looks; for a
 * sweep or a name service only a moment: if one hangs the threads stay until the program ends.
 */
void jobs_free(struct jobs *jobs);

/* Readable while jobs_next has something. */
int jobs_fd(const struct jobs *jobs);

/* Starts what an effect asks for, and takes its contents. Effects that are no jobs are not for here. */
void jobs_start(struct jobs *jobs, struct effect *effect);

/* Cancels the component's job of that token. */
void jobs_stop(struct jobs *jobs, uint64_t token);

/* The next event, its time not set. What it points to is valid until the next call. */
bool jobs_next(struct jobs *jobs, struct event *ret_event);

/* How far a job is that shows it, from the *cursor-th on (0 first; moved on). False where no further one runs. */
bool jobs_progress(struct jobs *jobs, size_t *cursor, struct event *ret_event);

#endif
