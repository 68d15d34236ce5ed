#include "core/catalog/evidence.h"

#include <string.h>

#include "core/catalog/format.h"
#include "core/catalog/state.h"
#include "core/sys/text.h"

#define GROUPS_MAX 3 /* different commands that are named */

bool row_holders_known(const struct row *row)
{
    if (row->state == STATE_UNKNOWN && row->held != HELD_NO)
        return false;
    return row->holders || row->held != HELD_YES;
}

/* --- who --- */

struct group {
    const char *command;
    size_t count;
};

/* The first different commands, the most frequent of them first. Returns how many holders are of others. */
static size_t group_holders(const struct holders *holders, struct group *groups, size_t *ret_n)
{
    size_t n = 0, others = 0;
    for (size_t i = 0; i < holders->count; i++) {
        const char *command = holders->list[i].command;
        size_t at = 0;
        while (at < n && strcmp(groups[at].command, command) != 0)
            at++;
        if (at == GROUPS_MAX) {
            others++;
            continue;
        }
        if (at == n)
            groups[n++] = (struct group){command, 0};
        groups[at].count++;
        for (; at > 0 && groups[at - 1].count < groups[at].count; at--) {
            struct group more = groups[at];
            groups[at] = groups[at - 1];
            groups[at - 1] = more;
        }
    }
    *ret_n = n;
    return others;
}

static void add_command(struct text *text, const char *command, bool ascii)
{
    char printable[10 * sizeof((struct holder *)0)->command];
    size_t length = strnlen(command, sizeof((struct holder *)0)->command);
    name_escape(command, length, ascii, printable, sizeof printable);
    text_add_string(text, *printable ? printable : "?");
}

static void add_holders(struct text *text, const struct holders *holders, bool ascii)
{
    if (holders->count == 1) {
        text_add_i64(text, holders->list[0].pid);
        text_add_char(text, ' ');
        add_command(text, holders->list[0].command, ascii);
        return;
    }
    struct group groups[GROUPS_MAX];
    size_t n, others = group_holders(holders, groups, &n);
    for (size_t i = 0; i < n; i++) {
        text_add_string(text, i ? ", " : "");
        if (groups[i].count > 1) {
            text_add_u64(text, groups[i].count);
            text_add_char(text, ' ');
        }
        add_command(text, groups[i].command, ascii);
    }
    if (others) {
        text_add_string(text, ", +");
        text_add_u64(text, others);
    }
}

size_t holders_text(const struct row *row, bool ascii, char *buf, size_t size)
{
    struct text text;
    text_init(&text, buf, size);
    if (row->holders) {
        add_holders(&text, row->holders, ascii);
    } else if (row->state == STATE_LIVE) {
        text_add_string(&text, "someone unseen");
    } else if (row->state != STATE_UNKNOWN) {
        text_add_string(&text, row->doubtful && row->held != HELD_NO ? "nobody seen" : "nobody");
        if (row->creator == CREATOR_GONE) {
            text_add_string(&text, ascii ? ", " : " \xc2\xb7 ");
            text_add_i64(&text, row->creator_pid);
            text_add_string(&text, " gone");
        }
    }
    return text.length;
}

/* --- why --- */

static void add_read(struct text *text, const struct sweep *sweep)
{
    text_add_string(text, "; ");
    text_add_u64(text, sweep->processes - sweep->unread);
    text_add_string(text, " of ");
    text_add_u64(text, sweep->processes);
    text_add_string(text, " processes read");
}

static void add_creator(struct text *text, const struct row *row, const struct sweep *sweep)
{
    if (!row->creator_pid || row->creator == CREATOR_UNKNOWN)
        return;
    text_add_string(text, "creator pid ");
    text_add_i64(text, row->creator_pid);
    if (row->creator == CREATOR_ALIVE)
        text_add_string(text, " lives; ");
    else
        text_add_string(text, sweep->sees_all ? " is gone; " : " is gone, as far as can be seen here; ");
}

static void add_nobody(struct text *text, const struct row *row, const struct sweep *sweep)
{
    if (row->held == HELD_NO) {
        text_add_string(text, "nobody maps it or has it open (the kernel granted a lease on it)");
    } else if (row->doubtful) {
        text_add_string(text, "nobody was seen to map it or have it open, but not all could be seen (");
        text_add_string(text, sweep->reason);
        text_add_char(text, ')');
    } else {
        text_add_string(text, "nobody maps it or has it open");
        add_read(text, sweep);
    }
}

static void add_unheld(struct text *text, const struct row *row, const struct sweep *sweep)
{
    add_creator(text, row, sweep);
    add_nobody(text, row, sweep);
    if (row->state == STATE_STALE) {
        text_add_string(text, "; it is over 10 minutes old, and ");
        text_add_string(text, row->producer ? row->producer->label : "its producer");
        text_add_string(text, " leaves none on purpose");
    }
}

static void add_bytes(struct text *text, const struct row *row)
{
    char bytes[FORMAT_BYTES_MAX];
    format_bytes(row->allocated, bytes, sizeof bytes);
    text_add_string(text, row->unmeasured ? "up to " : "");
    text_add_string(text, bytes);
}

static void add_unlinked(struct text *text, const struct row *row, bool ascii)
{
    if (!row->holders) {
        text_add_string(text, "its name is gone, and who held it has ended");
        return;
    }
    bool several = row->holders->count != 1;
    text_add_string(text, "its name is gone; ");
    add_holders(text, row->holders, ascii);
    text_add_string(text, several ? " keep " : " keeps ");
    add_bytes(text, row);
    text_add_string(text, several ? " until they end" : " until it ends");
}

static void add_live(struct text *text, const struct row *row, bool ascii)
{
    if (!row->holders) {
        text_add_string(text, "the kernel refused a lease on it, so someone maps it or has it open who "
                              "could not be seen");
        return;
    }
    text_add_string(text, row->loading ? "being loaded by " : "mapped or open by ");
    add_holders(text, row->holders, ascii);
}

size_t evidence_text(const struct row *row, const struct sweep *sweep, bool ascii, char *buf, size_t size)
{
    static const struct sweep none = {0};
    const char *state = state_name(row->state);
    struct text text;
    text_init(&text, buf, size);
    if (!state) {
        text_add_string(&text, sweep ? "not known yet: it came while the processes were looked through"
                                     : "not known yet: the processes were not looked through");
        return text.length;
    }
    if (!row->loading) {
        text_add_string(&text, state);
        text_add_string(&text, ": ");
    }
    if (row->state == STATE_LIVE)
        add_live(&text, row, ascii);
    else if (row->state == STATE_UNLINKED)
        add_unlinked(&text, row, ascii);
    else
        add_unheld(&text, row, sweep ? sweep : &none);
    text_add_string(&text, row->ownerless ? "; its owner has no process on this host" : "");
    return text.length;
}

size_t producer_text(const struct row *row, char *buf, size_t size)
{
    static const char *const fates[] = {
        [CREATOR_UNKNOWN] = "", [CREATOR_ALIVE] = " (lives)", [CREATOR_GONE] = " (gone)"};
    struct text text;
    text_init(&text, buf, size);
    if (!row->producer)
        return 0;
    text_add_string(&text, row->producer->label);
    if (row->creator_pid) {
        text_add_string(&text, ", creator pid ");
        text_add_i64(&text, row->creator_pid);
        text_add_string(&text, fates[row->creator]);
    }
    return text.length;
}
