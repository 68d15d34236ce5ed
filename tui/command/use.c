#include "tui/command/use.h"

#include <string.h>
#include <unistd.h>

#include "core/segment/name.h"

#define NAMED_MAX 3

static size_t append(char *buf, size_t size, size_t used, const char *text)
{
    size_t length = strlen(text);
    if (used + length < size)
        memcpy(buf + used, text, length + 1);
    return used + length;
}

void use_names(const struct holders *holders, struct users *users, char *buf, size_t size)
{
    size_t used = append(buf, size, 0, "");
    size_t named = holders->count <= NAMED_MAX + 1 ? holders->count : NAMED_MAX;
    for (size_t i = 0; i < named; i++) {
        const struct holder *holder = &holders->list[i];
        char command[10 * sizeof holder->command];
        name_escape(holder->command, strnlen(holder->command, sizeof holder->command), false, command,
                    sizeof command);
        char one[sizeof command + 128];
        snprintf(one, sizeof one, "%s%s (%d, %.80s)", i ? ", " : "", command, (int)holder->pid,
                 users_lookup_name(users, holder->uid));
        used = append(buf, size, used, one);
    }
    if (named < holders->count) {
        char more[64];
        snprintf(more, sizeof more, " and %zu more", holders->count - named);
        append(buf, size, used, more);
    }
}

void use_unread(const struct sweep *sweep, char *buf, size_t size)
{
    buf[0] = '\0';
    if (!sweep->complete && sweep->reason[0])
        snprintf(buf, size, "not every process could be seen (%s)", sweep->reason);
}

void use_say_unread(const struct options *options, const struct sweep *sweep)
{
    if (sweep->complete || !sweep->reason[0] || !isatty(STDERR_FILENO))
        return;
    fflush(stdout);
    report_problem(options, NULL,
                   "holders and unlinked segments may be missing (%s); info NAME asks the kernel of one",
                   sweep->reason);
}
