/*
 * The sentences of the delete dialog: what comes back, who uses it, how sure that is, what is special.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/catalog/format.h"
#include "core/segment/name.h"
#include "tui/view/delete_private.h"

static void add(struct delete_notes *notes, enum role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct delete_notes *notes, enum role role, const char *format, ...)
{
    struct delete_note *note =
        &notes->list[notes->count < DELETE_NOTES_MAX ? notes->count++ : DELETE_NOTES_MAX - 1];
    va_list arguments;
    va_start(arguments, format);
    note->role = role;
    vsnprintf(note->text, sizeof note->text, format, arguments);
    va_end(arguments);
}

void delete_holders_text(const struct holders *holders, size_t n, char *buf, size_t size)
{
    size_t length = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < n && length < size; i++) {
        const struct holder *holder = &holders->list[i];
        char command[4 * sizeof holder->command];
        name_escape(holder->command, strnlen(holder->command, sizeof holder->command), false, command,
                    sizeof command);
        length += (size_t)snprintf(buf + length, size - length, "%s%d %s", i ? ", " : "", (int)holder->pid,
                                   command);
    }
    if (n < holders->count && length < size)
        snprintf(buf + length, size - length, "%s+%zu", n ? ", " : "", holders->count - n);
}

/* The items that the sentences are about: all, or the one that is asked for. */
struct span {
    size_t first, end;
};

static struct span span_of(const struct delete_dialog *dialog)
{
    if (dialog->stage == DELETE_CHOOSING)
        return (struct span){dialog->at, dialog->at + 1};
    return (struct span){0, dialog->check->count};
}

static unsigned percent(uint64_t part, uint64_t whole)
{
    return whole ? (unsigned)((double)part * 100 / (double)whole + 0.5) : 0;
}

static void note_memory(const struct delete_dialog *dialog, struct delete_notes *notes)
{
    struct span span = span_of(dialog);
    uint64_t now = 0, later = 0, unsure = 0;
    char bytes[FORMAT_BYTES_MAX], all[FORMAT_BYTES_MAX], change[320] = "", condition[64] = "";
    for (size_t i = span.first; i < span.end; i++) {
        const struct delete_item *item = &dialog->check->items[i];
        if (item->problem.code)
            continue;
        now += item->freed_now;
        later += item->freed_later;
        unsure += delete_item_certain(dialog->check, item) ? 0 : item->freed_now;
    }
    const struct directory_usage *usage = &dialog->usage;
    uint64_t left = usage->used - (now < usage->used ? now : usage->used);
    unsigned before = percent(usage->used, usage->size), after = percent(left, usage->size);
    if (dialog->has_usage && before != after)
        snprintf(change, sizeof change, "; %.200s %u%% → %u%%", dialog->directory, before, after);
    format_bytes(unsure, bytes, sizeof bytes);
    if (unsure > 0 && unsure == now)
        snprintf(condition, sizeof condition, ", if nobody holds %s",
                 span.end - span.first == 1 ? "it" : "them");
    else if (unsure > 0)
        snprintf(condition, sizeof condition, ", %s of it if nobody holds that", bytes);
    format_bytes(now, bytes, sizeof bytes);
    format_bytes(now + later, all, sizeof all);
    add(notes, ROLE_TEXT, "Given back now: %s of %s%s%s", bytes, all, condition, change);
    format_bytes(later, bytes, sizeof bytes);
    if (later > 0)
        add(notes, ROLE_WARN, "%s more only when those who hold it end", bytes);
}

bool delete_item_certain(const struct delete_check *check, const struct delete_item *item)
{
    return delete_item_is_held(item) || (!item->doubtful && (item->held == HELD_NO || check->sweep.complete));
}

/* A lease that was granted needs no sweep to be believed. */
static bool nobody_for_certain(const struct delete_check *check, struct span span)
{
    for (size_t i = span.first; i < span.end; i++)
        if (check->items[i].problem.code == 0 && check->items[i].held != HELD_NO)
            return false;
    return true;
}

