/*
 * How the statistics below the grid look: a rule that says what they are of, and a row each. A number takes
 * the format of the cells above it as far as it fits; what is computed, and so no value of the matrix, may be
 * rounded.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/values/preview_private.h"
#include "tui/view/words.h"

#define MEAN_WIDTH    4 /* before it is known: so that less jumps then */
#define LABEL_WIDTH   7 /* "nan/inf" */
#define ROWS_WITH_STD 6
#define DIGITS        4 /* significant ones that are left of what is rounded for room */

enum figure_row { ROW_MIN, ROW_MEAN, ROW_MAX, ROW_STD, ROW_COUNTS, ROW_ZEROS };

/* --- numbers --- */

static enum number_style style_of_figures(const struct preview *preview)
{
    return preview->style == NUMBER_HEX ? NUMBER_SHORT : preview->style; /* bits are those of values */
}

/* Digits before the point are enough of them, and a power says less. */
static bool can_be_whole(double value)
{
    return (fabs(value) >= 1000 || value == floor(value)) && fabs(value) < 1e15;
}

/* Rounded as far as enough is left of it; what then is too wide is cut as cells are. */
static void rounded_text(double value, enum number_style style, int width, char *buf, size_t size)
{
    preview_double_text(value, style, buf, size);
    if (text_width(buf) > width)
        preview_double_text(value, NUMBER_SHORT, buf, size);
    if (text_width(buf) > width && can_be_whole(value))
        snprintf(buf, size, "%.0f", value);
    if (text_width(buf) > width)
        snprintf(buf, size, "%.*g", DIGITS, value);
}

/* Columns that it needs to be told in short. */
static int short_width(double value)
{
    char text[PREVIEW_TEXT_MAX], whole[PREVIEW_TEXT_MAX];
    preview_double_text(value, NUMBER_SHORT, text, sizeof text);
    if (!can_be_whole(value))
        return text_width(text);
    snprintf(whole, sizeof whole, "%.0f", value);
    return text_width(whole) < text_width(text) ? text_width(whole) : text_width(text);
}

/* A value of the matrix: whole, or not at all. */
static void value_text(const struct statistics *statistics, bool max, enum number_style style, int width,
                       char *buf, size_t size)
{
    statistics_value_text(statistics, max, style, buf, size);
    if (text_width(buf) > width && style != NUMBER_HEX)
        statistics_value_text(statistics, max, NUMBER_SHORT, buf, size);
}

static void count_text(uint64_t count, bool exactly, char *buf, size_t size)
{
    static const char units[] = " kMGTPE";
    double value = (double)count;
    int unit = 0;
    for (; value >= 1000 && units[unit + 1]; unit++)
        value /= 1000;
    if (exactly || unit == 0)
        snprintf(buf, size, "%" PRIu64, count);
    else
        snprintf(buf, size, value < 10 ? "%.1f%c" : "%.0f%c",
                 value < 10 ? floor(value * 10) / 10 : floor(value), units[unit]);
}

/* "171/0" */
static void counts_text(const struct tally *tally, int width, char *buf, size_t size)
{
    char nan[24], inf[24];
    for (int exactly = 1; exactly >= 0; exactly--) {
        count_text(tally->nan, exactly, nan, sizeof nan);
        count_text(tally->posinf + tally->neginf, exactly, inf, sizeof inf);
        snprintf(buf, size, "%s/%s", nan, inf);
        if (text_width(buf) <= width)
            return;
    }
}

static bool has_counts(enum dtype_kind kind)
{
    return kind == DTYPE_FLOAT || kind == DTYPE_COMPLEX;
}

static void zeros_text(uint64_t zeros, int width, char *buf, size_t size)
{
    count_text(zeros, true, buf, size);
    if (text_width(buf) > width)
        count_text(zeros, false, buf, size);
}

static void figure_text(const struct preview *preview, const struct statistics *statistics,
                        enum figure_row row, int width, char *buf, size_t size)
{
    buf[0] = '\0';
    if (row == ROW_ZEROS)
        zeros_text(statistics->tally.zeros, width, buf, size);
    else if (row == ROW_COUNTS)
        counts_text(&statistics->tally, width, buf, size);
    else if (statistics->tally.finite == 0)
        snprintf(buf, size, "-");
    else if (row == ROW_MIN || row == ROW_MAX)
        value_text(statistics, row == ROW_MAX, preview->style, width, buf, size);
    else
        rounded_text(row == ROW_MEAN ? statistics->tally.mean : statistics->std, style_of_figures(preview),
                     width, buf, size);
}

