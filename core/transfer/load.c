#include "core/transfer/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/process/producers.h"
#include "core/sys/workers.h"
#include "core/transfer/load_private.h"

#define THREADS_MAX 4 /* more only wait for each other to write: tmpfs lets one in at a time */

int load_open(struct load **ret_load, const char *file, const struct source_options *options,
              struct error *error)
{
    struct load *load = calloc(1, sizeof *load);
    if (!load)
        return error_set_errno(error, ENOMEM, "cannot open the file");
    uint64_t bytes;
    int r = source_open(&load->source, file, options, error);
    if (r < 0 || (r = source_bytes(load->source, &bytes, error)) < 0)
        load_close(load);
    else
        *ret_load = load;
    return r;
}

void load_close(struct load *load)
{
    if (!load)
        return;
    source_close(load->source);
    free(load);
}

const struct matrix *load_matrix(const struct load *load)
{
    return &load->source->matrix;
}

const char *load_kind(const struct load *load)
{
    return load->source->kind;
}

uint64_t load_bytes(const struct load *load)
{
    uint64_t bytes = 0;
    source_bytes(load->source, &bytes, NULL); /* it was asked once already */
    return bytes;
}

bool load_is_open_ended(const struct load *load)
{
    return load->source->is_open_ended;
}

int load_measure(struct load *load, struct progress *progress, struct error *error)
{
    struct source *source = load->source;
    if (!source->is_open_ended || source->input.is_stream || !source->ops->measure)
        return 0;
    progress_set_total(progress, source->input.size);
    return source->ops->measure(source, progress, error);
}

int load_default_name(const char *file, char *buf, size_t size, struct error *error)
{
    const char *slash = strrchr(file, '/');
    const char *base = slash ? slash + 1 : file;
    const char *dot = strrchr(base, '.');
    int stem = (int)(dot && dot != base ? dot - base : (ptrdiff_t)strnlen(base, NAME_PATH_MAX));
    if (strcmp(file, "-") == 0)
        return error_set(error, EINVAL, "standard input has no name: give one");
    if (stem == 0 || dot == base)
        return error_set(error, EINVAL, "the file's name gives no segment name: give one");
    char name[NAME_PATH_MAX];
    int length = snprintf(name, sizeof name, "%.*s.shm", stem, base);
    if (length < 0 || length > 255 || (size_t)length >= size)
        return error_set(error, EINVAL, "the file's name is too long for a segment name: give one");
    memcpy(buf, name, (size_t)length + 1);
    return 0;
}

/* What can be known only now that all was read. */
static int finish_source(const struct run *run, struct error *error)
{
    struct source *source = run->load->source;
    int r = source->ops->finish ? source->ops->finish(source, error) : 0;
    run_count(run, &source->counts);
    if (r == 0)
        r = input_check_unchanged(&source->input, error);
    if (r == 0)
        r = load_check_lost(run->load, run->options, error);
    return load_blame_file(run->load, r);
}

const char *run_proc_root(const struct run *run)
{
    return run->options->proc_root ? run->options->proc_root : "/proc";
}

/* Where the kernel could not tell whether the one to replace is held, the processes that can be read do. */
static int check_holders(const struct run *run, struct error *error)
{
    const struct publish_old *old = publish_get_old(run->publish);
    if (!old || old->held != HELD_UNKNOWN || run->options->publish.allow_held)
        return 0;
    struct sweep_scope scope = {.ids = &old->id, .n = 1, .threads = sweep_threads()};
    struct sweep sweep;
    int r = sweep_run(run_proc_root(run), &scope, &sweep, run->progress, error);
    if (r < 0)
        return r;
    if (sweep.of[0].count > 0)
        r = error_set(error, EBUSY,
                      "the segment of this name is in use (--allow held replaces it all the same: who "
                      "uses the old one keeps it)");
    sweep_clear(&sweep);
    return r;
}

int run_check_room(const struct run *run, uint64_t bytes, struct error *error)
{
    struct room room;
    const char *cgroup_root = run->options->cgroup_root ? run->options->cgroup_root : "/sys/fs/cgroup";
    int r = room_measure(run->directory, run_proc_root(run), cgroup_root, &room, error);
    return r < 0 ? r : room_check(&room, bytes, error);
}

void run_restart_progress(const struct run *run, uint64_t total)
{
    if (run->progress)
        atomic_store(&run->progress->done, 0);
    progress_set_total(run->progress, total);
}

