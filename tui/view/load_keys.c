/*
 * What the keys do in the load dialog.
 */
#include "tui/view/load_private.h"

static int *chosen(struct load_dialog *dialog)
{
    return dialog->focus == FIELD_LAYOUT  ? &dialog->layout
           : dialog->focus == FIELD_ORDER ? &dialog->order
                                          : &dialog->exists;
}

/* Tab completes a path; in another field, and with the list open, it does what is next. */
static enum dialog_result complete_key(struct load_dialog *dialog)
{
    if (dialog->focus != FIELD_FILE || line_is_empty(dialog->file.line)) {
        load_dialog_move_focus(dialog, 1);
        return DIALOG_USED;
    }
    if (path_field_page(&dialog->file))
        return DIALOG_USED;
    dialog->error[0] = '\0';
    dialog->complete_wanted = true;
    return DIALOG_USED;
}

static enum dialog_result escape_key(struct load_dialog *dialog)
{
    return path_field_close_list(&dialog->file) ? DIALOG_USED : DIALOG_CLOSE;
}

static enum dialog_result field_key(struct load_dialog *dialog, uint32_t code)
{
    switch (code) {
    case '\t':
    case KEY_CODE_DOWN:
        load_dialog_move_focus(dialog, 1);
        return DIALOG_USED;
    case KEY_CODE_BACK_TAB:
    case KEY_CODE_UP:
        load_dialog_move_focus(dialog, -1);
        return DIALOG_USED;
    default:
        return DIALOG_UNUSED;
    }
}

static enum dialog_result text_key(struct load_dialog *dialog, const struct key *key)
{
    switch (line_key(load_dialog_line(dialog), key)) {
    case LINE_EDITED:
        load_dialog_changed(dialog);
        return DIALOG_USED;
    case LINE_MOVED:
        return DIALOG_USED;
    case LINE_ENTERED:
        load_dialog_move_focus(dialog, 1);
        return DIALOG_USED;
    case LINE_ESCAPED:
        return escape_key(dialog);
    case LINE_COMPLETE:
        return complete_key(dialog);
    default:
        return key->alt ? DIALOG_UNUSED : field_key(dialog, key->code);
    }
}

static void choose(struct load_dialog *dialog, int by)
{
    int now = 0, n = 0;
    const char *const *choices = load_dialog_choices(dialog, dialog->focus, &now);
    while (choices[n])
        n++;
    *chosen(dialog) = (now + by + n) % n;
    load_dialog_changed(dialog);
}

static enum dialog_result choice_key(struct load_dialog *dialog, uint32_t code)
{
    switch (code) {
    case KEY_CODE_LEFT:
        choose(dialog, -1);
        return DIALOG_USED;
    case KEY_CODE_RIGHT:
    case ' ':
        choose(dialog, 1);
        return DIALOG_USED;
    case KEY_ENTER_CODE:
    case '\n':
        load_dialog_move_focus(dialog, 1);
        return DIALOG_USED;
    case KEY_ESCAPE_CODE:
    case KEY_CTRL('C'):
        return DIALOG_CLOSE;
    default:
        return field_key(dialog, code);
    }
}

static enum dialog_result button_key(struct load_dialog *dialog, uint32_t code)
{
    switch (code) {
    case KEY_CODE_LEFT:
    case KEY_CODE_RIGHT:
        dialog->focus = dialog->focus == FIELD_LOAD ? FIELD_CANCEL : FIELD_LOAD;
        return DIALOG_USED;
    case KEY_ENTER_CODE:
    case '\n':
    case ' ':
        if (dialog->focus == FIELD_CANCEL)
            return DIALOG_CLOSE;
        load_dialog_start(dialog);
        return DIALOG_USED;
    case KEY_ESCAPE_CODE:
    case KEY_CTRL('C'):
        return DIALOG_CLOSE;
    default:
        return field_key(dialog, code);
    }
}

enum dialog_result load_dialog_key(struct load_dialog *dialog, const struct key *key, int64_t now)
{
    int chosen_now;
    dialog->now = dialog->progress.now = now;
    if (dialog->loading)
        return progress_box_key(&dialog->progress, key->code);
    if (load_dialog_line(dialog))
        return text_key(dialog, key);
    if (key->alt)
        return DIALOG_UNUSED;
    if (load_dialog_choices(dialog, dialog->focus, &chosen_now))
        return choice_key(dialog, key->code);
    return button_key(dialog, key->code);
}

void load_dialog_paste(struct load_dialog *dialog, const char *text)
{
    struct line *line = dialog->loading ? NULL : load_dialog_line(dialog);
    if (line && line_paste(line, text))
        load_dialog_changed(dialog);
}
