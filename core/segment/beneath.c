#include "core/segment/beneath.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "core/sys/fd.h"

/* Opens that meet another shmtop's lease (taken and given back at once) are tried again so often. */
#define LEASE_TRIES 1000

int beneath_error(struct error *error, int code, const char *verb)
{
    switch (code) {
    case ENOENT:
        return error_set(error, ENOENT, "no such segment");
    case ENOTDIR:
    case ELOOP:
        return error_set(error, ENOENT, "no such segment: its first part is no directory");
    case EACCES:
    case EPERM:
        return error_set(error, EACCES, "no permission to %s it", verb);
    case EAGAIN:
        return error_set(error, EBUSY, "another process has a lease on it");
    default:
        return error_set_errno(error, code, "cannot %s it", verb);
    }
}

int place_find(const struct directory *directory, const char *name, struct place *ret_place,
               struct error *error)
{
    int r = name_check(name, error);
    if (r < 0)
        return r;
    const char *slash = strchr(name, '/');
    if (!slash) {
        *ret_place = (struct place){.fd = directory_fd(directory), .opened = -1, .file = name};
        return 0;
    }
    char parent[NAME_PATH_MAX];
    memcpy(parent, name, (size_t)(slash - name));
    parent[slash - name] = '\0';
    int fd = fd_openat(directory_fd(directory), parent, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return beneath_error(error, -fd, "look at");
    if ((r = beneath_may_look(directory, fd, error)) < 0) {
        fd_close(&fd);
        return r;
    }
    *ret_place = (struct place){.fd = fd, .opened = fd, .file = slash + 1};
    return 0;
}

void place_close(struct place *place)
{
    fd_close(&place->opened);
}

int64_t facts_time(const struct statx_timestamp *time)
{
    int64_t ns;
    if (__builtin_mul_overflow(time->tv_sec, 1000000000, &ns) ||
        __builtin_add_overflow(ns, time->tv_nsec, &ns))
        return time->tv_sec < 0 ? INT64_MIN : INT64_MAX;
    return ns;
}

/* Stands in for a birth time: a handle holds the inode's generation, which differs when its number is used
 * again. FNV-1a. */
static int64_t generation(int dirfd, const char *file, int flags)
{
    union {
        struct file_handle handle;
        unsigned char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } u;
    int mount;
    u.handle.handle_bytes = MAX_HANDLE_SZ;
    if (sys.name_to_handle_at(dirfd, file, &u.handle, &mount, flags) < 0)
        return 0;
    uint64_t hash = 0xcbf29ce484222325u ^ (uint64_t)u.handle.handle_type;
    for (unsigned i = 0; i < u.handle.handle_bytes && i < MAX_HANDLE_SZ; i++)
        hash = (hash ^ u.handle.f_handle[i]) * 0x100000001b3u;
    return (int64_t)(hash >> 1);
}

int64_t facts_born(const struct statx *st, int dirfd, const char *file, int flags)
{
    return st->stx_mask & STATX_BTIME ? facts_time(&st->stx_btime) : generation(dirfd, file, flags);
}

int facts_get(int dirfd, const char *file, struct facts *ret_facts)
{
    struct statx st;
    int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*file ? 0 : AT_EMPTY_PATH);
    if (sys.statx(dirfd, file, flags, STATX_BASIC_STATS | STATX_BTIME, &st) < 0)
        return -errno;
    ret_facts->st = st;
    ret_facts->id.device = makedev(st.stx_dev_major, st.stx_dev_minor);
    ret_facts->id.inode = st.stx_ino;
    ret_facts->id.born = facts_born(&st, dirfd, file, *file ? 0 : AT_EMPTY_PATH);
    return 0;
}

