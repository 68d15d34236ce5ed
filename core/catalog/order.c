/*
 * Rows are far apart in memory, so each is looked at as seldom as can be, and asked for some steps ahead: its
 * value becomes a number, the numbers are sorted by radix, and only where they are equal the rows are looked
 * at again. Of a column with few values (owners, types) the number is the rank among these values. Values
 * that share a number otherwise are told apart by partition; rows of one value are put in the order of their
 * names, eight bytes at a time behind what all of them share.
 */
#include "core/catalog/order.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"

#define FEW   48 /* so many are sorted by comparison */
#define DIGIT 256
#define AHEAD 8

#define VALUE_BITS  11
#define VALUE_SLOTS (1u << VALUE_BITS) /* half of them are used at most */

struct sorter {
    enum column column;
    bool descending;
    const struct users *users;
    bool serials_down;        /* of rows of one name */
    struct order_item *spare; /* owned: as many as are sorted */
};

/* Asks for the row and the name that are looked at some steps on. */
static void look_ahead(const struct order_item *items, size_t at, size_t n)
{
    if (at + 2 * AHEAD < n)
        __builtin_prefetch(items[at + 2 * AHEAD].row);
    if (at + AHEAD < n)
        __builtin_prefetch(items[at + AHEAD].row->name);
}

/* --- by key --- */

static int compare_keys(const void *a, const void *b)
{
    const struct order_item *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
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

/* From the last digit to the first; a digit that all share is passed over. */
static void sort_by_key(struct sorter *sorter, struct order_item *items, size_t n)
{
    if (n <= DIGIT) {
        qsort(items, n, sizeof *items, compare_keys);
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

/* --- rows of one value: by name --- */

static int compare_by_name(const void *a, const void *b, void *context)
{
    const struct row *x = ((const struct order_item *)a)->row, *y = ((const struct order_item *)b)->row;
    const struct sorter *sorter = context;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->serial > y->serial) != sorter->serials_down ? 1 : -1;
}

/* How many leading bytes all these names share; the first `known` they do. */
static size_t shared_prefix(const struct order_item *items, size_t n, size_t known)
{
    const char *first = items[0].row->name;
    size_t shared = strlen(first);
    for (size_t i = 1; i < n && shared > known; i++) {
        look_ahead(items, i, n);
        const char *name = items[i].row->name;
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
        items[i].key = sorter->serials_down ? ~items[i].row->serial : items[i].row->serial;
    sort_by_key(sorter, items, n);
}

/* Names that share their first `known` bytes. Each call within goes eight bytes on. */
static void sort_by_name(struct sorter *sorter, struct order_item *items, size_t n, size_t known)
{
    if (n <= FEW) {
        qsort_r(items, n, sizeof *items, compare_by_name, sorter);
        return;
    }
    known = shared_prefix(items, n, known);
    for (size_t i = 0; i < n; i++) {
        look_ahead(items, i, n);
        items[i].key = column_key(COLUMN_NAME, items[i].row, known);
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

/* Goes deeper into the smaller part alone, so never deep. */
static void sort_by_value(struct sorter *sorter, struct order_item *items, size_t n)
{
    while (n > FEW) {
        size_t below, above;
        part(sorter, items, n, &below, &above);
        sort_by_name(sorter, items + below, above - below, 0);
        if (below < n - above) {
            sort_by_value(sorter, items, below);
            items += above;
            n -= above;
        } else {
            sort_by_value(sorter, items + above, n - above);
            n = below;
        }
    }
    qsort_r(items, n, sizeof *items, compare_whole, sorter);
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
        *ret_token = row->uid;
        return true;
    case COLUMN_GROUP:
        *ret_token = row->gid;
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

/* --- all of it --- */

static void sort_by_column(struct sorter *sorter, struct order_item *items, size_t n)
{
    bool exact = key_by_rank(sorter, items, n); /* equal keys are equal values */
    for (size_t i = 0; i < n && !exact; i++) {
        look_ahead(items, i, n);
        items[i].key = column_key(sorter->column, items[i].row, 0);
    }
    for (size_t i = 0; i < n && sorter->descending; i++)
        items[i].key = ~items[i].key;
    sort_by_key(sorter, items, n);
    for (size_t at = 0, end; at < n; at = end) {
        end = run_end(items, at, n);
        if (end - at > 1 && exact)
            sort_by_name(sorter, items + at, end - at, 0);
        else if (end - at > 1)
            sort_by_value(sorter, items + at, end - at);
    }
}

static void reverse(struct order_item *items, size_t n)
{
    for (size_t i = 0; i < n / 2; i++)
        swap_items(&items[i], &items[n - 1 - i]);
}

void order_rows(struct order_item *items, size_t n, enum column column, bool descending,
                const struct users *users)
{
    struct sorter sorter = {.column = column, .descending = descending, .users = users};
    sorter.spare = memory_new(n * sizeof *items);
    if (column != COLUMN_NAME) {
        sort_by_column(&sorter, items, n);
    } else {
        sorter.serials_down = descending;
        sort_by_name(&sorter, items, n, 0);
        if (descending)
            reverse(items, n);
    }
    free(sorter.spare);
}
