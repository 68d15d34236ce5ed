#include "core/transfer/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/process/producers.h"
#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"
#include "core/transfer/reorder.h"

#define STREAM_BUFFER (256u << 10)
#define HEADER_FIRST  10 /* magic, version, length: no .npy file is shorter */

/* What changes with the file. */
struct fingerprint {
    uint64_t size;
    int64_t seconds;
    uint32_t nanoseconds;
};

struct load {
    int fd;
    bool is_standard_input; /* fd is not ours to close */
    bool is_stream;
    bool is_used_up; /* a stream that was run */
    uint64_t start;  /* of the .npy in a regular file: standard input may stand anywhere */
    struct fingerprint fingerprint;
    struct matrix matrix; /* its offset counts from the start of the file */
    uint64_t bytes;
    char kind[16];
};

static int look(int fd, const char *path, struct statx *ret, struct error *error)
{
    int flags = *path ? 0 : AT_EMPTY_PATH;
    if (sys.statx(fd, path, flags | AT_STATX_SYNC_AS_STAT, STATX_BASIC_STATS, ret) == 0)
        return 0;
    int code = errno;
    if (code == ENOENT || code == ENOTDIR)
        return error_set(error, ENOENT, "no such file");
    if (code == EACCES)
        return error_set(error, EACCES, "no permission to reach the file");
    return error_set_errno(error, code, "cannot look at the file");
}

static struct fingerprint fingerprint_of(const struct statx *st)
{
    return (struct fingerprint){st->stx_size, st->stx_mtime.tv_sec, st->stx_mtime.tv_nsec};
}

static int refuse_kind(mode_t mode, struct error *error)
{
    if (S_ISDIR(mode))
        return error_set(error, ENOTSUP, "a directory, no file");
    if (S_ISFIFO(mode))
        return error_set(error, ENOTSUP,
                         "a FIFO, no regular file (FILE - reads a stream from standard input)");
    return error_set(error, ENOTSUP, "no regular file");
}

