#include "core/catalog/rows.h"

#include <assert.h>
#include <stdlib.h>

#include "core/sys/memory.h"

#define SLAB_BITS 8
#define SLAB_ROWS (1u << SLAB_BITS)

static struct row *rows_slot(const struct rows *rows, uint32_t place)
{
    return &rows->slabs[place >> SLAB_BITS][place & (SLAB_ROWS - 1)];
}

static uint32_t rows_take_place(struct rows *rows)
{
    if (rows->free) {
        uint32_t place = rows->free - 1;
        rows->free = rows_slot(rows, place)->index;
        return place;
    }
    assert(rows->places < UINT32_MAX / 4);
    if (rows->places >> SLAB_BITS == rows->slab_count) {
        rows->slabs =
            memory_grow(rows->slabs, &rows->slab_capacity, rows->slab_count + 1, sizeof *rows->slabs);
        rows->slabs[rows->slab_count++] = memory_new(SLAB_ROWS * sizeof(struct row));
    }
    return rows->places++;
}

struct row *rows_new(struct rows *rows)
{
    rows->dense = memory_grow(rows->dense, &rows->dense_capacity, rows->count + 1, sizeof *rows->dense);
    uint32_t place = rows_take_place(rows);
    struct row *row = rows_slot(rows, place);
    *row = (struct row){.place = place, .index = (uint32_t)rows->count};
    rows->dense[rows->count++] = place;
    return row;
}

void rows_remove(struct rows *rows, struct row *row)
{
    uint32_t place = row->place, last = rows->dense[--rows->count];
    rows->dense[row->index] = last;
    rows_slot(rows, last)->index = row->index;
    row_clear(row);
    row->index = rows->free;
    rows->free = place + 1;
}

struct row *rows_at(const struct rows *rows, uint32_t place)
{
    if (place >= rows->places)
        return NULL;
    struct row *row = rows_slot(rows, place);
    return row->name ? row : NULL;
}

void rows_clear(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        row_clear(rows_slot(rows, rows->dense[i]));
    for (size_t i = 0; i < rows->slab_count; i++)
        free(rows->slabs[i]);
    free(rows->slabs);
    free(rows->dense);
    *rows = (struct rows){0};
}
