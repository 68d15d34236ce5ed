/*
 * One value at a time, as text or in JSON, however long.
 */
#ifndef SHMTOP_TUI_COMMAND_VALUE_H
#define SHMTOP_TUI_COMMAND_VALUE_H

#include "core/matrix/dtype.h"
#include "tui/command/json.h"

#define VALUE_ITEM_MAX (1u << 20) /* bytes of one element that we are ready to show in JSON */

struct value {
    const struct dtype *dtype; /* borrowed */
    struct dtype part;         /* of a complex number */
    char *text;                /* owned */
    size_t size;
};

void value_begin(struct value *value, const struct dtype *dtype);
void value_end(struct value *value);

/* An element in native order (a struct as stored) as number_text with NUMBER_FULL: borrowed until the next
 * call. */
const char *value_text(struct value *value, const void *element);

/* The same in JSON: complex [re, im], what JSON has no number for as text. */
void value_json(struct value *value, struct json *json, const void *element);

#endif
