#include "tui/view/delete_dialog.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"
#include "tui/view/delete_private.h"

static char *dup_or_null(const char *text)
{
    return text ? memory_dup(text) : NULL;
}

/* --- what it is about --- */

static void add_subject(struct delete_dialog *dialog, const struct delete_target *target)
{
    dialog->subjects[dialog->count++] = (struct delete_subject){
        memory_dup(target->name), dup_or_null(target->owner), target->id, target->state};
}

/* Why what is unlinked is passed over. */
static void explain_unlinked(struct delete_dialog *dialog, const struct delete_target *first)
{
    char text[ERROR_TEXT_MAX], name[128], holders[160] = "";
    name_escape(first->name, strlen(first->name), dialog->ascii, name, sizeof name);
    if (first->holders && first->holders->count > 0)
        delete_holders_text(first->holders, first->holders->count < 3 ? first->holders->count : 2, holders,
                            sizeof holders);
    if (dialog->unlinked > 1)
        snprintf(text, sizeof text,
                 "%zu have no name any more that could be deleted: their memory comes back when those who "
                 "hold it end or let go",
                 dialog->unlinked);
    else if (first->loading)
        snprintf(text, sizeof text, "%s is being loaded, and has no name yet", name);
    else
        snprintf(text, sizeof text,
                 "%s has no name any more that could be deleted: its memory comes back when all who hold it "
                 "end or let go%s%s%s",
                 name, holders[0] ? " (" : "", holders, holders[0] ? ")" : "");
    dialog->unlinked_text = memory_dup(text);
}

static void take_targets(struct delete_dialog *dialog, const struct delete_target *targets, size_t n)
{
    const struct delete_target *first = NULL;
    dialog->subjects = memory_new((n + 1) * sizeof *dialog->subjects);
    for (size_t i = 0; i < n; i++) {
        if (!targets[i].unlinked)
            add_subject(dialog, &targets[i]);
        else if (dialog->unlinked++ == 0)
            first = &targets[i];
    }
    if (first)
        explain_unlinked(dialog, first);
}

struct delete_dialog *delete_dialog_new(const struct delete_dialog_options *options,
                                        const struct delete_target *targets, size_t n)
{
    struct delete_dialog *dialog = memory_new(sizeof *dialog);
    dialog->directory = memory_dup(options->directory);
    dialog->home = dup_or_null(options->home);
    dialog->me = options->me;
    dialog->word = line_new(NULL);
    take_targets(dialog, targets, n);
    if (dialog->count == 0 && dialog->unlinked > 0) {
        error_set(&dialog->error, EBUSY, "%s", dialog->unlinked_text);
        dialog->stage = DELETE_FAILED;
    }
    return dialog;
}

static void free_outcomes(struct delete_outcome *outcomes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(outcomes[i].name);
        free(outcomes[i].copy);
        free(outcomes[i].until);
    }
    free(outcomes);
}

void delete_dialog_free(struct delete_dialog *dialog)
{
    if (!dialog)
        return;
    for (size_t i = 0; i < dialog->count; i++) {
        free(dialog->subjects[i].name);
        free(dialog->subjects[i].owner);
    }
    free(dialog->subjects);
    free(dialog->directory);
    free(dialog->home);
    free(dialog->unlinked_text);
    free(dialog->chosen);
    free(dialog->lines);
    delete_check_free(dialog->check);
    free_outcomes(dialog->outcomes, dialog->outcome_count);
    line_free(dialog->word);
    free(dialog);
}

void delete_dialog_request_free(struct delete_dialog_request *request)
{
    if (!request)
        return;
    for (size_t i = 0; i < request->count; i++)
        free(request->names[i]);
    free(request->names);
    free(request->ids);
    free(request->chosen);
    free(request->copies);
    delete_check_free(request->shown);
    free(request);
}

void delete_dialog_reply_free(struct delete_dialog_reply *reply)
{
    if (!reply)
        return;
    delete_check_free(reply->check);
    free_outcomes(reply->outcomes, reply->count);
    free(reply);
}

/* --- what it says --- */

size_t delete_dialog_possible(const struct delete_dialog *dialog)
{
    size_t n = 0;
    for (size_t i = 0; dialog->check && i < dialog->check->count; i++)
        n += dialog->check->items[i].problem.code == 0;
    return n;
}

bool delete_item_needs_word(const struct delete_item *item)
{
    return item->problem.code == 0 && (item->is_protected || item->doubtful || delete_item_is_held(item));
}

bool delete_dialog_needs_word(const struct delete_dialog *dialog)
{
    for (size_t i = 0; dialog->check && i < dialog->check->count; i++)
        if (delete_item_needs_word(&dialog->check->items[i]))
            return true;
    return false;
}

bool delete_dialog_asks_word(const struct delete_dialog *dialog)
{
    if (dialog->stage == DELETE_CHOOSING)
        return delete_item_needs_word(&dialog->check->items[dialog->at]);
    return dialog->stage == DELETE_ASKING && delete_dialog_needs_word(dialog);
}

bool delete_dialog_is_theirs(const struct delete_dialog *dialog, const struct delete_item *item)
{
    return item->problem.code == 0 && item->segment.uid != dialog->me;
}

bool delete_dialog_has_choice(const struct delete_dialog *dialog)
{
    return delete_dialog_possible(dialog) > 1;
}

size_t delete_dialog_lines(const struct delete_dialog *dialog)
{
    if (dialog->stage == DELETE_REPORT)
        return dialog->outcome_count;
    return dialog->check ? dialog->line_count : dialog->count;
}

const char *delete_dialog_message(const struct delete_dialog *dialog)
{
    return dialog->message;
}

