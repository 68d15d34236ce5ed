#include "core/source/text_dialect.h"

#include <errno.h>
#include <string.h>

#define LINES_MAX   256 /* of the sample that are looked at */
#define HEADERS_MAX 32

/* --- one line --- */

struct look {
    const char *next;                           /* behind the line's end */
    uint64_t columns;                           /* 0: a blank line, or a comment */
    uint64_t numbers, labels, missing, damaged; /* a missing one is no label, and no number either */
};

/* Of what is no number: begins as one does. */
static bool is_damaged(const char *begin, const char *end)
{
    begin += *begin == '-' || *begin == '+';
    begin += begin < end && (*begin == '.' || *begin == ',');
    return begin < end && *begin >= '0' && *begin <= '9';
}

static void look_at_cell(const struct text_cell *cell, struct look *look)
{
    look->columns++;
    if (cell->begin == cell->end)
        return;
    if (text_cell_is_number(cell->begin, cell->end))
        look->numbers++;
    else if (is_damaged(cell->begin, cell->end))
        look->damaged++;
    else if (text_cell_is_missing(cell->begin, cell->end))
        look->missing++;
    else
        look->labels++;
}

static const char *pass_line(const char *at, const char *end)
{
    while (at < end && !text_is_line_end(*at))
        at++;
    if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
        return at + 2;
    return at < end ? at + 1 : end;
}

static const char *pass_blanks(const struct text_delimiter *delimiter, const char *at, const char *end)
{
    while (at < end && text_is_blank(delimiter, *at))
        at++;
    return at;
}

/* False where the sample ends within the line. */
static bool look_at_line(const struct text_delimiter *delimiter, const char *at, const char *end,
                         bool is_whole, struct look *ret)
{
    struct text_cell cell;
    enum text_stop stop = TEXT_STOP_DELIMITER;
    *ret = (struct look){.next = end};
    at = pass_blanks(delimiter, at, end);
    if (at < end && (text_is_line_end(*at) || *at == '#'))
        stop = TEXT_STOP_LINE;
    while (stop == TEXT_STOP_DELIMITER && (at < end || ret->columns > 0)) {
        stop = text_cell_find(delimiter, at, end, is_whole, &cell);
        if (stop == TEXT_STOP_MORE)
            return false;
        if (stop == TEXT_STOP_QUOTE)
            ret->damaged++;
        look_at_cell(&cell, ret);
        at = pass_blanks(delimiter, cell.next, end);
    }
    ret->next = pass_line(at, end);
    return true;
}

static bool is_header(const struct look *look)
{
    return look->damaged == 0 && look->labels > look->numbers;
}

static bool is_numbers(const struct look *look)
{
    return look->numbers > 0 && look->labels + look->missing + look->damaged == 0;
}

/* --- all lines of the sample --- */

struct trial {
    struct text_dialect dialect;
    uint64_t columns; /* of the first row */
    uint64_t rows;    /* lines from the first on that is no header */
    uint64_t alike;   /* rows with as many columns as the first */
    uint64_t good;    /* of these: all numbers */
};

static void count_row(const struct look *look, struct trial *trial)
{
    if (trial->rows++ == 0)
        trial->columns = look->columns;
    bool alike = look->columns == trial->columns;
    trial->alike += alike;
    trial->good += alike && is_numbers(look);
}

/* A line that the sample's end cuts counts only where it is the only one. */
static struct trial try_delimiter(const char *at, const char *end, bool is_whole,
                                  const struct text_delimiter *delimiter, bool finds_header)
{
    struct trial trial = {.dialect.delimiter = *delimiter};
    struct look look;
    uint64_t headers = 0;
    for (uint64_t lines = 1; at < end && lines <= LINES_MAX; lines++, at = look.next) {
        if (!look_at_line(delimiter, at, end, is_whole, &look) && trial.rows + headers > 0)
            break;
        if (look.columns == 0)
            continue;
        if (finds_header && trial.rows == 0 && headers < HEADERS_MAX && is_header(&look)) {
            headers++;
            trial.dialect.header_lines = lines;
        } else {
            count_row(&look, &trial);
        }
    }
    return trial;
}

/* More lines of numbers; of as many, more lines that are parted alike. */
static bool is_better(const struct trial *a, const struct trial *b)
{
    if (a->good != b->good)
        return a->good > b->good;
    uint64_t a_parted = a->columns > 1 ? a->alike : 0, b_parted = b->columns > 1 ? b->alike : 0;
    return a_parted > b_parted;
}

int text_dialect_find(const char *begin, const char *end, bool is_whole, const struct text_delimiter *given,
                      bool finds_header, struct text_dialect *ret_dialect, struct error *error)
{
    /* Of two that part all lines alike the first is meant: the tab before any blanks, and in "1,5;2,5" the
     * semicolon. */
    static const struct text_delimiter tried[] = {{";", 1}, {"\t", 1}, {"|", 1}, {",", 1}, {"", 0}};
    struct trial best = try_delimiter(begin, end, is_whole, given ? given : &tried[0], finds_header);
    for (size_t i = 1; !given && i < sizeof tried / sizeof tried[0]; i++) {
        struct trial trial = try_delimiter(begin, end, is_whole, &tried[i], finds_header);
        if (is_better(&trial, &best))
            best = trial;
    }
    if (best.rows == 0)
        return error_set(error, EBADMSG, "a text without numbers");
    *ret_dialect = best.dialect;
    return 0;
}

/* --- what is asked for, and what is said --- */

int text_delimiter_make(uint32_t character, struct text_delimiter *ret_delimiter, struct error *error)
{
    struct text_delimiter delimiter = {.length = 0};
    if (character == ' ') {
        *ret_delimiter = delimiter;
        return 0;
    }
    if ((character < ' ' && character != '\t') || character == 0x7f)
        return error_set(error, EINVAL, "a control character cannot part cells");
    if (character >= 0x110000 || (character >= 0xd800 && character < 0xe000))
        return error_set(error, EINVAL, "the delimiter is no character");
    if (character < 0x80 && strchr("0123456789+-.\"#aefintyAEFINTY", (int)character))
        return error_set(error, EINVAL, "'%c' cannot part cells: it means something within them",
                         (int)character);
    delimiter.length = text_encode(character, delimiter.bytes);
    *ret_delimiter = delimiter;
    return 0;
}

static void add_delimiter(struct text *text, const struct text_delimiter *delimiter)
{
    static const struct {
        char delimiter;
        const char *words;
    } known[] = {{',', "csv, commas"}, {';', "csv, semicolons"}, {'\t', "tsv, tabs"}, {'|', "text, bars"}};
    if (delimiter->length == 0) {
        text_add_string(text, "text, blanks");
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (delimiter->length == 1 && delimiter->bytes[0] == known[i].delimiter) {
            text_add_string(text, known[i].words);
            return;
        }
    text_add_string(text, "text, parted by ");
    text_add_escaped_bytes(text, delimiter->bytes, delimiter->length);
}

void text_dialect_describe(const struct text_dialect *dialect, uint64_t columns, char *buf, size_t size)
{
    struct text text;
    text_init(&text, buf, size);
    if (columns == 1)
        text_add_string(&text, "text, one column");
    else
        add_delimiter(&text, &dialect->delimiter);
    if (dialect->header_lines > 0) {
        text_add_string(&text, ", ");
        text_add_u64(&text, dialect->header_lines);
        text_add_string(&text, dialect->header_lines == 1 ? " header line" : " header lines");
    }
}
