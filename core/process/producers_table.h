/*
 * The built-in table as text, in the format of producers.h. Private to the producers_*.c files.
 */
#ifndef SHMTOP_CORE_PROCESS_PRODUCERS_TABLE_H
#define SHMTOP_CORE_PROCESS_PRODUCERS_TABLE_H

#include "core/process/pattern.h"
#include "core/process/producers.h"

extern const char producers_built_in[];

struct producer_row {
    struct producer producer; /* its texts are owned */
    struct pattern pattern;   /* where layout is LAYOUT_UNKNOWN */
    enum layout layout;
};

/* Reads the rows of a text in order: each(context, row) takes the row's texts. -EBADMSG. */
typedef void producer_row_function(void *context, const struct producer_row *row);
int producers_parse(const char *text, size_t length, producer_row_function *each, void *context,
                    struct error *error);

#endif
