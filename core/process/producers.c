#include "core/process/producers.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * In a pattern '*' is any run of bytes, '#' one or more decimal digits, '&' one or more hexadecimal digits
 * (either case), '?' any byte; everything else is itself. The first row that fits counts.
 */

static const struct producer built_in[] = {
    {"multiprocessing", "multiprocessing", "sem.mp-????????", DISPOSAL_OK, CREATOR_NOWHERE},
    {"loky", "joblib", "sem.loky-#-*", DISPOSAL_OK, CREATOR_NOWHERE},
    {"bigmemory", "R bigmemory", "sem.&-&-&-&-&_bigmemory_counter_mutex", DISPOSAL_OK, CREATOR_NOWHERE},
    {"fastdds", "Fast DDS", "sem.fastrtps_*", DISPOSAL_SELF, CREATOR_NOWHERE},
    {"semaphore", "a POSIX semaphore", "sem.*", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"triton", "Triton", "triton_python_backend_shm_region_*", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"vineyard", "vineyard", "vineyard-bulk-*", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"imagestream", "ImageStreamIO", "*.im.shm", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"postgresql", "PostgreSQL", "PostgreSQL.#", DISPOSAL_NEVER, CREATOR_NOWHERE},
    {"oracle", "Oracle", "ora_*_&_&", DISPOSAL_NEVER, CREATOR_NOWHERE},
    {"squid", "Squid", "squid-*.shm", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"corosync", "corosync", "qb-#-#-#-*", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"corosync", "corosync", "qb-*-data", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"corosync", "corosync", "qb-*-header", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"podman", "Podman", "libpod_lock", DISPOSAL_NEVER, CREATOR_NOWHERE},
    {"podman", "Podman", "libpod_rootless_lock_#", DISPOSAL_NEVER, CREATOR_NOWHERE},
    {"lttng", "LTTng", "lttng-ust-wait-#", DISPOSAL_NEVER, CREATOR_NOWHERE},
    {"lttng", "LTTng", "lttng-ust-wait-#-#", DISPOSAL_NEVER, CREATOR_NOWHERE},
    {"jack", "JACK", "jack-shm-registry", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"jack", "JACK", "jack-#-#", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"jack", "JACK", "jack_sem.#_*", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"jack", "JACK", "jack_db-#", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"qt", "Qt", "qipc_sharedmemory_*", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"qt", "Qt", "qipc_systemsem_*", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"steam", "Steam", "u#-Shm_&", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"steam", "Steam", "ValveIPCSHM_#", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"wine", "Wine", "wine-&-fsync", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"dpdk", "DPDK", "rtemap_#", DISPOSAL_NEVER, CREATOR_NOWHERE},
    {"iceoryx2", "iceoryx2", "iox2_&_*", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"iceoryx", "iceoryx", "iox_*", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"cyclonedds", "Cyclone DDS", "cyclonedds*", DISPOSAL_LIVE, CREATOR_NOWHERE},
    {"aeron", "Aeron", "aeron-*", DISPOSAL_LIVE, CREATOR_NOWHERE},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Whether one pattern character may stand for a byte. */
static bool fits(char pattern, char c)
{
    switch (pattern) {
    case '*':
    case '?':
        return true;
    case '#':
        return is_digit(c);
    case '&':
        return is_hex(c);
    default:
        return pattern == c;
    }
}

/* A run that may be empty may also be passed over. No pattern has two in a row. */
static uint64_t pass_runs(const char *pattern, uint64_t at)
{
    for (uint64_t rest = at; rest; rest &= rest - 1) {
        int i = __builtin_ctzll(rest);
        if (pattern[i] == '*')
            at |= (uint64_t)2 << i;
    }
    return at;
}

/* Where the positions at lead over one byte. */
static uint64_t step(const char *pattern, uint64_t at, char c)
{
    uint64_t next = 0;
    for (uint64_t rest = at; rest; rest &= rest - 1) {
        int i = __builtin_ctzll(rest);
        if (!pattern[i] || !fits(pattern[i], c))
            continue;
        if (pattern[i] == '*' || pattern[i] == '#' || pattern[i] == '&')
            next |= (uint64_t)1 << i;
        if (pattern[i] != '*')
            next |= (uint64_t)2 << i;
    }
    return next;
}

/*
 * Follows all positions in the pattern that can have been reached after each byte of the name, as a set of
 * bits (bit i: its first i characters are used up; no pattern has 63): linear in the name, whatever it holds.
 */
static bool pattern_matches(const char *pattern, const char *name, size_t length)
{
    uint64_t at = pass_runs(pattern, 1);
    for (size_t n = 0; n < length && at; n++)
        at = pass_runs(pattern, step(pattern, at, name[n]));
    return at >> strlen(pattern) & 1;
}

static bool is_special(char c)
{
    return c == '*' || c == '#' || c == '&' || c == '?';
}

/* Whether what is literal at both ends of the pattern stands at those of the name: nearly always the answer
 * is no already. */
static bool ends_fit(const char *pattern, const char *name, size_t length)
{
    size_t at = 0;
    for (; pattern[at] && !is_special(pattern[at]); at++)
        if (at >= length || pattern[at] != name[at])
            return false;
    for (size_t end = strlen(pattern); end > at && !is_special(pattern[end - 1]); end--, length--)
        if (!length || pattern[end - 1] != name[length - 1])
            return false;
    return true;
}

static const struct producer *producer_of(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof built_in / sizeof built_in[0]; i++) {
        const char *pattern = built_in[i].pattern;
        if (ends_fit(pattern, name, length) && pattern_matches(pattern, name, length))
            return &built_in[i];
    }
    return NULL;
}

const struct producer *producers_find(const struct producers *producers, const char *name, pid_t *ret_creator)
{
    (void)producers;
    const char *slash = strchr(name, '/');
    const struct producer *whole = producer_of(name, slash ? (size_t)(slash - name) : strlen(name));
    const struct producer *file = slash ? producer_of(slash + 1, strlen(slash + 1)) : NULL;
    if (ret_creator)
        *ret_creator = 0;
    return producer_is_protected(whole) || !file ? whole : file;
}

bool producer_is_protected(const struct producer *producer)
{
    return producer && (producer->disposal == DISPOSAL_LIVE || producer->disposal == DISPOSAL_NEVER);
}
