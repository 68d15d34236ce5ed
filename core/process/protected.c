#include "core/process/protected.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * In a pattern '*' is any run of bytes, '#' one or more decimal digits, '&' one or more hexadecimal digits
 * (either case), '?' any byte; everything else is itself. The first row that fits counts; one without owner
 * says that such a name is not protected although a later, wider row would have it so.
 */
struct protected_row {
    const char *pattern;
    const char *owner;
};

static const struct protected_row protected_rows[] = {
    {"sem.mp-????????", NULL},
    {"sem.loky-#-*", NULL},
    {"sem.&-&-&-&-&_bigmemory_counter_mutex", NULL},
    {"sem.fastrtps_*", NULL},
    {"sem.*", "a POSIX semaphore"},
    {"triton_python_backend_shm_region_*", "Triton"},
    {"vineyard-bulk-*", "vineyard"},
    {"*.im.shm", "ImageStreamIO"},
    {"PostgreSQL.#", "PostgreSQL"},
    {"ora_*_&_&", "Oracle"},
    {"squid-*.shm", "Squid"},
    {"qb-#-#-#-*", "corosync"},
    {"qb-*-data", "corosync"},
    {"qb-*-header", "corosync"},
    {"libpod_lock", "Podman"},
    {"libpod_rootless_lock_#", "Podman"},
    {"lttng-ust-wait-#", "LTTng"},
    {"lttng-ust-wait-#-#", "LTTng"},
    {"jack-shm-registry", "JACK"},
    {"jack-#-#", "JACK"},
    {"jack_sem.#_*", "JACK"},
    {"jack_db-#", "JACK"},
    {"qipc_sharedmemory_*", "Qt"},
    {"qipc_systemsem_*", "Qt"},
    {"u#-Shm_&", "Steam"},
    {"ValveIPCSHM_#", "Steam"},
    {"wine-&-fsync", "Wine"},
    {"rtemap_#", "DPDK"},
    {"iox2_&_*", "iceoryx2"},
    {"iox_*", "iceoryx"},
    {"cyclonedds*", "Cyclone DDS"},
    {"aeron-*", "Aeron"},
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

static const char *owner_of(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof protected_rows / sizeof protected_rows[0]; i++) {
        const char *pattern = protected_rows[i].pattern;
        if (ends_fit(pattern, name, length) && pattern_matches(pattern, name, length))
            return protected_rows[i].owner;
    }
    return NULL;
}

bool protected_name(const char *name, const char **ret_owner)
{
    const char *slash = strchr(name, '/');
    const char *owner = owner_of(name, slash ? (size_t)(slash - name) : strlen(name));
    if (!owner && slash)
        owner = owner_of(slash + 1, strlen(slash + 1));
    if (owner && ret_owner)
        *ret_owner = owner;
    return owner != NULL;
}
