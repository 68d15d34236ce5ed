/*
 * Where what is known of the host comes from, handed in so that tests bring their own.
 */
#ifndef SHMTOP_CORE_PROCESS_HOST_H
#define SHMTOP_CORE_PROCESS_HOST_H

#include "core/process/producers.h"

struct host {
    const char *root;                  /* "/": where etc, run and usr lie */
    const char *proc_root;             /* "/proc" */
    const struct producers *producers; /* NULL: the built-in table */
    struct descriptions *descriptions; /* core/segment/descriptions.h; NULL: none */
    bool producers_lost; /* the admin's could not be read: any name may be one that they protect */
};

#endif
