/*
 * How much may still be written: the least of the file system's free bytes, MemAvailable, and limit less
 * usage of every cgroup above us. product.md "Memory first".
 */
#ifndef SHMTOP_CORE_SEGMENT_ROOM_H
#define SHMTOP_CORE_SEGMENT_ROOM_H

#include "core/segment/directory.h"

struct room {
    uint64_t filesystem; /* UINT64_MAX: no limit, or not known */
    uint64_t memory;     /* MemAvailable */
    uint64_t cgroup; /* the least limit less usage of v1 or v2 memory cgroups above us; inactive file pages
                        are no usage */
};

/* proc_root is "/proc", cgroup_root "/sys/fs/cgroup"; tests hand in their own. What cannot be read does not
 * limit. */
int room_measure(const struct directory *directory, const char *proc_root, const char *cgroup_root,
                 struct room *ret_room, struct error *error);
uint64_t room_least(const struct room *room);

/* 0, or -ENOSPC naming which is too small, by how much. */
int room_check(const struct room *room, uint64_t bytes, struct error *error);

/* 0, or -EFBIG where this process may not make a file of that size: beyond RLIMIT_FSIZE the kernel does not
 * only refuse, it sends SIGXFSZ. */
int room_check_file(uint64_t size, struct error *error);

#endif
