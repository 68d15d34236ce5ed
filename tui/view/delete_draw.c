/*
 * How the delete dialog looks: a table of what goes, notes below it, buttons.
 */
#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "tui/view/delete_private.h"

#define NOTES_MAX   8
#define WIDTH_MAX   104
#define MARGIN      4  /* columns beside the box on a wide screen */
#define WIDE_MIN    80 /* columns from which there is a margin, and a cut sentence is the sentence's fault */
#define WORD_MIN    45 /* what asks for the word, and its field */
#define BUTTONS_MIN 27
#define TABLE_MIN   60 /* columns below which only names are listed */

struct note {
    enum role role;
    char text[320];
};

/* --- notes --- */

struct notes {
    size_t count;
    struct note list[NOTES_MAX];
};

static struct note *add(struct notes *notes, enum role role)
{
    struct note *note = &notes->list[notes->count < NOTES_MAX ? notes->count++ : NOTES_MAX - 1];
    note->role = role;
    note->text[0] = '\0';
    return note;
}

static unsigned percent(uint64_t part, uint64_t whole)
{
    return whole ? (unsigned)((double)part * 100 / (double)whole + 0.5) : 0;
}

static void note_memory(const struct delete_dialog *dialog, struct notes *notes)
{
    uint64_t now = 0, later = 0;
    char bytes[FORMAT_BYTES_MAX];
    struct note *note = add(notes, ROLE_TEXT);
    for (size_t i = 0; i < dialog->check->count; i++) {
        const struct delete_item *item = &dialog->check->items[i];
        now += item->problem.code ? 0 : item->freed_now;
        later += item->problem.code ? 0 : item->freed_later;
    }
    format_bytes(now, bytes, sizeof bytes);
    int n = snprintf(note->text, sizeof note->text, "Given back now: %s", bytes);
    const struct directory_usage *usage = &dialog->usage;
    uint64_t left = usage->used - (now < usage->used ? now : usage->used);
    unsigned before = percent(usage->used, usage->size), after = percent(left, usage->size);
    if (dialog->has_usage && before != after)
        snprintf(note->text + n, sizeof note->text - (size_t)n, "; %.200s %u%% → %u%%", dialog->directory,
                 before, after);
    if (later == 0)
        return;
    note = add(notes, ROLE_WARN);
    format_bytes(later, bytes, sizeof bytes);
    snprintf(note->text, sizeof note->text, "%s more only when those who hold it end", bytes);
}

/* A lease that was granted needs no sweep to be believed. */
static bool nobody_for_certain(const struct delete_check *check)
{
    for (size_t i = 0; i < check->count; i++)
        if (check->items[i].problem.code == 0 && check->items[i].held != HELD_NO)
            return false;
    return true;
}

static void note_sweep(const struct delete_dialog *dialog, struct notes *notes)
{
    const struct sweep *sweep = &dialog->check->sweep;
    bool certain = nobody_for_certain(dialog->check);
    struct note *note = add(notes, sweep->complete || certain ? ROLE_DIM : ROLE_WARN);
    if (sweep->complete)
        snprintf(note->text, sizeof note->text, "%u processes were looked at, all there are",
                 sweep->processes);
    else if (certain)
        snprintf(note->text, sizeof note->text, "%s, but the kernel says: nobody", sweep->reason);
    else
        snprintf(note->text, sizeof note->text, "who holds it is not certain: %s", sweep->reason);
}

static bool is_theirs(const struct delete_dialog *dialog, const struct delete_item *item)
{
    return item->problem.code == 0 && item->segment.uid != dialog->me;
}

static void note_marks(const struct delete_dialog *dialog, struct notes *notes)
{
    size_t theirs = 0, protected = 0, held = 0;
    for (size_t i = 0; i < dialog->check->count; i++) {
        const struct delete_item *item = &dialog->check->items[i];
        if (item->problem.code)
            continue;
        theirs += is_theirs(dialog, item);
        protected += item->is_protected;
        held += delete_item_is_held(item);
    }
    if (theirs > 0)
        snprintf(add(notes, ROLE_WARN)->text, sizeof notes->list[0].text, "! another user's%s",
                 dialog->me == 0 ? " (you are root)" : "");
    if (held > 0)
        snprintf(add(notes, ROLE_BAD)->text, sizeof notes->list[0].text,
                 "%zu in use: whoever maps it goes on working on memory without a name", held);
    if (protected > 0)
        snprintf(add(notes, ROLE_BAD)->text, sizeof notes->list[0].text,
                 "%zu protected: a service needs it even while nobody maps it", protected);
}