static int wider(int width, int other)
{
    return other > width ? other : width;
}

int preview_figure_width(const struct preview *preview, uint64_t column)
{
    const struct figure *figure = preview_figure(preview, column);
    int width = MEAN_WIDTH, rows = preview_figures_rows(preview);
    char text[PREVIEW_TEXT_MAX];
    if (preview->arrangement == ARRANGE_FLAT || rows == 0 || !preview_has_figures(preview, column))
        return 0;
    if (!figure)
        return width;
    const struct statistics *statistics = &figure->statistics;
    for (int max = 0; max < 2 && statistics->tally.finite > 0; max++) {
        statistics_value_text(statistics, max, preview->style, text, sizeof text);
        width = wider(width, text_width(text));
    }
    if (statistics->tally.finite > 0) {
        width = wider(width, short_width(statistics->tally.mean));
        width = rows < ROWS_WITH_STD ? width : wider(width, short_width(statistics->std));
    }
    if (has_counts(preview_column_kind(preview, column))) {
        counts_text(&statistics->tally, 0, text, sizeof text); /* rounded, but there */
        width = wider(width, text_width(text));
    }
    return width;
}

static enum role role_of(const struct drawing *drawing, const struct statistics *statistics,
                         enum figure_row row)
{
    const struct tally *tally = &statistics->tally;
    bool is_value = row != ROW_COUNTS && row != ROW_ZEROS;
    if (drawing->old || (is_value && tally->finite == 0) || (row == ROW_ZEROS && tally->zeros == 0))
        return ROLE_DIM;
    if (row != ROW_COUNTS)
        return ROLE_TEXT;
    return tally->nan > 0 ? ROLE_NAN : tally->posinf + tally->neginf > 0 ? ROLE_INF : ROLE_DIM;
}

/* --- the rule --- */

/* Of what is shown: whether any is known, sampled, written to meanwhile. */
struct summary {
    bool any, sampled, rewritten, complex;
    uint64_t looked, of; /* elements of a column, of those of one that was sampled */
};

static struct summary sum_up(const struct drawing *drawing)
{
    const struct preview *preview = drawing->preview;
    struct summary summary = {0};
    for (uint32_t i = 0; i < drawing->page.columns; i++) {
        uint64_t column = page_column(&drawing->page, i);
        const struct figure *figure = preview_figure(preview, column);
        if (!figure)
            continue;
        const struct statistics *statistics = &figure->statistics;
        summary.any = true;
        summary.rewritten |= statistics->rewritten;
        summary.complex |= preview_column_kind(preview, column) == DTYPE_COMPLEX;
        if (statistics->sampled && !summary.sampled) {
            summary.sampled = true;
            summary.looked = statistics->tally.count;
        }
    }
    summary.of = preview->arrangement == ARRANGE_FLAT ? preview->matrix.shape[0] : preview_grid_rows(preview);
    return summary;
}

static void rule_text(const struct drawing *drawing, char *buf, size_t size)
{
    const struct preview *preview = drawing->preview;
    struct figures_state state = preview_figures_state(preview);
    struct summary summary = sum_up(drawing);
    bool flat = preview->arrangement == ARRANGE_FLAT;
    const char *each = flat ? "" : preview->arrangement == ARRANGE_FIELDS ? "each field, " : "each column, ";
    const char *what = flat ? "element" : "row", *many = summary.of == 1 ? "" : "s";
    char looked[WORDS_COUNT_MAX], of[WORDS_COUNT_MAX];
    size_t n = 0;
    words_count(summary.looked, looked);
    words_count(summary.of, of);
    if (!summary.any) {
        snprintf(buf, size, " %s ", state.failure && *state.failure ? state.failure : "statistics …");
        return;
    }
    if (summary.sampled)
        n = (size_t)snprintf(buf, size, " %ssampled: %s of %s %s%s", each, looked, of, what, many);
    else
        n = (size_t)snprintf(buf, size, " %s%s%s %s%s", each, summary.of == 1 ? "" : "all ", of, what, many);
    if (summary.complex && n < size)
        n += (size_t)snprintf(buf + n, size - n, ", magnitudes");
    if (summary.rewritten && n < size)
        n += (size_t)snprintf(buf + n, size - n, ", written to meanwhile");
    if (state.under_way && summary.sampled && state.total > 0 && n < size)
        n += (size_t)snprintf(buf + n, size - n, ", exact: %.0f %%",
                              100.0 * (double)state.done / (double)state.total);
    if (n < size)
        snprintf(buf + n, size - n, " ");
}

