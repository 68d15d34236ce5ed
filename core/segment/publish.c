#include "core/segment/publish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/segment/own.h"
#include "core/segment/publish_private.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"

#define TEMPORARY_TRIES 100
#define PERMISSIONS     07777

static int refuse_existing(const struct facts *facts, struct error *error)
{
    if (S_ISDIR(facts->st.stx_mode))
        return error_set(error, EEXIST, "there is a directory of this name");
    if (!S_ISREG(facts->st.stx_mode))
        return error_set(error, EEXIST, "there is something of this name that is no segment");
    return error_set(error, EEXIST, "a segment of this name exists (--replace replaces it)");
}

static int refuse_held(struct error *error)
{
    return error_set(error, EBUSY,
                     "the segment of this name is in use (--allow held replaces it all the same: who "
                     "uses the old one keeps it)");
}

/* Whether the kernel would let us rename over the old one: not another user's in a sticky directory. */
static int check_sticky(const struct publish *publish, const struct facts *old, struct error *error)
{
    struct facts parent;
    uid_t uid = geteuid();
    if (uid == 0 || uid == old->st.stx_uid)
        return 0;
    int r = facts_get(publish->place.fd, "", &parent);
    if (r < 0)
        return beneath_error(error, -r, "look at");
    if (!(parent.st.stx_mode & S_ISVTX) || uid == parent.st.stx_uid)
        return 0;
    return error_set(error, EACCES,
                     "the segment of this name belongs to another user, and in a sticky directory only "
                     "its owner or root may replace it; a shared directory inside is the way");
}

/* The descriptor that we have of the old one already, or -1. Another one beside it would make us a holder. */
static int own_fd(const struct publish *publish, const struct identity *old)
{
    struct facts facts;
    int fd = publish->options.own_fd;
    return fd > 0 && facts_get(fd, "", &facts) == 0 && identity_equal(&facts.id, old) ? fd : -1;
}

static int ask_old(const struct publish *publish, const struct identity *old, enum held *ret_held,
                   struct error *error)
{
    int own = own_fd(publish, old);
    if (own < 0) {
        own_wait(old);
        return lease_ask(publish->directory, publish->name, old, ret_held, error);
    }
    *ret_held = lease_take_patiently(own, old);
    if (*ret_held == HELD_NO)
        lease_give(own);
    return 0;
}

static int check_old(struct publish *publish, const struct facts *facts, struct error *error)
{
    const struct publish_options *options = &publish->options;
    enum held held = HELD_UNKNOWN;
    if (!options->replace)
        return refuse_existing(facts, error);
    if (!S_ISREG(facts->st.stx_mode))
        return error_set(error, EEXIST,
                         "what bears this name is not a regular file, and nothing else is replaced");
    if (options->is_protected && !options->allow_protected)
        return error_set(error, EBUSY,
                         "the segment of this name is protected (--allow protected replaces it all the "
                         "same)");
    int r = check_sticky(publish, facts, error);
    if (r < 0)
        return r;
    r = ask_old(publish, &facts->id, &held, error);
    if (r < 0 && r != -EACCES)
        return r;
    if (held == HELD_YES && !options->allow_held)
        return refuse_held(error);
    publish->has_old = true;
    publish->old = (struct publish_old){
        .id = facts->id, .allocated = facts->st.stx_blocks * 512, .links = facts->st.stx_nlink, .held = held};
    return 0;
}

/* What the old one had and the options do not say otherwise. Only root can keep an owner. */
static void inherit(struct publish_options *options, const struct facts *old)
{
    if (!options->mode_set) {
        options->mode = old->st.stx_mode & PERMISSIONS;
        options->mode_set = true;
    }
    if (options->gid == (gid_t)-1)
        options->gid = old->st.stx_gid;
    if (options->uid == (uid_t)-1 && geteuid() == 0)
        options->uid = old->st.stx_uid;
}

static int look_at_target(struct publish *publish, struct error *error)
{
    struct facts facts;
    int r = facts_get(publish->place.fd, publish->place.file, &facts);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return beneath_error(error, -r, "look at");
    r = check_old(publish, &facts, error);
    if (r == 0)
        inherit(&publish->options, &facts);
    return r;
}

