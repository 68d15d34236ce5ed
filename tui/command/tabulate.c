#include "tui/command/tabulate.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/term/cells.h"

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
    size_t blanks = table->width[column] - width_of(cell, length);
    bool is_last = column + 1 == table->columns;
    if (column > 0)
        print_blanks(out, 2);
    if (table->right[column])
        print_blanks(out, blanks);
    fwrite_unlocked(cell, 1, length, out);
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
