/*
 * User and group names, cached, negative answers too: a name service may take seconds for an unknown uid.
 */
#ifndef SHMTOP_CORE_PROCESS_USERS_H
#define SHMTOP_CORE_PROCESS_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct users;
struct users *users_new(bool numeric); /* numeric: never ask, all names are numbers */
void users_free(struct users *users);

/* The cached name, escaped; NULL where it was not looked up yet. An unknown id's name is its number. Borrowed
 * until users_free. */
const char *users_name(const struct users *users, uid_t uid);
const char *users_group(const struct users *users, gid_t gid);

/* Asks the system now (may block) and caches. Returns the name. */
const char *users_lookup_name(struct users *users, uid_t uid);
const char *users_lookup_group(struct users *users, gid_t gid);

/* Rises with every answer cached, so that an order by names knows whether it still holds. */
uint64_t users_version(const struct users *users);

/*
 * For answers found on another thread: users_ask_* only asks (buf of at least USERS_NAME_MAX) and touches no
 * cache, users_learn_* only caches; an id known already keeps its name, which others may have borrowed.
 */
#define USERS_NAME_MAX 64
void users_ask_name(uid_t uid, char *buf, size_t size);
void users_ask_group(gid_t gid, char *buf, size_t size);
void users_learn_name(struct users *users, uid_t uid, const char *name);
void users_learn_group(struct users *users, gid_t gid, const char *name);

#endif
