#include "core/transfer/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/process/producers.h"
#include "core/sys/checked.h"
#include "core/transfer/reorder.h"

#define STREAM_BUFFER (256u << 10)

struct load {
    struct source *source;
    bool is_used_up; /* it gives its data once, and was run */
    uint64_t bytes;
};

int load_open(struct load **ret_load, const char *file, const struct source_options *options,
              struct error *error)
{
    struct load *load = calloc(1, sizeof *load);
    if (!load)
        return error_set_errno(error, ENOMEM, "cannot open the file");
    int r = source_open(&load->source, file, options, error);
    if (r < 0 || (r = source_bytes(load->source, &load->bytes, error)) < 0)
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
    return load->bytes;
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

/* What will be written. */
struct plan {
    bool reorders;
    uint8_t *header; /* owned */
    size_t header_size;
    uint64_t bytes; /* in all */
};

static char wanted_order(const struct load *load, enum load_order order)
{
    if (load_matrix(load)->rank < 2 || order == LOAD_ORDER_KEEP)
        return load_matrix(load)->order;
    return order == LOAD_ORDER_F ? 'F' : 'C';
}

static int plan_make(const struct load *load, const struct load_options *options, struct plan *ret,
                     struct error *error)
{
    struct plan plan = {0};
    struct matrix matrix = *load_matrix(load); /* borrows its dtype */
    matrix.order = wanted_order(load, options->order);
    plan.reorders = matrix.order != load_matrix(load)->order && reorder_is_needed(load_matrix(load));
    if (options->layout != LAYOUT_NPY && options->layout != LAYOUT_RAW)
        return error_set(error, EINVAL, "segments are written as npy or raw");
    if (options->layout == LAYOUT_NPY) {
        int r = npy_write_header(&matrix, &plan.header, &plan.header_size, error);
        if (r < 0)
            return r;
    }
    if (checked_add_u64(plan.header_size, load->bytes, &plan.bytes)) {
        free(plan.header);
        return error_set(error, EFBIG, "no file can be that large");
    }
    *ret = plan;
    return 0;
}

int load_room_needed(const struct load *load, const struct load_options *options, uint64_t *ret_bytes,
                     struct error *error)
{
    struct plan plan;
    int r = plan_make(load, options, &plan, error);
    if (r < 0)
        return r;
    free(plan.header);
    *ret_bytes = plan.bytes;
    return 0;
}

/* One load under way. */
struct run {
    struct load *load;
    const struct directory *directory;
    const struct load_options *options;
    struct progress *progress;
    struct plan plan;
    struct publish *publish;
};

static int copy_stream(const struct run *run, struct error *error)
{
    const struct load *load = run->load;
    uint8_t *buf = malloc(STREAM_BUFFER);
    int r = buf ? 0 : error_set_errno(error, ENOMEM, "cannot read");
    for (uint64_t done = 0; r == 0 && done < load->bytes;) {
        size_t n = (size_t)min_u64(STREAM_BUFFER, load->bytes - done);
        if (progress_cancelled(run->progress)) {
            r = error_set(error, ECANCELED, "stopped");
            break;
        }
        if ((r = source_read_all(load->source, buf, n, error)) < 0)
            break;
        r = publish_write(run->publish, run->plan.header_size + done, buf, n, error);
        done += n;
        progress_add(run->progress, n);
    }
    free(buf);
    return r;
}

static int read_stream(void *context, uint64_t offset, void *buf, size_t size, struct error *error)
{
    const struct run *run = context;
    (void)offset; /* what comes next */
    return source_read_all(run->load->source, buf, size, error);
}

static int read_file(void *context, uint64_t offset, void *buf, size_t size, struct error *error)
{
    const struct run *run = context;
    const struct source *source = run->load->source;
    ssize_t n = input_pread(&source->input, buf, size, source->matrix.offset + offset, error);
    if (n < 0)
        return (int)n;
    return (size_t)n < size ? error_set(error, ESTALE, "the file shrank while it was read") : 0;
}

static int write_data(void *context, uint64_t offset, const void *bytes, size_t size, struct error *error)
{
    const struct run *run = context;
    return publish_write(run->publish, run->plan.header_size + offset, bytes, size, error);
}

static uint8_t *map_data(void *context)
{
    const struct run *run = context;
    uint8_t *bytes;
    int r = publish_map(run->publish, &bytes, NULL);
    return r < 0 ? NULL : bytes + run->plan.header_size;
}

static int copy_data(struct run *run, struct error *error)
{
    struct load *load = run->load;
    const struct source *source = load->source;
    const struct reorder reorder = {.matrix = &source->matrix,
                                    .sequential = !source->is_direct,
                                    .io = {source->is_direct ? read_file : read_stream, write_data, map_data, run},
                                    .progress = run->progress};
    load->is_used_up = !source->is_direct;
    if (run->plan.reorders)
        return reorder_run(&reorder, NULL, error);
    if (!source->is_direct)
        return copy_stream(run, error);
    return publish_copy(run->publish, run->plan.header_size, source->input.fd,
                        source->input.start + source->matrix.offset, load->bytes, run->progress, error);
}

/* What can be known only now that all was read. */
static int finish_source(struct source *source, struct error *error)
{
    int r = source->ops->finish ? source->ops->finish(source, error) : 0;
    return r < 0 ? r : input_check_unchanged(&source->input, error);
}

static const char *proc_root(const struct run *run)
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
    int r = sweep_run(proc_root(run), &scope, &sweep, run->progress, error);
    if (r < 0)
        return r;
    if (sweep.of[0].count > 0)
        r = error_set(error, EBUSY,
                      "the segment of this name is in use (--allow held replaces it all the same: who "
                      "uses the old one keeps it)");
    sweep_clear(&sweep);
    return r;
}

