#include "tui/view/save_dialog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/format.h"
#include "core/sys/memory.h"
#include "tui/view/save_private.h"

static const char *const formats[] = {".npy", ".csv", NULL};
static const char *const exists[] = {"fail", "replace", NULL};

static void copy_subject(const struct save_subject *from, struct save_subject *ret)
{
    *ret = *from;
    ret->name = memory_dup(from->name);
    ret->index = memory_dup(from->index);
    ret->pids = memory_new((from->pid_count + 1) * sizeof *ret->pids);
    memcpy(ret->pids, from->pids, from->pid_count * sizeof *ret->pids);
}

void save_subject_clear(struct save_subject *subject)
{
    free(subject->name);
    free(subject->index);
    free(subject->pids);
    *subject = (struct save_subject){.name = NULL};
}

/* "~/prices.npy" for prices.shm. */
static void suggest(struct save_dialog *dialog)
{
    char name[NAME_PRINTABLE_MAX], path[NAME_PRINTABLE_MAX + 16];
    size_t length = strlen(dialog->subject.name);
    name_escape(dialog->subject.name, length, false, name, sizeof name);
    for (char *c = name; *c; c++)
        if (*c == '/')
            *c = '_';
    length = strlen(name);
    if (length > 4 && (strcmp(name + length - 4, ".shm") == 0 || strcmp(name + length - 4, ".npy") == 0))
        name[length - 4] = '\0';
    snprintf(path, sizeof path, "%s%s%s", dialog->home ? "~/" : "", name, formats[0]);
    path_field_suggest(&dialog->form.file, path);
}

struct save_dialog *save_dialog_new(const struct save_dialog_options *options)
{
    struct save_dialog *dialog = memory_new(sizeof *dialog);
    static const pid_t nobody[1];
    const struct save_subject subject = {.name = (char *)options->name,
                                         .id = options->id,
                                         .unlinked = options->unlinked,
                                         .pids = (pid_t *)(options->pids ? options->pids : nobody),
                                         .pid_count = options->pid_count,
                                         .index = (char *)options->index,
                                         .transposed = options->transposed,
                                         .is_said = options->as != NULL,
                                         .said = options->as ? *options->as : (struct matrix){.rank = 0}};
    copy_subject(&subject, &dialog->subject);
    dialog->home = options->home ? memory_dup(options->home) : NULL;
    file_form_open(&dialog->form, options->history, SAVE_FIELD_SAVE);
    suggest(dialog);
    dialog->form.look_wanted = true;
    return dialog;
}

void save_dialog_free(struct save_dialog *dialog)
{
    if (!dialog)
        return;
    save_dialog_reply_free(dialog->facts);
    save_subject_clear(&dialog->subject);
    file_form_close(&dialog->form);
    free(dialog->home);
    free(dialog);
}

void save_dialog_request_free(struct save_dialog_request *request)
{
    if (!request)
        return;
    save_subject_clear(&request->subject);
    free(request->typed);
    free(request->home);
    free(request);
}

void save_dialog_reply_free(struct save_dialog_reply *reply)
{
    if (!reply)
        return;
    completion_free(reply->completion);
    free(reply);
}

const char *save_dialog_message(const struct save_dialog *dialog)
{
    return dialog->message;
}

bool save_dialog_is_saving(const struct save_dialog *dialog)
{
    return dialog->form.running;
}

bool save_dialog_is_current(const struct save_dialog *dialog)
{
    return dialog->facts && dialog->facts->generation == dialog->form.generation;
}

/* --- fields --- */

const char *const *save_dialog_choices(const struct save_dialog *dialog, enum save_field field,
                                       int *ret_chosen)
{
    enum save_format format;
    switch (field) {
    case SAVE_FIELD_FORMAT:
        *ret_chosen =
            save_format_of(line_text(dialog->form.file.line), &format, NULL) == 0 ? (int)format : -1;
        return formats;
    case SAVE_FIELD_EXISTS:
        *ret_chosen = dialog->exists;
        return exists;
    default:
        return NULL;
    }
}

void save_dialog_move_focus(struct save_dialog *dialog, int by)
{
    dialog->form.focus = (dialog->form.focus + by + SAVE_FIELD_COUNT) % SAVE_FIELD_COUNT;
    path_field_close_list(&dialog->form.file);
}

/* The format is what the file's name says, so another one is another name. */
static void choose_format(struct save_dialog *dialog, int by)
{
    char path[LINE_MAX_BYTES + 8];
    int chosen = -1;
    save_dialog_choices(dialog, SAVE_FIELD_FORMAT, &chosen);
    snprintf(path, sizeof path, "%s", line_text(dialog->form.file.line));
    if (chosen >= 0)
        path[strlen(path) - strlen(formats[chosen])] = '\0';
    strcat(path, formats[chosen < 0 ? 0 : (chosen + by + 2) % 2]);
    line_set(dialog->form.file.line, path);
    dialog->form.file.suggested = false;
}

void save_dialog_choose(struct save_dialog *dialog, int by)
{
    if (dialog->form.focus == SAVE_FIELD_FORMAT)
        choose_format(dialog, by);
    else
        dialog->exists = !dialog->exists;
    file_form_changed(&dialog->form);
}

/* --- asking --- */

static struct save_dialog_request *make_request(const struct save_dialog *dialog, enum save_request_kind kind)
{
    struct save_dialog_request *request = memory_new(sizeof *request);
    request->kind = kind;
    request->generation = dialog->form.generation;
    copy_subject(&dialog->subject, &request->subject);
    request->typed = memory_dup(line_text(dialog->form.file.line));
    request->home = dialog->home ? memory_dup(dialog->home) : NULL;
    request->replace = dialog->exists == 1;
    return request;
}

