#include "tui/view/load_dialog.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/format.h"
#include "tui/view/load_private.h"

static const char *const layouts[] = {"npy", "raw", NULL};
static const char *const orders[] = {"as file", "C", "F", NULL};
static const char *const exists[] = {"fail", "replace", "replace even if in use", NULL};

static char *copy_of(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    assert(copy || !text);
    return copy;
}

struct load_dialog *load_dialog_new(const struct load_dialog_options *options)
{
    struct load_dialog *dialog = calloc(1, sizeof *dialog);
    char mode[16];
    assert(dialog);
    dialog->home = copy_of(options->home);
    dialog->directory = copy_of(options->directory);
    dialog->history = options->history;
    path_field_open(&dialog->file, options->history);
    dialog->name = line_new(NULL);
    dialog->mode = line_new(NULL);
    snprintf(mode, sizeof mode, "%04o", 0666 & ~options->umask);
    line_set(dialog->mode, mode);
    return dialog;
}

void load_dialog_free(struct load_dialog *dialog)
{
    if (!dialog)
        return;
    load_dialog_reply_free(dialog->facts);
    path_field_close(&dialog->file);
    line_free(dialog->name);
    line_free(dialog->mode);
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
    free(request);
}

void load_dialog_reply_free(struct load_dialog_reply *reply)
{
    if (!reply)
        return;
    completion_free(reply->completion);
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
    return dialog->loading;
}

bool load_dialog_is_current(const struct load_dialog *dialog)
{
    return dialog->facts && dialog->facts->generation == dialog->generation;
}

bool load_parse_mode(const char *text, unsigned *ret_mode)
{
    unsigned mode = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '7')
            return false;
        mode = mode * 8 + (unsigned)(*text - '0');
        if (mode > 0777)
            return false;
    }
    *ret_mode = mode;
    return true;
}

/* --- fields --- */

const char *const *load_dialog_choices(const struct load_dialog *dialog, enum load_field field,
                                       int *ret_chosen)
{
    switch (field) {
    case FIELD_LAYOUT:
        *ret_chosen = dialog->layout;
        return layouts;
    case FIELD_ORDER:
        *ret_chosen = dialog->order;
        return orders;
    case FIELD_EXISTS:
        *ret_chosen = dialog->exists;
        return exists;
    default:
        return NULL;
    }
}

struct line *load_dialog_line(struct load_dialog *dialog)
{
    return dialog->focus == FIELD_FILE   ? dialog->file.line
           : dialog->focus == FIELD_NAME ? dialog->name
           : dialog->focus == FIELD_MODE ? dialog->mode
                                         : NULL;
}

/* Something was typed or chosen: what is known is of something else. */
void load_dialog_changed(struct load_dialog *dialog)
{
    if (dialog->focus == FIELD_NAME)
        dialog->name_edited = true;
    if (dialog->focus == FIELD_MODE)
        dialog->mode_edited = true;
    dialog->generation++;
    dialog->look_wanted = true;
    dialog->error[0] = '\0';
    path_field_close_list(&dialog->file);
}

void load_dialog_move_focus(struct load_dialog *dialog, int by)
{
    if (dialog->focus == FIELD_NAME && line_is_empty(dialog->name) && dialog->name_edited) {
        load_dialog_changed(dialog);
        dialog->name_edited = false; /* left empty: the default again */
    }
    dialog->focus = (enum load_field)(((int)dialog->focus + by + FIELD_COUNT) % FIELD_COUNT);
    path_field_close_list(&dialog->file);
}

static void complain(struct load_dialog *dialog, enum load_field field, const char *text)
{
    snprintf(dialog->error, sizeof dialog->error, "%s", text);
    dialog->focus = field;
}

/* --- asking --- */

static struct load_dialog_request *make_request(const struct load_dialog *dialog, enum load_request_kind kind)
{
    struct load_dialog_request *request = calloc(1, sizeof *request);
    assert(request);
    request->kind = kind;
    request->generation = dialog->generation;
    request->typed = copy_of(line_text(dialog->file.line));
    request->home = copy_of(dialog->home);
    request->name = dialog->name_edited ? copy_of(line_text(dialog->name)) : NULL;
    request->layout = dialog->layout == 0 ? LAYOUT_NPY : LAYOUT_RAW;
    request->order = (enum load_order)dialog->order;
    request->exists = (enum load_exists)dialog->exists;
    request->mode_set = dialog->mode_edited && load_parse_mode(line_text(dialog->mode), &request->mode);
    return request;
}

struct load_dialog_request *load_dialog_wants(struct load_dialog *dialog, int64_t now)
{
    bool *wanted = dialog->run_wanted        ? &dialog->run_wanted
                   : dialog->complete_wanted ? &dialog->complete_wanted
                   : dialog->look_wanted     ? &dialog->look_wanted
                                             : NULL;
    dialog->now = dialog->progress.now = now;
    if (dialog->asked || !wanted)
        return NULL;
    *wanted = false;
    dialog->asked = true;
    if (wanted == &dialog->run_wanted)
        dialog->progress.started = now;
    return make_request(dialog, wanted == &dialog->run_wanted        ? LOAD_RUN
                                : wanted == &dialog->complete_wanted ? LOAD_COMPLETE
                                                                     : LOAD_LOOK);
}

