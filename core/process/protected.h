/*
 * Names that belong to software whose segments are never to be deleted by pattern: every row of
 * field-guide.md §2 whose Del is "no" or "live". The whole table of producers comes with the issue on
 * holders.
 */
#ifndef SHMTOP_CORE_PROCESS_PROTECTED_H
#define SHMTOP_CORE_PROCESS_PROTECTED_H

#include <stdbool.h>

/* Whether a raw name ("FILE" or "DIR/FILE"; a protected DIR protects its files) is protected. *ret_owner (may
 * be NULL): whose, e.g. "PostgreSQL". */
bool protected_name(const char *name, const char **ret_owner);

#endif
