#include "core/catalog/column.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    [COLUMN_HOLDERS] = {"holders", "HOLDERS", .right = true, .descending = true},
    [COLUMN_HOLDERS_COMPLETE] = {"holders_complete", "COMPLETE"},
    [COLUMN_HOLDERS_UNREAD] = {"holders_unread", "UNREAD", .right = true, .descending = true},
    [COLUMN_HOLDERS_REASON] = {"holders_reason", "REASON"},
    [COLUMN_LOADING] = {"loading", "LOADING", .descending = true},
    [COLUMN_OWNERLESS] = {"ownerless", "OWNERLESS", .descending = true},
    [COLUMN_PRODUCER] = {"producer", "PRODUCER"},
    [COLUMN_CREATOR_PID] = {"creator_pid", "CREATOR", .right = true},
    [COLUMN_STATE] = {"state", "STATE"},
    [COLUMN_DAMAGED] = {"damaged", "DAMAGED", .letter = 'b', .descending = true},
    [COLUMN_PROTECTED] = {"protected", "PROTECTED", .letter = 'p', .descending = true},
    [COLUMN_INODE] = {"inode", "INODE", .right = true, .letter = 'i'},
    [COLUMN_GROWTH] = {"growth", "GROWTH", .right = true, .letter = 'w', .descending = true, .console = true},
};

const struct column_info *column_info(enum column column)
{
    return &columns[column];
}

int column_parse(const char *key, enum column *ret_column, struct error *error)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        if (columns[i].console || strcmp(columns[i].key, key) != 0)
            continue;
        *ret_column = (enum column)i;
        return 0;
    }
    char printable[128];
    name_escape(key, strlen(key), false, printable, sizeof printable);
    return error_set(error, EINVAL, "no column is named '%s'; see shmtop(1), \"JSON\"", printable);
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

size_t column_text(enum column column, const struct row *row, const struct column_style *style, char *buf,
                   size_t size)
{
    switch (column) {
    case COLUMN_NAME:
        return name_escape(row->name, strlen(row->name), style->ascii, buf, size);
    case COLUMN_SIZE:
        return bytes_of(row->size, style, buf, size);
    case COLUMN_ALLOCATED:
        return bytes_of(row->allocated, style, buf, size);
    case COLUMN_LAYOUT:
        return text_of(layout_name(row->layout), buf, size);
    case COLUMN_DTYPE:
    case COLUMN_TYPE:
    case COLUMN_SHAPE:
    case COLUMN_ORDER:
        return matrix_text(column, row, style->ascii, buf, size);
    case COLUMN_OWNER:
        return id_of(owner_name(row, style->users), row->uid, buf, size);
    case COLUMN_UID:
        return number_of(row->uid, buf, size);
    case COLUMN_GROUP:
        return id_of(group_name(row, style->users), row->gid, buf, size);
    case COLUMN_GID:
        return number_of(row->gid, buf, size);
    case COLUMN_MODE:
        return (size_t)snprintf(buf, size, "%04o", (unsigned)row->mode & MODE_BITS);
    case COLUMN_CREATED:
        return time_of(row->created, buf, size);
    case COLUMN_MODIFIED:
        return time_of(row->modified, buf, size);
    case COLUMN_AGE:
        return age_of(row, style, buf, size);
    case COLUMN_DAMAGED:
        return text_of(row->damage, buf, size);
    case COLUMN_PROTECTED:
        return text_of(row->is_protected ? "yes" : "no", buf, size);
    case COLUMN_INODE:
        return number_of(row->id.inode, buf, size);
    case COLUMN_GROWTH:
        return growth_of(row, style, buf, size);
    default:
        return text_of("", buf, size); /* not known until processes are swept for every row */
    }
}

