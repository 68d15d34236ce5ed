#include "tui/view/line.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tui/term/width.h"

#define HISTORY_MAX 100

/* --- history --- */

struct line_history {
    size_t count;
    char *texts[HISTORY_MAX]; /* oldest first */
};

struct line_history *line_history_new(void)
{
    struct line_history *history = calloc(1, sizeof *history);
    assert(history);
    return history;
}

void line_history_free(struct line_history *history)
{
    if (!history)
        return;
    for (size_t i = 0; i < history->count; i++)
        free(history->texts[i]);
    free(history);
}

size_t line_history_count(const struct line_history *history)
{
    return history->count;
}

static void history_remove(struct line_history *history, size_t index)
{
    free(history->texts[index]);
    history->count--;
    memmove(&history->texts[index], &history->texts[index + 1],
            (history->count - index) * sizeof history->texts[0]);
}

void line_history_add(struct line_history *history, const char *text)
{
    if (!*text)
        return;
    char *copy = strdup(text); /* first: text may be one of ours */
    assert(copy);
    for (size_t i = 0; i < history->count; i++) {
        if (strcmp(history->texts[i], copy) == 0) {
            history_remove(history, i);
            break;
        }
    }
    if (history->count == HISTORY_MAX)
        history_remove(history, 0);
    history->texts[history->count++] = copy;
}

/* --- the line --- */

struct line {
    const struct line_history *history;
    size_t place;  /* in the history; its count: the line itself */
    char *draft;   /* the line itself while an older one is shown; NULL: none */
    char *taken;   /* what ^Y gives back; NULL: nothing */
    size_t length; /* bytes */
    size_t cursor; /* byte, at a character with width, or the end */
    size_t first;  /* byte at the field's left edge */
    size_t mark, mark_end;
    char text[LINE_MAX_BYTES + 1];
};

struct line *line_new(const struct line_history *history)
{
    struct line *line = calloc(1, sizeof *line);
    assert(line);
    line->history = history;
    line->place = history ? history->count : 0;
    return line;
}

void line_free(struct line *line)
{
    if (!line)
        return;
    free(line->draft);
    free(line->taken);
    free(line);
}

const char *line_text(const struct line *line)
{
    return line->text;
}

bool line_is_empty(const struct line *line)
{
    return line->length == 0;
}

size_t line_cursor(const struct line *line)
{
    return line->cursor;
}

void line_mark(struct line *line, size_t start, size_t length)
{
    line->mark = start < line->length ? start : line->length;
    line->mark_end = length < line->length - line->mark ? line->mark + length : line->length;
}

/* --- characters: a base and the combining ones on it are one step --- */

static size_t character_before(const struct line *line, size_t at)
{
    uint32_t code = 0;
    while (at > 0) {
        do
            at--;
        while (at > 0 && ((unsigned char)line->text[at] & 0xc0) == 0x80);
        utf8_decode(line->text + at, &code);
        if (character_width(code) != 0)
            break;
    }
    return at;
}

static size_t character_behind(const struct line *line, size_t at)
{
    uint32_t code;
    size_t n = utf8_decode(line->text + at, &code);
    if (n == 0)
        return at;
    at += n;
    while ((n = utf8_decode(line->text + at, &code)) > 0 && character_width(code) == 0)
        at += n;
    return at;
}

/* Bytes that belong to a word; every character above ASCII does. */
static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static size_t word_before(const struct line *line, size_t at)
{
    while (at > 0 && !is_word(line->text[at - 1]))
        at--;
    while (at > 0 && is_word(line->text[at - 1]))
        at--;
    return at;
}

static size_t word_behind(const struct line *line, size_t at)
{
    while (at < line->length && !is_word(line->text[at]))
        at++;
    while (at < line->length && is_word(line->text[at]))
        at++;
    return at;
}

/* ^W: back to a blank or, in a path, to a slash. */
static size_t part_before(const struct line *line, size_t at)
{
    while (at > 0 && strchr(" /", line->text[at - 1]))
        at--;
    while (at > 0 && !strchr(" /", line->text[at - 1]))
        at--;
    return at;
}