int run_write_header(const struct run *run, struct error *error)
{
    int r = publish_write(run->publish, 0, run->plan.header, run->plan.header_size, error);
    if (r == 0)
        progress_add(run->progress, run->plan.header_size);
    return r;
}

int run_write(const struct run *run, uint64_t offset, const void *bytes, size_t size, struct error *error)
{
    return publish_write(run->publish, run->plan.header_size + offset, bytes, size, error);
}

/* Its length may be known only now. */
static int plan_again(struct run *run, struct error *error)
{
    struct plan plan;
    run_restart_progress(run, 0);
    int r = load_blame_file(run->load, load_measure(run->load, run->progress, error));
    if (r < 0 || (r = plan_make(run->load, run->options, &plan, error)) < 0)
        return r;
    plan_clear(&run->plan);
    run->plan = plan;
    return 0;
}

static int write_data(struct run *run, struct error *error)
{
    int r;
    run_restart_progress(run, run->plan.grows ? 0 : run->plan.bytes);
    if (run->plan.grows)
        return run_grow(run, error);
    if ((r = run_check_room(run, run->plan.bytes, error)) < 0 ||
        (r = publish_reserve(run->publish, run->plan.bytes, run->progress, error)) < 0 ||
        (r = run_write_header(run, error)) < 0)
        return r;
    return run_move(run, error);
}

static int write_all(struct run *run, struct error *error)
{
    int r = check_holders(run, error);
    if (r < 0 || (run->plan.grows && (r = plan_again(run, error)) < 0) || (r = write_data(run, error)) < 0 ||
        (r = finish_source(run, error)) < 0)
        return r;
    return progress_cancelled(run->progress) ? error_set(error, ECANCELED, "stopped") : 0;
}

/* Standard input may be shared with whoever started us, so it counts as a holder. */
static bool is_held_as_input(const struct run *run, const char *name)
{
    struct segment old = {0}, input = {0};
    const struct input *from = &run->load->source->input;
    bool same = from->is_standard_input && !from->is_stream &&
                segment_stat(run->directory, name, &old, NULL) == 0 &&
                segment_stat_opened(from->fd, name, &input, NULL) == 0 && identity_equal(&old.id, &input.id);
    segment_clear(&old);
    segment_clear(&input);
    return same;
}

static int begin(struct run *run, const char *name, struct error *error)
{
    struct publish_options publish = run->options->publish;
    publish.is_protected |= producer_is_protected(producers_find(run->options->producers, name, NULL));
    const struct input *input = &run->load->source->input;
    publish.own_fd = input->is_standard_input ? 0 : input->fd;
    int r = publish_begin(&run->publish, run->directory, name, &publish, error);
    if (r == -EBUSY && (!publish.is_protected || publish.allow_protected) && is_held_as_input(run, name))
        return error_set(error, EBUSY,
                         "the segment of this name is standard input itself: give its path instead of - "
                         "(or --allow held)");
    return r;
}

static void start(struct load *load)
{
    atomic_store(&load->file_fails, false);
    atomic_store(&load->saturated, 0);
    atomic_store(&load->overflowed, 0);
    atomic_store(&load->lost_nan, 0);
}

static int commit(struct run *run, struct load_report *ret_report, struct error *error)
{
    struct error undescribed = {0};
    struct identity id;
    run_describe(run, &undescribed);
    int r = publish_commit(run->publish, &id, error);
    if (r < 0) {
        run_forget_description(run);
        return r;
    }
    run_report(run, &id, ret_report);
    ret_report->undescribed = undescribed;
    return 0;
}

int load_run(struct load *load, const struct directory *directory, const char *name,
             const struct load_options *options, struct progress *progress, struct load_report *ret_report,
             struct error *error)
{
    struct run run = {.load = load,
                      .directory = directory,
                      .options = options,
                      .progress = progress,
                      .threads = options->threads ? options->threads : workers_useful_threads(THREADS_MAX)};
    if (load->is_used_up)
        return error_set(error, EINVAL, "%s was read already",
                         load->source->input.is_stream ? "standard input" : "the file");
    start(load);
    int r = load_blame_file(load, plan_make(load, options, &run.plan, error));
    if (r < 0)
        return r;
    if ((r = begin(&run, name, error)) == 0 && (r = write_all(&run, error)) == 0)
        r = commit(&run, ret_report, error);
    publish_free(run.publish);
    plan_clear(&run.plan);
    return r;
}
