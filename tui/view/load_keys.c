/*
 * What the keys do in the load dialog.
 */
#include "tui/view/load_private.h"

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
    case KEY_ESCAPE_CODE:
    case KEY_CTRL('C'):
        return DIALOG_CLOSE;
    default:
        return DIALOG_UNUSED;
    }
}

/* After a key in a line or a combo. */
static enum dialog_result after_text(struct load_dialog *dialog, enum line_result result,
                                     const struct key *key)
{
    switch (result) {
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

static enum dialog_result choose(struct load_dialog *dialog, int by)
{
    load_field_choose(dialog, dialog->focus, by);
    load_dialog_changed(dialog);
    return DIALOG_USED;
}

static enum dialog_result choice_key(struct load_dialog *dialog, uint32_t code)
{
    switch (code) {
    case KEY_CODE_LEFT:
        return choose(dialog, -1);
    case KEY_CODE_RIGHT:
    case ' ':
        return choose(dialog, 1);
    case KEY_ENTER_CODE:
    case '\n':
        load_dialog_move_focus(dialog, 1);
        return DIALOG_USED;
    default:
        return field_key(dialog, code);
    }
}

static enum dialog_result member_key(struct load_dialog *dialog, uint32_t code)
{
    if (load_members_key(dialog, code))
        return DIALOG_USED;
    if (code == KEY_ENTER_CODE || code == '\n') {
        load_dialog_move_focus(dialog, 1);
        return DIALOG_USED;
    }
    return field_key(dialog, code);
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
    default:
        return field_key(dialog, code);
    }
}

/* A load that has not begun yet, for something else is still under way, is only taken back. */
static enum dialog_result loading_key(struct load_dialog *dialog, uint32_t code)
{
    enum dialog_result result = progress_box_key(&dialog->progress, code);
    if (result != DIALOG_STOP || !dialog->run_wanted)
        return result;
    dialog->run_wanted = dialog->loading = false;
    dialog->look_wanted = true;
    return DIALOG_USED;
}

enum dialog_result load_dialog_key(struct load_dialog *dialog, const struct key *key, int64_t now)
{
    struct line *line = load_field_line(dialog, dialog->focus);
    struct combo *combo = load_field_combo(dialog, dialog->focus);
    int chosen;
    dialog->now = dialog->progress.now = now;
    if (dialog->loading)
        return loading_key(dialog, key->code);
    if (line)
        return after_text(dialog, line_key(line, key), key);
    if (combo)
        return after_text(dialog, combo_key(combo, key), key);
    if (key->alt)
        return DIALOG_UNUSED;
    if (dialog->focus == FIELD_MEMBER)
        return member_key(dialog, key->code);
    if (load_field_choices(dialog, dialog->focus, &chosen))
        return choice_key(dialog, key->code);
    return button_key(dialog, key->code);
}

void load_dialog_paste(struct load_dialog *dialog, const char *text)
{
    struct line *line = load_field_line(dialog, dialog->focus);
    struct combo *combo = load_field_combo(dialog, dialog->focus);
    if (dialog->loading)
        return;
    if (line ? line_paste(line, text) : combo && combo_paste(combo, text))
        load_dialog_changed(dialog);
}
