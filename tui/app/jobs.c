#include "tui/app/jobs.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"
#include "tui/app/task.h"

#define PATIENCE_MS 200 /* at the end, for what may hang */

/* What is out. */
struct running {
    job_id id;
    enum effect_kind kind;
    enum lane lane;
    uint64_t token;
    bool replied;
};

struct jobs {
    struct workers *workers;
    char *path;
    bool read_only;
    struct host host;
    struct running *running; /* owned */
    size_t count, room;
    struct message message; /* that the last event points into */
    bool has_message;
    struct swept lost; /* of a sweep that was cancelled before it ran */
};

int jobs_new(struct jobs **ret_jobs, const char *path, bool read_only, const struct host *host,
             struct error *error)
{
    struct workers *workers;
    int r = workers_new(&workers, error);
    if (r < 0)
        return r;
    struct jobs *jobs = memory_new(sizeof *jobs);
    jobs->workers = workers;
    jobs->path = memory_dup(path);
    jobs->read_only = read_only;
    jobs->host = *host;
    *ret_jobs = jobs;
    return 0;
}

int jobs_fd(const struct jobs *jobs)
{
    return workers_fd(jobs->workers);
}

/* Paths may lie on a server that hangs, as name services may: those never stand before a look or a sweep. */
static enum lane lane_of(const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_NAMES:
    case EFFECT_LOGIND:
        return LANE_NAMES;
    case EFFECT_LOAD:
        return load_dialog_request_is_load(effect->u.load) ? LANE_JOB : LANE_NAMES;
    case EFFECT_SAVE:
        return save_dialog_request_is_save(effect->u.save) ? LANE_JOB : LANE_NAMES;
    case EFFECT_DELETE:
    case EFFECT_RESTORE:
        return LANE_JOB;
    case EFFECT_SWEEP:
    case EFFECT_REACH:
        return LANE_SWEEP;
    case EFFECT_STUDY:
        return study_is_waited_for(effect->u.study) ? LANE_FIND : LANE_FIGURES;
    default:
        return LANE_LOOK;
    }
}

static bool goes_first(const struct effect *effect)
{
    return effect->kind == EFFECT_PREVIEW || effect->kind == EFFECT_LOAD || effect->kind == EFFECT_SAVE ||
           (effect->kind == EFFECT_LOOK && effect->u.look.first);
}

void jobs_start(struct jobs *jobs, struct effect *effect)
{
    struct running running = {.kind = effect->kind, .lane = lane_of(effect), .token = effect->token};
    bool first = goes_first(effect);
    struct task *task = task_new(effect, jobs->path, jobs->read_only, &jobs->host);
    running.id = workers_submit(jobs->workers, running.lane, first, task_run, task, task_free);
    jobs->running = memory_grow(jobs->running, &jobs->room, jobs->count + 1, sizeof *jobs->running);
    jobs->running[jobs->count++] = running;
}

static bool is_component(enum effect_kind kind)
{
    return kind == EFFECT_PREVIEW || kind == EFFECT_LOAD || kind == EFFECT_DELETE || kind == EFFECT_SAVE ||
           kind == EFFECT_RESTORE || kind == EFFECT_DESCRIBE || kind == EFFECT_STUDY;
}

void jobs_stop(struct jobs *jobs, uint64_t token)
{
    for (size_t i = 0; i < jobs->count; i++)
        if (jobs->running[i].token == token && is_component(jobs->running[i].kind))
            workers_cancel(jobs->workers, jobs->running[i].id);
}

static struct running *find(struct jobs *jobs, job_id id)
{
    for (size_t i = 0; i < jobs->count; i++)
        if (jobs->running[i].id == id)
            return &jobs->running[i];
    return NULL;
}

