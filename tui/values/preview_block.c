/*
 * A block of cells, and copying it or the cell under the cursor: as full values, tab-separated, a row a line
 * (of one dimension a value a line). What lies in the page that was read is copied as it was read; a larger
 * block is read first, and one that no terminal takes is refused before that.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/memory.h"
#include "tui/term/clipboard.h"
#include "tui/values/preview_private.h"

/* The shortest value and what stands behind it take two bytes. */
#define BLOCK_CELLS_MAX (CLIPBOARD_MAX / 2)

/* --- where it is --- */

static bool is_flat(const struct preview *preview)
{
    return preview->arrangement == ARRANGE_FLAT;
}

static uint64_t element_at(const struct preview *preview, uint64_t row, uint64_t column)
{
    return row * preview->wrap + column;
}

static void order(uint64_t a, uint64_t b, uint64_t *ret_first, uint64_t *ret_count)
{
    *ret_first = min_u64(a, b);
    *ret_count = max_u64(a, b) - *ret_first + 1;
}

struct block preview_block(const struct preview *preview)
{
    struct block block;
    uint64_t row = preview->has_block ? preview->block_row : preview->cursor_row;
    uint64_t column = preview->has_block ? preview->block_column : preview->cursor_column;
    if (is_flat(preview)) {
        block.left = 0;
        block.columns = 1;
        order(element_at(preview, row, column),
              element_at(preview, preview->cursor_row, preview->cursor_column), &block.top, &block.rows);
        return block;
    }
    order(row, preview->cursor_row, &block.top, &block.rows);
    order(column, preview->cursor_column, &block.left, &block.columns);
    return block;
}

bool preview_block_holds(const struct preview *preview, uint64_t row, uint64_t column)
{
    struct block block = preview_block(preview);
    if (!preview->has_block)
        return false;
    if (is_flat(preview)) {
        row = element_at(preview, row, column);
        column = 0;
    }
    return row >= block.top && row - block.top < block.rows && column >= block.left &&
           column - block.left < block.columns;
}

void preview_block_text(const struct preview *preview, char *buf, size_t size)
{
    struct block block = preview_block(preview);
    if (is_flat(preview))
        snprintf(buf, size, "block of %" PRIu64, block.rows);
    else
        snprintf(buf, size, "block of %" PRIu64 " × %" PRIu64, block.rows, block.columns);
}

/* The page that holds it. */
static struct page page_of(const struct preview *preview, const struct block *block)
{
    struct page page = preview_page(preview);
    page.kept = 0;
    if (is_flat(preview)) {
        page.top = block->top / page.wrap;
        page.left = 0;
        page.rows = (uint32_t)((block->top + block->rows - 1) / page.wrap - page.top + 1);
        page.columns = (uint32_t)preview_grid_columns(preview);
        return page;
    }
    page.top = block->top;
    page.left = block->left;
    page.rows = (uint32_t)block->rows;
    page.columns = (uint32_t)block->columns;
    return page;
}

/* --- its text --- */

struct copy {
    char *text; /* owned */
    size_t length, room;
    bool cut; /* a value was too long to be read whole */
};

static void add(struct copy *copy, const char *text, char after)
{
    size_t length = strlen(text);
    copy->text = memory_grow(copy->text, &copy->room, copy->length + length + 2, 1);
    memcpy(copy->text + copy->length, text, length);
    copy->length += length;
    copy->text[copy->length++] = after;
    copy->text[copy->length] = '\0';
}

static void add_cell(struct copy *copy, const struct preview *preview, const uint8_t *cell, uint64_t column,
                     char after)
{
    char text[4 * PREVIEW_CELL_MAX * 4];
    size_t length =
        preview_cell_text(preview, cell, column, preview->hex ? NUMBER_HEX : NUMBER_FULL, text, sizeof text);
    static const char dots[] = "…";
    copy->cut |= length >= sizeof dots - 1 && length < sizeof text &&
                 strcmp(text + length - (sizeof dots - 1), dots) == 0;
    add(copy, text, after);
}

