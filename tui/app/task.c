#include "tui/app/task.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "core/catalog/catalog.h"
#include "core/process/creator.h"
#include "core/process/unlinked.h"
#include "core/segment/descriptions.h"
#include "core/segment/lease.h"
#include "core/segment/publish.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"
#include "tui/app/describing.h"

#define FIRST_BATCH 256 /* of a scan: soon on the screen */
#define BATCH       1024

/* What a job works on: owned by the workers. */
struct task {
    struct effect effect;
    char *path;
    bool read_only;
    struct host host;
    struct task_batch *batch; /* being filled */
    size_t scanned;
    struct job *job;
    struct directory *directory;
};

struct task *task_new(struct effect *effect, const char *path, bool read_only, const struct host *host)
{
    struct task *task = memory_new(sizeof *task);
    task->effect = *effect;
    task->path = memory_dup(path);
    task->read_only = read_only;
    task->host = *host;
    *effect = (struct effect){.kind = effect->kind};
    return task;
}

void task_free(void *argument)
{
    struct task *task = argument;
    effect_clear(&task->effect);
    free(task->path);
    free(task);
}

static void batch_free(void *payload)
{
    struct task_batch *batch = payload;
    for (size_t i = 0; i < batch->count; i++)
        segment_clear(&batch->list[i].segment);
    free(batch);
}

static void preview_reply_drop(void *payload)
{
    preview_reply_free(payload);
}

static void study_reply_drop(void *payload)
{
    study_reply_free(payload);
}

static void load_reply_drop(void *payload)
{
    load_dialog_reply_free(payload);
}

static void delete_reply_drop(void *payload)
{
    delete_dialog_reply_free(payload);
}

static void save_reply_drop(void *payload)
{
    save_dialog_reply_free(payload);
}

static void post_batch(struct task *task)
{
    if (task->batch)
        job_post(task->job, TASK_LOOKED, task->batch, batch_free);
    task->batch = NULL;
}

static void post_full(struct task *task)
{
    if (task->batch && task->batch->count == task->batch->room)
        post_batch(task);
}

/* Takes the segment's contents. */
static struct looked *append(struct task *task, struct segment *segment, bool gone, size_t room)
{
    if (!task->batch) {
        task->batch = memory_new(sizeof *task->batch + room * sizeof task->batch->list[0]);
        task->batch->room = room;
        task->batch->scan = task->effect.kind == EFFECT_SCAN;
    }
    struct task_batch *batch = task->batch;
    struct looked *looked = &batch->list[batch->count++];
    *looked = (struct looked){.segment = *segment, .gone = gone};
    *segment = (struct segment){.name = NULL};
    return looked;
}

static void add(struct task *task, struct segment *segment, bool gone, size_t room)
{
    append(task, segment, gone, room);
    post_full(task);
}

/* With what is said of the raw segments in it as it is now. */
static int open_directory(struct task *task, struct error *error)
{
    struct descriptions *descriptions = task->host.descriptions;
    int r = directory_open(&task->directory, task->path, task->read_only, error);
    if (r < 0 || !descriptions)
        return r;
    descriptions_refresh(descriptions, NULL, NULL);
    directory_use_descriptions(task->directory, descriptions);
    return 0;
}

/* An entry that can be recognised no further is taken as it is: it must not be asked for again and again. */
static int recognise(struct task *task, struct segment *segment)
{
    struct error error;
    int r = S_ISREG(segment->mode) ? segment_recognise(task->directory, segment, &error) : 0;
    if (r == 0)
        creator_read(task->directory, segment, task->host.producers);
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
    int r = open_directory(task, error);
    if (r == 0)
        r = segment_scan(task->directory, add_scanned, task, job_progress(task->job), error);
    post_batch(task);
    error->code = -r;
    job_post(task->job, TASK_SCANNED, error, free);
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

static enum held ask_held(struct task *task, const struct segment *segment)
{
    enum held held = HELD_UNKNOWN;
    struct error error;
    if (lease_ask(task->directory, segment->name, &segment->id, &held, &error) < 0)
        return HELD_UNKNOWN;
    return held;
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
        bool asked = name->ask_held && S_ISREG(segment.mode);
        enum held held = asked ? ask_held(task, &segment) : HELD_UNKNOWN;
        struct looked *looked = append(task, &segment, false, room);
        looked->asked = asked;
        looked->held = held;
        post_full(task);
    } else if (r == -ENOENT) {
        segment_clear(&segment);
        segment.name = name->name;
        name->name = NULL;
        add(task, &segment, true, room);
    }
    segment_clear(&segment);
}

