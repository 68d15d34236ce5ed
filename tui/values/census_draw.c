/*
 * How the census looks: what it is of and how exact, headings, lines, and the line under the cursor in full.
 */
#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "core/sys/checked.h"
#include "tui/values/census_private.h"
#include "tui/view/words.h"

#define BAR 16

static bool is_complex(const struct dtype *dtype)
{
    return dtype->kind == DTYPE_COMPLEX;
}

/* --- how exact it is --- */

/* "65,536 of 1,000,000,000 columns", where not all are shown. */
static int draw_window(const struct drawing *drawing, int y, int x)
{
    const struct preview *preview = drawing->preview;
    char shown[WORDS_COUNT_MAX], all[WORDS_COUNT_MAX], text[2 * WORDS_COUNT_MAX + 64];
    uint64_t columns = preview_grid_columns(preview);
    if (preview->arrangement == ARRANGE_FLAT || preview->census->count == columns)
        return x;
    words_count(preview->census->count, shown);
    words_count(columns, all);
    snprintf(text, sizeof text, "%s of %s columns", shown, all);
    return preview_put(drawing, y, x, ROLE_WARN, 0, text) + 2;
}

static void ago_text(int64_t ms, char *buf, size_t size)
{
    char age[FORMAT_AGE_MAX];
    format_age(ms < 0 ? 0 : ms / 1000, age, sizeof age);
    snprintf(buf, size, "%s ago", age);
}

static int draw_exactness(const struct drawing *drawing, int y, int x)
{
    const struct census *census = drawing->preview->census;
    char looked[WORDS_COUNT_MAX], all[WORDS_COUNT_MAX], text[2 * WORDS_COUNT_MAX + 64], ago[24],
        time[WORDS_DURATION_MAX];
    uint64_t seen, elements = census_elements(drawing->preview, &seen);
    words_count(seen, looked);
    words_count(elements, all);
    if (seen == 0)
        return census->stopped ? x : preview_put(drawing, y, x, ROLE_DIM, 0, "looking…") + 2;
    if (!census_is_exact(census)) {
        snprintf(text, sizeof text, "sampled %s of %s", looked, all);
        return preview_put(drawing, y, x, ROLE_WARN, 0, text) + 2;
    }
    ago_text(drawing->preview->now - census->since, ago, sizeof ago);
    words_duration(census->took, time);
    snprintf(text, sizeof text, "exact, %s, %s", time, ago);
    x = preview_put(drawing, y, x, ROLE_DIM, 0, text) + 2;
    if (census->changed)
        x = preview_put(drawing, y, x, ROLE_WARN, 0, "values change: r reads anew") + 2;
    return x;
}

/* A bar of all parts together. */
static int draw_progress(const struct drawing *drawing, int y, int x)
{
    const struct census *census = drawing->preview->census;
    if (!census->out || !census->exact || census->total == 0 || x + BAR + 2 > preview_right_edge(drawing))
        return x;
    preview_draw_bar(drawing, y, x, BAR, census->done, census->total);
    char text[64];
    snprintf(text, sizeof text, "%3u%%", (unsigned)((double)census->done * 100 / (double)census->total));
    x = preview_put(drawing, y, x + BAR + 3, ROLE_TEXT, 0, text);
    if (census->part_count > 1) {
        snprintf(text, sizeof text, "of field %zu of %zu", census->part + 1, census->part_count);
        x = preview_put(drawing, y, x + 1, ROLE_DIM, 0, text);
    }
    return x + 2;
}

/* How complex numbers are looked at, where there are any. */
static void draw_magnitudes(const struct drawing *drawing, int y, int x)
{
    const struct preview *preview = drawing->preview;
    if (is_complex(&preview->matrix.dtype)) {
        preview_put(drawing, y, x, ROLE_DIM, 0, "of magnitudes");
        return;
    }
    for (uint64_t i = 0; preview->arrangement == ARRANGE_FIELDS && i < preview_grid_columns(preview); i++)
        if (preview_column_kind(preview, i) == DTYPE_COMPLEX) {
            preview_put(drawing, y, x, ROLE_DIM, 0, "complex ones by magnitude");
            return;
        }
}

