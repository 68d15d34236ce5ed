#include "core/process/census.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"

/* --- creators --- */

static uint32_t number_hash(uint32_t number)
{
    return lookup_hash(&number, sizeof number);
}

void census_start(struct census *census, const struct sweep_scope *scope, const struct boot_clock *clock)
{
    *census = (struct census){.scope = scope, .clock = clock};
    census->creators = memory_new(scope->creator_count * sizeof *census->creators);
    for (size_t i = 0; i < scope->creator_count; i++) {
        pid_t pid = scope->creators[i].pid;
        census->creators[i] = pid > 0 ? CREATOR_GONE : CREATOR_UNKNOWN;
        if (pid > 0)
            lookup_add(&census->by_pid, number_hash((uint32_t)pid), (uint32_t)i);
    }
}

/* The process at hand. */
struct citizen {
    struct census *census;
    int process; /* its directory, or negative */
    bool has_uid;
    bool dated;
    int64_t started; /* ns since 1970; 0: not known */
};

static int64_t start_of(struct citizen *citizen)
{
    struct process_stat stat;
    if (!citizen->dated && citizen->process >= 0 && procfs_read_stat(citizen->process, &stat) == 0)
        citizen->started = boot_clock_time(citizen->census->clock, stat.started);
    citizen->dated = true;
    return citizen->started;
}

/* It bears this number. */
static void answer_creators(struct citizen *citizen, unsigned long number)
{
    struct census *census = citizen->census;
    uint32_t cursor = 0, place;
    if (number == 0 || number > INT32_MAX)
        return;
    while ((place = lookup_next(&census->by_pid, number_hash((uint32_t)number), &cursor)) != LOOKUP_NONE) {
        const struct creator_query *query = &census->scope->creators[place];
        if ((unsigned long)query->pid != number || census->creators[place] == CREATOR_ALIVE)
            continue;
        bool younger = query->born && start_of(citizen) && citizen->started - YOUNGER_BY > query->born;
        if (!younger)
            census->creators[place] = CREATOR_ALIVE;
    }
}

/* --- owners --- */

static void add_owner(struct census *census, unsigned long number)
{
    uid_t uid = (uid_t)number;
    uint32_t hash = number_hash(uid), cursor = 0, place;
    while ((place = lookup_next(&census->by_uid, hash, &cursor)) != LOOKUP_NONE)
        if (census->owners[place] == uid)
            return;
    census->owners =
        memory_grow(census->owners, &census->owner_capacity, census->owner_count + 1, sizeof *census->owners);
    lookup_add(&census->by_uid, hash, (uint32_t)census->owner_count);
    census->owners[census->owner_count++] = uid;
}

/* --- one process --- */

/* Calls each with the first max numbers of a line; how many there were. */
static int each_number(const char *text, int max, struct citizen *citizen,
                       void (*each)(struct citizen *citizen, unsigned long number))
{
    int n = 0;
    for (char *end; n < max; n++, text = end) {
        unsigned long number = strtoul(text, &end, 10);
        if (end == text)
            break;
        each(citizen, number);
    }
    return n;
}

static void take_owner(struct citizen *citizen, unsigned long number)
{
    if (citizen->census->scope->owners)
        add_owner(citizen->census, number);
}

/* Source: proc_pid_status(5): "Uid:" real, effective, …; "NSpid:" from the reader's PID namespace inwards
 * (Linux 4.1). The name in "Name:" has its newlines escaped. */
static void take_status(void *context, char *line)
{
    struct citizen *citizen = context;
    if (strncmp(line, "Uid:", 4) == 0)
        citizen->has_uid = each_number(line + 4, 2, citizen, take_owner) == 2;
    else if (strncmp(line, "NSpid:", 6) == 0)
        each_number(line + 6, 64, citizen, answer_creators);
}

int census_take(struct census *census, int process, pid_t pid)
{
    struct citizen citizen = {.census = census, .process = process};
    if (census->scope->creator_count)
        answer_creators(&citizen, (unsigned long)pid);
    if (process < 0 || !(census->scope->owners || census->scope->creator_count))
        return 0;
    int rc = procfs_each_line(process, "status", take_status, &citizen);
    return rc || citizen.has_uid ? rc : -EBADMSG;
}

int uid_compare(const void *a, const void *b)
{
    return (*(const uid_t *)a > *(const uid_t *)b) - (*(const uid_t *)a < *(const uid_t *)b);
}

void census_deliver(struct census *census, struct sweep *sweep)
{
    if (census->owner_count)
        qsort(census->owners, census->owner_count, sizeof *census->owners, uid_compare);
    sweep->owners = census->owners;
    sweep->owner_count = census->owner_count;
    sweep->creators = census->creators;
    census->owners = NULL;
    census->creators = NULL;
}

void census_clear(struct census *census)
{
    free(census->owners);
    free(census->creators);
    lookup_clear(&census->by_pid);
    lookup_clear(&census->by_uid);
}