bool facts_are_of_mount(const struct facts *facts, uint64_t device)
{
    return facts->id.device != device || facts->st.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

int place_check_mount(const struct place *place, const struct facts *facts, struct error *error)
{
    struct facts parent;
    int r = facts_get(place->fd, "", &parent);
    if (r < 0)
        return beneath_error(error, -r, "look at");
    if (facts_are_of_mount(facts, parent.id.device))
        return error_set(error, EBUSY, "a file system is mounted on it");
    return 0;
}

int beneath_may_look(const struct directory *directory, int fd, struct error *error)
{
    struct facts facts;
    int r = directory_is_read_only(directory) ? facts_get(fd, "", &facts) : 1;
    if (r < 0)
        return beneath_error(error, -r, "look at");
    return r > 0 ? 0 : directory_may_look(directory, facts.id.device, error);
}

/* Only the owner and root may leave the access time as it is. */
static int noatime(const struct facts *facts)
{
    uid_t uid = geteuid();
    return uid == 0 || uid == facts->st.stx_uid ? O_NOATIME : 0;
}

static int open_entry(int dirfd, const char *file, int flags)
{
    int fd = -EAGAIN;
    for (int i = 0; i < LEASE_TRIES && fd == -EAGAIN; i++) {
        fd = fd_openat(dirfd, file, flags, 0);
        if (fd == -EPERM && flags & O_NOATIME)
            fd = fd_openat(dirfd, file, flags &= ~O_NOATIME, 0);
    }
    return fd;
}

static int open_failed(struct error *error, int code)
{
    if (code == ELOOP || code == ENXIO || code == EISDIR || code == ENODEV)
        return error_set(error, ESTALE, "replaced while it was opened");
    return beneath_error(error, code, "open");
}

int beneath_open_known(int dirfd, const char *file, int flags, const struct facts *before,
                       struct facts *ret_facts, struct error *error)
{
    struct facts after;
    if (!S_ISREG(before->st.stx_mode))
        return error_set(error, ENOTSUP, "not a regular file");
    flags |= O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    int fd AUTO_CLOSE = open_entry(dirfd, file, flags);
    if (fd < 0)
        return open_failed(error, -fd);
    int r = facts_get(fd, "", &after);
    if (r < 0)
        return beneath_error(error, -r, "look at");
    if (!S_ISREG(after.st.stx_mode) || !identity_equal(&before->id, &after.id))
        return error_set(error, ESTALE, "replaced while it was opened");
    *ret_facts = after;
    return fd_steal(&fd);
}

int beneath_open_at(int dirfd, const char *file, int flags, struct facts *ret_facts, struct error *error)
{
    struct facts before;
    int r = facts_get(dirfd, file, &before);
    return r < 0 ? beneath_error(error, -r, "look at")
                 : beneath_open_known(dirfd, file, flags | noatime(&before), &before, ret_facts, error);
}

int beneath_open_file(const struct directory *directory, const char *name, int flags, struct facts *ret_facts,
                      struct error *error)
{
    struct place place AUTO_PLACE = {.opened = -1};
    int r = place_find(directory, name, &place, error);
    if (r < 0)
        return r;
    int fd AUTO_CLOSE = beneath_open_at(place.fd, place.file, flags, ret_facts, error);
    if (fd < 0)
        return fd;
    r = directory_may_look(directory, ret_facts->id.device, error);
    return r < 0 ? r : fd_steal(&fd);
}

int beneath_open_list(int dirfd, const char *file)
{
    return fd_openat(dirfd, file, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
}

/* What getdents64 writes. Source: getdents(2). */
struct dirent64_head {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

int entries_open(struct entries *entries, int fd, size_t size)
{
    char *buf = malloc(size);
    *entries = (struct entries){.fd = buf ? fd : -1, .size = size, .buf = buf};
    if (!buf)
        fd_close(&fd);
    return buf ? 0 : -ENOMEM;
}

static bool is_dot(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

const char *entries_next(struct entries *entries, int *ret_error)
{
    *ret_error = 0;
    for (;;) {
        if (entries->at >= entries->filled) {
            ssize_t n = sys.getdents64(entries->fd, entries->buf, entries->size);
            /* A directory that was removed while we read it has no more entries. */
            if (n < 0 && errno != ENOENT)
                *ret_error = -errno;
            if (n <= 0)
                return NULL;
            entries->filled = (size_t)n;
            entries->at = 0;
        }
        const struct dirent64_head *head = (const void *)(entries->buf + entries->at);
        entries->at += head->length;
        entries->type = head->type;
        if (!is_dot(head->name))
            return head->name;
    }
}

void entries_close(struct entries *entries)
{
    fd_close(&entries->fd);
    free(entries->buf);
    entries->buf = NULL;
}
