/*
 * What the load dialog says when it is done.
 */
#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "core/sys/text.h"
#include "tui/view/load_private.h"
#include "tui/view/words.h"

/* Before all else, so that it stands on a narrow screen too. */
static void add_lost(const struct load_report *report, struct text *text)
{
    char lost[LOAD_COUNTS_TEXT_MAX];
    if (load_counts_text(&report->counts, lost, sizeof lost) > 0) {
        text_add_string(text, ", ");
        text_add_string(text, lost);
    }
}

static void add_note(const struct load_report *report, struct text *text)
{
    if (report->note) {
        text_add_string(text, "; ");
        text_add_string(text, report->note);
    }
}

/* Who keeps the memory of the old one. */
static void add_replaced(const struct load_dialog *dialog, const struct load_report *report,
                         struct text *text)
{
    const struct holders *holders = report->still_held.count > 0 ? &report->still_held.of[0] : NULL;
    char who[256], bytes[FORMAT_BYTES_MAX];
    if (!report->replaced || !holders || holders->count == 0)
        return;
    words_holders(holders, dialog->users, dialog->form.ascii, who, sizeof who);
    format_bytes(report->old_allocated, bytes, sizeof bytes);
    text_add_string(text, "; the old one is still held by ");
    text_add_string(text, who);
    text_add_string(text, ": its ");
    text_add_string(text, bytes);
    text_add_string(text, holders->count == 1 ? " come back when it ends" : " come back when they end");
}

void load_message_make(struct load_dialog *dialog, const struct load_dialog_reply *reply, int64_t now)
{
    const struct load_outcome *outcome = &reply->outcome;
    char name[NAME_PRINTABLE_MAX], bytes[FORMAT_BYTES_MAX], seconds[32];
    struct text text;
    name_escape(reply->name, strlen(reply->name), dialog->form.ascii, name, sizeof name);
    format_bytes(outcome->report.bytes, bytes, sizeof bytes);
    snprintf(seconds, sizeof seconds, " in %.1f s", (double)(now - dialog->form.progress.started) / 1000);
    text_init(&text, dialog->message, sizeof dialog->message);
    text_add_string(&text, name);
    text_add_string(&text, " loaded");
    add_lost(&outcome->report, &text);
    text_add_string(&text, ": ");
    text_add_string(&text, outcome->types);
    text_add_string(&text, " ");
    text_add_string(&text, outcome->shape);
    text_add_string(&text, ", ");
    text_add_string(&text, bytes);
    text_add_string(&text, seconds);
    add_note(&outcome->report, &text);
    add_replaced(dialog, &outcome->report, &text);
}
