/*
 * shmtop list --json: the object of product.md "JSON".
 */
#ifndef SHMTOP_TUI_COMMAND_LIST_JSON_H
#define SHMTOP_TUI_COMMAND_LIST_JSON_H

#include "core/catalog/listing.h"
#include "tui/command/known.h"

/* Prints it: the listing's segments, and warnings of all that is known. */
void list_json(const struct known *known, const struct listing *listing);

#endif
