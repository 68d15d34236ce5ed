/*
 * Two passes over the elements that are shown: one finds the common form of the numbers, one prints. Which
 * are shown is settled before: on each axis so many at its beginning and so many at its end (struct shown).
 * Elements come through a block of bounded size, filled with whole rows where they are short.
 */
#include "core/matrix/summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/matrix/cell.h"
#include "core/matrix/number.h"
#include "core/sys/checked.h"

#define BLOCK (UINT64_C(1) << 20)
#define ROWS  24 /* where the caller knows none */
#define EDGE  3  /* numpy's edgeitems, from which the fitting starts */

struct shown {
    uint64_t lead, trail; /* lead + trail < count: "..." stands between them */
};

struct summary {
    FILE *out;
    int fd;
    const struct matrix *matrix;
    const struct view *view;
    unsigned columns, lines; /* columns 0: no limits */
    struct shown shown[MATRIX_RANK_MAX];
    struct cell_format format;
    uint64_t index[MATRIX_RANK_MAX]; /* of the element at hand */
    /* The block: a box of 1 × … × 1 × rows × cells from `origin` on. */
    uint64_t origin[MATRIX_RANK_MAX], rows, cells;
    char *block;
    char *text; /* of one cell */
    size_t text_size;
    unsigned line_width; /* of what stands in the line, where it wraps */
    int blanks;          /* behind the last cell, not printed yet: none stand at the end of a line */
    struct error *error;
};

static void show(struct summary *summary, int axis, uint64_t n)
{
    uint64_t count = summary->view->count[axis];
    struct shown *shown = &summary->shown[axis];
    if (n >= count)
        *shown = (struct shown){count, 0};
    else
        *shown = (struct shown){n - n / 2, n / 2};
}

static uint64_t count_shown(const struct summary *summary, int axis)
{
    return summary->shown[axis].lead + summary->shown[axis].trail;
}

static bool is_cut(const struct summary *summary, int axis)
{
    return count_shown(summary, axis) < summary->view->count[axis];
}

/* --- elements --- */

/* How many elements follow on this axis before the next gap, the present one included. */
static uint64_t run_length(const struct summary *summary, int axis)
{
    uint64_t at = summary->index[axis], lead = summary->shown[axis].lead;
    return at < lead ? lead - at : summary->view->count[axis] - at;
}

static bool is_in_block(const struct summary *summary)
{
    int rank = summary->view->rank;
    if (summary->cells == 0)
        return false;
    for (int axis = 0; axis < rank - 2; axis++)
        if (summary->index[axis] != summary->origin[axis])
            return false;
    return summary->index[rank - 1] - summary->origin[rank - 1] < summary->cells &&
           (rank < 2 || summary->index[rank - 2] - summary->origin[rank - 2] < summary->rows);
}

static int fill_block(struct summary *summary)
{
    int rank = summary->view->rank;
    uint64_t fit = max_u64(1, BLOCK / max_u64(1, summary->matrix->dtype.itemsize));
    uint64_t cells = min_u64(run_length(summary, rank - 1), fit);
    uint64_t rows = rank < 2 ? 1 : max_u64(1, min_u64(run_length(summary, rank - 2), fit / cells));
    uint64_t extent[MATRIX_RANK_MAX];
    for (int axis = 0; axis < rank; axis++)
        extent[axis] = axis == rank - 1 ? cells : axis == rank - 2 ? rows : 1;
    summary->cells = 0;
    int r = window_read(summary->fd, summary->matrix, summary->view, summary->index, extent, summary->block,
                        summary->error);
    if (r < 0)
        return r;
    memcpy(summary->origin, summary->index, (size_t)rank * sizeof summary->index[0]);
    summary->cells = cells;
    summary->rows = rows;
    return 0;
}

/* The element at summary->index. */
static int get_element(struct summary *summary, const char **ret_element)
{
    int rank = summary->view->rank;
    if (!is_in_block(summary)) {
        int r = fill_block(summary);
        if (r < 0)
            return r;
    }
    uint64_t row = rank < 2 ? 0 : summary->index[rank - 2] - summary->origin[rank - 2];
    uint64_t cell = summary->index[rank - 1] - summary->origin[rank - 1];
    *ret_element = summary->block + (row * summary->cells + cell) * summary->matrix->dtype.itemsize;
    return 0;
}

/* Moves the index of an axis to the next element shown. False behind the last. */
static bool step(struct summary *summary, int axis)
{
    uint64_t *at = &summary->index[axis], count = summary->view->count[axis];
    if (++*at == summary->shown[axis].lead)
        *at = count - summary->shown[axis].trail;
    return *at < count;
}