/* The end of a job as an event; false where it says nothing. */
static bool done_event(struct jobs *jobs, struct running *running, struct event *event)
{
    struct running done = *running;
    *running = jobs->running[--jobs->count];
    *event = (struct event){.token = done.token};
    switch (done.kind) {
    case EFFECT_LOOK:
        event->kind = EVENT_LOOK_DONE;
        return true;
    case EFFECT_SCAN:
        event->kind = EVENT_SCANNED;
        event->u.scanned.code = ECANCELED;
        return !done.replied;
    case EFFECT_SWEEP:
        event->kind = EVENT_SWEPT;
        jobs->lost = (struct swept){.error.code = ECANCELED};
        event->u.swept = &jobs->lost;
        return !done.replied;
    case EFFECT_PREVIEW:
        event->kind = EVENT_PREVIEW;
        return !done.replied;
    case EFFECT_LOAD:
        event->kind = EVENT_LOAD;
        return !done.replied;
    case EFFECT_DELETE:
        event->kind = EVENT_DELETE;
        return !done.replied;
    case EFFECT_SAVE:
        event->kind = EVENT_SAVE;
        return !done.replied;
    case EFFECT_STUDY:
        event->kind = EVENT_STUDY;
        return !done.replied;
    case EFFECT_RESTORE:
        event->kind = EVENT_RESTORED;
        return !done.replied;
    case EFFECT_DESCRIBE:
        event->kind = EVENT_DESCRIBED;
        return !done.replied;
    default:
        return false;
    }
}

/* The event takes the payload where the app does. */
static void message_event(struct jobs *jobs, struct running *running, struct event *event)
{
    void *payload = jobs->message.payload;
    struct task_batch *batch = payload;
    struct task_named *named = payload;
    struct task_reached *reached = payload;
    *event = (struct event){.token = running->token};
    switch ((enum task_message)jobs->message.kind) {
    case TASK_LOOKED:
        event->kind = EVENT_LOOKED;
        event->u.looked.list = batch->list;
        event->u.looked.count = batch->count;
        event->u.looked.scan = batch->scan;
        return;
    case TASK_SCANNED:
        event->kind = EVENT_SCANNED;
        event->u.scanned = *(struct error *)payload;
        break;
    case TASK_USAGE:
        event->kind = EVENT_USAGE;
        event->u.usage = *(struct directory_usage *)payload;
        return;
    case TASK_ENDED:
        event->kind = EVENT_ENDED;
        return;
    case TASK_NAMED:
        event->kind = EVENT_NAMED;
        event->u.named.id = named->id;
        event->u.named.group = named->group;
        event->u.named.name = named->name;
        return;
    case TASK_SHMEM:
        event->kind = EVENT_SHMEM;
        event->u.shmem = *(struct shmem *)payload;
        return;
    case TASK_LOGIND:
        event->kind = EVENT_LOGIND;
        event->u.logind = payload;
        return;
    case TASK_SWEPT:
        event->kind = EVENT_SWEPT;
        event->u.swept = payload;
        break;
    case TASK_REACHED:
        event->kind = EVENT_FOLLOWED;
        event->token = reached->serial;
        event->u.followed.id = &reached->id;
        event->u.followed.fd = reached->fd;
        event->u.followed.reached = true;
        event->u.followed.segment = reached->looked ? &reached->segment : NULL;
        return;
    case TASK_PREVIEW:
        event->kind = EVENT_PREVIEW;
        event->u.preview = payload;
        jobs->message.payload = NULL;
        break;
    case TASK_LOAD:
        event->kind = EVENT_LOAD;
        event->u.load = payload;
        jobs->message.payload = NULL;
        break;
    case TASK_STUDY:
        event->kind = EVENT_STUDY;
        event->u.study = payload;
        jobs->message.payload = NULL;
        break;
    case TASK_RESTORED:
        event->kind = EVENT_RESTORED;
        event->u.restored = payload;
        break;
    case TASK_DESCRIBED:
        event->kind = EVENT_DESCRIBED;
        event->u.described = payload;
        break;
    case TASK_DELETE:
        event->kind = EVENT_DELETE;
        event->u.deletion = payload;
        jobs->message.payload = NULL;
        break;
    case TASK_SAVE:
        event->kind = EVENT_SAVE;
        event->u.save = payload;
        jobs->message.payload = NULL;
        break;
    }
    running->replied = true;
}

