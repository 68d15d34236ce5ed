#include "tui/view/load_dialog.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"
#include "tui/view/load_private.h"

static char *copy_of(const char *text)
{
    return text ? memory_dup(text) : NULL;
}

static void show_mode(struct load_dialog *dialog, unsigned mode)
{
    char text[16];
    snprintf(text, sizeof text, "%04o", mode);
    line_set(dialog->mode, text);
}

struct load_dialog *load_dialog_new(const struct load_dialog_options *options)
{
    struct load_dialog *dialog = memory_new(sizeof *dialog);
    dialog->home = copy_of(options->home);
    dialog->directory = copy_of(options->directory);
    file_form_open(&dialog->form, options->history, FIELD_LOAD);
    dialog->users = options->users;
    dialog->plain_mode = 0666 & ~options->umask;
    load_fields_open(dialog);
    show_mode(dialog, dialog->plain_mode);
    return dialog;
}

void load_dialog_free(struct load_dialog *dialog)
{
    if (!dialog)
        return;
    load_dialog_reply_free(dialog->facts);
    load_dialog_reply_free(dialog->preview);
    file_form_close(&dialog->form);
    load_fields_close(dialog);
    free(dialog->home);
    free(dialog->directory);
    free(dialog->loaded);
    free(dialog);
}

void load_dialog_request_free(struct load_dialog_request *request)
{
    if (!request)
        return;
    free(request->typed);
    free(request->home);
    free(request->name);
    free(request->member);
    free(request);
}

void load_dialog_reply_free(struct load_dialog_reply *reply)
{
    if (!reply)
        return;
    completion_free(reply->completion);
    source_members_clear(&reply->members);
    load_report_clear(&reply->outcome.report);
    free(reply);
}

const char *load_dialog_message(const struct load_dialog *dialog)
{
    return dialog->message;
}

bool load_dialog_message_is_error(const struct load_dialog *dialog)
{
    return dialog->message_is_error;
}

const char *load_dialog_loaded(const struct load_dialog *dialog)
{
    return dialog->loaded;
}

bool load_dialog_is_loading(const struct load_dialog *dialog)
{
    return dialog->form.running;
}

bool load_dialog_is_current(const struct load_dialog *dialog)
{
    return dialog->facts && dialog->facts->generation == dialog->form.generation;
}

/* --- what is typed and chosen --- */

void load_dialog_changed(struct load_dialog *dialog)
{
    if (dialog->form.focus == FIELD_NAME)
        dialog->name_edited = true;
    if (dialog->form.focus == FIELD_MODE)
        dialog->mode_edited = true;
    if (dialog->form.focus == FIELD_FILE)
        load_fields_forget_file(dialog);
    if (dialog->form.focus == FIELD_TYPE && dialog->facts)
        load_fields_offer_shapes(dialog);
    dialog->preview_wanted = false;
    file_form_changed(&dialog->form);
}

/* A field that was left empty has its default again. */
static void leave_field(struct load_dialog *dialog)
{
    if (dialog->form.focus == FIELD_NAME && line_is_empty(dialog->name) && dialog->name_edited) {
        load_dialog_changed(dialog);
        dialog->name_edited = false;
    }
    if (dialog->form.focus == FIELD_MODE && line_is_empty(dialog->mode)) {
        load_dialog_changed(dialog);
        show_mode(dialog, dialog->plain_mode);
        dialog->mode_edited = false;
    }
    struct combo *combo = load_field_combo(dialog, dialog->form.focus);
    if (combo)
        combo_leave(combo);
    path_field_close_list(&dialog->form.file);
    dialog->members_open = false;
}

void load_dialog_move_focus(struct load_dialog *dialog, int by)
{
    leave_field(dialog);
    do
        dialog->form.focus = (dialog->form.focus + by + FIELD_COUNT) % FIELD_COUNT;
    while (!load_field_is_shown(dialog, dialog->form.focus));
    dialog->members_open = dialog->form.focus == FIELD_MEMBER && by > 0; /* who goes back passes it */
}

static void complain(struct load_dialog *dialog, enum load_field field, const char *text)
{
    file_form_complain(&dialog->form, load_field_is_shown(dialog, field) ? field : FIELD_FILE, text);
}

/* --- asking --- */