/* A FIFO is not even opened: that would release its writer. */
static int open_path(const char *file, struct load *load, struct error *error)
{
    struct statx st;
    int r = look(AT_FDCWD, file, &st, error);
    if (r < 0)
        return r;
    if (!S_ISREG(st.stx_mode))
        return refuse_kind(st.stx_mode, error);
    do
        load->fd = sys.openat(AT_FDCWD, file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
    while (load->fd < 0 && errno == EINTR);
    if (load->fd >= 0)
        return 0;
    if (errno == EACCES || errno == EPERM)
        return error_set(error, EACCES, "no permission to read the file");
    if (errno == ENOENT)
        return error_set(error, ENOENT, "no such file");
    return error_set_errno(error, errno, "cannot open the file");
}

static int examine(struct load *load, struct error *error)
{
    struct statx st;
    int r = look(load->fd, "", &st, error);
    if (r < 0)
        return r;
    load->fingerprint = fingerprint_of(&st);
    if (S_ISREG(st.stx_mode)) {
        off_t at = load->is_standard_input ? sys.lseek(load->fd, 0, SEEK_CUR) : 0;
        if (at < 0)
            return error_set_errno(error, errno, "cannot read the file");
        load->start = (uint64_t)at;
        return 0;
    }
    if (!load->is_standard_input || S_ISDIR(st.stx_mode) || S_ISBLK(st.stx_mode))
        return refuse_kind(st.stx_mode, error);
    load->is_stream = true;
    return 0;
}

/* Reads on until size bytes of the header are there. Returns how many are. */
static ssize_t read_header_part(struct load *load, uint8_t *buf, size_t have, size_t size,
                                struct error *error)
{
    ssize_t n = load->is_stream ? fd_read_full(load->fd, buf + have, size - have)
                                : fd_pread_full(load->fd, buf + have, size - have, load->start + have);
    if (n < 0)
        return error_set_errno(error, (int)-n, "cannot read the file");
    return (ssize_t)have + n;
}

static int header_cut_short(const uint8_t *buf, size_t size, struct error *error)
{
    if (size == 0)
        return error_set(error, EBADMSG, "empty");
    if (!npy_has_magic(buf, size))
        return error_set(error, EBADMSG, "no .npy file: it does not begin with \\x93NUMPY");
    return error_set(error, EBADMSG, "ends within its header");
}

/* The parser says how many bytes it needs, NPY_HEADER_MAX at most, so that a stream is never read too far. */
static int read_header(struct load *load, uint8_t *buf, struct error *error)
{
    size_t have = 0, need = HEADER_FIRST;
    for (;;) {
        ssize_t n = read_header_part(load, buf, have, need, error);
        if (n < 0)
            return (int)n;
        have = (size_t)n;
        if (have < need || !npy_has_magic(buf, have))
            return header_cut_short(buf, have, error);
        int r = npy_parse_header(buf, have, &load->matrix, error);
        if (r <= 0)
            return r;
        if ((size_t)r <= have || (size_t)r > NPY_HEADER_MAX)
            return error_set(error, EBADMSG, "its header makes no sense");
        need = (size_t)r;
    }
}

static int check_length(const struct load *load, struct error *error)
{
    uint64_t end;
    if (checked_add_u64(load->matrix.offset, load->bytes, &end) || end > INT64_MAX)
        return error_set(error, EBADMSG, "its header promises more than any file can hold");
    if (load->is_stream || end <= load->fingerprint.size)
        return 0;
    uint64_t there = load->fingerprint.size - min_u64(load->fingerprint.size, load->matrix.offset);
    return error_set(error, EBADMSG, "cut short: %llu bytes of data, where its header promises %llu",
                     (unsigned long long)there, (unsigned long long)load->bytes);
}

static int read_matrix(struct load *load, struct error *error)
{
    uint8_t *buf = malloc(NPY_HEADER_MAX);
    if (!buf)
        return error_set_errno(error, ENOMEM, "cannot read the file");
    int r = read_header(load, buf, error);
    if (r == 0) {
        snprintf(load->kind, sizeof load->kind, "npy %u.%u", buf[6], buf[7]);
        r = matrix_bytes(&load->matrix, &load->bytes, error);
    }
    free(buf);
    if (r == 0 && checked_add_u64(load->matrix.offset, load->start, &load->matrix.offset))
        r = error_set(error, EBADMSG, "its header makes no sense");
    return r < 0 ? r : check_length(load, error);
}

int load_open(struct load **ret_load, const char *file, struct error *error)
{
    struct load *load = calloc(1, sizeof *load);
    if (!load)
        return error_set_errno(error, ENOMEM, "cannot open the file");
    load->is_standard_input = strcmp(file, "-") == 0;
    load->fd = load->is_standard_input ? 0 : -1;
    int r = load->is_standard_input ? 0 : open_path(file, load, error);
    if (r < 0 || (r = examine(load, error)) < 0 || (r = read_matrix(load, error)) < 0)
        load_close(load);
    else
        *ret_load = load;
    return r;
}

void load_close(struct load *load)
{
    if (!load)
        return;
    if (!load->is_standard_input)
        fd_close(&load->fd);
    matrix_clear(&load->matrix);
    free(load);
}

const struct matrix *load_matrix(const struct load *load)
{
    return &load->matrix;
}

const char *load_kind(const struct load *load)
{
    return load->kind;
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
    if (load->matrix.rank < 2 || order == LOAD_ORDER_KEEP)
        return load->matrix.order;
    return order == LOAD_ORDER_F ? 'F' : 'C';
}

static int plan_make(const struct load *load, const struct load_options *options, struct plan *ret,
                     struct error *error)
{
    struct plan plan = {0};
    struct matrix matrix = load->matrix; /* borrows its dtype */
    matrix.order = wanted_order(load, options->order);
    plan.reorders = matrix.order != load->matrix.order && reorder_is_needed(&load->matrix);
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

static int stream_ended(struct error *error)
{
    return error_set(error, EBADMSG, "standard input ended before all the data that its header promises");
}

static int copy_stream(const struct run *run, struct error *error)
{
    const struct load *load = run->load;
    uint8_t *buf = malloc(STREAM_BUFFER);
    int r = buf ? 0 : error_set_errno(error, ENOMEM, "cannot read");
    for (uint64_t done = 0; r == 0 && done < load->bytes;) {
        if (progress_cancelled(run->progress)) {
            r = error_set(error, ECANCELED, "stopped");
            break;
        }
        size_t want = (size_t)min_u64(STREAM_BUFFER, load->bytes - done);
        ssize_t n = fd_read_some(load->fd, buf, want);
        if (n < 0)
            r = error_set_errno(error, (int)-n, "cannot read standard input");
        else if (n == 0)
            r = stream_ended(error);
        if (n <= 0)
            continue;
        r = publish_write(run->publish, run->plan.header_size + done, buf, (size_t)n, error);
        done += (uint64_t)n;
        progress_add(run->progress, (uint64_t)n);
    }
    free(buf);
    return r;
}

static int read_stream(void *context, uint64_t offset, void *buf, size_t size, struct error *error)
{
    const struct run *run = context;
    (void)offset; /* what comes next */
    ssize_t n = fd_read_full(run->load->fd, buf, size);
    if (n < 0)
        return error_set_errno(error, (int)-n, "cannot read standard input");
    return (size_t)n < size ? stream_ended(error) : 0;
}

static int read_file(void *context, uint64_t offset, void *buf, size_t size, struct error *error)
{
    const struct run *run = context;
    ssize_t n = fd_pread_full(run->load->fd, buf, size, run->load->matrix.offset + offset);
    if (n < 0)
        return error_set_errno(error, (int)-n, "cannot read the file");
    return (size_t)n < size ? error_set(error, ESTALE, "the file shrank while it was read") : 0;
}

static int write_data(void *context, uint64_t offset, const void *bytes, size_t size, struct error *error)
{
    const struct run *run = context;
    return publish_write(run->publish, run->plan.header_size + offset, bytes, size, error);
}

static int copy_data(struct run *run, struct error *error)
{
    struct load *load = run->load;
    const struct reorder_io io = {load->is_stream ? read_stream : read_file, write_data, run};
    load->is_used_up = load->is_stream;
    if (run->plan.reorders)
        return reorder_run(&load->matrix, load->is_stream, &io, run->progress, error);
    if (load->is_stream)
        return copy_stream(run, error);
    return publish_copy(run->publish, run->plan.header_size, load->fd, load->matrix.offset, load->bytes,
                        run->progress, error);
}

static int check_unchanged(const struct load *load, struct error *error)
{
    struct statx st;
    if (load->is_stream)
        return 0;
    int r = look(load->fd, "", &st, error);
    if (r < 0)
        return r;
    struct fingerprint now = fingerprint_of(&st), then = load->fingerprint;
    if (now.size == then.size && now.seconds == then.seconds && now.nanoseconds == then.nanoseconds)
        return 0;
    return error_set(error, ESTALE, "the file changed while it was read");
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
    if ((r = copy_data(run, error)) < 0 || (r = check_unchanged(run->load, error)) < 0)
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
    bool same = run->load->is_standard_input && !run->load->is_stream &&
                segment_stat(run->directory, name, &old, NULL) == 0 &&
                segment_stat_opened(run->load->fd, name, &input, NULL) == 0 &&
                identity_equal(&old.id, &input.id);
    segment_clear(&old);
    segment_clear(&input);
    return same;
}

static int begin(struct run *run, const char *name, struct error *error)
{
    struct publish_options publish = run->options->publish;
    publish.is_protected |= producer_is_protected(producers_find(run->options->producers, name, NULL));
    publish.own_fd = run->load->is_standard_input ? 0 : run->load->fd;
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
    memset(report, 0, sizeof *report);
}