static void draw_rule(const struct drawing *drawing, int y)
{
    char text[ERROR_TEXT_MAX + 160];
    cells_rule(drawing->cells, y, drawing->rect.x, drawing->rect.width, ROLE_RULE);
    rule_text(drawing, text, sizeof text);
    preview_put(drawing, y, drawing->rect.x + drawing->heading + 1, ROLE_DIM, 0, text);
}

/* --- rows --- */

static void draw_figure(const struct drawing *drawing, int y, uint32_t i, enum figure_row row)
{
    const struct preview *preview = drawing->preview;
    uint64_t column = page_column(&drawing->page, i);
    const struct figure *figure = preview_figure(preview, column);
    enum dtype_kind kind = preview_column_kind(preview, column);
    int width = preview_column_width(preview, column), x = preview_column_x(drawing, i);
    char text[PREVIEW_TEXT_MAX];
    if (!figure || (row == ROW_COUNTS && !has_counts(kind)))
        return;
    figure_text(preview, &figure->statistics, row, width, text, sizeof text);
    preview_put_value(drawing, y, x, width, column, role_of(drawing, &figure->statistics, row), 0, text);
}

static void draw_row(const struct drawing *drawing, int y, enum figure_row row)
{
    static const char *const labels[] = {"min", "mean", "max", "std", "nan/inf", "zeros"};
    int width = drawing->heading > LABEL_WIDTH ? drawing->heading : LABEL_WIDTH;
    if (text_width(labels[row]) <= drawing->heading)
        width = drawing->heading;
    if (width > drawing->rect.width)
        width = drawing->rect.width;
    cells_put_right(drawing->cells, y, drawing->rect.x, width, ROLE_DIM, 0, labels[row]);
    for (uint32_t i = 0; i < drawing->page.columns; i++) {
        int x = preview_column_x(drawing, i);
        if (!preview_column_is_visible(drawing, i, x))
            break;
        draw_figure(drawing, y, i, row);
    }
}

static int put_labelled(const struct drawing *drawing, int y, int x, const char *label, enum role role,
                        const char *text)
{
    x = preview_put(drawing, y, x, ROLE_DIM, 0, label);
    return preview_put(drawing, y, x + 1, role, 0, text) + 2;
}

/* One dimension has one line of them. */
static void draw_line(const struct drawing *drawing, int y)
{
    static const char *const labels[] = {"min", "mean", "max", "std"};
    const struct preview *preview = drawing->preview;
    const struct figure *figure = preview_figure(preview, 0);
    char text[PREVIEW_TEXT_MAX];
    int x = drawing->rect.x + 1;
    if (!figure)
        return;
    const struct tally *tally = &figure->statistics.tally;
    for (enum figure_row row = ROW_MIN; row <= ROW_STD; row++) {
        figure_text(preview, &figure->statistics, row, 26, text, sizeof text);
        x = put_labelled(drawing, y, x, labels[row], role_of(drawing, &figure->statistics, row), text);
    }
    const struct {
        const char *label;
        uint64_t count;
        enum role role;
    } counts[] = {{"nan", tally->nan, ROLE_NAN},
                  {"inf", tally->posinf + tally->neginf, ROLE_INF},
                  {"zeros", tally->zeros, ROLE_TEXT}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        words_count(counts[i].count, text);
        enum role role = counts[i].count == 0 || drawing->old ? ROLE_DIM : counts[i].role;
        x = put_labelled(drawing, y, x, counts[i].label, role, text);
    }
}

void preview_draw_figures(const struct drawing *drawing, int y, int rows)
{
    enum figure_row counts = preview_has_fractions(drawing->preview) ? ROW_COUNTS : ROW_ZEROS;
    const enum figure_row few[] = {ROW_MIN, ROW_MEAN, ROW_MAX, counts},
                          many[] = {ROW_MIN, ROW_MEAN, ROW_MAX, ROW_STD, counts};
    if (rows < 2)
        return;
    draw_rule(drawing, y);
    if (drawing->preview->arrangement == ARRANGE_FLAT)
        draw_line(drawing, y + 1);
    for (int i = 1; drawing->preview->arrangement != ARRANGE_FLAT && i < rows; i++)
        draw_row(drawing, y + i, rows >= ROWS_WITH_STD ? many[i - 1] : few[i - 1]);
}
