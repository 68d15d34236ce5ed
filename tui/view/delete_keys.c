/*
 * The keys of the delete dialog.
 */
#include <string.h>

#include "core/sys/memory.h"
#include "tui/view/delete_private.h"

static enum dialog_result confirm(struct delete_dialog *dialog)
{
    if (delete_dialog_possible(dialog) == 0)
        return DIALOG_USED;
    dialog->done = dialog->total = 0;
    delete_dialog_begin(dialog, DELETE_RUNNING);
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

static bool moves_on(uint32_t code)
{
    return code == '\t' || code == KEY_CODE_RIGHT;
}

static bool moves_back(uint32_t code)
{
    return code == KEY_CODE_BACK_TAB || code == KEY_CODE_LEFT;
}

static bool enters(uint32_t code)
{
    return code == KEY_ENTER_CODE || code == '\n' || code == ' ';
}

static bool cancels(uint32_t code)
{
    return code == KEY_ESCAPE_CODE || code == KEY_CTRL('C') || code == 'q' || code == 'n';
}

/* False where there is no place for them. */
static bool toggle_copies(struct delete_dialog *dialog)
{
    dialog->saves = dialog->home && !dialog->saves;
    return dialog->home != NULL;
}

/* --- one by one --- */

/* The item at, or behind it, that is to be asked for; the count where none is left. */
static size_t next_question(struct delete_dialog *dialog, size_t at)
{
    const struct delete_check *check = dialog->check;
    for (; at < check->count; at++) {
        const struct delete_item *item = &check->items[at];
        if (item->problem.code)
            continue;
        if (!dialog->all_the_rest || delete_item_needs_word(item))
            break;
        dialog->chosen[at] = true;
    }
    return at;
}

static bool any_is_chosen(const struct delete_dialog *dialog)
{
    for (size_t i = 0; i < dialog->check->count; i++)
        if (dialog->chosen[i])
            return true;
    return false;
}

/* To the next question; after the last one it begins, or nothing was wanted. */
static enum dialog_result go_to(struct delete_dialog *dialog, size_t at)
{
    at = next_question(dialog, at);
    if (at == dialog->check->count)
        return any_is_chosen(dialog) ? confirm(dialog) : DIALOG_CLOSE;
    dialog->at = at;
    delete_dialog_begin(dialog, DELETE_CHOOSING);
    dialog->focus = delete_dialog_asks_word(dialog) ? FOCUS_WORD : FOCUS_CANCEL;
    return DIALOG_USED;
}

static enum dialog_result begin_choosing(struct delete_dialog *dialog)
{
    if (!delete_dialog_has_choice(dialog))
        return DIALOG_UNUSED;
    dialog->chosen = memory_new((dialog->check->count + 1) * sizeof *dialog->chosen);
    dialog->all_the_rest = false;
    return go_to(dialog, 0);
}

static enum dialog_result answer(struct delete_dialog *dialog, bool yes)
{
    dialog->chosen[dialog->at] = yes;
    return go_to(dialog, dialog->at + 1);
}

static enum dialog_result choosing_word_key(struct delete_dialog *dialog, const struct key *key)
{
    dialog->wrong_word = false;
    switch (line_key(dialog->word, key)) {
    case LINE_ESCAPED:
        return DIALOG_CLOSE;
    case LINE_ENTERED:
        if (line_is_empty(dialog->word) || strcmp(line_text(dialog->word), DELETE_WORD) == 0)
            return answer(dialog, !line_is_empty(dialog->word));
        dialog->wrong_word = true;
        return DIALOG_USED;
    default:
        return DIALOG_USED;
    }
}

static enum dialog_result choosing_key(struct delete_dialog *dialog, const struct key *key)
{
    if (delete_dialog_asks_word(dialog))
        return choosing_word_key(dialog, key);
    if (key->alt)
        return DIALOG_UNUSED;
    switch (key->code) {
    case 'y':
    case 'Y':
        return answer(dialog, true);
    case 'n':
    case 'N':
        return answer(dialog, false);
    case 'a':
        dialog->all_the_rest = true;
        return go_to(dialog, dialog->at);
    case 's':
        return toggle_copies(dialog) ? DIALOG_USED : DIALOG_UNUSED;
    case KEY_ESCAPE_CODE:
    case KEY_CTRL('C'):
    case 'q':
        return DIALOG_CLOSE;
    default:
        return DIALOG_UNUSED;
    }
}

/* --- all at once --- */

/* Neither letter is in the word, so as the first they can be meant as elsewhere. */
static enum dialog_result word_shortcut(struct delete_dialog *dialog, uint32_t code)
{
    if (!line_is_empty(dialog->word))
        return DIALOG_UNUSED;
    if (code == 's')
        return toggle_copies(dialog) ? DIALOG_USED : DIALOG_UNUSED;
    return code == 'o' ? begin_choosing(dialog) : DIALOG_UNUSED;
}

static enum dialog_result word_key(struct delete_dialog *dialog, const struct key *key)
{
    dialog->wrong_word = false;
    if (key->code == '\t' || key->code == KEY_CODE_BACK_TAB) {
        dialog->focus = FOCUS_CANCEL;
        return DIALOG_USED;
    }
    enum dialog_result result = key->alt ? DIALOG_UNUSED : word_shortcut(dialog, key->code);
    if (result != DIALOG_UNUSED)
        return result;
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

/* Cancel, then what confirms, then one by one where there is a choice. */
static enum delete_focus next_focus(const struct delete_dialog *dialog, bool back)
{
    enum delete_focus order[3] = {FOCUS_CANCEL, delete_dialog_needs_word(dialog) ? FOCUS_WORD : FOCUS_DELETE,
                                  FOCUS_ONE};
    int n = delete_dialog_has_choice(dialog) ? 3 : 2, at = 0;
    while (at < n - 1 && order[at] != dialog->focus)
        at++;
    return order[(at + (back ? n - 1 : 1)) % n];
}

static enum dialog_result press_button(struct delete_dialog *dialog)
{
    if (dialog->focus == FOCUS_DELETE)
        return confirm(dialog);
    return dialog->focus == FOCUS_ONE ? begin_choosing(dialog) : DIALOG_CLOSE;
}

static enum dialog_result button_key(struct delete_dialog *dialog, uint32_t code)
{
    if (cancels(code))
        return DIALOG_CLOSE;
    if (delete_dialog_possible(dialog) == 0)
        return enters(code) ? DIALOG_CLOSE : DIALOG_UNUSED;
    if (moves_on(code) || moves_back(code)) {
        dialog->focus = next_focus(dialog, moves_back(code));
        return DIALOG_USED;
    }
    if ((code == 'y' || code == 'Y') && !delete_dialog_needs_word(dialog))
        return confirm(dialog);
    if (code == 'o')
        return begin_choosing(dialog);
    if (code == 's' && toggle_copies(dialog))
        return DIALOG_USED;
    return enters(code) ? press_button(dialog) : DIALOG_UNUSED;
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
    return cancels(code) || enters(code) ? DIALOG_CLOSE : DIALOG_UNUSED;
}

enum dialog_result delete_dialog_key(struct delete_dialog *dialog, const struct key *key)
{
    switch (dialog->stage) {
    case DELETE_RUNNING:
        return key->code == KEY_ESCAPE_CODE || key->code == KEY_CTRL('C') ? DIALOG_STOP : DIALOG_UNUSED;
    case DELETE_ASKING:
    case DELETE_CHOOSING:
        if (delete_dialog_is_too_small(dialog))
            return key->code == KEY_ENTER_CODE ? DIALOG_CLOSE : early_key(key->code);
        if (!dialog->was_shown)
            return dialog->stage == DELETE_CHOOSING && key->code == 'n' ? DIALOG_USED : early_key(key->code);
        return dialog->stage == DELETE_ASKING ? asking_key(dialog, key) : choosing_key(dialog, key);
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