/* --- as an order --- */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_signed(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* What came, less what went; beyond 2^63 the ends of the scale. */
static int64_t growth(const struct row *row)
{
    int64_t difference;
    if (__builtin_sub_overflow(row->allocated, row->first_allocated, &difference))
        return row->allocated > row->first_allocated ? INT64_MAX : INT64_MIN;
    return difference;
}

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int compare_names(const char *a, uint64_t a_id, const char *b, uint64_t b_id)
{
    char a_number[24], b_number[24];
    if (a_id == b_id)
        return 0;
    number_of(a_id, a_number, sizeof a_number);
    number_of(b_id, b_number, sizeof b_number);
    int order = strcmp(a ? a : a_number, b ? b : b_number);
    return order ? order : compare_numbers(a_id, b_id);
}

static int compare_shapes(const struct row *a, const struct row *b)
{
    int rank = row_rank(a);
    if (rank != row_rank(b))
        return rank < row_rank(b) ? -1 : 1;
    for (int axis = 0; axis < rank; axis++)
        if (row_dim(a, axis) != row_dim(b, axis))
            return compare_numbers(row_dim(a, axis), row_dim(b, axis));
    return 0;
}

static int compare_types(const struct row *a, const struct row *b, bool descr)
{
    const struct dtype *a_type = row_dtype(a), *b_type = row_dtype(b);
    if (a_type == b_type)
        return 0; /* rows share types */
    if (!a_type || !b_type)
        return a_type ? 1 : -1;
    char a_text[256], b_text[256];
    if (descr) {
        dtype_descr(a_type, a_text, sizeof a_text);
        dtype_descr(b_type, b_text, sizeof b_text);
    } else {
        dtype_name(a_type, a_text);
        dtype_name(b_type, b_text);
    }
    return strcmp(a_text, b_text);
}

int column_compare_values(enum column column, const struct row *a, const struct row *b,
                          const struct users *users)
{
    switch (column) {
    case COLUMN_SIZE:
        return compare_numbers(a->size, b->size);
    case COLUMN_ALLOCATED:
        return compare_numbers(a->allocated, b->allocated);
    case COLUMN_LAYOUT:
        return compare_texts(layout_name(a->layout), layout_name(b->layout));
    case COLUMN_DTYPE:
    case COLUMN_TYPE:
        return compare_types(a, b, column == COLUMN_DTYPE);
    case COLUMN_SHAPE:
        return compare_shapes(a, b);
    case COLUMN_ORDER:
        return row_order(a) - row_order(b);
    case COLUMN_OWNER:
        return compare_names(owner_name(a, users), a->uid, owner_name(b, users), b->uid);
    case COLUMN_UID:
        return compare_numbers(a->uid, b->uid);
    case COLUMN_GROUP:
        return compare_names(group_name(a, users), a->gid, group_name(b, users), b->gid);
    case COLUMN_GID:
        return compare_numbers(a->gid, b->gid);
    case COLUMN_MODE:
        return compare_numbers(a->mode & MODE_BITS, b->mode & MODE_BITS);
    case COLUMN_CREATED:
        return compare_signed(a->created, b->created);
    case COLUMN_MODIFIED:
        return compare_signed(a->modified, b->modified);
    case COLUMN_AGE:
        return compare_signed(row_birth(b), row_birth(a));
    case COLUMN_DAMAGED:
        return compare_texts(a->damage, b->damage);
    case COLUMN_PROTECTED:
        return a->is_protected - b->is_protected;
    case COLUMN_INODE:
        return compare_numbers(a->id.inode, b->id.inode);
    case COLUMN_GROWTH:
        return compare_signed(growth(a), growth(b));
    case COLUMN_NAME:
        return strcmp(a->name, b->name);
    default:
        return 0;
    }
}

int column_order(enum column column, bool descending, const struct row *a, const struct row *b,
                 const struct users *users)
{
    int order = column_compare_values(column, a, b, users);
    if (order)
        return descending ? -order : order;
    order = strcmp(a->name, b->name);
    return order ? order : compare_numbers(a->serial, b->serial);
}

int column_compare(enum column column, const struct row *a, const struct row *b, const struct users *users)
{
    return column_order(column, false, a, b, users);
}

static uint64_t signed_key(int64_t value)
{
    return (uint64_t)value ^ (uint64_t)1 << 63;
}

/* The first bytes of a text, the first of them the most significant; a shorter one is followed by zeros. */
static uint64_t text_key(const char *text)
{
    uint64_t key = 0;
    if (text)
        memcpy(&key, text, strnlen(text, sizeof key));
    return be64toh(key);
}

/* The rank, and as many of up to three dimensions as have room; behind one that has none nothing is told. */
static uint64_t shape_key(const struct row *row)
{
    int rank = row_rank(row), axes = rank < 3 ? rank : 3, bits = rank > 0 ? 57 / axes : 0;
    uint64_t key = 0, most = (UINT64_C(1) << bits) - 1;
    bool full = false;
    for (int axis = 0; axis < axes; axis++) {
        uint64_t dim = row_dim(row, axis);
        full = full || dim >= most;
        key = key << bits | (full ? most : dim);
    }
    return (uint64_t)(rank + 1) << 57 | key;
}

uint64_t column_key(enum column column, const struct row *row, size_t skip)
{
    switch (column) {
    case COLUMN_NAME:
        return text_key(row->name + skip);
    case COLUMN_SIZE:
        return row->size;
    case COLUMN_ALLOCATED:
        return row->allocated;
    case COLUMN_SHAPE:
        return shape_key(row);
    case COLUMN_ORDER:
        return (uint64_t)row_order(row);
    case COLUMN_UID:
        return row->uid;
    case COLUMN_GID:
        return row->gid;
    case COLUMN_MODE:
        return row->mode & MODE_BITS;
    case COLUMN_CREATED:
        return signed_key(row->created);
    case COLUMN_MODIFIED:
        return signed_key(row->modified);
    case COLUMN_AGE:
        return ~signed_key(row_birth(row));
    case COLUMN_DAMAGED:
        return text_key(row->damage);
    case COLUMN_PROTECTED:
        return row->is_protected;
    case COLUMN_INODE:
        return row->id.inode;
    case COLUMN_GROWTH:
        return signed_key(growth(row));
    default:
        return 0;
    }
}

char row_letter(const struct row *row, int64_t now)
{
    if (row->damage)
        return '!';
    if (row->state == STATE_UNLINKED && !row->loading)
        return 'G';
    if (row->state == STATE_LEAKED)
        return 'L';
    if (row->is_protected)
        return 'P';
    if (row->state == STATE_STALE)
        return 's';
    if (row->grown && now - row->grown < ROW_GROWING_MS)
        return 'w';
    if (row->appeared && now - row->appeared < ROW_NEW_MS)
        return '+';
    return ' ';
}
