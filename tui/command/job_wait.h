/*
 * One long piece of work of a command: it runs on a worker, while this thread waits for it, for signals and
 * for the next drawing of the progress bar.
 *
 * HUP, INT and TERM cancel the work, which undoes what it began; then the signal is raised again, as if
 * nobody had caught it. Who ignores one (nohup) goes on ignoring it.
 */
#ifndef SHMTOP_TUI_COMMAND_JOB_WAIT_H
#define SHMTOP_TUI_COMMAND_JOB_WAIT_H

#include "core/sys/error.h"
#include "core/sys/progress.h"
#include "tui/command/options.h"

struct job_wait {
    bool ascii;    /* the bar */
    uint64_t unit; /* bytes of a unit of progress; 0: progress is in bytes */
    bool may_hang; /* the work may wait for a silent pipe and see no cancel: then, after a second, the signal
                      ends us all the same */
    void (*say)(const void *context, char *buf, size_t size); /* what is said behind the bar, "" for nothing;
                                                                 NULL: never anything */
    int64_t elapsed;                                          /* filled: ms that the work took */
};

/* 0 or -errno; stops with -ECANCELED where progress is cancelled. */
typedef int job_wait_work(void *context, struct progress *progress, struct error *error);

/* Whether a bar is drawn: standard error is a terminal, and so a person reads what is said there. */
bool job_wait_shows(void);

/* Runs it to its end and returns what it returned, with its error; or why it could not run. Ends the program
 * where a signal stopped it. */
int job_wait_run(struct job_wait *wait, job_wait_work *work, void *context, struct error *error);

#endif