static void note_question(const struct delete_dialog *dialog, struct notes *notes)
{
    if (dialog->changed)
        strcpy(add(notes, ROLE_WARN)->text,
               "It changed meanwhile: nothing was deleted. This is the new state.");
    note_memory(dialog, notes);
    note_sweep(dialog, notes);
    note_marks(dialog, notes);
    if (delete_dialog_possible(dialog) == 0)
        strcpy(add(notes, ROLE_WARN)->text, "Nothing here can be deleted.");
    else
        strcpy(add(notes, ROLE_DIM)->text, "This cannot be undone.");
}

static void make_notes(const struct delete_dialog *dialog, struct notes *ret)
{
    ret->count = 0;
    switch (dialog->stage) {
    case DELETE_CHECKING:
        strcpy(add(ret, ROLE_DIM)->text,
               dialog->count == 1 ? "looking who uses it…" : "looking who uses them…");
        break;
    case DELETE_ASKING:
        note_question(dialog, ret);
        break;
    case DELETE_RUNNING:
        if (dialog->total)
            snprintf(add(ret, ROLE_TEXT)->text, sizeof ret->list[0].text, "deleting… %llu of %llu",
                     (unsigned long long)dialog->done, (unsigned long long)dialog->total);
        else
            strcpy(add(ret, ROLE_TEXT)->text, "looking once more, then deleting…");
        break;
    case DELETE_FAILED:
        snprintf(add(ret, ROLE_BAD)->text, sizeof ret->list[0].text, "%.300s", dialog->error.text);
        break;
    case DELETE_REPORT:
        snprintf(add(ret, ROLE_WARN)->text, sizeof ret->list[0].text, "%.300s", dialog->message);
        break;
    }
}

/* --- size --- */

static bool asks_word(const struct delete_dialog *dialog)
{
    return dialog->stage == DELETE_ASKING && delete_dialog_needs_word(dialog);
}

/* Rows of the box that are not the list: edges, heading, rule, notes, word, buttons. */
static int other_rows(const struct delete_dialog *dialog, size_t notes)
{
    return 2 + 1 + 1 + (int)notes + asks_word(dialog) + 1;
}

size_t delete_dialog_visible(const struct delete_dialog *dialog)
{
    struct notes notes;
    make_notes(dialog, &notes);
    int room = dialog->height - other_rows(dialog, notes.count);
    size_t lines = delete_dialog_lines(dialog);
    return room < 1 ? 1 : (size_t)room < lines ? (size_t)room : lines;
}

void delete_dialog_layout(struct delete_dialog *dialog, int rows, int columns, bool ascii)
{
    dialog->height = rows;
    dialog->width = columns;
    dialog->ascii = ascii;
    size_t lines = delete_dialog_lines(dialog), shown = delete_dialog_visible(dialog);
    size_t last = lines > shown ? lines - shown : 0;
    if (dialog->top > last)
        dialog->top = last;
    line_layout(dialog->word, 12);
}

static int box_width(int columns)
{
    if (columns < WIDE_MIN)
        return columns;
    return columns - 2 * MARGIN < WIDTH_MAX ? columns - 2 * MARGIN : WIDTH_MAX;
}

bool delete_dialog_is_too_small(const struct delete_dialog *dialog)
{
    struct notes notes;
    if (dialog->stage != DELETE_ASKING || delete_dialog_possible(dialog) == 0)
        return false;
    make_notes(dialog, &notes);
    int width = box_width(dialog->width) - 4, needed = asks_word(dialog) ? WORD_MIN : BUTTONS_MIN;
    for (size_t i = 0; i < notes.count && dialog->width < WIDE_MIN; i++)
        if (text_width(notes.list[i].text) > needed)
            needed = text_width(notes.list[i].text);
    return dialog->height < other_rows(dialog, notes.count) + 1 || width < needed;
}

/* --- the table --- */

/* Columns of the table, from the right: FREED NOW, HELD BY, AGE, OWNER, ALLOC; the name takes the rest. */
struct table {
    int name, allocated, owner, age, held, freed; /* x of each, from the left */
    int width;
};

static struct table table_of(int width)
{
    int held = width >= 96 ? 34 : width >= 80 ? 24 : 16;
    struct table table = {.width = width};
    table.freed = width - 9;
    table.held = table.freed - held - 1;
    table.age = table.held - 8;
    table.owner = table.age - 9;
    table.allocated = table.owner - 7;
    table.name = 0;
    return table;
}

