/*
 * How values look in the grid: the format of numbers, complex ones by their magnitude, the width of columns.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/matrix/number.h"
#include "core/matrix/window.h"
#include "core/segment/name.h"
#include "tui/values/preview_private.h"

#define CHOSEN_MIN 4 /* columns: "-inf" fits */

/* --- what there is --- */

static bool is_of_kind(const struct dtype *dtype, enum dtype_kind a, enum dtype_kind b)
{
    if (dtype->kind == a || dtype->kind == b)
        return true;
    for (size_t i = 0; dtype->kind == DTYPE_STRUCT && i < dtype_field_count(dtype); i++) {
        struct dtype_field field = dtype_field_at(dtype, i);
        if (is_of_kind(&field.dtype, a, b))
            return true;
    }
    return false;
}

bool preview_has_fractions(const struct preview *preview)
{
    return is_of_kind(&preview->matrix.dtype, DTYPE_FLOAT, DTYPE_COMPLEX);
}

/* A column of them, or all of them. */
static bool has_complex(const struct preview *preview)
{
    const struct dtype *dtype = &preview->matrix.dtype;
    if (preview->arrangement != ARRANGE_FIELDS)
        return dtype->kind == DTYPE_COMPLEX;
    for (size_t i = 0; i < dtype_field_count(dtype); i++)
        if (preview_column_kind(preview, i) == DTYPE_COMPLEX)
            return true;
    return false;
}

enum dtype_kind preview_column_kind(const struct preview *preview, uint64_t column)
{
    return preview_column_dtype(&preview->matrix, preview->arrangement, column).kind;
}

bool preview_is_text(enum dtype_kind kind)
{
    return kind == DTYPE_BYTES || kind == DTYPE_UNICODE || kind == DTYPE_VOID || kind == DTYPE_STRUCT;
}

bool preview_format_has_use(const struct preview *preview, enum action action)
{
    if (!preview->has_matrix || preview->hex)
        return false;
    if (action == ACTION_TINT)
        return preview_any_has_figures(preview);
    if (action == ACTION_FREEZE)
        return preview->arrangement != ARRANGE_FLAT;
    return action != ACTION_MAGNITUDE || has_complex(preview);
}

/* --- texts --- */

/* As the statistics have it: nan where either part is. */
double preview_magnitude(const struct dtype *dtype, const uint8_t *cell)
{
    struct dtype part = {.kind = DTYPE_FLOAT, .order = dtype->order, .itemsize = dtype->itemsize / 2};
    if (number_is_nan(dtype, cell))
        return NAN;
    return hypot(number_double(&part, cell), number_double(&part, cell + part.itemsize));
}

size_t preview_double_text(double value, enum number_style style, char *buf, size_t size)
{
    static const struct dtype dtype = {.kind = DTYPE_FLOAT, .order = '<', .itemsize = sizeof value};
    return number_text(&dtype, &value, style, buf, size);
}

size_t preview_shown_text(const struct preview *preview, const uint8_t *cell, uint64_t column, char *buf,
                          size_t size)
{
    struct dtype dtype = preview_column_dtype(&preview->matrix, preview->arrangement, column);
    if (preview->hex)
        return (size_t)snprintf(buf, size, "%02x", *cell);
    if (preview->magnitude && dtype.kind == DTYPE_COMPLEX)
        return preview_double_text(preview_magnitude(&dtype, cell), preview->style, buf, size);
    return preview_cell_text(preview, cell, column, preview->style, buf, size);
}

void preview_format_words(const struct preview *preview, char *buf, size_t size)
{
    static const char *const words[] = {[NUMBER_FULL] = "in full",
                                        [NUMBER_SHORT] = "",
                                        [NUMBER_SCIENTIFIC] = "scientific",
                                        [NUMBER_QUOTED] = "",
                                        [NUMBER_HEX] = "in hex"};
    const char *how = "", *what = "";
    if (preview->has_matrix && !preview->hex) {
        how = preview->style == NUMBER_HEX || preview_has_fractions(preview) ? words[preview->style] : "";
        what = preview->magnitude && has_complex(preview) ? "magnitudes" : "";
    }
    snprintf(buf, size, "%s%s%s", what, *what && *how ? " " : "", how);
}

/* --- keys --- */

/* What is shown takes another width: at once, for the next key may be about it. */
static void learn_widths_anew(struct preview *preview)
{
    preview->width = 0;
    if (preview->widths)
        memset(preview->widths, 0, dtype_field_count(&preview->matrix.dtype) * sizeof *preview->widths);
    preview_layout(preview, preview->height, preview->breadth, preview->ascii);
}

