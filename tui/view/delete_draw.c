/*
 * How the delete dialog looks: a table of what goes, notes below it, buttons.
 */
#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "tui/view/delete_private.h"

#define WIDTH_MAX   104
#define MARGIN      4  /* columns beside the box on a wide screen */
#define WIDE_MIN    80 /* columns from which there is a margin */
#define WORD_MIN    45 /* what asks for the word, and its field */
#define BUTTONS_MIN 27
#define CHOICE_MIN  51 /* with one by one */
#define TABLE_MIN   56 /* columns below which only names are listed */

/* --- size --- */

static int box_width(int columns)
{
    if (columns < WIDE_MIN)
        return columns;
    return columns - 2 * MARGIN < WIDTH_MAX ? columns - 2 * MARGIN : WIDTH_MAX;
}

/* Columns of the report behind the names: a third is theirs. */
int delete_dialog_reason_width(const struct delete_dialog *dialog)
{
    int width = box_width(dialog->width) - 4;
    return width - width / 3;
}

/* Rows that a sentence takes, broken between words. */
static int note_rows(const struct delete_note *note, int width)
{
    return dialog_text(NULL, (struct rect){0, 0, 99, width}, note->role, note->text);
}

static int notes_rows(const struct delete_notes *notes, int width)
{
    int rows = 0;
    for (size_t i = 0; i < notes->count; i++)
        rows += note_rows(&notes->list[i], width);
    return rows;
}

/* Rows of the box that are not the list: edges, heading, rule, notes, word, buttons. */
static int other_rows(const struct delete_dialog *dialog, const struct delete_notes *notes, int columns)
{
    return 2 + 1 + 1 + notes_rows(notes, box_width(columns) - 4) + delete_dialog_asks_word(dialog) + 1;
}

size_t delete_dialog_visible(const struct delete_dialog *dialog)
{
    struct delete_notes notes;
    delete_notes_make(dialog, &notes);
    int room = dialog->height - other_rows(dialog, &notes, dialog->width);
    size_t lines = delete_dialog_lines(dialog);
    return room < 1 ? 1 : (size_t)room < lines ? (size_t)room : lines;
}

static size_t line_of(const struct delete_dialog *dialog, size_t item)
{
    size_t line = 0;
    while (line < dialog->line_count && dialog->lines[line].item != item)
        line++;
    return line;
}

void delete_dialog_layout(struct delete_dialog *dialog, int rows, int columns, bool ascii)
{
    dialog->height = rows;
    dialog->width = columns;
    dialog->ascii = ascii;
    size_t lines = delete_dialog_lines(dialog), shown = delete_dialog_visible(dialog);
    size_t last = lines > shown ? lines - shown : 0;
    if (dialog->stage == DELETE_CHOOSING) {
        size_t at = line_of(dialog, dialog->at);
        dialog->top = at < dialog->top ? at : at >= dialog->top + shown ? at + 1 - shown : dialog->top;
    }
    if (dialog->top > last)
        dialog->top = last;
    line_layout(dialog->word, 12);
}

static int width_needed(const struct delete_dialog *dialog)
{
    if (delete_dialog_asks_word(dialog))
        return WORD_MIN;
    return delete_dialog_has_choice(dialog) ? CHOICE_MIN : BUTTONS_MIN;
}

bool delete_dialog_is_too_small(const struct delete_dialog *dialog)
{
    struct delete_notes notes;
    bool asks = dialog->stage == DELETE_ASKING || dialog->stage == DELETE_CHOOSING;
    if (!asks || delete_dialog_possible(dialog) == 0)
        return false;
    delete_notes_make(dialog, &notes);
    return dialog->height < other_rows(dialog, &notes, dialog->width) + 1 ||
           box_width(dialog->width) - 4 < width_needed(dialog);
}

/* --- the table --- */

/* Columns of the table: state and name take what the others leave. */
struct table {
    int name, allocated, owner, age, held, freed; /* x of each, from the left */
    int held_width, freed_width;
    int width;
};

