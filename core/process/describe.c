#include "core/process/describe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/process/unit.h"
#include "core/sys/calls.h"
#include "core/sys/memory.h"

#define CMDLINE_MAX 4096
#define CGROUP_MAX  (16 * 1024)

/* From status: the directory of a process that may not be dumped belongs to root. */
static void take_uid(void *context, char *line)
{
    uid_t *uid = context;
    unsigned real, effective;
    if (sscanf(line, "Uid: %u %u", &real, &effective) == 2)
        *uid = effective;
}

static uid_t read_uid(int process)
{
    struct statx st;
    uid_t uid = (uid_t)-1;
    if (procfs_each_line(process, "status", take_uid, &uid) == 0 && uid != (uid_t)-1)
        return uid;
    return sys.statx(process, "", AT_EMPTY_PATH, STATX_UID, &st) == 0 ? st.stx_uid : (uid_t)-1;
}

static char *read_cmdline(int process)
{
    char text[CMDLINE_MAX + 1];
    ssize_t n = procfs_read(process, "cmdline", text, sizeof text);
    if (n < 0)
        return NULL;
    while (n > 0 && text[n - 1] == '\0')
        n--;
    for (ssize_t i = 0; i < n; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    return memory_dup(text);
}

static char *read_unit(int process)
{
    char text[CGROUP_MAX], unit[UNIT_MAX];
    ssize_t n = procfs_read(process, "cgroup", text, sizeof text);
    bool whole = n > 0 && n < CGROUP_MAX - 1;
    return whole && unit_parse(text, unit, sizeof unit) ? memory_dup(unit) : NULL;
}

struct holder holder_describe(int process, const struct boot_clock *clock)
{
    struct holder holder = {.uid = read_uid(process)};
    ssize_t n = procfs_read(process, "comm", holder.command, sizeof holder.command);
    holder.command[n > 0 ? strcspn(holder.command, "\n") : 0] = '\0';
    struct process_stat stat;
    if (procfs_read_stat(process, &stat) == 0) {
        holder.started = boot_clock_time(clock, stat.started);
        holder.ticks = stat.started;
    }
    holder.cmdline = read_cmdline(process);
    holder.unit = read_unit(process);
    return holder;
}

void holder_clear(struct holder *holder)
{
    free(holder->cmdline);
    free(holder->unit);
    *holder = (struct holder){0};
}
