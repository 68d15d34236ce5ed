#include "tui/view/delete_dialog.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/format.h"
#include "tui/view/delete_private.h"

struct delete_dialog *delete_dialog_new(const char *directory, const struct delete_target *targets, size_t n,
                                        uid_t me)
{
    struct delete_dialog *dialog = calloc(1, sizeof *dialog);
    assert(dialog);
    dialog->directory = strdup(directory);
    dialog->names = calloc(n ? n : 1, sizeof *dialog->names);
    dialog->owners = calloc(n ? n : 1, sizeof *dialog->owners);
    dialog->ids = calloc(n ? n : 1, sizeof *dialog->ids);
    assert(dialog->directory && dialog->names && dialog->owners && dialog->ids);
    dialog->count = n;
    dialog->me = me;
    for (size_t i = 0; i < n; i++) {
        dialog->names[i] = strdup(targets[i].name);
        dialog->owners[i] = targets[i].owner ? strdup(targets[i].owner) : NULL;
        dialog->ids[i] = targets[i].id;
        assert(dialog->names[i]);
    }
    dialog->word = line_new(NULL);
    return dialog;
}

static void free_outcomes(struct delete_outcome *outcomes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(outcomes[i].name);
    free(outcomes);
}

void delete_dialog_free(struct delete_dialog *dialog)
{
    if (!dialog)
        return;
    for (size_t i = 0; i < dialog->count; i++) {
        free(dialog->names[i]);
        free(dialog->owners[i]);
    }
    free(dialog->names);
    free(dialog->owners);
    free(dialog->ids);
    free(dialog->directory);
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

bool delete_dialog_needs_word(const struct delete_dialog *dialog)
{
    for (size_t i = 0; dialog->check && i < dialog->check->count; i++) {
        const struct delete_item *item = &dialog->check->items[i];
        if (item->problem.code == 0 && (item->is_protected || delete_item_is_held(item)))
            return true;
    }
    return false;
}

size_t delete_dialog_lines(const struct delete_dialog *dialog)
{
    if (dialog->stage == DELETE_REPORT)
        return dialog->outcome_count;
    return dialog->check ? dialog->check->count : dialog->count;
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
    struct delete_dialog_request *request = calloc(1, sizeof *request);
    assert(request);
    request->count = dialog->count;
    request->names = calloc(dialog->count ? dialog->count : 1, sizeof *request->names);
    request->ids = calloc(dialog->count ? dialog->count : 1, sizeof *request->ids);
    assert(request->names && request->ids);
    for (size_t i = 0; i < dialog->count; i++) {
        request->names[i] = strdup(dialog->names[i]);
        request->ids[i] = dialog->ids[i];
        assert(request->names[i]);
    }
    return request;
}

struct delete_dialog_request *delete_dialog_wants(struct delete_dialog *dialog)
{
    if (dialog->asked || (dialog->stage != DELETE_CHECKING && dialog->stage != DELETE_RUNNING))
        return NULL;
    struct delete_dialog_request *request = make_request(dialog);
    dialog->asked = true;
    if (dialog->stage == DELETE_RUNNING) {
        request->is_deletion = true;
        request->shown = dialog->check;
        dialog->check = NULL;
    }
    return request;
}

/* --- answers --- */

static void begin(struct delete_dialog *dialog, enum delete_stage stage)
{
    dialog->stage = stage;
    dialog->was_shown = false;
    dialog->top = 0;
    dialog->wrong_word = false;
    line_set(dialog->word, "");
}

static void ask(struct delete_dialog *dialog)
{
    begin(dialog, DELETE_ASKING);
    dialog->focus = delete_dialog_needs_word(dialog) ? FOCUS_WORD : FOCUS_CANCEL;
}

static size_t add_up(const struct delete_dialog *dialog, uint64_t *ret_freed)
{
    size_t deleted = 0;
    *ret_freed = 0;
    for (size_t i = 0; i < dialog->outcome_count; i++) {
        deleted += dialog->outcomes[i].error.code == 0;
        *ret_freed += dialog->outcomes[i].freed;
    }
    return deleted;
}

static void make_message(struct delete_dialog *dialog)
{
    uint64_t freed;
    char bytes[FORMAT_BYTES_MAX];
    size_t deleted = add_up(dialog, &freed), failed = dialog->outcome_count - deleted;
    format_bytes(freed, bytes, sizeof bytes);
    int n = snprintf(dialog->message, sizeof dialog->message, "%zu deleted, %s freed", deleted, bytes);
    if (failed > 0)
        snprintf(dialog->message + n, sizeof dialog->message - (size_t)n, ", %zu not deleted", failed);
    dialog->message_is_error = failed > 0;
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
    begin(dialog, DELETE_REPORT);
    return DIALOG_USED;
}

static enum dialog_result fail(struct delete_dialog *dialog, const struct error *error)
{
    dialog->error = *error;
    begin(dialog, DELETE_FAILED);
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

/* --- keys --- */

static enum dialog_result confirm(struct delete_dialog *dialog)
{
    if (delete_dialog_possible(dialog) == 0)
        return DIALOG_USED;
    dialog->done = dialog->total = 0;
    begin(dialog, DELETE_RUNNING);
    return DIALOG_USED;
}

static bool scroll(struct delete_dialog *dialog, uint32_t code)
{
    size_t lines = delete_dialog_lines(dialog), shown = delete_dialog_visible(dialog);
    size_t last = lines > shown ? lines - shown : 0, page = shown ? shown : 1;
    switch (code) {
    case KEY_CODE_UP:
        dialog->top -= dialog->top > 0;
        return true;
    case KEY_CODE_DOWN:
        dialog->top += dialog->top < last;
        return true;
    case KEY_CODE_PAGE_UP:
        dialog->top -= dialog->top < page ? dialog->top : page;
        return true;
    case KEY_CODE_PAGE_DOWN:
        dialog->top = dialog->top + page < last ? dialog->top + page : last;
        return true;
    default:
        return false;
    }
}

static bool moves_focus(uint32_t code)
{
    return code == '\t' || code == KEY_CODE_BACK_TAB || code == KEY_CODE_LEFT || code == KEY_CODE_RIGHT;
}

static bool cancels(uint32_t code)
{
    return code == KEY_ESCAPE_CODE || code == KEY_CTRL('C') || code == 'q' || code == 'n';
}

static enum dialog_result word_key(struct delete_dialog *dialog, const struct key *key)
{
    dialog->wrong_word = false;
    if (key->code == '\t' || key->code == KEY_CODE_BACK_TAB) {
        dialog->focus = FOCUS_CANCEL;
        return DIALOG_USED;
    }
    switch (line_key(dialog->word, key)) {
    case LINE_ESCAPED:
        return DIALOG_CLOSE;
    case LINE_ENTERED:
        if (strcmp(line_text(dialog->word), DELETE_WORD) == 0)
            return confirm(dialog);
        dialog->wrong_word = true;
        return DIALOG_USED;
    default:
        return DIALOG_USED;
    }
}

static enum dialog_result button_key(struct delete_dialog *dialog, uint32_t code)
{
    bool word = delete_dialog_needs_word(dialog);
    if (cancels(code))
        return DIALOG_CLOSE;
    if (moves_focus(code) && delete_dialog_possible(dialog) > 0) {
        dialog->focus = dialog->focus != FOCUS_CANCEL ? FOCUS_CANCEL : word ? FOCUS_WORD : FOCUS_DELETE;
        return DIALOG_USED;
    }
    if ((code == 'y' || code == 'Y') && !word)
        return confirm(dialog);
    if (code == KEY_ENTER_CODE || code == '\n' || code == ' ')
        return dialog->focus == FOCUS_DELETE ? confirm(dialog) : DIALOG_CLOSE;
    return DIALOG_UNUSED;
}

static enum dialog_result asking_key(struct delete_dialog *dialog, const struct key *key)
{
    if (!key->alt && scroll(dialog, key->code))
        return DIALOG_USED;
    if (dialog->focus == FOCUS_WORD)
        return word_key(dialog, key);
    return key->alt ? DIALOG_UNUSED : button_key(dialog, key->code);
}

/* Until the facts were on the screen nothing can be confirmed; to go away is always possible. */
static enum dialog_result early_key(uint32_t code)
{
    return cancels(code) ? DIALOG_CLOSE : DIALOG_USED;
}

static enum dialog_result report_key(struct delete_dialog *dialog, uint32_t code)
{
    if (scroll(dialog, code))
        return DIALOG_USED;
    return cancels(code) || code == KEY_ENTER_CODE || code == '\n' || code == ' ' ? DIALOG_CLOSE
                                                                                  : DIALOG_UNUSED;
}

enum dialog_result delete_dialog_key(struct delete_dialog *dialog, const struct key *key)
{
    switch (dialog->stage) {
    case DELETE_RUNNING:
        return key->code == KEY_ESCAPE_CODE || key->code == KEY_CTRL('C') ? DIALOG_STOP : DIALOG_UNUSED;
    case DELETE_ASKING:
        if (delete_dialog_is_too_small(dialog))
            return key->code == KEY_ENTER_CODE ? DIALOG_CLOSE : early_key(key->code);
        return dialog->was_shown ? asking_key(dialog, key) : early_key(key->code);
    case DELETE_CHECKING:
        return early_key(key->code);
    default:
        return dialog->was_shown ? report_key(dialog, key->code) : early_key(key->code);
    }
}

void delete_dialog_paste(struct delete_dialog *dialog, const char *text)
{
    (void)dialog;
    (void)text;
}
