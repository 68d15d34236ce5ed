/*
 * Rows are far apart in memory, so each is looked at as seldom as can be, and asked for some steps ahead: its
 * value becomes a number and the numbers are sorted by radix, which keeps rows of one number in the order in
 * which they came, that of their names. Of a column with few values (owners, types) the number is the rank
 * among these values. Where a number does not say all of a value, rows that share it are parted by value.
 * Names are sorted eight bytes at a time, behind what all of them share.
 */
#include "core/catalog/order.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"

#define FEW   32 /* so many are sorted by comparison */
#define DIGIT 256
#define AHEAD 8

#define VALUE_BITS  11
#define VALUE_SLOTS (1u << VALUE_BITS) /* half of them are used at most */

struct sorter {
    enum column column;
    bool descending;
    const struct users *users;
    struct order_item *spare; /* owned: as many as are sorted */
};

/* Asks for the row that is looked at some steps on. */
static void look_ahead(const struct order_item *items, size_t at, size_t n)
{
    if (at + AHEAD < n)
        __builtin_prefetch(items[at + AHEAD].row);
}

/* The same of the name, behind its first bytes. */
static void read_ahead(const struct order_item *items, size_t at, size_t n, size_t known)
{
    if (at + AHEAD < n)
        __builtin_prefetch(items[at + AHEAD].name + known);
}

/* --- by key --- */

static void insert_by_key(struct order_item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct order_item item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static void count_digits(const struct order_item *items, size_t n, uint32_t counts[8][DIGIT])
{
    memset(counts, 0, 8 * DIGIT * sizeof counts[0][0]);
    for (size_t i = 0; i < n; i++)
        for (int digit = 0; digit < 8; digit++)
            counts[digit][items[i].key >> 8 * digit & 0xff]++;
}

static void deal(const struct order_item *from, struct order_item *to, size_t n, int digit,
                 uint32_t counts[DIGIT])
{
    uint32_t at = 0;
    for (int value = 0; value < DIGIT; value++) {
        uint32_t count = counts[value];
        counts[value] = at;
        at += count;
    }
    for (size_t i = 0; i < n; i++)
        to[counts[from[i].key >> 8 * digit & 0xff]++] = from[i];
}

/* Keeps the order of equal keys. From the last digit to the first; one that all share is passed over. */
static void sort_by_key(struct sorter *sorter, struct order_item *items, size_t n)
{
    if (n <= FEW) {
        insert_by_key(items, n);
        return;
    }
    uint32_t counts[8][DIGIT];
    count_digits(items, n, counts);
    struct order_item *from = items, *to = sorter->spare;
    for (int digit = 0; digit < 8; digit++) {
        if (counts[digit][items[0].key >> 8 * digit & 0xff] == n)
            continue;
        deal(from, to, n, digit, counts[digit]);
        struct order_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, n * sizeof *items);
}

/* The end of the run of equal keys that begins here. */
static size_t run_end(const struct order_item *items, size_t at, size_t n)
{
    uint64_t key = items[at].key;
    while (at < n && items[at].key == key)
        at++;
    return at;
}

/* --- by name --- */

static int compare_by_name(const void *a, const void *b)
{
    const struct order_item *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->row->serial > y->row->serial) - (x->row->serial < y->row->serial);
}

/* How many leading bytes all these names share; the first `known` they do. */
static size_t shared_prefix(const struct order_item *items, size_t n, size_t known)
{
    const char *first = items[0].name;
    size_t shared = strlen(first);
    for (size_t i = 1; i < n && shared > known; i++) {
        read_ahead(items, i, n, known);
        const char *name = items[i].name;
        size_t length = known;
        while (length < shared && name[length] == first[length])
            length++;
        shared = length;
    }
    return shared;
}

static void sort_by_serial(struct sorter *sorter, struct order_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        items[i].key = items[i].row->serial;
    sort_by_key(sorter, items, n);
}