/* --- changes --- */

static bool insert(struct line *line, const char *bytes, size_t n)
{
    if (n == 0 || n > LINE_MAX_BYTES - line->length)
        return false;
    memmove(line->text + line->cursor + n, line->text + line->cursor, line->length - line->cursor + 1);
    memcpy(line->text + line->cursor, bytes, n);
    line->length += n;
    line->cursor += n;
    line_mark(line, 0, 0);
    return true;
}

static bool insert_character(struct line *line, uint32_t code)
{
    char bytes[5];
    if (character_width(code) < 0)
        return false;
    return insert(line, bytes, utf8_encode(code, bytes));
}

static enum line_result erase(struct line *line, size_t from, size_t to)
{
    if (from == to)
        return LINE_MOVED;
    memmove(line->text + from, line->text + to, line->length - to + 1);
    line->length -= to - from;
    line->cursor = from;
    line_mark(line, 0, 0);
    return LINE_EDITED;
}

/* As erase; ^Y gives it back. */
static enum line_result take(struct line *line, size_t from, size_t to)
{
    if (from == to)
        return LINE_MOVED;
    free(line->taken);
    line->taken = strndup(line->text + from, to - from);
    assert(line->taken);
    return erase(line, from, to);
}

static enum line_result go(struct line *line, size_t to)
{
    line->cursor = to;
    return LINE_MOVED;
}

static void replace(struct line *line, const char *text)
{
    line->length = line->cursor = line->first = line->mark = line->mark_end = 0;
    line->text[0] = '\0';
    line_paste(line, text);
}

void line_set(struct line *line, const char *text)
{
    free(line->draft);
    line->draft = NULL;
    line->place = line->history ? line->history->count : 0;
    replace(line, text);
}

bool line_paste(struct line *line, const char *text)
{
    bool changed = false;
    uint32_t code;
    for (size_t n; (n = utf8_decode(text, &code)) > 0; text += n)
        if (code != UINT32_MAX && insert_character(line, code))
            changed = true;
    return changed;
}

/* --- history --- */

static enum line_result show_older(struct line *line)
{
    if (!line->history || line->place == 0 || line->place > line->history->count)
        return LINE_UNUSED;
    if (!line->draft) {
        line->draft = strdup(line->text);
        assert(line->draft);
    }
    replace(line, line->history->texts[--line->place]);
    return LINE_EDITED;
}

static enum line_result show_newer(struct line *line)
{
    if (!line->draft)
        return LINE_UNUSED;
    if (++line->place < line->history->count) {
        replace(line, line->history->texts[line->place]);
    } else {
        char *draft = line->draft;
        line->draft = NULL;
        line->place = line->history->count;
        replace(line, draft);
        free(draft);
    }
    return LINE_EDITED;
}

/* --- keys --- */

static enum line_result alt_key(struct line *line, uint32_t code)
{
    switch (code) {
    case 'b':
    case KEY_CODE_LEFT:
        return go(line, word_before(line, line->cursor));
    case 'f':
    case KEY_CODE_RIGHT:
        return go(line, word_behind(line, line->cursor));
    case 'd':
        return take(line, line->cursor, word_behind(line, line->cursor));
    case KEY_BACKSPACE_CODE:
    case KEY_CTRL('H'):
        return take(line, word_before(line, line->cursor), line->cursor);
    case 'p':
        return show_older(line) == LINE_UNUSED ? LINE_MOVED : LINE_EDITED;
    case 'n':
        return show_newer(line) == LINE_UNUSED ? LINE_MOVED : LINE_EDITED;
    default:
        return LINE_UNUSED;
    }
}

static enum line_result clear_or_escape(struct line *line)
{
    return line->length == 0 ? LINE_ESCAPED : take(line, 0, line->length);
}

