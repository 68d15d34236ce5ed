/*
 * Who will be able to read a segment, in words, from its permissions. Root reads all and is not named.
 */
#ifndef SHMTOP_CORE_SEGMENT_READERS_H
#define SHMTOP_CORE_SEGMENT_READERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * "everyone", "you and group staff", "you alone", "everyone but group staff", "root alone". The kernel asks
 * the owner's bits of the owner, the group's of its members, and only of all others those of the rest.
 * owner: the owner's printable name, NULL: it is whoever asks. group: the group's. Returns the length needed.
 */
size_t readers_text(mode_t mode, const char *owner, const char *group, char *buf, size_t size);

/*
 * What the permissions come to in a directory, for which more than they may be needed: whoever may not search
 * it reads nothing in it. *group: of the segment; afterwards the one that the result's group bits are about,
 * for where only the directory's group comes in, that is the one.
 */
mode_t readers_within(mode_t mode, gid_t *group, mode_t directory, gid_t directory_group);

#endif