/* Names that share their first `known` bytes. Each call within goes eight bytes on. */
static void sort_by_name(struct sorter *sorter, struct order_item *items, size_t n, size_t known)
{
    if (n <= FEW) {
        qsort(items, n, sizeof *items, compare_by_name);
        return;
    }
    known = shared_prefix(items, n, known);
    for (size_t i = 0; i < n; i++) {
        read_ahead(items, i, n, known);
        items[i].key = column_text_key(items[i].name + known);
    }
    sort_by_key(sorter, items, n);
    for (size_t at = 0, end; at < n; at = end) {
        end = run_end(items, at, n);
        if (end - at == 1)
            continue;
        if ((items[at].key & 0xff) == 0) /* the names end here */
            sort_by_serial(sorter, items + at, end - at);
        else
            sort_by_name(sorter, items + at, end - at, known + sizeof items->key);
    }
}

void order_by_name(struct order_item *items, size_t n)
{
    struct sorter sorter = {.spare = memory_new(n * sizeof *items)};
    for (size_t i = 0; i < n; i++)
        items[i].name = items[i].row->name;
    sort_by_name(&sorter, items, n, 0);
    free(sorter.spare);
}

/* --- rows of one key: by value --- */

static int compare_whole(const void *a, const void *b, void *context)
{
    const struct order_item *x = a, *y = b;
    const struct sorter *sorter = context;
    return column_order(sorter->column, sorter->descending, x->row, y->row, sorter->users);
}

static void swap_items(struct order_item *a, struct order_item *b)
{
    struct order_item swap = *a;
    *a = *b;
    *b = swap;
}

/* Puts those below the middle one's value first, those above it last. */
static void part(const struct sorter *sorter, struct order_item *items, size_t n, size_t *ret_below,
                 size_t *ret_above)
{
    const struct row *middle = items[n / 2].row;
    size_t below = 0, above = n;
    for (size_t at = 0; at < above;) {
        look_ahead(items, at, above);
        int order = column_compare_values(sorter->column, items[at].row, middle, sorter->users);
        order = sorter->descending ? -order : order;
        if (order < 0)
            swap_items(&items[below++], &items[at++]);
        else if (order > 0)
            swap_items(&items[at], &items[--above]);
        else
            at++;
    }
    *ret_below = below;
    *ret_above = above;
}

/* Rows of one value back into the order in which they came. */
static void sort_by_rank(struct sorter *sorter, struct order_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        items[i].key = items[i].rank;
    sort_by_key(sorter, items, n);
}

/* Goes deeper into the smaller part alone, so never deep. */
static void part_by_value(struct sorter *sorter, struct order_item *items, size_t n)
{
    while (n > FEW) {
        size_t below, above;
        part(sorter, items, n, &below, &above);
        sort_by_rank(sorter, items + below, above - below);
        if (below < n - above) {
            part_by_value(sorter, items, below);
            items += above;
            n -= above;
        } else {
            part_by_value(sorter, items + above, n - above);
            n = below;
        }
    }
    qsort_r(items, n, sizeof *items, compare_whole, sorter);
}

/* Rows of one key: nearly always they are of one value. */
static void sort_by_value(struct sorter *sorter, struct order_item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        look_ahead(items, i, n);
        if (column_compare_values(sorter->column, items[0].row, items[i].row, sorter->users) == 0)
            continue;
        part_by_value(sorter, items, n);
        return;
    }
}

/* --- few values --- */

/* A number that rows of one value share, though rows of another value may not differ; false: not of this
 * column. */
static bool token_of(enum column column, const struct row *row, uint64_t *ret_token)
{
    switch (column) {
    case COLUMN_LAYOUT:
        *ret_token = row->layout;
        return true;
    case COLUMN_DTYPE:
    case COLUMN_TYPE:
        *ret_token = (uintptr_t)row_dtype(row); /* rows share types */
        return true;
    case COLUMN_OWNER:
        *ret_token = row->unmeasured ? UINT64_MAX : row->uid;
        return true;
    case COLUMN_GROUP:
        *ret_token = row->unmeasured ? UINT64_MAX : row->gid;
        return true;
    case COLUMN_PRODUCER:
        *ret_token = (uintptr_t)row->producer;
        return true;
    default:
        return false;
    }
}

struct value {
    uint64_t token;
    const struct row *row; /* one of that value; NULL: the slot is free */
    uint64_t rank;
};

