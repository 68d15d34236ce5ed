#include "tui/view/table.h"

#include <stdio.h>

struct row *table_row(const struct table *table)
{
    return groups_row(table->groups, table->index);
}

const struct group *table_group(const struct table *table)
{
    return groups_heading(table->groups, table->index);
}

/* The cursor is on whatever stands on its line. */
static void hold_line(struct table *table)
{
    const struct group *group = table_group(table);
    const struct row *row = group ? NULL : table_row(table);
    table->on_heading = group != NULL;
    if (group)
        table->heading = group->key;
    if (group || row)
        table->cursor = row ? row->serial : 0;
}

void table_go(struct table *table, const struct row *row)
{
    size_t line = groups_line(table->groups, row);
    const struct group *group = groups_heading(table->groups, line);
    if (group) {
        groups_fold(table->groups, group->key, false);
        line = groups_line(table->groups, row);
    }
    table->on_heading = false;
    table->cursor = row->serial;
    table->index = line;
}

/* The cursor's line now; groups_lines where what it was on is gone. */
static size_t cursor_line(const struct table *table)
{
    if (table->on_heading)
        return groups_find(table->groups, table->heading);
    if (table->cursor == 0)
        return 0;
    const struct row *row = catalog_by_serial(table->catalog, table->cursor);
    return row ? groups_line(table->groups, row) : groups_lines(table->groups);
}

/* Where its row is gone, the place stays and the row changes. */
static void follow(struct table *table, size_t count)
{
    size_t line = cursor_line(table);
    if (line < count)
        table->index = line;
    else if (table->index >= count)
        table->index = count ? count - 1 : 0;
    if (table->cursor || table->on_heading)
        hold_line(table);
}

/* A range whose first row is gone is none. */
static void check_range(struct table *table)
{
    const struct row *row = table->anchor ? catalog_by_serial(table->catalog, table->anchor) : NULL;
    if (!row || groups_line(table->groups, row) >= groups_lines(table->groups))
        table->anchor = 0;
}

/* Columns for what is on screen; wider where it came to need more. */
static void settle_columns(struct table *table, int width, const struct table_style *style)
{
    if (table->width != width)
        table->need = (struct columns_need){0};
    table->width = width;
    for (size_t i = 0; i < table->height; i++) {
        const struct row *row = groups_row(table->groups, table->top + i);
        if (row)
            columns_need_row(&table->need, row, style);
    }
    columns_fit(&table->columns, width, &table->need, &table->choice, listing_sort_column(table->listing));
}