static struct load_dialog_request *make_request(const struct load_dialog *dialog, enum load_request_kind kind)
{
    struct load_dialog_request *request = memory_new(sizeof *request);
    enum load_field wrong;
    struct error error;
    request->kind = kind;
    request->generation = dialog->form.generation;
    request->typed = copy_of(line_text(dialog->form.file.line));
    request->home = copy_of(dialog->home);
    request->name = dialog->name_edited ? copy_of(line_text(dialog->name)) : NULL;
    request->member = copy_of(dialog->member);
    request->strict = dialog->lossy == 1;
    request->layout = dialog->layout == 0 ? LAYOUT_NPY : LAYOUT_RAW;
    request->order = (enum load_order)dialog->order;
    request->exists = (enum load_exists)dialog->exists;
    load_fields_read(dialog, request, &wrong, &error); /* what is wrong counts as not chosen */
    return request;
}

static bool *most_wanted(struct load_dialog *dialog, enum load_request_kind *ret_kind)
{
    bool *const wanted[] = {[LOAD_RUN] = &dialog->form.run_wanted,
                            [LOAD_COMPLETE] = &dialog->form.complete_wanted,
                            [LOAD_LOOK] = &dialog->form.look_wanted,
                            [LOAD_PREVIEW] = &dialog->preview_wanted};
    static const enum load_request_kind order[] = {LOAD_RUN, LOAD_COMPLETE, LOAD_LOOK, LOAD_PREVIEW};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        *ret_kind = order[i];
        if (*wanted[order[i]])
            return wanted[order[i]];
    }
    return NULL;
}

struct load_dialog_request *load_dialog_wants(struct load_dialog *dialog, int64_t now)
{
    enum load_request_kind kind;
    bool *wanted = most_wanted(dialog, &kind);
    dialog->form.progress.now = now;
    if (dialog->form.asked || !wanted)
        return NULL;
    *wanted = false;
    dialog->form.asked = true;
    dialog->gave_up = false;
    dialog->asked_kind = kind;
    dialog->asked_generation = dialog->form.generation;
    if (kind == LOAD_RUN)
        dialog->form.progress.started = now;
    return make_request(dialog, kind);
}

bool load_dialog_gives_up(struct load_dialog *dialog)
{
    if (!dialog->form.asked || dialog->gave_up || dialog->asked_kind != LOAD_PREVIEW ||
        (dialog->asked_generation == dialog->form.generation && !dialog->form.run_wanted &&
         !dialog->form.complete_wanted))
        return false;
    dialog->gave_up = true;
    return true;
}

bool load_dialog_request_is_load(const struct load_dialog_request *request)
{
    return request->kind == LOAD_RUN;
}

/* What is known to stand in the way; what is not known yet the load itself will find. */
static bool is_refused(struct load_dialog *dialog)
{
    struct load_dialog_request request = {0};
    enum load_field wrong;
    struct error error;
    const struct load_dialog_reply *facts = load_dialog_is_current(dialog) ? dialog->facts : NULL;
    if (line_is_empty(dialog->form.file.line))
        complain(dialog, FIELD_FILE, "which file?");
    else if (!load_fields_read(dialog, &request, &wrong, &error))
        complain(dialog, wrong, error.text);
    else if (facts && facts->error.code)
        complain(dialog, facts->file.may_be_raw ? FIELD_TYPE : FIELD_FILE, facts->error.text);
    else if (facts && facts->name_state == NAME_BAD)
        complain(dialog, FIELD_NAME, facts->name_error.text);
    else if (facts && facts->name_state == NAME_EXISTS && dialog->exists == EXISTS_FAIL)
        complain(dialog, FIELD_EXISTS, "the name exists: choose another one, or replace it");
    else
        return false;
    return true;
}

void load_dialog_start(struct load_dialog *dialog)
{
    file_form_clear_error(&dialog->form);
    path_field_close_list(&dialog->form.file);
    if (is_refused(dialog))
        return;
    dialog->preview_wanted = false;
    file_form_run(&dialog->form);
}

/* --- answers --- */

/* Numbers that are converted, and text, in which numbers may be missing. */
static bool is_worth_a_preview(const struct load_dialog *dialog)
{
    const struct load_file *file = &dialog->facts->file;
    bool converts = combo_is_set(&dialog->type) && !file->may_be_raw;
    return file->is_read && (converts || file->is_text) && !dialog->form.running;
}