/* The file system, and the shared memory beyond it. */
static void measure(struct task *task)
{
    struct directory_usage *usage = memory_new(sizeof *usage);
    struct shmem *shmem = memory_new(sizeof *shmem);
    struct error error;
    if (directory_usage(task->directory, usage, &error) < 0) {
        free(usage);
        free(shmem);
        return;
    }
    if (shmem_measure(task->host.proc_root, usage->used, shmem, &error) == 0)
        job_post(task->job, TASK_SHMEM, shmem, free);
    else
        free(shmem);
    job_post(task->job, TASK_USAGE, usage, free);
}

static bool one_is_gone(const char *proc_root, const pid_t *pids, size_t count)
{
    int proc AUTO_CLOSE = count ? fd_openat(AT_FDCWD, proc_root, O_PATH | O_DIRECTORY | O_CLOEXEC, 0) : -1;
    for (size_t i = 0; proc >= 0 && i < count; i++) {
        char name[16];
        struct statx facts;
        snprintf(name, sizeof name, "%d", (int)pids[i]);
        if (sys.statx(proc, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &facts) < 0 && errno == ENOENT)
            return true;
    }
    return false;
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
    if (task->effect.u.look.usage)
        measure(task);
    if (one_is_gone(task->host.proc_root, task->effect.u.look.pids, task->effect.u.look.pid_count))
        job_post(task->job, TASK_ENDED, NULL, free);
}

static void logind_drop(void *payload)
{
    logind_clear(payload);
    free(payload);
}

static void run_logind(struct task *task)
{
    struct logind *logind = memory_new(sizeof *logind);
    logind_read(logind, task->host.root);
    job_post(task->job, TASK_LOGIND, logind, logind_drop);
}

static void run_names(struct task *task)
{
    bool groups = task->effect.u.names.groups;
    for (size_t i = 0; i < task->effect.u.names.count && !job_cancelled(task->job); i++) {
        struct task_named *named = memory_new(sizeof *named);
        named->id = task->effect.u.names.ids[i];
        named->group = groups;
        (groups ? users_ask_group : users_ask_name)(named->id, named->name, sizeof named->name);
        job_post(task->job, TASK_NAMED, named, free);
    }
}

/* --- who holds what --- */

/* What this thread has taken of a processor: on a busy machine it waits most of the time. */
static int64_t processor_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}

static void swept_drop(void *payload)
{
    swept_clear(payload);
    free(payload);
}

static void run_sweep(struct task *task)
{
    struct swept *swept = memory_new(sizeof *swept);
    struct sweep_scope *scope = &task->effect.u.sweep;
    char root[PATH_MAX];
    int r = directory_open(&task->directory, task->path, task->read_only, &swept->error);
    if (r == 0) {
        scope->device = directory_device(task->directory);
        if (directory_kernel_path(task->directory, root, sizeof root, NULL) == 0)
            swept->root = memory_dup(root);
        swept->whole = directory_is_whole(task->directory);
        int64_t began = processor_ns();
        r = sweep_run(task->host.proc_root, scope, &swept->sweep, job_progress(task->job), &swept->error);
        swept->sweep.took = processor_ns() - began;
    }
    swept->error.code = -r;
    job_post(task->job, TASK_SWEPT, swept, swept_drop);
}

static void reached_free(void *payload)
{
    struct task_reached *reached = payload;
    fd_close(&reached->fd);
    segment_clear(&reached->segment);
    free(reached);
}

static void run_reach(struct task *task)
{
    const struct follow_list *list = &task->effect.u.follow;
    for (size_t i = 0; i < list->count && !job_cancelled(task->job); i++) {
        const struct follow_target *target = &list->targets[i];
        struct task_reached *reached = memory_new(sizeof *reached);
        struct error error;
        reached->serial = target->serial;
        reached->id = target->id;
        reached->fd =
            unlinked_open(task->host.proc_root, &target->id, target->pids, target->pid_count, &error);
        reached->looked =
            reached->fd >= 0 && unlinked_look(task->directory, reached->fd, target->name,
                                              task->host.producers, &reached->segment, &error) == 0;
        job_post(task->job, TASK_REACHED, reached, reached_free);
    }
}

