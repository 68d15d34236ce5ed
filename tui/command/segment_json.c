#include "tui/command/segment_json.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalog/evidence.h"
#include "core/catalog/format.h"
#include "core/catalog/state.h"
#include "core/segment/name.h"

#define NANOSECOND 1000000000

void segment_json_time(struct json *json, int64_t nanoseconds)
{
    char text[64];
    if (nanoseconds != 0)
        format_time(nanoseconds, text, sizeof text);
    json_put_text(json, nanoseconds != 0 ? text : NULL);
}

static void put_name(struct json *json, const struct row *row)
{
    char name[NAME_PRINTABLE_MAX];
    name_escape(row->name, strlen(row->name), false, name, sizeof name);
    json_key(json, "name");
    json_put_text(json, name);
}

/* A struct's descr has as many characters as its header wanted. */
static void put_descr(struct json *json, const struct dtype *dtype)
{
    char small[128];
    size_t length = dtype_descr(dtype, small, sizeof small);
    char *large = length < sizeof small ? NULL : malloc(length + 1);
    if (large)
        dtype_descr(dtype, large, length + 1);
    json_put_text(json, large ? large : small);
    free(large);
}

static void put_shape(struct json *json, const struct matrix *matrix)
{
    json_open_array(json);
    for (int axis = 0; axis < matrix->rank; axis++)
        json_put_unsigned(json, matrix->shape[axis]);
    json_close(json);
}

static void put_nulls(struct json *json, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        json_key(json, keys[i]);
        json_put_null(json);
    }
}

static void put_matrix(struct json *json, const struct row *row)
{
    struct matrix matrix = {0};
    if (!row_matrix(row, &matrix)) {
        static const char *const keys[] = {"dtype", "type", "shape", "order"};
        put_nulls(json, keys, sizeof keys / sizeof keys[0]);
        return;
    }
    json_key(json, "dtype");
    put_descr(json, &matrix.dtype);
    char type[DTYPE_NAME_MAX];
    dtype_name(&matrix.dtype, type);
    json_key(json, "type");
    json_put_text(json, type);
    json_key(json, "shape");
    put_shape(json, &matrix);
    char order[2] = {matrix.order, '\0'};
    json_key(json, "order");
    json_put_text(json, order);
    matrix_clear(&matrix);
}

static void put_owner(struct json *json, const struct row *row, struct users *users)
{
    static const char *const keys[] = {"owner", "uid", "group", "gid", "mode"};
    if (row->unmeasured) {
        put_nulls(json, keys, sizeof keys / sizeof keys[0]);
        return;
    }
    char mode[16];
    snprintf(mode, sizeof mode, "%04o", (unsigned)(row->mode & 07777));
    json_key(json, "owner");
    json_put_text(json, users_lookup_name(users, row->uid));
    json_key(json, "uid");
    json_put_unsigned(json, row->uid);
    json_key(json, "group");
    json_put_text(json, users_lookup_group(users, row->gid));
    json_key(json, "gid");
    json_put_unsigned(json, row->gid);
    json_key(json, "mode");
    json_put_text(json, mode);
}

static void put_times(struct json *json, const struct row *row, int64_t now)
{
    json_key(json, "created");
    segment_json_time(json, row->created);
    json_key(json, "modified");
    segment_json_time(json, row->modified);
    json_key(json, "age");
    int64_t since = row->created != 0 ? row->created : row->modified;
    if (since == 0)
        json_put_null(json);
    else
        json_put_signed(json, now > since ? (now - since) / NANOSECOND : 0);
}

/* holders: null too where somebody holds it whom the sweep did not see. */
static void put_holders(struct json *json, const struct row *row, const struct sweep *sweep)
{
    static const char *const keys[] = {"holders_complete", "holders_unread", "holders_reason"};
    json_key(json, "holders");
    if (row_holders_known(row))
        json_put_unsigned(json, row->holders ? row->holders->count : 0);
    else
        json_put_null(json);
    if (!sweep) {
        put_nulls(json, keys, sizeof keys / sizeof keys[0]);
        return;
    }
    json_key(json, "holders_complete");
    json_put_bool(json, sweep->complete);
    json_key(json, "holders_unread");
    json_put_unsigned(json, sweep->unread);
    json_key(json, "holders_reason");
    json_put_text(json, sweep->complete ? NULL : sweep->reason);
}

static void put_use(struct json *json, const struct row *row, const struct sweep *sweep)
{
    put_holders(json, row, sweep);
    json_key(json, "loading");
    json_put_bool(json, row->loading);
    json_key(json, "ownerless");
    json_put_bool(json, row->ownerless);
    json_key(json, "producer");
    json_put_text(json, row->producer ? row->producer->id : NULL);
    json_key(json, "creator_pid");
    if (row->creator_pid)
        json_put_signed(json, row->creator_pid);
    else
        json_put_null(json);
    json_key(json, "state");
    json_put_text(json, state_name(row->state));
}

void segment_json(struct json *json, const struct row *row, int64_t now, struct users *users,
                  const struct sweep *sweep)
{
    put_name(json, row);
    json_key(json, "size");
    json_put_unsigned(json, row->size);
    json_key(json, "allocated");
    if (row->unmeasured)
        json_put_null(json);
    else
        json_put_unsigned(json, row->allocated);
    json_key(json, "layout");
    json_put_text(json, layout_name(row->layout));
    put_matrix(json, row);
    put_owner(json, row, users);
    put_times(json, row, now);
    put_use(json, row, sweep);
    json_key(json, "damaged");
    json_put_text(json, row->damage);
    json_key(json, "protected");
    json_put_bool(json, row->is_protected);
    json_key(json, "inode");
    json_put_unsigned(json, row->id.inode);
}

static void json_escaped(struct json *json, const char *key, const char *raw, size_t length)
{
    char *text = raw ? malloc(10 * length + 1) : NULL;
    if (text)
        name_escape(raw, length, false, text, 10 * length + 1);
    json_key(json, key);
    json_put_text(json, text);
    free(text);
}

void segment_json_holder(struct json *json, const struct holder *holder, struct users *users)
{
    json_open_object(json);
    json_key(json, "pid");
    json_put_signed(json, holder->pid);
    json_key(json, "user");
    json_put_text(json, users_lookup_name(users, holder->uid));
    json_escaped(json, "command", holder->command, strnlen(holder->command, sizeof holder->command));
    json_escaped(json, "cmdline", holder->cmdline, holder->cmdline ? strlen(holder->cmdline) : 0);
    json_key(json, "started");
    segment_json_time(json, holder->started);
    json_escaped(json, "unit", holder->unit, holder->unit ? strlen(holder->unit) : 0);
    json_key(json, "mapped");
    json_put_unsigned(json, holder->mapped);
    json_key(json, "open");
    json_put_unsigned(json, holder->open);
    json_key(json, "writable");
    json_put_bool(json, holder->writable);
    json_close(json);
}
