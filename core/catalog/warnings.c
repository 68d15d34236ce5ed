#include "core/catalog/warnings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/catalog/format.h"
#include "core/sys/checked.h"
#include "core/sys/text.h"

#define CONTAINER_SIZE  (UINT64_C(64) << 20)
#define INODES_FEW      1000
#define USERS_NAMED_MAX 3

/* --- the facts --- */

static void add_owner(struct warning_facts *facts, uid_t uid)
{
    size_t i = 0;
    while (i < facts->owner_count && facts->owners[i].uid != uid)
        i++;
    if (i == WARNING_OWNERS_MAX) {
        facts->others++;
        return;
    }
    if (i == facts->owner_count)
        facts->owners[facts->owner_count++] = (struct warning_owner){.uid = uid};
    facts->owners[i].segments++;
}

void warning_facts_add(struct warning_facts *facts, const struct row *row, const struct logind *logind,
                       const struct users *users)
{
    if (!S_ISREG(row->mode) || row->unmeasured)
        return;
    if (row->size > row->allocated) {
        uint64_t promise = (row->size - row->allocated) / (row->links > 1 ? row->links : 1);
        if (checked_add_u64(facts->promised, promise, &facts->promised))
            facts->promised = UINT64_MAX;
    }
    const char *user = users ? users_name(users, row->uid) : NULL;
    if (!row->unlinked && logind && logind_removes(logind, row->id.device, row->uid, user))
        add_owner(facts, row->uid);
}

/* --- the texts --- */

static bool find_small(const struct warning_facts *facts, char *text, size_t size)
{
    snprintf(text, size,
             "the file system has 64M, the default of containers: give more with --shm-size (docker, podman) "
             "or an "
             "emptyDir of medium Memory (Kubernetes), else programs die of SIGBUS");
    return facts->usage.size == CONTAINER_SIZE;
}

static bool find_full(const struct warning_facts *facts, char *text, size_t size)
{
    uint64_t whole = facts->usage.size, used = min_u64(facts->usage.used, whole);
    char left[FORMAT_BYTES_MAX], all[FORMAT_BYTES_MAX];
    format_bytes(whole - used, left, sizeof left);
    format_bytes(whole, all, sizeof all);
    int percent = whole ? (int)((unsigned __int128)used * 100 / whole) : 0;
    snprintf(text, size,
             "%d %% full, %s of %s left: delete what leaked or is stale, or enlarge it with mount -o "
             "remount,size=SIZE",
             percent, left, all);
    return whole > 0 && (unsigned __int128)used * 10 > (unsigned __int128)whole * 9;
}

static bool find_inodes(const struct warning_facts *facts, char *text, size_t size)
{
    uint64_t all = facts->usage.inodes, left = facts->usage.inodes_free;
    snprintf(text, size,
             "%" PRIu64 " of %" PRIu64 " inodes left: each segment takes one; delete some, or mount -o "
             "remount,nr_inodes=NUMBER",
             left, all);
    return all > 0 && (left < all / 10 || (left < INODES_FEW && left < all / 2));
}

static bool find_sparse(const struct warning_facts *facts, char *text, size_t size)
{
    char promised[FORMAT_BYTES_MAX], left[FORMAT_BYTES_MAX];
    format_bytes(facts->promised, promised, sizeof promised);
    format_bytes(facts->usage.free, left, sizeof left);
    snprintf(text, size,
             "sparse segments promise %s that they have not taken, and %s are free: whoever writes them may "
             "die of "
             "SIGBUS; delete some, or enlarge the file system",
             promised, left);
    return facts->promised > facts->usage.free;
}

static void add_user(struct text *text, const struct users *users, uid_t uid)
{
    const char *name = users ? users_name(users, uid) : NULL;
    if (name)
        text_add_string(text, name);
    else
        text_add_u64(text, uid);
}

/* "alice, bob", "alice, bob, carol and 2 more". */
static void add_users(struct text *text, const struct warning_facts *facts, const struct users *users)
{
    size_t named = facts->owner_count <= USERS_NAMED_MAX ? facts->owner_count : USERS_NAMED_MAX;
    for (size_t i = 0; i < named; i++) {
        text_add_string(text, i ? ", " : "");
        add_user(text, users, facts->owners[i].uid);
    }
    if (named < facts->owner_count) {
        text_add_string(text, " and ");
        text_add_u64(text, facts->owner_count - named);
        text_add_string(text, facts->others ? " or more others" : " more");
    }
}

static bool find_removeipc(const struct warning_facts *facts, const struct users *users, char *text,
                           size_t size)
{
    struct text out;
    uint64_t segments = facts->others;
    for (size_t i = 0; i < facts->owner_count; i++)
        segments += facts->owners[i].segments;
    text_init(&out, text, size);
    text_add_string(&out, "logind may delete ");
    text_add_u64(&out, segments);
    text_add_string(&out, segments == 1 ? " segment of user" : " segments of user");
    text_add_string(&out, facts->owner_count == 1 && !facts->others ? " " : "s ");
    add_users(&out, facts, users);
    text_add_string(&out,
                    " at their last logout, in use or not: set RemoveIPC=no in /etc/systemd/logind.conf, or "
                    "loginctl enable-linger them");
    return segments > 0;
}

size_t warnings_find(const struct warning_facts *facts, const struct users *users,
                     struct warning list[WARNINGS_MAX])
{
    static const struct {
        const char *code;
        bool (*find)(const struct warning_facts *facts, char *text, size_t size);
    } kinds[] = {
        {"small", find_small},
        {"full", find_full},
        {"inodes", find_inodes},
        {"sparse", find_sparse},
    };
    size_t n = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        list[n].code = kinds[i].code;
        n += kinds[i].find(facts, list[n].text, sizeof list[n].text);
    }
    list[n].code = "removeipc";
    n += find_removeipc(facts, users, list[n].text, sizeof list[n].text);
    for (size_t i = 0; i < n; i++)
        list[i].headline = (size_t)(strstr(list[i].text, ": ") - list[i].text);
    return n;
}
