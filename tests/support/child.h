/*
 * A real process that holds a segment, for as long as a test wants it to.
 */
#ifndef SHMTOP_TESTS_SUPPORT_CHILD_H
#define SHMTOP_TESTS_SUPPORT_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child_map {
    int prot, flags;
    bool keep; /* its descriptor; else that is closed and only the map is left */
};

struct child {
    pid_t pid;
    int pipe;
};

/* Starts one that has mapped the first page of the file at path by now. It ends with us. */
struct child child_hold(const char *path, struct child_map map);

/* Ends it, and waits until it has. Of several in any order. */
void child_end(struct child *child);

#endif
