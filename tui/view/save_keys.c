/*
 * What the keys do in the save dialog.
 */
#include "tui/view/save_private.h"

/* Tab completes a path; in another field, and with the list open, it does what is next. */
static enum dialog_result complete_key(struct save_dialog *dialog)
{
    if (path_field_page(&dialog->file))
        return DIALOG_USED;
    if (line_is_empty(dialog->file.line))
        save_dialog_move_focus(dialog, 1);
    else
        dialog->complete_wanted = true;
    dialog->error[0] = '\0';
    return DIALOG_USED;
}

static enum dialog_result field_key(struct save_dialog *dialog, uint32_t code)
{
    switch (code) {
    case '\t':
    case KEY_CODE_DOWN:
        save_dialog_move_focus(dialog, 1);
        return DIALOG_USED;
    case KEY_CODE_BACK_TAB:
    case KEY_CODE_UP:
        save_dialog_move_focus(dialog, -1);
        return DIALOG_USED;
    case KEY_ESCAPE_CODE:
    case KEY_CTRL('C'):
        return DIALOG_CLOSE;
    default:
        return DIALOG_UNUSED;
    }
}

static enum dialog_result text_key(struct save_dialog *dialog, const struct key *key)
{
    switch (path_field_key(&dialog->file, key)) {
    case LINE_EDITED:
        save_dialog_changed(dialog);
        return DIALOG_USED;
    case LINE_MOVED:
        return DIALOG_USED;
    case LINE_ENTERED:
        save_dialog_move_focus(dialog, 1);
        return DIALOG_USED;
    case LINE_ESCAPED:
        return path_field_close_list(&dialog->file) ? DIALOG_USED : DIALOG_CLOSE;
    case LINE_COMPLETE:
        return complete_key(dialog);
    default:
        return key->alt ? DIALOG_UNUSED : field_key(dialog, key->code);
    }
}

static enum dialog_result choice_key(struct save_dialog *dialog, uint32_t code)
{
    switch (code) {
    case KEY_CODE_LEFT:
        save_dialog_choose(dialog, -1);
        return DIALOG_USED;
    case KEY_CODE_RIGHT:
    case ' ':
        save_dialog_choose(dialog, 1);
        return DIALOG_USED;
    case KEY_ENTER_CODE:
    case '\n':
        save_dialog_move_focus(dialog, 1);
        return DIALOG_USED;
    default:
        return field_key(dialog, code);
    }
}

static enum dialog_result button_key(struct save_dialog *dialog, uint32_t code)
{
    switch (code) {
    case KEY_CODE_LEFT:
    case KEY_CODE_RIGHT:
        dialog->focus = dialog->focus == SAVE_FIELD_SAVE ? SAVE_FIELD_CANCEL : SAVE_FIELD_SAVE;
        return DIALOG_USED;
    case KEY_ENTER_CODE:
    case '\n':
    case ' ':
        if (dialog->focus == SAVE_FIELD_CANCEL)
            return DIALOG_CLOSE;
        save_dialog_start(dialog);
        return DIALOG_USED;
    default:
        return field_key(dialog, code);
    }
}

enum dialog_result save_dialog_key(struct save_dialog *dialog, const struct key *key, int64_t now)
{
    dialog->now = dialog->progress.now = now;
    if (dialog->saving)
        return progress_box_key(&dialog->progress, key->code);
    if (dialog->focus == SAVE_FIELD_FILE)
        return text_key(dialog, key);
    if (key->alt)
        return DIALOG_UNUSED;
    if (dialog->focus == SAVE_FIELD_FORMAT || dialog->focus == SAVE_FIELD_EXISTS)
        return choice_key(dialog, key->code);
    return button_key(dialog, key->code);
}

void save_dialog_paste(struct save_dialog *dialog, const char *text)
{
    if (!dialog->saving && dialog->focus == SAVE_FIELD_FILE && path_field_paste(&dialog->file, text))
        save_dialog_changed(dialog);
}
