#include "core/catalog/row.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/process/producers.h"
#include "core/sys/memory.h"

static bool text_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool creator_is_inside(const struct producer *producer)
{
    return producer && producer->creator == CREATOR_IN_CONTENT;
}

void row_take_name(struct row *row, char *name, const struct producers *producers)
{
    pid_t pid;
    const struct producer *producer =
        producers_find_recognised(producers, name, (enum layout)row->layout, &pid);
    free(row->name);
    row->name = name;
    row->in_directory = strchr(name, '/') != NULL;
    if (!creator_is_inside(producer) || !creator_is_inside(row->producer))
        row->creator_pid = pid;
    row->producer = producer;
    if (producers_know_layout(producers, (enum layout)row->layout))
        producer = producers_find(producers, name, NULL); /* bytes protect nothing */
    row->is_protected = producer_is_protected(producer);
}

/* What it was recognised as may tell who made it. */
static void row_take_layout(struct row *row, enum layout layout, const struct producers *producers)
{
    enum layout old = (enum layout)row->layout;
    row->layout = (uint8_t)layout;
    if (layout == old ||
        (!producers_know_layout(producers, layout) && !producers_know_layout(producers, old)))
        return;
    row->producer = producers_find_recognised(producers, row->name, layout, &row->creator_pid);
    row->creator = CREATOR_UNKNOWN;
}

static bool row_take_facts(struct row *row, const struct segment *segment)
{
    bool same = row->size == segment->size && row->allocated == segment->allocated &&
                row->created == segment->created && row->modified == segment->modified &&
                row->uid == segment->uid && row->gid == segment->gid && row->mode == segment->mode &&
                row->links == segment->links;
    row->size = segment->size;
    row->allocated = segment->allocated;
    row->created = segment->created;
    row->modified = segment->modified;
    row->uid = segment->uid;
    row->gid = segment->gid;
    row->mode = segment->mode;
    row->links = segment->links;
    return !same;
}

static pid_t told_creator(const struct row *row, const struct segment *segment)
{
    return segment->recognised && creator_is_inside(row->producer) ? segment->creator_pid : row->creator_pid;
}

/* What was looked at: layout, matrix, damage and creator, whole. */
static bool row_take_look(struct row *row, struct segment *segment, struct packed_cache *cache,
                          const struct producers *producers)
{
    bool same_layout = row->layout == segment->layout;
    row_take_layout(row, segment->layout, producers);
    pid_t creator = told_creator(row, segment);
    bool same_matrix =
        row->matrix ? segment->matrix && packed_equal(row->matrix, segment->matrix) : !segment->matrix;
    bool same = same_matrix && row->recognised == segment->recognised && same_layout &&
                row->description == segment->description && text_equal(row->damage, segment->damage) &&
                row->creator_pid == creator;
    if (same)
        return false;
    if (!same_matrix) {
        packed_free(row->matrix);
        row->matrix = segment->matrix ? packed_new(segment->matrix, cache) : NULL;
    }
    free(row->damage);
    row->damage = segment->damage;
    segment->damage = NULL;
    row->description = segment->description;
    row->recognised = segment->recognised;
    row->creator = row->creator_pid == creator ? row->creator : CREATOR_UNKNOWN;
    row->creator_pid = creator;
    return true;
}

bool row_take(struct row *row, struct segment *segment, struct packed_cache *cache,
              const struct producers *producers)
{
    bool same_size = row->size == segment->size;
    bool same_bytes = same_size && row->modified == segment->modified && row->uid == segment->uid &&
                      row->gid == segment->gid && row->mode == segment->mode;
    bool changed = row_take_facts(row, segment);
    bool told = segment->layout != LAYOUT_UNKNOWN && segment->layout != (enum layout)row->layout;
    if (segment->recognised || told || !same_size)
        return row_take_look(row, segment, cache, producers) || changed;
    if (same_bytes || !row->recognised)
        return changed;
    row->recognised = false;
    return true;
}

bool row_take_link(struct row *row, const struct row *link, struct packed_cache *cache,
                   const struct producers *producers)
{
    struct segment segment = {
        .size = link->size,
        .allocated = link->allocated,
        .created = link->created,
        .modified = link->modified,
        .uid = link->uid,
        .gid = link->gid,
        .mode = link->mode,
        .links = link->links,
    };
    return row_take(row, &segment, cache, producers);
}

bool row_matrix(const struct row *row, struct matrix *ret_matrix)
{
    if (!row->matrix)
        return false;
    packed_unpack(row->matrix, ret_matrix);
    return true;
}

int row_rank(const struct row *row)
{
    return row->matrix ? row->matrix->rank : -1;
}

const struct dtype *row_dtype(const struct row *row)
{
    return row->matrix ? packed_dtype(row->matrix) : NULL;
}

char row_order(const struct row *row)
{
    return row->matrix ? row->matrix->order : 0;
}

uint64_t row_dim(const struct row *row, int axis)
{
    assert(axis >= 0 && axis < row_rank(row));
    return row->matrix->dims[axis];
}

void row_from_segment(struct row *row, struct segment *segment, const struct producers *producers)
{
    *row = (struct row){.serial = 1, .id = segment->id};
    row_take_name(row, segment->name, producers);
    segment->name = NULL;
    row_take(row, segment, NULL, producers);
    segment_clear(segment);
}

void row_copy(struct row *to, const struct row *from)
{
    struct matrix matrix;
    *to = *from;
    to->name = memory_dup(from->name);
    to->damage = from->damage ? memory_dup(from->damage) : NULL;
    to->matrix = NULL;
    to->holders = NULL;
    if (row_matrix(from, &matrix)) {
        to->matrix = packed_new(&matrix, NULL);
        matrix_clear(&matrix);
    }
}

void row_clear(struct row *row)
{
    free(row->name);
    packed_free(row->matrix);
    free(row->damage);
    *row = (struct row){0};
}
