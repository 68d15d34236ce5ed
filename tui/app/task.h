/*
 * One effect done on a worker thread: what a lane runs, and what it posts. For jobs.c only.
 */
#ifndef SHMTOP_TUI_APP_TASK_H
#define SHMTOP_TUI_APP_TASK_H

#include "core/process/host.h"
#include "core/sys/workers.h"
#include "tui/app/event.h"

/* What a task posts. */
enum task_message {
    TASK_LOOKED,  /* struct task_batch */
    TASK_SCANNED, /* struct error */
    TASK_USAGE,   /* struct directory_usage */
    TASK_ENDED,   /* NULL */
    TASK_NAMED,   /* struct task_named */
    TASK_SHMEM,   /* struct shmem */
    TASK_LOGIND,  /* struct logind */
    TASK_SWEPT,   /* struct swept */
    TASK_REACHED, /* struct task_reached */
    TASK_PREVIEW,
    TASK_LOAD,
    TASK_DELETE,
    TASK_SAVE,
    TASK_RESTORED,  /* struct restored */
    TASK_DESCRIBED, /* struct described */
    TASK_STUDY,
};

struct task_batch {
    size_t count, room;
    bool scan;
    struct looked list[];
};

struct task_named {
    unsigned id;
    bool group;
    char name[USERS_NAME_MAX];
};

struct task_reached {
    uint64_t serial;
    struct identity id;
    int fd; /* owned */
    bool looked;
    struct segment segment; /* looked: owned */
};

/* Takes what the effect owns. path is copied; what host points to stays until the program ends. */
struct task *task_new(struct effect *effect, const char *path, bool read_only, const struct host *host);
void task_free(void *task);

/* A job_function: runs the task and posts what it found. */
void task_run(struct job *job, void *task);

#endif