void preview_choose_style(struct preview *preview, enum number_style style)
{
    preview->style = style;
    learn_widths_anew(preview);
}

/* Only those that show something else. */
static enum number_style next_style(const struct preview *preview)
{
    if (!preview_has_fractions(preview))
        return preview->style == NUMBER_HEX ? NUMBER_SHORT : NUMBER_HEX;
    switch (preview->style) {
    case NUMBER_SHORT:
        return NUMBER_FULL;
    case NUMBER_FULL:
        return NUMBER_SCIENTIFIC;
    case NUMBER_SCIENTIFIC:
        return NUMBER_HEX;
    default:
        return NUMBER_SHORT;
    }
}

static void change_style(struct preview *preview)
{
    if (preview->hex) {
        preview_say(preview, "bytes in hex already: D looks at them as numbers");
        return;
    }
    preview_choose_style(preview, next_style(preview));
    bool fractions = preview_has_fractions(preview);
    preview_say(preview, "%s",
                preview->style == NUMBER_HEX          ? "each value's bits in hex"
                : !fractions                          ? "values as they are"
                : preview->style == NUMBER_FULL       ? "all digits: they read back to the same value"
                : preview->style == NUMBER_SCIENTIFIC ? "scientific, 6 digits"
                                                      : "5 digits");
}

static void change_magnitude(struct preview *preview)
{
    if (preview->hex || !has_complex(preview)) {
        preview_say(preview, "no complex numbers here");
        return;
    }
    preview->magnitude = !preview->magnitude;
    learn_widths_anew(preview);
    preview_say(preview, preview->magnitude ? "complex numbers as their magnitude"
                                            : "complex numbers with both parts");
}

/* Of one column of a struct, else of all. */
static void change_width(struct preview *preview, int by)
{
    uint64_t column = preview->cursor_column;
    bool one = preview->arrangement == ARRANGE_FIELDS;
    int width = preview_column_width(preview, column) + by;
    const char *what = one ? "column" : "columns";
    if (preview->hex) {
        preview_say(preview, "a byte takes two digits");
        return;
    }
    if (by > 0 && width > preview_widest(preview)) {
        preview_say(preview, "%s as wide as the screen", what);
        return;
    }
    if (by < 0 && width < CHOSEN_MIN) {
        preview_say(preview, "%s as narrow as can be", what);
        return;
    }
    int natural = preview_natural_width(preview, column);
    uint16_t chosen = width == natural ? 0 : (uint16_t)width;
    if (one)
        preview->chosen_widths[column] = chosen;
    else
        preview->chosen_width = chosen;
    preview_say(preview, "%s %d wide%s", what, width,
                width < natural    ? ", and what is cut says so"
                : width == natural ? ", as wide as what is shown"
                                   : "");
}

/* The columns up to the cursor stay where they are. */
static void keep_columns(struct preview *preview)
{
    uint64_t wanted = preview->cursor_column + 1;
    if (preview->kept > 0) {
        preview->kept = preview->kept_shown = 0;
        preview->left = 0; /* back to the cursor from there */
        preview_say(preview, "all columns move again");
    } else if (preview->arrangement == ARRANGE_FLAT) {
        preview_say(preview, "one dimension has no columns to keep");
    } else if (wanted >= preview_grid_columns(preview)) {
        preview_say(preview, "no column would be left to move");
    } else if (wanted > UINT16_MAX || preview_kept_that_fit(preview, (uint32_t)wanted) < wanted) {
        preview_say(preview, "the columns up to %" PRIu64 " do not fit beside another",
                    preview->cursor_column);
    } else {
        preview->kept = (uint32_t)wanted;
        preview_say(preview, "the first %s stay at the left (f: no more)",
                    wanted == 1 ? "column" : "columns");
    }
}

enum preview_result preview_format_action(struct preview *preview, enum action action)
{
    if (action != ACTION_FREEZE && action != ACTION_TINT && action != ACTION_FORMAT &&
        action != ACTION_MAGNITUDE && action != ACTION_NARROWER && action != ACTION_WIDER)
        return PREVIEW_UNUSED;
    if (!preview->has_matrix)
        return PREVIEW_USED;
    if (action == ACTION_FORMAT)
        change_style(preview);
    else if (action == ACTION_MAGNITUDE)
        change_magnitude(preview);
    else if (action == ACTION_TINT)
        preview_tint_toggle(preview);
    else if (action == ACTION_FREEZE)
        keep_columns(preview);
    else
        change_width(preview, action == ACTION_WIDER ? 1 : -1);
    return PREVIEW_USED;
}