bool delete_dialog_message_is_error(const struct delete_dialog *dialog)
{
    return dialog->message_is_error;
}

/* --- asking --- */

static struct delete_dialog_request *make_request(const struct delete_dialog *dialog)
{
    struct delete_dialog_request *request = memory_new(sizeof *request);
    request->count = dialog->count;
    request->names = memory_new((dialog->count + 1) * sizeof *request->names);
    request->ids = memory_new((dialog->count + 1) * sizeof *request->ids);
    for (size_t i = 0; i < dialog->count; i++) {
        request->names[i] = memory_dup(dialog->subjects[i].name);
        request->ids[i] = dialog->subjects[i].id;
    }
    return request;
}

/* What was confirmed goes along. */
static void make_deletion(struct delete_dialog *dialog, struct delete_dialog_request *request)
{
    request->is_deletion = true;
    request->shown = dialog->check;
    dialog->check = NULL;
    dialog->line_count = 0;
    request->chosen = dialog->chosen;
    dialog->chosen = NULL;
    if (dialog->saves && asprintf(&request->copies, "%s/" DELETE_SAVED, dialog->home) < 0)
        abort();
}

struct delete_dialog_request *delete_dialog_wants(struct delete_dialog *dialog)
{
    if (dialog->asked || (dialog->stage != DELETE_CHECKING && dialog->stage != DELETE_RUNNING))
        return NULL;
    struct delete_dialog_request *request = make_request(dialog);
    dialog->asked = true;
    if (dialog->stage == DELETE_RUNNING)
        make_deletion(dialog, request);
    return request;
}

/* --- answers --- */

void delete_dialog_begin(struct delete_dialog *dialog, enum delete_stage stage)
{
    dialog->stage = stage;
    dialog->was_shown = false;
    dialog->top = 0;
    dialog->wrong_word = false;
    line_set(dialog->word, "");
}

static void make_lines(struct delete_dialog *dialog)
{
    const struct delete_check *check = dialog->check;
    free(dialog->lines);
    dialog->lines = memory_new((check->count + check->listed + 1) * sizeof *dialog->lines);
    dialog->line_count = 0;
    for (size_t i = 0; i < check->count; i++) {
        const struct delete_item *item = &check->items[i];
        dialog->lines[dialog->line_count++] = (struct delete_line){.item = i};
        for (size_t k = 0; item->file_names && k < item->files.count; k++)
            dialog->lines[dialog->line_count++] = (struct delete_line){i, item->file_names[k]};
    }
}

static void ask(struct delete_dialog *dialog)
{
    delete_dialog_begin(dialog, DELETE_ASKING);
    dialog->focus = delete_dialog_needs_word(dialog) ? FOCUS_WORD : FOCUS_CANCEL;
}

static void make_message(struct delete_dialog *dialog)
{
    dialog->message_is_error = false;
    for (size_t i = 0; i < dialog->outcome_count; i++)
        dialog->message_is_error |= dialog->outcomes[i].error.code != 0 || dialog->outcomes[i].changed;
    delete_summary_text(dialog, dialog->message, sizeof dialog->message);
}

/* What there is to read comes first. */
static int by_failure(const void *a, const void *b)
{
    const struct delete_outcome *x = a, *y = b;
    int left = x->error.code ? 0 : x->changed ? 1 : 2, right = y->error.code ? 0 : y->changed ? 1 : 2;
    return left != right ? left - right : strcmp(x->name, y->name);
}

static enum dialog_result take_outcomes(struct delete_dialog *dialog, struct delete_dialog_reply *reply)
{
    dialog->outcomes = reply->outcomes;
    dialog->outcome_count = reply->count;
    reply->outcomes = NULL;
    reply->count = 0;
    make_message(dialog);
    if (!dialog->message_is_error)
        return DIALOG_CLOSE;
    qsort(dialog->outcomes, dialog->outcome_count, sizeof *dialog->outcomes, by_failure);
    delete_dialog_begin(dialog, DELETE_REPORT);
    return DIALOG_USED;
}

static enum dialog_result fail(struct delete_dialog *dialog, const struct error *error)
{
    dialog->error = *error;
    delete_dialog_begin(dialog, DELETE_FAILED);
    return DIALOG_USED;
}

static enum dialog_result take_reply(struct delete_dialog *dialog, struct delete_dialog_reply *reply)
{
    if (reply->error.code)
        return fail(dialog, &reply->error);
    if (!reply->check)
        return take_outcomes(dialog, reply);
    delete_check_free(dialog->check);
    dialog->check = reply->check;
    reply->check = NULL;
    dialog->changed = reply->changed;
    dialog->has_usage = reply->has_usage;
    dialog->usage = reply->usage;
    make_lines(dialog);
    ask(dialog);
    return DIALOG_USED;
}

enum dialog_result delete_dialog_supply(struct delete_dialog *dialog, struct delete_dialog_reply *reply,
                                        int64_t wall)
{
    struct error lost = {.code = ECANCELED, .text = "the check was stopped"};
    dialog->asked = false;
    dialog->wall = wall;
    enum dialog_result result = reply ? take_reply(dialog, reply) : fail(dialog, &lost);
    delete_dialog_reply_free(reply);
    delete_dialog_layout(dialog, dialog->height, dialog->width, dialog->ascii);
    return result;
}

void delete_dialog_progress(struct delete_dialog *dialog, uint64_t done, uint64_t total)
{
    dialog->done = done;
    dialog->total = total;
}

void delete_dialog_shown(struct delete_dialog *dialog)
{
    dialog->was_shown = true;
}