static void draw_heading(struct cells *cells, int y, int x, const struct table *table)
{
    static const uint8_t line = CELL_UNDERLINE;
    cells_fill(cells, (struct rect){y, x, 1, table->width}, ROLE_TITLE, line, " ");
    if (table->width < TABLE_MIN) {
        cells_put(cells, y, x, table->width, ROLE_TITLE, line, "NAME");
        return;
    }
    cells_put(cells, y, x, table->allocated, ROLE_TITLE, line, "NAME");
    cells_put_right(cells, y, x + table->allocated, 6, ROLE_TITLE, line, "ALLOC");
    cells_put(cells, y, x + table->owner, 8, ROLE_TITLE, line, "OWNER");
    cells_put_right(cells, y, x + table->age, 6, ROLE_TITLE, line, "AGE");
    cells_put(cells, y, x + table->held, table->freed - table->held, ROLE_TITLE, line, "HELD BY");
    cells_put_right(cells, y, x + table->freed, 9, ROLE_TITLE, line, "FREED NOW");
}

static void put_name(const struct delete_dialog *dialog, struct cells *cells, int y, int x, int width,
                     const char *raw)
{
    char name[NAME_PRINTABLE_MAX];
    if (width < 2)
        return;
    name_escape(raw, strlen(raw), dialog->ascii, name, sizeof name);
    cells_put_cut(cells, y, x, width - 1, strchr(name, '\\') ? ROLE_ESCAPED : ROLE_STRONG, 0, name);
}

/* "881 train.py, 902 dash, +2" with the first n of them by name. */
static void holders_text(const struct holders *holders, size_t n, char *buf, size_t size)
{
    size_t length = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < n && length < size; i++) {
        const struct holder *holder = &holders->list[i];
        char command[4 * sizeof holder->command];
        name_escape(holder->command, strnlen(holder->command, sizeof holder->command), false, command,
                    sizeof command);
        length += (size_t)snprintf(buf + length, size - length, "%s%d %s", i ? ", " : "", (int)holder->pid,
                                   command);
    }
    if (n < holders->count && length < size)
        snprintf(buf + length, size - length, "%s+%zu", n ? ", " : "", holders->count - n);
}

/* As many holders as fit; "nobody" where that is certain. */
static enum role held_text(const struct delete_item *item, bool complete, int width, char *buf, size_t size)
{
    if (item->holders.count > 0) {
        size_t n = item->holders.count < 8 ? item->holders.count : 8;
        do
            holders_text(&item->holders, n, buf, size);
        while (text_width(buf) > width && --n > 0);
        return ROLE_BAD;
    }
    if (item->held == HELD_YES) {
        snprintf(buf, size, "somebody");
        return ROLE_BAD;
    }
    bool certain = item->held == HELD_NO || complete;
    snprintf(buf, size, certain ? "nobody" : "nobody seen");
    return certain ? ROLE_DIM : ROLE_WARN;
}

static void draw_held(const struct delete_dialog *dialog, const struct delete_item *item, struct cells *cells,
                      int y, int x, int width)
{
    char text[512];
    enum role role = held_text(item, dialog->check->sweep.complete, width, text, sizeof text);
    if (item->is_protected) {
        char both[640];
        snprintf(both, sizeof both, "%s's%s%s", item->protected_by ? item->protected_by : "a service",
                 role == ROLE_BAD ? ": " : "", role == ROLE_BAD ? text : "");
        cells_put_cut(cells, y, x, width, ROLE_BAD, 0, both);
        return;
    }
    cells_put_cut(cells, y, x, width, role, 0, text);
}

static void draw_owner(const struct delete_dialog *dialog, size_t index, const struct delete_item *item,
                       struct cells *cells, int y, int x)
{
    char text[80];
    const char *owner = index < dialog->count ? dialog->owners[index] : NULL;
    bool theirs = is_theirs(dialog, item);
    if (owner)
        snprintf(text, sizeof text, "%.6s%s", owner, theirs ? " !" : "");
    else
        snprintf(text, sizeof text, "%u%s", (unsigned)item->segment.uid, theirs ? " !" : "");
    cells_put_cut(cells, y, x, 8, theirs ? ROLE_WARN : ROLE_DIM, 0, text);
}

