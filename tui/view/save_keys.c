/*
 * What the keys do in the save dialog.
 */
#include "tui/view/save_private.h"

/* Tab completes a path; in an empty one it goes on. */
static void complete(struct save_dialog *dialog)
{
    if (file_form_complete(&dialog->form))
        return;
    file_form_clear_error(&dialog->form);
    save_dialog_move_focus(dialog, 1);
}

static enum dialog_result take_step(struct save_dialog *dialog, enum file_form_step step)
{
    switch (step) {
    case FORM_NEXT:
    case FORM_BACK:
        save_dialog_move_focus(dialog, step == FORM_NEXT ? 1 : -1);
        break;
    case FORM_EDITED:
        file_form_changed(&dialog->form);
        break;
    case FORM_COMPLETE:
        complete(dialog);
        break;
    case FORM_LEFT:
    case FORM_RIGHT:
        save_dialog_choose(dialog, step == FORM_RIGHT ? 1 : -1);
        break;
    case FORM_GO:
        save_dialog_start(dialog);
        break;
    default:
        break;
    }
    return file_form_result(&dialog->form, step);
}

enum dialog_result save_dialog_key(struct save_dialog *dialog, const struct key *key, int64_t now)
{
    struct file_form *form = &dialog->form;
    form->progress.now = now;
    if (form->running)
        return file_form_running_key(form, key->code);
    if (form->focus == SAVE_FIELD_FILE)
        return take_step(dialog, file_form_line_step(path_field_key(&form->file, key), key));
    if (key->alt)
        return DIALOG_UNUSED;
    if (form->focus == SAVE_FIELD_FORMAT || form->focus == SAVE_FIELD_EXISTS)
        return take_step(dialog, file_form_choice_key(key->code));
    return take_step(dialog, file_form_button_key(form, key->code));
}

void save_dialog_paste(struct save_dialog *dialog, const char *text)
{
    struct file_form *form = &dialog->form;
    if (!form->running && form->focus == SAVE_FIELD_FILE && path_field_paste(&form->file, text))
        file_form_changed(form);
}
