#include "tui/app/jobs.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/segment/publish.h"
#include "core/sys/memory.h"
#include "core/sys/workers.h"

#define FIRST_BATCH 256 /* of a scan: soon on the screen */
#define BATCH       1024

enum kind { KIND_LOOKED, KIND_SCANNED, KIND_USAGE, KIND_NAMED, KIND_PREVIEW, KIND_LOAD, KIND_DELETE };

struct batch {
    size_t count, room;
    bool scan;
    struct looked list[];
};

struct named {
    unsigned id;
    bool group;
    char name[USERS_NAME_MAX];
};

/* What a job works on: owned by the workers. */
struct task {
    struct effect effect;
    char *path;
    bool read_only;
    struct batch *batch; /* being filled */
    size_t scanned;
    struct job *job;
    struct directory *directory;
};

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
    struct running *running; /* owned */
    size_t count, room;
    struct message message; /* that the last event points into */
    bool has_message;
};

/* --- in the workers --- */

static void task_free(void *argument)
{
    struct task *task = argument;
    effect_clear(&task->effect);
    free(task->path);
    free(task);
}

static void batch_free(void *payload)
{
    struct batch *batch = payload;
    for (size_t i = 0; i < batch->count; i++)
        segment_clear(&batch->list[i].segment);
    free(batch);
}

static void preview_reply_drop(void *payload)
{
    preview_reply_free(payload);
}

static void load_reply_drop(void *payload)
{
    load_dialog_reply_free(payload);
}

static void delete_reply_drop(void *payload)
{
    delete_dialog_reply_free(payload);
}

static void post_batch(struct task *task)
{
    if (task->batch)
        job_post(task->job, KIND_LOOKED, task->batch, batch_free);
    task->batch = NULL;
}

/* Takes the segment's contents. */
static void add(struct task *task, struct segment *segment, bool gone, size_t room)
{
    if (!task->batch) {
        task->batch = memory_new(sizeof *task->batch + room * sizeof task->batch->list[0]);
        task->batch->room = room;
        task->batch->scan = task->effect.kind == EFFECT_SCAN;
    }
    struct batch *batch = task->batch;
    batch->list[batch->count++] = (struct looked){*segment, gone};
    *segment = (struct segment){.name = NULL};
    if (batch->count == batch->room)
        post_batch(task);
}

/* An entry that can be recognised no further is taken as it is: it must not be asked for again and again. */
static int recognise(struct task *task, struct segment *segment)
{
    struct error error;
    int r = S_ISREG(segment->mode) ? segment_recognise(task->directory, segment, &error) : 0;
    segment->recognised = r != -ESTALE;
    return r == -ENOENT ? r : 0;
}

static int add_scanned(void *context, struct segment *segment)
{
    struct task *task = context;
    if (job_cancelled(task->job))
        return -ECANCELED;
    add(task, segment, false, task->scanned++ < FIRST_BATCH ? FIRST_BATCH : BATCH);
    return 0;
}

static void run_scan(struct task *task)
{
    struct error *error = memory_new(sizeof *error);
    int r = task->directory ? 0 : directory_open(&task->directory, task->path, task->read_only, error);
    if (r == 0)
        r = segment_scan(task->directory, add_scanned, task, job_progress(task->job), error);
    post_batch(task);
    error->code = -r;
    job_post(task->job, KIND_SCANNED, error, free);
    if (r == 0)
        publish_clean_leftovers(task->directory);
}

static int add_entry(void *context, struct segment *segment)
{
    struct task *task = context;
    if (S_ISDIR(segment->mode) || !S_ISREG(segment->mode))
        segment->recognised = true;
    add(task, segment, false, BATCH);
    return job_cancelled(task->job) ? -ECANCELED : 0;
}

static void look_at(struct task *task, struct look_name *name, size_t room)
{
    struct segment segment = {.name = NULL};
    struct error error;
    int r = segment_stat(task->directory, name->name, &segment, &error);
    if (r == 0 && S_ISDIR(segment.mode) && name->recognise) {
        segment_clear(&segment);
        segment_scan_subdirectory(task->directory, name->name, add_entry, task, job_progress(task->job),
                                  &error);
        return;
    }
    if (r == 0 && name->recognise)
        r = recognise(task, &segment);
    if (r == 0) {
        add(task, &segment, false, room);
    } else if (r == -ENOENT) {
        segment_clear(&segment);
        segment.name = name->name;
        name->name = NULL;
        add(task, &segment, true, room);
    }
    segment_clear(&segment);
}

