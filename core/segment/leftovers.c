#include <dirent.h>
#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/segment/beneath.h"
#include "core/segment/publish.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"

#define LIST_SIZE (32u << 10)

/* A lock takes a descriptor, of either kind: where the mode lets its owner not read he may still write. */
static int open_to_lock(int dirfd, const char *file)
{
    const int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int fd = fd_openat(dirfd, file, O_RDONLY | flags, 0);
    return fd == -EACCES ? fd_openat(dirfd, file, O_WRONLY | flags, 0) : fd;
}

/* Ours is what our user owns and no loader has locked: the lock is taken before the name is given. */
static void clean_file(int dirfd, const char *file)
{
    struct facts before, opened;
    if (facts_get(dirfd, file, &before) < 0 || !S_ISREG(before.st.stx_mode) || before.st.stx_uid != geteuid())
        return;
    int fd AUTO_CLOSE = open_to_lock(dirfd, file);
    if (fd < 0 || facts_get(fd, "", &opened) < 0 || !identity_equal(&before.id, &opened.id))
        return;
    if (sys.flock(fd, LOCK_EX | LOCK_NB) < 0)
        return;
    /* Its loader may have renamed it, and let it go, since we looked; then another may bear the name. */
    if (facts_get(dirfd, file, &before) == 0 && identity_equal(&before.id, &opened.id))
        sys.unlinkat(dirfd, file, 0);
}

/* Most entries are files, and say so: 100,000 are gone through without a look at each. */
static bool may_be_directory(const struct entries *entries, const char *name)
{
    struct facts facts;
    if (entries->type != DT_UNKNOWN)
        return entries->type == DT_DIR;
    return facts_get(entries->fd, name, &facts) == 0 && S_ISDIR(facts.st.stx_mode);
}

static void clean_directory(int dirfd, const char *file, bool is_top)
{
    struct entries entries AUTO_ENTRIES = ENTRIES_NONE;
    const char *name;
    int r;
    int fd = beneath_open_list(dirfd, file);
    if (fd < 0 || entries_open(&entries, fd, LIST_SIZE) < 0)
        return;
    while ((name = entries_next(&entries, &r))) {
        if (name_is_temporary(name))
            clean_file(entries.fd, name);
        else if (is_top && may_be_directory(&entries, name))
            clean_directory(entries.fd, name, false);
    }
}

void publish_clean_leftovers(const struct directory *directory)
{
    if (!directory_is_read_only(directory))
        clean_directory(directory_fd(directory), ".", true);
}
