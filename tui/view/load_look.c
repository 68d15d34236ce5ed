/*
 * What the load dialog looks at before a load: the file, the name, the room, who will be able to read it and
 * whether it stays. Bounded whatever the file's size: of a long text the rows are estimated.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/layout/npy.h"
#include "core/process/logind.h"
#include "core/process/users.h"
#include "core/segment/readers.h"
#include "core/sys/checked.h"
#include "core/source/input.h"
#include "core/source/npz.h"
#include "tui/view/load_private.h"

#define PICKLE_PROTO 0x80       /* the first byte of a pickle */
#define MEASURED_MAX (4u << 20) /* bytes of a text whose rows are counted */

/* --- the file --- */

/* How long it is, and what it may be where no importer takes it. */
static void look_at_bytes(const char *path, struct load_dialog_reply *reply)
{
    struct load_file *file = &reply->file;
    static const uint8_t none[1];
    struct input input;
    uint8_t *head = malloc(INPUT_PEEK_MAX);
    if (!head || input_open(&input, path, NULL) < 0) {
        free(head);
        return;
    }
    ssize_t n = input_peek(&input, head, INPUT_PEEK_MAX, NULL);
    size_t size = n > 0 ? (size_t)n : 0;
    const uint8_t *bytes = size ? head : none;
    file->size = input.size;
    file->may_be_raw = size > 0 && !npy_has_magic(bytes, size) && !npz_has_magic(bytes, size);
    file->is_text = file->may_be_raw && source_check_text(bytes, size, NULL) == 0;
    file->is_pickle = bytes[0] == PICKLE_PROTO;
    input_close(&input);
    free(head);
}

static void describe(const struct load *load, struct load_file *ret)
{
    const struct matrix *matrix = load_matrix(load);
    snprintf(ret->kind, sizeof ret->kind, "%s", load_kind(load));
    dtype_name(&matrix->dtype, ret->type);
    matrix_shape_text(matrix->rank, matrix->shape, false, ret->shape, sizeof ret->shape);
    ret->order = matrix->rank < 2 || ret->is_text ? 0 : matrix->order;
    ret->bytes = load_bytes(load);
    ret->is_read = true;
}

/* Of a text that is too long to be counted now. */
static void estimate(const struct load *load, struct load_dialog_reply *reply,
                     const struct load_dialog_request *request)
{
    const struct matrix *matrix = load_matrix(load);
    uint64_t item = request->has_as ? request->as.itemsize : matrix->dtype.itemsize;
    uint64_t rows = load_estimate_rows(load), count;
    struct load_file *file = &reply->file;
    file->is_estimated = true;
    snprintf(file->shape, sizeof file->shape, "? × %llu", (unsigned long long)matrix->shape[1]);
    if (checked_mul_u64(rows, matrix->shape[1], &count) ||
        checked_mul_u64(count, matrix->dtype.itemsize, &file->bytes) ||
        checked_mul_u64(count, item, &reply->needed))
        file->bytes = reply->needed = UINT64_MAX;
}

static void look_at_room(const struct load *load, const struct load_place *place,
                         const struct load_options *options, struct load_dialog_reply *reply)
{
    uint64_t needed;
    if (load_room_needed(load, options, &needed, &reply->error) < 0) {
        reply->file.is_read = false;
        return;
    }
    if (!reply->file.is_estimated)
        reply->needed = needed;
    reply->has_room =
        room_measure(place->directory, place->host->proc_root, place->cgroup_root, &reply->room, NULL) == 0;
}

static void look_at_matrix(struct load *load, const struct load_place *place,
                           const struct load_dialog_request *request, struct load_dialog_reply *reply)
{
    struct load_options options = load_request_options(request, place);
    bool is_text = load_is_open_ended(load);
    if (is_text && reply->file.size <= MEASURED_MAX && load_measure(load, NULL, &reply->error) < 0)
        return;
    reply->file.is_text = is_text;
    describe(load, &reply->file);
    if (load_is_open_ended(load))
        estimate(load, reply, request);
    look_at_room(load, place, &options, reply);
}

