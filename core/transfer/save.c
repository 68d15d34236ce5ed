#include "core/transfer/save.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/layout/npy.h"
#include "core/matrix/csv.h"
#include "core/segment/segment.h"
#include "core/sys/calls.h"
#include "core/sys/copy.h"
#include "core/sys/fd.h"
#include "core/transfer/save_private.h"
#include "core/transfer/target.h"

#define PERMISSIONS 0777
#define CSV_LEAST   2 /* bytes of an element: a digit and what parts it from the next */

struct saving {
    const struct save *save;
    struct save_out out;
    struct progress *progress;
    struct save_report report;
    struct error *error;
};

static uint64_t data_bytes(const struct save *save)
{
    return view_elements(save->view) * save->matrix->dtype.itemsize;
}

int save_check(const struct save *save, struct error *error)
{
    return save->format == SAVE_CSV ? csv_check(save->matrix, save->view, error) : 0;
}

int save_size(const struct save *save, uint64_t *ret_bytes, struct error *error)
{
    struct matrix matrix;
    uint8_t *header;
    size_t size;
    if (save->format == SAVE_CSV) {
        uint64_t elements = view_elements(save->view);
        *ret_bytes = elements > UINT64_MAX / CSV_LEAST ? UINT64_MAX : elements * CSV_LEAST;
        return 0;
    }
    save_is_packed(save, &matrix);
    int r = npy_write_header(&matrix, &header, &size, error);
    if (r < 0)
        return r;
    free(header);
    *ret_bytes = size + data_bytes(save);
    return 0;
}

/* --- the bytes --- */

int save_put(struct save_out *out, const void *bytes, size_t size)
{
    int r = out->is_file ? fd_pwrite_all(out->fd, bytes, size, out->at) : fd_write_all(out->fd, bytes, size);
    out->at += r == 0 ? size : 0;
    return r;
}

static int put_csv(void *context, const void *bytes, size_t size)
{
    return save_put(context, bytes, size);
}

static int write_csv(struct saving *saving, struct error *error)
{
    const struct save *save = saving->save;
    struct sink *sink = malloc(sizeof *sink);
    if (!sink)
        return error_set_errno(error, ENOMEM, "cannot write csv");
    sink_begin(sink, put_csv, &saving->out);
    int r = csv_write(sink, save->fd, save->matrix, save->view, saving->progress, error);
    free(sink);
    return r;
}

/* What an inner call did not say in words. */
static int explain(const struct saving *saving, int code)
{
    if (code == ECANCELED)
        return error_set(saving->error, ECANCELED, "stopped");
    if (code == ENODATA)
        return error_set(saving->error, ESTALE, "it shrank while it was copied");
    if (saving->out.is_file)
        return target_write_failed(code, saving->error);
    return error_set_errno(saving->error, code, "cannot write it");
}

/* A write through a map leaves no trace but where it meets a new page. */
static int look_again(struct saving *saving, const struct segment *before)
{
    struct segment now;
    int r = segment_stat_opened(saving->save->fd, "", &now, saving->error);
    if (r < 0)
        return r;
    saving->report.changed = now.size != before->size || now.modified != before->modified;
    r = now.size < before->size ? explain(saving, ENODATA) : 0;
    segment_clear(&now);
    return r;
}

static int write_all(struct saving *saving)
{
    struct segment before;
    struct error inner = {0};
    int r = segment_stat_opened(saving->save->fd, "", &before, saving->error);
    if (r < 0)
        return r;
    r = saving->save->format == SAVE_CSV
            ? write_csv(saving, &inner)
            : save_write_npy(saving->save, &saving->out, saving->progress, &inner);
    if (r < 0 && inner.code)
        r = error_set(saving->error, inner.code, "%s", inner.text);
    else if (r < 0)
        r = explain(saving, -r);
    else
        r = look_again(saving, &before);
    segment_clear(&before);
    saving->report.bytes = saving->out.at;
    return r;
}

/* --- a file --- */

/* What the file will take, and how much of that is no hole. */
static int measure(const struct saving *saving, uint64_t *ret_size, uint64_t *ret_needed)
{
    const struct save *save = saving->save;
    struct matrix matrix;
    int r = save_size(save, ret_size, saving->error);
    if (r < 0)
        return r;
    uint64_t bytes = data_bytes(save), from = save->matrix->offset + (uint64_t)save->view->start;
    *ret_needed = *ret_size;
    progress_set_total(saving->progress, bytes);
    if (save->format == SAVE_NPY && save_is_packed(save, &matrix)) {
        uint64_t data = copy_count_data(save->fd, from, bytes);
        *ret_needed -= bytes - data;
        progress_set_total(saving->progress, data);
    }
    return 0;
}