static void run_look(struct task *task)
{
    struct look_name *names = task->effect.u.look.names;
    size_t count = task->effect.u.look.count;
    if (!task->directory)
        return;
    for (size_t i = 0; i < count && !job_cancelled(task->job); i++)
        look_at(task, &names[i], count - i < BATCH ? count - i : BATCH);
    post_batch(task);
    struct directory_usage *usage = task->effect.u.look.usage ? memory_new(sizeof *usage) : NULL;
    struct error error;
    if (usage && directory_usage(task->directory, usage, &error) == 0)
        job_post(task->job, KIND_USAGE, usage, free);
    else
        free(usage);
}

static void run_names(struct task *task)
{
    bool groups = task->effect.u.names.groups;
    for (size_t i = 0; i < task->effect.u.names.count && !job_cancelled(task->job); i++) {
        struct named *named = memory_new(sizeof *named);
        named->id = task->effect.u.names.ids[i];
        named->group = groups;
        (groups ? users_ask_group : users_ask_name)(named->id, named->name, sizeof named->name);
        job_post(task->job, KIND_NAMED, named, free);
    }
}

/* Without a directory there is no reply: the component is told that the job was lost. */
static void run_component(struct task *task)
{
    struct effect *effect = &task->effect;
    if (!task->directory)
        return;
    if (effect->kind == EFFECT_PREVIEW)
        job_post(task->job, KIND_PREVIEW, preview_fetch(task->directory, effect->u.preview),
                 preview_reply_drop);
    else if (effect->kind == EFFECT_LOAD)
        job_post(task->job, KIND_LOAD,
                 load_dialog_fetch(task->directory, "/proc", "/sys/fs/cgroup", effect->u.load,
                                   job_progress(task->job)),
                 load_reply_drop);
    else
        job_post(task->job, KIND_DELETE,
                 delete_dialog_fetch(task->directory, &(struct host){.proc_root = "/proc"},
                                     effect->u.deletion, job_progress(task->job)),
                 delete_reply_drop);
}

static void run(struct job *job, void *argument)
{
    struct task *task = argument;
    struct error error;
    task->job = job;
    if (task->effect.kind == EFFECT_NAMES) {
        run_names(task);
        return;
    }
    if (task->effect.kind != EFFECT_SCAN &&
        directory_open(&task->directory, task->path, task->read_only, &error) < 0)
        task->directory = NULL;
    if (task->effect.kind == EFFECT_SCAN)
        run_scan(task);
    else if (task->effect.kind == EFFECT_LOOK)
        run_look(task);
    else
        run_component(task);
    directory_close(task->directory);
    task->directory = NULL;
}

/* --- in the loop --- */

int jobs_new(struct jobs **ret_jobs, const char *path, bool read_only, struct error *error)
{
    struct workers *workers;
    int r = workers_new(&workers, error);
    if (r < 0)
        return r;
    struct jobs *jobs = memory_new(sizeof *jobs);
    jobs->workers = workers;
    jobs->path = memory_dup(path);
    jobs->read_only = read_only;
    *ret_jobs = jobs;
    return 0;
}

int jobs_fd(const struct jobs *jobs)
{
    return workers_fd(jobs->workers);
}

/* Paths may lie on a server that hangs, as name services may: those never stand before a look. */
static enum lane lane_of(const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_NAMES:
        return LANE_SWEEP;
    case EFFECT_LOAD:
        return load_dialog_request_is_load(effect->u.load) ? LANE_JOB : LANE_SWEEP;
    case EFFECT_DELETE:
        return LANE_JOB;
    default:
        return LANE_LOOK;
    }
}

static bool goes_first(const struct effect *effect)
{
    return effect->kind == EFFECT_PREVIEW || effect->kind == EFFECT_LOAD ||
           (effect->kind == EFFECT_LOOK && effect->u.look.first);
}

