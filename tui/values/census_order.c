/*
 * The lines of the census: their figures as text and as numbers to be sorted by, and what of them fits.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/segment/name.h"
#include "core/sys/memory.h"
#include "tui/term/width.h"
#include "tui/values/census_private.h"

/* --- text --- */

static bool is_count(enum census_figure figure)
{
    return figure >= CENSUS_NAN;
}

static uint64_t count_of(const struct tally *tally, enum census_figure figure)
{
    return figure == CENSUS_NAN   ? tally->nan
           : figure == CENSUS_INF ? tally->posinf + tally->neginf
                                  : tally->zeros;
}

const char *census_heading(const struct preview *preview, enum census_figure figure)
{
    static const char *const names[] = {"", "min", "mean", "max", "std", "nan", "inf", "zeros"};
    static const char *const magnitudes[] = {"", "|min|", "|mean|", "|max|", "|std|", "nan", "inf", "zeros"};
    if (figure == CENSUS_PLACE)
        return preview->arrangement == ARRANGE_FIELDS  ? "field"
               : preview->arrangement == ARRANGE_PLANE ? "column"
                                                       : "";
    bool complex = preview->has_matrix && preview->matrix.dtype.kind == DTYPE_COMPLEX;
    return complex ? magnitudes[figure] : names[figure];
}

static void place_text(const struct preview *preview, uint64_t line, char *buf, size_t size)
{
    if (line == CENSUS_WHOLE)
        snprintf(buf, size, "%s", preview->census->count < preview_grid_columns(preview) ? "these" : "all");
    else if (preview->arrangement == ARRANGE_FLAT)
        snprintf(buf, size, "%s", preview->hex ? "bytes" : "all");
    else
        preview_column_heading(preview, preview->census->first + line, buf, size);
}

void census_text(const struct preview *preview, uint64_t line, enum census_figure figure,
                 enum number_style style, char buf[CENSUS_TEXT_MAX])
{
    const struct statistics *statistics = census_line(preview->census, line);
    buf[0] = '\0';
    if (figure == CENSUS_PLACE) {
        place_text(preview, line, buf, CENSUS_TEXT_MAX);
        return;
    }
    if (!statistics)
        return;
    const struct tally *tally = &statistics->tally;
    if (is_count(figure))
        snprintf(buf, CENSUS_TEXT_MAX, "%" PRIu64, count_of(tally, figure));
    else if (tally->finite == 0)
        snprintf(buf, CENSUS_TEXT_MAX, "-");
    else if (figure == CENSUS_MEAN)
        preview_double_text(tally->mean, style, buf, CENSUS_TEXT_MAX);
    else if (figure == CENSUS_STD)
        preview_double_text(statistics->std, style, buf, CENSUS_TEXT_MAX);
    else
        statistics_value_text(statistics, figure == CENSUS_MAX, style, buf, CENSUS_TEXT_MAX);
}

/* --- order --- */

struct sort_key {
    long double value; /* holds every integer of 64 bits and every double */
    bool none;
    uint32_t line;
};

static long double extreme(const struct statistics *statistics, bool max)
{
    const union tally_value *value = max ? &statistics->tally.max : &statistics->tally.min;
    switch (statistics->value.kind) {
    case DTYPE_INT:
        return value->i;
    case DTYPE_UINT:
    case DTYPE_BOOL:
        return value->u;
    default:
        return value->f;
    }
}

static long double value_of(const struct statistics *statistics, enum census_figure figure)
{
    switch (figure) {
    case CENSUS_MIN:
    case CENSUS_MAX:
        return extreme(statistics, figure == CENSUS_MAX);
    case CENSUS_MEAN:
        return statistics->tally.mean;
    case CENSUS_STD:
        return statistics->std;
    default:
        return count_of(&statistics->tally, figure);
    }
}

static struct sort_key key_of(const struct census *census, uint32_t line)
{
    const struct statistics *statistics = census_line(census, line);
    struct sort_key key = {.line = line};
    if (census->sorted == CENSUS_PLACE)
        key.value = line;
    else if (!statistics || (!is_count(census->sorted) && statistics->tally.finite == 0))
        key.none = true;
    else
        key.value = value_of(statistics, census->sorted);
    key.none |= isnan(key.value);
    return key;
}

/* What has no such number comes last either way; equal ones stay in the order of their places. */
static int compare(const void *a, const void *b, void *descending)
{
    const struct sort_key *left = a, *right = b;
    if (left->none != right->none)
        return left->none - right->none;
    if (!left->none && left->value != right->value) {
        int order = left->value < right->value ? -1 : 1;
        return *(const bool *)descending ? -order : order;
    }
    return left->line < right->line ? -1 : left->line > right->line;
}