static struct table table_of(int width)
{
    struct table table = {.width = width, .name = 2};
    table.held_width = width >= 96 ? 34 : width >= 80 ? 24 : width >= 68 ? 16 : 11;
    table.freed_width = width >= 68 ? 9 : 5;
    table.freed = width - table.freed_width;
    table.held = table.freed - table.held_width - 1;
    table.age = table.held - 7;
    table.owner = table.age - 9;
    table.allocated = table.owner - 7;
    return table;
}

static void draw_heading(struct cells *cells, int y, int x, const struct table *table)
{
    static const uint8_t line = CELL_UNDERLINE;
    cells_fill(cells, (struct rect){y, x, 1, table->width}, ROLE_TITLE, line, " ");
    cells_put(cells, y, x + table->name, table->width - table->name, ROLE_TITLE, line, "NAME");
    if (table->width < TABLE_MIN)
        return;
    cells_put_right(cells, y, x + table->allocated, 6, ROLE_TITLE, line, "ALLOC");
    cells_put(cells, y, x + table->owner, 8, ROLE_TITLE, line, "OWNER");
    cells_put_right(cells, y, x + table->age, 6, ROLE_TITLE, line, "AGE");
    cells_put(cells, y, x + table->held, table->held_width, ROLE_TITLE, line, "IN USE BY");
    cells_put_right(cells, y, x + table->freed, table->freed_width, ROLE_TITLE, line,
                    table->freed_width < 9 ? "FREED" : "FREED NOW");
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

/* As many holders as fit; "nobody" where that is certain. */
static enum role held_text(const struct delete_check *check, const struct delete_item *item, int width,
                           char *buf, size_t size)
{
    if (item->holders.count > 0) {
        size_t n = item->holders.count < 8 ? item->holders.count : 8;
        do
            delete_holders_text(&item->holders, n, buf, size);
        while (text_width(buf) > width && --n > 0);
        if (n == 0 && item->holders.count > 1)
            snprintf(buf, size, "%zu processes", item->holders.count);
        return ROLE_BAD;
    }
    if (item->held == HELD_YES) {
        snprintf(buf, size, "somebody");
        return ROLE_BAD;
    }
    bool certain = delete_item_certain(check, item);
    snprintf(buf, size, certain ? "nobody" : "nobody seen");
    return certain ? ROLE_DIM : ROLE_WARN;
}

static void draw_held(const struct delete_dialog *dialog, const struct delete_item *item, struct cells *cells,
                      int y, int x, int width)
{
    char text[512];
    enum role role = held_text(dialog->check, item, width, text, sizeof text);
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
    const char *owner = index < dialog->count ? dialog->subjects[index].owner : NULL;
    bool theirs = delete_dialog_is_theirs(dialog, item);
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

static void draw_state(const struct delete_dialog *dialog, size_t index, struct cells *cells, int y, int x)
{
    const struct delete_item *item = &dialog->check->items[index];
    enum state state = dialog->subjects[index].state;
    if (item->is_protected)
        cells_put(cells, y, x, 1, ROLE_BAD, 0, "P");
    else if (state == STATE_LEAKED)
        cells_put(cells, y, x, 1, ROLE_LEAKED, 0, "L");
    else if (state == STATE_STALE)
        cells_put(cells, y, x, 1, ROLE_STALE, 0, "s");
}

static void draw_item(const struct delete_dialog *dialog, size_t index, struct cells *cells, int y, int x,
                      const struct table *table)
{
    const struct delete_item *item = &dialog->check->items[index];
    char bytes[FORMAT_BYTES_MAX];
    bool narrow = table->width < TABLE_MIN;
    put_name(dialog, cells, y, x + table->name, (narrow ? table->width : table->allocated) - table->name,
             dialog->subjects[index].name);
    draw_state(dialog, index, cells, y, x);
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
    draw_held(dialog, item, cells, y, x + table->held, table->held_width);
    format_bytes(item->freed_now, bytes, sizeof bytes);
    cells_put_right(cells, y, x + table->freed, table->freed_width, ROLE_TEXT, 0, bytes);
}

/* What was answered one by one so far, and what is asked. */
static void draw_choice(const struct delete_dialog *dialog, size_t item, struct cells *cells, int y, int x,
                        int width)
{
    if (dialog->stage != DELETE_CHOOSING)
        return;
    if (item == dialog->at)
        cells_tint(cells, (struct rect){y, x, 1, width}, -1, CELL_SELECTED);
    else if (item < dialog->at && !dialog->chosen[item])
        cells_tint(cells, (struct rect){y, x, 1, width}, ROLE_DIM, 0);
    else if (item < dialog->at)
        cells_put(cells, y, x, 1, ROLE_MARK, 0, "*");
}

static void draw_checked(const struct delete_dialog *dialog, size_t index, struct cells *cells, int y, int x,
                         const struct table *table)
{
    const struct delete_line *line = &dialog->lines[index];
    if (line->file) {
        put_name(dialog, cells, y, x + table->name + 2, table->width - table->name - 2, line->file);
        return;
    }
    draw_item(dialog, line->item, cells, y, x, table);
    draw_choice(dialog, line->item, cells, y, x, table->width);
}

static void outcome_text(const struct delete_dialog *dialog, const struct delete_outcome *outcome, char *buf,
                         size_t size)
{
    char bytes[FORMAT_BYTES_MAX], copy[NAME_PRINTABLE_MAX] = "";
    format_bytes(outcome->freed, bytes, sizeof bytes);
    if (outcome->copy)
        name_escape(outcome->copy, strlen(outcome->copy), dialog->ascii, copy, sizeof copy);
    if (outcome->error.code)
        snprintf(buf, size, "%s", outcome->error.text);
    else if (outcome->changed)
        snprintf(buf, size,
                 "deleted, %s freed; written while it was copied: %.300s may mix old values and new", bytes,
                 copy);
    else
        snprintf(buf, size, "deleted, %s freed%s%.300s", bytes, copy[0] ? ", kept as " : "", copy);
}

static void draw_outcome(const struct delete_dialog *dialog, size_t index, struct cells *cells, int y, int x,
                         int width)
{
    const struct delete_outcome *outcome = &dialog->outcomes[index];
    char text[ERROR_TEXT_MAX + 512];
    int name = width / 3;
    put_name(dialog, cells, y, x, name, outcome->name);
    outcome_text(dialog, outcome, text, sizeof text);
    cells_put_cut(cells, y, x + name, width - name,
                  outcome->error.code ? ROLE_BAD
                  : outcome->changed  ? ROLE_WARN
                                      : ROLE_DIM,
                  0, text);
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
            draw_checked(dialog, index, cells, y, rect.x, &table);
        else
            put_name(dialog, cells, y, rect.x + table.name,
                     (rect.width < TABLE_MIN ? rect.width : table.allocated) - table.name,
                     dialog->subjects[index].name);
    }
}

/* --- the box --- */

static void draw_title(const struct delete_dialog *dialog, struct cells *cells, struct rect box)
{
    char title[NAME_PRINTABLE_MAX + 64], name[NAME_PRINTABLE_MAX];
    size_t one = dialog->stage == DELETE_CHOOSING ? dialog->at : 0;
    if (dialog->stage == DELETE_REPORT) {
        snprintf(title, sizeof title, "What was deleted");
    } else if (dialog->count == 0) {
        snprintf(title, sizeof title, "Delete");
    } else if (dialog->count == 1 || dialog->stage == DELETE_CHOOSING) {
        const char *raw = dialog->subjects[one].name;
        name_escape(raw, strlen(raw), dialog->ascii, name, sizeof name);
        snprintf(title, sizeof title, "Delete %s", name);
    } else {
        snprintf(title, sizeof title, "Delete %zu segments from %.300s", dialog->count, dialog->directory);
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
    const char *hint = dialog->wrong_word                 ? "not that word; Esc cancels"
                       : dialog->stage == DELETE_CHOOSING ? "Enter alone keeps it"
                                                          : "";
    if (used < width)
        cells_put_cut(cells, y, x + used, width - used, dialog->wrong_word ? ROLE_BAD : ROLE_DIM, 0, hint);
}

static void draw_question(const struct delete_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    static const char *const ask[] = {"Cancel", "Delete (y)", "One by one (o)"},
                             *const word[] = {"Cancel", "One by one (o)"}, *const close[] = {"Close"};
    enum delete_focus focus = dialog->focus;
    int choice = delete_dialog_has_choice(dialog);
    if (delete_dialog_possible(dialog) == 0)
        dialog_buttons(cells, y, x, width, close, 1, 0);
    else if (delete_dialog_needs_word(dialog))
        dialog_buttons(cells, y, x, width, word, 1 + choice,
                       focus == FOCUS_CANCEL ? 0
                       : focus == FOCUS_ONE  ? 1
                                             : -1);
    else
        dialog_buttons(cells, y, x, width, ask, 2 + choice,
                       focus == FOCUS_DELETE ? 1
                       : focus == FOCUS_ONE  ? 2
                                             : 0);
}

static void draw_buttons(const struct delete_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    static const char *const cancel[] = {"Cancel"}, *const close[] = {"Close"},
                             *const stop[] = {"Stop (Esc)"},
                             *const one[] = {"y delete", "n keep", "a the rest", "Esc cancel"};
    switch (dialog->stage) {
    case DELETE_ASKING:
        draw_question(dialog, cells, y, x, width);
        break;
    case DELETE_CHOOSING:
        if (delete_dialog_asks_word(dialog))
            dialog_buttons(cells, y, x, width, &one[3], 1, -1);
        else
            dialog_buttons(cells, y, x, width, one, 4, -1);
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

/* The notes, and while it runs how far it is, in the rule above them. */
static void draw_notes(const struct delete_notes *notes, struct cells *cells, struct rect rect)
{
    for (size_t i = 0; i < notes->count && rect.height > 0; i++) {
        const struct delete_note *note = &notes->list[i];
        int used = dialog_text(cells, rect, note->role, note->text);
        rect.y += used;
        rect.height -= used;
    }
}

/* From the top: heading, list, rule, notes, word; the buttons are always there. */
static void draw_inside(const struct delete_dialog *dialog, const struct delete_notes *notes,
                        struct cells *cells, struct rect inside)
{
    int y = inside.y, buttons = inside.y + inside.height - 1, x = inside.x, width = inside.width;
    size_t shown = delete_dialog_visible(dialog);
    struct table table = table_of(width);
    if (inside.height < 1 || width < 1)
        return;
    draw_buttons(dialog, cells, buttons, x, width);
    if (delete_dialog_asks_word(dialog) && --buttons >= y)
        draw_word(dialog, cells, buttons, x, width);
    if (y < buttons && dialog->stage != DELETE_REPORT && dialog->count > 0)
        draw_heading(cells, y, x, &table);
    y++;
    int rows = (int)shown < buttons - y ? (int)shown : buttons - y;
    draw_list(dialog, cells, (struct rect){y, x, rows, width});
    y += (int)shown;
    if (y < buttons)
        draw_rule(dialog, cells, y, x, width, shown);
    if (y < buttons && dialog->stage == DELETE_RUNNING && dialog->total)
        cells_bar(cells, y, x, width, dialog->done, dialog->total, ROLE_LIVE);
    y++;
    if (y < buttons)
        draw_notes(notes, cells, (struct rect){y, x, buttons - y, width});
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
    struct delete_notes notes;
    if (rect.height < 1 || rect.width < 1)
        return;
    if (delete_dialog_is_too_small(dialog)) {
        draw_too_small(cells, rect);
        return;
    }
    delete_notes_make(dialog, &notes);
    size_t shown = delete_dialog_visible(dialog);
    struct rect box =
        dialog_place(rect, other_rows(dialog, &notes, rect.width) + (int)shown, box_width(rect.width));
    draw_title(dialog, cells, box);
    draw_inside(dialog, &notes, cells, (struct rect){box.y + 1, box.x + 2, box.height - 2, box.width - 4});
}
