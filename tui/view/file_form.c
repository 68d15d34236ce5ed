#include "tui/view/file_form.h"

#include <assert.h>
#include <stdio.h>

void file_form_open(struct file_form *form, struct line_history *history, int go_button)
{
    *form = (struct file_form){.history = history, .go_button = go_button};
    path_field_open(&form->file, history);
}

void file_form_close(struct file_form *form)
{
    path_field_close(&form->file);
}

bool file_form_has_focus(const struct file_form *form, int field)
{
    return form->focus == field;
}

/* --- its course --- */

void file_form_changed(struct file_form *form)
{
    form->generation++;
    form->look_wanted = true;
    file_form_clear_error(form);
    path_field_close_list(&form->file);
}

void file_form_complain(struct file_form *form, int field, const char *text)
{
    snprintf(form->error, sizeof form->error, "%s", text);
    form->focus = field;
}

void file_form_clear_error(struct file_form *form)
{
    form->error[0] = '\0';
}

void file_form_run(struct file_form *form)
{
    if (form->history)
        line_history_add(form->history, line_text(form->file.line));
    form->run_wanted = form->running = true;
    form->look_wanted = form->complete_wanted = false;
    progress_box_start(&form->progress, form->progress.now);
}

void file_form_progress(struct file_form *form, uint64_t done, uint64_t total, int64_t now)
{
    form->progress.done = done;
    form->progress.total = total;
    form->progress.now = now;
}

void file_form_ask_quit(struct file_form *form)
{
    if (form->running)
        progress_box_ask_quit(&form->progress);
}

/* --- keys --- */

enum file_form_step file_form_field_key(uint32_t code)
{
    switch (code) {
    case '\t':
    case KEY_CODE_DOWN:
        return FORM_NEXT;
    case KEY_CODE_BACK_TAB:
    case KEY_CODE_UP:
        return FORM_BACK;
    case KEY_ESCAPE_CODE:
    case KEY_CTRL('C'):
        return FORM_CLOSE;
    default:
        return FORM_UNUSED;
    }
}

enum file_form_step file_form_choice_key(uint32_t code)
{
    switch (code) {
    case KEY_CODE_LEFT:
        return FORM_LEFT;
    case KEY_CODE_RIGHT:
    case ' ':
        return FORM_RIGHT;
    case KEY_ENTER_CODE:
    case '\n':
        return FORM_NEXT;
    default:
        return file_form_field_key(code);
    }
}

enum file_form_step file_form_button_key(struct file_form *form, uint32_t code)
{
    bool goes = form->focus == form->go_button;
    switch (code) {
    case KEY_CODE_LEFT:
    case KEY_CODE_RIGHT:
        form->focus = goes ? form->go_button + 1 : form->go_button;
        return FORM_STAY;
    case KEY_ENTER_CODE:
    case '\n':
    case ' ':
        return goes ? FORM_GO : FORM_CLOSE;
    default:
        return file_form_field_key(code);
    }
}

enum file_form_step file_form_line_step(enum line_result result, const struct key *key)
{
    switch (result) {
    case LINE_EDITED:
        return FORM_EDITED;
    case LINE_MOVED:
        return FORM_STAY;
    case LINE_ENTERED:
        return FORM_NEXT;
    case LINE_ESCAPED:
        return FORM_ESCAPE;
    case LINE_COMPLETE:
        return FORM_COMPLETE;
    default:
        return key->alt ? FORM_UNUSED : file_form_field_key(key->code);
    }
}

enum dialog_result file_form_result(struct file_form *form, enum file_form_step step)
{
    switch (step) {
    case FORM_ESCAPE:
        return path_field_close_list(&form->file) ? DIALOG_USED : DIALOG_CLOSE;
    case FORM_CLOSE:
        return DIALOG_CLOSE;
    case FORM_UNUSED:
        return DIALOG_UNUSED;
    default:
        return DIALOG_USED;
    }
}

enum dialog_result file_form_running_key(struct file_form *form, uint32_t code)
{
    enum dialog_result result = progress_box_key(&form->progress, code);
    if (result != DIALOG_STOP || !form->run_wanted)
        return result;
    form->run_wanted = form->running = false;
    form->look_wanted = true;
    return DIALOG_USED;
}

bool file_form_complete(struct file_form *form)
{
    if (path_field_page(&form->file))
        return true;
    if (line_is_empty(form->file.line))
        return false;
    file_form_clear_error(form);
    form->complete_wanted = true;
    return true;
}

/* --- drawing --- */

bool file_form_draw_progress(const struct file_form *form, const struct progress_words *words,
                             struct cells *cells, struct rect rect)
{
    if (!form->running || !progress_box_shows(&form->progress))
        return false;
    progress_box_draw(&form->progress, words, cells, rect);
    return true;
}

void file_form_draw_buttons(const struct file_form *form, const char *go, const char *going,
                            struct cells *cells, struct rect rect)
{
    const char *const buttons[] = {go, "Cancel"};
    int focus = form->focus - form->go_button;
    if (form->running)
        cells_put_cut(cells, rect.y, rect.x, rect.width, ROLE_DIM, 0, going);
    else
        dialog_buttons(cells, rect.y, rect.x, rect.width, buttons, 2, focus);
}

int file_form_inside(struct rect within)
{
    return dialog_width(within) - 4;
}

void file_form_rows_place(struct file_form_rows *rows, struct rect within, const int *heights, int n,
                          int focus)
{
    int width = dialog_width(within);
    assert(n <= FORM_ROWS_MAX && focus < n);
    rows->top[0] = 0;
    for (int i = 0; i < n; i++)
        rows->top[i + 1] = rows->top[i] + heights[i];
    rows->box = dialog_place(within, rows->top[n] + 2, width);
    int seen = rows->box.height - 2, last = rows->top[n] - seen;
    rows->above = rows->top[focus] + 2 - seen;
    rows->above = rows->above > last ? last : rows->above;
    rows->above = rows->above < 0 || seen < 1 ? 0 : rows->above;
}

struct rect file_form_row(const struct file_form_rows *rows, int row)
{
    int y = rows->top[row] - rows->above, seen = rows->box.height - 2;
    int height = rows->top[row + 1] - rows->top[row], rest = seen - y;
    struct rect rect = {rows->box.y + 1 + y, rows->box.x + 2, height < rest ? height : rest,
                        rows->box.width - 4};
    if (y < 0 || rect.height < 0 || rect.width < 1)
        rect.height = 0;
    return rect;
}

struct rect file_form_list_place(const struct file_form_rows *rows, struct rect within, int row)
{
    int y = rows->box.y + 2 + rows->top[row] - rows->above;
    return (struct rect){y, rows->box.x + 2, within.y + within.height - y, rows->box.width - 4};
}
