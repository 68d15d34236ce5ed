#include "core/segment/removal.h"

#include <errno.h>
#include <fcntl.h>
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
    struct removed removed;
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

/* Whether a sticky directory keeps what belongs to owner from us. False where that cannot be known. */
static bool is_kept_sticky(int dirfd, uid_t owner)
{
    struct facts directory;
    uid_t uid = sys.geteuid();
    return uid != 0 && uid != owner && facts_get(dirfd, "", &directory) == 0 &&
           directory.st.stx_mode & S_ISVTX && uid != directory.st.stx_uid;
}

static int refuse_sticky(uid_t owner, struct error *error)
{
    return error_set(error, EACCES,
                     "it belongs to uid %u: in this sticky directory only its owner or root may delete it",
                     owner);
}

static int refuse_directory(int code, struct error *error)
{
    return code == EROFS ? error_set(error, EROFS, "its file system is read-only")
                         : error_set(error, EACCES, "no permission to delete in its directory");
}

static int not_permitted(int dirfd, const struct facts *facts, struct error *error)
{
    if (is_kept_sticky(dirfd, facts->st.stx_uid))
        return refuse_sticky(facts->st.stx_uid, error);
    return refuse_directory(EACCES, error);
}

/* 0 where the kernel would let us take an entry of owner's out of a directory. */
static int foresee_unlink(int dirfd, uid_t owner, struct error *error)
{
    if (is_kept_sticky(dirfd, owner))
        return refuse_sticky(owner, error);
    bool refused = sys.faccessat(dirfd, ".", W_OK | X_OK, AT_EACCESS) < 0;
    return refused && (errno == EACCES || errno == EROFS) ? refuse_directory(errno, error) : 0;
}