static int check_room(const struct run *run, struct error *error)
{
    struct room room;
    const char *cgroup_root = run->options->cgroup_root ? run->options->cgroup_root : "/sys/fs/cgroup";
    int r = room_measure(run->directory, proc_root(run), cgroup_root, &room, error);
    return r < 0 ? r : room_check(&room, run->plan.bytes, error);
}

static void restart_progress(const struct run *run)
{
    if (run->progress)
        atomic_store(&run->progress->done, 0);
    progress_set_total(run->progress, run->plan.bytes);
}

static int write_all(struct run *run, struct error *error)
{
    int r = check_holders(run, error);
    if (r < 0 || (r = check_room(run, error)) < 0)
        return r;
    restart_progress(run);
    if ((r = publish_reserve(run->publish, run->plan.bytes, run->progress, error)) < 0 ||
        (r = publish_write(run->publish, 0, run->plan.header, run->plan.header_size, error)) < 0)
        return r;
    progress_add(run->progress, run->plan.header_size);
    if ((r = copy_data(run, error)) < 0 || (r = finish_source(run->load->source, error)) < 0)
        return r;
    return progress_cancelled(run->progress) ? error_set(error, ECANCELED, "stopped") : 0;
}

/* After it is done: that the sweep fails is no failure of the load. */
static void report_old(const struct run *run, struct load_report *report)
{
    const struct publish_old *old = publish_get_old(run->publish);
    if (!old)
        return;
    report->replaced = true;
    report->old_held = old->held;
    report->old_allocated = old->allocated;
    report->old_links = old->links - 1;
    struct sweep_scope scope = {.ids = &old->id, .n = 1, .threads = sweep_threads()};
    if (old->held != HELD_NO && sweep_run(proc_root(run), &scope, &report->still_held, NULL, NULL) < 0)
        report->still_held = (struct sweep){0};
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

int load_run(struct load *load, const struct directory *directory, const char *name,
             const struct load_options *options, struct progress *progress, struct load_report *ret_report,
             struct error *error)
{
    struct run run = {.load = load, .directory = directory, .options = options, .progress = progress};
    struct load_report report = {0};
    if (load->is_used_up)
        return error_set(error, EINVAL, "standard input was read already");
    int r = plan_make(load, options, &run.plan, error);
    if (r < 0)
        return r;
    if ((r = begin(&run, name, error)) == 0 && (r = write_all(&run, error)) == 0 &&
        (r = publish_commit(run.publish, &report.id, error)) == 0) {
        report.bytes = run.plan.bytes;
        report.note = load->source->note ? strdup(load->source->note) : NULL;
        report_old(&run, &report);
        *ret_report = report;
    }
    publish_free(run.publish);
    free(run.plan.header);
    return r;
}

void load_report_clear(struct load_report *report)
{
    if (report->still_held.count > 0)
        sweep_clear(&report->still_held);
    free(report->note);
    memset(report, 0, sizeof *report);
}