static void take_look(struct load_dialog *dialog, struct load_dialog_reply *reply)
{
    load_dialog_reply_free(dialog->facts);
    dialog->facts = reply;
    if (!load_field_is_shown(dialog, dialog->form.focus))
        load_dialog_move_focus(dialog, 1);
    if (!load_dialog_is_current(dialog))
        return;
    if (!dialog->name_edited)
        line_set(dialog->name, reply->name);
    if (!dialog->mode_edited)
        show_mode(dialog, reply->mode);
    dialog->member_at = reply->member;
    load_fields_offer_shapes(dialog);
    dialog->preview_wanted = is_worth_a_preview(dialog);
}

static void take_preview(struct load_dialog *dialog, struct load_dialog_reply *reply)
{
    load_dialog_reply_free(dialog->preview);
    dialog->preview = reply;
    if (reply->error.code == ECANCELED && reply->generation == dialog->form.generation)
        dialog->preview_wanted = !dialog->form.running;
}

/* As far as it can; where it cannot, what is possible is listed; where nothing is left to do, on to the next
 * field. */
static void take_completion(struct load_dialog *dialog, struct load_dialog_reply *reply)
{
    if (dialog->form.focus != FIELD_FILE)
        return;
    switch (path_field_take(&dialog->form.file, &reply->completion)) {
    case PATH_COMPLETED:
        load_dialog_changed(dialog);
        break;
    case PATH_COMPLETE:
        load_dialog_move_focus(dialog, 1);
        break;
    case PATH_NONE:
        complain(dialog, FIELD_FILE,
                 reply->completion->error.code   ? reply->completion->error.text
                 : reply->completion->unloadable ? "what begins like this is no regular file"
                                                 : "nothing there begins like this");
        break;
    default:
        break;
    }
}

static enum load_field field_of(const struct load_dialog_reply *reply)
{
    int code = reply->error.code;
    return reply->outcome.is_lossy           ? FIELD_LOSSY
           : code == ENOTSUP                 ? FIELD_TYPE
           : reply->outcome.is_of_file       ? FIELD_FILE
           : code == EEXIST || code == EBUSY ? FIELD_EXISTS
           : code == EINVAL                  ? FIELD_NAME
                                             : FIELD_LOAD;
}

static enum dialog_result cancelled(struct load_dialog *dialog)
{
    dialog->form.running = false;
    snprintf(dialog->message, sizeof dialog->message, "load cancelled: nothing of it is left");
    return DIALOG_CLOSE;
}

static enum dialog_result take_load(struct load_dialog *dialog, struct load_dialog_reply *reply, int64_t now)
{
    dialog->form.running = false;
    if (reply->error.code == ECANCELED)
        return cancelled(dialog);
    if (reply->error.code) {
        complain(dialog, field_of(reply), reply->error.text);
        dialog->form.look_wanted = true;
        return DIALOG_USED;
    }
    load_message_make(dialog, reply, now);
    dialog->loaded = copy_of(reply->name);
    return DIALOG_CLOSE;
}

enum dialog_result load_dialog_supply(struct load_dialog *dialog, struct load_dialog_reply *reply,
                                      int64_t now)
{
    enum dialog_result result = DIALOG_USED;
    dialog->form.asked = false;
    dialog->form.progress.now = now;
    if (!reply)
        return dialog->asked_kind == LOAD_RUN ? cancelled(dialog) : DIALOG_USED;
    switch (reply->kind) {
    case LOAD_LOOK:
        take_look(dialog, reply);
        return DIALOG_USED;
    case LOAD_PREVIEW:
        take_preview(dialog, reply);
        return DIALOG_USED;
    case LOAD_COMPLETE:
        take_completion(dialog, reply);
        break;
    case LOAD_RUN:
        result = take_load(dialog, reply, now);
    }
    load_dialog_reply_free(reply);
    return result;
}

void load_dialog_progress(struct load_dialog *dialog, uint64_t done, uint64_t total, uint64_t lost,
                          int64_t now)
{
    dialog->form.progress.lost = lost;
    file_form_progress(&dialog->form, done, total, now);
}

void load_dialog_ask_quit(struct load_dialog *dialog)
{
    file_form_ask_quit(&dialog->form);
}
