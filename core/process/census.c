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

static void start_creators(struct census *census)
{
    const struct sweep_scope *scope = census->scope;
    census->creators = memory_new(scope->creator_count * sizeof *census->creators);
    census->bearers = memory_new(scope->creator_count * sizeof *census->bearers);
    for (size_t i = 0; i < scope->creator_count; i++) {
        pid_t pid = scope->creators[i].pid;
        census->creators[i] = pid > 0 ? CREATOR_GONE : CREATOR_UNKNOWN;
        if (pid > 0)
            lookup_add(&census->by_pid, number_hash((uint32_t)pid), (uint32_t)i);
    }
}

static int64_t start_of(const struct census *census, struct citizen *citizen)
{
    struct process_stat stat;
    if (!citizen->dated && citizen->process >= 0 && procfs_read_stat(citizen->process, &stat) == 0) {
        citizen->started = boot_clock_time(census->clock, stat.started);
        citizen->ticks = stat.started;
    }
    citizen->dated = true;
    return citizen->started;
}

/* Memory that seems older than the host's last start was made before its clock was set right. */
static bool is_datable(const struct census *census, int64_t born)
{
    return born && born >= census->clock->booted - YOUNGER_BY;
}

static bool is_younger(const struct census *census, struct citizen *citizen, int64_t born)
{
    return is_datable(census, born) && start_of(census, citizen) && citizen->started - YOUNGER_BY > born;
}

/* It is the creator, or one more that may be. */
static void take_bearer(struct census *census, struct citizen *citizen, uint32_t place)
{
    struct process_id *bearer = &census->bearers[place];
    bool first = census->creators[place] != CREATOR_ALIVE;
    census->creators[place] = CREATOR_ALIVE;
    start_of(census, citizen);
    if (first)
        *bearer = (struct process_id){citizen->pids[0], citizen->ticks};
    else if (bearer->pid != citizen->pids[0])
        *bearer = (struct process_id){0};
}

/* It bears this number. */
static void answer_creators(struct census *census, struct citizen *citizen, pid_t pid)
{
    uint32_t cursor = 0, place;
    while ((place = lookup_next(&census->by_pid, number_hash((uint32_t)pid), &cursor)) != LOOKUP_NONE) {
        const struct creator_query *query = &census->scope->creators[place];
        if (query->pid == pid && !is_younger(census, citizen, query->born))
            take_bearer(census, citizen, place);
    }
}

/* --- owners --- */

int uid_compare(const void *a, const void *b)
{
    return (*(const uid_t *)a > *(const uid_t *)b) - (*(const uid_t *)a < *(const uid_t *)b);
}

static void start_owners(struct census *census)
{
    size_t n = census->scope->owner_count, kept = 0;
    census->missing = memory_new(n * sizeof *census->missing);
    if (n) {
        memcpy(census->missing, census->scope->owners, n * sizeof *census->missing);
        qsort(census->missing, n, sizeof *census->missing, uid_compare);
    }
    for (size_t i = 0; i < n; i++)
        if (i == 0 || census->missing[i] != census->missing[i - 1])
            census->missing[kept++] = census->missing[i];
    census->missing_count = kept;
}

static void meet_owner(struct census *census, uid_t uid)
{
    size_t n = census->missing_count;
    uid_t *met = n ? bsearch(&uid, census->missing, n, sizeof uid, uid_compare) : NULL;
    if (!met)
        return;
    memmove(met, met + 1, (size_t)(census->missing + n - met - 1) * sizeof uid);
    census->missing_count = n - 1;
}

void census_start(struct census *census, const struct sweep_scope *scope, const struct boot_clock *clock)
{
    *census = (struct census){.scope = scope, .clock = clock};
    start_creators(census);
    start_owners(census);
}

/* --- one process --- */

/* The next number of a line. */
static bool next_number(const char **at, unsigned long *ret_number)
{
    char *end;
    *ret_number = strtoul(*at, &end, 10);
    bool found = end != *at;
    *at = end;
    return found;
}

static void read_uids(struct citizen *citizen, const char *at)
{
    unsigned long real, effective;
    if (!next_number(&at, &real) || !next_number(&at, &effective))
        return;
    citizen->uids[0] = (uid_t)real;
    citizen->uids[1] = (uid_t)effective;
    citizen->has_uids = true;
}

static void read_pids(struct citizen *citizen, const char *at)
{
    unsigned long number;
    while (citizen->pid_count < CITIZEN_LEVELS && next_number(&at, &number))
        if (number > 0 && number <= INT32_MAX && (pid_t)number != citizen->pids[0])
            citizen->pids[citizen->pid_count++] = (pid_t)number;
}

void citizen_take_line(void *citizen, char *line)
{
    if (strncmp(line, "Uid:", 4) == 0)
        read_uids(citizen, line + 4);
    else if (strncmp(line, "NSpid:", 6) == 0)
        read_pids(citizen, line + 6);
    else if (strncmp(line, "State:", 6) == 0)
        ((struct citizen *)citizen)->state = line[6 + strspn(line + 6, " \t")];
    else if (strncmp(line, "Threads:", 8) == 0)
        ((struct citizen *)citizen)->threads = strtoul(line + 8, NULL, 10);
}

int citizen_read(const struct census *census, int process, pid_t pid, struct citizen *ret_citizen)
{
    *ret_citizen = (struct citizen){.process = process, .pids = {pid}, .pid_count = 1};
    if (process < 0 || !(census->missing_count || census->scope->creator_count))
        return 0;
    int rc = procfs_each_line(process, "status", citizen_take_line, ret_citizen);
    return rc || ret_citizen->has_uids ? rc : -EBADMSG;
}

/* Only its exit status is left. */
static bool has_ended(const struct citizen *citizen)
{
    return (citizen->state == 'Z' && citizen->threads <= 1) || citizen->state == 'X';
}

void census_add(struct census *census, struct citizen *citizen)
{
    bool lives = !has_ended(citizen);
    for (size_t i = 0; lives && census->by_pid.count && i < citizen->pid_count; i++)
        answer_creators(census, citizen, citizen->pids[i]);
    for (size_t i = 0; citizen->has_uids && i < 2; i++)
        meet_owner(census, citizen->uids[i]);
}

void census_deliver(struct census *census, struct sweep *sweep)
{
    sweep->ownerless = census->missing;
    sweep->ownerless_count = census->missing_count;
    sweep->creators = census->creators;
    sweep->bearers = census->bearers;
    census->missing = NULL;
    census->creators = NULL;
    census->bearers = NULL;
}

void census_clear(struct census *census)
{
    free(census->missing);
    free(census->creators);
    free(census->bearers);
    lookup_clear(&census->by_pid);
}
