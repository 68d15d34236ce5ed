#include "core/source/text_scan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"

#define SHOWN_MAX 40 /* bytes of a cell that a message shows */

struct scan {
    const struct text_format *format;
    struct text_piece *piece;
    const char *at;
    uint64_t limit;         /* columns that a row can have */
    bool runs;              /* of blanks and tabs part cells */
    char first;             /* the delimiter, where it is one byte */
    bool is_done;           /* the one row has ended */
    struct text_place *now; /* the piece's */
};

/* --- faults --- */

static bool fail_at(struct scan *scan, uint64_t column, const char *words)
{
    struct text_fault *fault = &scan->piece->fault;
    fault->line = scan->now->line + 1;
    fault->column = column;
    snprintf(fault->text, sizeof fault->text, "%s", words);
    return false;
}

static bool fail_columns(struct scan *scan)
{
    char words[128];
    uint64_t columns = scan->format->columns;
    if (columns == 0)
        snprintf(words, sizeof words, "has more than %llu columns", (unsigned long long)TEXT_COLUMNS_MAX);
    else if (scan->now->column > columns)
        snprintf(words, sizeof words, "has more columns than the first, which has %llu",
                 (unsigned long long)columns);
    else
        snprintf(words, sizeof words, "has %llu column%s, the first has %llu",
                 (unsigned long long)scan->now->column, scan->now->column == 1 ? "" : "s",
                 (unsigned long long)columns);
    return fail_at(scan, 0, words);
}

