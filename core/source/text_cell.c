#include "core/source/text_cell.h"

#include <string.h>
#include <strings.h>

#include "core/matrix/number_read.h"

/* The length of a blank beyond ASCII at `at`: no-break space, and Unicode's other spaces; 0: none. */
static size_t wide_blank(const char *at, size_t left)
{
    static const char *const others[] = {"\u1680", "\u202f", "\u205f", "\u3000"};
    if (left >= 2 && memcmp(at, "\u00a0", 2) == 0)
        return 2;
    if (left < 3)
        return 0;
    if (memcmp(at, "\u2000", 2) == 0 && (unsigned char)at[2] >= 0x80 && (unsigned char)at[2] <= 0x8a)
        return 3;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (memcmp(at, others[i], 3) == 0)
            return 3;
    return 0;
}

static size_t blank_at(const struct text_delimiter *delimiter, const char *at, size_t left)
{
    if (left == 0)
        return 0;
    return text_is_blank(delimiter, *at) ? 1 : wide_blank(at, left);
}

static size_t blank_before(const struct text_delimiter *delimiter, const char *begin, const char *end)
{
    if (end > begin && text_is_blank(delimiter, end[-1]))
        return 1;
    for (size_t n = 2; n <= 3; n++)
        if ((size_t)(end - begin) >= n && wide_blank(end - n, n) == n)
            return n;
    return 0;
}

static void strip(const struct text_delimiter *delimiter, struct text_cell *cell)
{
    size_t n;
    while ((n = blank_at(delimiter, cell->begin, (size_t)(cell->end - cell->begin))) > 0)
        cell->begin += n;
    while ((n = blank_before(delimiter, cell->begin, cell->end)) > 0)
        cell->end -= n;
}

static bool ends_line(const char *at)
{
    return text_is_line_end(*at) || *at == '#';
}

static bool parts(const struct text_delimiter *delimiter, const char *at)
{
    if (delimiter->length == 0)
        return *at == ' ' || *at == '\t';
    return memcmp(at, delimiter->bytes, delimiter->length) == 0;
}

/* Behind the quote that closes the one at `at`; NULL where line or text end before. A quote that ends the
 * text may be the first of two: *ret_doubtful. */
static const char *pass_quoted(const char *at, const char *end, struct text_cell *cell, bool *ret_doubtful)
{
    for (at++; at < end && !text_is_line_end(*at); at++) {
        if (*at != '"')
            continue;
        *ret_doubtful = at + 1 == end;
        if (at + 1 == end || at[1] != '"')
            return at + 1;
        at++;
    }
    cell->next = at;
    return NULL;
}

/* From here to the next delimiter, end of line or text. */
static enum text_stop find_stop(const struct text_delimiter *delimiter, const char *at, const char *end,
                                bool is_last, struct text_cell *cell)
{
    size_t need = delimiter->length > 1 ? delimiter->length : 1;
    for (;; at++) {
        bool known = (size_t)(end - at) >= need;
        if ((at == end || (!known && !ends_line(at))) && !is_last) {
            cell->next = end;
            return TEXT_STOP_MORE;
        }
        cell->end = cell->next = at;
        if (at == end || ends_line(at))
            return TEXT_STOP_LINE;
        if (known && parts(delimiter, at)) {
            cell->next = at + need;
            return TEXT_STOP_DELIMITER;
        }
    }
}

/* Runs of blanks part cells: those before the end of the line part nothing. */
static enum text_stop pass_run(const char *end, bool is_last, struct text_cell *cell)
{
    while (cell->next < end && (*cell->next == ' ' || *cell->next == '\t'))
        cell->next++;
    if (cell->next == end)
        return is_last ? TEXT_STOP_LINE : TEXT_STOP_MORE;
    return ends_line(cell->next) ? TEXT_STOP_LINE : TEXT_STOP_DELIMITER;
}

enum text_stop text_cell_find(const struct text_delimiter *delimiter, const char *at, const char *end,
                              bool is_last, struct text_cell *ret_cell)
{
    bool doubtful = false;
    const char *behind = at;
    *ret_cell = (struct text_cell){.begin = at, .end = end, .next = end};
    if (at < end && *at == '"') {
        behind = pass_quoted(at, end, ret_cell, &doubtful);
        if ((!behind && ret_cell->next == end && !is_last) || (behind && doubtful && !is_last))
            return TEXT_STOP_MORE;
        if (!behind) {
            ret_cell->end = ret_cell->next;
            return TEXT_STOP_QUOTE;
        }
    }
    enum text_stop stop = find_stop(delimiter, behind, end, is_last, ret_cell);
    if (stop == TEXT_STOP_DELIMITER && delimiter->length == 0)
        stop = pass_run(end, is_last, ret_cell);
    strip(delimiter, ret_cell);
    if (behind > at && ret_cell->end == behind) {
        ret_cell->begin = at + 1;
        ret_cell->end = behind - 1;
        strip(delimiter, ret_cell);
    }
    return stop;
}

bool text_cell_is_number(const char *begin, const char *end)
{
    double value;
    return number_read_double(begin, &value) == end;
}

bool text_cell_is_missing(const char *begin, const char *end)
{
    static const char *const words[] = {"na", "n/a", "null", "none", "-", "?"};
    size_t length = (size_t)(end - begin);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == length && strncasecmp(begin, words[i], length) == 0)
            return true;
    return false;
}