void census_sort(struct census *census)
{
    struct sort_key *keys = memory_new((size_t)(census->count + 1) * sizeof *keys);
    for (uint64_t line = 0; line < census->count; line++)
        keys[line] = key_of(census, (uint32_t)line);
    qsort_r(keys, (size_t)census->count, sizeof *keys, compare, &census->descending);
    for (uint64_t rank = 0; rank < census->count; rank++)
        census->order[rank] = keys[rank].line;
    free(keys);
}

uint64_t census_rank_of(const struct census *census, uint64_t line)
{
    uint64_t rank = 0;
    while (rank + 1 < census->count && census->order[rank] != line)
        rank++;
    return rank;
}

/* --- what fits --- */

struct census_rows census_rows_of(const struct preview *preview)
{
    struct census_rows rows = {0};
    bool *const wanted[] = {&rows.bottom, &rows.title, &rows.headings, &rows.remark, &rows.whole};
    int left = preview->height - 1; /* a line goes before all */
    bool several = preview->arrangement == ARRANGE_PLANE;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        *wanted[i] = left > 0 && (wanted[i] != &rows.whole || several);
        left -= *wanted[i];
    }
    rows.lines = left + 1 > 0 ? left + 1 : 0;
    return rows;
}

static void widen(int *width, const char *text)
{
    int needed = text_width(text);
    if (needed > *width)
        *width = needed;
}

static void learn_line(struct preview *preview, uint64_t line)
{
    struct census *census = preview->census;
    char text[CENSUS_TEXT_MAX];
    for (enum census_figure figure = 0; figure < CENSUS_FIGURES; figure++) {
        census_text(preview, line, figure, preview->style, text);
        widen(&census->widths[figure], text);
    }
}

/* They only grow while it is of the same slice, so that nothing jumps. */
static void learn_widths(struct preview *preview)
{
    struct census *census = preview->census;
    if (census->style != preview->style)
        memset(census->widths, 0, sizeof census->widths);
    census->style = preview->style;
    for (enum census_figure figure = 0; figure < CENSUS_FIGURES; figure++) {
        int heading = text_width(census_heading(preview, figure)) + 2; /* an arrow behind it */
        if (census->widths[figure] < heading)
            census->widths[figure] = heading;
    }
    if (preview->arrangement == ARRANGE_PLANE)
        learn_line(preview, CENSUS_WHOLE);
    for (int i = 0; i < census->rows && census->top + (uint64_t)i < census->count; i++)
        learn_line(preview, census->order[census->top + (uint64_t)i]);
    if (census->widths[CENSUS_PLACE] > CENSUS_NAME_MAX)
        census->widths[CENSUS_PLACE] = CENSUS_NAME_MAX;
}

static void settle_rows(struct preview *preview)
{
    struct census *census = preview->census;
    uint64_t rank = census_rank_of(census, census_cursor_line(preview));
    uint64_t shown = census->rows > 0 ? (uint64_t)census->rows : 1;
    uint64_t last = census->count > shown ? census->count - shown : 0;
    if (census->top > last)
        census->top = last;
    if (rank < census->top)
        census->top = rank;
    if (rank - census->top >= shown)
        census->top = rank - shown + 1;
}

int census_width_from(const struct census *census, enum census_figure left)
{
    int width = 1 + census->widths[CENSUS_PLACE];
    for (enum census_figure figure = left; figure < CENSUS_FIGURES; figure++)
        width += PREVIEW_GAP + census->widths[figure];
    return width;
}

static bool is_on_screen(const struct preview *preview, enum census_figure figure)
{
    const struct census *census = preview->census;
    int x = 1 + census->widths[CENSUS_PLACE];
    for (enum census_figure at = census->left; at <= figure; at++)
        x += PREVIEW_GAP + census->widths[at];
    return figure < census->left || figure == census->left || x <= preview->breadth;
}

/* No further to the right than needed; and what it is sorted by is seen, after a key that sorts. */
static void settle_figures(struct preview *preview)
{
    struct census *census = preview->census;
    if (census->left < CENSUS_MIN)
        census->left = CENSUS_MIN;
    while (census->left > CENSUS_MIN && census_width_from(census, census->left - 1) <= preview->breadth)
        census->left--;
    while (census->reveal && census->left < CENSUS_ZEROS && !is_on_screen(preview, census->sorted))
        census->left++;
    census->reveal = false;
}

void census_settle_layout(struct preview *preview)
{
    preview->census->rows = census_rows_of(preview).lines;
    if (preview->census->count == 0)
        return;
    settle_rows(preview);
    learn_widths(preview);
    settle_figures(preview);
}
