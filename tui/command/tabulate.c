#include "tui/command/tabulate.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/term/cells.h"
#include "tui/term/width.h"

void tabulate_begin(struct tabulate *table, size_t columns, const bool *right)
{
    assert(columns > 0 && columns <= TABULATE_COLUMNS_MAX);
    *table = (struct tabulate){.columns = columns};
    memcpy(table->right, right, columns * sizeof *right);
}

void tabulate_free(struct tabulate *table)
{
    free(table->cells);
    *table = (struct tabulate){0};
}

/* Columns of the terminal; most cells are ASCII, and there are very many. */
static size_t width_of(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] >= 0x80)
            return (size_t)text_width(text);
    return length;
}

static bool reserve(struct tabulate *table, size_t more)
{
    if (table->size - table->used >= more)
        return true;
    size_t size = table->size * 2 + more + 4096;
    char *cells = realloc(table->cells, size);
    if (!cells)
        return false;
    table->cells = cells;
    table->size = size;
    return true;
}

void tabulate_add(struct tabulate *table, const struct options *options, const char *text)
{
    size_t length = options->ascii ? report_text(options, text, NULL, 0) : strlen(text);
    if (table->failed || !reserve(table, length + 1)) {
        table->failed = true;
        return;
    }
    char *cell = table->cells + table->used;
    if (options->ascii)
        report_text(options, text, cell, length + 1);
    else
        memcpy(cell, text, length + 1);
    table->used += length + 1;
    size_t width = width_of(cell, length);
    if (width > table->width[table->column])
        table->width[table->column] = width;
    table->column = (table->column + 1) % table->columns;
}

/* What a column may be narrowed to: numbers are whole or not there. */
static size_t least_width(const struct tabulate *table, size_t column)
{
    size_t width = table->width[column];
    return table->right[column] || width < TABULATE_LEAST ? width : TABULATE_LEAST;
}

static size_t sum_widths(const struct tabulate *table, size_t (*width_at)(const struct tabulate *, size_t))
{
    size_t sum = 0;
    for (size_t i = 0; i < table->columns; i++)
        if (!table->hidden[i])
            sum += (sum ? 2 : 0) + width_at(table, i);
    return sum;
}

static size_t full_width(const struct tabulate *table, size_t column)
{
    return table->width[column];
}

size_t tabulate_least(const struct tabulate *table)
{
    return sum_widths(table, least_width);
}

void tabulate_hide(struct tabulate *table, size_t column)
{
    table->hidden[column] = true;
}

/* The widest that may be narrowed; table->columns: none. */
static size_t widest(const struct tabulate *table)
{
    size_t found = table->columns;
    for (size_t i = 0; i < table->columns; i++)
        if (!table->hidden[i] && table->width[i] > least_width(table, i) &&
            (found == table->columns || table->width[i] > table->width[found]))
            found = i;
    return found;
}

/* Cuts the line where it reaches `columns`: a number goes as a whole. */
static void cut_line(struct tabulate *table, size_t columns)
{
    size_t used = 0;
    bool full = false;
    for (size_t i = 0; i < table->columns; i++) {
        size_t gap = used ? 2 : 0, left = columns > used + gap ? columns - used - gap : 0;
        if (table->hidden[i])
            continue;
        bool fits = !full && table->width[i] <= left;
        table->hidden[i] = full || (used > 0 && !fits && (table->right[i] || left == 0));
        full = !fits;
        if (!fits && !table->hidden[i])
            table->width[i] = left ? left : 1;
        used += gap + table->width[i];
    }
}

void tabulate_fit(struct tabulate *table, size_t columns, bool ascii)
{
    table->cut = ascii ? "~" : "…";
    size_t column;
    for (size_t all = sum_widths(table, full_width);
         all > columns && (column = widest(table)) < table->columns; all--)
        table->width[column]--;
    cut_line(table, columns);
}

/* Bytes of the text's beginning that take at most so many columns, which *ret_width are. */
static size_t beginning(const char *text, size_t columns, size_t *ret_width)
{
    size_t length = 0, width = 0;
    uint32_t code;
    for (size_t n; (n = utf8_decode(text + length, &code)) > 0; length += n) {
        int more = character_width(code);
        if (more > 0 && width + (size_t)more > columns)
            break;
        width += more > 0 ? (size_t)more : 0;
    }
    *ret_width = width;
    return length;
}

static void print_blanks(FILE *out, size_t count)
{
    static const char blanks[] = "                                ";
    for (; count > sizeof blanks - 1; count -= sizeof blanks - 1)
        fwrite_unlocked(blanks, 1, sizeof blanks - 1, out);
    fwrite_unlocked(blanks, 1, count, out);
}

/* Returns the cell behind it. */
static const char *print_cell(const struct tabulate *table, FILE *out, size_t column, const char *cell)
{
    size_t length = strlen(cell);
    if (table->hidden[column])
        return cell + length + 1;
    size_t shown = length, width = width_of(cell, length);
    const char *end = "";
    if (width > table->width[column]) {
        shown = beginning(cell, table->width[column] - 1, &width);
        end = table->cut;
        width++;
    }
    size_t blanks = table->width[column] - width;
    bool is_last = column == table->last;
    if (column != table->first)
        print_blanks(out, 2);
    if (table->right[column])
        print_blanks(out, blanks);
    fwrite_unlocked(cell, 1, shown, out);
    fputs(end, out);
    if (!table->right[column] && !is_last)
        print_blanks(out, blanks);
    return cell + length + 1;
}

/* The first and the last column that are there. */
static void find_ends(struct tabulate *table)
{
    table->first = table->columns;
    for (size_t i = 0; i < table->columns; i++) {
        if (table->hidden[i])
            continue;
        table->first = table->first == table->columns ? i : table->first;
        table->last = i;
    }
}

int tabulate_print(struct tabulate *table, FILE *out, const char *indent)
{
    if (table->failed)
        return -ENOMEM;
    assert(table->column == 0);
    find_ends(table);
    const char *cell = table->cells;
    while (cell && cell < table->cells + table->used && !ferror(out)) {
        fputs(indent, out);
        for (size_t column = 0; column < table->columns; column++)
            cell = print_cell(table, out, column, cell);
        putc_unlocked('\n', out);
    }
    return 0;
}