/* a[17,:,:]  sampled 4,194,304 of 2,400,000,000  [█████──────]  41% */
static void draw_remark(const struct drawing *drawing, int y)
{
    const struct preview *preview = drawing->preview;
    const struct census *census = preview->census;
    char slice[128];
    int x = drawing->rect.x + 1;
    if (preview_has_slices(preview)) {
        preview_slice_text(drawing, slice, sizeof slice);
        x += cells_put_cut(drawing->cells, y, x, drawing->rect.width / 3, ROLE_STRONG, 0, slice) + 2;
    }
    if (census->trouble[0])
        x = preview_put(drawing, y, x, ROLE_BAD, 0, census->trouble) + 2;
    if (census->rewritten)
        x = preview_put(drawing, y, x, ROLE_WARN, 0, "it was written to meanwhile") + 2;
    x = draw_window(drawing, y, x);
    x = draw_exactness(drawing, y, x);
    x = draw_progress(drawing, y, x);
    draw_magnitudes(drawing, y, x);
}

/* --- the table --- */

/* Puts a figure into its column; returns the x behind it, or 0 where it does not fit. */
static int put(const struct drawing *drawing, int y, int x, enum census_figure figure, enum role role,
               uint8_t flags, const char *text)
{
    const struct preview *preview = drawing->preview;
    int width = preview->census->widths[figure], room = preview_right_edge(drawing) - x;
    bool first = figure == CENSUS_PLACE || figure == preview->census->left;
    if (room <= 0 || (width > room && !first))
        return 0;
    if (width > room)
        width = room;
    if (figure == CENSUS_PLACE && preview->arrangement != ARRANGE_PLANE)
        cells_put_cut(drawing->cells, y, x, width, role, flags, text);
    else
        cells_put_right(drawing->cells, y, x, width, role, flags, text);
    return x + width;
}

static enum census_figure next_figure(const struct census *census, enum census_figure figure)
{
    return figure == CENSUS_PLACE ? census->left : figure + 1;
}

static void draw_headings(const struct drawing *drawing, int y)
{
    const struct census *census = drawing->preview->census;
    cells_fill(drawing->cells, (struct rect){y, drawing->rect.x, 1, drawing->rect.width}, ROLE_TITLE,
               CELL_UNDERLINE, " ");
    int x = drawing->rect.x + 1;
    for (enum census_figure figure = 0; figure < CENSUS_FIGURES; figure = next_figure(census, figure)) {
        bool sorted = figure == census->sorted;
        char text[32];
        snprintf(text, sizeof text, "%s%s", census_heading(drawing->preview, figure),
                 !sorted              ? ""
                 : census->descending ? " ↓"
                                      : " ↑");
        x = put(drawing, y, x, figure, sorted ? ROLE_SORTED : ROLE_TITLE, CELL_UNDERLINE, text);
        if (x == 0)
            return;
        x += PREVIEW_GAP;
    }
}

static enum role role_of(const struct statistics *statistics, enum census_figure figure)
{
    const struct tally *tally = &statistics->tally;
    switch (figure) {
    case CENSUS_NAN:
        return tally->nan > 0 ? ROLE_NAN : ROLE_DIM;
    case CENSUS_INF:
        return tally->posinf + tally->neginf > 0 ? ROLE_INF : ROLE_DIM;
    case CENSUS_ZEROS:
        return tally->zeros > 0 ? ROLE_TEXT : ROLE_DIM;
    default:
        return tally->finite > 0 ? ROLE_TEXT : ROLE_DIM;
    }
}

/* A field that has no statistics: what it is instead. */
static void draw_type(const struct drawing *drawing, int y, int x, uint64_t line, uint8_t flags)
{
    char name[DTYPE_NAME_MAX];
    const struct preview *preview = drawing->preview;
    struct dtype dtype = preview->matrix.dtype;
    if (preview->arrangement == ARRANGE_FIELDS)
        dtype = dtype_field_at(&preview->matrix.dtype, preview->census->first + line).dtype;
    dtype_name(&dtype, name);
    cells_put_cut(drawing->cells, y, x, preview_right_edge(drawing) - x, ROLE_TYPE, flags, name);
}

