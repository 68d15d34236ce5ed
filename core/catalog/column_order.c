/*
 * The columns as an order; as text: column.c.
 */
#include "core/catalog/column.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/catalog/evidence.h"

#define MODE_BITS 07777

static int64_t row_birth(const struct row *row)
{
    return row->created ? row->created : row->modified;
}

static const char *owner_name(const struct row *row, const struct users *users)
{
    return users ? users_name(users, row->uid) : NULL;
}

static const char *group_name(const struct row *row, const struct users *users)
{
    return users ? users_group(users, row->gid) : NULL;
}

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
    snprintf(a_number, sizeof a_number, "%" PRIu64, a_id);
    snprintf(b_number, sizeof b_number, "%" PRIu64, b_id);
    int order = strcmp(a ? a : a_number, b ? b : b_number);
    return order ? order : compare_numbers(a_id, b_id);
}

/* A number of a user or group; none, (uid_t)-1, goes first. */
static uint64_t id_rank(uint32_t id)
{
    return (uint32_t)(id + 1);
}

/* compare_names for a row's owner or group; of what could not be measured none is known. */
static int compare_owners(const struct row *a, const struct row *b, bool group, const struct users *users)
{
    if (a->unmeasured || b->unmeasured)
        return b->unmeasured - a->unmeasured;
    return group ? compare_names(group_name(a, users), a->gid, group_name(b, users), b->gid)
                 : compare_names(owner_name(a, users), a->uid, owner_name(b, users), b->uid);
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

/* 0: not known. */
static uint64_t holder_count(const struct row *row)
{
    return row_holders_known(row) ? 1 + (row->holders ? row->holders->count : 0) : 0;
}

static const char *producer_id(const struct row *row)
{
    return row->producer ? row->producer->id : "";
}

static uint64_t state_rank(const struct row *row)
{
    return 2 * (uint64_t)row->state + row->doubtful;
}

/* What follows from a sweep, and from names. What the sweep says of itself is the same for all. */
static int compare_use(enum column column, const struct row *a, const struct row *b)
{
    switch (column) {
    case COLUMN_HOLDERS:
        return compare_numbers(holder_count(a), holder_count(b));
    case COLUMN_LOADING:
        return a->loading - b->loading;
    case COLUMN_OWNERLESS:
        return a->ownerless - b->ownerless;
    case COLUMN_PRODUCER:
        return compare_texts(producer_id(a), producer_id(b));
    case COLUMN_CREATOR_PID:
        return compare_signed(a->creator_pid, b->creator_pid);
    case COLUMN_STATE:
        return compare_numbers(state_rank(a), state_rank(b));
    default:
        return 0;
    }
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
        return compare_owners(a, b, false, users);
    case COLUMN_UID:
        return compare_numbers(id_rank(a->uid), id_rank(b->uid));
    case COLUMN_GROUP:
        return compare_owners(a, b, true, users);
    case COLUMN_GID:
        return compare_numbers(id_rank(a->gid), id_rank(b->gid));
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
        return compare_use(column, a, b);
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

/* The first byte is the most significant; a shorter text is followed by zeros. */
uint64_t column_text_key(const char *text)
{
    uint64_t key = 0;
    for (int i = 0; i < 8 && text[i]; i++)
        key |= (uint64_t)(unsigned char)text[i] << (56 - 8 * i);
    return key;
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

uint64_t column_key(enum column column, const struct row *row)
{
    switch (column) {
    case COLUMN_NAME:
        return column_text_key(row->name);
    case COLUMN_SIZE:
        return row->size;
    case COLUMN_ALLOCATED:
        return row->allocated;
    case COLUMN_SHAPE:
        return shape_key(row);
    case COLUMN_ORDER:
        return (uint64_t)row_order(row);
    case COLUMN_UID:
        return id_rank(row->uid);
    case COLUMN_GID:
        return id_rank(row->gid);
    case COLUMN_MODE:
        return row->mode & MODE_BITS;
    case COLUMN_CREATED:
        return signed_key(row->created);
    case COLUMN_MODIFIED:
        return signed_key(row->modified);
    case COLUMN_AGE:
        return ~signed_key(row_birth(row));
    case COLUMN_DAMAGED:
        return row->damage ? column_text_key(row->damage) : 0;
    case COLUMN_PROTECTED:
        return row->is_protected;
    case COLUMN_INODE:
        return row->id.inode;
    case COLUMN_GROWTH:
        return signed_key(growth(row));
    case COLUMN_HOLDERS:
        return holder_count(row);
    case COLUMN_LOADING:
        return row->loading;
    case COLUMN_OWNERLESS:
        return row->ownerless;
    case COLUMN_PRODUCER:
        return column_text_key(producer_id(row));
    case COLUMN_CREATOR_PID:
        return (uint64_t)row->creator_pid;
    case COLUMN_STATE:
        return state_rank(row);
    default:
        return 0;
    }
}
