/*
 * The letter in front of a row, from one table: what is drawn and what the help says of it.
 */
#ifndef SHMTOP_CORE_CATALOG_LETTER_H
#define SHMTOP_CORE_CATALOG_LETTER_H

#include "core/catalog/catalog.h"

#define ROW_GROWING_MS 5000
#define ROW_NEW_MS     3000

struct letter {
    char letter;
    enum state state;    /* that it tells; STATE_UNKNOWN: something else, */
    const char *meaning; /* which is this; NULL: state_meaning */
    bool (*fits)(const struct row *row, int64_t now);
};

/* What weighs most first, as in product.md. */
const struct letter *letter_table(size_t *ret_count);

/* The first that fits, or ' '. One that is being loaded is not unlinked. now: monotonic ms. */
char row_letter(const struct row *row, int64_t now);

#endif
