/*
 * What /proc/self/mountinfo says of the mount that a directory lies on. Private to the room.
 */
#ifndef SHMTOP_CORE_SEGMENT_MOUNT_H
#define SHMTOP_CORE_SEGMENT_MOUNT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether the open directory is the root of its file system: the root of a mount, and that mount one of the
 * whole file system. False where either is not known: before Linux 5.8 (STATX_MNT_ID), and where the mount is
 * one of another namespace.
 */
bool mount_is_whole(int fd);

/* Whether mountinfo's text has the mount id as one of its file system's root. Source: proc_pid_mountinfo(5):
 * "id parent major:minor root mountpoint options …". */
bool mount_has_root(const char *mountinfo, uint64_t id);

#endif
