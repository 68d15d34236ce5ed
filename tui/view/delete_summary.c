/*
 * What a deletion came to, in a sentence for the message line and its history.
 */
#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "core/segment/name.h"
#include "core/sys/text.h"
#include "tui/view/delete_private.h"

#define NAMES_MAX 2
#define NAME_SIZE 64 /* what is longer is cut */

static void add_name(struct text *text, const char *raw, bool ascii)
{
    char name[NAME_SIZE];
    bool cut = name_escape(raw, strlen(raw), ascii, name, sizeof name) >= sizeof name;
    text_add_string(text, name);
    text_add_string(text, !cut ? "" : ascii ? "..." : "…");
}

static bool is_of(const struct delete_outcome *outcome, bool failed)
{
    return (outcome->error.code != 0) == failed;
}

/* "a deleted", "4 deleted (a, b, +2 more)" */
static void add_names(struct text *text, const struct delete_dialog *dialog, bool failed, size_t count,
                      const char *what)
{
    size_t named = 0;
    if (count != 1) {
        text_add_u64(text, count);
        text_add_string(text, what);
        text_add_string(text, count ? " (" : "");
    }
    for (size_t i = 0; i < dialog->outcome_count && named < NAMES_MAX; i++) {
        if (!is_of(&dialog->outcomes[i], failed))
            continue;
        text_add_string(text, named++ ? ", " : "");
        add_name(text, dialog->outcomes[i].name, dialog->ascii);
    }
    if (count > named) {
        text_add_string(text, ", +");
        text_add_u64(text, count - named);
        text_add_string(text, " more");
    }
    text_add_string(text, count == 1 ? what : count ? ")" : "");
}

static void add_bytes(struct text *text, uint64_t bytes)
{
    char buf[FORMAT_BYTES_MAX];
    format_bytes(bytes, buf, sizeof buf);
    text_add_string(text, buf);
}

struct sums {
    size_t deleted, failed;
    uint64_t freed, later; /* later: of what can be restored */
    bool copied;
    const char *until; /* of the last that can be restored; NULL: none can */
};

static struct sums sums_of(const struct delete_dialog *dialog)
{
    struct sums sums = {0};
    for (size_t i = 0; i < dialog->outcome_count; i++) {
        const struct delete_outcome *outcome = &dialog->outcomes[i];
        sums.deleted += outcome->error.code == 0;
        sums.failed += outcome->error.code != 0;
        sums.freed += outcome->freed;
        sums.copied |= outcome->copy != NULL;
        if (!outcome->until)
            continue;
        sums.until = outcome->until;
        sums.later += outcome->later;
    }
    return sums;
}

void delete_summary_text(const struct delete_dialog *dialog, char *buf, size_t size)
{
    struct sums sums = sums_of(dialog);
    struct text text;
    text_init(&text, buf, size);
    add_names(&text, dialog, false, sums.deleted, " deleted");
    text_add_string(&text, ", ");
    add_bytes(&text, sums.freed);
    text_add_string(&text, " freed");
    if (sums.failed > 0) {
        text_add_string(&text, ", ");
        add_names(&text, dialog, true, sums.failed, " not deleted");
    }
    text_add_string(&text, sums.copied ? ", copies in ~/" DELETE_SAVED : "");
    if (!sums.until)
        return;
    text_add_string(&text, sums.deleted == 1 ? ": R restores it until " : ": R restores what is held until ");
    text_add_string(&text, sums.deleted == 1 ? sums.until : "its holders end");
    text_add_string(&text, " and ");
    add_bytes(&text, sums.later);
    text_add_string(&text, " come back");
}
