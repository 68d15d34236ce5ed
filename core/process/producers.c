#include "core/process/producers.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include "core/process/producers_table.h"
#include "core/sys/memory.h"
#include "core/sys/trusted.h"

/* Rows by the first byte of a name: nearly every name meets a handful of rows at most. */
struct producers {
    struct producer_row *rows; /* owned */
    size_t count, room;
    uint32_t
        begin[257];  /* in order, of the rows whose names may begin with byte b: begin[b] to begin[b + 1] */
    uint32_t *order; /* owned */
    const struct producer_row *by_layout[LAYOUT_OTHER + 1]; /* the first of each; NULL: none */
};

static void add_row(void *context, const struct producer_row *row)
{
    struct producers *producers = context;
    producers->rows =
        memory_grow(producers->rows, &producers->room, producers->count + 1, sizeof *producers->rows);
    producers->rows[producers->count++] = *row;
}

static void make_index(struct producers *producers)
{
    size_t room = 0;
    uint32_t n = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        producers->begin[byte] = n;
        for (uint32_t i = 0; i < producers->count; i++) {
            const struct producer_row *row = &producers->rows[i];
            if (row->layout != LAYOUT_UNKNOWN || !pattern_may_begin(&row->pattern, (char)byte))
                continue;
            producers->order = memory_grow(producers->order, &room, n + 1, sizeof *producers->order);
            producers->order[n++] = i;
        }
    }
    producers->begin[256] = n;
    for (size_t i = producers->count; i-- > 0;)
        if (producers->rows[i].layout != LAYOUT_UNKNOWN)
            producers->by_layout[producers->rows[i].layout] = &producers->rows[i];
}

/* The rows of text (length 0: none), then the built-in ones. */
static int make(struct producers **ret_producers, const char *text, size_t length, struct error *error)
{
    struct producers *producers = memory_new(sizeof *producers);
    int r = producers_parse(text, length, add_row, producers, error);
    if (r < 0) {
        producers_free(producers);
        return r;
    }
    r = producers_parse(producers_built_in, strlen(producers_built_in), add_row, producers, NULL);
    assert(r == 0);
    make_index(producers);
    *ret_producers = producers;
    return 0;
}

void producers_free(struct producers *producers)
{
    if (!producers)
        return;
    for (size_t i = 0; i < producers->count; i++) {
        free((char *)producers->rows[i].producer.id);
        free((char *)producers->rows[i].producer.label);
        free((char *)producers->rows[i].producer.pattern);
    }
    free(producers->rows);
    free(producers->order);
    free(producers);
}

/* Lives as long as the program. */
static struct producers *built_in;

static void make_built_in(void)
{
    make(&built_in, "", 0, NULL);
}

static const struct producers *table_of(const struct producers *producers)
{
    static once_flag once = ONCE_FLAG_INIT;
    if (producers)
        return producers;
    call_once(&once, make_built_in);
    return built_in;
}

/* --- the file --- */

int producers_load(struct producers **ret_producers, const char *path, struct error *error)
{
    char *text;
    size_t size;
    int r = trusted_read(AT_FDCWD, path, TRUSTED_GROUP, &text, &size, NULL, error);
    if (r == -ENOENT) {
        *ret_producers = NULL;
        return 0;
    }
    if (r < 0)
        return r;
    r = make(ret_producers, text, size, error);
    free(text);
    return r;
}

/* --- finding --- */

const struct producer *producers_at(const struct producers *producers, size_t index)
{
    const struct producers *table = table_of(producers);
    return index < table->count ? &table->rows[index].producer : NULL;
}

static const struct producer_row *row_of(const struct producers *producers, const char *name, size_t length)
{
    unsigned first = length > 0 ? (unsigned char)name[0] : 0;
    for (uint32_t i = producers->begin[first]; i < producers->begin[first + 1]; i++) {
        const struct producer_row *row = &producers->rows[producers->order[i]];
        if (pattern_matches(&row->pattern, name, length))
            return row;
    }
    return NULL;
}

static const struct producer_row *find_by_name(const struct producers *table, const char *name,
                                               pid_t *ret_creator)
{
    const char *slash = strchr(name, '/'), *file = slash ? slash + 1 : name;
    size_t length = slash ? (size_t)(slash - name) : strlen(name);
    const struct producer_row *row = row_of(table, name, length);
    if (slash && !(row && producer_is_protected(&row->producer))) {
        const struct producer_row *own = row_of(table, file, strlen(file));
        if (own) {
            row = own;
            name = file;
            length = strlen(file);
        }
    }
    *ret_creator = row ? pattern_pid(&row->pattern, name, length) : 0;
    return row;
}

const struct producer *producers_find_recognised(const struct producers *producers, const char *name,
                                                 enum layout layout, pid_t *ret_creator)
{
    const struct producers *table = table_of(producers);
    pid_t creator;
    const struct producer_row *row = find_by_name(table, name, &creator);
    const struct producer_row *told = table->by_layout[layout];
    if (told && !(row && (row < told || producer_is_protected(&row->producer)))) {
        row = told;
        creator = 0;
    }
    if (ret_creator)
        *ret_creator = creator;
    return row ? &row->producer : NULL;
}

const struct producer *producers_find(const struct producers *producers, const char *name, pid_t *ret_creator)
{
    return producers_find_recognised(producers, name, LAYOUT_UNKNOWN, ret_creator);
}

bool producers_know_layout(const struct producers *producers, enum layout layout)
{
    return table_of(producers)->by_layout[layout] != NULL;
}

bool producer_is_protected(const struct producer *producer)
{
    return producer && (producer->disposal == DISPOSAL_LIVE || producer->disposal == DISPOSAL_NEVER);
}

bool producer_leaves_none(const struct producer *producer)
{
    return producer && producer->disposal == DISPOSAL_OK && producer->creator == CREATOR_NOWHERE;
}
