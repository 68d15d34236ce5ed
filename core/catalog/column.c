#include "core/catalog/column.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/evidence.h"
#include "core/catalog/state.h"
#include "core/sys/text.h"

#define NANOSECONDS 1000000000
#define MODE_BITS   07777

/* Letters are those of the sort menu; what nothing is known of yet has none. */
static const struct column_info columns[COLUMN_COUNT] = {
    [COLUMN_NAME] = {"name", "NAME", .letter = 'n'},
    [COLUMN_SIZE] = {"size", "SIZE", .right = true, .letter = 's', .descending = true},
    [COLUMN_ALLOCATED] = {"allocated", "ALLOC", .right = true, .letter = 'a', .descending = true},
    [COLUMN_LAYOUT] = {"layout", "LAYOUT", .letter = 'l'},
    [COLUMN_DTYPE] = {"dtype", "DTYPE", .letter = 'd'},
    [COLUMN_TYPE] = {"type", "TYPE", .letter = 't'},
    [COLUMN_SHAPE] = {"shape", "SHAPE", .letter = 'h'},
    [COLUMN_ORDER] = {"order", "ORDER"},
    [COLUMN_OWNER] = {"owner", "OWNER", .letter = 'o'},
    [COLUMN_UID] = {"uid", "UID", .right = true, .letter = 'u'},
    [COLUMN_GROUP] = {"group", "GROUP", .letter = 'g'},
    [COLUMN_GID] = {"gid", "GID", .right = true},
    [COLUMN_MODE] = {"mode", "MODE", .letter = 'm'},
    [COLUMN_CREATED] = {"created", "CREATED", .letter = 'c', .descending = true},
    [COLUMN_MODIFIED] = {"modified", "MODIFIED", .letter = 'f', .descending = true},
    [COLUMN_AGE] = {"age", "AGE", .right = true, .letter = 'e'},
    [COLUMN_HOLDERS] = {"holders", "HOLDERS", .right = true, .descending = true, .letter = 'H'},
    [COLUMN_HOLDERS_COMPLETE] = {"holders_complete", "COMPLETE"},
    [COLUMN_HOLDERS_UNREAD] = {"holders_unread", "UNREAD", .right = true, .descending = true},
    [COLUMN_HOLDERS_REASON] = {"holders_reason", "REASON"},
    [COLUMN_LOADING] = {"loading", "LOADING", .descending = true},
    [COLUMN_OWNERLESS] = {"ownerless", "OWNERLESS", .descending = true, .letter = 'O'},
    [COLUMN_PRODUCER] = {"producer", "PRODUCER", .letter = 'P'},
    [COLUMN_CREATOR_PID] = {"creator_pid", "CREATOR", .right = true, .letter = 'C'},
    [COLUMN_STATE] = {"state", "STATE", .letter = 'S'},
    [COLUMN_DAMAGED] = {"damaged", "DAMAGED", .letter = 'b', .descending = true},
    [COLUMN_PROTECTED] = {"protected", "PROTECTED", .letter = 'p', .descending = true},
    [COLUMN_INODE] = {"inode", "INODE", .right = true, .letter = 'i'},
    [COLUMN_GROWTH] = {"growth", "GROWTH", .right = true, .letter = 'w', .descending = true, .console = true},
};

const struct column_info *column_info(enum column column)
{
    return &columns[column];
}

static void list_keys(char *buf, size_t size)
{
    struct text text;
    text_init(&text, buf, size);
    for (int i = 0; i < COLUMN_COUNT; i++) {
        if (columns[i].console)
            continue;
        text_add_string(&text, i > 0 ? ", " : "");
        text_add_string(&text, columns[i].key);
    }
}

int column_parse(const char *key, enum column *ret_column, struct error *error)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        if (columns[i].console || strcmp(columns[i].key, key) != 0)
            continue;
        *ret_column = (enum column)i;
        return 0;
    }
    char printable[64], keys[ERROR_TEXT_MAX];
    name_escape(key, strlen(key), false, printable, sizeof printable);
    list_keys(keys, sizeof keys);
    return error_set(error, EINVAL, "no column is named '%s'; there are %s", printable, keys);
}

/* --- as text --- */

