/*
 * What a sysadmin should know of a directory of segments without asking: found from facts alone, with what to
 * do about it.
 *
 *     code       when
 *     small      the file system has 64 MiB, as containers get it unless told
 *     full       more than 90 % of it is taken
 *     inodes     less than 10 % of its inodes are left, or less than 1,000 and not even half
 *     sparse     segments promise more than is left: writing into them may end in SIGBUS
 *     removeipc  logind may delete segments of people who can log in, at their logout
 */
#ifndef SHMTOP_CORE_CATALOG_WARNINGS_H
#define SHMTOP_CORE_CATALOG_WARNINGS_H

#include "core/catalog/catalog.h"
#include "core/process/logind.h"
#include "core/process/users.h"
#include "core/segment/directory.h"

/* A user and how many segments of theirs logind may delete. */
struct warning_owner {
    uid_t uid;
    uint64_t segments;
};
#define WARNING_OWNERS_MAX 64 /* more are counted in others */

struct warning_facts {
    struct directory_usage usage;
    uint64_t promised; /* bytes that segments have by their size and have not taken yet */
    struct warning_owner owners[WARNING_OWNERS_MAX];
    size_t owner_count;
    uint64_t others; /* segments of further users */
};

/*
 * Adds what a row says; usage is the caller's to fill. Rows of directories add nothing, those of what lies in
 * them do; of hard links each adds its share. logind (NULL: none) and users (NULL: no names) are borrowed for
 * the call; users tells whether an owner lingers, so names must be known by then, and numeric ones spare
 * nobody.
 */
void warning_facts_add(struct warning_facts *facts, const struct row *row, const struct logind *logind,
                       const struct users *users);

struct warning {
    const char *code;
    char text[400];  /* printable: what is the matter, ": ", what to do about it */
    size_t headline; /* bytes of what is the matter, where there is room for no more */
};
#define WARNINGS_MAX 5

/* Fills list in the order above; returns how many. users (may be NULL) are asked for names that they have. */
size_t warnings_find(const struct warning_facts *facts, const struct users *users,
                     struct warning list[WARNINGS_MAX]);

#endif
