#include "core/segment/members.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/segment/beneath.h"
#include "core/sys/fd.h"

struct walk {
    member_function *each;
    void *context;
    bool is_theirs; /* each ended it, and filled the error */
};

static enum held ask(int dirfd, const char *file)
{
    struct facts facts;
    int fd AUTO_CLOSE = beneath_open_at(dirfd, file, O_RDONLY, &facts, NULL);
    if (fd < 0)
        return fd == -EBUSY ? HELD_YES : HELD_UNKNOWN;
    enum held held = lease_take_patiently(fd, &facts.id);
    if (held == HELD_NO)
        lease_give(fd);
    return held;
}

int member_open(const struct member *member, struct error *error)
{
    struct facts facts;
    int fd AUTO_CLOSE = beneath_open_at(member->dirfd, member->file, O_RDONLY, &facts, error);
    if (fd < 0)
        return fd;
    if (!identity_equal(&facts.id, &member->id))
        return error_set(error, ESTALE, "replaced meanwhile");
    return fd_steal(&fd);
}

static int visit(void *context, int dirfd, const char *file, const struct facts *facts)
{
    struct walk *walk = context;
    struct member member = {.file = file,
                            .dirfd = dirfd,
                            .id = facts->id,
                            .allocated = facts->st.stx_blocks * 512,
                            .links = facts->st.stx_nlink,
                            .uid = facts->st.stx_uid,
                            .is_directory = S_ISDIR(facts->st.stx_mode),
                            .is_regular = S_ISREG(facts->st.stx_mode),
                            .held = HELD_NO};
    if (member.is_regular)
        member.held = ask(dirfd, file);
    int r = walk->each(walk->context, &member);
    walk->is_theirs = r != 0;
    return r;
}

static int walk_failed(int code, struct error *error)
{
    switch (-code) {
    case ECANCELED:
        return error_set(error, ECANCELED, "stopped");
    case EXDEV:
        return error_set(error, EBUSY, "a file system is mounted in it");
    case ELOOP:
        return error_set(error, ENOTSUP, "its tree is more than %d deep", TREE_DEPTH_MAX);
    case EACCES:
        return error_set(error, EACCES, "no permission to list all of its tree");
    default:
        return error_set_errno(error, -code, "cannot list its tree");
    }
}

int members_each(const struct directory *directory, const char *name, member_function *each, void *context,
                 struct progress *progress, struct error *error)
{
    struct place place AUTO_PLACE = {.opened = -1};
    struct walk walk = {.each = each, .context = context};
    int r = place_find(directory, name, &place, error);
    if (r < 0)
        return r;
    struct facts facts;
    r = facts_get(place.fd, place.file, &facts);
    if (r < 0)
        return beneath_error(error, -r, "look at");
    r = place_check_mount(&place, &facts, error);
    if (r < 0)
        return r;
    int fd = beneath_open_list(place.fd, place.file);
    if (fd < 0)
        return beneath_error(error, -fd, "list");
    r = tree_walk(fd, true, progress, visit, &walk);
    return r < 0 && !walk.is_theirs ? walk_failed(r, error) : r;
}
