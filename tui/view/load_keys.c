/*
 * What the keys do in the load dialog.
 */
#include "tui/view/load_private.h"

/* Tab completes a path; in an empty one, and in another field, it goes on. */
static void complete(struct load_dialog *dialog)
{
    if (dialog->form.focus != FIELD_FILE || !file_form_complete(&dialog->form))
        load_dialog_move_focus(dialog, 1);
}

static enum dialog_result take_step(struct load_dialog *dialog, enum file_form_step step)
{
    switch (step) {
    case FORM_NEXT:
    case FORM_BACK:
        load_dialog_move_focus(dialog, step == FORM_NEXT ? 1 : -1);
        break;
    case FORM_LEFT:
    case FORM_RIGHT:
        load_field_choose(dialog, dialog->form.focus, step == FORM_RIGHT ? 1 : -1);
        load_dialog_changed(dialog);
        break;
    case FORM_EDITED:
        load_dialog_changed(dialog);
        break;
    case FORM_COMPLETE:
        complete(dialog);
        break;
    case FORM_GO:
        load_dialog_start(dialog);
        break;
    default:
        break;
    }
    return file_form_result(&dialog->form, step);
}

static enum dialog_result member_key(struct load_dialog *dialog, uint32_t code)
{
    if (load_members_key(dialog, code))
        return DIALOG_USED;
    if (code == KEY_ENTER_CODE || code == '\n')
        return take_step(dialog, FORM_NEXT);
    return take_step(dialog, file_form_field_key(code));
}

enum dialog_result load_dialog_key(struct load_dialog *dialog, const struct key *key, int64_t now)
{
    struct line *line = load_field_line(dialog, dialog->form.focus);
    struct combo *combo = load_field_combo(dialog, dialog->form.focus);
    int chosen;
    dialog->form.progress.now = now;
    if (dialog->form.running)
        return file_form_running_key(&dialog->form, key->code);
    if (line)
        return take_step(dialog, file_form_line_step(line_key(line, key), key));
    if (combo)
        return take_step(dialog, file_form_line_step(combo_key(combo, key), key));
    if (key->alt)
        return DIALOG_UNUSED;
    if (dialog->form.focus == FIELD_MEMBER)
        return member_key(dialog, key->code);
    if (load_field_choices(dialog, dialog->form.focus, &chosen))
        return take_step(dialog, file_form_choice_key(key->code));
    return take_step(dialog, file_form_button_key(&dialog->form, key->code));
}

void load_dialog_paste(struct load_dialog *dialog, const char *text)
{
    struct line *line = load_field_line(dialog, dialog->form.focus);
    struct combo *combo = load_field_combo(dialog, dialog->form.focus);
    if (dialog->form.running)
        return;
    if (line ? line_paste(line, text) : combo && combo_paste(combo, text))
        load_dialog_changed(dialog);
}
