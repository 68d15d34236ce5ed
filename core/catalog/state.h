/*
 * The state of a segment, judged from what is known of it: pure, so that every rule of product.md "What is
 * known of a segment" can be tried on facts made by hand.
 */
#ifndef SHMTOP_CORE_CATALOG_STATE_H
#define SHMTOP_CORE_CATALOG_STATE_H

#include "core/catalog/catalog.h"

#define STATE_STALE_NS (INT64_C(600) * 1000000000) /* older than this may be stale */

struct state_facts {
    bool swept;    /* a sweep has ended that would have seen its holders */
    bool complete; /* it read every process of the host */
    bool hidden;   /* there may be processes that it cannot even count: another's PID namespace, hidepid */
    bool found;    /* it found somebody */
    bool unlinked, loading;
    enum held held; /* what a lease said */
    enum creator creator;
    const struct producer *producer; /* NULL: not known */
    int64_t age;                     /* ns; 0 or less: not known */
};

struct state_verdict {
    enum state state;
    bool doubtful; /* that nobody holds it was neither seen of all processes nor said by a lease, or its
                      creator may be hidden */
};

/*
 * A lease that was refused makes it live, whatever the sweep found, and one that was granted settles the
 * doubt, though not of a creator; but nobody is idle, stale or leaked before a sweep, which alone knows
 * creators.
 */
struct state_verdict state_judge(const struct state_facts *facts);

const char *state_name(enum state state); /* as in JSON: "live"; STATE_UNKNOWN: NULL */
/* What it means, as a part of a sentence; STATE_UNKNOWN: NULL. */
const char *state_meaning(enum state state);
bool state_parse(const char *name, enum state *ret_state);

/* Whether what is held and bears this name no more is a load under way: an unnamed file of another shmtop.
 * Anybody else's is what it looks like. */
bool state_is_loading(const struct sweep_other *other, const char *name);

#endif