static void restored_free(void *payload)
{
    struct restored *restored = payload;
    free(restored->name);
    free(restored);
}

static void run_restore(struct task *task)
{
    const struct restore_request *request = &task->effect.u.restore;
    const struct restore_options options = {.proc_root = task->host.proc_root,
                                            .cgroup_root = "/sys/fs/cgroup"};
    struct restored *restored = memory_new(sizeof *restored);
    struct error *error = &restored->error;
    restored->name = memory_dup(request->name);
    int r = open_directory(task, error);
    int fd AUTO_CLOSE =
        r < 0 ? -1
              : unlinked_open(task->host.proc_root, &request->id, request->pids, request->pid_count, error);
    if (fd >= 0)
        restore_run(task->directory, request->name, fd, &options, &restored->report, job_progress(task->job),
                    error);
    job_post(task->job, TASK_RESTORED, restored, restored_free);
}

static void described_free(void *payload)
{
    described_clear(payload);
    free(payload);
}

static void run_describe(struct task *task)
{
    const struct describe_request *request = &task->effect.u.describe;
    struct error error = {0};
    int r = open_directory(task, &error);
    struct described *described = describing_run(r == 0 ? task->directory : NULL, &task->host, request);
    if (r < 0)
        described->error = error;
    job_post(task->job, TASK_DESCRIBED, described, described_free);
}

/* Without a directory there is no reply: the component is told that the job was lost. */
static void run_component(struct task *task)
{
    struct effect *effect = &task->effect;
    if (!task->directory)
        return;
    if (effect->kind == EFFECT_PREVIEW)
        job_post(task->job, TASK_PREVIEW,
                 preview_fetch(task->directory, task->host.proc_root, effect->u.preview), preview_reply_drop);
    else if (effect->kind == EFFECT_STUDY)
        job_post(task->job, TASK_STUDY,
                 study_run(task->directory, task->host.proc_root, effect->u.study, job_progress(task->job)),
                 study_reply_drop);
    else if (effect->kind == EFFECT_LOAD)
        job_post(task->job, TASK_LOAD,
                 load_dialog_fetch(task->directory, &task->host, "/sys/fs/cgroup", effect->u.load,
                                   job_progress(task->job)),
                 load_reply_drop);
    else if (effect->kind == EFFECT_SAVE)
        job_post(task->job, TASK_SAVE,
                 save_dialog_fetch(task->directory, &task->host, effect->u.save, job_progress(task->job)),
                 save_reply_drop);
    else
        job_post(
            task->job, TASK_DELETE,
            delete_dialog_fetch(task->directory, &task->host, effect->u.deletion, job_progress(task->job)),
            delete_reply_drop);
}

/* Whether it needs the directory; a scan, a sweep, a restoration and a description open it themselves, for
 * they tell why they cannot. */
static bool is_about_directory(enum effect_kind kind)
{
    return kind == EFFECT_LOOK || kind == EFFECT_PREVIEW || kind == EFFECT_LOAD || kind == EFFECT_DELETE ||
           kind == EFFECT_SAVE || kind == EFFECT_REACH || kind == EFFECT_STUDY;
}

void task_run(struct job *job, void *argument)
{
    struct task *task = argument;
    struct error error;
    task->job = job;
    if (is_about_directory(task->effect.kind) && open_directory(task, &error) < 0)
        task->directory = NULL;
    switch (task->effect.kind) {
    case EFFECT_SCAN:
        run_scan(task);
        break;
    case EFFECT_LOOK:
        run_look(task);
        break;
    case EFFECT_NAMES:
        run_names(task);
        break;
    case EFFECT_LOGIND:
        run_logind(task);
        break;
    case EFFECT_SWEEP:
        run_sweep(task);
        break;
    case EFFECT_REACH:
        run_reach(task);
        break;
    case EFFECT_RESTORE:
        run_restore(task);
        break;
    case EFFECT_DESCRIBE:
        run_describe(task);
        break;
    default:
        run_component(task);
        break;
    }
    directory_close(task->directory);
    task->directory = NULL;
}
