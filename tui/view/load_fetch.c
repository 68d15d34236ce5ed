/*
 * The load dialog's work beside the screen: completing a path, looking at a file and a name, loading.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view/load_private.h"

static struct load_options options_of(const struct load_dialog_request *request, const struct host *host,
                                      const char *cgroup_root)
{
    return (struct load_options){
        .order = request->order,
        .layout = request->layout,
        .publish = {.mode = (mode_t)request->mode,
                    .mode_set = request->mode_set,
                    .uid = (uid_t)-1,
                    .gid = (gid_t)-1,
                    .is_protected = host->producers_lost,
                    .replace = request->exists != EXISTS_FAIL,
                    .allow_held = request->exists == EXISTS_REPLACE_HELD},
        .proc_root = host->proc_root,
        .cgroup_root = cgroup_root,
        .producers = host->producers,
    };
}

/* --- what a file holds --- */

static void describe_file(const struct load *load, struct load_file *ret)
{
    const struct matrix *matrix = load_matrix(load);
    snprintf(ret->kind, sizeof ret->kind, "%s", load_kind(load));
    dtype_name(&matrix->dtype, ret->type);
    matrix_shape_text(matrix->rank, matrix->shape, false, ret->shape, sizeof ret->shape);
    ret->order = matrix->rank < 2 ? 0 : matrix->order;
    ret->bytes = load_bytes(load);
    ret->is_read = true;
}

/* "" is no file, and no error either: nothing was typed yet. */
static struct load *open_file(const struct load_dialog_request *request, struct error *error)
{
    struct load *load = NULL;
    char *path = complete_expand(request->typed, request->home);
    if (strcmp(path, "-") == 0)
        error_set(error, ENOENT, "no such file");
    else if (*path && load_open(&load, path, NULL, error) < 0)
        load = NULL;
    free(path);
    return load;
}

/* --- the name --- */

static void choose_name(const struct load_dialog_request *request, struct load_dialog_reply *reply)
{
    if (request->name) {
        if (strlen(request->name) < sizeof reply->name)
            strcpy(reply->name, request->name);
        else
            error_set(&reply->name_error, EINVAL, "the name is too long");
        return;
    }
    char *path = complete_expand(request->typed, request->home);
    if (*path)
        load_default_name(path, reply->name, sizeof reply->name, &reply->name_error);
    free(path);
}

static void look_at_name(const struct directory *directory, struct load_dialog_reply *reply)
{
    struct segment segment = {0};
    if (!reply->name[0] && !reply->name_error.code)
        return;
    if (reply->name_error.code || name_check(reply->name, &reply->name_error) < 0) {
        reply->name_state = NAME_BAD;
        return;
    }
    int result = segment_stat(directory, reply->name, &segment, &reply->name_error);
    if (result == 0) {
        reply->name_state = NAME_EXISTS;
        reply->old_size = segment.size;
        segment_clear(&segment);
    } else {
        reply->name_state = result == -ENOENT ? NAME_FREE : NAME_BAD;
    }
}

static void look(const struct directory *directory, const struct host *host, const char *cgroup_root,
                 const struct load_dialog_request *request, struct load_dialog_reply *reply)
{
    struct load_options options = options_of(request, host, cgroup_root);
    struct load *load = open_file(request, &reply->error);
    if (load) {
        describe_file(load, &reply->file);
        reply->has_room = load_room_needed(load, &options, &reply->needed, NULL) == 0 &&
                          room_measure(directory, host->proc_root, cgroup_root, &reply->room, NULL) == 0;
    }
    load_close(load);
    choose_name(request, reply);
    look_at_name(directory, reply);
}

/* --- the load --- */

static void take_report(const struct load_report *report, struct load_dialog_reply *reply)
{
    reply->bytes = report->bytes;
    reply->replaced = report->replaced;
    reply->old_allocated = report->old_allocated;
    reply->still_held = report->still_held.count ? report->still_held.of[0].count : 0;
}

static void run(const struct directory *directory, const struct host *host, const char *cgroup_root,
                const struct load_dialog_request *request, struct progress *progress,
                struct load_dialog_reply *reply)
{
    struct load_options options = options_of(request, host, cgroup_root);
    struct load_report report = {0};
    choose_name(request, reply);
    if (reply->name_error.code) {
        reply->error = reply->name_error;
        return;
    }
    struct load *load = open_file(request, &reply->error);
    if (!load)
        return;
    describe_file(load, &reply->file);
    if (load_run(load, directory, reply->name, &options, progress, &report, &reply->error) == 0) {
        reply->error.code = 0;
        take_report(&report, reply);
        load_report_clear(&report);
    }
    load_close(load);
}

struct load_dialog_reply *load_dialog_fetch(const struct directory *directory, const struct host *host,
                                            const char *cgroup_root,
                                            const struct load_dialog_request *request,
                                            struct progress *progress)
{
    struct load_dialog_reply *reply = calloc(1, sizeof *reply);
    assert(reply);
    reply->kind = request->kind;
    reply->generation = request->generation;
    if (request->kind == LOAD_COMPLETE)
        reply->completion = complete_fetch(request->typed, request->home);
    else if (request->kind == LOAD_LOOK)
        look(directory, host, cgroup_root, request, reply);
    else
        run(directory, host, cgroup_root, request, progress, reply);
    return reply;
}