static enum line_result type(struct line *line, uint32_t code)
{
    if (code < 0x20 || code >= KEY_CODE_BASE)
        return LINE_UNUSED;
    return insert_character(line, code) ? LINE_EDITED : LINE_MOVED;
}

enum line_result line_key(struct line *line, const struct key *key)
{
    size_t at = line->cursor;
    if (key->alt)
        return alt_key(line, key->code);
    switch (key->code) {
    case KEY_CTRL('A'):
    case KEY_CODE_HOME:
        return go(line, 0);
    case KEY_CTRL('E'):
    case KEY_CODE_END:
        return go(line, line->length);
    case KEY_CTRL('B'):
    case KEY_CODE_LEFT:
        return go(line, character_before(line, at));
    case KEY_CTRL('F'):
    case KEY_CODE_RIGHT:
        return go(line, character_behind(line, at));
    case KEY_CTRL('H'):
    case KEY_BACKSPACE_CODE:
        return erase(line, character_before(line, at), at);
    case KEY_CTRL('D'):
    case KEY_CODE_DELETE:
        return erase(line, at, character_behind(line, at));
    case KEY_CTRL('W'):
        return take(line, part_before(line, at), at);
    case KEY_CTRL('U'):
        return take(line, 0, at);
    case KEY_CTRL('K'):
        return take(line, at, line->length);
    case KEY_CTRL('Y'):
        return line->taken && insert(line, line->taken, strlen(line->taken)) ? LINE_EDITED : LINE_MOVED;
    case KEY_CTRL('C'):
        return clear_or_escape(line);
    case KEY_CODE_UP:
        return show_older(line);
    case KEY_CODE_DOWN:
        return show_newer(line);
    case '\t':
        return LINE_COMPLETE;
    case KEY_ENTER_CODE:
    case '\n':
        return LINE_ENTERED;
    case KEY_ESCAPE_CODE:
        return LINE_ESCAPED;
    default:
        return type(line, key->code);
    }
}

/* --- drawing --- */

/* Columns of the bytes [from, to). */
static int columns_between(const struct line *line, size_t from, size_t to)
{
    int columns = 0;
    uint32_t code;
    for (size_t at = from; at < to; at += utf8_decode(line->text + at, &code)) {
        utf8_decode(line->text + at, &code);
        int width = character_width(code);
        columns += width > 0 ? width : 0;
    }
    return columns;
}

void line_layout(struct line *line, int columns)
{
    if (columns < 1)
        columns = 1;
    if (line->first > line->cursor)
        line->first = line->cursor;
    /* The cursor needs a column of its own, behind the text too. */
    while (line->first < line->cursor && columns_between(line, line->first, line->cursor) >= columns)
        line->first = character_behind(line, line->first);
    /* No more is scrolled away than must be. */
    while (line->first > 0) {
        size_t before = character_before(line, line->first);
        if (columns_between(line, before, line->length) >= columns)
            break;
        line->first = before;
    }
}

static void draw_mark(const struct line *line, struct cells *cells, int y, int x, int width)
{
    size_t from = line->mark > line->first ? line->mark : line->first;
    if (line->mark_end <= from)
        return;
    char part[LINE_MAX_BYTES + 1];
    memcpy(part, line->text + from, line->mark_end - from);
    part[line->mark_end - from] = '\0';
    int column = columns_between(line, line->first, from);
    if (column < width)
        cells_put(cells, y, x + column, width - column, ROLE_BAD, CELL_UNDERLINE, part);
}

void line_draw(const struct line *line, struct cells *cells, int y, int x, int width, bool focused)
{
    if (width < 1)
        return;
    cells_fill(cells, (struct rect){y, x, 1, width}, ROLE_INPUT, 0, " ");
    cells_put(cells, y, x, width, ROLE_INPUT, 0, line->text + line->first);
    draw_mark(line, cells, y, x, width);
    if (!focused)
        return;
    int column = line->first <= line->cursor ? columns_between(line, line->first, line->cursor) : 0;
    cells->cursor_y = y;
    cells->cursor_x = x + (column < width ? column : width - 1);
}