/* False where a cell is not in the page. */
static bool add_block(struct copy *copy, const struct preview *preview, const struct block *block,
                      const struct page *page, const uint8_t *cells, size_t cell_bytes)
{
    for (uint64_t i = 0; i < block->rows && copy->length <= CLIPBOARD_MAX; i++) {
        for (uint64_t j = 0; j < block->columns && copy->length <= CLIPBOARD_MAX; j++) {
            uint64_t row = block->top + i, column = block->left + j;
            if (is_flat(preview)) {
                column = row % page->wrap;
                row /= page->wrap;
            }
            size_t at = page_index(page, row, column);
            if (at == SIZE_MAX)
                return false;
            add_cell(copy, preview, cells + at * cell_bytes, column, j + 1 < block->columns ? '\t' : '\n');
        }
    }
    return true;
}

static void say_copied(struct preview *preview, const struct block *block, const struct copy *copy)
{
    const char *cut = copy->cut ? ", long ones cut" : "";
    if (block->rows == 1 && block->columns == 1)
        preview_say(preview, "copied: %.200s%s", copy->text, cut);
    else if (is_flat(preview))
        preview_say(preview, "%" PRIu64 " values copied, a line each%s", block->rows, cut);
    else
        preview_say(preview, "%" PRIu64 " × %" PRIu64 " values copied, tab-separated%s", block->rows,
                    block->columns, cut);
}

static void say_too_long(struct preview *preview)
{
    preview_say(preview, "not copied: a terminal takes %d bytes, and this is more (e saves it)",
                CLIPBOARD_MAX);
}

static void copy_from(struct preview *preview, const struct page *page, const uint8_t *cells,
                      size_t cell_bytes)
{
    struct block block = preview->copying;
    struct copy copy = {0};
    if (!add_block(&copy, preview, &block, page, cells, cell_bytes)) {
        preview_say(preview, "not copied: it is another matrix now");
    } else if (--copy.length > CLIPBOARD_MAX) {
        say_too_long(preview);
    } else {
        copy.text[copy.length] = '\0'; /* without the last line's end */
        say_copied(preview, &block, &copy);
        free(preview->copied);
        preview->copied = copy.text;
        copy.text = NULL;
        preview->has_block = false;
    }
    free(copy.text);
}

/* --- keys --- */

static void begin(struct preview *preview)
{
    preview->has_block = true;
    preview->block_row = preview->cursor_row;
    preview->block_column = preview->cursor_column;
    preview_say(preview, "a block begins here: move to its other end, then Y copies it (Esc: none)");
}

static void copy(struct preview *preview)
{
    struct block block = preview_block(preview);
    uint64_t cells;
    struct page page = preview_page(preview);
    if (page.rows == 0 || page.columns == 0) {
        preview_say(preview, "nothing to copy");
        return;
    }
    if (checked_mul_u64(block.rows, block.columns, &cells) || cells > BLOCK_CELLS_MAX) {
        say_too_long(preview);
        return;
    }
    preview->copying = block;
    page = page_of(preview, &block);
    if (preview->has_values && page_covers(&preview->page, &page)) {
        copy_from(preview, &preview->page, preview->cells, preview->cell_bytes);
        return;
    }
    if (preview->plight != PLIGHT_FINE) {
        preview_say(preview, "not copied: it can no longer be read");
        return;
    }
    preview->wants_copy = true;
}

enum preview_result preview_block_action(struct preview *preview, enum action action)
{
    bool usable = preview->has_matrix && preview_grid_rows(preview) > 0 && preview_grid_columns(preview) > 0;
    switch (action) {
    case ACTION_MARK_RANGE:
        if (usable)
            begin(preview);
        else
            preview_say(preview, "no cells for a block");
        return PREVIEW_USED;
    case ACTION_COPY:
        if (usable)
            copy(preview);
        else
            preview_say(preview, "nothing to copy");
        return PREVIEW_USED;
    case ACTION_CLOSE:
        if (!preview->has_block)
            return PREVIEW_UNUSED;
        preview->has_block = false;
        return PREVIEW_USED;
    default:
        return PREVIEW_UNUSED;
    }
}

/* --- reading --- */

bool preview_block_wants(struct preview *preview, struct page *ret_page)
{
    if (!preview->wants_copy)
        return false;
    *ret_page = page_of(preview, &preview->copying);
    preview->wants_copy = false;
    return true;
}

void preview_block_supply(struct preview *preview, const struct preview_reply *reply)
{
    if (reply->has_values && !reply->is_short && reply->generation == preview->generation)
        copy_from(preview, &reply->page, reply->cells, reply->cell_bytes);
    else
        preview_say(preview, "not copied: it is not what it was");
}

char *preview_take_copy(struct preview *preview)
{
    char *text = preview->copied;
    preview->copied = NULL;
    return text;
}
