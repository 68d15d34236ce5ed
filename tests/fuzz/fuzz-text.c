/*
 * Any bytes as text: whatever pieces it comes in, the numbers, the counts and the fault are the same, nothing
 * is read beyond it, and the rows are as many as were counted without reading them.
 */
#include <stdlib.h>
#include <string.h>

#include "core/source/text_dialect.h"
#include "core/source/text_rows.h"
#include "core/source/text_scan.h"
#include "tests/fuzz/target.h"

const char fuzz_corpus[] = "text";

#define CHECK(condition) ((condition) ? (void)0 : abort())

struct result {
    uint64_t *cells;
    uint64_t count, rows;
    struct text_counts counts;
    struct text_fault fault;
};

/* The next n bytes in a block of their own, as they would stand in a buffer. Returns how many were scanned.
 */
static size_t scan_block(const struct text_format *format, const uint8_t *data, size_t n, bool is_last,
                         struct text_place *place, struct result *result)
{
    char *block = calloc(1, n + TEXT_SLACK);
    if (n > 0)
        memcpy(block, data, n);
    struct text_piece piece = {.text = block,
                               .end = block + n,
                               .is_last = is_last,
                               .place = *place,
                               .cells = calloc(n + 1, sizeof *piece.cells)};
    text_scan(format, &piece);
    size_t scanned = (size_t)(piece.stop - block);
    CHECK(scanned <= n && piece.count <= n + 1);
    CHECK(!is_last || piece.fault.line > 0 || scanned == n);
    memcpy(result->cells + result->count, piece.cells, piece.count * sizeof *piece.cells);
    result->count += piece.count;
    result->rows += piece.rows;
    text_counts_add(&result->counts, &piece.counts);
    result->fault = piece.fault;
    *place = piece.place;
    free(piece.cells);
    free(block);
    return scanned;
}

/* At least step bytes at a time, more where a cell needs them. */
static struct result scan_in_steps(const struct text_format *format, const uint8_t *data, size_t size,
                                   size_t step)
{
    struct result result = {.cells = calloc(size + 2, sizeof *result.cells)};
    struct text_place place = {0};
    size_t at = 0, n = step;
    for (bool is_last = false; !is_last && result.fault.line == 0;) {
        is_last = n >= size - at;
        size_t scanned = scan_block(format, data + at, is_last ? size - at : n, is_last, &place, &result);
        at += scanned;
        n = scanned > 0 ? step : 2 * n;
        CHECK(n <= 2 * (TEXT_CELL_MAX + step) || result.fault.line > 0);
    }
    return result;
}

static void check_equal(const struct result *a, const struct result *b)
{
    CHECK(a->count == b->count && a->rows == b->rows);
    CHECK(memcmp(a->cells, b->cells, a->count * sizeof *a->cells) == 0);
    CHECK(memcmp(&a->counts, &b->counts, sizeof a->counts) == 0);
    CHECK(a->fault.line == b->fault.line && a->fault.column == b->fault.column);
    CHECK(strcmp(a->fault.text, b->fault.text) == 0);
    for (const char *at = a->fault.text; *at; at++)
        CHECK((unsigned char)*at >= ' ' && *at != 0x7f);
}

static uint64_t count_rows(const struct text_format *format, const uint8_t *data, size_t size, size_t step)
{
    bool at_start = true;
    uint64_t rows = 0;
    for (size_t at = 0; at < size; at += step)
        rows += text_rows_count(&format->delimiter, (const char *)data + at,
                                step < size - at ? step : size - at, &at_start);
    return rows;
}

static void check_format(const struct text_format *format, const uint8_t *data, size_t size)
{
    static const size_t steps[] = {1, 3, 64};
    struct result whole = scan_in_steps(format, data, size, size + 1);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct result parts = scan_in_steps(format, data, size, steps[i]);
        check_equal(&whole, &parts);
        free(parts.cells);
        if (whole.fault.line == 0)
            CHECK(count_rows(format, data, size, steps[i]) == whole.rows);
    }
    if (whole.fault.line == 0) {
        CHECK(count_rows(format, data, size, size + 1) == whole.rows);
        CHECK(format->columns == 0 || whole.count == whole.rows * format->columns);
    }
    free(whole.cells);
}

static struct text_delimiter find_delimiter(const uint8_t *data, size_t size)
{
    struct text_dialect dialect = {.delimiter = {",", 1}};
    char *block = calloc(1, size + TEXT_SLACK);
    if (size > 0)
        memcpy(block, data, size);
    text_dialect_find(block, block + size, true, NULL, true, &dialect, NULL);
    free(block);
    return dialect.delimiter;
}

/* The first byte chooses what it is read as. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t choice = size > 0 ? data[0] : 0;
    if (size > 0) {
        data++;
        size--;
    }
    struct text_format format = {.number = (enum text_number)(choice % 3),
                                 .counts_saturated = choice & 4,
                                 .columns = choice / 8 % 4,
                                 .delimiter = find_delimiter(data, size)};
    if (choice & 128)
        format.delimiter = (struct text_delimiter){"\u2192", 3};
    check_format(&format, data, size);
    return 0;
}