static void draw_age(const struct delete_dialog *dialog, const struct segment *segment, struct cells *cells,
                     int y, int x)
{
    char age[FORMAT_AGE_MAX + 1] = "~";
    int64_t from = segment->created ? segment->created : segment->modified;
    size_t mark = segment->created ? 0 : 1;
    if (!from)
        return;
    format_age((dialog->wall - from) / 1000000000, age + mark, sizeof age - mark);
    cells_put_right(cells, y, x, 6, ROLE_DIM, 0, age);
}

static void draw_item(const struct delete_dialog *dialog, size_t index, struct cells *cells, int y, int x,
                      const struct table *table)
{
    const struct delete_item *item = &dialog->check->items[index];
    char bytes[FORMAT_BYTES_MAX];
    bool narrow = table->width < TABLE_MIN;
    put_name(dialog, cells, y, x, narrow ? table->width : table->allocated, dialog->names[index]);
    if (narrow)
        return;
    if (item->problem.code) {
        cells_put_cut(cells, y, x + table->allocated, table->width - table->allocated, ROLE_BAD, 0,
                      item->problem.text);
        return;
    }
    format_bytes(item->segment.allocated, bytes, sizeof bytes);
    cells_put_right(cells, y, x + table->allocated, 6, ROLE_TEXT, 0, bytes);
    draw_owner(dialog, index, item, cells, y, x + table->owner);
    draw_age(dialog, &item->segment, cells, y, x + table->age);
    draw_held(dialog, item, cells, y, x + table->held, table->freed - table->held - 1);
    format_bytes(item->freed_now, bytes, sizeof bytes);
    cells_put_right(cells, y, x + table->freed, 9, ROLE_TEXT, 0, bytes);
}

static void draw_outcome(const struct delete_dialog *dialog, size_t index, struct cells *cells, int y, int x,
                         int width)
{
    const struct delete_outcome *outcome = &dialog->outcomes[index];
    char text[ERROR_TEXT_MAX], bytes[FORMAT_BYTES_MAX];
    int name = width / 3;
    put_name(dialog, cells, y, x, name, outcome->name);
    format_bytes(outcome->freed, bytes, sizeof bytes);
    if (outcome->error.code)
        snprintf(text, sizeof text, "%s", outcome->error.text);
    else
        snprintf(text, sizeof text, "deleted, %s freed", bytes);
    cells_put_cut(cells, y, x + name, width - name, outcome->error.code ? ROLE_BAD : ROLE_DIM, 0, text);
}

static void draw_list(const struct delete_dialog *dialog, struct cells *cells, struct rect rect)
{
    struct table table = table_of(rect.width);
    size_t lines = delete_dialog_lines(dialog);
    for (int i = 0; i < rect.height && dialog->top + (size_t)i < lines; i++) {
        size_t index = dialog->top + (size_t)i;
        int y = rect.y + i;
        if (dialog->stage == DELETE_REPORT)
            draw_outcome(dialog, index, cells, y, rect.x, rect.width);
        else if (dialog->check)
            draw_item(dialog, index, cells, y, rect.x, &table);
        else
            put_name(dialog, cells, y, rect.x, rect.width < TABLE_MIN ? rect.width : table.allocated,
                     dialog->names[index]);
    }
}

/* --- the box --- */

static void draw_title(const struct delete_dialog *dialog, struct cells *cells, struct rect box)
{
    char title[NAME_PRINTABLE_MAX + 64], name[NAME_PRINTABLE_MAX];
    const char *verb = dialog->stage == DELETE_REPORT ? "Not all was deleted" : "Delete";
    if (dialog->stage == DELETE_REPORT) {
        snprintf(title, sizeof title, "%s", verb);
    } else if (dialog->count == 1) {
        name_escape(dialog->names[0], strlen(dialog->names[0]), dialog->ascii, name, sizeof name);
        snprintf(title, sizeof title, "%s %s", verb, name);
    } else {
        snprintf(title, sizeof title, "%s %zu segments from %.300s", verb, dialog->count, dialog->directory);
    }
    cells_box(cells, box, ROLE_RULE, title);
}

/* "9-16 of 30" in the rule below the list, where it does not fit. */
static void draw_rule(const struct delete_dialog *dialog, struct cells *cells, int y, int x, int width,
                      size_t shown)
{
    size_t lines = delete_dialog_lines(dialog);
    cells_rule(cells, y, x, width, ROLE_RULE);
    if (shown < lines)
        cells_putf(cells, y, x + 1, width - 1, ROLE_DIM, 0, " %zu-%zu of %zu, ↑↓ PgUp PgDn ", dialog->top + 1,
                   dialog->top + shown, lines);
}

