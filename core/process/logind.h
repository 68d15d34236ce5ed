/*
 * Whether systemd-logind deletes a user's segments at the end of the last session: with RemoveIPC (its
 * default) it unlinks all that the user owns in /dev/shm, without asking whether anybody uses it. Sources:
 * logind.conf(5), systemd src/shared/clean-ipc.c, src/login/logind-user.c.
 */
#ifndef SHMTOP_CORE_PROCESS_LOGIND_H
#define SHMTOP_CORE_PROCESS_LOGIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct logind {
    bool runs;        /* it has its directory below /run/systemd */
    bool remove_ipc;  /* as configured */
    uid_t system_max; /* the largest uid of a system user */
    uint64_t device;  /* of /dev/shm: elsewhere it deletes nothing. 0: there is none */
    char **lingering; /* owned: users whose processes go on after logout, and whose segments stay */
    size_t lingering_count;
};

/*
 * Reads it all beneath root ("/"; tests hand in their own): run/systemd/users or seats; RemoveIPC of section
 * [Login] in logind.conf and logind.conf.d/x.conf below etc/systemd, run/systemd, usr/local/lib/systemd and
 * usr/lib/systemd (of files with the same name the first counts; drop-ins after the main file, by name);
 * SYS_UID_MAX of etc/login.defs (999 unless said); var/lib/systemd/linger. What cannot be read is as if it
 * were not there.
 */
void logind_read(struct logind *ret_logind, const char *root);
void logind_clear(struct logind *logind);

/* Whether the segments of a user on that device go at logout. user: the raw name, NULL where it is not known.
 * Root, system users, nobody, dynamic users and users that linger are spared. */
bool logind_removes(const struct logind *logind, uint64_t device, uid_t uid, const char *user);

#endif