struct save_dialog_request *save_dialog_wants(struct save_dialog *dialog, int64_t now)
{
    bool *wanted = dialog->form.run_wanted        ? &dialog->form.run_wanted
                   : dialog->form.complete_wanted ? &dialog->form.complete_wanted
                   : dialog->form.look_wanted     ? &dialog->form.look_wanted
                                                  : NULL;
    dialog->form.progress.now = now;
    if (dialog->form.asked || !wanted)
        return NULL;
    *wanted = false;
    dialog->form.asked = true;
    if (wanted == &dialog->form.run_wanted)
        dialog->form.progress.started = now;
    return make_request(dialog, wanted == &dialog->form.run_wanted        ? SAVE_RUN
                                : wanted == &dialog->form.complete_wanted ? SAVE_COMPLETE
                                                                          : SAVE_LOOK);
}

bool save_dialog_request_is_save(const struct save_dialog_request *request)
{
    return request->kind == SAVE_RUN;
}

/* What is known to stand in the way; what is not known yet the save itself will find. */
static bool is_refused(struct save_dialog *dialog)
{
    const struct save_dialog_reply *facts = save_dialog_is_current(dialog) ? dialog->facts : NULL;
    if (line_is_empty(dialog->form.file.line))
        file_form_complain(&dialog->form, SAVE_FIELD_FILE, "which file?");
    else if (facts && facts->error.code)
        file_form_complain(&dialog->form, SAVE_FIELD_FILE, facts->error.text);
    else if (facts && facts->place_state == PLACE_BAD)
        file_form_complain(&dialog->form, SAVE_FIELD_FILE, facts->place_error.text);
    else if (facts && facts->place_state == PLACE_EXISTS && dialog->exists == 0)
        file_form_complain(&dialog->form, SAVE_FIELD_EXISTS,
                           "the file exists: choose another one, or replace it");
    else
        return false;
    return true;
}

void save_dialog_start(struct save_dialog *dialog)
{
    file_form_clear_error(&dialog->form);
    path_field_close_list(&dialog->form.file);
    if (!is_refused(dialog))
        file_form_run(&dialog->form);
}

/* --- answers --- */

static void take_look(struct save_dialog *dialog, struct save_dialog_reply *reply)
{
    save_dialog_reply_free(dialog->facts);
    dialog->facts = reply;
}

static void take_completion(struct save_dialog *dialog, struct save_dialog_reply *reply)
{
    if (dialog->form.focus != SAVE_FIELD_FILE)
        return;
    switch (path_field_take(&dialog->form.file, &reply->completion)) {
    case PATH_COMPLETED:
        file_form_changed(&dialog->form);
        break;
    case PATH_COMPLETE:
    case PATH_NONE: /* a new name: it is as complete as it can be */
        if (reply->completion->error.code)
            file_form_complain(&dialog->form, SAVE_FIELD_FILE, reply->completion->error.text);
        else
            save_dialog_move_focus(dialog, 1);
        break;
    default:
        break;
    }
}

static void make_message(struct save_dialog *dialog, const struct save_dialog_reply *reply, int64_t now)
{
    char bytes[FORMAT_BYTES_MAX];
    format_bytes(reply->report.bytes, bytes, sizeof bytes);
    snprintf(dialog->message, sizeof dialog->message, "%.300s saved: %s %s, %s in %.1f s%s",
             line_text(dialog->form.file.line), reply->content.type, reply->content.shape, bytes,
             (double)(now - dialog->form.progress.started) / 1000,
             reply->report.changed ? "; it was written meanwhile: old values and new may be mixed" : "");
}

static enum dialog_result end_save(struct save_dialog *dialog, const struct error *error)
{
    dialog->form.running = false;
    if (error->code == ECANCELED) {
        snprintf(dialog->message, sizeof dialog->message, "save cancelled: nothing of it is left");
        return DIALOG_CLOSE;
    }
    file_form_complain(&dialog->form, error->code == EEXIST ? SAVE_FIELD_EXISTS : SAVE_FIELD_SAVE,
                       error->text);
    dialog->form.look_wanted = true;
    return DIALOG_USED;
}

static enum dialog_result take_save(struct save_dialog *dialog, const struct save_dialog_reply *reply,
                                    int64_t now)
{
    if (reply->error.code || reply->place_error.code)
        return end_save(dialog, reply->error.code ? &reply->error : &reply->place_error);
    dialog->form.running = false;
    make_message(dialog, reply, now);
    return DIALOG_CLOSE;
}

enum dialog_result save_dialog_supply(struct save_dialog *dialog, struct save_dialog_reply *reply,
                                      int64_t now)
{
    enum dialog_result result = DIALOG_USED;
    dialog->form.asked = false;
    dialog->form.progress.now = now;
    if (!reply) {
        const struct error cancelled = {.code = ECANCELED};
        return dialog->form.running ? end_save(dialog, &cancelled) : DIALOG_USED;
    }
    if (reply->kind == SAVE_LOOK) {
        take_look(dialog, reply);
        return DIALOG_USED;
    }
    if (reply->kind == SAVE_COMPLETE)
        take_completion(dialog, reply);
    else
        result = take_save(dialog, reply, now);
    save_dialog_reply_free(reply);
    return result;
}

void save_dialog_progress(struct save_dialog *dialog, uint64_t done, uint64_t total, int64_t now)
{
    file_form_progress(&dialog->form, done, total, now);
}

void save_dialog_ask_quit(struct save_dialog *dialog)
{
    file_form_ask_quit(&dialog->form);
}