void jobs_start(struct jobs *jobs, struct effect *effect)
{
    struct task *task = memory_new(sizeof *task);
    struct running running = {.kind = effect->kind, .lane = lane_of(effect), .token = effect->token};
    bool first = goes_first(effect);
    task->effect = *effect;
    task->path = memory_dup(jobs->path);
    task->read_only = jobs->read_only;
    running.id = workers_submit(jobs->workers, running.lane, first, run, task, task_free);
    jobs->running = memory_grow(jobs->running, &jobs->room, jobs->count + 1, sizeof *jobs->running);
    jobs->running[jobs->count++] = running;
    *effect = (struct effect){.kind = effect->kind};
}

static bool is_component(enum effect_kind kind)
{
    return kind == EFFECT_PREVIEW || kind == EFFECT_LOAD || kind == EFFECT_DELETE;
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
    case EFFECT_PREVIEW:
        event->kind = EVENT_PREVIEW;
        return !done.replied;
    case EFFECT_LOAD:
        event->kind = EVENT_LOAD;
        return !done.replied;
    case EFFECT_DELETE:
        event->kind = EVENT_DELETE;
        return !done.replied;
    default:
        return false;
    }
}

/* The event takes the payload where the app does. */
static void message_event(struct jobs *jobs, struct running *running, struct event *event)
{
    void *payload = jobs->message.payload;
    struct batch *batch = payload;
    struct named *named = payload;
    *event = (struct event){.token = running->token};
    switch ((enum kind)jobs->message.kind) {
    case KIND_LOOKED:
        event->kind = EVENT_LOOKED;
        event->u.looked.list = batch->list;
        event->u.looked.count = batch->count;
        event->u.looked.scan = batch->scan;
        return;
    case KIND_SCANNED:
        event->kind = EVENT_SCANNED;
        event->u.scanned = *(struct error *)payload;
        break;
    case KIND_USAGE:
        event->kind = EVENT_USAGE;
        event->u.usage = *(struct directory_usage *)payload;
        return;
    case KIND_NAMED:
        event->kind = EVENT_NAMED;
        event->u.named.id = named->id;
        event->u.named.group = named->group;
        event->u.named.name = named->name;
        return;
    case KIND_PREVIEW:
        event->kind = EVENT_PREVIEW;
        event->u.preview = payload;
        jobs->message.payload = NULL;
        break;
    case KIND_LOAD:
        event->kind = EVENT_LOAD;
        event->u.load = payload;
        jobs->message.payload = NULL;
        break;
    case KIND_DELETE:
        event->kind = EVENT_DELETE;
        event->u.deletion = payload;
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

bool jobs_progress(struct jobs *jobs, struct event *ret_event)
{
    for (size_t i = 0; i < jobs->count; i++) {
        const struct running *running = &jobs->running[i];
        uint64_t done, total;
        if (running->lane != LANE_JOB || !workers_progress(jobs->workers, running->id, &done, &total))
            continue;
        *ret_event = (struct event){
            .kind = running->kind == EFFECT_LOAD ? EVENT_LOAD_PROGRESS : EVENT_DELETE_PROGRESS,
            .token = running->token,
            .u.progress = {done, total},
        };
        return true;
    }
    return false;
}

/* --- the end --- */

static size_t count_out(const struct jobs *jobs, bool sweep)
{
    size_t n = 0;
    for (size_t i = 0; i < jobs->count; i++)
        n += (jobs->running[i].lane == LANE_SWEEP) == sweep;
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
}

void jobs_free(struct jobs *jobs)
{
    if (!jobs)
        return;
    for (size_t i = 0; i < jobs->count; i++)
        workers_cancel(jobs->workers, jobs->running[i].id);
    struct event event;
    while (jobs_next(jobs, &event))
        drop_event(&event);
    while (count_out(jobs, false) > 0) {
        poll(&(struct pollfd){.fd = jobs_fd(jobs), .events = POLLIN}, 1, -1);
        while (jobs_next(jobs, &event))
            drop_event(&event);
    }
    if (count_out(jobs, true) == 0)
        workers_free(jobs->workers);
    free(jobs->running);
    free(jobs->path);
    free(jobs);
}
