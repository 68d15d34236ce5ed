/*
 * One row and what a look at its segment changes in it. Private to the catalog; the public part is in
 * catalog.h.
 */
#ifndef SHMTOP_CORE_CATALOG_ROW_H
#define SHMTOP_CORE_CATALOG_ROW_H

#include "core/catalog/catalog.h"
#include "core/catalog/packed.h"

/* Takes over a name: sets what follows from it. */
void row_take_name(struct row *row, char *name, const struct producers *producers);

/* Takes facts and look of a segment of the same identity (its name and identity are not touched). True where
 * anything differs. */
bool row_take(struct row *row, struct segment *segment, struct packed_cache *cache,
              const struct producers *producers);

/* Takes the facts of another link to the same inode. True where anything differs. */
bool row_take_link(struct row *row, const struct row *link, struct packed_cache *cache,
                   const struct producers *producers);

#endif