static void draw_word(const struct delete_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    int used = cells_put(cells, y, x, width, ROLE_STRONG, 0, "Type ");
    used += cells_put(cells, y, x + used, width - used, ROLE_KEY, 0, DELETE_WORD);
    used += cells_put(cells, y, x + used, width - used, ROLE_STRONG, 0, " and Enter to go on: ");
    int field = width - used < 12 ? width - used : 12;
    line_draw(dialog->word, cells, y, x + used, field, dialog->focus == FOCUS_WORD && field > 0);
    used += field + 1;
    if (dialog->wrong_word && used < width)
        cells_put_cut(cells, y, x + used, width - used, ROLE_BAD, 0, "not that word; Esc cancels");
}

static void draw_buttons(const struct delete_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    static const char *const ask[] = {"Cancel", "Delete (y)"}, *const cancel[] = {"Cancel"},
                             *const close[] = {"Close"}, *const stop[] = {"Stop (Esc)"};
    switch (dialog->stage) {
    case DELETE_ASKING:
        if (delete_dialog_possible(dialog) == 0)
            dialog_buttons(cells, y, x, width, close, 1, 0);
        else if (delete_dialog_needs_word(dialog))
            dialog_buttons(cells, y, x, width, cancel, 1, dialog->focus == FOCUS_CANCEL ? 0 : -1);
        else
            dialog_buttons(cells, y, x, width, ask, 2, dialog->focus == FOCUS_DELETE ? 1 : 0);
        break;
    case DELETE_CHECKING:
        dialog_buttons(cells, y, x, width, cancel, 1, 0);
        break;
    case DELETE_RUNNING:
        dialog_buttons(cells, y, x, width, stop, 1, -1);
        break;
    default:
        dialog_buttons(cells, y, x, width, close, 1, 0);
    }
}

/* From the top: heading, list, rule, notes, word; the buttons are always there. */
static void draw_inside(const struct delete_dialog *dialog, const struct notes *notes, struct cells *cells,
                        struct rect inside)
{
    int y = inside.y, buttons = inside.y + inside.height - 1, x = inside.x, width = inside.width;
    size_t shown = delete_dialog_visible(dialog);
    struct table table = table_of(width);
    if (inside.height < 1 || width < 1)
        return;
    draw_buttons(dialog, cells, buttons, x, width);
    if (asks_word(dialog) && --buttons >= y)
        draw_word(dialog, cells, buttons, x, width);
    if (y < buttons && dialog->stage != DELETE_REPORT)
        draw_heading(cells, y, x, &table);
    y++;
    int rows = (int)shown < buttons - y ? (int)shown : buttons - y;
    draw_list(dialog, cells, (struct rect){y, x, rows, width});
    y += (int)shown;
    if (y < buttons)
        draw_rule(dialog, cells, y, x, width, shown);
    y++;
    for (size_t i = 0; i < notes->count && y < buttons; i++)
        cells_put_cut(cells, y++, x, width, notes->list[i].role, 0, notes->list[i].text);
}

/* Without a box: it takes room that the sentence needs. */
static void draw_too_small(struct cells *cells, struct rect rect)
{
    static const char *const cancel[] = {"Cancel"};
    cells_fill(cells, rect, ROLE_TEXT, 0, " ");
    dialog_text(cells, (struct rect){rect.y, rect.x, rect.height - 1, rect.width}, ROLE_WARN,
                "too small to delete here: make the window larger");
    dialog_buttons(cells, rect.y + rect.height - 1, rect.x, rect.width, cancel, 1, 0);
}

void delete_dialog_draw(const struct delete_dialog *dialog, struct cells *cells, struct rect rect)
{
    struct notes notes;
    if (rect.height < 1 || rect.width < 1)
        return;
    if (delete_dialog_is_too_small(dialog)) {
        draw_too_small(cells, rect);
        return;
    }
    make_notes(dialog, &notes);
    size_t shown = delete_dialog_visible(dialog);
    struct rect box = dialog_place(rect, other_rows(dialog, notes.count) + (int)shown, box_width(rect.width));
    draw_title(dialog, cells, box);
    draw_inside(dialog, &notes, cells, (struct rect){box.y + 1, box.x + 2, box.height - 2, box.width - 4});
}
