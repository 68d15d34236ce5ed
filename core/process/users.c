#include "core/process/users.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/segment/name.h"
#include "core/sys/lookup.h"
#include "core/sys/memory.h"

#define ENTRY_FIRST 1024
#define ENTRY_MAX                                                                                            \
    (1u << 20) /* a group may list thousands of members; more than this is answered by the number */

struct known_id {
    uint32_t id;
    char *name; /* owned */
};

struct id_cache {
    struct known_id *list; /* owned */
    size_t count, capacity;
    struct lookup by_id;
};

struct users {
    bool numeric;
    uint64_t version;
    struct id_cache names, groups;
};

struct users *users_new(bool numeric)
{
    struct users *users = memory_new(sizeof *users);
    users->numeric = numeric;
    return users;
}

static void cache_clear(struct id_cache *cache)
{
    for (size_t i = 0; i < cache->count; i++)
        free(cache->list[i].name);
    free(cache->list);
    lookup_clear(&cache->by_id);
}

void users_free(struct users *users)
{
    if (!users)
        return;
    cache_clear(&users->names);
    cache_clear(&users->groups);
    free(users);
}

static const char *cache_find(const struct id_cache *cache, uint32_t id)
{
    uint32_t hash = lookup_hash(&id, sizeof id), cursor = 0, at;
    while ((at = lookup_next(&cache->by_id, hash, &cursor)) != LOOKUP_NONE)
        if (cache->list[at].id == id)
            return cache->list[at].name;
    return NULL;
}

static const char *cache_learn(struct users *users, struct id_cache *cache, uint32_t id, const char *name)
{
    const char *known = cache_find(cache, id);
    if (known)
        return known;
    size_t at = cache->count++;
    cache->list = memory_grow(cache->list, &cache->capacity, at + 1, sizeof *cache->list);
    cache->list[at] = (struct known_id){id, memory_dup(name)};
    lookup_add(&cache->by_id, lookup_hash(&id, sizeof id), (uint32_t)at);
    users->version++;
    return cache->list[at].name;
}

const char *users_name(const struct users *users, uid_t uid)
{
    return cache_find(&users->names, uid);
}

const char *users_group(const struct users *users, gid_t gid)
{
    return cache_find(&users->groups, gid);
}

uint64_t users_version(const struct users *users)
{
    return users->version;
}

void users_learn_name(struct users *users, uid_t uid, const char *name)
{
    cache_learn(users, &users->names, uid, name);
}

void users_learn_group(struct users *users, gid_t gid, const char *name)
{
    cache_learn(users, &users->groups, gid, name);
}

/* Asks once, with room for the entry's strings: 0 (*ret_name NULL where there is no such id) or an errno
 * value. */
typedef int ask_function(uint32_t id, char *room, size_t size, const char **ret_name);

static int ask_user(uint32_t id, char *room, size_t size, const char **ret_name)
{
    struct passwd entry, *found = NULL;
    int rc = getpwuid_r(id, &entry, room, size, &found);
    *ret_name = found ? found->pw_name : NULL;
    return rc;
}

static int ask_group(uint32_t id, char *room, size_t size, const char **ret_name)
{
    struct group entry, *found = NULL;
    int rc = getgrgid_r(id, &entry, room, size, &found);
    *ret_name = found ? found->gr_name : NULL;
    return rc;
}

/* The answer escaped; where there is none (unknown, or the service fails) the number. */
static void ask(ask_function *function, uint32_t id, char *buf, size_t size)
{
    char *room = NULL;
    size_t capacity = 0;
    const char *name = NULL;
    int rc = ERANGE;
    for (size_t need = ENTRY_FIRST; (rc == ERANGE || rc == EINTR) && need <= ENTRY_MAX;) {
        room = memory_grow(room, &capacity, need, 1);
        rc = function(id, room, capacity, &name);
        need = rc == ERANGE ? capacity * 2 : need;
    }
    if (rc == 0 && name && *name)
        name_escape(name, strlen(name), false, buf, size);
    else
        snprintf(buf, size, "%" PRIu32, id);
    free(room);
}

void users_ask_name(uid_t uid, char *buf, size_t size)
{
    ask(ask_user, uid, buf, size);
}

void users_ask_group(gid_t gid, char *buf, size_t size)
{
    ask(ask_group, gid, buf, size);
}

static const char *lookup_id(struct users *users, struct id_cache *cache, ask_function *function, uint32_t id)
{
    const char *known = cache_find(cache, id);
    if (known)
        return known;
    char name[USERS_NAME_MAX];
    if (users->numeric)
        snprintf(name, sizeof name, "%" PRIu32, id);
    else
        ask(function, id, name, sizeof name);
    return cache_learn(users, cache, id, name);
}

const char *users_lookup_name(struct users *users, uid_t uid)
{
    return lookup_id(users, &users->names, ask_user, uid);
}

const char *users_lookup_group(struct users *users, gid_t gid)
{
    return lookup_id(users, &users->groups, ask_group, gid);
}
