/*
 * The user's attributes of a file, user.NAME: what a description may stand in. tmpfs has them from Linux 6.6
 * on. Source: xattr(7).
 */
#ifndef SHMTOP_CORE_SEGMENT_ATTRIBUTES_H
#define SHMTOP_CORE_SEGMENT_ATTRIBUTES_H

/* Gives the file behind to all user attributes of the one behind from. Where the file system has none there
 * is nothing to do. 0 or -errno. */
int attributes_copy(int from, int to);

#endif
