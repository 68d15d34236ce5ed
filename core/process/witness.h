/*
 * Who changed a name: fanotify tells the process that created, deleted or renamed an entry, where inotify
 * tells only that. It takes root (CAP_SYS_ADMIN) and Linux 5.9; elsewhere nothing is known of who it was. A
 * process may have ended before it can be asked who it is: then its pid is all. Source: fanotify(7),
 * FAN_REPORT_DFID_NAME.
 */
#ifndef SHMTOP_CORE_PROCESS_WITNESS_H
#define SHMTOP_CORE_PROCESS_WITNESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/segment/directory.h"

struct witness;

struct culprit {
    pid_t pid;
    bool known;       /* it still ran when it was asked: the rest is set */
    uid_t uid;        /* effective */
    char command[32]; /* raw comm: escape before showing */
};

/* directory and proc_root ("/proc") are borrowed. -EPERM, -EINVAL or -ENOSYS where the kernel does not tell.
 */
int witness_new(struct witness **ret_witness, const struct directory *directory, const char *proc_root,
                struct error *error);
void witness_free(struct witness *witness);
int witness_fd(const struct witness *witness); /* poll for POLLIN */

/* As watch_add_subdirectory: what happens in DIR is told as DIR/FILE. Again after a rename; "": the directory
 * itself, again after it was replaced. 0 or -errno. */
int witness_add_subdirectory(struct witness *witness, const char *name);

/* Reads what waits and asks /proc who it was, at once: they may be ending. Keeps the newest WITNESS_MAX. */
#define WITNESS_MAX 4096
void witness_drain(struct witness *witness);

enum deed {
    DEED_CREATED, /* or linked */
    DEED_DELETED,
    DEED_CAME, /* renamed to this name */
    DEED_WENT, /* renamed away from it */
    DEED_COUNT,
};

/* Who did this to the name last. False where it is not known. Each deed is taken once; to see it leaves it.
 */
bool witness_take(struct witness *witness, enum deed deed, const char *name, struct culprit *ret_culprit);
bool witness_see(const struct witness *witness, enum deed deed, const char *name,
                 struct culprit *ret_culprit);

#endif
