/*
 * Why a row is in the state that it is, in words: for the detail pane, `info` and whoever is about to delete.
 * Everything written is printable. Each writes at most size bytes, NUL-terminated, never a part of a piece,
 * and returns the length needed.
 */
#ifndef SHMTOP_CORE_CATALOG_EVIDENCE_H
#define SHMTOP_CORE_CATALOG_EVIDENCE_H

#include "core/catalog/catalog.h"

/*
 * Who holds it, short, for a column: "881 dash" (one: its pid), "2 python3" (that many), "2 acquire, viewer",
 * "nobody", "nobody seen" (where not all could be seen), "nobody · 4711 gone" (its creator), "someone unseen"
 * (so the kernel said); "" where it is not known.
 */
size_t holders_text(const struct row *row, bool ascii, char *buf, size_t size);

/*
 * The state and what speaks for it, from the last sweep (NULL: none has ended):
 * "leaked: creator pid 4711 is gone; nobody maps it or has it open; 212 of 212 processes read",
 * "unlinked: its name is gone; 881 dash keeps 1.0G until it ends".
 */
size_t evidence_text(const struct row *row, const struct sweep *sweep, bool ascii, char *buf, size_t size);

/* What its producer is and says of it: "PyTorch, creator pid 4711 (gone)"; "" where it is not known. */
size_t producer_text(const struct row *row, char *buf, size_t size);

/* Whether who holds it is known, which `holders` (NULL: nobody) then says. */
bool row_holders_known(const struct row *row);

#endif
