/*
 * What can be chosen from in a FILE that holds several matrices, an .npz, before one of them is opened
 * (source.h: source_options.member).
 */
#ifndef SHMTOP_CORE_SOURCE_SOURCE_LIST_H
#define SHMTOP_CORE_SOURCE_SOURCE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sys/error.h"

#define SOURCE_MEMBERS_MAX 1000 /* that are looked into */
#define SOURCE_MEMBER_TEXT 160

struct source_member {
    char *key; /* for source_options.member; raw, to be escaped before it is shown; owned */
    bool is_loadable;
    char text[SOURCE_MEMBER_TEXT]; /* "float64 40000 × 3, 9.2M, deflated", or why it cannot be loaded */
};

struct source_members {
    struct source_member *list; /* in the file's order; owned */
    size_t count;               /* 0: another kind of file, or an empty archive */
    uint64_t total;             /* members in the file; more than count where those behind are not listed */
};

/* Looks into each member as far as its header. As source_open, but a member that cannot be loaded is no
 * failure. Of standard input nothing is read, and none listed. */
int source_list(const char *file, struct source_members *ret_members, struct error *error);
void source_members_clear(struct source_members *members);

#endif