static void drop_message(struct jobs *jobs)
{
    if (jobs->has_message)
        message_free(&jobs->message);
    jobs->has_message = false;
}

bool jobs_next(struct jobs *jobs, struct event *ret_event)
{
    for (;;) {
        drop_message(jobs);
        if (!workers_take(jobs->workers, &jobs->message))
            return false;
        jobs->has_message = true;
        struct running *running = find(jobs, jobs->message.job);
        if (!running)
            continue;
        if (jobs->message.kind != MESSAGE_DONE) {
            message_event(jobs, running, ret_event);
            return true;
        }
        if (done_event(jobs, running, ret_event))
            return true;
    }
}

/* The event that says how far a job is; false for one that shows nothing. */
static bool progress_kind(const struct running *running, enum event_kind *ret_kind)
{
    switch (running->kind) {
    case EFFECT_STUDY:
        *ret_kind = EVENT_STUDY_PROGRESS;
        return true;
    case EFFECT_LOAD:
        *ret_kind = EVENT_LOAD_PROGRESS;
        return running->lane == LANE_JOB;
    case EFFECT_SAVE:
        *ret_kind = EVENT_SAVE_PROGRESS;
        return running->lane == LANE_JOB;
    case EFFECT_DELETE:
        *ret_kind = EVENT_DELETE_PROGRESS;
        return true;
    default:
        return false;
    }
}

bool jobs_progress(struct jobs *jobs, size_t *cursor, struct event *ret_event)
{
    while (*cursor < jobs->count) {
        const struct running *running = &jobs->running[(*cursor)++];
        struct progress progress;
        enum event_kind kind;
        if (!progress_kind(running, &kind) || !workers_progress(jobs->workers, running->id, &progress))
            continue;
        *ret_event = (struct event){
            .kind = kind,
            .token = running->token,
            .u.progress = {progress.done, progress.total, progress.lost},
        };
        return true;
    }
    return false;
}

/* --- the end --- */

static bool may_hang(enum lane lane)
{
    return lane == LANE_NAMES || lane == LANE_SWEEP;
}

static size_t count_out(const struct jobs *jobs, bool hanging)
{
    size_t n = 0;
    for (size_t i = 0; i < jobs->count; i++)
        n += may_hang(jobs->running[i].lane) == hanging;
    return n;
}

/* Frees what an event took. */
static void drop_event(const struct event *event)
{
    if (event->kind == EVENT_PREVIEW)
        preview_reply_free(event->u.preview);
    else if (event->kind == EVENT_LOAD)
        load_dialog_reply_free(event->u.load);
    else if (event->kind == EVENT_DELETE)
        delete_dialog_reply_free(event->u.deletion);
    else if (event->kind == EVENT_SAVE)
        save_dialog_reply_free(event->u.save);
    else if (event->kind == EVENT_STUDY)
        study_reply_free(event->u.study);
}

static void drop_events(struct jobs *jobs)
{
    struct event event;
    while (jobs_next(jobs, &event))
        drop_event(&event);
}

void jobs_free(struct jobs *jobs)
{
    if (!jobs)
        return;
    for (size_t i = 0; i < jobs->count; i++)
        workers_cancel(jobs->workers, jobs->running[i].id);
    drop_events(jobs);
    while (count_out(jobs, false) > 0) {
        poll(&(struct pollfd){.fd = jobs_fd(jobs), .events = POLLIN}, 1, -1);
        drop_events(jobs);
    }
    while (count_out(jobs, true) > 0 &&
           poll(&(struct pollfd){.fd = jobs_fd(jobs), .events = POLLIN}, 1, PATIENCE_MS) > 0)
        drop_events(jobs);
    if (count_out(jobs, true) == 0)
        workers_free(jobs->workers);
    free(jobs->running);
    free(jobs->path);
    free(jobs);
}
