/*
 * Producers: which software made a segment, known from its name, and what that says of its life: whether it
 * may be deleted, whether it is ever left on purpose, and where its creator's pid stands. Facts as data: the
 * built-in table is that of field-guide.md §2; a file in the same format adds to it and goes before it.
 */
#ifndef SHMTOP_CORE_PROCESS_PRODUCERS_H
#define SHMTOP_CORE_PROCESS_PRODUCERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/sys/error.h"

/* What may be done with one that nobody holds. */
enum disposal {
    DISPOSAL_ASK,   /* may be kept on purpose: only its people know */
    DISPOSAL_OK,    /* never left on purpose: once unheld and old it is stale */
    DISPOSAL_SELF,  /* its producer cleans up itself */
    DISPOSAL_LIVE,  /* protected: belongs to a service that may come back to it */
    DISPOSAL_NEVER, /* protected: shared or system state */
};

/* Where the creator's pid stands. */
enum creator_place {
    CREATOR_NOWHERE,
    CREATOR_IN_NAME,    /* found by producers_find */
    CREATOR_IN_CONTENT, /* creator_read finds it: ImageStreamIO's header, PulseAudio's trailer */
};

struct producer {
    const char *id;    /* short, as in JSON: "pytorch" */
    const char *label; /* for sentences: "PyTorch" */
    const char *pattern;
    enum disposal disposal;
    enum creator_place creator;
};

/* The built-in table with a file's rows before it. */
struct producers;

/* The producer of a raw name ("FILE" or "DIR/FILE": FILE's, else DIR's, whose is protected DIR protects its
 * files), or NULL. producers may be NULL: the built-in table. *ret_creator (may be NULL) is the pid in the
 * name, 0: none. The producer is borrowed from the table. */
const struct producer *producers_find(const struct producers *producers, const char *name,
                                      pid_t *ret_creator);

/* NULL is not protected. */
bool producer_is_protected(const struct producer *producer);

#endif