/* "1,5" */
static bool has_decimal_comma(const char *begin, const char *end)
{
    const char *comma = memchr(begin, ',', (size_t)(end - begin));
    begin += *begin == '-' || *begin == '+';
    if (!comma || comma + 1 == end || comma < begin)
        return false;
    for (const char *at = begin; at < end; at++)
        if (at != comma && (*at < '0' || *at > '9'))
            return false;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

/* What may be done about it. */
static void add_hint(const struct scan *scan, const char *begin, const char *end, struct text *text)
{
    if (has_decimal_comma(begin, end)) {
        text_add_string(text, ": decimals need a point");
    } else if (text_cell_is_missing(begin, end)) {
        text_add_string(text, scan->runs ? ": write nan where one is missing"
                                         : ": leave the cell empty where one is missing");
    } else if (scan->piece->is_one_row && scan->now->column == 0 && is_letter(*begin)) { /* a heading */
        text_add_string(text, " (--header-lines ");
        text_add_u64(text, scan->now->line + 1);
        text_add_string(text, " skips it)");
    }
}

static bool fail_junk(struct scan *scan, const char *begin, const char *end)
{
    char words[256];
    struct text text;
    if (memchr(begin, '\0', (size_t)(end - begin)))
        return fail_at(scan, scan->now->column + 1, "a NUL byte");
    size_t shown = (size_t)(end - begin);
    text_init(&text, words, sizeof words);
    text_add_char(&text, '\'');
    text_add_escaped_bytes(&text, begin, shown < SHOWN_MAX ? shown : SHOWN_MAX);
    text_add_string(&text, shown > SHOWN_MAX ? "...' is no number" : "' is no number");
    add_hint(scan, begin, end, &text);
    return fail_at(scan, scan->now->column + 1, words);
}

/* --- values --- */

/* What a value lost when it became 64 bits. */
enum loss {
    LOSS_NOTHING,
    LOSS_SATURATED,
    LOSS_NEGATIVE, /* saturated to an unsigned 0, which nobody who makes it narrower can tell from another */
    LOSS_OVERFLOWED,
    LOSS_NAN,
};

struct value {
    uint64_t bits;
    enum loss loss;
};

static struct value of_double(double number)
{
    struct value value = {0};
    memcpy(&value.bits, &number, sizeof number);
    return value;
}

static struct value integer_of_double(enum text_number type, double number)
{
    if (isnan(number))
        return (struct value){0, LOSS_NAN};
    if (type == TEXT_INT64) {
        if (number >= 0x1p63)
            return (struct value){INT64_MAX, LOSS_SATURATED};
        if (number < -0x1p63)
            return (struct value){(uint64_t)INT64_MIN, LOSS_SATURATED};
        return (struct value){(uint64_t)(int64_t)number, LOSS_NOTHING};
    }
    if (number >= 0x1p64)
        return (struct value){UINT64_MAX, LOSS_SATURATED};
    if (number <= -1)
        return (struct value){0, LOSS_NEGATIVE};
    return (struct value){(uint64_t)number, LOSS_NOTHING};
}

static struct value integer_of_digits(enum text_number type, const struct number_integer *integer)
{
    const uint64_t least = (uint64_t)INT64_MIN; /* its own magnitude too */
    uint64_t magnitude = integer->magnitude;
    if (type == TEXT_UINT64 && integer->negative)
        return (struct value){0, magnitude > 0 ? LOSS_NEGATIVE : LOSS_NOTHING};
    if (type == TEXT_UINT64)
        return (struct value){magnitude, integer->overflow ? LOSS_SATURATED : LOSS_NOTHING};
    if (integer->negative && magnitude > least)
        return (struct value){least, LOSS_SATURATED};
    if (!integer->negative && magnitude >= least)
        return (struct value){INT64_MAX, LOSS_SATURATED};
    return (struct value){integer->negative ? -magnitude : magnitude, LOSS_NOTHING};
}

/* An infinity that is written in digits is a finite number beyond float64. */
static enum loss loss_of_infinity(const char *at)
{
    at += *at == '-' || *at == '+';
    return *at == 'i' || *at == 'I' ? LOSS_NOTHING : LOSS_OVERFLOWED;
}

/* The number at `at`: where it ends, or NULL where there is none. */
static inline const char *read_value(enum text_number type, const char *at, struct value *ret)
{
    struct number_integer integer;
    double number;
    const char *end;
    if (type != TEXT_DOUBLE && (end = number_read_integer(at, &integer))) {
        *ret = integer_of_digits(type, &integer);
        return end;
    }
    end = number_read_double(at, &number);
    if (!end)
        return NULL;
    *ret = type == TEXT_DOUBLE ? of_double(number) : integer_of_double(type, number);
    if (type == TEXT_DOUBLE && isinf(number))
        ret->loss = loss_of_infinity(at);
    return end;
}

static void count_loss(struct scan *scan, enum loss loss)
{
    struct convert_counts *lost = &scan->piece->counts.lost;
    lost->saturated += loss == LOSS_NEGATIVE || (loss == LOSS_SATURATED && scan->format->counts_saturated);
    lost->overflowed += loss == LOSS_OVERFLOWED;
    lost->lost_nan += loss == LOSS_NAN;
}

static inline void put(struct scan *scan, const struct value *value)
{
    scan->piece->cells[scan->piece->count++] = value->bits;
    scan->now->column++;
    if (value->loss != LOSS_NOTHING)
        count_loss(scan, value->loss);
}

static void put_empty(struct scan *scan)
{
    struct value value =
        scan->format->number == TEXT_DOUBLE ? of_double(NAN) : integer_of_double(scan->format->number, NAN);
    scan->piece->counts.empty++;
    put(scan, &value);
}

/* --- lines --- */

static inline bool end_row(struct scan *scan)
{
    uint64_t columns = scan->format->columns;
    if (scan->now->column > scan->limit || (columns > 0 && scan->now->column != columns))
        return fail_columns(scan);
    scan->piece->rows++;
    scan->now->column = 0;
    scan->is_done = scan->piece->is_one_row;
    return true;
}

/* From within a comment to the end of its line; false where the piece ends before, or holds a NUL. */
static bool pass_comment(struct scan *scan)
{
    const char *at = scan->at;
    while (at < scan->piece->end && *at && !text_is_line_end(*at))
        at++;
    scan->at = at;
    if (at < scan->piece->end && !*at)
        return fail_at(scan, 0, "has a NUL byte in its comment");
    scan->now->in_comment = at == scan->piece->end;
    return !scan->now->in_comment;
}

/* At the end of a line, a comment or the piece's end; false where the piece ends. */
static bool pass_line_end(struct scan *scan)
{
    if (scan->at < scan->piece->end && *scan->at == '#' && !pass_comment(scan))
        return false;
    if (scan->at == scan->piece->end)
        return false;
    scan->now->after_cr = *scan->at++ == '\r';
    scan->now->line++;
    return true;
}

/* What the piece before left: the second half of a line end, the rest of a comment. */
static bool resume(struct scan *scan)
{
    if (scan->now->after_cr && scan->at < scan->piece->end) {
        scan->at += *scan->at == '\n';
        scan->now->after_cr = false;
    }
    return !scan->now->in_comment || (pass_comment(scan) && pass_line_end(scan));
}

/* --- cells --- */

/*
 * Cells that are plain numbers, with nothing but blanks before and the delimiter or a line's end right behind
 * them: nearly all. Stops before any other.
 */
static bool scan_plain(struct scan *scan)
{
    const char *end = scan->piece->end;
    struct value value = {0};
    while (scan->at < end && !scan->is_done) {
        const char *at = scan->at;
        while (*at == ' ' || (*at == '\t' && scan->runs))
            at++;
        const char *next = read_value(scan->format->number, at, &value);
        if (!next || next >= end || next - at >= TEXT_CELL_MAX)
            return true;
        if (*next == scan->first && scan->first) {
            put(scan, &value);
            scan->at = next + 1;
        } else if (scan->runs && (*next == ' ' || *next == '\t')) {
            put(scan, &value);
            while (*next == ' ' || *next == '\t')
                next++;
            scan->at = next;
        } else if (*next == '\n' || (*next == '\r' && next[1] == '\n')) {
            put(scan, &value);
            scan->at = next + 1 + (*next == '\r');
            if (!end_row(scan))
                return false;
            scan->now->line++;
        } else {
            return true;
        }
        if (scan->now->column > scan->limit)
            return fail_columns(scan);
    }
    return true;
}

static bool take_cell(struct scan *scan, const struct text_cell *cell)
{
    struct value value = {0};
    if (cell->begin == cell->end) {
        put_empty(scan);
    } else {
        if (read_value(scan->format->number, cell->begin, &value) != cell->end)
            return fail_junk(scan, cell->begin, cell->end);
        put(scan, &value);
    }
    return scan->now->column <= scan->limit || fail_columns(scan);
}

/* At the end of the line, before any cell that might still come. */
static bool end_line(struct scan *scan)
{
    if (scan->now->column > 0) {
        if (!scan->runs)
            put_empty(scan);
        if (!end_row(scan))
            return false;
    }
    return pass_line_end(scan);
}

static bool fail_long(struct scan *scan)
{
    char words[64];
    snprintf(words, sizeof words, "a cell of more than %d bytes", TEXT_CELL_MAX);
    return fail_at(scan, scan->now->column + 1, words);
}

/* One cell by all the rules, or the end of a line. False where the piece ends, or at a fault. */
static bool scan_one(struct scan *scan)
{
    const struct text_piece *piece = scan->piece;
    struct text_cell cell;
    while (scan->at < piece->end && text_is_blank(&scan->format->delimiter, *scan->at))
        scan->at++;
    if (scan->at == piece->end)
        return piece->is_last && end_line(scan);
    if (text_is_line_end(*scan->at) || *scan->at == '#')
        return end_line(scan);
    enum text_stop stop =
        text_cell_find(&scan->format->delimiter, scan->at, piece->end, piece->is_last, &cell);
    if (cell.next - scan->at > TEXT_CELL_MAX)
        return fail_long(scan);
    if (stop == TEXT_STOP_MORE)
        return false;
    if (stop == TEXT_STOP_QUOTE)
        return fail_at(scan, scan->now->column + 1, "a quote that does not end on its line");
    if (!take_cell(scan, &cell))
        return false;
    scan->at = cell.next;
    return stop != TEXT_STOP_LINE || (end_row(scan) && pass_line_end(scan));
}

void text_scan(const struct text_format *format, struct text_piece *piece)
{
    struct scan scan = {.format = format,
                        .piece = piece,
                        .at = piece->text,
                        .limit = format->columns > 0 ? format->columns : TEXT_COLUMNS_MAX,
                        .runs = format->delimiter.length == 0,
                        .first = format->delimiter.length == 1 ? format->delimiter.bytes[0] : '\0',
                        .now = &piece->place};
    piece->count = piece->rows = 0;
    piece->counts = (struct text_counts){0};
    piece->fault = (struct text_fault){0};
    bool goes_on = resume(&scan);
    while (goes_on && !scan.is_done) {
        if (scan.now->after_cr)
            resume(&scan);
        goes_on = scan_plain(&scan) && (scan.is_done || scan_one(&scan));
    }
    piece->stop = scan.at;
}

void text_counts_add(struct text_counts *counts, const struct text_counts *more)
{
    counts->empty += more->empty;
    counts->lost.saturated += more->lost.saturated;
    counts->lost.overflowed += more->lost.overflowed;
    counts->lost.lost_nan += more->lost.lost_nan;
}