static void note_sweep(const struct delete_dialog *dialog, struct delete_notes *notes)
{
    const struct sweep *sweep = &dialog->check->sweep;
    if (sweep->complete)
        add(notes, ROLE_DIM, "%u processes were looked at, all there are", sweep->processes);
    else if (nobody_for_certain(dialog->check, span_of(dialog)))
        add(notes, ROLE_DIM, "%s, but the kernel says: nobody", sweep->reason);
    else
        add(notes, ROLE_WARN, "who holds it is not certain: %s", sweep->reason);
}

static void note_marks(const struct delete_dialog *dialog, struct delete_notes *notes)
{
    struct span span = span_of(dialog);
    size_t theirs = 0, protected = 0, held = 0, doubtful = 0;
    for (size_t i = span.first; i < span.end; i++) {
        const struct delete_item *item = &dialog->check->items[i];
        if (item->problem.code)
            continue;
        theirs += delete_dialog_is_theirs(dialog, item);
        protected += item->is_protected;
        held += delete_item_is_held(item);
        doubtful += item->doubtful;
    }
    if (theirs > 0)
        add(notes, ROLE_WARN, "! another user's%s", dialog->me == 0 ? " (you are root)" : "");
    if (held > 0)
        add(notes, ROLE_BAD, "%zu in use: %s processes keep the old data", held, held == 1 ? "its" : "their");
    if (doubtful > 0)
        add(notes, ROLE_BAD, "%zu that others may use: nobody can say so from here", doubtful);
    if (protected > 0)
        add(notes, ROLE_BAD, "%zu protected: a service needs it even while nobody maps it", protected);
}

static void note_copies(const struct delete_dialog *dialog, struct delete_notes *notes)
{
    if (dialog->home)
        add(notes, dialog->saves ? ROLE_STRONG : ROLE_DIM, "[%s] save copies first to ~/%s/ (s)",
            dialog->saves ? "x" : " ", DELETE_SAVED);
}

/* Why some cannot be deleted, in full where that is the same for all; a row has room for its beginning only.
 */
static void note_problems(const struct delete_dialog *dialog, struct delete_notes *notes)
{
    const struct delete_check *check = dialog->check;
    const char *reason = NULL;
    bool same = true;
    size_t problems = 0;
    for (size_t i = 0; i < check->count; i++) {
        if (!check->items[i].problem.code)
            continue;
        problems++;
        same = same && (!reason || strcmp(reason, check->items[i].problem.text) == 0);
        reason = check->items[i].problem.text;
    }
    if (problems > 0 && check->count == 1)
        add(notes, ROLE_BAD, "%s", reason);
    else if (problems > 0)
        add(notes, ROLE_BAD, "%zu of them cannot be deleted%s%s", problems, same ? ": " : "",
            same ? reason : "");
}

bool delete_item_can_come_back(const struct delete_item *item, uid_t me)
{
    bool open = me == 0;
    if (item->problem.code || !S_ISREG(item->segment.mode) || item->segment.links > 1)
        return false;
    for (size_t i = 0; i < item->holders.count; i++)
        open |= item->holders.list[i].open > 0;
    return open && item->holders.count > 0;
}

/* What deleting means for good. */
static void note_end(const struct delete_dialog *dialog, struct delete_notes *notes)
{
    struct span span = span_of(dialog);
    size_t possible = 0, back = 0;
    for (size_t i = span.first; i < span.end; i++) {
        possible += dialog->check->items[i].problem.code == 0;
        back += delete_item_can_come_back(&dialog->check->items[i], dialog->me);
    }
    if (back == 0)
        add(notes, ROLE_DIM, "This cannot be undone.");
    else if (back < possible)
        add(notes, ROLE_DIM,
            "R brings back %zu, while their holders run; for the rest this cannot be undone.", back);
    else
        add(notes, ROLE_DIM, "R brings back what is held, while its holders run.");
}