static int measure_axis(struct summary *summary, int axis)
{
    int r = 0;
    summary->index[axis] = 0;
    do {
        if (axis < summary->view->rank - 1) {
            r = measure_axis(summary, axis + 1);
        } else {
            const char *element;
            r = get_element(summary, &element);
            if (r == 0)
                cell_measure(&summary->format, element);
        }
    } while (r == 0 && step(summary, axis));
    return r;
}

static int measure(struct summary *summary)
{
    size_t limit = summary->columns ? max_u64(8, summary->columns / 4) : 0;
    cell_begin(&summary->format, &summary->matrix->dtype, limit);
    int r = measure_axis(summary, 0);
    if (r == 0)
        cell_settle(&summary->format);
    return r;
}

/* --- what fits --- */

/* Lines that axes from this one on take, the brackets of the last axis being one. */
static uint64_t count_lines(const struct summary *summary, int axis)
{
    int last = summary->view->rank - 1;
    if (axis >= last)
        return 1;
    uint64_t blank = (uint64_t)(last - 1 - axis), n = count_shown(summary, axis), lines;
    if (checked_mul_u64(n, count_lines(summary, axis + 1), &lines) ||
        checked_add_u64(lines, (n - 1) * blank, &lines))
        return UINT64_MAX / 2;
    return min_u64(lines + (is_cut(summary, axis) ? 1 + blank : 0), UINT64_MAX / 2);
}

/* Fewer and fewer of the longest axis, until the lines fit or one of each is left; then more, the inner axes
 * first. */
static void fit_lines(struct summary *summary)
{
    int last = summary->view->rank - 1;
    for (int axis = 0; axis < last; axis++)
        show(summary, axis, 2 * EDGE);
    while (count_lines(summary, 0) > summary->lines) {
        int longest = 0;
        for (int axis = 1; axis < last; axis++)
            if (count_shown(summary, axis) > count_shown(summary, longest))
                longest = axis;
        if (count_shown(summary, longest) == 1)
            return;
        show(summary, longest, count_shown(summary, longest) - 1);
    }
    for (int axis = last - 1; axis >= 0; axis--)
        while (is_cut(summary, axis)) {
            uint64_t n = count_shown(summary, axis);
            show(summary, axis, n + 1);
            if (count_lines(summary, 0) <= summary->lines)
                continue;
            show(summary, axis, n);
            break;
        }
}

/* Elements of the last axis that may be shown while cells are so wide. */
static uint64_t fit_cells(const struct summary *summary, size_t width)
{
    int rank = summary->view->rank;
    uint64_t brackets = 2 * (uint64_t)rank;
    uint64_t room = summary->columns > brackets ? summary->columns - brackets : 1;
    uint64_t all = (room + 1) / (width + 1);
    if (rank == 1)
        return summary->view->count[0] <= all * summary->lines ? summary->view->count[0]
                                                               : max_u64(2, all * summary->lines) - 1;
    if (summary->view->count[rank - 1] <= all)
        return summary->view->count[rank - 1];
    return room > 4 ? max_u64(1, (room - 4 + 1) / (width + 1)) : 1;
}

/* Settles what is shown and how. */
static int fit(struct summary *summary)
{
    int last = summary->view->rank - 1;
    for (int axis = 0; axis <= last; axis++)
        show(summary, axis, UINT64_MAX);
    if (summary->columns == 0)
        return measure(summary);
    fit_lines(summary);
    /* As many as could fit if each had one character, but no more than a block; then as many as do. */
    uint64_t in_block = max_u64(2, BLOCK / max_u64(1, summary->matrix->dtype.itemsize));
    show(summary, last, min_u64(fit_cells(summary, 1), in_block));
    int r = measure(summary);
    if (r < 0)
        return r;
    uint64_t n = fit_cells(summary, summary->format.width);
    if (n >= count_shown(summary, last))
        return 0;
    show(summary, last, n);
    summary->cells = 0;
    return measure(summary);
}

/* --- printing --- */

static void put(struct summary *summary, const char *bytes, size_t n)
{
    fwrite(bytes, 1, n, summary->out);
}

static void put_repeated(struct summary *summary, char c, int n)
{
    while (n-- > 0)
        put(summary, &c, 1);
}

