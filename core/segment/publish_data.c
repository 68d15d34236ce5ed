/*
 * What lies in a new segment: its size and room, its bytes, its attributes.
 *
 * Measured on two cores, 1 GiB of page cache into tmpfs: fallocate takes 60 % of the time, the copy
 * (core/sys/copy.c) the rest. tests/bench/bench-load.py compares with cp.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/segment/attributes.h"
#include "core/segment/publish_private.h"
#include "core/segment/room.h"
#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"

static int reserve_failed(int code, uint64_t done, uint64_t size, struct error *error)
{
    if (code == ENOSPC || code == EDQUOT || code == ENOMEM)
        return error_set(
            error, ENOSPC, "no room: only %llu of %llu MiB could be reserved in the file system's memory",
            (unsigned long long)(done >> 20), (unsigned long long)((size + (1u << 20) - 1) >> 20));
    if (code == EOPNOTSUPP)
        return error_set(error, ENOTSUP, "its file system cannot reserve room (fallocate)");
    return error_set_errno(error, code, "cannot reserve its room");
}

static int reserve(struct publish *publish, uint64_t offset, uint64_t count, struct progress *progress,
                   struct error *error)
{
    for (uint64_t done = 0; done < count;) {
        uint64_t piece = min_u64(PUBLISH_PIECE, count - done);
        if (progress_cancelled(progress))
            return error_set(error, ECANCELED, "stopped");
        if (sys.fallocate(publish->fd, 0, (off_t)(offset + done), (off_t)piece) == 0)
            done += piece;
        else if (errno != EINTR)
            return reserve_failed(errno, done, count, error);
    }
    return 0;
}

int publish_reserve(struct publish *publish, uint64_t size, struct progress *progress, struct error *error)
{
    int r = room_check_file(size, error);
    if (r == 0)
        r = reserve(publish, 0, size, progress, error);
    if (r == 0)
        publish->size = size;
    return r;
}

int publish_grow(struct publish *publish, uint64_t size, struct progress *progress, struct error *error)
{
    assert(size >= publish->size);
    int r = room_check_file(size, error);
    if (r == 0)
        r = reserve(publish, publish->size, size - publish->size, progress, error);
    if (r == 0)
        publish->size = size;
    return r;
}

int publish_set_size(struct publish *publish, uint64_t size, struct error *error)
{
    int r = room_check_file(size, error);
    if (r < 0)
        return r;
    if (sys.ftruncate(publish->fd, (off_t)size) < 0)
        return error_set_errno(error, errno, "cannot set its size");
    publish->size = size;
    return 0;
}

static bool lies_within(const struct publish *publish, uint64_t offset, uint64_t count)
{
    return offset <= publish->size && count <= publish->size - offset;
}

int publish_reserve_part(struct publish *publish, uint64_t offset, uint64_t count, struct progress *progress,
                         struct error *error)
{
    assert(lies_within(publish, offset, count));
    return reserve(publish, offset, count, progress, error);
}

/* What gives the open file attributes: 0 or -errno. */
struct attributes {
    int from; /* copied from this descriptor, or */
    const char *name;
    const void *value;
    size_t size;
};

static int give(const struct publish *publish, const struct attributes *attributes)
{
    if (!attributes->name)
        return attributes_copy(attributes->from, publish->fd);
    return sys.fsetxattr(publish->fd, attributes->name, attributes->value, attributes->size, 0) < 0 ? -errno
                                                                                                    : 0;
}

/* Its owner may not write to it: it has no name yet, so nobody sees that he may for a moment. */
static int give_attributes(struct publish *publish, const struct attributes *attributes, struct error *error)
{
    int r = give(publish, attributes);
    if (r == -EACCES && sys.fchmod(publish->fd, 0600) == 0) {
        r = give(publish, attributes);
        int access = publish_set_access(publish, error);
        if (access < 0)
            return access;
    }
    return r;
}

int publish_copy_attributes(struct publish *publish, int from_fd, struct error *error)
{
    int r = give_attributes(publish, &(struct attributes){.from = from_fd}, error);
    return r < 0 ? error_set_errno(error, -r, "cannot copy its attributes") : 0;
}

int publish_set_attribute(struct publish *publish, const char *name, const void *value, size_t size,
                          struct error *error)
{
    const struct attributes attributes = {.name = name, .value = value, .size = size};
    int r = give_attributes(publish, &attributes, error);
    if (r == -EOPNOTSUPP)
        return error_set(error, ENOTSUP, "its file system has no user attributes");
    return r < 0 ? error_set_errno(error, -r, "cannot give it the attribute %s", name) : 0;
}

int publish_write(struct publish *publish, uint64_t offset, const void *bytes, size_t size,
                  struct error *error)
{
    assert(lies_within(publish, offset, size));
    int r = fd_pwrite_all(publish->fd, bytes, size, offset);
    return r < 0 ? error_set_errno(error, -r, "cannot write it") : 0;
}

int publish_map(struct publish *publish, uint8_t **ret_bytes, struct error *error)
{
    assert(!publish->map);
    if (publish->size == 0 || publish->size > SIZE_MAX)
        return error_set_errno(error, ENOMEM, "cannot map it");
    size_t size = (size_t)publish->size;
    void *map = sys.mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, publish->fd, 0);
    if (map == MAP_FAILED)
        return error_set_errno(error, errno, "cannot map it");
    publish->map = map;
    publish->map_size = size;
    *ret_bytes = map;
    return 0;
}

void publish_map_populate(struct publish *publish, uint64_t offset, uint64_t size)
{
    uint64_t start = offset & ~(uint64_t)(PAGE_LEAST - 1);
    assert(publish->map && lies_within(publish, offset, size));
    sys.madvise((uint8_t *)publish->map + start, (size_t)(offset + size - start), MADV_POPULATE_WRITE);
}

void publish_unmap(struct publish *publish)
{
    if (publish->map)
        sys.munmap(publish->map, publish->map_size);
    publish->map = NULL;
}
