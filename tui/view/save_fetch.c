/*
 * The save dialog's work beside the screen: completing a path, looking at the matrix and the file, saving.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/process/unlinked.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"
#include "tui/view/save_private.h"

/* What is being saved, opened. */
struct opened {
    int fd;
    struct segment segment;
    const struct matrix *matrix; /* borrowed: the segment's, or what is said of it */
    struct view view;
    struct save save;
};

static void close_segment(struct opened *opened)
{
    fd_close(&opened->fd);
    segment_clear(&opened->segment);
}

static int open_named(const struct directory *directory, const struct save_subject *subject,
                      struct opened *opened, struct error *error)
{
    int r = segment_stat(directory, subject->name, &opened->segment, error);
    if (r < 0)
        return r;
    if (!identity_equal(&opened->segment.id, &subject->id))
        return error_set(error, ESTALE, "another segment bears this name now");
    opened->fd = segment_open(directory, subject->name, &subject->id, error);
    return opened->fd < 0 ? opened->fd
                          : segment_recognise_opened(directory, &opened->segment, opened->fd, error);
}

static int open_unlinked(const struct directory *directory, const struct host *host,
                         const struct save_subject *subject, struct opened *opened, struct error *error)
{
    opened->fd = unlinked_open(host->proc_root, &subject->id, subject->pids, subject->pid_count, error);
    return opened->fd < 0 ? opened->fd
                          : unlinked_look(directory, opened->fd, subject->name, host->producers,
                                          &opened->segment, error);
}

static int choose_matrix(const struct save_subject *subject, struct opened *opened, struct error *error)
{
    const struct segment *segment = &opened->segment;
    opened->matrix = subject->is_said ? &subject->said : segment->matrix;
    if (subject->is_said)
        return layout_check_size(opened->matrix, segment->size, error);
    if (segment->damage)
        return error_set(error, EBADMSG, "damaged: %s", segment->damage);
    if (!segment->matrix)
        return error_set(error, ENOTSUP, "no matrix: nothing in it says its type and shape");
    return 0;
}

static int choose_view(const struct save_subject *subject, struct opened *opened, struct error *error)
{
    int r = choose_matrix(subject, opened, error);
    if (r == 0)
        r = view_parse(opened->matrix, subject->index, &opened->view, error);
    if (r == 0 && subject->transposed && opened->view.rank == 2)
        view_swap_axes(&opened->view, 0, 1);
    return r;
}

static int open_segment(const struct directory *directory, const struct host *host,
                        const struct save_subject *subject, struct opened *opened, struct error *error)
{
    *opened = (struct opened){.fd = -1};
    int r = subject->unlinked ? open_unlinked(directory, host, subject, opened, error)
                              : open_named(directory, subject, opened, error);
    if (r == 0)
        r = choose_view(subject, opened, error);
    opened->save = (struct save){.fd = opened->fd, .matrix = opened->matrix, .view = &opened->view};
    if (r < 0)
        close_segment(opened);
    return r;
}

static void describe(const struct opened *opened, struct save_content *ret)
{
    dtype_name(&opened->save.matrix->dtype, ret->type);
    matrix_shape_text(opened->view.rank, opened->view.count, false, ret->shape, sizeof ret->shape);
    ret->is_read = save_size(&opened->save, &ret->bytes, NULL) == 0;
}

/* Where the path leads; "" leads nowhere, and is no error either: nothing was typed yet. */
static int find_place(const struct directory *directory, const struct save_dialog_request *request,
                      struct opened *opened, struct save_place *place, struct save_dialog_reply *reply)
{
    char *path = complete_expand(request->typed, request->home);
    struct error *error = &reply->place_error;
    int r = !*path                   ? -ENOENT
            : strcmp(path, "-") == 0 ? error_set(error, EINVAL, "names no file")
                                     : save_format_of(path, &opened->save.format, error);
    if (r == 0 && (r = save_check(&opened->save, error)) == -EINVAL)
        error_set(error, EINVAL,
                  "csv has two dimensions at most: look at it and save the slice that is shown");
    if (r == 0)
        r = save_place_open(path, directory, place, error);
    free(path);
    reply->place_state = r == 0             ? place->exists ? PLACE_EXISTS : PLACE_FREE
                         : error->code != 0 ? PLACE_BAD
                                            : PLACE_UNKNOWN;
    return r;
}

/* A look, or the save itself. */
static void look(const struct directory *directory, const struct host *host,
                 const struct save_dialog_request *request, struct progress *progress,
                 struct save_dialog_reply *reply)
{
    struct opened opened;
    struct save_place place;
    if (open_segment(directory, host, &request->subject, &opened, &reply->error) < 0)
        return;
    if (find_place(directory, request, &opened, &place, reply) == 0) {
        if (request->kind == SAVE_RUN)
            save_to_file(&opened.save, &place, request->replace, progress, &reply->report, &reply->error);
        reply->old_size = place.size;
        reply->free = place.free;
        save_place_close(&place);
    }
    describe(&opened, &reply->content);
    close_segment(&opened);
}

struct save_dialog_reply *save_dialog_fetch(const struct directory *directory, const struct host *host,
                                            const struct save_dialog_request *request,
                                            struct progress *progress)
{
    struct save_dialog_reply *reply = memory_new(sizeof *reply);
    reply->kind = request->kind;
    reply->generation = request->generation;
    if (request->kind == SAVE_COMPLETE)
        reply->completion = complete_fetch(request->typed, request->home);
    else
        look(directory, host, request, progress, reply);
    return reply;
}