static void draw_line(const struct drawing *drawing, int y, uint64_t line, enum role place, uint8_t flags)
{
    const struct preview *preview = drawing->preview;
    const struct census *census = preview->census;
    const struct statistics *statistics = census_line(census, line);
    char text[CENSUS_TEXT_MAX];
    int x = drawing->rect.x + 1;
    if (flags)
        cells_fill(drawing->cells, (struct rect){y, drawing->rect.x, 1, drawing->rect.width}, ROLE_TEXT,
                   flags, " ");
    for (enum census_figure figure = 0; figure < CENSUS_FIGURES; figure = next_figure(census, figure)) {
        enum role role = figure == CENSUS_PLACE ? place : statistics ? role_of(statistics, figure) : ROLE_DIM;
        census_text(preview, line, figure, preview->style, text);
        x = put(drawing, y, x, figure, drawing->old ? ROLE_DIM : role, flags, text);
        if (x == 0)
            return;
        x += PREVIEW_GAP;
        if (figure == CENSUS_PLACE && line != CENSUS_WHOLE &&
            census->parts[census_part_of(census, line)] == CENSUS_WITHOUT) {
            draw_type(drawing, y, x, line, flags);
            return;
        }
    }
}

static void draw_lines(const struct drawing *drawing, int y, int rows)
{
    const struct preview *preview = drawing->preview;
    const struct census *census = preview->census;
    uint64_t cursor = census_cursor_line(preview);
    enum role place = preview->arrangement == ARRANGE_FIELDS ? ROLE_TEXT : ROLE_DIM;
    for (int i = 0; i < rows && census->top + (uint64_t)i < census->count; i++) {
        uint64_t line = census->order[census->top + (uint64_t)i];
        bool here = line == cursor;
        draw_line(drawing, y + i, line, here ? ROLE_STRONG : place, here ? CELL_SELECTED : 0);
    }
}

static void draw_table(const struct drawing *drawing, int y, const struct census_rows *rows)
{
    if (rows->headings)
        draw_headings(drawing, y++);
    if (rows->whole)
        draw_line(drawing, y++, CENSUS_WHOLE, ROLE_STRONG, 0);
    draw_lines(drawing, y, rows->lines);
}

void census_draw(struct drawing *drawing, int y)
{
    const struct preview *preview = drawing->preview;
    struct census_rows rows = census_rows_of(preview);
    bool current = census_is_current(preview);
    if (rows.title)
        preview_draw_title(drawing, y++);
    if (rows.remark && preview_has_remark(preview) && !preview->hex)
        preview_draw_remark(drawing, y++);
    else if (rows.remark && current)
        draw_remark(drawing, y++);
    else
        y += rows.remark;
    if (current && preview->census->count > 0)
        draw_table(drawing, y, &rows);
    else if (current)
        preview_put(drawing, y, drawing->rect.x + 1, ROLE_DIM, 0, "no columns");
}

/* --- the line under the cursor --- */

/* column 17: min -1.4142135623730951  mean 0.5  max 3.0 … */
void census_draw_bottom(const struct drawing *drawing, int y)
{
    const struct preview *preview = drawing->preview;
    const struct census *census = preview->census;
    char text[CENSUS_TEXT_MAX];
    if (!census_is_current(preview) || census->count == 0)
        return;
    uint64_t line = census_cursor_line(preview);
    const struct statistics *statistics = census_line(census, line);
    int x = drawing->rect.x + 1;
    if (preview->arrangement != ARRANGE_FLAT)
        x = preview_put(drawing, y, x, ROLE_DIM, 0, census_heading(preview, CENSUS_PLACE)) + 1;
    census_text(preview, line, CENSUS_PLACE, NUMBER_FULL, text);
    x = preview_put(drawing, y, x, ROLE_STRONG, CELL_BOLD, text) + 2;
    for (enum census_figure figure = CENSUS_MIN; statistics && figure < CENSUS_FIGURES; figure++) {
        census_text(preview, line, figure, NUMBER_FULL, text);
        x = preview_put(drawing, y, x, ROLE_DIM, 0, census_heading(preview, figure)) + 1;
        x = preview_put(drawing, y, x, role_of(statistics, figure), 0, text) + 2;
    }
}
