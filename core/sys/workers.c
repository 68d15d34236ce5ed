#include "core/sys/workers.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"
#include "core/sys/threads.h"

/*
 * One lock guards everything: the lanes' queues, the messages, which job runs. It is held for a few
 * instructions at a time, never while a job function or a payload's own free runs. Only progress and the
 * cancel flag are shared without it: they are atomic.
 */
struct node {
    struct message message;
    struct node *next;
};

struct job {
    job_id id;
    struct workers *workers;
    job_function *run;
    void *argument;
    void (*free_argument)(void *argument);
    struct progress progress;
    struct node *done; /* its MESSAGE_DONE, made at the start so that it cannot fail at the end */
    struct job *next;
};

struct lane_state {
    struct workers *workers;
    pthread_t thread;
    pthread_cond_t wake;
    struct job *first; /* waiting */
    struct job *running;
};

struct workers {
    pthread_mutex_t lock;
    struct lane_state lanes[LANE_COUNT];
    unsigned started;
    struct node *first, *last;
    job_id last_id;
    int fd;
    bool stopping;
};

/* The lock is held. */
static void post(struct workers *workers, struct node *node)
{
    const uint64_t one = 1;
    if (workers->last)
        workers->last->next = node;
    else
        workers->first = node;
    workers->last = node;
    fd_write_all(workers->fd, &one, sizeof one);
}

/* The lock is held. A job's end: it leaves its message and goes. */
static void finish(struct workers *workers, struct job *job)
{
    job->done->message.cancelled = progress_cancelled(&job->progress);
    post(workers, job->done);
    free(job);
}

static void free_argument(struct job *job)
{
    if (job->free_argument)
        job->free_argument(job->argument);
}

static void *lane_main(void *context)
{
    struct lane_state *lane = context;
    struct workers *workers = lane->workers;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (!lane->first && !workers->stopping)
            pthread_cond_wait(&lane->wake, &workers->lock);
        if (workers->stopping)
            break;
        struct job *job = lane->first;
        lane->first = job->next;
        lane->running = job;
        pthread_mutex_unlock(&workers->lock);
        job->run(job, job->argument);
        free_argument(job);
        pthread_mutex_lock(&workers->lock);
        lane->running = NULL;
        finish(workers, job);
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

static int start_lanes(struct workers *workers)
{
    for (; workers->started < LANE_COUNT; workers->started++) {
        struct lane_state *lane = &workers->lanes[workers->started];
        lane->workers = workers;
        pthread_cond_init(&lane->wake, NULL);
        int r = thread_start(&lane->thread, lane_main, lane);
        if (r < 0)
            return r;
    }
    return 0;
}

int workers_new(struct workers **ret_workers, struct error *error)
{
    struct workers *workers = calloc(1, sizeof *workers);
    if (!workers)
        return error_set_errno(error, ENOMEM, "cannot start threads");
    workers->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (workers->fd < 0) {
        int code = errno;
        free(workers);
        return error_set_errno(error, code, "cannot start threads");
    }
    pthread_mutex_init(&workers->lock, NULL);
    int r = start_lanes(workers);
    if (r < 0) {
        workers_free(workers);
        return error_set_errno(error, -r, "cannot start threads");
    }
    *ret_workers = workers;
    return 0;
}

static void stop(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    for (unsigned i = 0; i < workers->started; i++) {
        if (workers->lanes[i].running)
            atomic_store(&workers->lanes[i].running->progress.cancel, true);
        pthread_cond_signal(&workers->lanes[i].wake);
    }
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->started; i++)
        pthread_join(workers->lanes[i].thread, NULL);
}

static void free_waiting(struct lane_state *lane)
{
    while (lane->first) {
        struct job *job = lane->first;
        lane->first = job->next;
        free_argument(job);
        free(job->done);
        free(job);
    }
}

void workers_free(struct workers *workers)
{
    if (!workers)
        return;
    stop(workers);
    for (unsigned i = 0; i < workers->started; i++) {
        free_waiting(&workers->lanes[i]);
        pthread_cond_destroy(&workers->lanes[i].wake);
    }
    for (struct message message; workers_take(workers, &message);)
        message_free(&message);
    pthread_mutex_destroy(&workers->lock);
    fd_close(&workers->fd);
    free(workers);
}

