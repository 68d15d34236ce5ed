#include "tui/view/table.h"

struct row *table_row(const struct table *table)
{
    return table->index < listing_count(table->listing) ? listing_at(table->listing, table->index) : NULL;
}

void table_go(struct table *table, const struct row *row)
{
    table->cursor = row->serial;
    table->index = listing_index(table->listing, row);
}

/* The cursor's place now; where its row is gone, the place stays and the row changes. */
static void follow(struct table *table, size_t count)
{
    if (table->cursor == 0) {
        table->index = 0;
        return;
    }
    const struct row *row = catalog_by_serial(table->catalog, table->cursor);
    size_t index = row ? listing_index(table->listing, row) : count;
    if (index < count) {
        table->index = index;
        return;
    }
    if (table->index >= count)
        table->index = count ? count - 1 : 0;
    const struct row *heir = count ? listing_at(table->listing, table->index) : NULL;
    if (heir)
        table->cursor = heir->serial;
}

/* Columns for what is on screen; wider where it came to need more. */
static void settle_columns(struct table *table, int width, const struct table_style *style)
{
    size_t count = listing_count(table->listing);
    if (table->width != width)
        table->need = (struct columns_need){0};
    table->width = width;
    for (size_t i = 0; i < table->height && table->top + i < count; i++) {
        const struct row *row = listing_at(table->listing, table->top + i);
        if (row)
            columns_need_row(&table->need, row, style);
    }
    columns_fit(&table->columns, width, &table->need, &table->choice, listing_sort_column(table->listing));
}

void table_settle(struct table *table, struct rect rect, const struct table_style *style)
{
    size_t count = listing_count(table->listing), before = table->index;
    size_t height = rect.height > 1 ? (size_t)rect.height - 1 : 0;
    follow(table, count);
    /* Rows that came or went above move the scroll, not the cursor's line; at the top, new rows are to be
     * seen. */
    if (table->top > 0 && table->index != before)
        table->top = table->top + table->index > before ? table->top + table->index - before : 0;
    table->height = height;
    if (table->index < table->top)
        table->top = table->index;
    if (height > 0 && table->index - table->top >= height)
        table->top = table->index - height + 1;
    size_t last = count > height ? count - height : 0;
    if (table->top > last)
        table->top = last;
    settle_columns(table, rect.width, style);
}

void table_measure(struct table *table)
{
    size_t count = catalog_count(table->catalog), shown = listing_count(table->listing);
    table->largest = 0;
    table->marked = table->hidden = 0;
    table->marked_bytes = 0;
    table->totals = (struct header_totals){0};
    for (size_t i = 0; i < count; i++) {
        const struct row *row = catalog_at(table->catalog, i);
        if (row->allocated > table->largest)
            table->largest = row->allocated;
        table->totals.count[row->state]++;
        table->totals.bytes[row->state] += row->counted ? row->allocated : 0;
        if (!row->marked)
            continue;
        if (listing_index(table->listing, row) >= shown) {
            table->hidden++;
            continue;
        }
        table->marked++;
        if (__builtin_add_overflow(table->marked_bytes, row->allocated, &table->marked_bytes))
            table->marked_bytes = UINT64_MAX;
    }
}

/* --- actions --- */

static void move_to(struct table *table, size_t index)
{
    size_t count = listing_count(table->listing);
    if (count == 0)
        return;
    table->index = index < count ? index : count - 1;
    const struct row *under = listing_at(table->listing, table->index);
    if (under)
        table->cursor = under->serial;
    /* The key moves the cursor within the page, so that settling does not take it for rows that came above.
     */
    if (table->index < table->top)
        table->top = table->index;
    if (table->height > 0 && table->index - table->top >= table->height)
        table->top = table->index - table->height + 1;
}

static void move_by(struct table *table, size_t rows, bool down)
{
    size_t index = table->index;
    if (down)
        index = index + rows;
    else
        index = index > rows ? index - rows : 0;
    move_to(table, index);
}

static void mark_one(struct table *table)
{
    struct row *row = table_row(table);
    if (!row)
        return;
    row->marked = !row->marked;
    move_by(table, 1, true);
    table_measure(table);
}

enum marking { MARK_ON, MARK_TURN };

static void mark_shown(struct table *table, enum marking marking)
{
    for (size_t i = 0; i < listing_count(table->listing); i++) {
        struct row *row = listing_at(table->listing, i);
        if (row)
            row->marked = marking == MARK_ON || !row->marked;
    }
    table_measure(table);
}

/* Hidden ones too: no mark is left behind. */
static void unmark(struct table *table)
{
    for (size_t i = 0; i < catalog_count(table->catalog); i++)
        catalog_at(table->catalog, i)->marked = false;
    table_measure(table);
}

static bool move_action(struct table *table, enum action action)
{
    size_t page = table->height > 1 ? table->height - 1 : 1, half = table->height > 2 ? table->height / 2 : 1;
    switch (action) {
    case ACTION_UP:
        move_by(table, 1, false);
        return true;
    case ACTION_DOWN:
        move_by(table, 1, true);
        return true;
    case ACTION_PAGE_UP:
        move_by(table, page, false);
        return true;
    case ACTION_PAGE_DOWN:
        move_by(table, page, true);
        return true;
    case ACTION_HALF_UP:
        move_by(table, half, false);
        return true;
    case ACTION_HALF_DOWN:
        move_by(table, half, true);
        return true;
    case ACTION_FIRST:
        move_to(table, 0);
        return true;
    case ACTION_LAST:
        move_to(table, SIZE_MAX);
        return true;
    default:
        return false;
    }
}

bool table_action(struct table *table, enum action action)
{
    switch (action) {
    case ACTION_MARK:
        mark_one(table);
        return true;
    case ACTION_MARK_ALL:
        mark_shown(table, MARK_ON);
        return true;
    case ACTION_MARK_INVERT:
        mark_shown(table, MARK_TURN);
        return true;
    case ACTION_UNMARK:
        unmark(table);
        return true;
    default:
        return move_action(table, action);
    }
}

/* --- drawing --- */

void table_draw(const struct table *table, struct cells *cells, struct rect rect,
                const struct table_style *style)
{
    const struct columns *columns = &table->columns;
    if (rect.height <= 0)
        return;
    columns_draw_headings(columns, cells, rect, listing_sort_column(table->listing),
                          listing_is_descending(table->listing));
    size_t count = listing_count(table->listing);
    for (int i = 1; i < rect.height && table->top + (size_t)i - 1 < count; i++) {
        size_t index = table->top + (size_t)i - 1;
        struct rect line = {rect.y + i, rect.x, 1, rect.width};
        const struct row *row = listing_at(table->listing, index);
        columns_draw_row(columns, cells, line, row, row->marked, table->largest, style);
        if (index == table->index)
            cells_tint(cells, line, -1, CELL_SELECTED);
    }
}