void table_settle(struct table *table, struct rect rect, const struct table_style *style)
{
    size_t count = groups_lines(table->groups), before = table->index;
    size_t height = rect.height > 1 ? (size_t)rect.height - 1 : 0;
    follow(table, count);
    check_range(table);
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

static void add_bytes(uint64_t *sum, uint64_t bytes)
{
    if (__builtin_add_overflow(*sum, bytes, sum))
        *sum = UINT64_MAX;
}

void table_measure(struct table *table)
{
    size_t count = catalog_count(table->catalog), shown = listing_count(table->listing);
    table->largest = 0;
    table->marked = table->hidden = 0;
    table->marked_bytes = 0;
    for (size_t i = 0; i < count; i++) {
        const struct row *row = catalog_at(table->catalog, i);
        if (row->allocated > table->largest)
            table->largest = row->allocated;
        if (!row->marked)
            continue;
        if (listing_index(table->listing, row) >= shown) {
            table->hidden++;
            continue;
        }
        table->marked++;
        add_bytes(&table->marked_bytes, row->allocated);
    }
    groups_measure(table->groups);
}

/* --- moving --- */

static void move_to(struct table *table, size_t index)
{
    size_t count = groups_lines(table->groups);
    if (count == 0)
        return;
    table->index = index < count ? index : count - 1;
    hold_line(table);
    /* The key moves the cursor within the page, so that settling does not take it for rows that came above.
     */
    if (table->index < table->top)
        table->top = table->index;
    if (table->height > 0 && table->index - table->top >= table->height)
        table->top = table->index - table->height + 1;
}

static void move_by(struct table *table, size_t lines, bool down)
{
    size_t index = table->index;
    if (down)
        index = index + lines;
    else
        index = index > lines ? index - lines : 0;
    move_to(table, index);
}

static void fold(struct table *table, const struct group *group, bool folded)
{
    groups_fold(table->groups, group->key, folded);
    move_to(table, groups_find(table->groups, group->key));
}

/* From a row to its heading, from there into itself. */
static bool go_left(struct table *table)
{
    const struct group *group = groups_around(table->groups, table->index);
    if (!group)
        return false;
    if (group->line != table->index)
        move_to(table, group->line);
    else
        fold(table, group, true);
    return true;
}

static bool go_right(struct table *table)
{
    const struct group *group = groups_around(table->groups, table->index);
    if (!group)
        return false;
    if (group->folded)
        fold(table, group, false);
    else if (group->line == table->index)
        move_by(table, 1, true);
    return true;
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
    case ACTION_LEFT:
        return go_left(table);
    case ACTION_RIGHT:
        return go_right(table);
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

/* --- marking --- */

/* All rows of a group, or none where all are; on to the next heading. */
static void mark_group(struct table *table, const struct group *group)
{
    bool on = false;
    for (size_t i = 0; i < group->count && !on; i++) {
        const struct row *row = groups_member(table->groups, group, i);
        on = row && !row->marked;
    }
    for (size_t i = 0; i < group->count; i++) {
        struct row *row = groups_member(table->groups, group, i);
        if (row)
            row->marked = on;
    }
    move_by(table, 1 + (group->folded ? 0 : group->count), true);
}

static void mark_one(struct table *table)
{
    const struct group *group = table_group(table);
    struct row *row = table_row(table);
    if (group)
        mark_group(table, group);
    if (row) {
        row->marked = !row->marked;
        move_by(table, 1, true);
    }
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

/* --- a range of marks --- */

/* The lines of the range, the last included; false: there is none. */
static bool range_lines(const struct table *table, size_t *ret_first, size_t *ret_last)
{
    const struct row *anchor = table->anchor ? catalog_by_serial(table->catalog, table->anchor) : NULL;
    if (!anchor)
        return false;
    size_t line = groups_line(table->groups, anchor);
    *ret_first = line < table->index ? line : table->index;
    *ret_last = line < table->index ? table->index : line;
    return true;
}

size_t table_range(const struct table *table, uint64_t *ret_bytes)
{
    size_t first, last, n = 0;
    *ret_bytes = 0;
    if (!range_lines(table, &first, &last))
        return 0;
    for (size_t i = first; i <= last; i++) {
        const struct row *row = groups_row(table->groups, i);
        if (!row)
            continue;
        n++;
        add_bytes(ret_bytes, row->allocated);
    }
    return n;
}

void table_end_range(struct table *table, bool mark)
{
    size_t first, last;
    if (mark && range_lines(table, &first, &last)) {
        for (size_t i = first; i <= last; i++) {
            struct row *row = groups_row(table->groups, i);
            if (row)
                row->marked = true;
        }
        table_measure(table);
    }
    table->anchor = 0;
}

static void begin_range(struct table *table)
{
    const struct row *row = table_row(table);
    if (row)
        table_go(table, row);
    table->anchor = row ? row->serial : 0;
}

bool table_action(struct table *table, enum action action)
{
    switch (action) {
    case ACTION_MARK:
        mark_one(table);
        return true;
    case ACTION_MARK_RANGE:
        begin_range(table);
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
    size_t first = 1, last = 0;
    if (rect.height <= 0)
        return;
    columns_draw_headings(columns, cells, rect, listing_sort_column(table->listing),
                          listing_is_descending(table->listing));
    bool ranging = range_lines(table, &first, &last);
    for (int i = 1; i < rect.height; i++) {
        size_t index = table->top + (size_t)i - 1;
        struct rect line = {rect.y + i, rect.x, 1, rect.width};
        const struct group *group = groups_heading(table->groups, index);
        const struct row *row = groups_row(table->groups, index);
        bool marked = row && (row->marked || (ranging && index >= first && index <= last));
        if (group)
            columns_draw_group(columns, cells, line, group, groups_by(table->groups), style);
        if (row)
            columns_draw_row(columns, cells, line, row, marked, table->largest, style);
        if (index == table->index && (group || row))
            cells_tint(cells, line, -1, CELL_SELECTED);
    }
}