static int unlink_failed(int code, int dirfd, const struct facts *facts, struct error *error)
{
    switch (code) {
    case EACCES:
    case EPERM:
        return not_permitted(dirfd, facts, error);
    case EROFS:
        return refuse_directory(EROFS, error);
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

/* The last look and the unlink: nothing may come between them. *ret_last: what went under its last name. */
static int unlink_same(int dirfd, const char *file, const struct identity *id, uint64_t *ret_last,
                       struct error *error)
{
    struct facts facts;
    int r = facts_get(dirfd, file, &facts);
    if (r < 0)
        return beneath_error(error, -r, "look at");
    if (!identity_equal(&facts.id, id))
        return replaced(error);
    if (sys.unlinkat(dirfd, file, S_ISDIR(facts.st.stx_mode) ? AT_REMOVEDIR : 0) < 0)
        return unlink_failed(errno, dirfd, &facts, error);
    *ret_last = S_ISREG(facts.st.stx_mode) && facts.st.stx_nlink == 1 ? facts.st.stx_blocks * 512 : 0;
    return 0;
}

/* Opens a regular file of these facts and takes its lease, if it can be had: the descriptor, or -1. */
static int take_lease(int dirfd, const char *file, const struct facts *facts, enum held *ret_held)
{
    struct facts opened;
    int fd = beneath_open_known(dirfd, file, O_RDONLY, facts, &opened, NULL);
    *ret_held = fd >= 0 ? lease_take_patiently(fd, &opened.id) : fd == -EBUSY ? HELD_YES : HELD_UNKNOWN;
    return fd < 0 ? -1 : fd;
}

static int compare_identities(const void *a, const void *b)
{
    const struct identity *x = a, *y = b;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/* NULL where it is not listed. */
static const struct identity *find_listed(const struct removal_list *listed, const struct identity *id)
{
    const struct identity *found =
        listed && listed->count ? bsearch(id, listed->ids, listed->count, sizeof *found, compare_identities)
                                : NULL;
    return found && identity_equal(found, id) ? found : NULL;
}

static bool was_held(const struct removal_list *listed, const struct identity *id)
{
    const struct identity *found = find_listed(listed, id);
    return found && listed->held && listed->held[found - listed->ids];
}

/* A regular file of these facts. */
static int unlink_file(struct removal *removal, int dirfd, const char *file, const struct facts *facts,
                       struct error *error)
{
    uint64_t last;
    enum held state;
    int fd AUTO_CLOSE = take_lease(dirfd, file, facts, &state);
    removal->removed.held = state;
    if (state == HELD_YES && removal->must_be_unheld)
        return held(error);
    int r = unlink_same(dirfd, file, &facts->id, &last, error);
    if (r == 0 && last > 0 && state != HELD_YES && !was_held(removal->listed, &facts->id))
        removal->removed.freed += last;
    return r;
}

static int explain(struct removal *removal, const char *file, const struct error *why)
{
    char name[NAME_PATH_MAX];
    name_escape(file, strlen(file), false, name, sizeof name);
    removal->explained = true;
    return error_set(removal->error, why->code, "%s in it: %s", name, why->text);
}

/* An empty directory may have come meanwhile: there is nothing in it to lose. */
static bool is_listed(const struct removal *removal, const struct facts *facts)
{
    return !removal->listed || S_ISDIR(facts->st.stx_mode) || find_listed(removal->listed, &facts->id);
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
    struct error why;
    if (!is_listed(removal, facts))
        return explain_unlisted(removal, file);
    if (foresee_unlink(dirfd, facts->st.stx_uid, &why) < 0)
        return explain(removal, file, &why);
    if (removal->must_be_unheld && S_ISREG(facts->st.stx_mode)) {
        int fd AUTO_CLOSE = take_lease(dirfd, file, facts, &state);
    }
    if (state != HELD_YES)
        return 0;
    held(&why);
    return explain(removal, file, &why);
}

static int remove_entry(void *context, int dirfd, const char *file, const struct facts *facts)
{
    struct removal *removal = context;
    struct error why = {0};
    if (!is_listed(removal, facts))
        return explain_unlisted(removal, file);
    uint64_t none;
    int r = S_ISREG(facts->st.stx_mode) ? unlink_file(removal, dirfd, file, facts, &why)
                                        : unlink_same(dirfd, file, &facts->id, &none, &why);
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
    uint64_t none;
    return r < 0 ? r : unlink_same(place->fd, place->file, id, &none, removal->error);
}

/* --- beforehand --- */

static int foresee_entry(void *context, int dirfd, const char *file, const struct facts *facts)
{
    struct error why;
    return foresee_unlink(dirfd, facts->st.stx_uid, &why) < 0 ? explain(context, file, &why) : 0;
}

int removal_foresee(const struct directory *directory, const char *name, uid_t owner, struct error *error)
{
    struct removal removal = {.error = error};
    struct place place AUTO_PLACE = {.opened = -1};
    struct facts facts;
    int r = place_find(directory, name, &place, error);
    if (r == 0)
        r = foresee_unlink(place.fd, owner, error);
    bool is_tree = r == 0 && sys.geteuid() != 0 && facts_get(place.fd, place.file, &facts) == 0 &&
                   S_ISDIR(facts.st.stx_mode);
    return is_tree ? walk_same(&removal, &place, &facts.id, foresee_entry) : r;
}

/* --- all of it --- */

static int unlink_place(struct removal *removal, const struct place *place, const struct identity *id)
{
    struct facts facts;
    uint64_t none;
    int r = facts_get(place->fd, place->file, &facts);
    if (r < 0)
        return beneath_error(removal->error, -r, "look at");
    if (!identity_equal(&facts.id, id))
        return replaced(removal->error);
    if (S_ISREG(facts.st.stx_mode))
        return unlink_file(removal, place->fd, place->file, &facts, removal->error);
    if (!S_ISDIR(facts.st.stx_mode))
        return unlink_same(place->fd, place->file, id, &none, removal->error);
    r = place_check_mount(place, &facts, removal->error);
    return r < 0 ? r : unlink_tree(removal, place, id);
}

int removal_unlink_listed(const struct directory *directory, const char *name, const struct identity *id,
                          const struct removal_list *listed, bool must_be_unheld, struct removed *ret_removed,
                          struct error *error)
{
    struct removal removal = {.must_be_unheld = must_be_unheld, .listed = listed, .error = error};
    struct place place AUTO_PLACE = {.opened = -1};
    int r = directory_may_change(directory, error);
    if (r == 0)
        r = place_find(directory, name, &place, error);
    if (r == 0)
        r = unlink_place(&removal, &place, id);
    *ret_removed = removal.removed;
    return r;
}

int removal_unlink(const struct directory *directory, const char *name, const struct identity *id,
                   bool must_be_unheld, struct error *error)
{
    struct removed removed;
    return removal_unlink_listed(directory, name, id, NULL, must_be_unheld, &removed, error);
}