static void note_question(const struct delete_dialog *dialog, struct delete_notes *notes)
{
    if (dialog->changed)
        add(notes, ROLE_WARN, "It changed meanwhile: nothing was deleted. This is the new state.");
    if (dialog->unlinked > 0)
        add(notes, ROLE_WARN, "Passed over: %s", dialog->unlinked_text);
    note_problems(dialog, notes);
    if (delete_dialog_possible(dialog) == 0) {
        add(notes, ROLE_WARN, "Nothing here can be deleted.");
        return;
    }
    note_memory(dialog, notes);
    note_sweep(dialog, notes);
    note_marks(dialog, notes);
    note_copies(dialog, notes);
    note_end(dialog, notes);
}

static void note_choice(const struct delete_dialog *dialog, struct delete_notes *notes)
{
    size_t chosen = 0;
    for (size_t i = 0; i < dialog->check->count; i++)
        chosen += dialog->chosen[i];
    note_memory(dialog, notes);
    note_sweep(dialog, notes);
    note_marks(dialog, notes);
    add(notes, ROLE_TEXT, "%zu of %zu; %zu to be deleted so far, and nothing before the last answer.",
        dialog->at + 1, dialog->check->count, chosen);
    if (!delete_dialog_asks_word(dialog))
        note_copies(dialog, notes);
    else if (dialog->saves)
        add(notes, ROLE_STRONG, "Copies are saved first, to ~/%s/.", DELETE_SAVED);
    note_end(dialog, notes);
}

static void note_run(const struct delete_dialog *dialog, struct delete_notes *notes)
{
    char done[FORMAT_BYTES_MAX], total[FORMAT_BYTES_MAX];
    format_bytes(dialog->done, done, sizeof done);
    format_bytes(dialog->total, total, sizeof total);
    if (!dialog->total)
        add(notes, ROLE_TEXT, "looking once more, then deleting…");
    else if (dialog->saves)
        add(notes, ROLE_TEXT, "copying to ~/%s, then deleting… %s of %s", DELETE_SAVED, done, total);
    else
        add(notes, ROLE_TEXT, "deleting… %llu of %llu", (unsigned long long)dialog->done,
            (unsigned long long)dialog->total);
}

#define REASONS_MAX 3

/* What was done, and the different reasons of failures that are too long for their rows. */
static void note_report(const struct delete_dialog *dialog, struct delete_notes *notes)
{
    const char *told[REASONS_MAX];
    int n = 0, width = delete_dialog_reason_width(dialog);
    add(notes, ROLE_WARN, "%s", dialog->message);
    for (size_t i = 0; i < dialog->outcome_count && n < REASONS_MAX; i++) {
        const struct error *error = &dialog->outcomes[i].error;
        bool known = !error->code;
        for (int j = 0; j < n && !known; j++)
            known = strcmp(told[j], error->text) == 0;
        if (known || text_width(error->text) <= width)
            continue;
        told[n++] = error->text;
        add(notes, ROLE_BAD, "%s", error->text);
    }
}

void delete_notes_make(const struct delete_dialog *dialog, struct delete_notes *ret_notes)
{
    ret_notes->count = 0;
    switch (dialog->stage) {
    case DELETE_CHECKING:
        add(ret_notes, ROLE_DIM, dialog->count == 1 ? "looking who uses it…" : "looking who uses them…");
        break;
    case DELETE_ASKING:
        note_question(dialog, ret_notes);
        break;
    case DELETE_CHOOSING:
        note_choice(dialog, ret_notes);
        break;
    case DELETE_RUNNING:
        note_run(dialog, ret_notes);
        break;
    case DELETE_FAILED:
        add(ret_notes, ROLE_BAD, "%s", dialog->error.text);
        break;
    case DELETE_REPORT:
        note_report(dialog, ret_notes);
        break;
    }
}