/* A cell or "...", behind a blank or, where a single axis wraps, a new line. */
static void put_cell(struct summary *summary, const char *text, size_t length, size_t width, bool first)
{
    bool wraps = summary->columns > 0 && summary->view->rank == 1;
    size_t solid = length;
    while (solid > 0 && text[solid - 1] == ' ')
        solid--;
    if (wraps && !first && summary->line_width + 1 + width + 1 > summary->columns) {
        put(summary, "\n ", 2);
        summary->line_width = 1;
    } else if (!first) {
        put_repeated(summary, ' ', summary->blanks + 1);
        summary->line_width++;
    }
    put(summary, text, solid);
    summary->blanks = (int)(length - solid);
    summary->line_width += (unsigned)width;
}

static int print_element(struct summary *summary, bool first)
{
    const char *element;
    int r = get_element(summary, &element);
    if (r < 0)
        return r;
    size_t length = cell_text(&summary->format, element, summary->text, summary->text_size);
    if (length >= summary->text_size) {
        char *larger = realloc(summary->text, length + 1);
        if (!larger)
            return error_set(summary->error, ENOMEM, "no memory for a text of %zu bytes", length);
        summary->text = larger;
        summary->text_size = length + 1;
        cell_text(&summary->format, element, summary->text, summary->text_size);
    }
    put_cell(summary, summary->text, length, summary->format.width, first);
    return ferror(summary->out) ? error_set(summary->error, EIO, "cannot write") : 0;
}

static void put_between(struct summary *summary, int axis)
{
    put_repeated(summary, '\n', summary->view->rank - 1 - axis);
    put_repeated(summary, ' ', axis + 1);
}

static int print_axis(struct summary *summary, int axis)
{
    bool is_last = axis == summary->view->rank - 1, first = true;
    int r = 0;
    put(summary, "[", 1);
    summary->index[axis] = 0;
    do {
        if (summary->index[axis] > 0 && !is_last)
            put_between(summary, axis);
        r = is_last ? print_element(summary, first) : print_axis(summary, axis + 1);
        first = false;
        if (r == 0 && is_cut(summary, axis) && summary->index[axis] + 1 == summary->shown[axis].lead) {
            if (is_last)
                put_cell(summary, "...", 3, 3, false);
            else {
                put_between(summary, axis);
                put(summary, "...", 3);
            }
        }
    } while (r == 0 && step(summary, axis));
    put_repeated(summary, ' ', summary->blanks); /* as numpy: before the bracket they stay */
    summary->blanks = 0;
    put(summary, "]", 1);
    return r;
}

/* A matrix without dimensions is its one element. */
static int print_scalar(struct summary *summary)
{
    int r = window_read(summary->fd, summary->matrix, summary->view, summary->index, summary->index,
                        summary->block, summary->error);
    if (r < 0)
        return r;
    const struct dtype *dtype = &summary->matrix->dtype;
    /* numpy prints its str, which of bytes has quotes, too. */
    enum number_style style = dtype->kind == DTYPE_BYTES ? NUMBER_QUOTED : NUMBER_FULL;
    size_t length = number_text(dtype, summary->block, style, summary->text, summary->text_size);
    put(summary, summary->text, min_u64(length, strlen(summary->text)));
    return 0;
}

int summary_print(FILE *out, int fd, const struct matrix *matrix, const struct view *view, unsigned columns,
                  unsigned rows, struct error *error)
{
    if (matrix->dtype.itemsize > SUMMARY_ITEM_MAX)
        return error_set(error, ENOTSUP, "its elements of %llu bytes are too large to show",
                         (unsigned long long)matrix->dtype.itemsize);
    struct summary summary = {
        .out = out, .fd = fd, .matrix = matrix, .view = view, .columns = columns, .error = error};
    rows = rows ? rows : ROWS;
    summary.lines = rows > 1 ? rows - 1 : 1; /* the prompt takes one */
    summary.line_width = 1;
    summary.text_size = 4096;
    summary.text = malloc(summary.text_size);
    summary.block = malloc(max_u64(BLOCK, matrix->dtype.itemsize));
    int r = 0;
    if (!summary.text || !summary.block)
        r = error_set(error, ENOMEM, "no memory for a summary");
    else if (view_elements(view) == 0)
        put(&summary, "[]", 2);
    else if (view->rank == 0)
        r = print_scalar(&summary);
    else if ((r = fit(&summary)) == 0)
        r = print_axis(&summary, 0);
    if (r == 0) {
        put(&summary, "\n", 1);
        if (fflush(out) != 0 || ferror(out))
            r = error_set(error, EIO, "cannot write");
    }
    free(summary.block);
    free(summary.text);
    return r;
}