int workers_fd(const struct workers *workers)
{
    return workers->fd;
}

job_id workers_submit(struct workers *workers, enum lane lane, bool first, job_function *run, void *argument,
                      void (*free_own)(void *argument))
{
    struct job *job = memory_new(sizeof *job);
    job->workers = workers;
    job->run = run;
    job->argument = argument;
    job->free_argument = free_own;
    job->done = memory_new(sizeof *job->done);
    pthread_mutex_lock(&workers->lock);
    job_id id = job->id = ++workers->last_id;
    job->done->message = (struct message){.job = id, .kind = MESSAGE_DONE};
    struct job **place = &workers->lanes[lane].first;
    while (*place && !first)
        place = &(*place)->next;
    job->next = *place;
    *place = job;
    pthread_cond_signal(&workers->lanes[lane].wake);
    pthread_mutex_unlock(&workers->lock);
    return id;
}

/* The lock is held. Takes a waiting job out of its queue; NULL where none has this id. */
static struct job *take_waiting(struct workers *workers, job_id id)
{
    for (unsigned i = 0; i < LANE_COUNT; i++)
        for (struct job **place = &workers->lanes[i].first; *place; place = &(*place)->next)
            if ((*place)->id == id) {
                struct job *job = *place;
                *place = job->next;
                return job;
            }
    return NULL;
}

/* The lock is held. */
static struct job *find_running(struct workers *workers, job_id id)
{
    for (unsigned i = 0; i < LANE_COUNT; i++)
        if (workers->lanes[i].running && workers->lanes[i].running->id == id)
            return workers->lanes[i].running;
    return NULL;
}

void workers_cancel(struct workers *workers, job_id id)
{
    pthread_mutex_lock(&workers->lock);
    struct job *running = find_running(workers, id);
    if (running)
        atomic_store(&running->progress.cancel, true);
    struct job *waiting = running ? NULL : take_waiting(workers, id);
    pthread_mutex_unlock(&workers->lock);
    if (!waiting)
        return;
    atomic_store(&waiting->progress.cancel, true);
    free_argument(waiting);
    pthread_mutex_lock(&workers->lock);
    finish(workers, waiting);
    pthread_mutex_unlock(&workers->lock);
}

bool workers_progress(struct workers *workers, job_id id, struct progress *ret_progress)
{
    pthread_mutex_lock(&workers->lock);
    struct job *job = find_running(workers, id);
    if (job) {
        ret_progress->done = atomic_load_explicit(&job->progress.done, memory_order_relaxed);
        ret_progress->total = atomic_load_explicit(&job->progress.total, memory_order_relaxed);
        ret_progress->lost = atomic_load_explicit(&job->progress.lost, memory_order_relaxed);
    }
    pthread_mutex_unlock(&workers->lock);
    return job != NULL;
}

bool workers_take(struct workers *workers, struct message *ret_message)
{
    pthread_mutex_lock(&workers->lock);
    struct node *node = workers->first;
    if (node) {
        workers->first = node->next;
        if (!workers->first)
            workers->last = NULL;
    }
    if (!workers->first) {
        uint64_t count;
        sys.read(workers->fd, &count, sizeof count); /* fd_read_full would wait for a count */
    }
    pthread_mutex_unlock(&workers->lock);
    if (!node)
        return false;
    *ret_message = node->message;
    free(node);
    return true;
}

void message_free(struct message *message)
{
    if (message->free_payload)
        message->free_payload(message->payload);
    message->payload = NULL;
    message->free_payload = NULL;
}

struct progress *job_progress(struct job *job)
{
    return &job->progress;
}

bool job_cancelled(struct job *job)
{
    return progress_cancelled(&job->progress);
}

void job_post(struct job *job, int kind, void *payload, void (*free_payload)(void *payload))
{
    struct node *node = memory_new(sizeof *node);
    node->message =
        (struct message){.job = job->id, .kind = kind, .payload = payload, .free_payload = free_payload};
    pthread_mutex_lock(&job->workers->lock);
    post(job->workers, node);
    pthread_mutex_unlock(&job->workers->lock);
}