static size_t text_of(const char *text, char *buf, size_t size)
{
    return (size_t)snprintf(buf, size, "%s", text ? text : "");
}

static size_t number_of(uint64_t number, char *buf, size_t size)
{
    return (size_t)snprintf(buf, size, "%" PRIu64, number);
}

static size_t bytes_of(uint64_t bytes, const struct column_style *style, char *buf, size_t size)
{
    return style->exact ? number_of(bytes, buf, size) : format_bytes(bytes, buf, size);
}

static size_t time_of(int64_t nanoseconds, char *buf, size_t size)
{
    return nanoseconds ? format_time(nanoseconds, buf, size) : text_of("", buf, size);
}

/* Of one that is unlinked and could not be measured, only what its maps reach to is known. */
static size_t allocated_of(const struct row *row, const struct column_style *style, char *buf, size_t size)
{
    char bytes[24];
    if (row->unmeasured && style->exact)
        return text_of("", buf, size);
    bytes_of(row->allocated, style, bytes, sizeof bytes);
    return (size_t)snprintf(buf, size, "%s%s", row->unmeasured ? "~" : "", bytes);
}

static size_t yes_no(bool yes, char *buf, size_t size)
{
    return text_of(yes ? "yes" : "no", buf, size);
}

static int64_t row_birth(const struct row *row)
{
    return row->created ? row->created : row->modified;
}

static size_t age_of(const struct row *row, const struct column_style *style, char *buf, size_t size)
{
    int64_t birth = row_birth(row);
    if (!birth)
        return text_of("", buf, size);
    int64_t seconds = style->now > birth ? (style->now - birth) / NANOSECONDS : 0;
    if (style->exact)
        return number_of((uint64_t)seconds, buf, size);
    char age[FORMAT_AGE_MAX];
    format_age(seconds, age, sizeof age);
    return (size_t)snprintf(buf, size, "%s%s", row->created ? "" : "~", age);
}

/* Signed; what stayed as it was says nothing. */
static size_t growth_of(const struct row *row, const struct column_style *style, char *buf, size_t size)
{
    uint64_t now = row->allocated, then = row->first_allocated;
    char bytes[24];
    if (now == then)
        return text_of("", buf, size);
    bytes_of(now > then ? now - then : then - now, style, bytes, sizeof bytes);
    return (size_t)snprintf(buf, size, "%c%s", now > then ? '+' : '-', bytes);
}

static size_t id_of(const char *name, uint64_t id, char *buf, size_t size)
{
    return name ? text_of(name, buf, size) : number_of(id, buf, size);
}

static const char *owner_name(const struct row *row, const struct users *users)
{
    return users ? users_name(users, row->uid) : NULL;
}

static const char *group_name(const struct row *row, const struct users *users)
{
    return users ? users_group(users, row->gid) : NULL;
}

static size_t matrix_text(enum column column, const struct row *row, bool ascii, char *buf, size_t size)
{
    const struct dtype *dtype = row_dtype(row);
    if (!dtype)
        return text_of("", buf, size);
    char name[DTYPE_NAME_MAX];
    uint64_t shape[MATRIX_RANK_MAX];
    int rank = row_rank(row);
    switch (column) {
    case COLUMN_DTYPE:
        return dtype_descr(dtype, buf, size);
    case COLUMN_TYPE:
        dtype_name(dtype, name);
        return text_of(name, buf, size);
    case COLUMN_SHAPE:
        for (int axis = 0; axis < rank; axis++)
            shape[axis] = row_dim(row, axis);
        return matrix_shape_text(rank, shape, ascii, buf, size);
    default:
        return (size_t)snprintf(buf, size, "%c", row_order(row));
    }
}

static size_t state_of(const struct row *row, const struct column_style *style, char *buf, size_t size)
{
    const char *name = state_name(row->state);
    if (row->loading && !style->exact)
        name = "loading";
    return (size_t)snprintf(buf, size, "%s%s", name ? name : "", row->doubtful && !style->exact ? "?" : "");
}

static size_t sweep_text(enum column column, const struct sweep *sweep, char *buf, size_t size)
{
    if (!sweep)
        return text_of("", buf, size);
    if (column == COLUMN_HOLDERS_COMPLETE)
        return yes_no(sweep->complete, buf, size);
    if (column == COLUMN_HOLDERS_UNREAD)
        return number_of(sweep->unread, buf, size);
    return text_of(sweep->complete ? "" : sweep->reason, buf, size);
}