/* The slot of a token; NULL where there are too many. */
static struct value *find_value(struct value *values, uint64_t token, const struct row *row, size_t *count)
{
    size_t slot = (token * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - VALUE_BITS);
    while (values[slot].row && values[slot].token != token)
        slot = (slot + 1) % VALUE_SLOTS;
    if (!values[slot].row) {
        if (*count == VALUE_SLOTS / 2)
            return NULL;
        values[slot] = (struct value){.token = token, .row = row};
        ++*count;
    }
    return &values[slot];
}

static int compare_values(const void *a, const void *b, void *context)
{
    const struct value *const *x = a, *const *y = b;
    const struct sorter *sorter = context;
    return column_compare_values(sorter->column, (*x)->row, (*y)->row, sorter->users);
}

static void rank_values(struct sorter *sorter, struct value *values)
{
    struct value *sorted[VALUE_SLOTS / 2];
    size_t count = 0;
    for (size_t slot = 0; slot < VALUE_SLOTS; slot++)
        if (values[slot].row)
            sorted[count++] = &values[slot];
    qsort_r(sorted, count, sizeof sorted[0], compare_values, sorter);
    for (size_t i = 1; i < count; i++)
        sorted[i]->rank = sorted[i - 1]->rank + (compare_values(&sorted[i - 1], &sorted[i], sorter) != 0);
}

/* Keys that are ranks. False where the column has none, or too many values. */
static bool key_by_rank(struct sorter *sorter, struct order_item *items, size_t n)
{
    struct value values[VALUE_SLOTS] = {0};
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        look_ahead(items, i, n);
        uint64_t token;
        struct value *value = token_of(sorter->column, items[i].row, &token)
                                  ? find_value(values, token, items[i].row, &count)
                                  : NULL;
        if (!value)
            return false;
        items[i].key = (uint64_t)(value - values);
    }
    rank_values(sorter, values);
    for (size_t i = 0; i < n; i++)
        items[i].key = values[items[i].key].rank;
    return true;
}

/* --- by column --- */

/* Whether column_key of two rows is equal only where their values are. */
static bool key_says_all(enum column column)
{
    switch (column) {
    case COLUMN_SIZE:
    case COLUMN_ALLOCATED:
    case COLUMN_ORDER:
    case COLUMN_UID:
    case COLUMN_GID:
    case COLUMN_MODE:
    case COLUMN_CREATED:
    case COLUMN_MODIFIED:
    case COLUMN_AGE:
    case COLUMN_PROTECTED:
    case COLUMN_INODE:
    case COLUMN_GROWTH:
    case COLUMN_HOLDERS:
    case COLUMN_LOADING:
    case COLUMN_OWNERLESS:
    case COLUMN_STATE:
        return true;
    default:
        return false;
    }
}

static void sort_by_column(struct sorter *sorter, struct order_item *items, size_t n)
{
    bool ranked = key_by_rank(sorter, items, n);
    for (size_t i = 0; i < n && !ranked; i++) {
        look_ahead(items, i, n);
        items[i].key = column_key(sorter->column, items[i].row);
    }
    for (size_t i = 0; i < n && sorter->descending; i++)
        items[i].key = ~items[i].key;
    sort_by_key(sorter, items, n);
    if (ranked || key_says_all(sorter->column))
        return;
    for (size_t at = 0, end; at < n; at = end) {
        end = run_end(items, at, n);
        if (end - at > 1)
            sort_by_value(sorter, items + at, end - at);
    }
}

static void reverse(struct order_item *items, size_t n)
{
    for (size_t i = 0; i < n / 2; i++)
        swap_items(&items[i], &items[n - 1 - i]);
}

/* Rows of one name stay in the order in which they came. */
static void reverse_names(struct order_item *items, size_t n)
{
    reverse(items, n);
    for (size_t at = 0, end; at < n; at = end) {
        for (end = at + 1; end < n && strcmp(items[end].row->name, items[at].row->name) == 0; end++)
            look_ahead(items, end, n);
        reverse(items + at, end - at);
    }
}

void order_by_column(struct order_item *items, size_t n, enum column column, bool descending,
                     const struct users *users)
{
    struct sorter sorter = {.column = column, .descending = descending, .users = users};
    if (column == COLUMN_NAME) {
        if (descending)
            reverse_names(items, n);
        return;
    }
    sorter.spare = memory_new(n * sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i].rank = (uint32_t)i;
    sort_by_column(&sorter, items, n);
    free(sorter.spare);
}