bool load_dialog_request_is_load(const struct load_dialog_request *request)
{
    return request->kind == LOAD_RUN;
}

/* What is known to stand in the way; what is not known yet the load itself will find. */
static bool is_refused(struct load_dialog *dialog)
{
    unsigned mode;
    const struct load_dialog_reply *facts = load_dialog_is_current(dialog) ? dialog->facts : NULL;
    if (line_is_empty(dialog->file.line))
        complain(dialog, FIELD_FILE, "which file?");
    else if (!load_parse_mode(line_text(dialog->mode), &mode))
        complain(dialog, FIELD_MODE, "the mode is octal, as 0640");
    else if (facts && facts->error.code)
        complain(dialog, FIELD_FILE, facts->error.text);
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
    dialog->error[0] = '\0';
    path_field_close_list(&dialog->file);
    if (is_refused(dialog))
        return;
    if (dialog->history)
        line_history_add(dialog->history, line_text(dialog->file.line));
    dialog->run_wanted = dialog->loading = true;
    dialog->look_wanted = dialog->complete_wanted = false;
    progress_box_start(&dialog->progress, dialog->now);
}

/* --- answers --- */

static void take_look(struct load_dialog *dialog, struct load_dialog_reply *reply)
{
    load_dialog_reply_free(dialog->facts);
    dialog->facts = reply;
    if (!dialog->name_edited && load_dialog_is_current(dialog))
        line_set(dialog->name, reply->name);
}

/* As far as it can; where it cannot, what is possible is listed; where nothing is left to do, on to the next
 * field. */
static void take_completion(struct load_dialog *dialog, struct load_dialog_reply *reply)
{
    if (dialog->focus != FIELD_FILE)
        return;
    switch (path_field_take(&dialog->file, &reply->completion)) {
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

static void make_message(struct load_dialog *dialog, const struct load_dialog_reply *reply, int64_t now)
{
    char name[NAME_PRINTABLE_MAX], bytes[FORMAT_BYTES_MAX], old[FORMAT_BYTES_MAX];
    name_escape(reply->name, strlen(reply->name), dialog->ascii, name, sizeof name);
    format_bytes(reply->bytes, bytes, sizeof bytes);
    int n =
        snprintf(dialog->message, sizeof dialog->message, "%.300s loaded: %s %s, %s in %.1f s", name,
                 reply->file.type, reply->file.shape, bytes, (double)(now - dialog->progress.started) / 1000);
    if (reply->still_held > 0 && n > 0 && (size_t)n < sizeof dialog->message) {
        format_bytes(reply->old_allocated, old, sizeof old);
        snprintf(dialog->message + n, sizeof dialog->message - (size_t)n,
                 "; the old one stays with %zu process%s, %s", reply->still_held,
                 reply->still_held == 1 ? "" : "es", old);
    }
}

static enum load_field field_of(int code)
{
    return code == EEXIST || code == EBUSY ? FIELD_EXISTS : code == EINVAL ? FIELD_NAME : FIELD_LOAD;
}

static enum dialog_result end_load(struct load_dialog *dialog, const struct error *error)
{
    dialog->loading = false;
    if (error->code == ECANCELED) {
        snprintf(dialog->message, sizeof dialog->message, "load cancelled: nothing of it is left");
        return DIALOG_CLOSE;
    }
    complain(dialog, field_of(error->code), error->text);
    dialog->look_wanted = true;
    return DIALOG_USED;
}

static enum dialog_result take_load(struct load_dialog *dialog, struct load_dialog_reply *reply, int64_t now)
{
    if (reply->error.code)
        return end_load(dialog, &reply->error);
    dialog->loading = false;
    make_message(dialog, reply, now);
    dialog->loaded = copy_of(reply->name);
    return DIALOG_CLOSE;
}

enum dialog_result load_dialog_supply(struct load_dialog *dialog, struct load_dialog_reply *reply,
                                      int64_t now)
{
    enum dialog_result result = DIALOG_USED;
    dialog->asked = false;
    dialog->now = dialog->progress.now = now;
    if (!reply) {
        const struct error cancelled = {.code = ECANCELED};
        return dialog->loading ? end_load(dialog, &cancelled) : DIALOG_USED;
    }
    if (reply->kind == LOAD_LOOK) {
        take_look(dialog, reply);
        return DIALOG_USED;
    }
    if (reply->kind == LOAD_COMPLETE)
        take_completion(dialog, reply);
    else
        result = take_load(dialog, reply, now);
    load_dialog_reply_free(reply);
    return result;
}

void load_dialog_progress(struct load_dialog *dialog, uint64_t done, uint64_t total, int64_t now)
{
    dialog->progress.done = done;
    dialog->progress.total = total;
    dialog->now = dialog->progress.now = now;
}

void load_dialog_ask_quit(struct load_dialog *dialog)
{
    if (dialog->loading)
        progress_box_ask_quit(&dialog->progress);
}
