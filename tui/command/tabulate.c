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

void tabulate_fit(struct tabulate *table, size_t column, size_t columns, bool ascii)
{
    size_t all = 2 * (table->columns - 1), *width = &table->width[column];
    for (size_t i = 0; i < table->columns; i++)
        all += table->width[i];
    if (all <= columns || *width <= TABULATE_LEAST)
        return;
    size_t excess = all - columns;
    *width = *width - TABULATE_LEAST > excess ? *width - excess : TABULATE_LEAST;
    table->cut = ascii ? "~" : "…";
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
    size_t length = strlen(cell), shown = length, width = width_of(cell, length);
    const char *end = "";
    if (width > table->width[column]) {
        shown = beginning(cell, table->width[column] - 1, &width);
        end = table->cut;
        width++;
    }
    size_t blanks = table->width[column] - width;
    bool is_last = column + 1 == table->columns;
    if (column > 0)
        print_blanks(out, 2);
    if (table->right[column])
        print_blanks(out, blanks);
    fwrite_unlocked(cell, 1, shown, out);
    fputs(end, out);
    if (!table->right[column] && !is_last)
        print_blanks(out, blanks);
    return cell + length + 1;
}

int tabulate_print(const struct tabulate *table, FILE *out, const char *indent)
{
    if (table->failed)
        return -ENOMEM;
    assert(table->column == 0);
    const char *cell = table->cells;
    while (cell && cell < table->cells + table->used && !ferror(out)) {
        fputs(indent, out);
        for (size_t column = 0; column < table->columns; column++)
            cell = print_cell(table, out, column, cell);
        putc_unlocked('\n', out);
    }
    return 0;
}
