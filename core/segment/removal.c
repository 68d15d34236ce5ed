#include "core/segment/removal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/segment/beneath.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"

struct removal {
    bool must_be_unheld;
    const struct removal_list *listed; /* NULL: all that is there */
    bool explained;                    /* the error says why the walk ended */
    struct error *error;
};

static int held(struct error *error)
{
    return error_set(error, EBUSY, "a process has it open or mapped");
}

static int replaced(struct error *error)
{
    return error_set(error, ESTALE, "another segment bears this name now");
}

static int not_permitted(int dirfd, const struct facts *facts, struct error *error)
{
    struct facts directory;
    uid_t uid = geteuid();
    bool known = facts_get(dirfd, "", &directory) == 0;
    if (known && directory.st.stx_mode & S_ISVTX && uid != facts->st.stx_uid && uid != directory.st.stx_uid)
        return error_set(
            error, EACCES,
            "it belongs to uid %u: in this sticky directory only its owner or root may delete it",
            facts->st.stx_uid);
    return error_set(error, EACCES, "no permission to delete in its directory");
}

static int unlink_failed(int code, int dirfd, const struct facts *facts, struct error *error)
{
    switch (code) {
    case EACCES:
    case EPERM:
        return not_permitted(dirfd, facts, error);
    case EROFS:
        return error_set(error, EROFS, "its file system is read-only");
    case EBUSY:
        return error_set(error, EBUSY, "a file system is mounted on it");
    case ENOTEMPTY:
    case EEXIST:
        return error_set(error, ESTALE, "something was made in it meanwhile");
    case EISDIR:
    case ENOTDIR:
        return replaced(error);
    default:
        return beneath_error(error, code, "delete");
    }
}

/* The last look and the unlink: nothing may come between them. */
static int unlink_same(int dirfd, const char *file, const struct identity *id, struct error *error)
{
    struct facts facts;
    int r = facts_get(dirfd, file, &facts);
    if (r < 0)
        return beneath_error(error, -r, "look at");
    if (!identity_equal(&facts.id, id))
        return replaced(error);
    if (sys.unlinkat(dirfd, file, S_ISDIR(facts.st.stx_mode) ? AT_REMOVEDIR : 0) < 0)
        return unlink_failed(errno, dirfd, &facts, error);
    return 0;
}

/* Opens a regular file and takes its lease, if it can be had: the descriptor, or -1. */
static int take_lease(int dirfd, const char *file, enum held *ret_held)
{
    struct facts facts;
    int fd = beneath_open_at(dirfd, file, O_RDONLY, &facts, NULL);
    *ret_held = fd >= 0 ? lease_take(fd) : fd == -EBUSY ? HELD_YES : HELD_UNKNOWN;
    return fd < 0 ? -1 : fd;
}

static int unlink_file(int dirfd, const char *file, const struct identity *id, bool must_be_unheld,
                       struct error *error)
{
    enum held state;
    int fd AUTO_CLOSE = take_lease(dirfd, file, &state);
    if (state == HELD_YES && must_be_unheld)
        return held(error);
    return unlink_same(dirfd, file, id, error);
}

static int explain(struct removal *removal, const char *file, const struct error *why)
{
    char name[NAME_PATH_MAX];
    name_escape(file, strlen(file), false, name, sizeof name);
    removal->explained = true;
    return error_set(removal->error, why->code, "%s in it: %s", name, why->text);
}