static int open_failed(int code, struct error *error)
{
    switch (code) {
    case EACCES:
    case EPERM:
        return error_set(error, EACCES, "no permission to create anything in its directory");
    case ENOSPC:
    case EDQUOT:
        return error_set(error, ENOSPC, "the file system has no inode left for it");
    case EOPNOTSUPP:
    case EISDIR:
    case EINVAL:
        return error_set(error, ENOTSUP,
                         "its file system has no unnamed files (O_TMPFILE), so a load that is killed "
                         "could leave half a segment");
    default:
        return error_set_errno(error, code, "cannot create it");
    }
}

/* The kernel applies the umask. Where a mode is wanted the file is nobody else's until it has it. */
static int open_unnamed(struct publish *publish, struct error *error)
{
    mode_t mode = publish->options.mode_set ? 0600 : 0666;
    struct facts facts;
    do
        publish->fd = sys.openat(publish->place.fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
    while (publish->fd < 0 && errno == EINTR);
    if (publish->fd < 0)
        return open_failed(errno, error);
    int r = facts_get(publish->fd, "", &facts);
    if (r < 0)
        return error_set_errno(error, -r, "cannot look at the new file");
    publish->id = facts.id;
    if (publish->options.uid == facts.st.stx_uid)
        publish->options.uid = (uid_t)-1;
    if (publish->options.gid == facts.st.stx_gid)
        publish->options.gid = (gid_t)-1;
    return 0;
}

static int owner_failed(int code, uid_t uid, struct error *error)
{
    if (code == EPERM)
        return error_set(error, EPERM, "cannot give it to user %u: only root may", uid);
    return error_set_errno(error, code, "cannot give it to user %u", uid);
}

/* It may be that of the old one. */
static int group_failed(int code, gid_t gid, struct error *error)
{
    if (code == EPERM)
        return error_set(
            error, EPERM,
            "cannot give it to group %u, of which you are no member (--group G gives it another)", gid);
    return error_set_errno(error, code, "cannot give it to group %u", gid);
}

int publish_set_access(const struct publish *publish, struct error *error)
{
    const struct publish_options *options = &publish->options;
    if (options->uid != (uid_t)-1 && sys.fchown(publish->fd, options->uid, (gid_t)-1) < 0)
        return owner_failed(errno, options->uid, error);
    if (options->gid != (gid_t)-1 && sys.fchown(publish->fd, (uid_t)-1, options->gid) < 0)
        return group_failed(errno, options->gid, error);
    if (options->mode_set && sys.fchmod(publish->fd, options->mode & PERMISSIONS) < 0)
        return error_set_errno(error, errno, "cannot give it mode %04o", options->mode & PERMISSIONS);
    return 0;
}

static int begin(struct publish *publish, struct error *error)
{
    int r = place_find(publish->directory, publish->name, &publish->place, error);
    if (r == -ENOENT)
        return error_set(error, ENOENT, "there is no directory for it: make it first (mkdir)");
    if (r < 0)
        return r;
    if (name_is_temporary(publish->name))
        return error_set(error, EINVAL, "names of this form are for replacements under way");
    if ((r = look_at_target(publish, error)) < 0 || (r = open_unnamed(publish, error)) < 0)
        return r;
    return publish_set_access(publish, error);
}

int publish_begin(struct publish **ret_publish, const struct directory *directory, const char *name,
                  const struct publish_options *options, struct error *error)
{
    int r = directory_may_change(directory, error);
    if (r < 0 || (r = name_check(name, error)) < 0)
        return r;
    struct publish *publish = calloc(1, sizeof *publish);
    if (!publish)
        return error_set_errno(error, ENOMEM, "cannot create it");
    *publish = (struct publish){
        .directory = directory, .options = *options, .name = strdup(name), .place = {.opened = -1}, .fd = -1};
    r = publish->name ? begin(publish, error) : error_set_errno(error, ENOMEM, "cannot create it");
    if (r < 0)
        publish_free(publish);
    else
        *ret_publish = publish;
    return r;
}

const struct identity *publish_get_id(const struct publish *publish)
{
    return &publish->id;
}

const struct publish_old *publish_get_old(const struct publish *publish)
{
    return publish->has_old ? &publish->old : NULL;
}

int publish_restart(struct publish *publish, int *ret_fd, struct error *error)
{
    publish_unmap(publish);
    int before = fd_steal(&publish->fd);
    publish->size = 0;
    int r = open_unnamed(publish, error);
    if (r == 0)
        r = publish_set_access(publish, error);
    if (r < 0)
        fd_close(&before);
    else
        *ret_fd = before;
    return r;
}

static int link_failed(int code, struct error *error)
{
    if (code == EEXIST)
        return error_set(error, EEXIST, "a segment of this name was made meanwhile");
    if (code == ENOENT)
        return error_set(error, ENOENT, "its directory was removed meanwhile, or /proc is not mounted");
    if (code == EACCES || code == EPERM)
        return error_set(error, EACCES, "no permission to create anything in its directory");
    return error_set_errno(error, code, "cannot give it its name");
}

static int link_temporary(const struct publish *publish, char *temporary, size_t size, struct error *error)
{
    int r;
    do
        r = sys.flock(publish->fd, LOCK_EX | LOCK_NB);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return error_set_errno(error, errno, "cannot lock it");
    for (unsigned n = 1; n <= TEMPORARY_TRIES; n++) {
        snprintf(temporary, size, ".shmtop-%ld-%u", (long)getpid(), n);
        r = fd_link(publish->fd, publish->place.fd, temporary);
        if (r != -EEXIST)
            break;
    }
    return r < 0 ? link_failed(-r, error) : 0;
}

/* Takes the old one's lease, kept with *ret_fd or with our own descriptor. */
static int lease_old(struct publish *publish, int *ret_fd, struct error *error)
{
    int own = own_fd(publish, &publish->old.id);
    if (own >= 0) {
        publish->old.held = lease_take_patiently(own, &publish->old.id);
        return 0;
    }
    int fd = segment_open(publish->directory, publish->name, &publish->old.id, error);
    if (fd < 0 && fd != -EACCES && fd != -EBUSY)
        return fd;
    /* Busy: somebody has a lease on it, and so has it open. */
    publish->old.held = fd >= 0        ? lease_take_patiently(fd, &publish->old.id)
                        : fd == -EBUSY ? HELD_YES
                                       : HELD_UNKNOWN;
    *ret_fd = fd < 0 ? -1 : fd;
    return 0;
}

/* The old one must still be the one that was looked at, and as little held as it may be. */
static int check_again(struct publish *publish, int *ret_fd, struct error *error)
{
    struct facts facts;
    int r = facts_get(publish->place.fd, publish->place.file, &facts);
    if (r == -ENOENT)
        return error_set(error, ESTALE, "the segment of this name was deleted meanwhile");
    if (r < 0)
        return beneath_error(error, -r, "look at");
    if (!identity_equal(&facts.id, &publish->old.id))
        return error_set(error, ESTALE, "the segment of this name was replaced meanwhile");
    publish->old.allocated = facts.st.stx_blocks * 512;
    publish->old.links = facts.st.stx_nlink;
    r = lease_old(publish, ret_fd, error);
    if (r < 0)
        return r;
    return publish->old.held == HELD_YES && !publish->options.allow_held ? refuse_held(error) : 0;
}

static int replace(struct publish *publish, struct error *error)
{
    char temporary[64];
    int old_fd AUTO_CLOSE = -1;
    int r = link_temporary(publish, temporary, sizeof temporary, error);
    if (r < 0)
        return r;
    r = check_again(publish, &old_fd, error);
    if (r == 0 && sys.renameat2(publish->place.fd, temporary, publish->place.fd, publish->place.file, 0) < 0)
        r = error_set_errno(error, errno, "cannot replace the segment of this name");
    if (r < 0)
        sys.unlinkat(publish->place.fd, temporary, 0);
    int own = own_fd(publish, &publish->old.id);
    if (own >= 0)
        lease_give(own);
    return r;
}

int publish_commit(struct publish *publish, struct identity *ret_id, struct error *error)
{
    int r = 0;
    publish_unmap(publish);
    if (publish->has_old)
        r = replace(publish, error);
    else if ((r = fd_link(publish->fd, publish->place.fd, publish->place.file)) < 0)
        r = link_failed(-r, error);
    if (r == 0)
        *ret_id = publish->id;
    return r;
}

void publish_free(struct publish *publish)
{
    if (!publish)
        return;
    publish_unmap(publish);
    fd_close(&publish->fd);
    place_close(&publish->place);
    free(publish->name);
    free(publish);
}