/* What its group might do is for that group: another one gets no more than everybody. */
static mode_t without_group(mode_t mode)
{
    return (mode & ~(mode_t)S_IRWXG) | (mode & S_IRWXG & (mode & S_IRWXO) << 3);
}

/* As the old one. Set while it has no name, so that nobody reads it who may not. */
static int inherit(const struct target *target, const struct save_place *place, struct error *error)
{
    mode_t mode = place->mode & PERMISSIONS;
    if (sys.geteuid() == 0 && sys.fchown(target->fd, place->uid, (gid_t)-1) < 0)
        return error_set_errno(error, errno, "cannot give its copy to the owner of the old one");
    if (sys.fchown(target->fd, (uid_t)-1, place->gid) < 0) {
        if (errno != EPERM)
            return error_set_errno(error, errno, "cannot give its copy to the group of the old one");
        mode = without_group(mode);
    }
    if (sys.fchmod(target->fd, mode) < 0)
        return error_set_errno(error, errno, "cannot give its copy the mode of the old one");
    return 0;
}

/* A new file is as open as any, but no more than the segment: who may not read this may not read that. */
static int choose_mode(const struct save *save, mode_t *ret_mode, struct error *error)
{
    struct segment segment;
    int r = segment_stat_opened(save->fd, "", &segment, error);
    if (r < 0)
        return r;
    *ret_mode = 0600 | (segment.mode & 0066);
    segment_clear(&segment);
    return 0;
}

static int name_failed(int code, struct error *error)
{
    if (code == EEXIST)
        return error_set(error, EEXIST, "a file of this name was made meanwhile");
    if (code == EACCES || code == EPERM)
        return error_set(error, EACCES,
                         "no permission to replace the file: in a sticky directory only its owner may");
    return error_set_errno(error, code, "cannot give its copy a name");
}

static int give_name(struct saving *saving, struct target *target, const struct save_place *place)
{
    int r;
    if (!place->exists) {
        r = target_name(target, place->file);
    } else {
        if (!save_place_is_current(place))
            return error_set(saving->error, ESTALE, "the file that was to be replaced changed meanwhile");
        r = target_replace(target, place->file);
    }
    return r < 0 ? name_failed(-r, saving->error) : 0;
}

static int fill(struct saving *saving, struct target *target, const struct save_place *place, uint64_t size)
{
    int r = place->exists ? inherit(target, place, saving->error) : 0;
    if (r == 0 && saving->save->format == SAVE_NPY)
        r = target_set_size(target, size, saving->error);
    if (r == 0)
        r = write_all(saving);
    if (r == 0)
        r = target_flush(target, saving->error);
    if (r == 0 && progress_cancelled(saving->progress))
        r = explain(saving, ECANCELED);
    return r < 0 ? r : give_name(saving, target, place);
}

int save_to_file(const struct save *save, const struct save_place *place, bool replace,
                 struct progress *progress, struct save_report *ret_report, struct error *error)
{
    struct saving saving = {.save = save, .progress = progress, .error = error};
    struct target target;
    uint64_t size, needed;
    mode_t mode = 0600; /* until it is that of the old one */
    int r = save_check(save, error);
    if (r == 0 && place->exists && !replace)
        r = error_set(error, EEXIST, "the file exists (--replace replaces it)");
    if (r == 0)
        r = measure(&saving, &size, &needed);
    if (r == 0)
        r = target_check_room(place->directory, size, needed, error);
    if (r == 0 && !place->exists)
        r = choose_mode(save, &mode, error);
    if (r == 0)
        r = target_open(&target, place->directory, mode, error);
    if (r < 0)
        return r;
    saving.out = (struct save_out){.fd = target.fd, .is_file = true};
    r = fill(&saving, &target, place, size);
    target_close(&target);
    if (r < 0)
        return r;
    saving.report.replaced = place->exists;
    *ret_report = saving.report;
    return 0;
}

int save_to_stream(const struct save *save, int to, struct progress *progress, struct save_report *ret_report,
                   struct error *error)
{
    struct saving saving = {.save = save, .out.fd = to, .progress = progress, .error = error};
    int r = save_check(save, error);
    if (r < 0)
        return r;
    progress_set_total(progress, data_bytes(save));
    r = write_all(&saving);
    if (r == 0)
        *ret_report = saving.report;
    return r;
}