/* "0?" where nobody was seen and not all could be. */
static size_t holder_count_of(const struct row *row, const struct column_style *style, char *buf, size_t size)
{
    if (!row->holders && row->doubtful && row->held != HELD_NO && !style->exact)
        return text_of("0?", buf, size);
    return number_of(row->holders ? row->holders->count : 0, buf, size);
}

/* What follows from a sweep, and from names. */
static size_t use_text(enum column column, const struct row *row, const struct column_style *style, char *buf,
                       size_t size)
{
    switch (column) {
    case COLUMN_HOLDERS:
        if (row_holders_known(row))
            return holder_count_of(row, style, buf, size);
        break;
    case COLUMN_HOLDERS_COMPLETE:
    case COLUMN_HOLDERS_UNREAD:
    case COLUMN_HOLDERS_REASON:
        return sweep_text(column, style->sweep, buf, size);
    case COLUMN_LOADING:
        if (row->state != STATE_UNKNOWN)
            return yes_no(row->loading, buf, size);
        break;
    case COLUMN_OWNERLESS:
        if (row->state != STATE_UNKNOWN && !row->unmeasured && !(style->sweep && !style->sweep->sees_all))
            return yes_no(row->ownerless, buf, size);
        break;
    case COLUMN_PRODUCER:
        return text_of(row->producer ? row->producer->id : "", buf, size);
    case COLUMN_CREATOR_PID:
        if (row->creator_pid)
            return number_of((uint64_t)row->creator_pid, buf, size);
        break;
    default:
        return state_of(row, style, buf, size);
    }
    return text_of("", buf, size);
}

/* Who may do what with it; nothing where that could not be asked. */
static size_t owner_text(enum column column, const struct row *row, const struct column_style *style,
                         char *buf, size_t size)
{
    if (row->unmeasured)
        return text_of("", buf, size);
    switch (column) {
    case COLUMN_OWNER:
        return id_of(owner_name(row, style->users), row->uid, buf, size);
    case COLUMN_UID:
        return number_of(row->uid, buf, size);
    case COLUMN_GROUP:
        return id_of(group_name(row, style->users), row->gid, buf, size);
    case COLUMN_GID:
        return number_of(row->gid, buf, size);
    default:
        return (size_t)snprintf(buf, size, "%04o", (unsigned)row->mode & MODE_BITS);
    }
}

size_t column_text(enum column column, const struct row *row, const struct column_style *style, char *buf,
                   size_t size)
{
    switch (column) {
    case COLUMN_NAME:
        return name_escape(row->name, strlen(row->name), style->ascii, buf, size);
    case COLUMN_SIZE:
        return bytes_of(row->size, style, buf, size);
    case COLUMN_ALLOCATED:
        return allocated_of(row, style, buf, size);
    case COLUMN_LAYOUT:
        return text_of(layout_name(row->layout), buf, size);
    case COLUMN_DTYPE:
    case COLUMN_TYPE:
    case COLUMN_SHAPE:
    case COLUMN_ORDER:
        return matrix_text(column, row, style->ascii, buf, size);
    case COLUMN_OWNER:
    case COLUMN_UID:
    case COLUMN_GROUP:
    case COLUMN_GID:
    case COLUMN_MODE:
        return owner_text(column, row, style, buf, size);
    case COLUMN_CREATED:
        return time_of(row->created, buf, size);
    case COLUMN_MODIFIED:
        return time_of(row->modified, buf, size);
    case COLUMN_AGE:
        return age_of(row, style, buf, size);
    case COLUMN_DAMAGED:
        return text_of(row->damage, buf, size);
    case COLUMN_PROTECTED:
        return yes_no(row->is_protected, buf, size);
    case COLUMN_INODE:
        return number_of(row->id.inode, buf, size);
    case COLUMN_GROWTH:
        return growth_of(row, style, buf, size);
    default:
        return use_text(column, row, style, buf, size);
    }
}

char row_doubt(const struct row *row)
{
    return row->doubtful ? '?' : ' ';
}
