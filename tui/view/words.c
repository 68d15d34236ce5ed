#include "tui/view/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/catalog/format.h"
#include "core/segment/description.h"
#include "core/segment/name.h"

void words_time(int64_t wall, char *buf, size_t size)
{
    time_t seconds = wall / 1000000000;
    struct tm tm;
    buf[0] = '\0';
    if (wall != 0 && localtime_r(&seconds, &tm) && strftime(buf, size, "%Y-%m-%d %H:%M:%S", &tm) == 0)
        buf[0] = '\0';
}

void words_count(uint64_t count, char buf[WORDS_COUNT_MAX])
{
    char digits[WORDS_COUNT_MAX];
    int n = snprintf(digits, sizeof digits, "%" PRIu64, count), at = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            buf[at++] = ',';
        buf[at++] = digits[i];
    }
    buf[at] = '\0';
}

void words_user(const struct users *users, uid_t uid, char *buf, size_t size)
{
    const char *name = users_name(users, uid);
    if (name)
        snprintf(buf, size, "%s", name);
    else
        snprintf(buf, size, "%u", (unsigned)uid);
}

void words_escape(const char *raw, bool ascii, char *buf, size_t size)
{
    buf[0] = '\0';
    if (raw)
        name_escape(raw, strlen(raw), ascii, buf, size);
}

void words_holder(const struct holder *holder, const struct users *users, bool ascii, char *buf, size_t size)
{
    char command[10 * sizeof holder->command], user[USERS_NAME_MAX];
    words_escape(holder->command, ascii, command, sizeof command);
    words_user(users, holder->uid, user, sizeof user);
    snprintf(buf, size, "%d %s %s %s", (int)holder->pid, command, user, holder->writable ? "rw" : "r");
}

void words_holders(const struct holders *holders, const struct users *users, bool ascii, char *buf,
                   size_t size)
{
    size_t used = 0, count = holders ? holders->count : 0;
    buf[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        char one[512], more[24] = "";
        words_holder(&holders->list[i], users, ascii, one, sizeof one);
        if (i + 1 < count)
            snprintf(more, sizeof more, ", +%zu", count - i - 1);
        if (used > 0 && used + 2 + strlen(one) + strlen(more) >= size) {
            snprintf(buf + used, size - used, ", +%zu", count - i);
            return;
        }
        int n = snprintf(buf + used, size - used, "%s%s", used ? ", " : "", one);
        used += (size_t)n < size - used ? (size_t)n : size - used - 1;
    }
}

/* What the state says of a row that nobody is known to hold. */
static bool may_be_held(const struct row *row)
{
    return (row->doubtful && row->held != HELD_NO) || row->held == HELD_YES;
}

static void unlinked_text(const struct row *row, bool watched, const char *bytes, char *buf, size_t size)
{
    size_t count = row->holders ? row->holders->count : 0;
    char who[64];
    if (row->loading) {
        snprintf(buf, size, "being loaded by another shmtop: it has a name when it is complete");
        return;
    }
    if (count == 0) {
        snprintf(buf, size, "who held it has ended: %s come back unless another holds it", bytes);
        return;
    }
    if (count == 1)
        snprintf(who, sizeof who, "process %d ends or lets go of it", (int)row->holders->list[0].pid);
    else
        snprintf(who, sizeof who, "its %zu processes end or let go of it", count);
    snprintf(buf, size, "%s%s come back when %s%s", row->unmeasured ? "~" : "", bytes, who,
             watched ? "" : " (cannot be watched for: the next sweep tells)");
}

void words_given_back(const struct row *row, bool watched, char *buf, size_t size)
{
    char bytes[FORMAT_BYTES_MAX];
    format_bytes(row->allocated, bytes, sizeof bytes);
    if (row->unlinked)
        unlinked_text(row, watched, bytes, buf, size);
    else if (row->state == STATE_UNKNOWN || row->layout == LAYOUT_DIRECTORY)
        buf[0] = '\0';
    else if (row->links > 1)
        snprintf(buf, size, "deleting gives back nothing: %u links to it remain", row->links - 1);
    else if (row->state == STATE_LIVE)
        snprintf(buf, size, "deleting gives back nothing now, %s when %s", bytes,
                 row->holders && row->holders->count == 1 ? "its process ends" : "its processes end");
    else if (may_be_held(row))
        snprintf(buf, size, "deleting gives back %s, if nobody holds it", bytes);
    else
        snprintf(buf, size, "deleting gives back %s now", bytes);
}

void words_processes(const struct sweep *sweep, char *buf, size_t size)
{
    buf[0] = '\0';
    if (!sweep)
        return;
    if (sweep->unread) /* the reason says how many */
        snprintf(buf, size, "%s", sweep->reason);
    else
        snprintf(buf, size, "%" PRIu32 " of %" PRIu32 " processes read%s%s", sweep->processes,
                 sweep->processes, sweep->complete ? "" : ": ", sweep->reason);
}

const char *words_description(enum description description)
{
    switch (description) {
    case DESCRIPTION_ATTRIBUTE:
        return "its attribute " DESCRIPTION_HEADER;
    case DESCRIPTION_STATE:
        return "your state file";
    case DESCRIPTION_RULE:
        return "the admin's rules, " DESCRIPTIONS_RULES_FILE;
    default:
        return "";
    }
}

void words_duration(int64_t ms, char buf[WORDS_DURATION_MAX])
{
    if (ms < 10)
        snprintf(buf, WORDS_DURATION_MAX, "%d ms", ms > 1 ? (int)ms : 1);
    else
        snprintf(buf, WORDS_DURATION_MAX, ms < 10000 ? "%.2f s" : "%.1f s", (double)ms / 1000);
}
