#include "core/catalog/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum state judge_unheld(const struct state_facts *facts)
{
    if (facts->creator == CREATOR_GONE)
        return STATE_LEAKED;
    if (facts->age > STATE_STALE_NS && producer_leaves_none(facts->producer))
        return STATE_STALE;
    return STATE_IDLE;
}

struct state_verdict state_judge(const struct state_facts *facts)
{
    if (facts->loading)
        return (struct state_verdict){.state = STATE_LIVE};
    if (facts->unlinked)
        return (struct state_verdict){.state = STATE_UNLINKED};
    if (facts->found || facts->held == HELD_YES)
        return (struct state_verdict){.state = STATE_LIVE};
    if (!facts->swept)
        return (struct state_verdict){.state = STATE_UNKNOWN};
    enum state state = judge_unheld(facts);
    return (struct state_verdict){
        .state = state,
        .doubtful = !facts->complete && (facts->held != HELD_NO || (state == STATE_LEAKED && facts->hidden)),
    };
}

static const char *const names[STATE_COUNT] = {
    [STATE_LIVE] = "live",     [STATE_IDLE] = "idle",         [STATE_STALE] = "stale",
    [STATE_LEAKED] = "leaked", [STATE_UNLINKED] = "unlinked",
};

static const char *const meanings[STATE_COUNT] = {
    [STATE_LIVE] = "at least one process maps it or has it open",
    [STATE_IDLE] = "nobody holds it, and nothing says that it was forgotten",
    [STATE_STALE] = "nobody holds it, it is old, and what made it leaves none on purpose",
    [STATE_LEAKED] = "nobody holds it, and the process that made it is gone",
    [STATE_UNLINKED] = "its name is gone, somebody holds the memory",
};

const char *state_meaning(enum state state)
{
    return meanings[state];
}

const char *state_name(enum state state)
{
    return names[state];
}

bool state_parse(const char *name, enum state *ret_state)
{
    for (int i = 0; i < STATE_COUNT; i++) {
        if (!names[i] || strcmp(names[i], name) != 0)
            continue;
        *ret_state = (enum state)i;
        return true;
    }
    return false;
}

/* "#INODE", as the kernel calls an unnamed file (O_TMPFILE), also in a DIR. */
static bool is_unnamed(const struct sweep_other *other, const char *name)
{
    char own[32];
    const char *slash = strrchr(name, '/');
    snprintf(own, sizeof own, "#%" PRIu64, other->id.inode);
    return strcmp(slash ? slash + 1 : name, own) == 0;
}

bool state_is_loading(const struct sweep_other *other, const char *name)
{
    if (!is_unnamed(other, name))
        return false;
    for (size_t i = 0; i < other->holders.count; i++)
        if (strcmp(other->holders.list[i].command, "shmtop") == 0)
            return true;
    return false;
}
