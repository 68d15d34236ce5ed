/*
 * A segment as JSON, with all keys of product.md "JSON" in its order. What is not known is null, never
 * invented.
 */
#ifndef SHMTOP_TUI_COMMAND_SEGMENT_JSON_H
#define SHMTOP_TUI_COMMAND_SEGMENT_JSON_H

#include "core/catalog/catalog.h"
#include "core/process/users.h"
#include "tui/command/json.h"

/*
 * Writes the members of the segment's object, which the caller opens and closes (so that `info` can add its
 * own). now: ns since 1970. users: each name is looked up. sweep: the last; NULL: none has ended.
 */
void segment_json(struct json *json, const struct row *row, int64_t now, struct users *users,
                  const struct sweep *sweep);

/* The object of one holder, as in held_by. */
void segment_json_holder(struct json *json, const struct holder *holder, struct users *users);

/* ns since 1970 as RFC 3339 in UTC; 0 is null. */
void segment_json_time(struct json *json, int64_t nanoseconds);

#endif
