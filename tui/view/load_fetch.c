/*
 * The load dialog's work beside the screen: completing a path, looking (load_look.c), trying a conversion,
 * loading.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"
#include "tui/view/load_private.h"

/* --- what a request means --- */

struct load_options load_request_options(const struct load_dialog_request *request,
                                         const struct load_place *place)
{
    return (struct load_options){
        .order = request->order,
        .as = request->has_as && !request->has_shape ? &request->as : NULL,
        .strict = request->strict,
        .layout = request->layout,
        .publish = {.mode = (mode_t)request->mode,
                    .mode_set = request->mode_set,
                    .uid = (uid_t)-1,
                    .gid = (gid_t)-1,
                    .is_protected = place->host->producers_lost,
                    .replace = request->exists != EXISTS_FAIL,
                    .allow_held = request->exists == EXISTS_REPLACE_HELD},
        .proc_root = place->host->proc_root,
        .cgroup_root = place->cgroup_root,
        .producers = place->host->producers,
    };
}

struct source_options load_request_source(const struct load_dialog_request *request, const char *member)
{
    struct source_options options = {.member = member,
                                     .delimiter = request->delimiter,
                                     .header_lines = request->header_lines,
                                     .as = request->has_as ? &request->as : NULL,
                                     .has_shape = request->has_shape,
                                     .rank = request->rank};
    memcpy(options.shape, request->shape, sizeof options.shape);
    return options;
}

char *load_request_path(const struct load_dialog_request *request, struct error *error)
{
    char *path = complete_expand(request->typed, request->home);
    if (strcmp(path, "-") == 0)
        error_set(error, ENOENT, "no such file");
    if (*path && strcmp(path, "-") != 0)
        return path;
    free(path);
    return NULL;
}

const char *load_find_member(const struct load_dialog_request *request, const char *path,
                             struct load_dialog_reply *reply)
{
    struct source_members *members = &reply->members;
    if (request->has_shape || source_list(path, members, NULL) < 0)
        return NULL;
    for (size_t i = members->count; i-- > 0;) /* of two with one key the last counts */
        if (request->member && strcmp(request->member, members->list[i].key) == 0) {
            reply->member = i;
            return members->list[i].key;
        }
    for (size_t i = 0; i < members->count; i++)
        if (members->list[i].is_loadable) {
            reply->member = i;
            return members->list[i].key;
        }
    return NULL;
}

void load_choose_name(const struct load_dialog_request *request, struct load_dialog_reply *reply)
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

/* --- trying a conversion --- */

/* What it is converted from; the file may have changed since the look. */
static int tell_types(const char *path, const struct source_options *source, const struct dtype *as,
                      struct load_dialog_reply *reply)
{
    struct load *load;
    int r = load_open(&load, path, source, &reply->error);
    if (r < 0)
        return r;
    const struct dtype *from = &load_matrix(load)->dtype;
    const struct dtype *to = as ? as : from;
    load_types_text(from, to, false, reply->types, sizeof reply->types);
    reply->is_kept = dtype_equal(from, to);
    reply->to_integer = to->kind == DTYPE_INT || to->kind == DTYPE_UINT || to->kind == DTYPE_BOOL;
    load_close(load);
    return 0;
}

static void try(const struct load_place *place, const struct load_dialog_request *request,
                struct progress *progress, struct load_dialog_reply *reply)
{
    const struct dtype *as = load_request_options(request, place).as;
    char *path = load_request_path(request, &reply->error);
    if (!path)
        return;
    struct source_options source = load_request_source(request, load_find_member(request, path, reply));
    if (tell_types(path, &source, as, reply) == 0)
        load_preview(path, &source, as, LOAD_PREVIEW_VALUES, &reply->preview, progress, &reply->error);
    free(path);
}

/* --- the load --- */

static void tell_outcome(const struct dtype *from, struct load_dialog_reply *reply)
{
    struct load_outcome *outcome = &reply->outcome;
    const struct matrix *matrix = &outcome->report.matrix;
    load_types_text(from, &matrix->dtype, false, outcome->types, sizeof outcome->types);
    matrix_shape_text(matrix->rank, matrix->shape, false, outcome->shape, sizeof outcome->shape);
}

static void tell_failure(const struct load *load, const struct load_dialog_request *request,
                         struct load_outcome *outcome)
{
    const struct convert_counts counts = load_counts(load);
    outcome->is_of_file = load_failure_is_of_file(load);
    outcome->is_lossy = outcome->is_of_file && request->strict && convert_counts_sum(&counts) > 0;
}

static void run_open(struct load *load, const struct load_place *place,
                     const struct load_dialog_request *request, struct progress *progress,
                     struct load_dialog_reply *reply)
{
    struct load_options options = load_request_options(request, place);
    struct dtype from = dtype_dup(&load_matrix(load)->dtype);
    if (load_run(load, place->directory, reply->name, &options, progress, &reply->outcome.report,
                 &reply->error) == 0) {
        reply->error.code = 0;
        tell_outcome(&from, reply);
    } else {
        tell_failure(load, request, &reply->outcome);
    }
    dtype_clear(&from);
}

static void run(const struct load_place *place, const struct load_dialog_request *request,
                struct progress *progress, struct load_dialog_reply *reply)
{
    struct load *load;
    load_choose_name(request, reply);
    if (reply->name_error.code) {
        reply->error = reply->name_error;
        return;
    }
    char *path = load_request_path(request, &reply->error);
    if (!path)
        return;
    struct source_options source = load_request_source(request, load_find_member(request, path, reply));
    if (load_open(&load, path, &source, &reply->error) < 0) {
        reply->outcome.is_of_file = true;
    } else {
        run_open(load, place, request, progress, reply);
        load_close(load);
    }
    free(path);
}

struct load_dialog_reply *load_dialog_fetch(const struct directory *directory, const struct host *host,
                                            const char *cgroup_root,
                                            const struct load_dialog_request *request,
                                            struct progress *progress)
{
    const struct load_place place = {directory, host, cgroup_root};
    struct load_dialog_reply *reply = memory_new(sizeof *reply);
    reply->kind = request->kind;
    reply->generation = request->generation;
    switch (request->kind) {
    case LOAD_COMPLETE:
        reply->completion = complete_fetch(request->typed, request->home);
        break;
    case LOAD_LOOK:
        load_look(&place, request, reply);
        break;
    case LOAD_PREVIEW:
        try(&place, request, progress, reply);
        break;
    case LOAD_RUN:
        run(&place, request, progress, reply);
        break;
    }
    return reply;
}
