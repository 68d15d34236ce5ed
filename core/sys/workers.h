/*
 * Threads: the only place that starts one. Signals are blocked in all of them.
 *
 * Work that can take more than a few milliseconds runs beside the loop in one of six lanes, each one thread that
 * takes its jobs in order, so that what a lane reports arrives in the order in which it was asked. A job gets
 * copies, never the catalog; what it finds it posts as messages, which the loop takes from one queue when the
 * eventfd says so.
 *
 * parallel_ranges() is for work inside a job (or a command) that several threads share.
 */
#ifndef SHMTOP_CORE_SYS_WORKERS_H
#define SHMTOP_CORE_SYS_WORKERS_H

#include "core/sys/error.h"
#include "core/sys/progress.h"

enum lane {
    LANE_LOOK,  /* scans, headers, windows of values: short looks at the directory */
    LANE_SWEEP, /* /proc */
    LANE_NAMES, /* name services, and paths outside the directory: a server may hang */
    LANE_JOB,   /* the user's own: load, delete */
    LANE_FIGURES, /* statistics and maps that are shown by the way */
    LANE_FIND,  /* what somebody waits for that goes through all of a segment: a search, a table of columns */
    LANE_COUNT
};

typedef uint64_t job_id; /* never 0, never reused */

struct workers;
struct job; /* what a running job sees of itself */

struct message {
    job_id job;
    int kind;      /* the poster's own numbering; MESSAGE_DONE is posted after the job function returned */
    void *payload; /* owned by the message; freed with free_payload */
    void (*free_payload)(void *payload);
    bool cancelled; /* on MESSAGE_DONE: workers_cancel had been called before the end */
};

#define MESSAGE_DONE (-1)

/* Runs on the lane's thread. argument is the job's own, freed with free_argument afterwards. */
typedef void job_function(struct job *job, void *argument);

/* Starts the lanes. 0 or -errno. */
int workers_new(struct workers **ret_workers, struct error *error);

/* Cancels every job, waits for the threads, frees what was not taken. */
void workers_free(struct workers *workers);

/* An eventfd, readable while messages wait. */
int workers_fd(const struct workers *workers);

/* Queues a job. first: before the jobs that wait (an urgent look). argument is taken. Returns its id. */
job_id workers_submit(struct workers *workers, enum lane lane, bool first, job_function *run, void *argument,
                      void (*free_argument)(void *argument));

/* Asks a job to stop, or takes it out of the queue; its MESSAGE_DONE comes all the same. Unknown ids are ignored. */
void workers_cancel(struct workers *workers, job_id id);

/* Copies a job's progress so far. False where the job is not running. */
bool workers_progress(struct workers *workers, job_id id, struct progress *ret_progress);

/* Takes the oldest message. False where none waits. The caller frees it with message_free. */
bool workers_take(struct workers *workers, struct message *ret_message);
void message_free(struct message *message);

/* For the job function. */
struct progress *job_progress(struct job *job);
bool job_cancelled(struct job *job);
void job_post(struct job *job, int kind, void *payload, void (*free_payload)(void *payload));

/*
 * Calls work(context, first, count) for consecutive ranges of at most grain units out of total, on up to threads
 * threads (the caller's is one of them). Stops at the first failure or when progress is cancelled. Returns 0, the
 * first failure's -code, or -ECANCELED. work must be safe to run on several threads.
 */
typedef int range_function(void *context, uint64_t first, uint64_t count, struct error *error);
int parallel_ranges(uint64_t total, uint64_t grain, unsigned threads, range_function *work, void *context,
                    struct progress *progress, struct error *error);

/* Threads worth using here: the processors we may run on, at most limit. */
unsigned workers_useful_threads(unsigned limit);

#endif