static int compare_identities(const void *a, const void *b)
{
    const struct identity *x = a, *y = b;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/* An empty directory may have come meanwhile: there is nothing in it to lose. */
static bool is_listed(const struct removal *removal, const struct facts *facts)
{
    const struct removal_list *listed = removal->listed;
    if (!listed || S_ISDIR(facts->st.stx_mode))
        return true;
    const struct identity *found =
        listed->count ? bsearch(&facts->id, listed->ids, listed->count, sizeof *found, compare_identities)
                      : NULL;
    return found && identity_equal(found, &facts->id);
}

static int explain_unlisted(struct removal *removal, const char *file)
{
    struct error why;
    error_set(&why, ESTALE, "made meanwhile");
    return explain(removal, file, &why);
}

static int ask_entry(void *context, int dirfd, const char *file, const struct facts *facts)
{
    struct removal *removal = context;
    enum held state = HELD_UNKNOWN;
    if (!is_listed(removal, facts))
        return explain_unlisted(removal, file);
    if (removal->must_be_unheld && S_ISREG(facts->st.stx_mode)) {
        int fd AUTO_CLOSE = take_lease(dirfd, file, &state);
    }
    if (state != HELD_YES)
        return 0;
    struct error why;
    held(&why);
    return explain(removal, file, &why);
}

static int remove_entry(void *context, int dirfd, const char *file, const struct facts *facts)
{
    struct removal *removal = context;
    struct error why = {0};
    if (!is_listed(removal, facts))
        return explain_unlisted(removal, file);
    int r = S_ISREG(facts->st.stx_mode) ? unlink_file(dirfd, file, &facts->id, removal->must_be_unheld, &why)
                                        : unlink_same(dirfd, file, &facts->id, &why);
    return r < 0 && r != -ENOENT ? explain(removal, file, &why) : 0;
}

static int walk_failed(struct removal *removal, int code)
{
    if (removal->explained)
        return code;
    switch (-code) {
    case EXDEV:
        return error_set(removal->error, EBUSY, "a file system is mounted in it");
    case ELOOP:
        return error_set(removal->error, ENOTSUP, "its tree is more than %d deep", TREE_DEPTH_MAX);
    case EACCES:
        return error_set(removal->error, EACCES, "no permission to list all of its tree");
    default:
        return error_set_errno(removal->error, -code, "cannot list its tree");
    }
}

/* Opened anew for each walk, and only if it still is the same directory. */
static int walk_same(struct removal *removal, const struct place *place, const struct identity *id,
                     tree_visit *visit)
{
    struct facts facts;
    int fd = beneath_open_list(place->fd, place->file);
    if (fd < 0)
        return beneath_error(removal->error, -fd, "list");
    int r = facts_get(fd, "", &facts);
    if (r < 0 || !identity_equal(&facts.id, id)) {
        fd_close(&fd);
        return r < 0 ? beneath_error(removal->error, -r, "look at") : replaced(removal->error);
    }
    r = tree_walk(fd, true, NULL, visit, removal);
    return r < 0 ? walk_failed(removal, r) : 0;
}

/* All is asked before the first unlink, so that what stops it stops it while everything is still there. */
static int unlink_tree(struct removal *removal, const struct place *place, const struct identity *id)
{
    int r = removal->must_be_unheld || removal->listed ? walk_same(removal, place, id, ask_entry) : 0;
    if (r == 0)
        r = walk_same(removal, place, id, remove_entry);
    return r < 0 ? r : unlink_same(place->fd, place->file, id, removal->error);
}

int removal_unlink_listed(const struct directory *directory, const char *name, const struct identity *id,
                          const struct removal_list *listed, bool must_be_unheld, struct error *error)
{
    struct removal removal = {.must_be_unheld = must_be_unheld, .listed = listed, .error = error};
    struct place place AUTO_PLACE = {.opened = -1};
    struct facts facts;
    int r = directory_may_change(directory, error);
    if (r == 0)
        r = place_find(directory, name, &place, error);
    if (r < 0)
        return r;
    r = facts_get(place.fd, place.file, &facts);
    if (r < 0)
        return beneath_error(error, -r, "look at");
    if (!identity_equal(&facts.id, id))
        return replaced(error);
    if (S_ISDIR(facts.st.stx_mode))
        return (r = place_check_mount(&place, &facts, error)) < 0 ? r : unlink_tree(&removal, &place, id);
    if (S_ISREG(facts.st.stx_mode))
        return unlink_file(place.fd, place.file, id, must_be_unheld, error);
    return unlink_same(place.fd, place.file, id, error);
}

int removal_unlink(const struct directory *directory, const char *name, const struct identity *id,
                   bool must_be_unheld, struct error *error)
{
    return removal_unlink_listed(directory, name, id, NULL, must_be_unheld, error);
}
