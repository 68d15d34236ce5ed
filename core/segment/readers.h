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

#endif