/* What no importer knows: how it can be loaded all the same is said in the form's words. */
static void tell_raw(struct load_dialog_reply *reply)
{
    const struct load_file *file = &reply->file;
    if (reply->error.code == EBADMSG && file->may_be_raw && !file->is_text && !file->is_pickle)
        error_set(&reply->error, EBADMSG,
                  "neither .npy, .npz, pickle nor text; if these are raw bytes, say their type and shape");
}

static void look_at_file(const struct load_place *place, const struct load_dialog_request *request,
                         struct load_dialog_reply *reply)
{
    struct load *load;
    char *path = load_request_path(request, &reply->error);
    if (!path)
        return;
    look_at_bytes(path, reply);
    struct source_options source = load_request_source(request, load_find_member(request, path, reply));
    if (load_open(&load, path, &source, &reply->error) == 0) {
        look_at_matrix(load, place, request, reply);
        load_close(load);
    } else if (!request->has_shape) {
        tell_raw(reply);
    }
    if (reply->file.is_read) {
        reply->file.may_be_raw &= request->has_shape;
        reply->file.is_text &= !request->has_shape;
    }
    free(path);
}

/* --- the name --- */

/* owner and group of what is there already, else (uid_t)-1. */
static void look_at_name(const struct directory *directory, struct load_dialog_reply *reply, uid_t *ret_uid,
                         gid_t *ret_gid)
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
        *ret_uid = segment.uid;
        *ret_gid = segment.gid;
        reply->mode = segment.mode & 0777;
        segment_clear(&segment);
    } else {
        reply->name_state = result == -ENOENT ? NAME_FREE : NAME_BAD;
    }
}

/* --- who can read it, and for how long --- */

static void tell_readers(const struct directory *directory, uid_t uid, gid_t gid,
                         struct load_dialog_reply *reply)
{
    char owner[USERS_NAME_MAX], group[USERS_NAME_MAX], who[96];
    struct stat facts;
    mode_t mode = reply->mode;
    if (fstat(directory_fd(directory), &facts) == 0) {
        if (gid == (gid_t)-1)
            gid = facts.st_mode & S_ISGID ? facts.st_gid : getegid();
        mode = readers_within(mode, &gid, facts.st_mode, facts.st_gid);
    }
    bool is_mine = uid == (uid_t)-1 || uid == geteuid();
    if (!is_mine)
        users_ask_name(uid, owner, sizeof owner);
    users_ask_group(gid, group, sizeof group);
    readers_text(mode, is_mine ? NULL : owner, group, who, sizeof who);
    snprintf(reply->readers, sizeof reply->readers, "%.90s may read it", who);
}

static void tell_removal(const struct load_place *place, uid_t uid, struct load_dialog_reply *reply)
{
    char user[USERS_NAME_MAX];
    struct logind logind;
    if (!place->host->root)
        return;
    uid = uid == (uid_t)-1 ? geteuid() : uid;
    logind_read(&logind, place->host->root);
    users_ask_name(uid, user, sizeof user);
    if (logind_removes(&logind, directory_device(place->directory), uid, user))
        snprintf(reply->removal, sizeof reply->removal,
                 "logind may delete it at the last logout of user %s, in use or not: set RemoveIPC=no in "
                 "/etc/systemd/logind.conf, or loginctl enable-linger %s",
                 user, user);
    logind_clear(&logind);
}

void load_look(const struct load_place *place, const struct load_dialog_request *request,
               struct load_dialog_reply *reply)
{
    uid_t uid = (uid_t)-1;
    gid_t gid = (gid_t)-1;
    look_at_file(place, request, reply);
    load_choose_name(request, reply);
    look_at_name(place->directory, reply, &uid, &gid);
    bool replaces = reply->name_state == NAME_EXISTS && request->exists != EXISTS_FAIL;
    if (!replaces || request->mode_set)
        reply->mode = request->mode;
    if (!replaces)
        uid = gid = (uid_t)-1;
    if (!reply->file.is_read)
        return;
    tell_readers(place->directory, uid, gid, reply);
    tell_removal(place, uid, reply);
}
